"""Facts told upward: frozen, past tense, ids only; handled in the same transaction as the fact.

A handler may change the database or enqueue jobs, nothing else. All subscriptions are listed in `factory.py`.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from app.core.records import Struct
from app.core.uow import require_unit_of_work


class Event(Struct, frozen=True):
    """Base of all events."""


Handler = Callable[[Any], None]
_handlers: dict[type[Event], list[Handler]] = defaultdict(list)


def subscribe(event_type: type[Event], handler: Handler) -> None:
    """Call `handler` for each event of exactly this type. Subscribing the same handler twice has no effect."""
    if handler not in _handlers[event_type]:
        _handlers[event_type].append(handler)


def emit(event: Event) -> None:
    """Run the handlers of `event` now, inside the caller's unit of work."""
    require_unit_of_work()
    for handler in _handlers[type(event)]:
        handler(event)
