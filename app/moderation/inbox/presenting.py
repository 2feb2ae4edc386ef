"""The inbox in lines and tabs, as the page prints them."""

from collections.abc import Mapping
from datetime import datetime

from app.core.actor import Actor
from app.core.i18n import gettext as _
from app.core.i18n import separated
from app.core.records import Struct
from app.moderation.inbox.claiming import Claim
from app.moderation.inbox.collecting import Inbox
from app.moderation.inbox.item import InboxItem
from app.moderation.inbox.registry import list_sources
from app.moderation.urls import queue_path


class InboxRow(Struct, frozen=True):
    """One line of the left list, as the inbox component prints it. `taken`: who looks at it, "" when nobody does."""

    path: str
    title: str
    state: str
    meta: str
    is_current: bool
    key: str
    since: datetime
    taken: str


def inbox_rows(
    inbox: Inbox, current: InboxItem | None, claims: Mapping[str, Claim], actor: Actor, moment: datetime
) -> list[InboxRow]:
    """Return the lines of the listed items."""
    return [
        InboxRow(
            path=queue_path(item.key, inbox.chosen), title=item.title, state=item.pill, meta=item.summary, key=item.key,
            is_current=current is not None and item.key == current.key, since=item.since,
            taken=claims[item.key].words(actor, moment) if item.key in claims else "",
        )
        for item in inbox.items
    ]  # fmt: skip


def inbox_tabs(inbox: Inbox) -> list[tuple[str, str, int | None, bool]]:
    """Return the filters: all, and each source of which something waits, with how much. The chosen one stays when it is empty."""
    everything = (_("All"), queue_path(), sum(inbox.counts.values()), not inbox.chosen)
    return [
        everything,
        *(
            (source.label, queue_path(chosen=source.name), inbox.counts[source.name], source.name == inbox.chosen)
            for source in list_sources()
            if inbox.counts[source.name] or source.name == inbox.chosen
        ),
    ]


def inbox_title(inbox: Inbox) -> str:
    """Return the title of the page with how many items wait."""
    return _("Inbox (%(count)s)", count=separated(inbox.total)) if inbox.total else _("Inbox")
