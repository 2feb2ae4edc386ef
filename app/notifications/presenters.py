"""Notifications as the list shows them: a sentence in HTML and an icon."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup, escape

from app.core.records import Struct
from app.notifications.queries import NotificationRow
from app.notifications.sentences import ICONS


class NotificationView(Struct, frozen=True):
    """What components/notification.html needs."""

    icon: str
    html: Markup
    created_at: datetime
    is_unread: bool


def present(rows: Sequence[NotificationRow]) -> list[NotificationView]:
    """Return the rows with their links."""
    return [NotificationView(ICONS[row.kind], _sentence(row), row.created_at, row.is_unread) for row in rows]


def _sentence(row: NotificationRow) -> Markup:
    link = Markup('<a href="{}">{}</a>')
    if row.title:
        return escape(row.said(link.format(row.path, row.title)))
    return link.format(row.path, row.said(""))
