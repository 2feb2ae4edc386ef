"""What undoes decisions about searches that found nothing and about words that mean the same."""

from app.moderation.undoing.base import Undo, need_id
from app.search.gaps import deciding as gap_deciding

GAP: dict[str, Undo] = {
    name: lambda actor, entry, reason: gap_deciding.reopen_gap(actor, gap_id=need_id(entry.gap_id), reason=reason)
    for name in ("gap_write", "gap_alias", "gap_not_ours")
}
ALIAS: dict[str, Undo] = {
    "alias_add": lambda actor, entry, reason: gap_deciding.remove_alias(actor, alias_id=need_id(entry.alias_id), reason=reason),
    "alias_restore": lambda actor, entry, reason: gap_deciding.remove_alias(
        actor, alias_id=need_id(entry.alias_id), reason=reason
    ),
    "alias_remove": lambda actor, entry, reason: gap_deciding.restore_alias(
        actor, alias_id=need_id(entry.alias_id), reason=reason
    ),
}
