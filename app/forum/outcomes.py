"""From evidence to status: pure functions over the events of one question. No database, no time."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.forum.models.resolution import OutcomeKind
from app.forum.models.thread import Status

CONFIRMED = frozenset(
    {
        OutcomeKind.ACCEPTED,
        OutcomeKind.CONFIRMED_BY_ASKER,
        OutcomeKind.JUDGED_BY_STAFF,
        OutcomeKind.SOLVED_ELSEWHERE,
        OutcomeKind.WORKAROUND,
    }
)
# So many other people must confirm before their word stands for an asker who never came back.
CONFIRMATIONS_NEEDED = 3


@dataclass(frozen=True, slots=True)
class OutcomeFact:
    """What the status depends on: one event of the log, in order."""

    id: int
    kind: str
    withdraws_id: int | None = None


def standing_events(events: Iterable[OutcomeFact]) -> tuple[OutcomeFact, ...]:
    """Return the events that no later `withdrawn` event took back, in order."""
    ordered = sorted(events, key=lambda event: event.id)
    taken_back = {event.withdraws_id for event in ordered if event.kind == OutcomeKind.WITHDRAWN}
    return tuple(e for e in ordered if e.kind != OutcomeKind.WITHDRAWN and e.id not in taken_back)


def derive_status(events: Iterable[OutcomeFact], answer_count: int, is_closed: bool) -> Status:
    """Return the status of a question.

    Closed wins. Then the latest word counts: a refutation after the last confirmation makes it disputed, a
    confirmation after it solved again. `likely` is only an inference, which any real event overrides.
    """
    if is_closed:
        return Status.CLOSED
    standing = standing_events(events)
    if any(event.kind == OutcomeKind.NO_LONGER_RELEVANT for event in standing):
        return Status.CLOSED
    last_good = max((e.id for e in standing if e.kind in CONFIRMED), default=0)
    others = [e.id for e in standing if e.kind == OutcomeKind.CONFIRMED_BY_OTHER]
    if len(others) >= CONFIRMATIONS_NEEDED:
        last_good = max(last_good, others[-1])
    last_bad = max((e.id for e in standing if e.kind == OutcomeKind.REFUTED), default=0)
    if last_bad > last_good:
        return Status.DISPUTED
    if last_good:
        return Status.SOLVED
    return _open_status(standing, answer_count)


def _open_status(standing: tuple[OutcomeFact, ...], answer_count: int) -> Status:
    """Return the status of a question that nobody confirmed or refuted."""
    if standing and standing[-1].kind == OutcomeKind.NEEDS_INFO:
        return Status.NEEDS_INFO
    if any(event.kind == OutcomeKind.LIKELY for event in standing) and answer_count:
        return Status.LIKELY_SOLVED
    return Status.ANSWERED if answer_count else Status.UNANSWERED
