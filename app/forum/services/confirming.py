"""How a question ended, in the words of its asker or of somebody for them: events of evidence, from which the status follows."""

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import checked_reason
from app.forum.events import AskerStillStuck, StillStuckWithdrawn
from app.forum.models import Outcome, Post, Thread
from app.forum.models.resolution import OutcomeKind, OutcomeSource, Voice
from app.forum.models.thread import Status
from app.forum.policies import ensure_can_report_outcome, is_answer, voice_of
from app.forum.queries.outcomes import find_outcome, is_standing, list_standing_outcomes
from app.forum.queries.threads import find_acceptance, get_thread_for_update
from app.forum.services.figures import settle
from app.forum.services.waiting import end_wait

# What can be reported with this service; acceptance has its own.
REPORTABLE = frozenset(
    {
        OutcomeKind.CONFIRMED_BY_ASKER,
        OutcomeKind.SOLVED_ELSEWHERE,
        OutcomeKind.WORKAROUND,
        OutcomeKind.NO_LONGER_RELEVANT,
        OutcomeKind.REFUTED,
        OutcomeKind.NEEDS_INFO,
    }
)


def record_outcome(
    actor: Actor, *, thread_id: int, kind: str, post_id: int | None = None, source: str = OutcomeSource.PAGE, reason: str = ""
) -> Outcome:
    """Record one piece of evidence about a question and derive its status anew.

    A confirmation that the asker did not give themselves is recorded as `judged_by_staff`. Repeating one's own last word
    returns it unchanged. Raises NotFound, Forbidden, Invalid("kind" or "reason"), Conflict for a post that is no answer here.
    """
    if kind not in REPORTABLE:
        raise Invalid(_("Please choose one of the answers."), field="kind")
    thread = get_thread_for_update(thread_id)
    ensure_can_report_outcome(actor, thread)
    why = checked_reason(reason)
    _check_post(thread, post_id)
    voice = voice_of(actor, thread)
    if kind == OutcomeKind.CONFIRMED_BY_ASKER and voice != Voice.ASKER:
        kind = OutcomeKind.JUDGED_BY_STAFF
    if last := _repeated(actor, thread_id, kind, post_id):
        return last
    outcome = Outcome(
        thread_id=thread_id, post_id=post_id, kind=kind, source=source, voice=voice, actor_id=actor.id, reason=why,
        created_at=now(),
    )  # fmt: skip
    end_wait(thread, actor, is_evidence=True)
    db.session.add(outcome)
    settle(thread)
    return outcome


def report_stuck(actor: Actor, *, thread_id: int, source: str = OutcomeSource.PAGE, reason: str = "") -> Outcome:
    """Hear that no answer solved the problem, and tell those who look after open questions. Returns the refutation.

    A question that counts as solved (or probably so) is disputed by it. An open one stays open: there was nothing to refute,
    but nothing is inferred about it either. Raises NotFound, Forbidden, Conflict for a closed question.
    """
    thread = get_thread_for_update(thread_id)
    ensure_can_report_outcome(actor, thread)
    if thread.status == Status.CLOSED:
        raise Conflict(_("This question is closed. If the problem is still there, please ask it anew."))
    said_at = now()
    outcome = record_outcome(actor, thread_id=thread_id, kind=OutcomeKind.REFUTED, source=source, reason=reason)
    emit(AskerStillStuck(thread_id, actor.id, said_at))
    return outcome


def withdraw_outcome(actor: Actor, *, outcome_id: int, reason: str = "", source: str = OutcomeSource.PAGE) -> bool:
    """Take back a reported outcome with an event that names it. Returns False when it was taken back before.

    Raises NotFound, Forbidden (also for readers' words), Conflict for one that its own service takes back (an acceptance).
    """
    found = find_outcome(outcome_id)
    if found is None:
        raise NotFound
    thread = get_thread_for_update(found.thread_id)
    ensure_can_report_outcome(actor, thread)
    if found.voice == Voice.READER:
        raise Forbidden(_("That is the word of a reader: only they take it back."))
    if not is_standing(found.id):
        return False
    acceptance = find_acceptance(found.post_id) if found.post_id is not None else None
    is_acceptance = acceptance is not None and acceptance.outcome_id == found.id
    if is_acceptance or found.kind not in REPORTABLE | {OutcomeKind.JUDGED_BY_STAFF}:
        raise Conflict(_("Withdraw the solution at the answer itself."))
    db.session.add(
        Outcome(
            thread_id=thread.id, post_id=found.post_id, kind=OutcomeKind.WITHDRAWN, source=source,
            voice=voice_of(actor, thread), actor_id=actor.id, reason=checked_reason(reason), withdraws_id=found.id,
        )
    )  # fmt: skip
    end_wait(thread, actor)
    settle(thread)
    if found.kind == OutcomeKind.REFUTED and not list_standing_outcomes(thread.id, OutcomeKind.REFUTED):
        emit(StillStuckWithdrawn(thread.id))
    return True


def _check_post(thread: Thread, post_id: int | None) -> None:
    if post_id is None:
        return
    post = db.session.get(Post, post_id)
    if post is None or post.thread_id != thread.id:
        raise NotFound
    if not is_answer(post) or not post.is_listed:
        raise Conflict(_("That is no visible answer to this question."))


def _repeated(actor: Actor, thread_id: int, kind: str, post_id: int | None) -> Outcome | None:
    """Return the last standing event when it is the same word of the same person."""
    standing = list_standing_outcomes(thread_id)
    if not standing:
        return None
    last = standing[-1]
    return last if (last.actor_id, last.kind, last.post_id) == (actor.id, kind, post_id) else None
