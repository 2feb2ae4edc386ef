"""The searches and sessions that a figure counts, as rows: a page of them for reading, or all of them for files.

Rows name nobody: a day instead of a moment, no words beside a session, and words of a search only where LEAST_SESSIONS sessions
used them, of people who can read no more than whoever looks.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.db import connection, read
from app.core.pagination import Page, window
from app.core.records import Struct
from app.forum.models import Thread
from app.forum.policies import listed_threads
from app.forum.urls import thread_path
from app.insights.predicates import Predicate, source_of
from app.insights.queries.listing import PER_PAGE, STREAMED
from app.insights.scope import Scope
from app.insights.search_predicates import has_asked, was_escalated
from app.search.ledger.reading import LEAST_SESSIONS
from app.search.models import SearchSession, SearchStep


class SearchLine(Struct, frozen=True):
    """A search that a figure counts. `text` is empty where too few people searched so; `rank` is that of the last opened result."""

    day: date
    text: str
    hits: int
    ending: str
    rank: int | None


class SessionLine(Struct, frozen=True):
    """A session that a figure counts. `suggestions` is shown, held out, or empty where it is not compared.

    `question` and `question_path` are empty where none was asked, or where whoever looks may not read it.
    """

    day: date
    searches: int
    ending: str
    suggestions: str
    has_asked: bool
    question: str
    question_path: str
    is_escalated: bool


def list_searches(scope: Scope, predicate: Predicate, page: int) -> Page[SearchLine]:
    """Return one page of the searches that the predicate chooses (one statement). Raises NotFound past the end."""
    offset, limit = window(page, PER_PAGE)
    rows = read(_searches(scope, predicate).offset(offset).limit(limit)).all()
    return Page.from_rows([_search(row, scope) for row in rows], page, PER_PAGE)


def list_sessions(scope: Scope, predicate: Predicate, page: int) -> Page[SessionLine]:
    """Return one page of the sessions that the predicate chooses (one statement). Raises NotFound past the end."""
    offset, limit = window(page, PER_PAGE)
    rows = read(_sessions(scope, predicate).offset(offset).limit(limit)).all()
    return Page.from_rows([_session(row, scope) for row in rows], page, PER_PAGE)


def iterate_searches(scope: Scope, predicate: Predicate) -> Iterator[SearchLine]:
    """Yield all searches that the predicate chooses, in the order of the list; few are held at a time."""
    for row in _streamed(_searches(scope, predicate)):
        yield _search(row, scope)


def iterate_sessions(scope: Scope, predicate: Predicate) -> Iterator[SessionLine]:
    """Yield all sessions that the predicate chooses, in the order of the list; few are held at a time."""
    for row in _streamed(_sessions(scope, predicate)):
        yield _session(row, scope)


def _streamed(statement: sa.Select[*tuple[Any, ...]]) -> Iterator[Any]:
    rows = connection().execute(statement.execution_options(yield_per=STREAMED))
    try:
        yield from rows
    finally:
        rows.close()


def _searches(scope: Scope, predicate: Predicate) -> sa.Select[*tuple[Any, ...]]:
    """Newest first."""
    said, session = aliased(SearchStep), aliased(SearchSession)
    common = (
        sa.select(said.text)
        .join(session, session.id == said.session_id)
        .where(session.visitor.is_(None), session.audience.in_(scope.actor.audiences))
        .group_by(said.text)
        .having(sa.func.count(said.session_id.distinct()) >= LEAST_SESSIONS)
        .correlate(None)
    )
    text = sa.case((SearchStep.text.in_(common), SearchStep.text), else_="").label("words")
    columns = (SearchStep.at, text, SearchStep.hits, SearchStep.ending, SearchStep.rank)
    statement = source_of(sa.select(*columns), [predicate]).where(predicate.criterion(scope))
    return statement.order_by(SearchStep.at.desc(), SearchStep.id.desc())


def _sessions(scope: Scope, predicate: Predicate) -> sa.Select[*tuple[Any, ...]]:
    """Newest first."""
    columns = (
        SearchSession.started_at, SearchSession.searches, SearchSession.ending, SearchSession.hold_out, SearchSession.is_held_out,
        has_asked(scope), sa.and_(Thread.id.is_not(None), listed_threads(scope.actor)), Thread.id, Thread.kind, Thread.title,
        Thread.slug, was_escalated(scope),
    )  # fmt: skip
    named: list[Any] = [column.label(f"column_{place}") for place, column in enumerate(columns)]
    statement = source_of(sa.select(*named), [predicate]).where(predicate.criterion(scope))
    return statement.order_by(SearchSession.started_at.desc(), SearchSession.id.desc())


def _search(row: Any, scope: Scope) -> SearchLine:
    moment, text, hits, ending, rank = row
    return SearchLine(moment.astimezone(scope.period.zone).date(), text, hits, ending, rank)


def _session(row: Any, scope: Scope) -> SessionLine:
    begun, searches, ending, hold_out, is_held_out, asked, may_read, thread_id, kind, title, slug, is_escalated = row
    suggestions = ("held out" if is_held_out else "shown") if hold_out else ""
    path = thread_path(kind, thread_id, slug) if may_read else ""
    day = begun.astimezone(scope.period.zone).date()
    return SessionLine(day, searches, ending, suggestions, bool(asked), title if may_read else "", path, bool(is_escalated))
