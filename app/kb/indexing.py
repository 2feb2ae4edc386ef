"""Articles for the search: what goes into the index, and the cards of hits. Only published articles can be found."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db, read
from app.core.text import shorten
from app.forum.models import Category, Tag, Thread, ThreadTag
from app.forum.queries.categories import reader_of
from app.kb.models import Article, ArticleSource, ArticleState, Section
from app.kb.policies import listed_of_named
from app.kb.queries.versions import holds_on
from app.kb.queries.wordings import Wording, each_once, load_wordings, open_to_readers
from app.kb.urls import article_path
from app.pageviews.queries import total_views
from app.search.documents import ARTICLE, HitCard, SearchDocument, TitleCard

EXCERPT = 200
TAGS = 8


def load_many(ids: Sequence[int]) -> dict[int, SearchDocument]:
    """Return the documents of published articles by id, in five statements; others are missing and leave the index."""
    statement = (
        sa.select(Article, Person.name)
        .outerjoin(Person, Person.id == Article.owner_id)
        .where(Article.id.in_(ids), Article.state == ArticleState.PUBLISHED)
    )
    found = db.session.execute(statement).all()
    published = [article.id for article, _owner in found]
    views, tags, wordings = total_views(ARTICLE, published), _tags(published), load_wordings(published)
    versions = holds_on(published)
    return {
        article.id: _document(
            article,
            owner or "",
            views.get(article.id, 0),
            tags.get(article.id, ()),
            wordings.get(article.id, ()),
            versions.get(article.id, ""),
        )
        for article, owner in found
    }


def _document(
    article: Article, owner: str, views: int, tags: tuple[str, ...], wordings: Sequence[Wording], versions: str
) -> SearchDocument:
    text = (article.summary, article.applies_to, versions, article.body_text)
    own, fresh = each_once(article.title, (*article.asked_as_lines, *article.searched_as_lines), wordings)
    return SearchDocument(
        kind=ARTICLE, id=article.id, audience=article.audience, category="", status=article.state, thread_kind="", tags=tags,
        title=article.title, body=" ".join(part for part in text if part),
        answers="", asked_as="\n".join((*own, *(one.text for one in fresh))), author=owner,
        votes=max(0, article.helpful_yes - article.helpful_no), views=views, created_at=article.published_at or article.created_at,
        active_at=article.modified_at, is_solved=True, lang=article.language,
        needs_work=article.needs_work_at is not None,
    )  # fmt: skip


def _tags(article_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return the tags of the threads that articles were built from and that all their readers may read, the most used first."""
    uses = sa.func.count()
    statement = (
        sa.select(ArticleSource.article_id, Tag.name)
        .join(Article, Article.id == ArticleSource.article_id)
        .join(Thread, Thread.id == ArticleSource.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .join(ThreadTag, ThreadTag.thread_id == Thread.id)
        .join(Tag, Tag.id == ThreadTag.tag_id)
        .where(ArticleSource.article_id.in_(article_ids), Thread.hidden_at.is_(None), Thread.held_at.is_(None), open_to_readers())
        .group_by(ArticleSource.article_id, Tag.name)
        .order_by(ArticleSource.article_id, uses.desc(), Tag.name)
    )
    tags: dict[int, tuple[str, ...]] = {}
    for article_id, name in db.session.execute(statement):
        tags[article_id] = (*tags.get(article_id, ()), name)[:TAGS]
    return tags


def all_ids() -> Iterable[int]:
    """Return the ids of all articles that belong into the index."""
    return db.session.scalars(sa.select(Article.id).where(Article.state == ArticleState.PUBLISHED).order_by(Article.id)).all()


def present(ids: Sequence[int], actor: Actor) -> dict[int, HitCard]:
    """Return the cards of articles that the actor may find, in one statement."""
    return {
        row.id: HitCard(
            kind=ARTICLE, id=row.id, title=row.title, path=article_path(row.section_slug, row.slug), status=row.state,
            text=f"{row.summary}\n{row.body_text}".strip(), excerpt=row.summary or shorten(row.body_text, EXCERPT),
            created_at=row.published_at, category_name=row.section_title, is_solved=True, audience=row.audience,
        )
        for row in read(_cards(reader_of(actor)), {"ids": list(ids)})
    }  # fmt: skip


def titles(ids: Sequence[int], actor: Actor) -> dict[int, TitleCard]:
    """Return links to the articles that the actor may find, in one statement that reads no texts."""
    rows = read(_title_rows(reader_of(actor)), {"ids": list(ids)})
    return {row.id: TitleCard(ARTICLE, row.id, row.title, article_path(row.section_slug, row.slug), row.state) for row in rows}


def _listed(reader: Actor, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Article.id, Article.title, Article.slug, Article.state, Section.slug.label("section_slug"), *columns)
        .join(Section, Section.id == Article.section_id)
        .where(Article.id.in_(sa.bindparam("ids", expanding=True)), listed_of_named(reader))
    )


@lru_cache(maxsize=8)
def _title_rows(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    return _listed(reader)


@lru_cache(maxsize=8)
def _cards(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    return _listed(
        reader, Article.summary, Article.body_text, Article.audience, Article.published_at, Section.title.label("section_title"),
    )  # fmt: skip
