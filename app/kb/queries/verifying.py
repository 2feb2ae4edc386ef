"""What should be looked at again: articles, and solved questions without one, the most read first. Reads only."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.pagination import Page, window
from app.core.records import Struct
from app.forum.models import Category, ProductVersion, Thread, ThreadVersion
from app.forum.models.thread import Status
from app.forum.policies import listed_threads
from app.forum.queries.versions import current_versions
from app.forum.urls import thread_path
from app.kb.models import Article, ArticleState, ArticleVersion, Section
from app.kb.policies import visible_articles
from app.kb.urls import article_path
from app.pageviews.queries import views_subquery

PER_PAGE = 25
READ_DAYS = 30
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
VIEWS = ("all", "versions", "sources", "dates", "readers", "unowned", "threads")


class Unchecked(Struct, frozen=True):
    """A current version on which something was not checked yet."""

    id: int
    label: str


class VerifyRow(Struct, frozen=True):
    """An article to look at again, with the reasons; `views` are those of the last 30 days."""

    id: int
    title: str
    path: str
    views: int
    owner_name: str
    owner_path: str
    verified_at: datetime | None
    source_changed_at: datetime | None
    review_due_at: datetime | None
    needs_work_at: datetime | None
    versions: tuple[Unchecked, ...]


class ThreadToVerify(Struct, frozen=True):
    """A solved question whose solution was not checked on the current versions; `views` are those of the last 30 days."""

    id: int
    title: str
    path: str
    views: int
    version_words: str
    versions: tuple[Unchecked, ...]
    outdated_at: datetime | None = None


def _unchecked(words: type[ArticleVersion] | type[ThreadVersion], owner: str) -> sa.Subquery:
    """(owner, version_id, product, name): current versions of concerned products about which `words` say nothing.

    A thread that was asked about the current version was solved there. What was known before somebody reported a thread as out of
    date does not count any more.
    """
    current, named, word = current_versions(), aliased(ProductVersion), aliased(words)
    own = getattr(words, owner)
    is_known = sa.exists().where(getattr(word, owner) == own, word.version_id == current.c.version_id)
    if words is ThreadVersion:
        outdated_at = sa.select(Thread.outdated_at).where(Thread.id == own).correlate(words).scalar_subquery()
        is_known = is_known.where(word.decided_at > sa.func.coalesce(outdated_at, _NEVER))
    return (
        sa.select(own, current.c.version_id, current.c.product, current.c.name)
        .join(named, named.id == words.version_id)
        .join(current, current.c.product_id == named.product_id)
        .where(sa.not_(is_known))
        .distinct()
        .subquery()
    )


def _unchecked_articles() -> sa.Subquery:
    return _unchecked(ArticleVersion, "article_id")


def _unchecked_threads() -> sa.Subquery:
    return _unchecked(ThreadVersion, "thread_id")


def _reasons(moment: datetime) -> dict[str, sa.ColumnElement[bool]]:
    unchecked = _unchecked_articles()
    return {
        "versions": Article.id.in_(sa.select(unchecked.c.article_id)),
        "sources": Article.source_changed_at.is_not(None),
        "dates": Article.next_review_at <= moment,
        "readers": Article.needs_work_at.is_not(None),
    }


def _wanted(view: str, moment: datetime) -> sa.ColumnElement[bool]:
    if view == "unowned":
        return Article.owner_id.is_(None)
    reasons = _reasons(moment)
    return reasons[view] if view in reasons else sa.or_(*reasons.values())


def _mine(actor: Actor, is_mine: bool) -> sa.ColumnElement[bool]:
    return Article.owner_id == actor.id if is_mine else sa.true()


def list_to_verify(actor: Actor, *, view: str = "all", is_mine: bool = False, page: int = 1) -> Page[VerifyRow]:
    """Return a page of published articles to look at again, the most read first, in two statements."""
    offset, limit = window(page, PER_PAGE)
    moment, recent = now(), views_subquery("article", READ_DAYS)
    views = sa.func.coalesce(recent.c.views, 0).label("views")
    statement = (
        sa.select(
            Article.id, Article.title, Article.slug, Section.slug.label("section_slug"), views, Person.name, Person.display_name,
            Article.verified_at, Article.source_changed_at, Article.next_review_at, Article.needs_work_at,
        )
        .join(Section, Section.id == Article.section_id)
        .outerjoin(Person, Person.id == Article.owner_id)
        .outerjoin(recent, recent.c.target_id == Article.id)
        .where(Article.state == ArticleState.PUBLISHED, visible_articles(actor), _mine(actor, is_mine), _wanted(view, moment))
        .order_by(views.desc(), Article.id)
        .offset(offset)
        .limit(limit)
    )  # fmt: skip
    found = db.session.execute(statement).all()
    unchecked = _versions_of(_unchecked_articles(), "article_id", [row.id for row in found])
    return Page.from_rows([_row(row, moment, unchecked.get(row.id, ())) for row in found], page, PER_PAGE)


def _row(row: sa.Row[*tuple[Any, ...]], moment: datetime, versions: tuple[Unchecked, ...]) -> VerifyRow:
    is_due = row.next_review_at is not None and row.next_review_at <= moment
    return VerifyRow(
        id=row.id, title=row.title, path=article_path(row.section_slug, row.slug), views=int(row.views),
        owner_name=row.display_name or row.name or "", owner_path=f"/people/{row.name}" if row.name else "",
        verified_at=row.verified_at, source_changed_at=row.source_changed_at, needs_work_at=row.needs_work_at,
        review_due_at=row.next_review_at if is_due else None, versions=versions,
    )  # fmt: skip


def _versions_of(unchecked: sa.Subquery, column: str, ids: list[int]) -> dict[int, tuple[Unchecked, ...]]:
    if not ids:
        return {}
    target = unchecked.c[column]
    columns = (target, unchecked.c.version_id, unchecked.c.product, unchecked.c.name)
    rows = db.session.execute(sa.select(*columns).where(target.in_(ids)).order_by(target, unchecked.c.product))
    found: dict[int, tuple[Unchecked, ...]] = {}
    for target_id, version_id, product, name in rows:
        found[target_id] = (*found.get(target_id, ()), Unchecked(version_id, f"{product} {name}"))
    return found


def list_threads_to_verify(actor: Actor, *, page: int = 1) -> Page[ThreadToVerify]:
    """Return a page of solved questions that no article covers and nobody checked on a current version, the most read first."""
    offset, limit = window(page, PER_PAGE)
    recent = views_subquery("thread", READ_DAYS)
    views = sa.func.coalesce(recent.c.views, 0).label("views")
    statement = (
        sa.select(Thread.id, Thread.kind, Thread.title, Thread.slug, Thread.version_words, Thread.outdated_at, views)
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(recent, recent.c.target_id == Thread.id)
        .where(_threads_to_verify(actor))
        .order_by(views.desc(), Thread.id)
        .offset(offset)
        .limit(limit)
    )
    found = db.session.execute(statement).all()
    unchecked = _versions_of(_unchecked_threads(), "thread_id", [row.id for row in found])
    rows = [
        ThreadToVerify(
            row.id, row.title, thread_path(row.kind, row.id, row.slug), int(row.views), row.version_words,
            unchecked.get(row.id, ()), row.outdated_at,
        )
        for row in found
    ]  # fmt: skip
    return Page.from_rows(rows, page, PER_PAGE)


def _threads_to_verify(actor: Actor) -> sa.ColumnElement[bool]:
    unchecked = _unchecked_threads()
    return sa.and_(
        listed_threads(actor), Thread.status == Status.SOLVED, Thread.article_id.is_(None), Thread.duplicate_of_id.is_(None),
        Thread.id.in_(sa.select(unchecked.c.thread_id)),
    )  # fmt: skip


def count_to_verify(actor: Actor, *, is_mine: bool = False) -> dict[str, int]:
    """Return how many wait in each view, in two statements."""
    moment = now()
    reasons = {**_reasons(moment), "unowned": Article.owner_id.is_(None), "all": _wanted("all", moment)}
    counts = [sa.func.count().filter(criterion).label(name) for name, criterion in reasons.items()]
    published = sa.and_(Article.state == ArticleState.PUBLISHED, visible_articles(actor), _mine(actor, is_mine))
    row = db.session.execute(sa.select(*counts).select_from(Article).where(published)).one()
    threads = sa.select(sa.func.count()).select_from(Thread).join(Category, Category.id == Thread.category_id)
    return {**row._asdict(), "threads": db.session.scalar(threads.where(_threads_to_verify(actor))) or 0}
