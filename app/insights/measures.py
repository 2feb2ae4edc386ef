"""What a metric is: one predicate (a share: two; a time: one and what is waited for) and from it number, list and file."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

import numpy as np

from app.core.pagination import Page
from app.core.records import Struct
from app.core.statistics import wilson_interval
from app.insights.cohorts import Subject
from app.insights.predicates import Predicate
from app.insights.queries.article_listing import ArticleLine, iterate_articles, list_articles
from app.insights.queries.article_waits import load_article_waits
from app.insights.queries.counting import Count, tally
from app.insights.queries.ledger_listing import (
    SearchLine,
    SessionLine,
    iterate_searches,
    iterate_sessions,
    list_searches,
    list_sessions,
)
from app.insights.queries.listing import MetricRow, iterate_questions, list_questions
from app.insights.queries.waits import NO_WAITS, Curve, Numbers, Wait, Waits, load_answer_waits
from app.insights.scope import Scope


class Unit(StrEnum):
    """What the value of a figure is: rows, a share from 0 to 1, hours, people, uses of articles, readers' words, or views."""

    COUNT = "count"
    SHARE = "share"
    HOURS = "hours"
    PEOPLE = "people"
    USES = "uses"
    WORDS = "words"
    VIEWS = "views"


class Group(StrEnum):
    """Where a figure belongs on the page."""

    VOLUME = "volume"
    OUTCOME = "outcome"
    RESPONSE = "response"
    SOLUTION = "solution"
    WAITING = "waiting"
    PEOPLE = "people"
    LINKS = "links"
    KNOWN = "known"
    REUSE = "reuse"
    WRITING = "writing"
    HELPFUL = "helpful"
    CARE = "care"
    GAPS = "gaps"
    SEARCHES = "searches"
    ENDINGS = "endings"
    ASKING = "asking"
    DEFLECTION = "deflection"


class Figure(Struct, frozen=True):
    """A value with what it rests on.

    `value` is None where there is nothing to tell: a share of no questions, or a median that was not reached yet. `n` is the
    number of rows in the figure's list. Shares: `of` is the denominator, `hits` the numerator (as `n`, except where rows count
    for more than one), `low` and `high` the 95 % Wilson interval.
    Hours: `ended` is the number of those that were answered or solved; the others still wait, or were closed.
    """

    value: float | int | None
    low: float | None
    high: float | None
    n: int
    of: int | None
    ended: int | None = None
    hits: int | None = None


class WaitSummary:
    """The quantiles of some waits; each curve is computed once, however many figures read it."""

    def __init__(self, waits: Waits) -> None:
        self.size = waits.size
        self._waits = waits
        self._ended: dict[Wait, Numbers] = {}
        self._curves: dict[Wait, Curve] = {}

    def ended(self, wait: Wait) -> Numbers:
        """Return the hours of those that ended, shortest first."""
        if wait not in self._ended:
            self._ended[wait] = self._waits.ended(wait)
        return self._ended[wait]

    def curve(self, wait: Wait) -> Curve:
        """Return the Kaplan-Meier curve, in hours."""
        if wait not in self._curves:
            self._curves[wait] = self._waits.curve(wait)
        return self._curves[wait]


