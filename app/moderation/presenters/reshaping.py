"""What moderators see before threads are split, merged or converted, and posts turned: what will happen, in words. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import read
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.text import shorten
from app.forum.models import Category, Post, Thread
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


@dataclass(frozen=True, slots=True)
class PostChoice:
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
        return f"{_KINDS[PostKind(self.kind)]} by {self.author}"


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
    noun = "answers" if thread.is_question else "replies"
    found = [f"What {first.author} wrote opens the new thread, and {first.author} counts as the one who started it."]
    if others:
        found.append(
            f"{others:,} more of the {noun} {'goes' if others == 1 else 'go'} with it, each with its comments and votes."
        )
    found.append("Links to each of them keep working, and their authors are told and follow the new thread.")
    return found


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
    noun, many = ("answers", thread.answer_count) if target.is_question else ("replies", thread.answer_count)
    moved = (
        f"Its {many:,} posts stand"
        if many > 1
        else "Its one post stands"
        if many
        else "Nothing was posted below it that would stand"
    )
    found = [
        f"{moved} among the {noun} of “{target.title}”, in order of time, each with its comments, votes and evidence.",
        f"Its address leads to “{target.title}”, and links to its posts keep working.",
        "Its people are told, follow the other thread"
        + (" and count as affected there." if _both_questions(thread, target) else "."),
    ]
    return [*found, *_audience_words(thread.category, target.category)]


def _both_questions(thread: Thread, target: Thread) -> bool:
    return thread.is_question and target.is_question


def _audience_words(old: Category, new: Category) -> list[str]:
    if old.audience == new.audience:
        return []
    if is_as_open(new.audience, old.audience):
        return [f"Mind: more people read “{new.name}” than “{old.name}”. They will read these posts."]
    return [f"Mind: fewer people read “{new.name}” than “{old.name}”. Others lose these posts."]


def convert_effects(thread: Thread) -> list[str]:
    """Return what converting does. Raises Conflict where it cannot be."""
    ensure_can_convert(thread)
    if thread.is_question:
        return [
            "Its answers become replies, in order of time. Nobody is asked any more whether one solved it.",
            "It leaves the queue of the desk and the lists of questions; old addresses lead to it.",
            "Whoever started it is told.",
        ]
    return [
        "Its replies become answers: one of them can be marked as the solution, and readers say whether it worked.",
        "It stands in the lists of questions and, until it is answered, at the desk; old addresses lead to it.",
        "Whoever started it is told.",
    ]
