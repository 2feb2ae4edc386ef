"""Articles from files into the knowledge base: each in a unit of work of its own, through the same services as the pages.

It can be interrupted and run again. What stands here wins: an article that somebody changed since it came in is left alone, unless
the file names the very revision that is the newest one here, or the caller says that files win.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import sqlalchemy as sa

from app.core.actor import SYSTEM, Audience
from app.core.db import db
from app.core.errors import AppError, Conflict, Invalid
from app.core.markup import Rendered, render_markdown
from app.core.records import Struct, replace
from app.core.uow import unit_of_work
from app.importing.markdown.files import ArticleFile, SectionFile, SourceLine
from app.importing.markdown.folder import Library
from app.importing.markdown.images import bring_images
from app.importing.markdown.placing import ensure_section, find_known, note_known, people_of, prepare_sections
from app.importing.markdown.report import Fate, Report
from app.kb.models import Article, ArticleKind, ArticleRevision, ArticleState
from app.kb.queries.articles import get_revision
from app.kb.queries.wordings import list_wordings
from app.kb.services import publishing, writing
from app.kb.services.assembling import read_blocks
from app.kb.services.attaching import Claim, attach_sources, find_origins, known_claims
from app.kb.services.writing import ARTICLE_MAX, ArticleText, Placement
from app.search.documents import ARTICLE, request_sync

NOTE = "Imported"
LIVE = (ArticleState.PUBLISHED, ArticleState.ARCHIVED)


class Wishes(Struct, frozen=True):
    """What the caller wants for files that do not say it themselves, and where all of them go.

    `source` is the name under which the files are remembered; `root` the section above all of theirs.
    `files_win`: articles that were changed here since are overwritten (as a new revision; nothing is lost).
    """

    source: str
    own_host: str
    instance_path: Path
    root: SectionFile | None = None
    state: str = ArticleState.DRAFT
    audience: str = Audience.PUBLIC
    language: str = ""
    kind: str = ""
    owner: str = ""
    files_win: bool = False


class _Ready(Struct, frozen=True):
    """A file with everything that is slow or only reads already done."""

    file: ArticleFile
    text: ArticleText
    claims: tuple[Claim, ...]


def bring_in(library: Library, wishes: Wishes, on_progress: Callable[[int], None] | None = None) -> Report:
    """Write the articles of a library and return what happened; `on_progress` is called with 1 for each article."""
    begun, report = time.monotonic(), Report()
    _check_wishes(wishes)
    images, report.images = bring_images(library, wishes.source, wishes.instance_path)
    for one in library.unreadable:
        report.leave_out(one.path, one.reason)
    with unit_of_work():
        report.sections = prepare_sections(library, wishes.root)
    for file in library.articles:
        try:
            ready = _prepare(_completed(file, wishes), wishes, images)
            with unit_of_work():
                fate, made = _bring(ready, library, wishes)
            report.fates[fate] += 1
            report.sections += made
        except AppError as error:
            report.leave_out(file.path, error.message)
        if on_progress:
            on_progress(1)
    report.seconds = time.monotonic() - begun
    return report


def _check_wishes(wishes: Wishes) -> None:
    if wishes.owner and wishes.owner not in people_of([wishes.owner]):
        raise Invalid(f"There is nobody called {wishes.owner}.")


def _completed(file: ArticleFile, wishes: Wishes) -> ArticleFile:
    """Return the file with the caller's wishes where it says nothing. Raises Invalid for values that do not exist."""
    full = replace(
        file, state=file.state or wishes.state, audience=file.audience or wishes.audience,
        language=file.language or wishes.language, kind=file.kind or wishes.kind or ArticleKind.SOLUTION,
        owner=file.owner or wishes.owner,
    )  # fmt: skip
    for name, allowed in (("state", ArticleState), ("audience", Audience), ("kind", ArticleKind)):
        if getattr(full, name) not in allowed._value2member_map_:
            raise Invalid(f"its {name} {getattr(full, name)[:20]!r} is none of {', '.join(allowed)}")
    return full


def _prepare(file: ArticleFile, wishes: Wishes, images: dict[str, str]) -> _Ready:
    """Render the text, and find out which of its sources are known here; the others are credited at its end."""
    claims = tuple(Claim(line.post, line.revision, line.hash, line.role) for line in file.sources)
    known = known_claims(claims)
    strangers = [line for line, claim in zip(file.sources, claims, strict=True) if claim not in known]
    source = file.body
    for name, kept in images.items():
        source = source.replace(f"/uploads/{name}", f"/uploads/{kept}")
    text = ArticleText(
        file.title,
        _render(source + _credits(strangers), wishes.own_host),
        file.summary,
        file.applies_to,
        "\n".join(file.asked_as),
    )
    return _Ready(file, text, tuple(claim for claim in claims if claim in known))


def _render(source: str, own_host: str) -> Rendered:
    return render_markdown(source.strip("\n"), own_host=own_host, top_level=2, max_length=ARTICLE_MAX)


def _credits(lines: Sequence[SourceLine]) -> str:
    """Return a last paragraph that names the authors of sources on another site, each post once."""
    named = {line.post: line for line in lines}.values()
    links = [f"[{_plain(line.title or 'a post')}]({line.url})" if line.url else _plain(line.title) for line in named]
    credits = [f"{link} by {_plain(line.author or 'somebody who left')}" for link, line in zip(links, named, strict=True)]
    return f"\n\nBuilt from {'; '.join(credits)}.\n" if credits else ""


