"""From the knowledge base to Markdown files. Reads only; what is left out depends on for whom the export is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import ANONYMOUS, SYSTEM, Actor, Audience, Role
from app.core.db import db
from app.core.records import Struct
from app.forum.models import Category, Post, Thread
from app.forum.policies import listed_threads
from app.forum.urls import post_path
from app.importing.markdown.files import ArticleFile, SectionFile, SourceLine
from app.importing.markdown.folder import Library
from app.importing.markdown.images import collect_images
from app.kb.models import Article, ArticleRevision, ArticleSource, ArticleState
from app.kb.queries.sections import SectionTree, load_tree
from app.kb.queries.wordings import each_once, load_wordings

BATCH = 200
READERS = {Audience.PUBLIC: ANONYMOUS, Audience.MEMBERS: Actor(id=0, role=Role.MEMBER), Audience.STAFF: SYSTEM}


class Extent(Struct, frozen=True):
    """What an export holds: articles that everybody of `audience` may read; drafts and what waits for review on request."""

    audience: Audience = Audience.STAFF
    with_drafts: bool = True

    @property
    def reader(self) -> Actor:
        """Somebody who may read just this."""
        return READERS[self.audience]


def export_library(base_url: str, instance_path: Path, extent: Extent) -> Library:
    """Return all articles as files, with their sections and images. Of each its published text, of drafts the newest."""
    library, tree, last = Library(), load_tree(SYSTEM, with_empty=True), 0
    while True:
        rows = _load_batch(extent, last)
        if not rows:
            break
        ids = [row.Article.id for row in rows]
        sources, wordings = _sources(ids, base_url, extent), load_wordings(ids)
        for row in rows:
            slugs = tuple(node.slug for node in tree.trail(row.Article.section_id))
            fresh = each_once(row.title, row.asked_as.splitlines(), wordings.get(row.Article.id, ()))[1]
            library.articles.append(_file(row, slugs, sources.get(row.Article.id, ()), tuple(one.text for one in fresh)))
        last = ids[-1]
    _add_sections(library, tree)
    library.images = collect_images((article.body for article in library.articles), instance_path)
    return library


def _load_batch(extent: Extent, after: int) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    shown = sa.func.coalesce(Article.published_revision, Article.revision)
    owner, verifier = aliased(Person), aliased(Person)
    statement = (
        sa.select(
            Article, ArticleRevision.number, ArticleRevision.title, ArticleRevision.summary, ArticleRevision.applies_to,
            ArticleRevision.asked_as, ArticleRevision.body_source, owner.name.label("owner"), verifier.name.label("verifier"),
        )
        .join(ArticleRevision, sa.and_(ArticleRevision.article_id == Article.id, ArticleRevision.number == shown))
        .outerjoin(owner, owner.id == Article.owner_id)
        .outerjoin(verifier, verifier.id == Article.verified_by_id)
        .where(Article.id > after, Article.audience.in_(extent.reader.audiences))
        .order_by(Article.id)
        .limit(BATCH)
    )  # fmt: skip
    if not extent.with_drafts:
        is_out = Article.state.in_((ArticleState.PUBLISHED, ArticleState.ARCHIVED))
        statement = statement.where(is_out, Article.published_revision.is_not(None))
    return db.session.execute(statement).all()


def _file(
    row: sa.Row[*tuple[Any, ...]], slugs: tuple[str, ...], sources: tuple[SourceLine, ...], duplicates: tuple[str, ...]
) -> ArticleFile:
    article: Article = row.Article
    return ArticleFile(
        title=row.title, body=row.body_source.rstrip() + "\n", slug=article.slug, sections=slugs, state=article.state,
        audience=article.audience, language=article.language, kind=article.kind, summary=row.summary, applies_to=row.applies_to,
        asked_as=tuple(line for line in row.asked_as.splitlines() if line.strip()), duplicates=duplicates, owner=row.owner or "",
        revision=row.number, published_at=article.published_at, modified_at=article.modified_at, verified_at=article.verified_at,
        verified_by=row.verifier or "", sources=sources,
    )  # fmt: skip


def _sources(ids: Sequence[int], base_url: str, extent: Extent) -> dict[int, tuple[SourceLine, ...]]:
    """Return the sources of articles; unless the export is for staff, only those that its readers may look up."""
    author = sa.func.coalesce(sa.func.nullif(Person.display_name, ""), Person.name, "")
    statement = (
        sa.select(ArticleSource, Thread.title, author)
        .join(Thread, Thread.id == ArticleSource.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .join(Post, Post.id == ArticleSource.post_id)
        .outerjoin(Person, Person.id == ArticleSource.author_id)
        .where(ArticleSource.article_id.in_(ids), ArticleSource.is_shown)
        .order_by(ArticleSource.article_id, ArticleSource.position, ArticleSource.id)
    )
    if extent.audience != Audience.STAFF:
        statement = statement.where(listed_threads(extent.reader), Post.hidden_at.is_(None), Post.held_at.is_(None))
    found: dict[int, tuple[SourceLine, ...]] = {}
    for source, title, name in db.session.execute(statement):
        line = SourceLine(
            role=source.role, post=source.post_id, revision=source.post_revision, hash=source.post_hash, author=name, title=title,
            url=base_url + post_path(source.post_id),
        )  # fmt: skip
        found[source.article_id] = (*found.get(source.article_id, ()), line)
    return found


def _add_sections(library: Library, tree: SectionTree) -> None:
    """Add the sections that articles of the export lie in, with those above them. Others say nothing to its readers."""
    needed = {article.sections[:depth] for article in library.articles for depth in range(1, len(article.sections) + 1)}
    for node in tree.flat():
        slugs = tuple(above.slug for above in tree.trail(node.id))
        if slugs in needed:
            library.sections[slugs] = SectionFile(node.slug, node.title, node.description, node.position, node.language)
