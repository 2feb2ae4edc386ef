"""What undoes decisions about what screening watches for."""

from app.moderation.screening import keeping
from app.moderation.undoing.base import Undo, need_id

RULE: dict[str, Undo] = {
    "watch": lambda actor, entry, reason: keeping.remove_rule(actor, rule_id=need_id(entry.rule_id), reason=reason),
    "unwatch": lambda actor, entry, reason: keeping.restore_rule(actor, rule_id=need_id(entry.rule_id), reason=reason),
}
