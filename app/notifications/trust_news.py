"""What people hear of how far they are trusted: a level that they reached, or that somebody took away, and why.

Not that their own record let them fall: the page about their level says so.
"""

from collections.abc import Callable
from typing import Any

from app.core.events import Event
from app.core.trust import trust_table, words_of
from app.moderation.events import LevelChanged, LevelLowered
from app.notifications.services.notifying import notify_of_self


def tell_of_level(event: LevelChanged) -> None:
    """Somebody who rose hears what they can do now; the line leads to the page that says what comes next."""
    if event.is_told and event.new_level > event.old_level:
        notify_of_self(event.person_id, risen(event), path="/settings/trust")


def tell_of_lowering(event: LevelLowered) -> None:
    """Somebody whose level was taken away hears until when, and why."""
    notify_of_self(event.person_id, lowered(event), path="/settings/trust")


def lowered(event: LevelLowered) -> str:
    """Return that a level was taken away, with the reason."""
    until = f" until {event.until:%-d %B %Y}" if event.until else ""
    return f"A moderator set your level to no more than “{event.level.label}”{until}. The reason: {event.reason}"


def risen(event: LevelChanged) -> str:
    """Return that somebody reached a level, and the first thing it brings."""
    table = trust_table()
    brought = [words_of(ability) for level in range(event.old_level + 1, event.new_level + 1) for ability in table.new_at(level)]
    now_can = f" Now you can {brought[-1]}" + (", and more." if len(brought) > 1 else ".") if brought else ""
    return f"Your level here is “{event.new_level.label}” now.{now_can}"


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = (
    (LevelChanged, tell_of_level),
    (LevelLowered, tell_of_lowering),
)
