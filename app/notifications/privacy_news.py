"""What people are told about their account as a whole: wishes to erase it, and everything they wrote removed or given back."""

from collections.abc import Callable
from typing import Any

from app.accounts.events import ErasureCancelled, ErasureConfirmed, ErasureRequested, PersonErased
from app.core.events import Event
from app.jobs.queue import enqueue
from app.moderation.events import ContentRemoved, ContentRestored
from app.notifications.decisions import everything_removed, everything_restored
from app.notifications.services.notifying import MAIL_JOB, notify_of_self, queue_account_mail

STANDING = "/settings/standing"


def mail_wish(event: ErasureRequested) -> None:
    """The link that confirms it."""
    queue_account_mail("erase_confirm", event.person_id)


def mail_plan(event: ErasureConfirmed) -> None:
    """When it will happen, and how to keep the account."""
    queue_account_mail("erase_planned", event.person_id)


def mail_kept(event: ErasureCancelled) -> None:
    """The account stays."""
    queue_account_mail("erase_kept", event.person_id)


def mail_erased(event: PersonErased) -> None:
    """The last word, to where the account's mails went."""
    if event.address:
        payload = {"kind": "erased", "person_id": 0, "address": event.address}
        enqueue(MAIL_JOB, payload, dedupe_key=f"mail:erased:{event.person_id}")


def tell_removed(event: ContentRemoved) -> None:
    """The person is told once, however much it was."""
    notify_of_self(event.person_id, everything_removed(event.reason), path=STANDING)


def tell_restored(event: ContentRestored) -> None:
    """... and once when it is given back."""
    notify_of_self(event.person_id, everything_restored(), path=STANDING)


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = (
    (ErasureRequested, mail_wish),
    (ErasureConfirmed, mail_plan),
    (ErasureCancelled, mail_kept),
    (PersonErased, mail_erased),
    (ContentRemoved, tell_removed),
    (ContentRestored, tell_restored),
)
