"""What moderators see before threads are split, merged or converted, and posts turned: what will happen, in words. Reads only."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import read
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext
from app.core.records import Struct
from app.core.text import shorten
from app.forum.models import Post, Thread
from app.forum.models.post import PostKind
from app.forum.policies import is_as_open
from app.forum.queries.threads import get_thread
from app.forum.services.converting import ensure_can_convert
from app.forum.services.merging import WHICH, ensure_can_merge

# So many posts are offered to be split off or to be answered under.
POSTS_SHOWN = 300
EXCERPT = 220
_KINDS = {
    PostKind.OPENING: lazy_gettext("Opening text"),
    PostKind.ANSWER: lazy_gettext("Answer"),
    PostKind.REPLY: lazy_gettext("Reply"),
}


class PostChoice(Struct, frozen=True):
    """A post to choose. `is_fixed`: it is the solution, so it stays."""

    id: int
    kind: str
    author: str
    text: str
    created_at: datetime
    is_fixed: bool
    is_listed: bool

    @property
    def label(self) -> str:
        """What a choice says of the post."""
        return _("%(kind)s by %(author)s", kind=_KINDS[PostKind(self.kind)], author=self.author)


def list_choices(thread_id: int) -> list[PostChoice]:
    """Return the posts of a thread that the actor moderates, oldest first; the opening text comes first."""
    statement = (
        sa.select(
            Post.id, Post.kind, sa.func.coalesce(Person.display_name, "[removed]"), Post.body_text, Post.created_at,
            Post.accepted_at.is_not(None), sa.and_(Post.hidden_at.is_(None), Post.held_at.is_(None)),
        )
        .outerjoin(Person, Person.id == Post.author_id)
        .where(Post.thread_id == thread_id)
        .order_by(Post.kind != PostKind.OPENING, Post.created_at, Post.id)
        .limit(POSTS_SHOWN)
    )  # fmt: skip
    return [
        PostChoice(a, b, c, shorten(text, EXCERPT), at, fixed, listed) for a, b, c, text, at, fixed, listed in read(statement)
    ]


def split_effects(thread: Thread, chosen: Sequence[PostChoice]) -> list[str]:
    """Return what splitting these posts off does."""
    first, others = chosen[0], len(chosen) - 1
    found = [_("What %(name)s wrote opens the new thread, and %(name)s counts as the one who started it.", name=first.author)]
    if others:
        found.append(_others_go(others) if thread.is_question else _other_replies_go(others))
    found.append(_("Links to each of them keep working, and their authors are told and follow the new thread."))
    return found


def _others_go(others: int) -> str:
    return ngettext(
        "%(num)s more of the answers goes with it, each with its comments and votes.",
        "%(num)s more of the answers go with it, each with its comments and votes.",
        others,
    )


def _other_replies_go(others: int) -> str:
    return ngettext(
        "%(num)s more of the replies goes with it, each with its comments and votes.",
        "%(num)s more of the replies go with it, each with its comments and votes.",
        others,
    )


def find_target(actor: Actor, thread: Thread, target_id: int) -> Thread:
    """Return the thread another one can be merged into. Raises Invalid("target_id") for one that cannot, Conflict."""
    try:
        target = get_thread(actor, target_id)
    except NotFound:
        raise Invalid(_("We could not find that thread. Please check its number or address."), field="target_id") from None
    if target.id == thread.id:
        raise Invalid(WHICH, field="target_id")
    ensure_can_merge(actor, thread, target)
    return target


def merge_effects(thread: Thread, target: Thread) -> list[str]:
    """Return what merging does."""
    return [
        _what_moves(thread.answer_count, target),
        _("Its address leads to “%(title)s”, and links to its posts keep working.", title=target.title),
        _("Its people are told, follow the other thread and count as affected there.")
        if _both_questions(thread, target)
        else _("Its people are told, follow the other thread."),
    ]


def _what_moves(many: int, target: Thread) -> str:
    if not many:
        return _("Nothing was posted below it that would stand there.")
    if target.is_question:
        return ngettext(
            "Its one post stands among the answers of “%(title)s”, in order of time, with its comments, votes and evidence.",
            "Its %(num)s posts stand among the answers of “%(title)s”, in order of time, each with its comments, votes and evidence.",
            many,
            title=target.title,
        )
    return ngettext(
        "Its one post stands among the replies of “%(title)s”, in order of time, with its comments, votes and evidence.",
        "Its %(num)s posts stand among the replies of “%(title)s”, in order of time, each with its comments, votes and evidence.",
        many,
        title=target.title,
    )


def _both_questions(thread: Thread, target: Thread) -> bool:
    return thread.is_question and target.is_question


def merge_cautions(thread: Thread, target: Thread) -> list[str]:
    """Return what to mind about merging: that more or fewer people can read the other thread."""
    old, new = thread.category, target.category
    if old.audience == new.audience:
        return []
    if is_as_open(new.audience, old.audience):
        return [_("Mind: more people read “%(new)s” than “%(old)s”. They will read these posts.", new=new.name, old=old.name)]
    return [_("Mind: fewer people read “%(new)s” than “%(old)s”. Others lose these posts.", new=new.name, old=old.name)]


def convert_effects(thread: Thread) -> list[str]:
    """Return what converting does. Raises Conflict where it cannot be."""
    ensure_can_convert(thread)
    if thread.is_question:
        return [
            _("Its answers become replies, in order of time. Nobody is asked any more whether one solved it."),
            _("It leaves the queue of the desk and the lists of questions; old addresses lead to it."),
            _("Whoever started it is told."),
        ]
    return [
        _("Its replies become answers: one of them can be marked as the solution, and readers say whether it worked."),
        _("It stands in the lists of questions and, until it is answered, at the desk; old addresses lead to it."),
        _("Whoever started it is told."),
    ]
