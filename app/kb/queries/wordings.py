"""How people ask what an article answers: the titles of the duplicates of its sources, as they stand now.

Only duplicates that every reader of the article may read; those that a curator took out are told apart. Wordings written by hand
are the article's own `asked_as`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.actor import ANONYMOUS, Audience
from app.core.db import db, read
from app.core.records import Struct
from app.forum.models import Category, Thread
from app.forum.urls import thread_path
from app.kb.models import Article, ArticleSource, RemovedSearch, RemovedWording
from app.search.documents import ARTICLE, make_key
from app.search.ledger.reading import failed_wordings
from app.web.marking import SITE, THREADS, article_tag
from app.web.remembering import remember

MOST = 50
"""Wordings from duplicates that one article takes, the oldest first."""


class Wording(Struct, frozen=True):
    """The title of a duplicate, and where it is read. `is_removed`: a curator took it out."""

    thread_id: int
    text: str
    path: str
    is_removed: bool = False


def open_to_readers() -> sa.ColumnElement[bool]:
    """Say in SQL that everybody who reads `Article` may read threads of `Category`."""
    return sa.or_(
        Category.audience == Audience.PUBLIC,
        Category.audience == Article.audience,
        sa.and_(Category.audience == Audience.MEMBERS, Article.audience == Audience.STAFF),
    )


@lru_cache(maxsize=1)
def _wordings() -> sa.Select[*tuple[Any, ...]]:
    """Return the select of wordings of the articles `ids`: built once, for that takes longer than running it."""
    source, own = aliased(Thread), aliased(ArticleSource)
    root = sa.func.coalesce(source.duplicate_of_id, source.id)
    is_source = sa.exists().where(own.article_id == Article.id, own.thread_id == Thread.id)
    return (
        sa.select(Article.id, Thread.id, Thread.title, Thread.kind, Thread.slug, RemovedWording.thread_id.is_not(None))
        .select_from(ArticleSource)
        .join(Article, Article.id == ArticleSource.article_id)
        .join(source, source.id == ArticleSource.thread_id)
        .join(Thread, sa.or_(Thread.duplicate_of_id == root, Thread.id == root))
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(
            RemovedWording, sa.and_(RemovedWording.article_id == Article.id, RemovedWording.thread_id == Thread.id)
        )
        .where(
            ArticleSource.article_id.in_(sa.bindparam("ids", expanding=True)), ~is_source, Thread.hidden_at.is_(None),
            Thread.held_at.is_(None), open_to_readers(),
        )
        .distinct()
        .order_by(Article.id, Thread.id)
    )  # fmt: skip


def load_wordings(article_ids: Sequence[int], with_removed: bool = False) -> dict[int, list[Wording]]:
    """Return the wordings of articles that come from duplicates, in one statement."""
    found: dict[int, list[Wording]] = defaultdict(list)
    for article_id, thread_id, title, kind, slug, is_removed in (
        read(_wordings(), {"ids": list(article_ids)}) if article_ids else ()
    ):
        if with_removed or (not is_removed and len(found[article_id]) < MOST):
            found[article_id].append(Wording(thread_id, title, thread_path(kind, thread_id, slug), is_removed))
    return found


def searched_wordings(articles: Sequence[Article]) -> dict[int, list[str]]:
    """Return the searches that failed before they ended at articles after all, one statement for each audience of these and one more.

    Only what several people typed who read no more than everybody who reads the article (see search.ledger), and not what a curator
    took out.
    """
    found: dict[int, list[str]] = {}
    for audience in dict.fromkeys(article.audience for article in articles):
        ids = {make_key(ARTICLE, article.id): article.id for article in articles if article.audience == audience}
        for key, texts in failed_wordings(list(ids), audience).items():
            found[ids[key]] = texts
    removed = _removed_searches(list(found))
    return {article_id: [text for text in texts if text not in removed[article_id]] for article_id, texts in found.items()}


def _removed_searches(article_ids: Sequence[int]) -> dict[int, list[str]]:
    statement = (
        sa.select(RemovedSearch.article_id, RemovedSearch.text)
        .where(RemovedSearch.article_id.in_(article_ids))
        .order_by(RemovedSearch.removed_at.desc(), RemovedSearch.text)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for article_id, text in db.session.execute(statement) if article_ids else ():
        found[article_id].append(text)
    return found


def list_removed_searches(article_id: int) -> list[str]:
    """Return what people searched for that a curator took out of the wordings of an article, the last one first."""
    return _removed_searches([article_id])[article_id]


def list_wordings(article_id: int, with_removed: bool = False) -> tuple[Wording, ...]:
    """Return the wordings of one article that come from duplicates: remembered while nothing about it and no thread changes."""
    tags = (article_tag(article_id), THREADS, SITE)
    return remember(
        ANONYMOUS,
        ("wordings", article_id, with_removed),
        tags,
        lambda: tuple(load_wordings([article_id], with_removed).get(article_id, ())),
    )


def each_once(title: str, own: Iterable[str], wordings: Iterable[Wording]) -> tuple[list[str], list[Wording]]:
    """Return the wordings written by hand and those from duplicates, each wording once and none that is the title itself."""
    by_text = {line.casefold(): line for line in reversed(list(own))}
    by_text.pop(title.casefold(), None)
    fresh = {one.text.casefold(): one for one in reversed(list(wordings))}
    kept = [one for text, one in fresh.items() if text not in by_text and text != title.casefold()]
    return list(by_text.values())[::-1], kept[::-1]


def list_articles_of_issue(thread_ids: Iterable[int]) -> list[int]:
    """Return the ids of articles built from these threads, from their duplicates, or from what they are duplicates of."""
    wanted = list(thread_ids)
    original = aliased(Thread)
    roots = sa.select(sa.func.coalesce(original.duplicate_of_id, original.id)).where(original.id.in_(wanted))
    statement = (
        sa.select(ArticleSource.article_id)
        .join(Thread, Thread.id == ArticleSource.thread_id)
        .where(sa.or_(Thread.id.in_(wanted), Thread.id.in_(roots), Thread.duplicate_of_id.in_(roots)))
        .distinct()
    )
    return sorted(db.session.scalars(statement))
