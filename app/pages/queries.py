"""What the operators' pages read."""

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.records import Struct
from app.forum.models import Post, Thread
from app.jobs.models import Job
from app.kb.models import Article


class SiteCounts(Struct, frozen=True):
    """How much there is. `threads` by kind and status, `articles` by state."""

    threads: dict[tuple[str, str], int]
    articles: dict[str, int]
    posts: int
    people: int


def count_everything() -> SiteCounts:
    """Return the counts that operators watch (four statements, whole tables)."""
    threads = db.session.execute(sa.select(Thread.kind, Thread.status, sa.func.count()).group_by(Thread.kind, Thread.status))
    articles = db.session.execute(sa.select(Article.state, sa.func.count()).group_by(Article.state))
    return SiteCounts(
        threads={(kind, status): count for kind, status, count in threads},
        articles={state: int(count) for state, count in articles},
        posts=db.session.scalar(sa.select(sa.func.count()).select_from(Post)) or 0,
        people=db.session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0,
    )


class JobFigures(Struct, frozen=True):
    """State of the background work. `lag_seconds`: for how long the oldest ready job has been waiting."""

    pending: int
    dead: int
    lag_seconds: float


def job_figures() -> JobFigures:
    """Return how much work waits, how much failed for good, and the lag (one statement)."""
    moment = now()
    is_ready = sa.and_(
        Job.dead_at.is_(None), Job.available_at <= moment, sa.or_(Job.lease_until.is_(None), Job.lease_until < moment)
    )
    pending, dead, oldest = db.session.execute(
        sa.select(
            sa.func.count().filter(Job.dead_at.is_(None)),
            sa.func.count().filter(Job.dead_at.is_not(None)),
            sa.func.min(Job.available_at).filter(is_ready),
        )
    ).one()
    lag = (moment - oldest).total_seconds() if oldest else 0.0
    return JobFigures(pending, dead, max(0.0, lag))
