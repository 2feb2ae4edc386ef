"""What moderators know of a person before they decide: figures, recent texts, earlier sanctions. Reads only, four statements."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.accounts.queries import get_person
from app.accounts.urls import person_path
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.core.text import shorten
from app.core.trust import Level
from app.forum.models import Category, Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.urls import comment_path, post_path
from app.moderation.models import Flag, FlagState, HitOutcome, Sanction, ScreeningHit
from app.moderation.people.policies import can_sanction
from app.moderation.policies import ensure_can_moderate_site, moderated_categories
from app.moderation.urls import record_path

TEXTS_SHOWN = 8
SANCTIONS_SHOWN = 50
_EXCERPT = 160


class TextRow(Struct, frozen=True):
    """One text of a person. `state`: "" where everybody sees it, otherwise held or hidden."""

    kind: str
    title: str
    path: str
    excerpt: str
    state: str
    created_at: datetime


class SanctionRow(Struct, frozen=True):
    """One sanction with names instead of ids. `state`: running, ended, replaced, or over."""

    id: int
    kind: str
    reason: str
    until: datetime | None
    created_at: datetime
    by_name: str
    by_path: str
    state: str
    acknowledged_at: datetime | None
    ended_at: datetime | None
    ended_by_name: str
    end_reason: str
    appeal_state: str
    appeal_note: str
    appealed_at: datetime | None
    appeal_answer: str
    appeal_decided_at: datetime | None


class Figures(Struct, frozen=True):
    """What a person did here, as far as the moderator may read it: counts of texts, of reports both ways, of hits of screening."""

    threads: int
    posts: int
    comments: int
    hidden: int
    held: int
    flags_on_open: int
    flags_on_upheld: int
    flags_on_declined: int
    flags_by_open: int
    flags_by_upheld: int
    flags_by_declined: int
    hits_open: int
    hits_approved: int
    hits_rejected: int


class PersonRecord(Struct, frozen=True):
    """A person as moderators see them. `restrictions`: what counts now, as (kind, until).

    `can_sanction`: whether this moderator may decide about them.
    """

    id: int
    name: str
    display_name: str
    path: str
    record_path: str
    role: str
    level: int
    created_at: datetime
    is_confirmed: bool
    is_warned: bool
    restrictions: tuple[tuple[str, datetime | None], ...]
    can_sanction: bool
    figures: Figures
    sanctions: tuple[SanctionRow, ...]
    texts: tuple[TextRow, ...]

    @property
    def trust(self) -> str:
        """The name of the level of trust."""
        return Level(self.level).label


def person_record(actor: Actor, person_id: int) -> PersonRecord:
    """Return the record of a person; texts and figures are of the categories that the moderator reads. Raises NotFound, Forbidden."""
    ensure_can_moderate_site(actor)
    person, moment = get_person(person_id), now()
    return PersonRecord(
        id=person.id, name=person.name, display_name=person.display_name, path=person.path, record_path=record_path(person.id),
        role=person.role, level=person.level, created_at=person.created_at, is_confirmed=person.email is not None,
        is_warned=person.warned_at is not None, restrictions=restrictions_of(person, moment),
        can_sanction=can_sanction(actor, person), figures=count_figures(actor, person_id),
        sanctions=list_sanctions(person_id), texts=list_texts(actor, person_id),
    )  # fmt: skip


def restrictions_of(person: Person, moment: datetime) -> tuple[tuple[str, datetime | None], ...]:
    """Return what keeps a person from writing at `moment`, the hardest first."""
    found: list[tuple[str, datetime | None]] = []
    if person.is_banned:
        found.append(("ban", None))
    if person.suspended_until is not None and person.suspended_until > moment:
        found.append(("suspend", person.suspended_until))
    if person.is_muted_at(moment):
        found.append(("mute", person.muted_until))
    return tuple(found)


def count_figures(actor: Actor, person_id: int) -> Figures:
    """Return what a person did here, in one statement."""
    own_post, own_comment = Post.author_id == person_id, Comment.author_id == person_id
    not_opening = Post.kind != PostKind.OPENING
    thread_hidden, thread_held = Thread.hidden_at.is_not(None), Thread.held_at.is_not(None)
    hidden = sa.or_(Post.hidden_at.is_not(None), sa.and_(Post.kind == PostKind.OPENING, thread_hidden))
    held = sa.and_(~hidden, sa.or_(Post.held_at.is_not(None), sa.and_(Post.kind == PostKind.OPENING, thread_held)))
    waits = sa.and_(Comment.held_at.is_not(None), Comment.hidden_at.is_not(None))
    posts, comments, hits = _in_posts(actor), _in_comments(actor), _hits(actor, person_id)
    on, by = _flags_on(actor, person_id), _flags_by(actor, person_id)
    row = db.session.execute(
        sa.select(
            _count(posts.where(own_post, Post.kind == PostKind.OPENING)), _count(posts.where(own_post, not_opening)),
            _count(comments.where(own_comment)),
            _count(posts.where(own_post, hidden)) + _count(comments.where(own_comment, Comment.hidden_at.is_not(None), ~waits)),
            _count(posts.where(own_post, held)) + _count(comments.where(own_comment, waits)),
            *(_count(on.where(Flag.state == state)) for state in FlagState),
            *(_count(by.where(Flag.state == state)) for state in FlagState),
            *(_count(hits.where(ScreeningHit.outcome == outcome)) for outcome in HitOutcome),
        )
    ).one()  # fmt: skip
    return Figures(*(int(value or 0) for value in row))


def _count(statement: sa.Select[Any]) -> Any:
    return statement.with_only_columns(sa.func.count()).scalar_subquery()


def _in_posts(actor: Actor) -> sa.Select[Any]:
    return (
        sa.select(Post.id).join(Thread, Thread.id == Post.thread_id).join(Category, Category.id == Thread.category_id)
        .where(moderated_categories(actor))
    )  # fmt: skip


def _in_comments(actor: Actor) -> sa.Select[Any]:
    return (
        sa.select(Comment.id).join(Post, Post.id == Comment.post_id).join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id).where(moderated_categories(actor))
    )  # fmt: skip


def _hits(actor: Actor, person_id: int) -> sa.Select[Any]:
    return (
        sa.select(ScreeningHit.id).join(Post, Post.id == ScreeningHit.post_id).join(Thread, Thread.id == Post.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(moderated_categories(actor), ScreeningHit.person_id == person_id, ScreeningHit.is_held)
    )  # fmt: skip


def _flags_on(actor: Actor, person_id: int) -> sa.Select[Any]:
    """Reports about what a person wrote; found from their texts, which are indexed by author."""
    own_posts = sa.select(Post.id).where(Post.author_id == person_id)
    own_comments = sa.select(Comment.id).where(Comment.author_id == person_id)
    about = sa.or_(Flag.post_id.in_(own_posts), Flag.comment_id.in_(own_comments), Flag.person_id == person_id)
    return _flags(actor).where(about)


def _flags_by(actor: Actor, person_id: int) -> sa.Select[Any]:
    return _flags(actor).where(Flag.reporter_id == person_id)


def _flags(actor: Actor) -> sa.Select[Any]:
    return (
        sa.select(Flag.id).join(Thread, Thread.id == Flag.thread_id, isouter=True)
        .join(Category, Category.id == Thread.category_id, isouter=True)
        .where(sa.or_(moderated_categories(actor), Flag.person_id.is_not(None)))
    )  # fmt: skip


def list_texts(actor: Actor, person_id: int, limit: int = TEXTS_SHOWN) -> tuple[TextRow, ...]:
    """Return what a person wrote last, hidden and waiting texts too, newest first."""
    is_opening = Post.kind == PostKind.OPENING
    post_columns = (
        Post.kind.label("kind"), Post.id.label("id"), Post.created_at.label("created_at"), Thread.title.label("title"),
        Post.body_text.label("text"), sa.or_(Post.hidden_at.is_not(None), sa.and_(is_opening, Thread.hidden_at.is_not(None))).label("is_hidden"),
        sa.or_(Post.held_at.is_not(None), sa.and_(is_opening, Thread.held_at.is_not(None))).label("is_held"),
    )  # fmt: skip
    comment_columns = (
        sa.literal("comment").label("kind"), Comment.id.label("id"), Comment.created_at.label("created_at"),
        Thread.title.label("title"), Comment.body_text.label("text"), Comment.hidden_at.is_not(None).label("is_hidden"),
        Comment.held_at.is_not(None).label("is_held"),
    )  # fmt: skip
    posts = _in_posts(actor).where(Post.author_id == person_id).with_only_columns(*post_columns)
    comments = _in_comments(actor).where(Comment.author_id == person_id).with_only_columns(*comment_columns)
    newest_posts = posts.order_by(Post.created_at.desc()).limit(limit).subquery()
    newest_comments = comments.order_by(Comment.id.desc()).limit(limit).subquery()
    both = sa.union_all(sa.select(newest_posts), sa.select(newest_comments)).subquery()
    rows = db.session.execute(sa.select(both).order_by(both.c.created_at.desc()).limit(limit))
    return tuple(_text(row) for row in rows)


def _text(row: sa.Row[*tuple[Any, ...]]) -> TextRow:
    path = comment_path(row.id) if row.kind == "comment" else post_path(row.id)
    # A comment that waits is hidden as well, so "held" comes first there.
    is_waiting = row.is_held and (row.kind == "comment" or not row.is_hidden)
    state = "held" if is_waiting else "hidden" if row.is_hidden else ""
    return TextRow(row.kind, row.title, path, shorten(row.text, _EXCERPT), state, row.created_at)


def list_sanctions(person_id: int, limit: int = SANCTIONS_SHOWN) -> tuple[SanctionRow, ...]:
    """Return the sanctions of a person, newest first."""
    author, ender = aliased(Person), aliased(Person)
    statement = (
        sa.select(Sanction, author.display_name, author.name, ender.display_name)
        .join(author, author.id == Sanction.created_by_id, isouter=True)
        .join(ender, ender.id == Sanction.ended_by_id, isouter=True)
        .where(Sanction.person_id == person_id)
        .order_by(Sanction.id.desc())
        .limit(limit)
    )
    moment = now()
    return tuple(_sanction(*row, moment) for row in db.session.execute(statement))


def _sanction(one: Sanction, by: str | None, by_handle: str | None, ended_by: str | None, moment: datetime) -> SanctionRow:
    return SanctionRow(
        id=one.id, kind=one.kind, reason=one.reason, until=one.until, created_at=one.created_at, by_name=by or lazy_gettext("the system"),
        by_path=person_path(by_handle) if by_handle else "", state=state_of(one, moment), acknowledged_at=one.acknowledged_at,
        ended_at=one.ended_at, ended_by_name=ended_by or "", end_reason=one.end_reason, appeal_state=one.appeal_state,
        appeal_note=one.appeal_note, appealed_at=one.appealed_at, appeal_answer=one.appeal_answer,
        appeal_decided_at=one.appeal_decided_at,
    )  # fmt: skip


def state_of(sanction: Sanction, moment: datetime) -> str:
    """Return whether a sanction is running, was ended by somebody, was replaced by another one, or is over."""
    if sanction.ended_at is not None:
        return "replaced" if sanction.is_replaced else "ended"
    return "running" if sanction.runs_at(moment) else "over"
