"""What was decided about candidates, and how good the queue is: the share of its first ten that curators take."""

from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db
from app.core.records import Struct
from app.core.statistics import wilson_interval
from app.kb.models import Article, Candidate, CandidateDecision, CandidateState, Decision, Section
from app.kb.urls import article_path

FIRST = 10
"""How many places of the queue the precision looks at."""
ACCEPTING = (Decision.PROMOTED, Decision.LINKED, Decision.CARD)
VERDICTS = (*ACCEPTING, Decision.DISMISSED)
MOST_DECISIONS = 50


class Precision(Struct, frozen=True):
    """How many of the threads judged while among the first ten were taken; `low` and `high` are the 95 % Wilson interval."""

    taken: int
    judged: int

    @property
    def share(self) -> float | None:
        """The share taken, or None when nothing was judged."""
        return self.taken / self.judged if self.judged else None

    @property
    def low(self) -> float:
        return wilson_interval(self.taken, self.judged)[0]

    @property
    def high(self) -> float:
        return wilson_interval(self.taken, self.judged)[1]


class DecisionRow(Struct, frozen=True):
    """One decision about a thread, newest first in lists."""

    decision: str
    reason: str
    score: float
    rank: int | None
    snoozed_until: datetime | None
    decided_by: str
    decided_at: datetime
    article_title: str
    article_path: str


def find_rank(candidate: Candidate) -> int | None:
    """Return the place of a candidate in the queue, from 1, or None when it is not in it."""
    if candidate.state != CandidateState.PROPOSED or not candidate.parts:
        return None
    is_before = sa.or_(
        Candidate.score > candidate.score,
        sa.and_(Candidate.score == candidate.score, Candidate.thread_id < candidate.thread_id),
    )
    statement = sa.select(sa.func.count()).where(Candidate.state == CandidateState.PROPOSED, is_before)
    with db.session.no_autoflush:
        return 1 + (db.session.scalar(statement) or 0)


def measure_precision() -> Precision:
    """Return precision@10: of the threads judged while among the first ten of the queue, those that were taken.

    A thread counts once, by its last decision; one whose decision was taken back, or that is only put off, does not count.
    """
    ranked = sa.select(CandidateDecision.thread_id).where(
        CandidateDecision.decision.in_(VERDICTS), CandidateDecision.rank <= FIRST
    )
    last = (
        sa.select(sa.func.max(CandidateDecision.id))
        .where(CandidateDecision.thread_id.in_(ranked))
        .group_by(CandidateDecision.thread_id)
    )
    statement = (
        sa.select(CandidateDecision.decision, sa.func.count())
        .where(CandidateDecision.id.in_(last), CandidateDecision.decision.in_(VERDICTS))
        .group_by(CandidateDecision.decision)
    )
    counts = dict(db.session.execute(statement).all())
    return Precision(sum(counts.get(decision, 0) for decision in ACCEPTING), sum(counts.values()))


def list_decisions(actor: Actor, thread_id: int) -> list[DecisionRow]:
    """Return the decisions about a thread that the actor may see, newest first; an article is named where they may read it."""
    readable = sa.and_(Article.id == CandidateDecision.article_id, Article.audience.in_(actor.audiences))
    statement = (
        sa.select(
            CandidateDecision, Person.display_name, Article.title, Article.slug, Section.slug.label("section_slug"),
        )
        .outerjoin(Person, Person.id == CandidateDecision.decided_by_id)
        .outerjoin(Article, readable)
        .outerjoin(Section, Section.id == Article.section_id)
        .where(CandidateDecision.thread_id == thread_id)
        .order_by(CandidateDecision.id.desc())
        .limit(MOST_DECISIONS)
    )  # fmt: skip
    return [
        DecisionRow(
            decision=one.decision, reason=one.reason, score=one.score, rank=one.rank, snoozed_until=one.snoozed_until,
            decided_by=decided_by or "", decided_at=one.decided_at, article_title=title or "",
            article_path=article_path(section_slug, slug) if slug else "",
        )
        for one, decided_by, title, slug, section_slug in db.session.execute(statement)
    ]  # fmt: skip
