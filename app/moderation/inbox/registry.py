"""What a source of the inbox is, and which there are. Each is a module of inbox/sources, named once in app/registry.py."""

from collections.abc import Callable, Sequence

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.records import Struct, field
from app.moderation.inbox.item import Choice, InboxDetail, InboxItem

# Of each source the inbox reads at most so many items; the rest appears when those are decided.
MOST_ITEMS = 50
MOST_OF_ONE_SOURCE = 200


def _nothing_more(_actor: Actor, _item: InboxItem) -> InboxDetail:
    return InboxDetail()


class InboxSource(Struct, frozen=True):
    """A subject that needs moderators.

    `name` stands in addresses (`?from=reports`), `label` on the filter; `kinds` are the kinds of its items, no other source may use them.
    `list_items(actor, limit)`: what this moderator may decide, the most pressing first, at most `limit`, in one or two statements whose
    cost does not grow with the site. `count(actor)`: how many there are, one statement. `decide(actor, choice)` runs
    inside a unit of work, locks, asks the policies, raises AppErrors (Conflict: decided already) and writes the log.
    `show(actor, item)`: what the open item shows beyond its line. `find(actor, kind, id)`: one item, or None when it does not wait any
    more; without it the item is looked for among the first MOST_OF_ONE_SOURCE.
    """

    name: str
    label: str
    kinds: tuple[str, ...]
    list_items: Callable[[Actor, int], Sequence[InboxItem]]
    count: Callable[[Actor], int]
    decide: Callable[[Actor, Choice], object]
    show: Callable[[Actor, InboxItem], InboxDetail] = field(default=_nothing_more)
    find: Callable[[Actor, str, int], InboxItem | None] | None = None


_SOURCES: dict[str, InboxSource] = {}


def use_sources(sources: Sequence[InboxSource]) -> None:
    """Take these sources, in this order of filters, in place of all others. Raises ValueError when two claim one kind."""
    kinds = [kind for source in sources for kind in source.kinds]
    if len(set(kinds)) != len(kinds) or len({source.name for source in sources}) != len(sources):
        raise ValueError("Two sources of the inbox have the same name or kind.")
    _SOURCES.clear()
    _SOURCES.update({source.name: source for source in sources})


def list_sources() -> list[InboxSource]:
    """Return the sources in the order of their filters."""
    return list(_SOURCES.values())


def source_of(kind: str) -> InboxSource:
    """Return the source that a kind of item belongs to. Raises NotFound."""
    for source in _SOURCES.values():
        if kind in source.kinds:
            return source
    raise NotFound(_("There is no such kind of item."))
