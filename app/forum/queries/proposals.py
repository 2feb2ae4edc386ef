"""Reading what duplicates are looked for in, and the proposals that were found. Reads only."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db, read
from app.core.pagination import Page, window
from app.core.records import Struct
from app.forum.models import Category, DuplicateProposal, Post, Tag, Thread, ThreadTag
from app.forum.models.post import PostKind
from app.forum.models.proposal import ProposalState
from app.forum.models.thread import ThreadKind
from app.forum.queries.categories import reader_of
from app.forum.urls import thread_path

PER_PAGE = 25


class Unchecked(Struct, frozen=True):
    """A question whose duplicates were not looked for, in the words that are compared."""

    id: int
    title: str
    text: str
    audience: str
    created_at: datetime
    tags: tuple[str, ...]


class Original(Struct, frozen=True):
    """The thread that stands for a similar one: itself, or the main thread of its issue."""

    id: int
    audience: str
    created_at: datetime
    is_listed: bool


class ThreadCard(Struct, frozen=True):
    """One side of a proposal."""

    id: int
    title: str
    path: str
    status: str
    excerpt: str
    answer_count: int
    me_too_count: int
    created_at: datetime
    category: str


class ProposalRow(Struct, frozen=True):
    """A proposal to join `thread` to `original`. `percent` says how alike they are."""

    id: int
    percent: int
    state: str
    reason: str
    decided_by: str
    decided_at: datetime | None
    proposed_at: datetime
    thread: ThreadCard
    original: ThreadCard


_IS_UNCHECKED = sa.and_(
    Thread.duplicates_checked_at.is_(None), Thread.kind == sa.literal_column("'question'"), Thread.hidden_at.is_(None),
    Thread.held_at.is_(None), Thread.duplicate_of_id.is_(None),
)  # fmt: skip


def count_unchecked() -> int:
    """Return how many questions wait to be compared."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Thread).where(_IS_UNCHECKED)) or 0


def list_unchecked(after_id: int, limit: int) -> list[Unchecked]:
    """Return the next listed questions whose duplicates were not looked for since they were written, by id, in two statements."""
    statement = (
        sa.select(Thread.id, Thread.title, Post.body_text, Category.audience, Thread.created_at)
        .join(Category, Category.id == Thread.category_id)
        .join(Post, sa.and_(Post.thread_id == Thread.id, Post.kind == PostKind.OPENING))
        .where(Thread.id > after_id, _IS_UNCHECKED)
        .order_by(Thread.id)
        .limit(limit)
    )
    rows = db.session.execute(statement).all()
    tags: dict[int, list[str]] = {}
    named = sa.select(ThreadTag.thread_id, Tag.name).join(Tag, Tag.id == ThreadTag.tag_id)
    for thread_id, name in db.session.execute(named.where(ThreadTag.thread_id.in_([row.id for row in rows]))):
        tags.setdefault(thread_id, []).append(name)
    return [Unchecked(*row, tuple(tags.get(row.id, ()))) for row in rows]


def find_originals(thread_ids: Sequence[int]) -> dict[int, Original]:
    """Return for each question the thread that stands for it; discussions and unknown ids are left out."""
    main = aliased(Thread)
    statement = (
        sa.select(Thread.id, main.id, Category.audience, main.created_at, main.hidden_at, main.held_at)
        .join(main, main.id == sa.func.coalesce(Thread.duplicate_of_id, Thread.id))
        .join(Category, Category.id == main.category_id)
        .where(Thread.id.in_(thread_ids), main.kind == ThreadKind.QUESTION)
    )
    rows = db.session.execute(statement)
    return {row[0]: Original(*row[1:4], is_listed=row[4] is None and row[5] is None) for row in rows}


def get_proposal_for_update(proposal_id: int) -> DuplicateProposal | None:
    """Lock a proposal. Its thread is locked before it."""
    statement = sa.select(DuplicateProposal).where(DuplicateProposal.id == proposal_id)
    return db.session.scalar(statement.with_for_update(key_share=True).execution_options(populate_existing=True))


def find_pair_for_update(thread_id: int, other_id: int) -> DuplicateProposal | None:
    """Lock the proposal of two questions, in whichever order it was made. Both threads are locked before it."""
    one, other = (
        sa.and_(DuplicateProposal.thread_id == thread_id, DuplicateProposal.original_id == other_id),
        sa.and_(DuplicateProposal.thread_id == other_id, DuplicateProposal.original_id == thread_id),
    )
    statement = sa.select(DuplicateProposal).where(sa.or_(one, other)).order_by(DuplicateProposal.id).limit(1)
    return db.session.scalar(statement.with_for_update(key_share=True).execution_options(populate_existing=True))


def find_proposal_threads(proposal_id: int) -> tuple[int, int] | None:
    """Return (thread, original) of a proposal, or None."""
    statement = sa.select(DuplicateProposal.thread_id, DuplicateProposal.original_id).where(DuplicateProposal.id == proposal_id)
    row = db.session.execute(statement).first()
    return (row[0], row[1]) if row else None


