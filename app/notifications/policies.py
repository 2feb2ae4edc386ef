"""Who may be asked by mail how a question ended, and who may answer. Pure; the database part is in `asked.py`."""

from datetime import datetime

from app.accounts.models import Person
from app.core.actor import Actor
from app.forum.models import Thread
from app.forum.models.thread import Status
from app.forum.policies import can_report_outcome, can_see_thread
from app.notifications.models import AskedRole, OutcomeRequest

# While a question is in one of these states its asker's word is missing.
_OPEN = (Status.UNANSWERED, Status.NEEDS_INFO, Status.ANSWERED, Status.LIKELY_SOLVED, Status.DISPUTED)


def can_be_asked(person: Person, thread: Thread, request: OutcomeRequest, moment: datetime) -> bool:
    """Only people with a confirmed address who may post and may read the question are asked.

    Its asker while it is open; people with the same problem while it is solved.
    """
    if not person.email or not thread.is_listed or not can_answer(person.as_actor(moment), thread, request):
        return False
    if request.role == AskedRole.ASKER:
        return thread.status in _OPEN
    return thread.status == Status.SOLVED


def can_answer(actor: Actor, thread: Thread, request: OutcomeRequest) -> bool:
    """The person who was asked answers, as what they were asked: the asker of a question, or somebody with the same problem."""
    if actor.id is None or actor.id != request.person_id or request.thread_id != thread.id or not thread.is_question:
        return False
    if request.role == AskedRole.ASKER:
        return thread.author_id == actor.id and can_report_outcome(actor, thread)
    return thread.author_id != actor.id and actor.can_write and can_see_thread(actor, thread)
