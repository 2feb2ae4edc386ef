"""What curators hear of search: a solved question that the search it began as does not find."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Role
from app.core.db import db
from app.core.events import Event
from app.notifications.models import NotificationKind
from app.notifications.sentences import article_news
from app.notifications.services.notifying import notify
from app.search.events import SolvedButNotFound

_CURATORS = (Role.STAFF, Role.MODERATOR, Role.ADMIN)


def tell_of_missing(event: SolvedButNotFound) -> None:
    """Curators who may read a solved question hear that people who search as its asker did do not find it."""
    curators = db.session.scalars(sa.select(Person.id).where(Person.role.in_(_CURATORS)))
    notify(
        curators, NotificationKind.KEEPING, actor_id=None, thread_id=event.thread_id, with_mail=False,
        text=article_news("not_found"),
    )  # fmt: skip


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = ((SolvedButNotFound, tell_of_missing),)
