"""Which reports and texts are decided where, as SQL criteria for lists and counts."""

import sqlalchemy as sa

from app.forum.models import Comment, Post, Thread
from app.moderation.models import Flag, FlagState

# Reports that moderators decide about themselves; pairs of questions are decided as proposals.
WAITS = sa.and_(Flag.state == FlagState.OPEN, Flag.original_id.is_(None))


def _by_reports(*link: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(*link, Flag.state == FlagState.OPEN).correlate_except(Flag)


# Texts that reports have set aside: they wait as reported, not as new.
THREAD_ASIDE = _by_reports(Flag.thread_id == Thread.id, Flag.set_aside_at == Thread.held_at)
POST_ASIDE = _by_reports(Flag.post_id == Post.id, Flag.set_aside_at == Post.held_at)
COMMENT_ASIDE = _by_reports(Flag.comment_id == Comment.id, Flag.set_aside_at == Comment.held_at)
