"""What people hear of how far they are trusted: a level that they reached, or that somebody took away, and why.

Not that their own record let them fall: the page about their level says so.
"""

from collections.abc import Callable
from typing import Any

from app.core.events import Event
from app.moderation.events import LevelChanged, LevelLowered
from app.notifications.decisions import level_lowered, level_risen
from app.notifications.services.notifying import notify_of_self


def tell_of_level(event: LevelChanged) -> None:
    """Somebody who rose hears what they can do now; the line leads to the page that says what comes next."""
    if event.is_told and event.new_level > event.old_level:
        notify_of_self(event.person_id, level_risen(event.old_level, event.new_level), path="/settings/trust")


def tell_of_lowering(event: LevelLowered) -> None:
    """Somebody whose level was taken away hears until when, and why."""
    notify_of_self(event.person_id, level_lowered(event.level, event.until, event.reason), path="/settings/trust")


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = (
    (LevelChanged, tell_of_level),
    (LevelLowered, tell_of_lowering),
)
