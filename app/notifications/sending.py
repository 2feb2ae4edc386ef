"""Job `mail.send`: one payload, one mail. Failures are raised: the job is tried again, and stays visible at last."""

from typing import Any

from app.core.db import db
from app.notifications.composing import compose
from app.notifications.mailer import transport_for
from app.web.context import site_settings


def send_mails(payloads: list[dict[str, Any]]) -> None:
    """Compose and deliver the mails. Registered with batches of one: a retry must not repeat the mails of others."""
    for payload in payloads:
        mail = compose(payload)
        db.session.rollback()  # no transaction stays open while a mail server takes its time
        if mail is not None:
            transport_for(site_settings()).deliver(mail)
