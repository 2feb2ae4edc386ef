"""Job `mail.send`: one payload, one mail. Failures are raised: the job is tried again, and stays visible at last."""

from typing import Any

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.jobs.queue import enqueue
from app.notifications.composing import compose
from app.notifications.jobs import site_timing
from app.notifications.mailer import transport_for
from app.notifications.models import NotificationKind
from app.notifications.services.notifying import MAIL_JOB
from app.web.context import site_settings


def send_mails(payloads: list[dict[str, Any]]) -> None:
    """Compose and deliver the mails. Registered with batches of one: a retry must not repeat the mails of others."""
    for payload in payloads:
        if payload["kind"] == NotificationKind.OUTCOME and _wait_for_morning(payload):
            continue
        mail = compose(payload)
        db.session.rollback()  # no transaction stays open while a mail server takes its time
        if mail is not None:
            transport_for(site_settings()).deliver(mail)


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
