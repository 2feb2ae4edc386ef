"""Job `mail.send`: one payload, one mail. A failure is that of its own job, which is tried again, and stays visible at last."""

import time
from collections.abc import Iterator
from typing import Any

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.jobs.queue import enqueue
from app.notifications.composing import compose_all
from app.notifications.jobs import site_timing
from app.notifications.mailer import Mail, MailServerError, Transport, transport_for
from app.notifications.models import NotificationKind
from app.notifications.services.notifying import MAIL_JOB
from app.web.context import site_settings

BATCH = 100
"""Mails that are written together and leave over one connection."""
MOST_SECONDS = 5.0
"""So long after they were written mails may leave. Then other work has its turn, and the rest is written anew."""
MOST_TROUBLE = 2
"""So many mails in a row are tried on a server that is in trouble."""


def send_mails(payloads: list[dict[str, Any]]) -> Iterator[Exception | None]:
    """Compose and deliver the mails, and yield how each of them ended. Ends early, before those that were not tried, when a server
    is slow or in trouble."""
    waiting = [payload["kind"] == NotificationKind.OUTCOME and _wait_for_morning(payload) for payload in payloads]
    until, trouble = time.monotonic() + MOST_SECONDS, 0
    mails = iter(compose_all([payload for payload, waits in zip(payloads, waiting, strict=True) if not waits]))
    db.session.rollback()  # no transaction stays open while a mail server takes its time
    with transport_for(site_settings()) as transport:
        for waits in waiting:
            error = _deliver(transport, None if waits else next(mails))
            yield error
            trouble = trouble + 1 if isinstance(error, MailServerError) else 0
            if trouble == MOST_TROUBLE or time.monotonic() > until:
                return


def _deliver(transport: Transport, mail: Mail | Exception | None) -> Exception | None:
    """Hand one mail over, if there is one; return what went wrong."""
    if isinstance(mail, Mail):
        try:
            transport.deliver(mail)
        except Exception as error:  # a failure of one mail is kept with its job
            return error
    return mail if isinstance(mail, Exception) else None


def _wait_for_morning(payload: dict[str, Any]) -> bool:
    """Put a mail that asks back until the quiet hours end (its server may have refused it in the evening)."""
    timing, moment = site_timing(), now()
    if not timing.is_quiet(moment):
        return False
    morning = timing.after_quiet(moment)
    key = f"mail:outcome:{payload['request_id']}:{payload['number']}:{morning:%Y%m%d%H%M}"  # once, also if this job is done twice
    with unit_of_work():
        enqueue(MAIL_JOB, payload, dedupe_key=key, delay=morning - moment)
    return True
