"""What people answer when a mail asked them: recorded through the forum's own services, as the person who was asked."""

from datetime import timedelta

from app.accounts.queries import get_person
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.forum.models import Thread
from app.forum.models.resolution import OutcomeKind, OutcomeSource
from app.forum.queries.outcomes import find_outcome
from app.forum.queries.threads import find_acceptance, get_post_for_update, get_thread_for_update
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.confirming import record_outcome, report_stuck, withdraw_outcome
from app.forum.services.judging import say_worked, take_back_word
from app.notifications.asked import get_request_for_update
from app.notifications.models import Answer, AskedRole, OutcomeRequest
from app.notifications.policies import can_answer
from app.notifications.services.asking import forget_answer

# So long an answer can be taken back by the link of the mail; later only by signing in.
UNDO_FOR = timedelta(days=1)
CHOICES: dict[str, tuple[str, ...]] = {
    AskedRole.ASKER: (Answer.SOLVED, Answer.ELSEWHERE, Answer.STUCK, Answer.IRRELEVANT),
    AskedRole.ME_TOO: (Answer.WORKED, Answer.FAILED, Answer.GONE),
}
_MAIL = OutcomeSource.MAIL


def hear(*, thread_id: int, person_id: int, answer: str, post_id: int | None = None, reason_kind: str = "") -> None:
    """Record what a person says about a question they were asked about. The caller has checked their link.

    Raises NotFound (no such request, or the question is out of their sight), Forbidden (suspended), Conflict (answered
    already, or the forum's state does not allow it), Invalid("say", "post_id" or "reason").
    """
    request, thread, actor = _open(thread_id, person_id)
    if request.answered_at is not None:
        raise Conflict(_("You told us already. Thank you."))
    if answer not in CHOICES[request.role]:
        raise Invalid(_("Please choose one of the answers."), field="say")
    if request.role == AskedRole.ASKER:
        request.outcome_id = _hear_asker(actor, thread, answer, post_id)
    elif answer != Answer.GONE:
        _hear_reader(actor, request, answer == Answer.WORKED, reason_kind)
    request.answer, request.answered_at, request.next_at = answer, now(), None


def take_back(*, thread_id: int, person_id: int) -> None:
    """Undo the last answer: its event is withdrawn, and the page asks again. Nothing happens when there is none.

    Raises NotFound, Forbidden, Conflict when it was given more than a day ago.
    """
    request, _thread, actor = _open(thread_id, person_id)
    if request.answered_at is None:
        return
    if now() - request.answered_at > UNDO_FOR:
        raise Conflict(_("This can only be undone on the question itself by now. Please sign in."))
    if request.outcome_id is not None:
        _withdraw(actor, request.outcome_id)
    elif request.answer in (Answer.WORKED, Answer.FAILED) and request.post_id is not None:
        take_back_word(actor, post_id=request.post_id, source=_MAIL)
    forget_answer(request)


def _open(thread_id: int, person_id: int) -> tuple[OutcomeRequest, Thread, Actor]:
    """Lock thread and request, and check again that this person may speak."""
    require_unit_of_work()
    thread = get_thread_for_update(thread_id)
    request = get_request_for_update(thread_id, person_id)
    if request is None:
        raise NotFound
    actor = get_person(person_id).as_actor(now())
    if not can_answer(actor, thread, request):
        if actor.is_suspended:
            raise Forbidden(_("Your account is suspended, so your answer cannot be counted for now."))
        raise NotFound
    return request, thread, actor


def _hear_asker(actor: Actor, thread: Thread, answer: str, post_id: int | None) -> int:
    """Record the asker's word and return its event."""
    if answer == Answer.STUCK:
        return report_stuck(actor, thread_id=thread.id, source=_MAIL).id
    if answer == Answer.SOLVED:
        return _accept(actor, thread, post_id)
    kind = OutcomeKind.SOLVED_ELSEWHERE if answer == Answer.ELSEWHERE else OutcomeKind.NO_LONGER_RELEVANT
    return record_outcome(actor, thread_id=thread.id, kind=kind, source=_MAIL).id


def _accept(actor: Actor, thread: Thread, post_id: int | None) -> int:
    if post_id is None:
        raise Invalid(_("Please choose the answer that solved it."), field="post_id")
    if get_post_for_update(post_id).thread_id != thread.id:
        raise NotFound
    if find_acceptance(post_id) is not None:  # somebody did it for them: now it is the asker's own word
        return record_outcome(
            actor, thread_id=thread.id, kind=OutcomeKind.CONFIRMED_BY_ASKER, post_id=post_id, source=_MAIL
        ).id  # fmt: skip
    return accept_answer(actor, post_id=post_id, source=_MAIL).outcome_id


def _hear_reader(actor: Actor, request: OutcomeRequest, worked: bool, reason_kind: str) -> None:
    if request.post_id is None:
        raise Conflict(_("This was solved in another way, so there is no answer to judge."))
    reason = "" if worked else reason_kind
    say_worked(actor, post_id=request.post_id, worked=worked, reason_kind=reason, source=_MAIL)


def _withdraw(actor: Actor, outcome_id: int) -> None:
    outcome = find_outcome(outcome_id)
    acceptance = find_acceptance(outcome.post_id) if outcome and outcome.post_id else None
    if outcome and outcome.post_id and acceptance and acceptance.outcome_id == outcome.id:
        withdraw_acceptance(actor, post_id=outcome.post_id, source=_MAIL)
    elif outcome and outcome.kind != OutcomeKind.ACCEPTED:
        withdraw_outcome(actor, outcome_id=outcome_id, source=_MAIL)
