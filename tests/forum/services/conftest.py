"""What services told: all forum events of a test, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.core import events as core_events
from app.core.events import Event
from app.forum import events as forum_events

# ThreadChanged comes with every change, whatever else is told.
_NOT_COLLECTED = (Event, forum_events.ThreadChanged)
EVENT_TYPES = [
    value
    for value in vars(forum_events).values()
    if isinstance(value, type) and issubclass(value, Event) and value not in _NOT_COLLECTED
]


class Told(list[Any]):
    """Events in order, and those of one type."""

    def of(self, event_type: type[Event]) -> list[Any]:
        return [event for event in self if type(event) is event_type]


@pytest.fixture
def told() -> Iterator[Told]:
    """Collect every forum event that is emitted during a test."""
    found = Told()
    for event_type in EVENT_TYPES:
        core_events._handlers[event_type].append(found.append)
    yield found
    for event_type in EVENT_TYPES:
        core_events._handlers[event_type].remove(found.append)
