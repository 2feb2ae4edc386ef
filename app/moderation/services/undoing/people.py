"""What undoes decisions about people."""

from app.accounts.services.roles import set_role
from app.accounts.services.suspending import lift_suspension
from app.moderation.services.undoing.base import Undo, need_id

PERSON: dict[str, Undo] = {
    "suspend": lambda actor, entry, reason: lift_suspension(actor, person_id=need_id(entry.person_id), reason=reason),
    "role": lambda actor, entry, reason: set_role(actor, person_id=need_id(entry.person_id), role=entry.before),
}
