"""Background work of asking: telling people with the same problem, and sending what is due; each batch in a unit of its own."""

from datetime import timedelta
from typing import Any

from app.core.uow import unit_of_work
from app.notifications.services import asking
from app.notifications.timing import Timing
from app.web.context import site_settings

ASK_JOB = "notifications.ask"
ASK_EVERY = timedelta(minutes=15)
BATCH = 100


def site_timing() -> Timing:
    """Return when this site asks, by its settings."""
    settings = site_settings()
    return Timing(settings.reminder_after_days, settings.quiet_hours, settings.time_zone)


def ask_job(_payloads: list[dict[str, Any]]) -> None:
    """Job `notifications.ask`: turn all due requests into mails. May be interrupted and run again."""
    timing, taken = site_timing(), BATCH
    while taken == BATCH:
        with unit_of_work():
            taken = asking.send_due(timing, BATCH)


def solved_job(payloads: list[dict[str, Any]]) -> None:
    """Job `notifications.solved`: tell everybody with the same problem, batch by batch; nobody is told twice."""
    for payload in payloads:
        taken = BATCH
        while taken == BATCH:
            with unit_of_work():
                taken = asking.tell_affected(payload["thread_id"], site_timing(), BATCH)
