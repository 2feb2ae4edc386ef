"""What every table of undoings is made of."""

from collections.abc import Callable

from app.core.actor import Actor
from app.core.errors import NotFound
from app.moderation.models import LogEntry

# Called with the actor, the entry that is undone and the reason for it; does the opposite or raises an error of the application.
Undo = Callable[[Actor, LogEntry, str], object]


def need_id(value: int | None) -> int:
    """Return the id of what an entry is about. Raises NotFound where there is none."""
    if value is None:
        raise NotFound
    return value
