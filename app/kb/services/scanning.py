"""Reading the facts of all threads in set queries, and keeping the table of candidates true to them.

Owns which rows of `candidate` exist; must not touch what curators decided (dismissed and promoted rows keep their state).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.db import db, upsert
from app.core.settings import Settings
from app.core.uow import require_unit_of_work
from app.forum.models import Category, Post, Thread
from app.forum.models.post import PostKind
from app.kb.models import Article, ArticleSource, ArticleState, Candidate, CandidateState
from app.kb.services.scoring import WINDOW_DAYS, Score, ThreadFacts, is_proposed, score_thread
from app.pageviews.queries import recent_views

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Scored:
    """A thread that goes into the queue, with its score."""

    facts: ThreadFacts
    score: Score


@dataclass(frozen=True, slots=True)
class Batch:
    """One step of a scan. `last_id` is where the next one begins; None says that there is nothing left."""

    last_id: int | None
    read: int
    proposals: tuple[Scored, ...]


def score_batch(settings: Settings, after_id: int, moment: datetime, limit: int = BATCH) -> Batch:
    """Score the next `limit` threads above `after_id` in four statements, whatever the number of threads."""
    ids = list(db.session.scalars(sa.select(Thread.id).where(Thread.id > after_id).order_by(Thread.id).limit(limit)))
    if not ids:
        return Batch(None, 0, ())
    scored = (Scored(facts, score_thread(facts, settings, moment)) for facts in read_facts(ids))
    proposals = tuple(one for one in scored if is_proposed(one.facts, one.score, settings))
    return Batch(ids[-1], len(ids), proposals)


def read_facts(thread_ids: Sequence[int]) -> list[ThreadFacts]:
    """Return the facts of threads in three statements; missing ids are left out."""
    best = (
        sa.select(Post.thread_id, sa.func.max(Post.score).label("score"))
        .where(Post.thread_id.in_(thread_ids), Post.kind == PostKind.ANSWER, Post.hidden_at.is_(None), Post.held_at.is_(None))
        .group_by(Post.thread_id)
        .subquery()
    )
    statement = (
        sa.select(
            Thread.id, Thread.kind, Category.audience, Thread.status, Thread.created_at, Thread.answer_count,
            Thread.accepted_count, Thread.score, best.c.score, Thread.me_too_count, Thread.duplicate_count, Thread.hidden_at,
            Thread.held_at, Thread.locked_at, Thread.duplicate_of_id, Thread.article_id,
        )
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(best, best.c.thread_id == Thread.id)
        .where(Thread.id.in_(thread_ids))
        .order_by(Thread.id)
    )  # fmt: skip
    views = recent_views("thread", thread_ids, WINDOW_DAYS)
    covered = _covered(thread_ids)
    return [_facts(row, views, covered) for row in db.session.execute(statement)]


def _covered(thread_ids: Sequence[int]) -> set[int]:
    """Return the threads that an article, or the draft of one, was built from."""
    statement = (
        sa.select(ArticleSource.thread_id)
        .join(Article, Article.id == ArticleSource.article_id)
        .where(ArticleSource.thread_id.in_(thread_ids), Article.state != ArticleState.ARCHIVED)
        .distinct()
    )
    return set(db.session.scalars(statement))


def _facts(row: sa.Row[*tuple[Any, ...]], views: dict[int, int], covered: set[int]) -> ThreadFacts:
    (thread_id, kind, audience, status, created_at, answers, accepted, score, best, me_toos, duplicates, hidden_at, held_at,
     locked_at, duplicate_of_id, article_id) = row  # fmt: skip
    return ThreadFacts(
        thread_id=thread_id, kind=kind, audience=audience, status=status, created_at=created_at,
        views_30d=views.get(thread_id, 0), answer_count=answers, accepted_count=accepted, question_score=score,
        best_answer_score=best or 0, me_too_count=me_toos, duplicate_count=duplicates,
        is_listed=hidden_at is None and held_at is None, is_locked=locked_at is not None,
        is_duplicate=duplicate_of_id is not None, has_article=article_id is not None or thread_id in covered,
    )  # fmt: skip


def store_proposals(proposals: Sequence[Scored], moment: datetime) -> None:
    """Add new candidates and refresh the score of known ones; the state of a known one stays."""
    require_unit_of_work()
    rows = [
        {
            "thread_id": one.facts.thread_id, "score": one.score.total, "parts": [asdict(part) for part in one.score.parts],
            "views_30d": one.facts.views_30d, "state": CandidateState.PROPOSED, "reason": "", "scanned_at": moment,
        }
        for one in proposals
    ]  # fmt: skip
    upsert(Candidate.__table__, rows, ["thread_id"], ["score", "parts", "views_30d", "scanned_at"])


def drop_stale(scan_started_at: datetime) -> int:
    """Delete proposals that the scan did not see again and return how many; decisions stay."""
    require_unit_of_work()
    stale = sa.delete(Candidate).where(Candidate.state == CandidateState.PROPOSED, Candidate.scanned_at < scan_started_at)
    return int(db.session.execute(stale.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
