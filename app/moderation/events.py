"""Facts about reports."""

from datetime import datetime

from app.core.events import Event
from app.core.trust import Level


class FlagRaised(Event, frozen=True):
    """Somebody reported a post or a comment."""

    flag_id: int
    reporter_id: int


class FlagResolved(Event, frozen=True):
    """A moderator decided about a report."""

    flag_id: int
    reporter_id: int
    actor_id: int | None
    is_upheld: bool


class SanctionImposed(Event, frozen=True):
    """A person was warned, muted, suspended or banned; or that counts again, after it was taken back."""

    sanction_id: int
    person_id: int
    actor_id: int | None


class SanctionEnded(Event, frozen=True):
    """A sanction was taken back before its time was over."""

    sanction_id: int
    person_id: int
    actor_id: int | None


class AppealDecided(Event, frozen=True):
    """A moderator thought again about a sanction: took it back, or left it as it is."""

    sanction_id: int
    person_id: int
    actor_id: int | None
    is_lifted: bool


class LevelChanged(Event, frozen=True):
    """How far a person is trusted has changed. `is_told`: they should hear of it (not after an import, or a recount by hand)."""

    person_id: int
    old_level: Level
    new_level: Level
    is_told: bool = True


class WaveWentAway(Event, frozen=True):
    """Texts went out of sight with others like them. `moment` names the wave: nothing else has exactly this one."""

    wave_id: int
    moment: datetime
    post_ids: tuple[int, ...]
    comment_ids: tuple[int, ...]


class WaveCameBack(Event, frozen=True):
    """Texts of a wave are visible again, as before."""

    wave_id: int
    moment: datetime
    post_ids: tuple[int, ...]
    comment_ids: tuple[int, ...]


class ContentRemoved(Event, frozen=True):
    """Everything that a person wrote so far goes out of sight, by a moderator's decision."""

    person_id: int
    actor_id: int | None
    reason: str


class ContentRestored(Event, frozen=True):
    """What was removed with one decision is given back."""

    person_id: int
    actor_id: int | None


class LevelLowered(Event, frozen=True):
    """Somebody took a level away by hand: for good (`until` None), or until a moment."""

    person_id: int
    level: Level
    until: datetime | None
    reason: str
