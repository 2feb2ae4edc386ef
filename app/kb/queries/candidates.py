"""The queue of threads proposed for articles, and what can be taken from one of them."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db, read
from app.core.pagination import Page, window
from app.core.records import Struct
from app.forum.models import Category, Post, Thread
from app.forum.models.post import PostKind
from app.forum.policies import card_shown, visible_threads
from app.forum.queries.categories import reader_of
from app.forum.urls import thread_path
from app.kb.models import Article, Candidate, CandidateState, Section
from app.kb.reasons import say_list, say_stored
from app.kb.urls import article_path

# What the row of a candidate says in one line: keys of the parts of its score (services/scoring.py).
HEADLINE = ("views", "duplicates", "me_too", "confirmed", "searches", "failed_searches", "coverage")
# That no article covers it goes without saying of what is proposed, and is not true any more of what was promoted.
UNSAID = "uncovered"
# Each takes a decision of its own, the best first: a sitting's worth, which is three screens of a phone.
PER_PAGE = 15
MOST_PASSAGES = 30


class CandidateRow(Struct, frozen=True):
    """A candidate as the queue shows it. `parts` are the reasons in words with their points, `headline` the weightiest of them.

    `shows_card`: readers see a pinned answer card now.
    """

    thread_id: int
    title: str
    path: str
    status: str
    category_name: str
    score: float
    headline: str
    parts: tuple[tuple[str, float], ...]
    views_30d: int
    state: str
    reason: str
    decided_by: str
    decided_at: datetime | None
    snoozed_until: datetime | None
    shows_card: bool
    article_title: str
    article_path: str
    scanned_at: datetime


def list_candidates(actor: Actor, *, state: str, page: int = 1, per_page: int = PER_PAGE) -> Page[CandidateRow]:
    """Return a page of candidates in a state whose threads the actor may see: best first, those put off
    by when they come back, decided ones latest first.
    """
    offset, limit = window(page, per_page)
    decider = aliased(Person)
    readable = sa.and_(Article.id == Candidate.article_id, Article.audience.in_(actor.audiences))
    statement = (
        sa.select(
            Candidate, Thread.id, Thread.title, Thread.kind, Thread.slug, Thread.status, Category.name.label("category_name"),
            decider.display_name.label("decided_by"), Article.title.label("article_title"), Article.slug.label("article_slug"),
            Section.slug.label("section_slug"), card_shown().label("shows_card"),
        )
        .join(Thread, Thread.id == Candidate.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(decider, decider.id == Candidate.decided_by_id)
        .outerjoin(Article, readable)
        .outerjoin(Section, Section.id == Article.section_id)
        .where(Candidate.state == state, visible_threads(actor))
    )  # fmt: skip
    if state == CandidateState.PROPOSED:
        statement = statement.order_by(Candidate.score.desc(), Candidate.thread_id)
    elif state == CandidateState.SNOOZED:
        statement = statement.order_by(Candidate.snoozed_until, Candidate.thread_id)
    else:
        statement = statement.order_by(Candidate.decided_at.desc(), Candidate.thread_id)
    return Page.from_rows([_row(row) for row in db.session.execute(statement.offset(offset).limit(limit))], page, per_page)


def _row(row: sa.Row[*tuple[Any, ...]]) -> CandidateRow:
    candidate: Candidate = row[0]
    return CandidateRow(
        thread_id=row.id, title=row.title, path=thread_path(row.kind, row.id, row.slug), status=row.status,
        category_name=row.category_name, score=candidate.score, views_30d=candidate.views_30d,
        headline=say_list([say_stored(part) for part in candidate.parts if part["key"] in HEADLINE and part.get("case") != UNSAID]),
        parts=tuple((say_stored(part), part["points"]) for part in candidate.parts), state=candidate.state, reason=candidate.reason,
        decided_by=row.decided_by or "", decided_at=candidate.decided_at, snoozed_until=candidate.snoozed_until,
        shows_card=bool(row.shows_card), article_title=row.article_title or "",
        article_path=article_path(row.section_slug, row.article_slug) if row.article_slug else "",
        scanned_at=candidate.scanned_at,
    )  # fmt: skip


def count_candidates(actor: Actor) -> dict[str, int]:
    """Return how many candidates the actor sees in each state."""
    counts = dict(read(_counting(reader_of(actor)), {"own_id": actor.id}).all())
    return {state.value: counts.get(state, 0) for state in CandidateState}


@lru_cache(maxsize=8)
def _counting(actor: Actor) -> sa.Select[str, int]:
    own_id = sa.bindparam("own_id", type_=Thread.author_id.type)
    return (
        sa.select(Candidate.state, sa.func.count())
        .join(Thread, Thread.id == Candidate.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(visible_threads(actor, own_id))
        .group_by(Candidate.state)
    )


def find_candidate(thread_id: int) -> Candidate | None:
    """Return what the last scan and the last decision say of a thread, if it was ever proposed or decided."""
    return db.session.get(Candidate, thread_id)


def find_best_answer(thread_id: int) -> int | None:
    """Return the id of the visible answer that solved a thread: the earliest accepted one, else what worked for the most."""
    order = (Post.accepted_at.is_(None), Post.accepted_at, Post.worked_count.desc(), Post.score.desc(), Post.id)
    statement = (
        sa.select(Post.id)
        .where(Post.thread_id == thread_id, Post.kind == PostKind.ANSWER, Post.hidden_at.is_(None), Post.held_at.is_(None))
        .order_by(*order)
        .limit(1)
    )
    found: int | None = db.session.scalar(statement)
    return found


def list_passages(thread_id: int) -> list[Post]:
    """Return the listed posts of a thread with their authors: the opening, accepted answers, then the best by votes."""
    order = (Post.kind != PostKind.OPENING, Post.accepted_at.is_(None), Post.score.desc(), Post.created_at, Post.id)
    statement = (
        sa.select(Post)
        .where(Post.thread_id == thread_id, Post.hidden_at.is_(None), Post.held_at.is_(None))
        .options(joinedload(Post.author))
        .order_by(*order)
        .limit(MOST_PASSAGES)
    )
    return list(db.session.scalars(statement))
