"""What became of an item that does not wait any more: for whoever comes second. Reads only."""

from datetime import timedelta

from app.core.actor import Actor
from app.core.clock import now
from app.moderation.inbox.item import split_key
from app.moderation.queries.log import LogFilter, LogRow, list_log

# What the decisions about a kind of item are about in the log; others are not told apart there.
_ABOUT = {
    "post": "post", "held-post": "post", "comment": "comment", "held-comment": "comment", "thread": "thread",
    "reported-person": "person", "candidate": "thread", "disputed": "thread", "wave": "wave",
}  # fmt: skip
# Older decisions are hardly what somebody else did a moment before.
_JUST_NOW = timedelta(days=1)


def find_last_decision(actor: Actor, key: str) -> LogRow | None:
    """Return the newest decision about what an item was about, or None: of kinds without one, after a day, or hidden from the actor."""
    kind, number = split_key(key) or ("", 0)
    if kind not in _ABOUT:
        return None
    found = list_log(actor, LogFilter(target=(_ABOUT[kind], number), since=now() - _JUST_NOW), limit=1).items
    return found[0] if found else None
