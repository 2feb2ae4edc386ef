"""One import from beginning to end: what is read in which order, what is derived afterwards, and how far it is."""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

from app.core.db import db
from app.core.errors import Invalid
from app.core.records import Struct
from app.core.settings import Settings
from app.core.slugs import slugify
from app.core.text import clean_line, shorten
from app.core.uow import unit_of_work
from app.forum.models import Category
from app.importing.figures import write_figures, write_listing_counts
from app.importing.following_up import enqueue_follow_up
from app.importing.reader import Dump
from app.importing.stackexchange.answers import import_answers
from app.importing.stackexchange.comments import import_comments
from app.importing.stackexchange.context import BATCH, Import
from app.importing.stackexchange.links import import_links
from app.importing.stackexchange.people import import_people
from app.importing.stackexchange.posts import account_for_other_votes, read_votes
from app.importing.stackexchange.questions import import_questions
from app.importing.stackexchange.records import QUESTION, is_begun, list_local_ids, note_ended
from app.importing.stackexchange.report import ImportReport
from app.importing.stackexchange.tags import import_descriptions, import_tags

# How often each file is read.
PASSES = {"Votes": 1, "Users": 1, "Tags": 1, "Posts": 3, "Comments": 1, "PostLinks": 1}
SOURCE_MAX = 80
NAME_MAX = 80

Progress = Callable[[str, int, int], None]
"""Called with the name of the file being read, the bytes read so far in all passes, and their total."""


class Destination(Struct, frozen=True):
    """Where questions go: the category of this slug, made (public) with this name when there is none."""

    name: str
    slug: str


def parse_destination(value: str | None, source: str) -> Destination:
    """Return the destination of `NAME/slug` (or of a name alone; default: the site's name). Raises Invalid for an empty name."""
    name, _, slug = (value or source.replace("-", " ").replace("_", " ").title()).rpartition("/")
    name, slug = (name, slug) if name else (slug, slug)
    name = shorten(clean_line(name), NAME_MAX)
    if not name:
        raise Invalid('Please give the category a name, as in --category "Travel/travel".')
    return Destination(name, slugify(slug, NAME_MAX))


def source_name(site: str | None, directory: Path) -> str:
    """Return the name under which the site is remembered: the given one, or the folder's."""
    return shorten(clean_line(site or directory.resolve().name), SOURCE_MAX)


def run_import(
    directory: Path, settings: Settings, *, source: str, destination: Destination, on_progress: Progress | None = None
) -> ImportReport:
    """Import a dump and return what happened. It may be killed at any moment and run again; a second run changes nothing.

    Raises Invalid when there is no dump in the folder, or one that attacks its reader.
    """
    started = time.monotonic()
    meter = _Meter(on_progress)
    dump = Dump(directory, meter.at)
    _look_into(dump)
    meter.begin({name: file.size * PASSES[name] for name, file in dump.files.items()})
    report = ImportReport(source)
    votes = read_votes(dump, report)
    run = Import(
        dump=dump, source=source, category_id=_ensure_category(destination), own_host=urlsplit(settings.base_url).netloc,
        report=report, votes=votes, has_begun=is_begun(source),
    )  # fmt: skip
    import_people(run)
    described = import_tags(run)
    import_questions(run)
    import_answers(run)
    account_for_other_votes(run)
    import_descriptions(run, described)
    import_comments(run)
    import_links(run)
    if run.has_begun:
        _finish(run)
    report.seconds = time.monotonic() - started
    return report


def _look_into(dump: Dump) -> None:
    """Open each file up to its first row (votes were read whole), so that an attack is refused before anything is written."""
    for rows in (dump.users(), dump.posts(), dump.comments(), dump.links(), dump.tags()):
        next(rows, None)


def _ensure_category(destination: Destination) -> int:
    statement = sa.select(Category.id).where(Category.slug == destination.slug)
    found = db.session.scalar(statement)
    if found is not None:
        return found
    with unit_of_work():
        last = db.session.scalar(sa.select(sa.func.max(Category.position)))
        category = Category(slug=destination.slug, name=destination.name, position=0 if last is None else last + 1)
        db.session.add(category)
        db.session.flush()
        return category.id


def _finish(run: Import) -> None:
    """Derive the figures of all threads of the site, then let index and proposals follow. Ends the import."""
    last = 0
    while ids := list_local_ids(run.source, QUESTION, last, BATCH):
        with unit_of_work():
            write_figures(ids)
        last = ids[-1]
    with unit_of_work():
        write_listing_counts()
        enqueue_follow_up()
        note_ended(run.source)


class _Meter:
    """Adds up what has been read of all files, each as often as it is read."""

    def __init__(self, on_progress: Progress | None) -> None:
        self._on_progress = on_progress
        self._total = 0
        self._done = 0
        self._name = ""
        self._position = 0

    def begin(self, sizes: dict[str, int]) -> None:
        """Start counting towards the sum of these."""
        self._total, self._done, self._name, self._position = sum(sizes.values()), 0, "", 0

    def at(self, name: str, position: int) -> None:
        """Note how far a file has been read; a position before the last one begins another pass."""
        if name != self._name or position < self._position:
            self._done += self._position
        self._name, self._position = name, position
        if self._on_progress and self._total:
            self._on_progress(name, min(self._total, self._done + position), self._total)
