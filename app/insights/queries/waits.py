"""How long questions waited: the values that medians and quantiles need, one row a question."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.core.db import read
from app.core.statistics import Step, survival_curve
from app.forum.models import Acceptance, Category, Outcome, Post, Thread, ThreadTag
from app.forum.models.resolution import OutcomeKind
from app.forum.models.thread import Status
from app.insights.elapsed import elapsed_seconds
from app.insights.period import Period
from app.insights.predicates import Cohort, questions_of
from app.insights.queries.counting import bucket_of, within_any
from app.insights.scope import Scope

SECONDS = 3600.0


class Wait(StrEnum):
    """What a question waits for, from the moment it was asked."""

    FIRST_ANSWER = "first_answer"
    STAFF_ANSWER = "staff_answer"
    PEER_ANSWER = "peer_answer"
    SOLUTION = "solution"
    ACCEPTANCE = "acceptance"


_PLACES = {wait: place for place, wait in enumerate(Wait, start=1)}


@dataclass(frozen=True, slots=True)
class Waits:
    """Rows of (seconds observed, seconds until each Wait ended or None) of some questions.

    A question is observed until it was closed, or until the scope's moment.
    """

    rows: Sequence[tuple[float | None, ...]]

    def ended(self, wait: Wait) -> list[float]:
        """Return the hours of those that ended, shortest first."""
        place = _PLACES[wait]
        return sorted(max(0.0, seconds) / SECONDS for row in self.rows if (seconds := row[place]) is not None)

    def curve(self, wait: Wait) -> tuple[Step, ...]:
        """Return the Kaplan-Meier curve in hours; those that did not end are censored."""
        place = _PLACES[wait]
        return survival_curve(
            (max(0.0, row[0] or 0.0) / SECONDS, False) if (ended := row[place]) is None else (max(0.0, ended) / SECONDS, True)
            for row in self.rows
        )


@dataclass(frozen=True, slots=True)
class SplitWaits:
    """Waits by place in the list of periods, and by (place, category id)."""

    by_period: dict[int, Waits]
    by_category: dict[tuple[int, int], Waits]


def load_waits(scope: Scope, periods: Sequence[Period]) -> SplitWaits:
    """Return the waits of all questions asked in each of `periods` (one statement)."""
    statement = _statement(scope, periods, Thread.category_id)
    by_category = _collect(read(statement))
    by_period: dict[int, list[tuple[float | None, ...]]] = defaultdict(list)
    for (place, _category), rows in by_category.items():
        by_period[place].extend(rows)
    return SplitWaits(_wrap(by_period), _wrap(by_category))


def load_tag_waits(scope: Scope, periods: Sequence[Period], tag_ids: Sequence[int]) -> dict[tuple[int, int], Waits]:
    """Return the waits of questions asked in each of `periods` with each of the tags, by (place, tag id) (one statement)."""
    statement = _statement(scope, periods, ThreadTag.tag_id).join(ThreadTag, ThreadTag.thread_id == Thread.id)
    return _wrap(_collect(read(statement.where(ThreadTag.tag_id.in_(list(tag_ids))))))


def _statement(scope: Scope, periods: Sequence[Period], group: Any) -> sa.Select[Any]:
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
    withdrawal = aliased(Outcome)
    taken_back = (
        sa.select(sa.literal(1))
        .where(withdrawal.thread_id == Outcome.thread_id, withdrawal.withdraws_id == Outcome.id)
        .correlate(Outcome)
        .exists()
    )
    given_up_at = (
        sa.select(sa.func.min(Outcome.created_at))
        .where(Outcome.thread_id == Thread.id, Outcome.kind == OutcomeKind.NO_LONGER_RELEVANT, sa.not_(taken_back))
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


def _collect(rows: Iterable[Any]) -> dict[tuple[int, int], list[tuple[float | None, ...]]]:
    found: dict[tuple[int, int], list[tuple[float | None, ...]]] = defaultdict(list)
    for place, group, *seconds in rows:
        found[place, group].append(tuple(seconds))
    return found


def _wrap(found: dict[Any, list[tuple[float | None, ...]]]) -> dict[Any, Waits]:
    return {key: Waits(rows) for key, rows in found.items()}
