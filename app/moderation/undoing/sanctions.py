"""What undoes sanctions and decisions about appeals. `before` of their entries names the sanction, and after a comma the one it replaced."""

from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.moderation.models import LogEntry
from app.moderation.people.appealing import ensure_may_reconsider, reopen_appeal
from app.moderation.people.imposing import end_sanction, lift, revive
from app.moderation.undoing.base import need_id


def _sanctions(entry: LogEntry) -> list[int]:
    return [int(part) for part in entry.before.split(",") if part.isdigit()]


def undo_imposing(actor: Actor, entry: LogEntry, reason: str) -> None:
    """Take the sanction back; one that it replaced counts again, if its time is not over."""
    ids = _sanctions(entry)
    if not ids:  # from before sanctions were kept
        lift(actor, person_id=need_id(entry.person_id), kind=entry.action, reason=reason)
        return
    end_sanction(actor, sanction_id=ids[0], reason=reason)
    for earlier in ids[1:]:
        revive(actor, sanction_id=earlier, reason=reason, is_if_possible=True)


def undo_ending(actor: Actor, entry: LogEntry, reason: str) -> None:
    """Put the sanction in force again."""
    ids = _sanctions(entry)
    if not ids:
        raise Conflict(_("This cannot be undone here. Please decide anew on the page of the person."))
    revive(actor, sanction_id=ids[0], reason=reason)


def undo_granting(actor: Actor, entry: LogEntry, reason: str) -> None:
    """Put the sanction in force again, if its time is not over, and let the appeal wait again; not by who made it."""
    sanction_id = _sanctions(entry)[0]
    ensure_may_reconsider(actor, sanction_id=sanction_id)
    if revive(actor, sanction_id=sanction_id, reason=reason, is_if_possible=True) is None:  # reviving lets the appeal wait again
        reopen_appeal(actor, sanction_id=sanction_id)


def undo_refusing(actor: Actor, entry: LogEntry, _reason: str) -> None:
    """Let the appeal wait again."""
    reopen_appeal(actor, sanction_id=_sanctions(entry)[0])
