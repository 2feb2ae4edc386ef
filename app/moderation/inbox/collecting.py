"""What waits for one moderator now, out of all sources, in order. Reads only: one or two statements a source."""

from collections.abc import Collection

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.moderation.inbox.item import InboxItem, split_key
from app.moderation.inbox.registry import MOST_ITEMS, MOST_OF_ONE_SOURCE, InboxSource, list_sources, source_of

MOST_SHOWN = 100


class Inbox(Struct, frozen=True):
    """Items in order, at most MOST_SHOWN; `counts` says of every source, by name, how many wait, shown or not."""

    items: tuple[InboxItem, ...]
    counts: dict[str, int]
    chosen: str = ""

    @property
    def total(self) -> int:
        """Return how many wait in what is chosen."""
        return self.counts.get(self.chosen, 0) if self.chosen else sum(self.counts.values())

    def find(self, key: str) -> InboxItem | None:
        """Return a listed item, or None."""
        return next((item for item in self.items if item.key == key), None)

    def after(self, key: str) -> str:
        """Return the key of the item below one, or of the one above the last; "" when there is no other."""
        keys = [item.key for item in self.items]
        if key not in keys:
            return ""
        place = keys.index(key)
        return next(iter([*keys[place + 1 : place + 2], *keys[place - 1 : place]]), "")


def read_inbox(actor: Actor, chosen: str = "") -> Inbox:
    """Return what waits, of one source when `chosen` names it. Raises NotFound for a name that no source has."""
    sources = list_sources()
    if chosen and chosen not in {source.name for source in sources}:
        raise NotFound(_("There is no such list."))
    counts: dict[str, int] = {}
    found: list[InboxItem] = []
    for source in sources:
        if chosen and source.name != chosen:
            counts[source.name] = source.count(actor)
            continue
        limit = MOST_OF_ONE_SOURCE if chosen else MOST_ITEMS
        items = source.list_items(actor, limit)
        counts[source.name] = len(items) if len(items) < limit else max(source.count(actor), len(items))
        found += items
    moment = now()
    found.sort(key=lambda item: (-item.urgency(moment), item.since, item.key))
    return Inbox(tuple(found[:MOST_SHOWN]), counts, chosen)


def count_inbox(actor: Actor) -> dict[str, int]:
    """Return how many items of each source wait for this moderator, by the source's name; one statement a source."""
    return {source.name: source.count(actor) for source in list_sources()}


def find_item(actor: Actor, key: str) -> InboxItem | None:
    """Return an item by its key, or None when it does not wait any more. Raises NotFound for what can be no key."""
    parts = split_key(key)
    if parts is None:
        raise NotFound
    source = source_of(parts[0])
    if source.find is not None:
        return source.find(actor, *parts)
    return next((item for item in source.list_items(actor, MOST_OF_ONE_SOURCE) if item.key == key), None)


def find_items(actor: Actor, keys: Collection[str]) -> dict[str, InboxItem]:
    """Return those of the keys that wait, reading each source once; what can be no key is left out."""
    wanted: dict[str, InboxSource] = {}
    for key in keys:
        parts = split_key(key)
        if parts is not None:
            source = source_of(parts[0])
            wanted[source.name] = source
    return {
        item.key: item for source in wanted.values() for item in source.list_items(actor, MOST_OF_ONE_SOURCE) if item.key in keys
    }
