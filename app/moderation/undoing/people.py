"""What undoes decisions about people."""

from app.accounts.services.roles import set_role
from app.core.actor import Actor
from app.moderation.flags.resolving import reopen_flags
from app.moderation.models import Flag, LogEntry, SanctionKind
from app.moderation.removing.deciding import REMOVE, restore_content
from app.moderation.trust.setting import FREE, LOWER, PIN, undo_level
from app.moderation.undoing.base import Undo, need_id
from app.moderation.undoing.sanctions import undo_ending, undo_granting, undo_imposing, undo_refusing


def _undo_person_flags(actor: Actor, entry: LogEntry, reason: str) -> None:
    reopen_flags(Flag.person_id == need_id(entry.person_id), entry)


PERSON: dict[str, Undo] = {
    REMOVE: lambda actor, entry, reason: restore_content(actor, removal_id=int(entry.before), reason=reason),
    "uphold": _undo_person_flags,
    "decline": _undo_person_flags,
    **{str(kind): undo_imposing for kind in SanctionKind},
    "lift": undo_ending,
    "appeal_lift": undo_granting,
    "appeal_uphold": undo_refusing,
    **dict.fromkeys((PIN, LOWER, FREE), undo_level),
    "role": lambda actor, entry, reason: set_role(actor, person_id=need_id(entry.person_id), role=entry.before),
}
