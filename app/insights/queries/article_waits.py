"""How long questions worth an article waited for it: what the time from thread to article is made from."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from app.core.db import read
from app.forum.models import Category, Thread
from app.insights.cohorts import Cohort, questions_of
from app.insights.elapsed import elapsed_seconds
from app.insights.knowledge_predicates import first_article_at, is_worth_an_article
from app.insights.period import Period
from app.insights.queries.counting import bucket_of, within_any
from app.insights.queries.waits import Waits
from app.insights.scope import Scope
from app.kb.models import Candidate, CandidateState

# Curators want no article then: the thread is not worth one, or a pinned answer serves its readers.
DECIDED_OTHERWISE = (CandidateState.DISMISSED, CandidateState.CARD)


def load_article_waits(scope: Scope, periods: Sequence[Period]) -> dict[int, Waits]:
    """Return the waits of the questions asked in each of `periods` that are worth an article, by place there (one statement).

    A question is observed until curators decided against an article, or until the scope's moment.
    """
    rows = read(_statement(scope, periods)).all()
    places = np.array([row[0] for row in rows], dtype=np.int64)
    seconds = np.array([tuple(row[1:]) for row in rows], dtype=np.float64).reshape(-1, 2)
    return {int(place): Waits(seconds[places == place]) for place in np.unique(places)}


def _statement(scope: Scope, periods: Sequence[Period]) -> sa.Select[*tuple[Any, ...]]:
    begun, moment = Thread.created_at, sa.literal(scope.moment, Thread.created_at.type)
    decided = sa.and_(Candidate.thread_id == Thread.id, Candidate.state.in_(DECIDED_OTHERWISE))
    return (
        sa.select(
            bucket_of(periods, Cohort.ASKED),
            elapsed_seconds(begun, sa.func.coalesce(Candidate.decided_at, moment)),
            elapsed_seconds(begun, first_article_at(scope)),
        )
        .select_from(Thread)
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(Candidate, decided)
        .where(questions_of(scope), within_any(periods, Cohort.ASKED), is_worth_an_article(scope))
    )