_newer, _target = aliased(Thread, name="newer"), aliased(Thread, name="target")
_named = aliased(Thread, name="named")
_newer_home, _target_home = aliased(Category, name="newer_home"), aliased(Category, name="target_home")
_decider = aliased(Person, name="decider")
_CARD = ("id", "title", "kind", "slug", "status", "excerpt", "answer_count", "me_too_count", "created_at")


def _proposals(actor: Actor, state: str) -> sa.Select[*tuple[Any, ...]]:
    """The proposals of a state about threads that the actor reads in lists; open ones only while there is something to join.

    When the named original was joined to another thread meanwhile, that one stands for it.
    """
    columns = [getattr(side, name) for side in (_newer, _target) for name in _CARD]
    statement = (
        sa.select(
            DuplicateProposal.id, DuplicateProposal.score, DuplicateProposal.state, DuplicateProposal.reason,
            _decider.display_name, DuplicateProposal.decided_at, DuplicateProposal.created_at, *columns, _newer_home.name, _target_home.name,
        )
        .join(_newer, _newer.id == DuplicateProposal.thread_id)
        .join(_named, _named.id == DuplicateProposal.original_id)
        .join(_target, _target.id == sa.func.coalesce(_named.duplicate_of_id, _named.id))
        .join(_newer_home, _newer_home.id == _newer.category_id)
        .join(_target_home, _target_home.id == _target.category_id)
        .outerjoin(_decider, _decider.id == DuplicateProposal.decided_by_id)
        .where(
            DuplicateProposal.state == state, _newer_home.audience.in_(actor.audiences),
            _target_home.audience.in_(actor.audiences), _newer.hidden_at.is_(None), _newer.held_at.is_(None),
            _target.hidden_at.is_(None), _target.held_at.is_(None),
        )
    )  # fmt: skip
    if state == ProposalState.OPEN:
        statement = statement.where(_newer.duplicate_of_id.is_(None), _target.id != _newer.id)
    return statement


def list_proposals(
    actor: Actor, *, state: str = ProposalState.OPEN, page: int = 1, per_page: int = PER_PAGE
) -> Page[ProposalRow]:
    """Return a page of proposals the actor may see: open ones the most alike first, decided ones the latest first."""
    offset, limit = window(page, per_page)
    order = DuplicateProposal.score.desc() if state == ProposalState.OPEN else DuplicateProposal.decided_at.desc()
    statement = _proposals(actor, state).order_by(order, DuplicateProposal.id).offset(offset).limit(limit)
    return Page.from_rows([_row(tuple(row)) for row in db.session.execute(statement)], page, per_page)


def count_proposals(actor: Actor) -> dict[str, int]:
    """Return how many proposals the actor sees in each state, in one statement."""
    return dict(zip(map(str, ProposalState), read(_counting(reader_of(actor))).one(), strict=True))


@lru_cache(maxsize=8)
def _counting(actor: Actor) -> sa.Select[*tuple[Any, ...]]:
    counts = [
        sa.select(sa.func.count()).select_from(_proposals(actor, state).subquery()).scalar_subquery() for state in ProposalState
    ]
    return sa.select(*counts)


def find_proposal(actor: Actor, proposal_id: int) -> ProposalRow | None:
    """Return one open proposal that the actor may see, or None."""
    statement = _proposals(actor, ProposalState.OPEN).where(DuplicateProposal.id == proposal_id)
    row = db.session.execute(statement).first()
    return _row(tuple(row)) if row else None


def list_proposals_for(actor: Actor, thread_id: int, limit: int = 3) -> list[ProposalRow]:
    """Return the open proposals that name a thread on either side, the most alike first."""
    about = sa.or_(DuplicateProposal.thread_id == thread_id, _target.id == thread_id)
    statement = _proposals(actor, ProposalState.OPEN).where(about).order_by(DuplicateProposal.score.desc(), DuplicateProposal.id)
    return [_row(tuple(row)) for row in db.session.execute(statement.limit(limit))]


def _row(values: tuple[Any, ...]) -> ProposalRow:
    proposal_id, score, state, reason, decided_by, decided_at, proposed_at, *rest = values
    size = len(_CARD)
    newer, target, homes = rest[:size], rest[size : 2 * size], rest[2 * size :]
    cards = [_card(side, home) for side, home in zip((newer, target), homes, strict=True)]
    return ProposalRow(proposal_id, round(score * 100), state, reason, decided_by or "", decided_at, proposed_at, *cards)


def _card(values: Sequence[Any], home: str) -> ThreadCard:
    thread_id, title, kind, slug, status, excerpt, answers, me_toos, created_at = values
    return ThreadCard(thread_id, title, thread_path(kind, thread_id, slug), status, excerpt, answers, me_toos, created_at, home)
