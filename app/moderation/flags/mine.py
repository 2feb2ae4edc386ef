"""What became of a person's own reports: for the page "My reports". Reads only."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.actor import Actor
from app.core.db import db
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.pagination import Page, window
from app.core.records import Struct
from app.forum.models import Category, Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.policies import visible_comments, visible_posts, visible_threads
from app.forum.urls import comment_path, post_path
from app.moderation.flags.reasons import label_of
from app.moderation.models import Flag, FlagReason, FlagState

REPORTS_PER_PAGE = 30
_RESULTS = {
    FlagState.OPEN: lazy_gettext("A moderator will look at it."),
    FlagState.UPHELD: lazy_gettext("You were right."),
    FlagState.DECLINED: lazy_gettext("A moderator looked at it and left it as it is."),
}
_NAMES = {
    PostKind.OPENING: lazy_gettext("Thread"),
    PostKind.ANSWER: lazy_gettext("Answer to"),
    PostKind.REPLY: lazy_gettext("Reply in"),
}


class MyReport(Struct, frozen=True):
    """One report with its result in words. `path` is empty when the reader may not (any longer) see what it is about.

    `note`: what the reporter wrote; `answer`: what the moderator said.
    """

    what: str
    title: str
    path: str
    reason: str
    note: str
    created_at: datetime
    state: str
    result: str
    answer: str
    resolved_at: datetime | None


def list_my_reports(actor: Actor, page: int = 1) -> Page[MyReport]:
    """Return the actor's reports, newest first, in one statement. Raises NotFound past the end."""
    offset, limit = window(page, REPORTS_PER_PAGE)
    about, under = aliased(Person), aliased(Post)
    readable = Category.audience.in_(actor.audiences)
    on_comment = sa.exists().where(Comment.id == Flag.comment_id, visible_comments(actor)).correlate(Flag)
    is_visible = sa.and_(
        visible_threads(actor),
        sa.or_(Flag.post_id.is_(None), visible_posts(actor)),
        sa.or_(Flag.comment_id.is_(None), on_comment),
    )
    statement = (
        sa.select(
            Flag.post_id, Flag.comment_id, Flag.person_id, Flag.reason, Flag.note, Flag.created_at, Flag.state, Flag.resolution_note,
            Flag.resolved_at, Flag.is_settled_along, Post.kind, about.name, about.display_name,
            sa.case((readable, Thread.title)).label("title"), is_visible.label("is_visible"),
        )
        .outerjoin(Thread, Thread.id == Flag.thread_id)
        .outerjoin(Category, Category.id == Thread.category_id)
        .outerjoin(Comment, Comment.id == Flag.comment_id)
        .outerjoin(under, under.id == Comment.post_id)
        .outerjoin(Post, Post.id == sa.func.coalesce(Flag.post_id, under.id))
        .outerjoin(about, about.id == Flag.person_id)
        .where(Flag.reporter_id == actor.id)
        .order_by(Flag.id.desc())
        .offset(offset)
        .limit(limit)
    )  # fmt: skip
    return Page.from_rows([_row(row) for row in db.session.execute(statement)], page, REPORTS_PER_PAGE)


def _row(row: sa.Row[*tuple[Any, ...]]) -> MyReport:
    what, title, path = _about(row)
    return MyReport(
        what=what, title=title, path=path, reason=label_of(row.reason), note=row.note, created_at=row.created_at, state=row.state,
        result=result_words(row.reason, row.state, is_settled_along=row.is_settled_along), answer=row.resolution_note,
        resolved_at=row.resolved_at,
    )  # fmt: skip


def _about(row: sa.Row[*tuple[Any, ...]]) -> tuple[str, str, str]:
    if row.person_id is not None:
        return _("Person"), row.display_name, person_path(row.name)
    title = row.title or _("a thread you cannot read any more")
    if row.comment_id is not None:
        return _("Comment in"), title, comment_path(row.comment_id) if row.is_visible else ""
    return _NAMES[row.kind], title, post_path(row.post_id) if row.is_visible else ""


def result_words(reason: str, state: str, *, is_settled_along: bool = False) -> str:
    """Return what became of a report, in one sentence for whoever made it."""
    if reason == FlagReason.DUPLICATE and state == FlagState.UPHELD and is_settled_along:
        return _("You were right: it was asked before, or is out of sight by now.")
    if reason == FlagReason.DUPLICATE and state == FlagState.DECLINED:
        return _("A moderator compared both and found that they differ.")
    return _RESULTS[FlagState(state)]
