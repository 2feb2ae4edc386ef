"""Planning who is asked how a question ended, and when. Sends nothing itself: due mails become jobs."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import connection, db, read, upsert
from app.core.errors import NotFound
from app.core.prepared_writes import run_write
from app.core.uow import require_unit_of_work
from app.forum.models import Post, Thread
from app.forum.models.thread import Status, ThreadKind
from app.forum.queries.threads import get_thread_for_update
from app.jobs.queue import enqueue, enqueue_all
from app.notifications.asked import Ask, find_solution, get_request_for_update, has_affected, list_affected, list_due
from app.notifications.models import Answer, AskedRole, NotificationKind, OutcomeRequest
from app.notifications.services.notifying import MAIL_JOB, notify
from app.notifications.timing import Timing

SOLVED_JOB = "notifications.solved"
# A solution may be marked by mistake: people with the same problem hear of it after so long, if it still stands.
SOLVED_DELAY = timedelta(minutes=10)
# Where an asker is reached, and whether there is a request to them already.
_ASKER = (
    sa.select(Person.email, OutcomeRequest.id)
    .outerjoin(
        OutcomeRequest, sa.and_(OutcomeRequest.person_id == Person.id, OutcomeRequest.thread_id == sa.bindparam("of_thread"))
    )
    .where(Person.id == sa.bindparam("of_person"))
)
_ASK = sa.insert(OutcomeRequest.__table__)  # type: ignore[arg-type]
_STOP_ALL = (
    sa.update(OutcomeRequest)
    .where(
        OutcomeRequest.thread_id == sa.bindparam("of_thread"), OutcomeRequest.role == AskedRole.ASKER,
        OutcomeRequest.next_at.is_not(None),
    )
    .values(next_at=None)
)  # fmt: skip
_STOP_ONE = _STOP_ALL.where(OutcomeRequest.person_id == sa.bindparam("of_person"))


def expect_word(*, thread_id: int, post_id: int, answerer_id: int | None, timing: Timing) -> None:
    """Plan to ask the asker of a question about an answer that just became visible. The caller holds the thread's lock.

    A planned mail keeps its date, or a busy question would never be asked about. Nobody is asked more often than there are
    days in the settings, whatever arrives.
    """
    require_unit_of_work()
    thread = db.session.get(Thread, thread_id)
    asker_id = thread.author_id if thread and thread.kind == ThreadKind.QUESTION else None
    if thread is None or asker_id is None or asker_id == answerer_id or thread.status in (Status.SOLVED, Status.CLOSED):
        return
    db.session.flush()
    row = read(_ASKER, {"of_thread": thread_id, "of_person": asker_id}).first()
    if row is None or not row.email:
        return
    request, moment = get_request_for_update(thread_id, asker_id) if row.id is not None else None, now()
    due = timing.renewed_due(request.sent_count if request else 0, moment)
    if request is None and due is not None:
        values = {"role": AskedRole.ASKER, "post_id": post_id, "waiting_since": moment, "next_at": due}
        run_write(connection(), _ASK, {"thread_id": thread_id, "person_id": asker_id, **values})
    elif request is not None and request.next_at is not None:
        request.post_id = post_id
    elif request is not None and due is not None:
        request.post_id, request.waiting_since, request.next_at = post_id, moment, due
        forget_answer(request)


def stop_asking(thread_id: int, person_id: int | None = None) -> None:
    """Plan no mail to the asker any more (with `person_id`: if that is the asker): they spoke, or nothing is open."""
    require_unit_of_work()
    if person_id is None:
        db.session.execute(_STOP_ALL, {"of_thread": thread_id})
    else:
        db.session.execute(_STOP_ONE, {"of_thread": thread_id, "of_person": person_id})


def forget_answer(request: OutcomeRequest) -> None:
    """Ask a locked request anew: its page shows the buttons again."""
    request.answered_at, request.answer, request.outcome_id = None, Answer.NONE, None


def plan_telling(thread_id: int) -> None:
    """Plan to tell people with the same problem that a question is solved; nothing to do when nobody said so."""
    if has_affected(thread_id):
        enqueue(SOLVED_JOB, {"thread_id": thread_id}, dedupe_key=f"{SOLVED_JOB}:{thread_id}", delay=SOLVED_DELAY)


def tell_affected(thread_id: int, timing: Timing, limit: int) -> int:
    """Tell up to `limit` people with the same problem of the solution, once, and plan the one mail that asks each of them.

    Returns how many were taken (0: all are told, or the question is not solved any more).
    """
    require_unit_of_work()
    try:
        thread = get_thread_for_update(thread_id)  # its lock lets no second worker tell the same people
    except NotFound:
        return 0
    if thread.status != Status.SOLVED or not thread.is_listed:
        return 0
    post_id, moment = find_solution(thread_id), now()
    solution = db.session.get(Post, post_id) if post_id is not None else None
    people = list_affected(thread, limit, solution.author_id if solution else None)
    if not people:
        return 0
    notify(people, NotificationKind.OUTCOME, actor_id=None, thread_id=thread_id, post_id=post_id, with_mail=False)
    common = {"thread_id": thread_id, "role": str(AskedRole.ME_TOO), "post_id": post_id, "waiting_since": moment}
    common |= {"sent_count": 0, "answer": "", "next_at": timing.after_quiet(moment)}
    rows = [common | {"person_id": person_id} for person_id in people]
    upsert(OutcomeRequest.__table__, rows, ["thread_id", "person_id"], [])
    return len(people)


def send_due(timing: Timing, limit: int) -> int:
    """Turn up to `limit` due requests into mail jobs, or drop them where nothing is left to ask. Returns how many were due.

    In quiet hours all wait until these end.
    """
    require_unit_of_work()
    moment = now()
    if timing.is_quiet(moment):
        later = timing.after_quiet(moment)
        db.session.execute(sa.update(OutcomeRequest).where(OutcomeRequest.next_at <= moment).values(next_at=later))
        return 0
    due = list_due(moment, limit)
    mails = [_mail(ask, timing, moment) for ask in due if ask.is_due_at(moment)]
    for ask in due:
        if not ask.is_due_at(moment):
            ask.request.next_at = None
    enqueue_all(MAIL_JOB, mails)
    return len(due)


def _mail(ask: Ask, timing: Timing, moment: datetime) -> tuple[str, dict[str, object]]:
    """Count one mail and plan the next one; return its job: key and payload."""
    request = ask.request
    request.sent_count += 1
    request.last_sent_at = moment
    is_asker = request.role == AskedRole.ASKER
    request.next_at = timing.reminder_due(request.sent_count, moment) if is_asker else None
    payload = {
        "kind": str(NotificationKind.OUTCOME), "person_id": ask.person.id, "request_id": request.id, "number": request.sent_count,
    }  # fmt: skip
    return f"mail:outcome:{request.id}:{request.sent_count}", payload
