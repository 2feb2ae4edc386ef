"""Reading notifications and mail preferences. Rows out of sight keep their line and lose their content."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db, read
from app.core.i18n import gettext as _
from app.core.pagination import Page, window
from app.core.records import Struct
from app.forum.models import Category, Comment, Post, Thread
from app.forum.policies import visible_comments, visible_posts, visible_threads
from app.kb.models import Article
from app.kb.policies import visible_articles
from app.notifications.models import OFF_BY_DEFAULT, MailPreference, Notification, NotificationKind
from app.notifications.sentences import lead
from app.notifications.telling import about
from app.notifications.urls import notification_path

PER_PAGE = 30

# What is unread of a person whom another statement reads.
UNREAD_ALONG = (
    sa.select(sa.func.count())
    .select_from(Notification)
    .where(Notification.person_id == Person.id, Notification.read_at.is_(None))
    .correlate(Person)
    .scalar_subquery()
)
_unread = (Notification.person_id == sa.bindparam("person_id"), Notification.read_at.is_(None))
_UNREAD = sa.select(sa.func.count()).select_from(Notification).where(*_unread)
_UNREAD_OF_THREADS = (
    sa.select(Notification.thread_id, sa.func.sum(Notification.times))
    .where(*_unread, Notification.thread_id.in_(sa.bindparam("thread_ids", expanding=True)))
    .group_by(Notification.thread_id)
)
_PREFERENCES = sa.select(MailPreference.person_id, MailPreference.kind).where(
    MailPreference.person_id.in_(sa.bindparam("person_ids", expanding=True))
)


class NotificationRow(Struct, frozen=True):
    """One line: `title` names what it is about (empty when that is out of sight). `path` marks it as read and leads there.

    `text`: the sentence, where it was kept; otherwise what happened follows from the rest.
    """

    id: int
    kind: str
    text: str
    title: str
    path: str
    created_at: datetime
    is_unread: bool
    actor_name: str | None = None
    thread_kind: str | None = None
    is_own: bool = False
    times: int = 1

    def said(self, title: str) -> str:
        """Return the line in words; the title in it may be a link."""
        if not self.title:
            return str(self.text)
        if self.text:
            return about(self.text, title)
        return lead(
            self.kind, self.actor_name, title, thread_kind=self.thread_kind, is_own=self.is_own, times=self.times
        )  # fmt: skip


def count_unread(actor: Actor) -> int:
    """Return the number of unread lines of a member; visitors have none and cost no query, nor does who reads for many."""
    if not actor.id:
        return 0
    return read(_UNREAD, {"person_id": actor.id}).scalar_one()


def count_unread_of_threads(actor: Actor, thread_ids: Collection[int]) -> dict[int, int]:
    """Return the number of unread lines about each of these threads, in one statement; threads without any are left out."""
    if actor.id is None or not thread_ids:
        return {}
    found = read(_UNREAD_OF_THREADS, {"person_id": actor.id, "thread_ids": sorted(thread_ids)})
    return {row[0]: int(row[1]) for row in found if row[0] is not None}


def list_notifications(actor: Actor, page: int = 1) -> Page[NotificationRow]:
    """Return the lines of a member, newest first, 30 a page. Raises NotFound past the end."""
    offset, limit = window(page, PER_PAGE)
    statement = (
        sa.select(
            Notification.id, Notification.kind, Notification.times, Notification.text, Notification.created_at,
            Notification.read_at.is_(None).label("is_unread"), Person.display_name.label("actor_name"),
            Thread.kind.label("thread_kind"), (Thread.author_id == actor.id).label("is_own"),
            sa.func.coalesce(Article.title, Thread.title, "").label("title"),
            _is_visible(actor).label("is_visible"),
        )
        .outerjoin(Person, Person.id == Notification.actor_id)
        .outerjoin(Thread, Thread.id == Notification.thread_id)
        .outerjoin(Category, Category.id == Thread.category_id)
        .outerjoin(Post, Post.id == Notification.post_id)
        .outerjoin(Comment, Comment.id == Notification.comment_id)
        .outerjoin(Article, Article.id == Notification.article_id)
        .where(Notification.person_id == actor.id)
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .offset(offset)
        .limit(limit)
    )  # fmt: skip
    return Page.from_rows([_row(row) for row in db.session.execute(statement)], page, PER_PAGE)


def _is_visible(actor: Actor) -> sa.ColumnElement[bool]:
    """SQL twin of `targets.can_see_target`."""
    in_thread = sa.and_(
        visible_threads(actor),
        sa.or_(Notification.post_id.is_(None), visible_posts(actor)),
        sa.or_(Notification.comment_id.is_(None), visible_comments(actor)),
    )
    return sa.case(
        (Notification.article_id.is_not(None), visible_articles(actor)),
        (Notification.thread_id.is_not(None), in_thread),
        else_=sa.false(),
    )


def _row(row: Any) -> NotificationRow:
    if row.kind in (NotificationKind.MODERATION, NotificationKind.REPORT):
        text, title = row.text, ""
    elif row.is_visible:
        text, title = row.text, row.title
    else:
        text, title = _("What this was about is no longer available."), ""
    return NotificationRow(
        id=row.id,
        kind=row.kind,
        text=text,
        title=title,
        path=notification_path(row.id),
        created_at=row.created_at,
        is_unread=bool(row.is_unread),
        actor_name=row.actor_name,
        thread_kind=row.thread_kind,
        is_own=bool(row.is_own),
        times=row.times,
    )


def list_refused_kinds(person_id: int) -> frozenset[str]:
    """Return the kinds of mail that a person does not get: switched off, or off by default and not switched on."""
    changed = frozenset(db.session.scalars(sa.select(MailPreference.kind).where(MailPreference.person_id == person_id)))
    return changed ^ OFF_BY_DEFAULT


def refused_kinds(person_ids: Iterable[int]) -> Mapping[int, frozenset[str]]:
    """Return the same for several people, in one statement."""
    changed: dict[int, set[str]] = {person_id: set() for person_id in person_ids}
    for person_id, kind in read(_PREFERENCES, {"person_ids": sorted(changed)}):
        changed[person_id].add(kind)
    return {person_id: OFF_BY_DEFAULT ^ kinds for person_id, kinds in changed.items()}


def find_notification(notification_id: int, person_id: int) -> Notification | None:
    """Return one line of a person, or None."""
    return db.session.scalar(
        sa.select(Notification).where(Notification.id == notification_id, Notification.person_id == person_id)
    )
