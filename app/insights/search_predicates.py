"""Tests of figures about search: which searches, and which sessions of searching and asking, a figure counts.

They read the ledger of searches (`app/search/ledger`): sessions that are over, without persons. Escalation is the desk's word
about the question that was asked in the end.
"""

import sqlalchemy as sa

from app.desk.models.desk import DeskItem
from app.forum.models import Thread
from app.forum.models.thread import ThreadKind
from app.insights.predicates import Test
from app.insights.scope import Scope
from app.search.ledger.reading import FOUND
from app.search.models import Ending, SearchSession, SearchStep


def found_nothing(_scope: Scope) -> sa.ColumnElement[bool]:
    """No document was found."""
    return SearchStep.hits == 0


def opened(first: int = 1, last: int | None = None) -> Test:
    """Return the test whether a result was opened, the last one at a rank from `first` to `last`."""

    def test(_scope: Scope) -> sa.ColumnElement[bool]:
        ranked = [SearchStep.rank >= first] if last is None else [SearchStep.rank.between(first, last)]
        return sa.and_(SearchStep.clicks > 0, *ranked)

    return test


def was_opened(_scope: Scope) -> sa.ColumnElement[bool]:
    """At least one result was opened."""
    return SearchStep.clicks > 0


def opened_unranked(_scope: Scope) -> sa.ColumnElement[bool]:
    """A result was opened, and it is not known where it stood."""
    return sa.and_(SearchStep.clicks > 0, SearchStep.rank.is_(None))


def search_ended(*endings: Ending) -> Test:
    """Return the test whether a search ended so."""
    return lambda _scope: SearchStep.ending.in_(endings)


def has_searched(_scope: Scope) -> sa.ColumnElement[bool]:
    """Somebody searched in the session."""
    return SearchSession.searches > 0


def session_ended(*endings: Ending) -> Test:
    """Return the test whether a session in which somebody searched ended so."""
    return lambda _scope: sa.and_(SearchSession.searches > 0, SearchSession.ending.in_(endings))


has_found = session_ended(*FOUND)


def reached_ask(_scope: Scope) -> sa.ColumnElement[bool]:
    """The page to ask on was opened."""
    return SearchSession.reached_ask.is_(True)


def _asked() -> sa.ColumnElement[bool]:
    """A question (no discussion) was asked; the statement joins Thread."""
    return sa.and_(SearchSession.reached_ask.is_(True), Thread.id.is_not(None), Thread.kind == ThreadKind.QUESTION)


def has_asked(_scope: Scope) -> sa.ColumnElement[bool]:
    """About to ask, and asked a question."""
    return _asked()


def was_solved(_scope: Scope) -> sa.ColumnElement[bool]:
    """About to ask, did not, and said that something solved it."""
    return sa.and_(
        SearchSession.reached_ask.is_(True), SearchSession.asked_thread_id.is_(None), SearchSession.ending == Ending.SOLVED
    )


def was_escalated(_scope: Scope) -> sa.ColumnElement[bool]:
    """About to ask, and asked a question that waited so long that the desk escalated it (also before it came back once)."""
    before = DeskItem.before_return["escalated_at"].as_string()
    return sa.and_(_asked(), sa.or_(DeskItem.escalated_at.is_not(None), before.is_not(None)))


def compared(test: Test, *, is_held_out: bool) -> Test:
    """Return the test narrowed to sessions about to ask that began while some were held out: to these, or to the others."""

    def narrowed(scope: Scope) -> sa.ColumnElement[bool]:
        return sa.and_(
            SearchSession.reached_ask.is_(True),
            SearchSession.hold_out > 0,
            SearchSession.is_held_out.is_(is_held_out),
            test(scope),
        )

    return narrowed