def _plain(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#()" else sign for sign in text)


def _bring(ready: _Ready, library: Library, wishes: Wishes) -> tuple[Fate, int]:
    """Write one article, and return what became of it and how many sections were made for it."""
    section_id, made = ensure_section(library, ready.file.sections, wishes.root)
    article = find_known(wishes.source, ready.file)
    fate = Fate.NEW if article is None else _update(ready, article, section_id, wishes)
    note_known(wishes.source, ready.file, (article or _create(ready, section_id)).id)
    return fate, made


def _place(file: ArticleFile, section_id: int) -> Placement:
    return Placement(section_id, file.audience, file.slug, file.kind, file.language or None)


def _create(ready: _Ready, section_id: int) -> Article:
    file, text = ready.file, ready.text
    text = replace(text, asked_as="\n".join(dict.fromkeys((*file.asked_as, *file.duplicates))))
    article = writing.create_article(SYSTEM, place=_place(file, section_id), text=_in_blocks(ready, text), note=NOTE)
    if file.state in LIVE:
        article.published_at = file.published_at  # known to have been out before: nobody is told that it is new
        publishing.publish(SYSTEM, article_id=article.id)
    if file.state == ArticleState.ARCHIVED:
        publishing.archive(SYSTEM, article_id=article.id)
    elif file.state == ArticleState.IN_REVIEW:
        publishing.submit_for_review(SYSTEM, article_id=article.id)
    _date(article, file)
    _own(article, file)
    return article


def _date(article: Article, file: ArticleFile) -> None:
    """Take the dates of the file over. That a file came in is no confirmation that it is right."""
    article.modified_at = file.modified_at or article.modified_at
    article.verified_at = file.verified_at
    article.verified_by_id = people_of([file.verified_by]).get(file.verified_by) if file.verified_at else None


def _own(article: Article, file: ArticleFile) -> None:
    article.owner_id = people_of([file.owner]).get(file.owner, article.owner_id)
    db.session.flush()
    request_sync(ARTICLE, article.id)


def _update(ready: _Ready, article: Article, section_id: int, wishes: Wishes) -> Fate:
    """Bring a known article up to its file. Raises Conflict when somebody changed it here meanwhile."""
    file, text = ready.file, ready.text
    derived = {wording.text for wording in list_wordings(article.id)}
    asked_as = (*file.asked_as, *(line for line in file.duplicates if line not in derived))
    text = replace(text, asked_as="\n".join(dict.fromkeys(asked_as)))
    shown = get_revision(article.id, article.published_revision or article.revision)
    is_same_text = _says(shown, text)
    is_to_publish = file.state == ArticleState.PUBLISHED and article.state != ArticleState.ARCHIVED
    if is_same_text and _is_placed(article, file, section_id) and (article.published_revision or not is_to_publish):
        attached = attach_sources(article, ready.claims)
        return Fate.UPDATED if attached else Fate.UNCHANGED
    if not is_same_text and not wishes.files_win and not _may_follow(article, file):
        raise Conflict("it was changed here since; --files-win makes the file its newest version")
    if is_same_text:
        attach_sources(article, ready.claims)
        text = _text_of(get_revision(article.id, article.revision), wishes.own_host)
    else:
        text = _in_blocks(ready, text, article.id)
    writing.save_revision(
        SYSTEM, article_id=article.id, base_revision=article.revision, place=_place(file, section_id), text=text, note=NOTE,
        is_published_next=is_to_publish,
    )  # fmt: skip
    if is_to_publish and (not is_same_text or article.published_revision is None):
        publishing.publish(SYSTEM, article_id=article.id)
        _date(article, file)
    _own(article, file)
    return Fate.UPDATED


def _in_blocks(ready: _Ready, text: ArticleText, article_id: int | None = None) -> ArticleText:
    """Return the text read as blocks, which know the file's sources, and those that the article has already: no credit is lost."""
    if writing.is_blank(text.body):
        return text
    return replace(text, blocks=read_blocks(text.body.source, find_origins(ready.claims, article_id)))


def _says(revision: ArticleRevision, text: ArticleText) -> bool:
    before = (revision.title, revision.summary, revision.applies_to, revision.asked_as, revision.body_source.strip())
    return before == (text.title, text.summary, text.applies_to, text.asked_as, text.body.source.strip())


def _text_of(revision: ArticleRevision, own_host: str) -> ArticleText:
    body = _render(revision.body_source, own_host)
    return ArticleText(revision.title, body, revision.summary, revision.applies_to, revision.asked_as)


def _is_placed(article: Article, file: ArticleFile, section_id: int) -> bool:
    here = (article.section_id, article.audience, article.kind)
    is_same = file.slug in ("", article.slug) and file.language in ("", article.language)
    return is_same and here == (section_id, file.audience, file.kind)


def _may_follow(article: Article, file: ArticleFile) -> bool:
    """Return whether the file was written on top of what stands here: its revision is named, or came from an import itself."""
    if file.revision is not None:
        return file.revision == article.revision
    newest = sa.select(ArticleRevision.note, ArticleRevision.editor_id).where(
        ArticleRevision.article_id == article.id, ArticleRevision.number == article.revision
    )
    row = db.session.execute(newest).one()
    return row.note == NOTE and row.editor_id is None
