"""Figures of many periods and names at once, made from one statement for each cohort."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from app.core.db import read
from app.core.records import Struct
from app.forum.models import Category, Thread
from app.insights.cohorts import questions_of
from app.insights.measures import Figure, Metric
from app.insights.period import Period
from app.insights.predicates import Predicate
from app.insights.queries.counting import Split, Tally, add_up, tally_categories
from app.insights.scope import Named, Scope

# Longer spans begin with the first question rather than with the first day.
LONG_DAYS = 1100
Figures = dict[str, Figure]


class Counted(Struct, frozen=True):
    """What some metrics of one cohort count, by period and name."""

    metrics: tuple[Metric, ...]
    split: Split

    @classmethod
    def load(cls, scope: Scope, metrics: tuple[Metric, ...], periods: Sequence[Period]) -> "Counted":
        """Count metrics of one dated cohort in each of `periods` and there in each category (one statement)."""
        return cls(metrics, tally_categories(scope, predicates_of(metrics), periods))

    def figures(self, places: slice, named: Named | None = None) -> Figures:
        """Return the figures of some periods together, of one name or of all."""
        tallies = (
            found for period in self.split.tallies[places] for name, found in period.items() if named is None or name == named
        )
        return figures_of(self.metrics, add_up(tallies, predicates_of(self.metrics)))


def merged(counted: Iterable[Counted], places: slice) -> Figures:
    """Return the figures of some periods together, of all cohorts."""
    return {key: figure for each in counted for key, figure in each.figures(places).items()}


def predicates_of(metrics: Iterable[Metric]) -> list[Predicate]:
    """Return what must be counted for the metrics, each once."""
    return list({predicate.key: predicate for metric in metrics for predicate in metric.predicates}.values())


def figures_of(metrics: Iterable[Metric], found: Tally) -> Figures:
    """Return the figures made from what their predicates counted."""
    return {metric.key: metric.of_counts(found) for metric in metrics}


def span_of(scope: Scope) -> Period:
    """Return the part of a long period since the first question (one statement, only for long ones)."""
    if scope.period.days <= LONG_DAYS:
        return scope.period
    first = sa.select(sa.func.min(Thread.created_at)).select_from(Thread).join(Category, Category.id == Thread.category_id)
    begun = read(first.where(questions_of(scope))).scalar()
    return scope.period if begun is None else scope.period.narrowed(begun, scope.moment)
