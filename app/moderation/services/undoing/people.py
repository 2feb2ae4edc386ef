"""What undoes decisions about people."""

from app.accounts.services.roles import set_role
from app.accounts.services.suspending import lift_suspension
from app.core.actor import Actor
from app.moderation.models import Flag, LogEntry
from app.moderation.services.resolving import reopen_flags
from app.moderation.services.undoing.base import Undo, need_id


def _undo_person_flags(actor: Actor, entry: LogEntry, reason: str) -> None:
    reopen_flags(Flag.person_id == need_id(entry.person_id))


PERSON: dict[str, Undo] = {
    "uphold": _undo_person_flags,
    "decline": _undo_person_flags,
    "suspend": lambda actor, entry, reason: lift_suspension(actor, person_id=need_id(entry.person_id), reason=reason),
    "role": lambda actor, entry, reason: set_role(actor, person_id=need_id(entry.person_id), role=entry.before),
}
