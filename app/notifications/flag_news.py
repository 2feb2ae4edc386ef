"""People hear what became of what they reported: a line that leads to their reports, and a mail for those who want one."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Audience
from app.core.clock import now
from app.core.db import db
from app.core.events import Event
from app.core.text import shorten
from app.forum.models import Category, Thread
from app.jobs.queue import enqueue
from app.moderation.events import FlagResolved
from app.moderation.models import Flag
from app.moderation.urls import MY_REPORTS
from app.notifications.decisions import TITLE_SHOWN, report_settled
from app.notifications.models import Notification, NotificationKind
from app.notifications.services.notifying import MAIL_JOB, wanting_mail


def tell_reporter(event: FlagResolved) -> None:
    """Whoever reported something hears what a moderator decided, unless they decided themselves."""
    if event.reporter_id == event.actor_id:
        return
    person = db.session.get(Person, event.reporter_id)
    flag = db.session.get(Flag, event.flag_id)
    if person is None or flag is None:
        return
    line = Notification(
        person_id=person.id, kind=NotificationKind.REPORT, actor_id=None, text=_sentence(flag, person), path=MY_REPORTS
    )  # fmt: skip
    db.session.add(line)
    db.session.flush()
    for reader in wanting_mail([person], NotificationKind.REPORT):
        payload = {"kind": str(NotificationKind.REPORT), "person_id": reader.id, "notification_id": line.id}
        enqueue(MAIL_JOB, payload, dedupe_key=f"mail:report:{line.id}")


def _sentence(flag: Flag, person: Person) -> str:
    title, name = _about(flag, person)
    return report_settled(
        title=title, name=name, reason=flag.reason, state=flag.state, is_settled_along=flag.is_settled_along,
        answer=flag.resolution_note or "",
    )  # fmt: skip


def _about(flag: Flag, person: Person) -> tuple[str, str]:
    """Return (title of the thread of what was reported, unless the reporter may not read it any more, name of who was reported)."""
    if flag.person_id is not None:
        return "", db.session.scalar(sa.select(Person.display_name).where(Person.id == flag.person_id)) or ""
    statement = sa.select(Thread.title, Category.audience).join(Category, Category.id == Thread.category_id)
    row = db.session.execute(statement.where(Thread.id == flag.thread_id)).one()
    is_readable = person.as_actor(now()).can_read(Audience(row.audience))
    return (shorten(row.title, TITLE_SHOWN) if is_readable else ""), ""


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = ((FlagResolved, tell_reporter),)
