"""How long questions waited: the values that medians and quantiles need, one row a question."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.core.db import read
from app.core.records import Struct
from app.core.statistics import Step
from app.forum.models import Acceptance, Category, Outcome, Post, Thread, ThreadTag
from app.forum.models.resolution import OutcomeKind
from app.forum.models.thread import Status
from app.forum.queries.outcomes import IS_STANDING, NOT_READERS
from app.insights.cohorts import Cohort, questions_of
from app.insights.elapsed import elapsed_seconds
from app.insights.period import Period
from app.insights.queries.counting import bucket_of, within_any
from app.insights.scope import Scope

SECONDS = 3600.0
# So many steps of a curve are drawn.
CURVE_STEPS = 60


class Wait(StrEnum):
    """What a question waits for, from the moment it was asked. `article` is read apart (queries/article_waits)."""

    FIRST_ANSWER = "first_answer"
    STAFF_ANSWER = "staff_answer"
    PEER_ANSWER = "peer_answer"
    SOLUTION = "solution"
    ACCEPTANCE = "acceptance"
    ARTICLE = "article"


OF_ANSWERS = tuple(wait for wait in Wait if wait is not Wait.ARTICLE)
# In which column the end of a wait stands; the wait for an article is the only one of its statement.
_PLACES = {wait: place for place, wait in enumerate(OF_ANSWERS, start=1)} | {Wait.ARTICLE: 1}
Numbers = NDArray[np.float64]


class Curve(Struct, frozen=True):
    """A Kaplan-Meier curve in hours, the one that core/statistics explains, computed for very many waits at once."""

    times: Numbers
    at_risk: Numbers
    ended: Numbers
    shares: Numbers

    def quantile(self, share: float = 0.5) -> float | None:
        """Return the first time at which at most 1 - `share` still waits, or None when it was never reached."""
        reached = np.flatnonzero(self.shares <= 1 - share + 1e-12)
        return float(self.times[reached[0]]) if reached.size else None

    def steps(self, most: int = CURVE_STEPS) -> tuple[Step, ...]:
        """Return steps for drawing: all of them, or about `most`, spread evenly over the share that waits, and the last."""
        kept: list[int] = []
        for place, share in enumerate(self.shares):
            if len(self.shares) <= most or not kept or self.shares[kept[-1]] - share >= 1 / most or place == len(self.shares) - 1:
                kept.append(place)
        return tuple(
            Step(float(self.times[place]), int(self.at_risk[place]), int(self.ended[place]), float(self.shares[place]))
            for place in kept
        )


class Waits(Struct, frozen=True):
    """A row for each of some questions: seconds observed, and seconds until each wait ended (NaN: it did not).

    A question is observed until it was closed, or until the scope's moment. Times before the question count as zero.
    """

    rows: Numbers

    @property
    def size(self) -> int:
        """The number of questions."""
        return len(self.rows)

    def ended(self, wait: Wait) -> Numbers:
        """Return the hours of those that ended, shortest first."""
        hours = self._hours(_PLACES[wait])
        return np.sort(hours[~np.isnan(hours)])

    def curve(self, wait: Wait) -> Curve:
        """Return the Kaplan-Meier curve; those that did not end are censored."""
        hours = self._hours(_PLACES[wait])
        has_ended = ~np.isnan(hours)
        times, place = np.unique(np.where(has_ended, hours, self._hours(0)), return_inverse=True)
        here = np.bincount(place, minlength=len(times)).astype(np.float64)
        ended: Numbers = np.bincount(place, weights=has_ended, minlength=len(times)).astype(np.float64)
        at_risk = self.size - np.cumsum(here) + here
        steps = ended > 0
        shares: Numbers = np.cumprod(1 - ended[steps] / at_risk[steps], dtype=np.float64)
        return Curve(times[steps], at_risk[steps], ended[steps], shares)

    def _hours(self, place: int) -> Numbers:
        return np.maximum(self.rows[:, place], 0.0) / SECONDS


NO_WAITS = Waits(np.empty((0, len(OF_ANSWERS) + 1)))


class SplitWaits(Struct, frozen=True):
    """Waits by place in the list of periods, and by (place, category id)."""

    by_period: dict[int, Waits]
    by_category: dict[tuple[int, int], Waits]


def load_waits(scope: Scope, periods: Sequence[Period]) -> SplitWaits:
    """Return the waits of all questions asked in each of `periods` (one statement)."""
    keys, seconds = _fetch(_statement(scope, periods, Thread.category_id))
    by_period = {int(place): Waits(seconds[keys[:, 0] == place]) for place in np.unique(keys[:, 0])}
    return SplitWaits(by_period, _split(keys, seconds))


def load_answer_waits(scope: Scope, periods: Sequence[Period]) -> dict[int, Waits]:
    """Return the same by place in the periods alone (one statement)."""
    return load_waits(scope, periods).by_period


def load_tag_waits(scope: Scope, periods: Sequence[Period], tag_ids: Sequence[int]) -> dict[tuple[int, int], Waits]:
    """Return the waits of questions asked in each of `periods` with each of the tags, by (place, tag id) (one statement)."""
    statement = _statement(scope, periods, ThreadTag.tag_id).join(ThreadTag, ThreadTag.thread_id == Thread.id)
    return _split(*_fetch(statement.where(ThreadTag.tag_id.in_(list(tag_ids)))))


def _statement(scope: Scope, periods: Sequence[Period], group: Any) -> sa.Select[*tuple[Any, ...]]:
    begun = Thread.created_at
    return (
        sa.select(
            bucket_of(periods, Cohort.ASKED), group,
            elapsed_seconds(begun, sa.func.coalesce(_closed_at(), sa.literal(scope.moment, Thread.created_at.type))),
            elapsed_seconds(begun, Thread.first_answer_at), elapsed_seconds(begun, Thread.first_staff_answer_at),
            elapsed_seconds(begun, Thread.first_peer_answer_at), elapsed_seconds(begun, Thread.solved_at),
            elapsed_seconds(begun, _accepted_at()),
        )
        .select_from(Thread)
        .join(Category, Category.id == Thread.category_id)
        .where(questions_of(scope), within_any(periods, Cohort.ASKED))
    )  # fmt: skip


def _closed_at() -> sa.ColumnElement[Any]:
    """When the question was closed, or its asker said that it is no longer relevant; NULL while it is open."""
    given_up_at = (
        sa.select(sa.func.min(Outcome.created_at))
        .where(Outcome.thread_id == Thread.id, NOT_READERS, Outcome.kind == OutcomeKind.NO_LONGER_RELEVANT, IS_STANDING)
        .correlate(Thread)
        .scalar_subquery()
    )
    return sa.case((Thread.closed_at.is_not(None), Thread.closed_at), (Thread.status == Status.CLOSED, given_up_at))


def _accepted_at() -> sa.ColumnElement[Any]:
    """When the first of the accepted answers that are listed was accepted."""
    earliest = (
        sa.select(sa.func.min(Acceptance.accepted_at))
        .join(Post, Post.id == Acceptance.post_id)
        .where(Acceptance.thread_id == Thread.id, Post.hidden_at.is_(None), Post.held_at.is_(None))
        .correlate(Thread)
        .scalar_subquery()
    )
    return sa.case((Thread.accepted_count > 0, earliest))


def _fetch(statement: sa.Select[*tuple[Any, ...]]) -> tuple[NDArray[np.int64], Numbers]:
    """Return (place in the periods, group) and the seconds of each row."""
    rows = read(statement).all()
    keys = np.array([(row[0], row[1]) for row in rows], dtype=np.int64).reshape(-1, 2)
    seconds = np.array([tuple(row[2:]) for row in rows], dtype=np.float64).reshape(-1, len(OF_ANSWERS) + 1)
    return keys, seconds


def _split(keys: NDArray[np.int64], seconds: Numbers) -> dict[tuple[int, int], Waits]:
    """Return the waits of each pair of keys."""
    pairs, member = np.unique(keys, axis=0, return_inverse=True)
    member = member.reshape(-1)
    return {(int(place), int(group)): Waits(seconds[member == number]) for number, (place, group) in enumerate(pairs)}
