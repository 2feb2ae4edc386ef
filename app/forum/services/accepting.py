"""Marking answers as solutions, and taking that back. The evidence says who did it: the asker, or somebody for them."""

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import checked_reason
from app.forum.events import AcceptanceWithdrawn, AnswerAccepted
from app.forum.models import Acceptance, Outcome
from app.forum.models.resolution import OutcomeKind, OutcomeSource, Voice
from app.forum.policies import ensure_can_accept, ensure_can_see_post, is_answer, voice_of
from app.forum.queries.outcomes import list_standing_outcomes
from app.forum.queries.threads import find_acceptance, get_post_for_update
from app.forum.services.figures import settle
from app.forum.services.waiting import end_wait


def accept_answer(actor: Actor, *, post_id: int, source: str = OutcomeSource.PAGE) -> Acceptance:
    """Mark an answer as a solution; several of a question may be. Accepting it twice changes nothing.

    The event is `accepted` when the asker does it and `judged_by_staff` when staff or a moderator does it for them.
    Raises NotFound, Forbidden, Conflict for a post that is no listed answer.
    """
    post = get_post_for_update(post_id)
    thread = post.thread
    ensure_can_see_post(actor, post, thread)
    ensure_can_accept(actor, thread)
    if not is_answer(post) or not post.is_listed:
        raise Conflict(_("Only a visible answer can be marked as the solution."))
    if accepted := find_acceptance(post.id):
        return accepted
    voice, moment = voice_of(actor, thread), now()
    kind = OutcomeKind.ACCEPTED if voice == Voice.ASKER else OutcomeKind.JUDGED_BY_STAFF
    outcome = Outcome(
        thread_id=thread.id, post_id=post.id, kind=kind, source=source, voice=voice, actor_id=actor.id, created_at=moment
    )  # fmt: skip
    db.session.add(outcome)
    db.session.flush()
    acceptance = Acceptance(
        post_id=post.id, thread_id=thread.id, accepted_by_id=actor.id, accepted_at=moment, outcome_id=outcome.id
    )  # fmt: skip
    db.session.add(acceptance)
    post.accepted_at = moment
    end_wait(thread, actor, is_evidence=True)
    settle(thread)
    emit(AnswerAccepted(thread.id, post.id, actor.id))
    return acceptance


def withdraw_acceptance(actor: Actor, *, post_id: int, reason: str = "", source: str = OutcomeSource.PAGE) -> bool:
    """Take back an acceptance, and whatever else says that this answer solved it, each with an event that names the other.

    Returns False when the answer was not accepted.

    Raises NotFound, Forbidden, Invalid("reason").
    """
    post = get_post_for_update(post_id)
    thread = post.thread
    ensure_can_see_post(actor, post, thread)
    ensure_can_accept(actor, thread)
    why = checked_reason(reason)
    acceptance = find_acceptance(post.id)
    if acceptance is None:
        return False
    said = list_standing_outcomes(thread.id, OutcomeKind.CONFIRMED_BY_ASKER, OutcomeKind.JUDGED_BY_STAFF)
    for event_id in sorted({acceptance.outcome_id, *(event.id for event in said if event.post_id == post.id)}):
        db.session.add(
            Outcome(
                thread_id=thread.id, post_id=post.id, kind=OutcomeKind.WITHDRAWN, source=source, voice=voice_of(actor, thread),
                actor_id=actor.id, reason=why, withdraws_id=event_id,
            )
        )  # fmt: skip
    db.session.delete(acceptance)
    post.accepted_at = None
    end_wait(thread, actor)
    settle(thread)
    emit(AcceptanceWithdrawn(thread.id, post.id, actor.id, why))
    return True
