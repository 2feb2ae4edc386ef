"""People hear what moderators decided about them: a line in their list, and a mail that no preference switches off."""

from collections.abc import Callable
from typing import Any

from app.accounts.urls import standing_path
from app.core.db import db
from app.core.events import Event
from app.jobs.queue import enqueue
from app.moderation.events import AppealDecided, SanctionEnded, SanctionImposed
from app.moderation.queries.standing import find_sanction
from app.notifications.decisions import appeal_decided, sanction_ended, sanction_imposed
from app.notifications.services.notifying import MAIL_JOB, notify_of_self
from app.notifications.standing_mail import STANDING_MAIL


def tell_of_sanction(event: SanctionImposed) -> None:
    """A warning, mute, suspension or ban: what it is and why."""
    sanction = find_sanction(event.sanction_id)
    if sanction is not None:
        sentence = sanction_imposed(sanction.kind, sanction.reason, sanction.until)
        _tell(event.person_id, event.sanction_id, sentence, "imposed")


def tell_of_end(event: SanctionEnded) -> None:
    """It was taken back."""
    sanction = find_sanction(event.sanction_id)
    if sanction is not None:
        _tell(event.person_id, event.sanction_id, sanction_ended(sanction.kind, sanction.end_reason), "ended")


def tell_of_appeal(event: AppealDecided) -> None:
    """What became of their note."""
    sanction = find_sanction(event.sanction_id)
    if sanction is not None:
        _tell(event.person_id, event.sanction_id, appeal_decided(event.is_lifted, sanction.appeal_answer), "appeal")


def _tell(person_id: int, sanction_id: int, sentence: str, about: str) -> None:
    line = notify_of_self(person_id, sentence, path=standing_path())
    db.session.flush()  # what is told again is another mail
    payload = {"kind": STANDING_MAIL, "person_id": person_id, "sanction_id": sanction_id, "about": about, "line_id": line.id}
    enqueue(MAIL_JOB, payload, dedupe_key=f"mail:{STANDING_MAIL}:{sanction_id}:{about}")


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = (
    (SanctionImposed, tell_of_sanction),
    (SanctionEnded, tell_of_end),
    (AppealDecided, tell_of_appeal),
)
