"""One question as the desk shows it: the question with its answers, whose turn it is, who is on it, and its clocks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import read
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.desk.calendar import WorkingHours, working_minutes_between
from app.desk.models import DeskItem, DeskState, StaffGroup, WaitingReason
from app.desk.policies import ensure_can_work_on
from app.desk.queries.asker import AskerPanel, load_asker
from app.desk.queries.calendar import load_hours
from app.forum.models import Category, Post, Thread
from app.forum.models.post import PostKind
from app.forum.queries.judging import ReasonCount, reason_words, reasons_of, voices
from app.forum.queries.tags import tags_of_threads
from app.forum.queries.thread_head import find_thread_head
from app.forum.queries.thread_page import comments_of, list_posts
from app.forum.queries.thread_rows import CommentRow, PostRow, ThreadHead

_holder, _assignee, _assigner = aliased(Person), aliased(Person), aliased(Person)
_FACTS: sa.Select[*tuple[Any, ...]] = (
    sa.select(
        DeskItem.state, DeskItem.since, DeskItem.due_at, DeskItem.clock_since, DeskItem.waiting_reason, DeskItem.escalated_at,
        DeskItem.taken_by_id, _holder.display_name.label("holder_name"), DeskItem.taken_until,
        DeskItem.assignee_id, _assignee.display_name.label("assignee_name"), DeskItem.group_id,
        StaffGroup.name.label("group_name"), DeskItem.note, _assigner.display_name.label("assigner_name"),
        Thread.first_answer_at, Thread.first_staff_answer_at, Thread.affected_count, Category.usual_answer_minutes,
        sa.select(sa.func.max(Post.id)).where(Post.thread_id == Thread.id, Post.kind == PostKind.ANSWER).scalar_subquery(),
    )
    .select_from(Thread)
    .join(Category, Category.id == Thread.category_id)
    .outerjoin(DeskItem, DeskItem.thread_id == Thread.id)
    .outerjoin(_holder, _holder.id == DeskItem.taken_by_id)
    .outerjoin(_assignee, _assignee.id == DeskItem.assignee_id)
    .outerjoin(_assigner, _assigner.id == DeskItem.assigned_by_id)
    .outerjoin(StaffGroup, StaffGroup.id == DeskItem.group_id)
    .where(Thread.id == sa.bindparam("thread_id"))
)  # fmt: skip


class ItemFacts(Struct, frozen=True):
    """The desk's side of a question; what is not known is None. `usual_answer_minutes` is the usual wait in its category."""

    state: str | None
    since: datetime | None
    due_at: datetime | None
    clock_since: datetime | None
    waiting_reason: str | None
    escalated_at: datetime | None
    taken_by_id: int | None
    holder_name: str | None
    taken_until: datetime | None
    assignee_id: int | None
    assignee_name: str | None
    group_id: int | None
    group_name: str | None
    note: str | None
    assigner_name: str | None
    first_answer_at: datetime | None
    first_staff_answer_at: datetime | None
    affected_count: int
    usual_answer_minutes: int | None
    newest_answer_id: int | None

    @property
    def is_escalated(self) -> bool:
        """Whether it was escalated and still has no official or accepted answer since, as in the queue's view."""
        return self.escalated_at is not None and self.clock_since is not None

    @property
    def in_charge(self) -> str:
        """The name of the person or group in charge, or ''."""
        return self.assignee_name or self.group_name or ""

    @property
    def in_charge_key(self) -> str:
        """The same as a form names it: p12, g3, or ''."""
        return f"p{self.assignee_id}" if self.assignee_id else f"g{self.group_id}" if self.group_id else ""

    def is_held_at(self, moment: datetime) -> bool:
        """Return whether somebody holds the question at `moment`."""
        return self.taken_until is not None and self.taken_until > moment


class Clock(Struct, frozen=True):
    """How long the present turn has lasted and how much is left: working minutes. `left_minutes` is negative when overdue."""

    waited_minutes: int
    left_minutes: int | None = None

    @property
    def is_overdue(self) -> bool:
        return self.left_minutes is not None and self.left_minutes < 0


