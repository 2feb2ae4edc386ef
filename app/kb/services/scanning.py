"""Reading the evidence of all issues in set queries, and keeping the table of candidates true to them.

Owns which rows of `candidate` exist; must not touch what curators decided, except that the time of a snoozed one runs out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db, upsert
from app.core.records import Struct
from app.core.settings import Settings
from app.core.uow import require_unit_of_work
from app.forum.models import Category, Post, Thread
from app.forum.models.post import PostKind
from app.forum.policies import card_shown
from app.forum.queries.issues import IssueFacts, issue_facts
from app.kb.models import Article, ArticleReuse, ArticleSource, ArticleState, Candidate, CandidateState
from app.kb.reasons import WINDOW_DAYS
from app.kb.services.scoring import IssueEvidence, Score, is_proposed, score_issue
from app.search.documents import THREAD, make_key
from app.search.ledger.reading import failed_near, landed

BATCH = 1000


class Scored(Struct, frozen=True):
    """A thread that goes into the queue, with its score."""

    facts: IssueEvidence
    score: Score


class Batch(Struct, frozen=True):
    """One step of a scan. `last_id` is where the next one begins; None says that there is nothing left."""

    last_id: int | None
    read: int
    proposals: tuple[Scored, ...]


def score_batch(settings: Settings, after_id: int, moment: datetime, limit: int = BATCH) -> Batch:
    """Score the next `limit` threads above `after_id` in thirteen statements, whatever the number of threads."""
    ids = list(db.session.scalars(sa.select(Thread.id).where(Thread.id > after_id).order_by(Thread.id).limit(limit)))
    if not ids:
        return Batch(None, 0, ())
    scored = (Scored(facts, score_issue(facts, settings, moment)) for facts in read_facts(ids))
    proposals = tuple(one for one in scored if is_proposed(one.facts, one.score, settings))
    return Batch(ids[-1], len(ids), proposals)


def read_facts(thread_ids: Sequence[int]) -> list[IssueEvidence]:
    """Return the evidence of threads, each with its duplicates, in twelve statements; missing ids are left out.

    A duplicate is read as what it is, without the figures of its issue: these are its original's.
    """
    answers = (
        sa.select(Post.thread_id, sa.func.max(Post.score).label("best"), sa.func.sum(Post.failed_count).label("failed"))
        .where(Post.thread_id.in_(thread_ids), Post.kind == PostKind.ANSWER, Post.hidden_at.is_(None), Post.held_at.is_(None))
        .group_by(Post.thread_id)
        .subquery()
    )
    statement = (
        sa.select(
            Thread.id, Thread.kind, Category.audience, Thread.status, Thread.created_at, Thread.answer_count,
            Thread.accepted_count, answers.c.best, answers.c.failed, Thread.hidden_at, Thread.held_at, Thread.locked_at,
            Thread.duplicate_of_id, Thread.article_id, card_shown().label("has_card"),
        )
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(answers, answers.c.thread_id == Thread.id)
        .where(Thread.id.in_(thread_ids))
        .order_by(Thread.id)
    )  # fmt: skip
    issues, covered, linked = issue_facts(thread_ids), _covered(thread_ids), _linked(thread_ids)
    searched = _searched(issues.values())
    return [_evidence(row, issues, covered, linked, searched) for row in db.session.execute(statement)]


class _Searches(Struct, frozen=True):
    """Searches of WINDOW_DAYS by the key of a thread: those that ended there, and those that failed near it."""

    landed: Mapping[str, int]
    failed: Mapping[str, int]

    def of(self, issue: IssueFacts) -> tuple[int, int]:
        keys = [make_key(THREAD, thread.id) for thread in issue.threads]
        return sum(self.landed.get(key, 0) for key in keys), sum(self.failed.get(key, 0) for key in keys)


def _searched(issues: Iterable[IssueFacts]) -> _Searches:
    since = now() - timedelta(days=WINDOW_DAYS)
    keys = [make_key(THREAD, thread.id) for issue in issues for thread in issue.threads]
    return _Searches(landed(keys, since), failed_near(keys, since))


def _covered(thread_ids: Sequence[int]) -> set[int]:
    """Return the threads that an article, or the draft of one, was built from."""
    statement = (
        sa.select(ArticleSource.thread_id)
        .join(Article, Article.id == ArticleSource.article_id)
        .where(ArticleSource.thread_id.in_(thread_ids), Article.state != ArticleState.ARCHIVED)
        .distinct()
    )
    return set(db.session.scalars(statement))


def _linked(thread_ids: Sequence[int]) -> set[int]:
    """Return the threads in which a visible official answer leads to a published article."""
    statement = (
        sa.select(ArticleReuse.thread_id)
        .join(Article, Article.id == ArticleReuse.article_id)
        .join(Post, Post.id == ArticleReuse.post_id)
        .where(
            ArticleReuse.thread_id.in_(thread_ids), Article.state == ArticleState.PUBLISHED, Post.hidden_at.is_(None),
            Post.held_at.is_(None),
        )
        .distinct()
    )  # fmt: skip
    return set(db.session.scalars(statement))


def _evidence(
    row: sa.Row[*tuple[Any, ...]], issues: Mapping[int, IssueFacts], covered: set[int], linked: set[int], searched: _Searches
) -> IssueEvidence:
    issue = issues.get(row.id) or IssueFacts(row.id, ())
    searches, failed_searches = searched.of(issue)
    return IssueEvidence(
        thread_id=row.id, kind=row.kind, audience=row.audience, status=row.status, created_at=row.created_at,
        views_30d=issue.views_30d, views_90d=issue.views_90d, views_before=issue.views_previous_30d,
        duplicate_count=max(0, len(issue.threads) - 1), me_too_count=issue.me_toos, confirmed=issue.confirmed, votes=issue.votes,
        searches=searches, failed_searches=failed_searches, failed=int(row.failed or 0), answer_count=row.answer_count,
        accepted_count=row.accepted_count,
        best_answer_score=row.best or 0, is_listed=row.hidden_at is None and row.held_at is None,
        is_locked=row.locked_at is not None, is_duplicate=row.duplicate_of_id is not None,
        has_article=row.article_id is not None or row.id in covered, has_card=bool(row.has_card), is_linked=row.id in linked,
    )  # fmt: skip


def store_proposals(proposals: Sequence[Scored], moment: datetime) -> None:
    """Add new candidates and refresh the score of known ones; the state of a known one stays."""
    require_unit_of_work()
    rows = [
        {
            "thread_id": one.facts.thread_id, "score": one.score.total, "parts": [part.to_store() for part in one.score.parts],
            "views_30d": one.facts.views_30d, "state": CandidateState.PROPOSED, "reason": "", "scanned_at": moment,
        }
        for one in proposals
    ]  # fmt: skip
    upsert(Candidate.__table__, rows, ["thread_id"], ["score", "parts", "views_30d", "scanned_at"])


def wake_snoozed(moment: datetime) -> int:
    """Propose again what was put off until now, and return how many; the scan then drops what deserves it no longer."""
    require_unit_of_work()
    over = sa.and_(Candidate.state == CandidateState.SNOOZED, Candidate.snoozed_until <= moment)
    awake = {
        "state": CandidateState.PROPOSED, "snoozed_until": None, "reason": "", "decided_by_id": None, "decided_at": None,
    }  # fmt: skip
    done = db.session.execute(sa.update(Candidate).where(over).values(awake).execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]


def drop_stale(scan_started_at: datetime) -> int:
    """Delete proposals that the scan did not see again and return how many; decisions stay."""
    require_unit_of_work()
    stale = sa.delete(Candidate).where(Candidate.state == CandidateState.PROPOSED, Candidate.scanned_at < scan_started_at)
    return int(db.session.execute(stale.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
