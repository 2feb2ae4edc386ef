"""Whose turn a question is, and until when an answer is expected: pure functions over facts. No database, no clock."""

from datetime import datetime, timedelta
from math import log2

from app.core.records import Struct
from app.desk.models import DeskState
from app.forum.models.thread import Status

# Statuses of questions that nobody needs to look after; a hidden or held question is nobody's turn either.
SETTLED = frozenset({Status.SOLVED, Status.LIKELY_SOLVED, Status.CLOSED})
# Expected when nothing is known: neither the usual wait in the category nor a limit for escalation.
EXPECTED_AT_MOST = timedelta(hours=8)


class TurnFacts(Struct, frozen=True):
    """What decides whose turn a question is. `last_answer_at` and `last_official_at` are of listed answers by others than the asker."""

    status: str
    is_listed: bool
    created_at: datetime
    last_answer_at: datetime | None = None
    last_official_at: datetime | None = None
    returned_at: datetime | None = None


class Turn(Struct, frozen=True):
    """A state, since when it holds (None while done or unknown), and since when the escalation clock runs (None: stopped)."""

    state: DeskState
    since: datetime | None = None
    clock_since: datetime | None = None


def derive_turn(facts: TurnFacts) -> Turn:
    """Return whose turn it is.

    A question waits for us while nobody but the asker has answered it, and again from the moment it came back (disputed,
    still stuck, the asker replied, reopened) until the next answer. `since` of the asker's turn is not known from these facts.
    """
    if facts.status in SETTLED or not facts.is_listed:
        return Turn(DeskState.DONE)
    if facts.status == Status.NEEDS_INFO:
        return Turn(DeskState.ASKER)
    start = facts.returned_at or facts.created_at
    is_official = facts.last_official_at is not None and facts.last_official_at > start
    clock = None if is_official else start
    if _needs_answer(facts):
        return Turn(DeskState.WAITING, start, clock)
    return Turn(DeskState.ANSWERED, start, clock)


def _needs_answer(facts: TurnFacts) -> bool:
    if facts.status == Status.UNANSWERED:
        return True
    if facts.returned_at is None:
        return facts.status == Status.DISPUTED
    return facts.last_answer_at is None or facts.last_answer_at <= facts.returned_at


def expected_time(usual_minutes: int | None, affected: int, limit: timedelta) -> timedelta:
    """Return the working time within which an answer is expected.

    It is the category's usual wait, at most `limit` (the escalation limit; without one EXPECTED_AT_MOST), divided by one more
    for each doubling of the people affected: the more people wait, the earlier it is due.
    """
    most = limit if limit > timedelta() else EXPECTED_AT_MOST
    usual = most if usual_minutes is None else min(timedelta(minutes=max(1, usual_minutes)), most)
    return usual / (1 + log2(max(1, affected)))
