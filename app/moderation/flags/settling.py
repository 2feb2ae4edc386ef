"""What becomes of reports when something else was decided about their text: they are closed with it, and opened again with it.

Subscribers; they run in the transaction of the decision.
"""

import sqlalchemy as sa

from app.core.db import db
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.forum.events import CommentCurated, PostCurated, ThreadCurated, VersionChecked
from app.forum.models import DuplicateProposal, Post
from app.forum.models.post import PostKind
from app.moderation.flags.resolving import close_flags, open_again
from app.moderation.models import Flag, FlagReason, FlagState
from app.moderation.services.logging import write_log

# What a moderator did to a text -> whether the reports about it were right.
_SAYS = {"hide": True, "reject": True, "approve": False}
# What undoes that: the reports wait again, as before.
_TAKES_BACK = frozenset({"restore", "hold"})
# The same for pairs of questions: joined, or found to differ.
_JOINS = frozenset({"duplicate", "merge"})


def settle_with_post(event: PostCurated) -> None:
    _settle(event.action, Flag.post_id == event.post_id, event.actor_id, event.reason)


def settle_with_comment(event: CommentCurated) -> None:
    _settle(event.action, Flag.comment_id == event.comment_id, event.actor_id, event.reason)


def settle_with_thread(event: ThreadCurated) -> None:
    """A thread stands for its opening; what was proposed with a report is decided with the pair."""
    pairs = sa.and_(Flag.thread_id == event.thread_id, Flag.original_id.is_not(None), Flag.reason == FlagReason.DUPLICATE)
    if event.action in _JOINS:
        _close(pairs, event.actor_id, event.reason, is_upheld=True)
    elif event.action == "not_duplicate":
        _close(sa.and_(pairs, _of_pair(event.before)), event.actor_id, event.reason, is_upheld=False)
    elif event.action in ("unduplicate", "unmerge"):
        _open(sa.and_(pairs, Flag.state == FlagState.UPHELD))
    elif event.action == "propose_duplicate":
        _open(sa.and_(pairs, _of_pair(event.before), Flag.state == FlagState.DECLINED))
    elif event.action in _SAYS or event.action in _TAKES_BACK:
        opening = sa.select(Post.id).where(Post.thread_id == event.thread_id, Post.kind == PostKind.OPENING).scalar_subquery()
        _settle(event.action, Flag.post_id == opening, event.actor_id, event.reason)


def _of_pair(proposal_id: str) -> sa.ColumnElement[bool]:
    """The reports behind a proposal, in whichever order its questions stand."""
    one = sa.select(DuplicateProposal.original_id).where(DuplicateProposal.id == int(proposal_id))
    other = sa.select(DuplicateProposal.thread_id).where(DuplicateProposal.id == int(proposal_id))
    return sa.or_(Flag.original_id.in_(one), Flag.original_id.in_(other))


def _settle(action: str, target: sa.ColumnElement[bool], actor_id: int | None, reason: str) -> None:
    if action in _SAYS and actor_id is not None:
        _close(target, actor_id, reason, is_upheld=_SAYS[action])
    elif action in _TAKES_BACK:
        _open(target)


def _close(target: sa.ColumnElement[bool], actor_id: int | None, reason: str, *, is_upheld: bool) -> list[Flag]:
    statement = sa.select(Flag).where(target, Flag.state == FlagState.OPEN)
    flags = list(db.session.scalars(statement.with_for_update(key_share=True)))
    close_flags(actor_id, flags, is_upheld, reason, is_along=True)
    return flags


def _open(target: sa.ColumnElement[bool]) -> None:
    renewed = sa.select(Flag.reporter_id).where(target, Flag.state == FlagState.OPEN)
    statement = sa.select(Flag).where(
        target, Flag.is_settled_along, Flag.state != FlagState.OPEN, Flag.reporter_id.not_in(renewed)
    )
    open_again(list(db.session.scalars(statement.with_for_update(key_share=True))))


def settle_with_check(event: VersionChecked) -> None:
    """Whoever checks on a version says whether a question is out of date: that is what those who reported it asked. It is logged."""
    about = sa.and_(Flag.thread_id == event.thread_id, Flag.reason == FlagReason.OUTDATED, Flag.post_id.is_not(None))
    with speaking(None):  # kept in the language of the site
        words = _("It was checked, and still holds.") if event.works else _("It does not hold on the current version any more.")
    flags = _close(about, event.actor_id, words, is_upheld=not event.works)
    for post_id in sorted({flag.post_id for flag in flags if flag.post_id is not None}):
        write_log(event.actor_id, "decline" if event.works else "uphold", words, post_id=post_id)


SUBSCRIPTIONS = (
    (PostCurated, settle_with_post),
    (CommentCurated, settle_with_comment),
    (ThreadCurated, settle_with_thread),
    (VersionChecked, settle_with_check),
)
