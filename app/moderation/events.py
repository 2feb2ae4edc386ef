"""Facts about reports."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class FlagRaised(Event):
    """Somebody reported a post or a comment."""

    flag_id: int
    reporter_id: int


@dataclass(frozen=True, slots=True)
class FlagResolved(Event):
    """A moderator decided about a report."""

    flag_id: int
    reporter_id: int
    actor_id: int | None
    is_upheld: bool
