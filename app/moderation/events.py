"""Facts about reports."""

from dataclasses import dataclass

from app.core.events import Event
from app.core.trust import Level


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


@dataclass(frozen=True, slots=True)
class SanctionImposed(Event):
    """A person was warned, muted, suspended or banned; or that counts again, after it was taken back."""

    sanction_id: int
    person_id: int
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class SanctionEnded(Event):
    """A sanction was taken back before its time was over."""

    sanction_id: int
    person_id: int
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class AppealDecided(Event):
    """A moderator thought again about a sanction: took it back, or left it as it is."""

    sanction_id: int
    person_id: int
    actor_id: int | None
    is_lifted: bool


@dataclass(frozen=True, slots=True)
class LevelChanged(Event):
    """How far a person is trusted has changed. `is_told`: they should hear of it (not after an import, or a recount by hand)."""

    person_id: int
    old_level: Level
    new_level: Level
    is_told: bool = True