class Metric(Struct, frozen=True):
    """A figure with a name. `predicate` chooses the questions or articles that it counts, and that its list shows.

    `sentence` completes "Questions ..." (or "Articles ..."). The value is the number of rows; where it `is_weighted`, what they
    count for. Shares have `of`, the key of the metric that counts their denominator.
    Times have `wait` and `quantile`; `is_censored` ones count questions that still wait as waiting, the others leave them out.
    """

    key: str
    title: str
    predicate: Predicate
    formula: str
    source: str
    group: Group
    unit: Unit = Unit.COUNT
    denominator: Predicate | None = None
    wait: Wait | None = None
    quantile: float = 0.5
    is_censored: bool = False
    is_weighted: bool = False

    @property
    def subject(self) -> Subject:
        """What its list holds."""
        return self.predicate.subject

    @property
    def sentence(self) -> str:
        return self.predicate.sentence

    @property
    def cohort(self) -> str:
        """Which rows are looked at, in words for programs."""
        return str(self.predicate.cohort)

    @property
    def looked_at(self) -> str:
        """Which rows are looked at, in the language of its reader."""
        return self.predicate.cohort.words

    @property
    def of(self) -> str | None:
        """The key of the metric whose list holds what a share is taken of."""
        return self.denominator.key if self.denominator is not None else None

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """What must be counted for the figure (times: for the length of its list)."""
        return (self.predicate,) if self.denominator is None else (self.predicate, self.denominator)

    def narrowed(self, scope: Scope) -> Scope:
        """Return the scope as far as the figure looks at it: figures about search know no category, tag, helper or article."""
        return scope.of_period_alone if self.subject.is_of_ledger else scope

    def figure(self, scope: Scope) -> Figure:
        """Return the figure of the scope (one statement)."""
        if self.wait is not None:
            load = load_article_waits if self.wait is Wait.ARTICLE else load_answer_waits
            return self.of_waits(WaitSummary(load(scope, [scope.period]).get(0, NO_WAITS)))
        return self.of_counts(tally(scope, self.predicates))

    def count(self, scope: Scope) -> int:
        """Return how many rows the list has (one statement)."""
        return tally(scope, (self.predicate,))[self.predicate.key].rows

    def list_rows(
        self, scope: Scope, page: int = 1
    ) -> Page[MetricRow] | Page[ArticleLine] | Page[SearchLine] | Page[SessionLine]:
        """Return one page of the rows that are counted (one statement). Raises NotFound past the end."""
        if self.subject is Subject.ARTICLE:
            return list_articles(scope, self.predicate, page)
        if self.subject is Subject.SEARCH:
            return list_searches(scope, self.predicate, page)
        if self.subject is Subject.SESSION:
            return list_sessions(scope, self.predicate, page)
        return list_questions(scope, self.predicate, page)

    def iterate(self, scope: Scope) -> Iterator[MetricRow] | Iterator[ArticleLine] | Iterator[SearchLine] | Iterator[SessionLine]:
        """Yield all rows that are counted, in the order of the list."""
        if self.subject is Subject.ARTICLE:
            return iterate_articles(scope, self.predicate)
        if self.subject is Subject.SEARCH:
            return iterate_searches(scope, self.predicate)
        if self.subject is Subject.SESSION:
            return iterate_sessions(scope, self.predicate)
        return iterate_questions(scope, self.predicate)

    def of_counts(self, counts: Mapping[str, Count]) -> Figure:
        """Return the figure made from what its predicates counted."""
        count = counts[self.predicate.key]
        value = count.amount if self.is_weighted else count.rows
        if self.denominator is None:
            return Figure(value, None, None, count.rows, None)
        whole = counts[self.denominator.key]
        total = whole.amount if self.is_weighted else whole.rows
        low, high = wilson_interval(value, total)
        return Figure(value / total if total else None, low, high, count.rows, total, hits=value)

    def of_waits(self, summary: WaitSummary) -> Figure:
        """Return the figure made from waits."""
        if self.wait is None:
            raise ValueError(f"{self.key} is no time")
        ended = summary.ended(self.wait)
        if self.is_censored:
            hours = summary.curve(self.wait).quantile(self.quantile)
            return Figure(hours, None, None, summary.size, None, len(ended))
        return Figure(_quantile(ended, self.quantile), None, None, len(ended), None, len(ended))


def _quantile(ordered: Numbers, share: float) -> float | None:
    """Return the value below which `share` of the ordered values lie, between neighbours in proportion; None of nothing.

    With 0.5 it is the median. Source: R. J. Hyndman, Y. Fan, "Sample quantiles in statistical packages", The American
    Statistician 50 (1996), 361-365, definition 7.
    """
    return float(np.quantile(ordered, share)) if ordered.size else None
