"""Curators' word on proposed threads: not worth an article, and back again. Promotion itself is `promoting`."""

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.events import emit
from app.core.uow import require_unit_of_work
from app.forum.queries.threads import get_thread
from app.kb.events import CandidateDismissed, CandidateRestored
from app.kb.models import Candidate, CandidateState
from app.kb.policies import can_promote

REASON_MAX = 300


def dismiss_candidate(actor: Actor, *, thread_id: int, reason: str) -> Candidate:
    """Decide that a proposed thread gets no article; the reason is remembered and the thread is not proposed again.

    Raises Invalid without a reason, Conflict unless it is proposed, NotFound, Forbidden.
    """
    candidate = _load(actor, thread_id)
    if candidate.state != CandidateState.PROPOSED:
        raise Conflict("Somebody decided about this thread meanwhile. Please look again.")
    if not reason.strip():
        raise Invalid("Please say why, so that others understand it later.", "reason")
    _decide(actor, candidate, CandidateState.DISMISSED, reason[:REASON_MAX])
    emit(CandidateDismissed(thread_id, actor.id, candidate.reason))
    return candidate


def restore_candidate(actor: Actor, *, thread_id: int) -> Candidate:
    """Take a dismissal back. Raises Conflict unless the thread was dismissed, NotFound, Forbidden."""
    candidate = _load(actor, thread_id)
    if candidate.state != CandidateState.DISMISSED:
        raise Conflict("This thread is not dismissed.")
    emit(CandidateRestored(thread_id, actor.id, candidate.reason))
    _decide(actor, candidate, CandidateState.PROPOSED, "")
    return candidate


def _load(actor: Actor, thread_id: int) -> Candidate:
    require_unit_of_work()
    if not can_promote(actor):
        raise Forbidden("You are not allowed to decide about promotions.")
    get_thread(actor, thread_id)
    candidate = db.session.get(Candidate, thread_id, with_for_update={"key_share": True}, populate_existing=True)
    if candidate is None:
        raise NotFound
    return candidate


def _decide(actor: Actor, candidate: Candidate, state: CandidateState, reason: str) -> None:
    candidate.state, candidate.reason = state, reason
    is_decision = state != CandidateState.PROPOSED
    candidate.decided_by_id, candidate.decided_at = (actor.id, now()) if is_decision else (None, None)
    db.session.flush()
