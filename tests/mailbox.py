"""The mails of a test: does the background work, then reads what was written to the instance folder."""

from __future__ import annotations

import re
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from flask import Flask

from app.core.settings import Settings
from app.jobs.worker import run_until_idle
from app.notifications.mailer import mail_folder


def collect(app: Flask) -> list[EmailMessage]:
    """Send what is queued, and return all mails written so far, oldest first."""
    run_until_idle()
    settings: Settings = app.extensions["settings"]
    parser = BytesParser(policy=policy.default)
    return [parser.parsebytes(path.read_bytes()) for path in sorted(mail_folder(settings).glob("*.eml"))]  # type: ignore[misc]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage, start: str) -> str:
    """Return the path of the first link of the mail whose path begins with `start`."""
    found = re.search(r"http://community\.test(" + re.escape(start) + r"[^\s]*)", text_of(mail))
    assert found, text_of(mail)
    return found[1]
