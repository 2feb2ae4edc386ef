"""The articles that a figure counts, as rows: a page of them for reading, or all of them for files."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.db import connection, read
from app.core.pagination import Page, window
from app.core.records import Struct
from app.insights.predicates import Predicate, source_of
from app.insights.queries.listing import PER_PAGE, STREAMED
from app.insights.scope import Scope
from app.kb.models import Article, Section
from app.kb.urls import article_path


class ArticleLine(Struct, frozen=True):
    """An article that a figure counts. `amount` is what it counts for; the owner's name is empty where nobody looks after it.

    `confirmed_at` is when somebody last said that it is right; `helpful` and `unhelpful` are all words of its readers.
    """

    id: int
    title: str
    path: str
    state: str
    audience: str
    section_title: str
    owner_name: str
    published_at: datetime | None
    confirmed_at: datetime | None
    helpful: int
    unhelpful: int
    amount: int


def list_articles(scope: Scope, predicate: Predicate, page: int) -> Page[ArticleLine]:
    """Return one page of the articles that the predicate chooses (one statement). Raises NotFound past the end."""
    offset, limit = window(page, PER_PAGE)
    rows = read(_statement(scope, predicate).offset(offset).limit(limit)).all()
    return Page.from_rows([_line(row) for row in rows], page, PER_PAGE)


def iterate_articles(scope: Scope, predicate: Predicate) -> Iterator[ArticleLine]:
    """Yield all articles that the predicate chooses, in the order of the list; few are held at a time."""
    rows = connection().execute(_statement(scope, predicate).execution_options(yield_per=STREAMED))
    try:
        for row in rows:
            yield _line(row)
    finally:
        rows.close()


def _statement(scope: Scope, predicate: Predicate) -> sa.Select[*tuple[Any, ...]]:
    """Those that count for most first, then by title."""
    amount = predicate.amount(scope) if predicate.amount is not None else sa.literal(1)
    columns = (
        Article.id, Article.title, Section.slug, Article.slug.label("name"), Article.state, Article.audience, Section.title.label("shelf"),
        Person.display_name, Article.published_at, Article.verified_at, Article.helpful_yes, Article.helpful_no,
        amount.label("amount"),
    )  # fmt: skip
    statement = source_of(sa.select(*columns), [predicate]).outerjoin(Person, Person.id == Article.owner_id)
    return statement.where(predicate.criterion(scope)).order_by(sa.desc("amount"), Article.title, Article.id)


def _line(row: Any) -> ArticleLine:
    article_id, title, section, slug, state, audience, shelf, owner, published, confirmed, helpful, unhelpful, amount = row
    path = article_path(section, slug)
    return ArticleLine(
        article_id, title, path, state, audience, shelf, owner or "", published, confirmed, helpful, unhelpful, int(amount or 0)
    )
