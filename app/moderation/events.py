"""Facts about reports."""

from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class WaveWentAway(Event):
    """Texts went out of sight with others like them. `moment` names the wave: nothing else has exactly this one."""

    wave_id: int
    moment: datetime
    post_ids: tuple[int, ...]
    comment_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WaveCameBack(Event):
    """Texts of a wave are visible again, as before."""

    wave_id: int
    moment: datetime
    post_ids: tuple[int, ...]
    comment_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ContentRemoved(Event):
    """Everything that a person wrote so far goes out of sight, by a moderator's decision."""

    person_id: int
    actor_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ContentRestored(Event):
    """What was removed with one decision is given back."""

    person_id: int
    actor_id: int | None


@dataclass(frozen=True, slots=True)
class LevelLowered(Event):
    """Somebody took a level away by hand: for good (`until` None), or until a moment."""

    person_id: int
    level: Level
    until: datetime | None
    reason: str
