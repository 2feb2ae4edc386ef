"""What curators decide about proposed threads: accepted, not worth an article, later, and back again.

Owns the state of candidates and the record of decisions, to which every change adds a row. Building the article is `promoting`,
pinning the card is the forum's.
"""

from datetime import datetime, timedelta

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import REASON_MAX
from app.core.uow import require_unit_of_work
from app.forum.queries.threads import get_thread
from app.kb.events import CandidateDismissed, CandidateRestored, CandidateSnoozed
from app.kb.models import Candidate, CandidateDecision, CandidateState, Decision
from app.kb.policies import can_promote
from app.kb.queries.decisions import find_rank

SNOOZE_DAYS = (7, 30, 90)
_ACCEPTING = frozenset({Decision.PROMOTED, Decision.LINKED})


def dismiss_candidate(actor: Actor, *, thread_id: int, reason: str) -> Candidate:
    """Decide that a proposed thread gets no article; the reason is remembered and the thread is not proposed again.

    Raises Invalid without a reason, Conflict unless it is proposed, NotFound, Forbidden.
    """
    candidate = _load(actor, thread_id)
    _ensure_proposed(candidate)
    if not reason.strip():
        raise Invalid(_("Please say why, so that others understand it later."), "reason")
    _decide(candidate, Decision.DISMISSED, actor.id, reason)
    emit(CandidateDismissed(thread_id, actor.id, candidate.reason))
    return candidate


def snooze_candidate(actor: Actor, *, thread_id: int, days: int, reason: str = "") -> Candidate:
    """Put a proposed thread off for one of SNOOZE_DAYS; afterwards it is proposed again if it still deserves it.

    Raises Invalid for another number of days, Conflict unless it is proposed, NotFound, Forbidden.
    """
    candidate = _load(actor, thread_id)
    _ensure_proposed(candidate)
    if days not in SNOOZE_DAYS:
        raise Invalid(_("Please choose for how long."), "days")
    return _snooze(actor, candidate, now() + timedelta(days=days), reason)


def snooze_again(actor: Actor, *, thread_id: int, until: str, reason: str = "") -> Candidate:
    """Put a thread off `until` the moment it was put off before (ISO format), after that was taken back.

    Raises Conflict when that moment is over or the thread is not proposed any more, NotFound, Forbidden.
    """
    candidate = _load(actor, thread_id)
    _ensure_proposed(candidate)
    moment = datetime.fromisoformat(until)
    if moment <= now():
        raise Conflict(_("The time for which it was put off is over."))
    return _snooze(actor, candidate, moment, reason)


def restore_candidate(actor: Actor, *, thread_id: int) -> Candidate:
    """Propose a dismissed or snoozed thread again. Raises Conflict for any other, NotFound, Forbidden."""
    candidate = _load(actor, thread_id)
    if candidate.state not in (CandidateState.DISMISSED, CandidateState.SNOOZED):
        raise Conflict(_("This thread is neither dismissed nor put off any more."))
    until = candidate.snoozed_until.isoformat() if candidate.snoozed_until else ""
    emit(CandidateRestored(thread_id, actor.id, candidate.reason, until))
    _decide(candidate, Decision.RESTORED, actor.id, "")
    return candidate


def accept_candidate(
    actor: Actor, *, thread_id: int, article_id: int, decision: Decision = Decision.PROMOTED, reason: str = ""
) -> Candidate:
    """Remember that an article now serves the thread: one built from it (`promoted`), or one that was there (`linked`).

    The caller has checked that the actor may build or link it. A thread that was never proposed was chosen by hand and has no
    score. Raises ValueError for another decision.
    """
    require_unit_of_work()
    if decision not in _ACCEPTING:
        raise ValueError(f"{decision} does not accept a candidate.")
    candidate = _find(thread_id) or _by_hand(thread_id)
    _decide(candidate, decision, actor.id, reason, article_id=article_id)
    return candidate


def follow_card(*, thread_id: int, actor_id: int | None, is_pinned: bool, reason: str = "") -> None:
    """Let the queue follow the answer card of a thread: pinned, it needs no article of its own; without it, it may again.

    Whoever pinned it was checked by the forum. Threads that have become an article keep that.
    """
    require_unit_of_work()
    candidate = _find(thread_id)
    if is_pinned:
        if candidate is None or candidate.state not in (CandidateState.PROMOTED, CandidateState.CARD):
            _decide(candidate or _by_hand(thread_id), Decision.CARD, actor_id, reason)
    elif candidate is not None and candidate.state == CandidateState.CARD:
        _decide(candidate, Decision.RESTORED, actor_id, "")
        if not candidate.parts:  # chosen by hand: the queue never asked for it
            db.session.delete(candidate)
            db.session.flush()


def _ensure_may(actor: Actor, thread_id: int) -> None:
    require_unit_of_work()
    if not can_promote(actor):
        raise Forbidden(_("You are not allowed to decide about promotions."))
    get_thread(actor, thread_id)


def _load(actor: Actor, thread_id: int) -> Candidate:
    _ensure_may(actor, thread_id)
    candidate = _find(thread_id)
    if candidate is None:
        raise NotFound
    return candidate


def _find(thread_id: int) -> Candidate | None:
    return db.session.get(Candidate, thread_id, with_for_update={"key_share": True}, populate_existing=True)


def _by_hand(thread_id: int) -> Candidate:
    candidate = Candidate(thread_id=thread_id, score=0.0, parts=[], views_30d=0)
    db.session.add(candidate)
    return candidate


def _ensure_proposed(candidate: Candidate) -> None:
    if candidate.state != CandidateState.PROPOSED:
        raise Conflict(_("Somebody decided about this thread meanwhile. Please look again."))


def _snooze(actor: Actor, candidate: Candidate, until: datetime, reason: str) -> Candidate:
    _decide(candidate, Decision.SNOOZED, actor.id, reason, until=until)
    emit(CandidateSnoozed(candidate.thread_id, actor.id, candidate.reason, until.isoformat()))
    return candidate


_STATES = {
    Decision.PROMOTED: CandidateState.PROMOTED,
    Decision.LINKED: CandidateState.PROMOTED,
    Decision.CARD: CandidateState.CARD,
    Decision.DISMISSED: CandidateState.DISMISSED,
    Decision.SNOOZED: CandidateState.SNOOZED,
    Decision.RESTORED: CandidateState.PROPOSED,
}


def _decide(
    candidate: Candidate,
    decision: Decision,
    actor_id: int | None,
    reason: str,
    *,
    until: datetime | None = None,
    article_id: int | None = None,
) -> None:
    """Add the decision to the record, with score and rank of this moment, and move the candidate to its state."""
    moment, why = now(), reason.strip()[:REASON_MAX]
    db.session.add(
        CandidateDecision(
            thread_id=candidate.thread_id, decision=decision, reason=why, score=candidate.score, rank=find_rank(candidate),
            parts=candidate.parts, article_id=article_id, snoozed_until=until, decided_by_id=actor_id, decided_at=moment,
        )
    )  # fmt: skip
    is_open = decision == Decision.RESTORED
    candidate.state, candidate.reason, candidate.snoozed_until = _STATES[decision], why, until
    candidate.decided_by_id, candidate.decided_at = (None, None) if is_open else (actor_id, moment)
    candidate.article_id = article_id
    db.session.flush()