class ItemPage(Struct, frozen=True):
    """All that the item page shows of a question. `has_more`: there are more answers than `posts`."""

    head: ThreadHead
    facts: ItemFacts
    clock: Clock | None
    posts: tuple[PostRow, ...]
    comments: Mapping[int, Sequence[CommentRow]]
    tags: tuple[str, ...]
    asker: AskerPanel | None
    reasons: Mapping[int, Sequence[ReasonCount]]
    hours: WorkingHours

    @property
    def has_more(self) -> bool:
        return self.head.answer_count > len(self.posts)

    @property
    def affected_count(self) -> int:
        """Everybody who asked this or a duplicate of it, or said me-too."""
        return self.facts.affected_count

    def readers_say(self, post: PostRow) -> str:
        """What readers said of an answer, and why it failed them, in sentences; empty when nobody said anything."""
        why = reason_words(self.reasons.get(post.id, ()))
        said = voices(post.worked_count, post.failed_count)
        if said and why:
            return _("%(voices)s. %(reasons)s.", voices=said, reasons=why)
        return _("%(sentence)s.", sentence=said or why) if said or why else ""

    @property
    def reason(self) -> str:
        """Why it is in the queue, where that is not plain: it came back."""
        return _REASONS.get(self.facts.waiting_reason or "", "") if self.facts.state == DeskState.WAITING else ""


_REASONS: dict[str, str] = {
    WaitingReason.DISPUTED: lazy_gettext("Back in the queue: the solution does not work for people."),
    WaitingReason.STUCK: lazy_gettext("Back in the queue: the asker is still stuck."),
    WaitingReason.REPLIED: lazy_gettext("Back in the queue: the asker gave the details."),
    WaitingReason.REOPENED: lazy_gettext("Back in the queue: it was reopened."),
}


def get_head(actor: Actor, thread_id: int) -> ThreadHead:
    """Return the head of a question for the desk. Raises NotFound for what is no question of this actor's desk."""
    head = find_thread_head(thread_id)
    if head is None:
        raise NotFound
    ensure_can_work_on(actor, cast(Thread, head))
    return head


def load_item(actor: Actor, thread_id: int) -> ItemPage:
    """Return a question with all that its page shows, in seven statements, eight when answers failed readers. Raises NotFound like `get_head`."""
    head, moment, hours = get_head(actor, thread_id), now(), load_hours()
    facts = ItemFacts(*tuple(read(_FACTS, {"thread_id": thread_id}).one()))
    posts = list_posts(actor, head, "best", 1) if head.answer_count or actor.is_moderator else ()
    commented = [post.id for post in (head.opening, *posts) if post.comment_count]
    return ItemPage(
        head=head, facts=facts, clock=_clock(facts, hours, moment), posts=posts, comments=comments_of(actor, commented),
        tags=tags_of_threads([thread_id]).get(thread_id, ()), asker=load_asker(actor, head.author_id, thread_id, moment),
        reasons=reasons_of([post.id for post in posts if post.failed_count]), hours=hours,
    )  # fmt: skip


def _clock(facts: ItemFacts, hours: WorkingHours, moment: datetime) -> Clock | None:
    if facts.since is None:
        return None
    waited = working_minutes_between(hours, facts.since, moment)
    if facts.due_at is None:
        return Clock(waited)
    if moment <= facts.due_at:
        return Clock(waited, working_minutes_between(hours, moment, facts.due_at))
    return Clock(waited, -max(1, working_minutes_between(hours, facts.due_at, moment)))


# By the key of the index on post: thread and kind.
_NEWS = sa.select(
    sa.exists().where(
        Post.thread_id == sa.bindparam("thread_id"), Post.kind == PostKind.ANSWER, Post.id > sa.bindparam("seen"),
        Post.hidden_at.is_(None), Post.held_at.is_(None),
        sa.or_(Post.author_id.is_(None), Post.author_id != sa.bindparam("mine")),
    )
)  # fmt: skip


def has_news(actor: Actor, thread_id: int, seen_id: int) -> bool:
    """Return whether somebody else has answered since a page was loaded whose newest answer was `seen_id` (0: none)."""
    return bool(read(_NEWS, {"thread_id": thread_id, "seen": seen_id, "mine": actor.id}).scalar())


def holder_name(person_id: int | None) -> str:
    """Return the name of whoever holds a question."""
    return read(sa.select(Person.display_name).where(Person.id == person_id)).scalar() or _("Somebody")
