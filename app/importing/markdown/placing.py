"""Where imported articles go, and which of them stand here already. Works in the caller's unit of work."""

from collections.abc import Sequence
from hashlib import blake2b

import sqlalchemy as sa

from app.accounts.queries import find_people_by_names
from app.core.actor import SYSTEM
from app.core.db import db, upsert
from app.core.errors import Invalid
from app.core.uow import require_unit_of_work
from app.importing.markdown.files import ArticleFile, SectionFile
from app.importing.markdown.folder import Library, section_of
from app.importing.models import ImportRecord
from app.kb.models import Article, Section
from app.kb.queries.articles import find_slug_owner, get_article_for_update
from app.kb.services.sections import create_section

KIND = "article"
EXTERNAL_MAX = 80


def ensure_section(library: Library, slugs: tuple[str, ...], root: SectionFile | None) -> tuple[int, int]:
    """Return the id of the section that a file lies in, and how many sections had to be made for it. Raises Invalid."""
    require_unit_of_work()
    wanted = [root] if root else []
    for depth in range(1, len(slugs) + 1):
        wanted.append(section_of(library, slugs[:depth]))
    if not wanted:
        raise Invalid("it lies in no folder; name a section with --section")
    parent_id, made = 0, 0
    for told in wanted:
        found = db.session.scalar(sa.select(Section.id).where(Section.slug == told.slug))
        if found is None:
            section = create_section(
                SYSTEM, title=told.title, parent_id=parent_id or None, description=told.description, slug=told.slug,
                language=told.language,
            )  # fmt: skip
            found, made = section.id, made + 1
        parent_id = found
    return parent_id, made


def prepare_sections(library: Library, root: SectionFile | None) -> int:
    """Make the sections that have a file of their own, in the order that the files say, and return how many were made."""
    made = 0
    for slugs in sorted(library.sections, key=lambda slugs: (len(slugs), _position(library, slugs), slugs)):
        made += ensure_section(library, slugs, root)[1]
    return made


def _position(library: Library, slugs: tuple[str, ...]) -> int:
    position = library.sections[slugs].position
    return 2**31 if position is None else position


def find_known(source: str, file: ArticleFile) -> Article | None:
    """Return the article that this file became before, or that has its address; locked."""
    record = db.session.get(ImportRecord, (source, KIND, _external(file)))
    known = record.local_id if record is not None else None
    if known is None and file.slug:
        known = find_slug_owner(file.slug)
    return get_article_for_update(known) if known is not None else None


def note_known(source: str, file: ArticleFile, article_id: int) -> None:
    """Remember which article a file became."""
    require_unit_of_work()
    row = {"source": source, "kind": KIND, "external_id": _external(file), "local_id": article_id}
    upsert(ImportRecord.__table__, [row], ["source", "kind", "external_id"], ["local_id"])


def _external(file: ArticleFile) -> str:
    """Return the name of a file in the memory of imports: its path, or what stands for a long one."""
    return file.path if len(file.path) <= EXTERNAL_MAX else blake2b(file.path.encode(), digest_size=24).hexdigest()


def people_of(names: Sequence[str]) -> dict[str, int]:
    """Return the ids of those among these names that have an account here."""
    wanted = [name for name in names if name]
    return {person.name: person.id for person in find_people_by_names(wanted)} if wanted else {}
