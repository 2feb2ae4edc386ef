"""Bodies of the API's answers: figures, scopes, questions and articles as JSON. Pure; shares are from 0 to 1, times are hours."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.insights.knowledge_metrics import ALL_METRICS
from app.insights.measures import Figure, Metric
from app.insights.period import Period
from app.insights.queries.article_listing import ArticleLine
from app.insights.queries.knowledge import Knowledge
from app.insights.queries.ledger_listing import SearchLine, SessionLine
from app.insights.queries.listing import MetricRow
from app.insights.queries.overview import Breakdown, Overview
from app.insights.queries.searching import Searching
from app.insights.scope import Named, Scope
from app.insights.urls import api_path
from app.web.filters import machine_date
from app.web.seo import absolute

Body = dict[str, Any]
# Where all knowledge figures stand, in place of a figure's word.
KNOWLEDGE_WORD = "knowledge"


def scope_body(scope: Scope) -> Body:
    """Return what figures are about."""
    return {
        "period": period_body(scope.period),
        "moment": _moment(scope.moment),
        "category": _named(scope.category),
        "tag": _named(scope.tag),
        "helper": _named(scope.helper),
        "article": _named(scope.article),
    }


def period_body(period: Period) -> Body:
    """Return a period: its word, its name, and its moments (`start` belongs to it, `end` does not)."""
    return {"key": period.key, "label": period.label, "start": _moment(period.start), "end": _moment(period.end)}


def metric_body(metric: Metric) -> Body:
    """Return what a figure means."""
    return {
        "key": metric.key,
        "title": metric.title,
        "unit": str(metric.unit),
        "cohort": metric.cohort,
        "counts": " ".join(
            (metric.subject.plural.capitalize(), metric.sentence)
        ),  # joined as it is written: in no other language
        "formula": metric.formula,
        "source": metric.source,
    }


def figure_body(metric: Metric, figure: Figure, scope: Scope, before: Figure | None = None) -> Body:
    """Return a figure with its meaning, the period before, and the address of its list."""
    return {
        **metric_body(metric),
        **value_body(figure),
        "previous": value_body(before) if before else None,
        "url": absolute(api_path(metric.key, scope.query)),
    }


def value_body(figure: Figure) -> Body:
    """Return a value and what it rests on."""
    return {
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
        "of": figure.of,
        "ended": figure.ended,
        "hits": figure.hits,
    }


def question_body(row: MetricRow) -> Body:
    """Return a question of a list."""
    return {
        "id": row.id,
        "title": row.title,
        "url": absolute(row.path),
        "status": row.status,
        "category": row.category_name,
        "author": row.author_name or None,
        "created_at": _moment(row.created_at),
        "first_answer_at": _moment(row.first_answer_at),
        "first_staff_answer_at": _moment(row.first_staff_answer_at),
        "solved_at": _moment(row.solved_at),
        "counts_for": row.amount,
    }


def article_body(row: ArticleLine) -> Body:
    """Return an article of a list."""
    return {
        "id": row.id,
        "title": row.title,
        "url": absolute(row.path),
        "state": row.state,
        "audience": row.audience,
        "section": row.section_title,
        "owner": row.owner_name or None,
        "published_at": _moment(row.published_at),
        "confirmed_at": _moment(row.confirmed_at),
        "helpful": row.helpful,
        "not_helpful": row.unhelpful,
        "counts_for": row.amount,
    }


def search_body(row: SearchLine) -> Body:
    """Return a search of a list; `words` are null where too few people searched so."""
    return {
        "day": row.day.isoformat(), "words": row.text or None, "results": row.hits, "ending": row.ending, "opened_rank": row.rank
    }  # fmt: skip


def session_body(row: SessionLine) -> Body:
    """Return a session of a list; `question` is null where none was asked, or none that may be read."""
    return {
        "day": row.day.isoformat(),
        "searches": row.searches,
        "ending": row.ending,
        "suggestions": row.suggestions or None,
        "asked_a_question": row.has_asked,
        "question": row.question or None,
        "url": absolute(row.question_path) if row.question_path else None,
        "escalated": row.is_escalated,
    }


def searching_body(searching: Searching) -> Body:
    """Return everything that the page about search tells."""
    scope = searching.scope
    return {
        "scope": scope_body(scope),
        "previous_period": period_body(searching.previous_period) if searching.previous_period else None,
        "figures": [
            figure_body(ALL_METRICS[key], figure, scope, searching.previous.get(key)) for key, figure in searching.figures.items()
        ],
        "series": [{"period": period_body(point.period), "figures": _values(point.figures)} for point in searching.series],
        "comparison": [
            {
                "key": row.key,
                "with_suggestions": value_body(row.shown),
                "without_suggestions": value_body(row.held_out),
                "difference": row.difference,
                "low": row.low,
                "high": row.high,
            }
            for row in searching.comparisons
        ],
        "held_out_per_cent": list(searching.shares),
        "open_gaps": searching.open_gaps,
    }


def knowledge_body(knowledge: Knowledge) -> Body:
    """Return everything that the page about knowledge tells."""
    scope = knowledge.scope
    return {
        "scope": scope_body(scope),
        "previous_period": period_body(knowledge.previous_period) if knowledge.previous_period else None,
        "figures": [
            figure_body(ALL_METRICS[key], figure, scope, knowledge.previous.get(key)) for key, figure in knowledge.figures.items()
        ],
        "series": [{"period": period_body(point.period), "figures": _values(point.figures)} for point in knowledge.series],
        "categories": _breakdowns(knowledge.categories, KNOWLEDGE_WORD),
        "reuse": [
            {
                "id": row.article.id,
                "title": row.article.title,
                "url": absolute(api_path("questions_referred", scope.with_article(row.article).query)),
                "uses": row.uses,
                "share_so_far": row.reach,
            }
            for row in knowledge.reuse.articles
        ],
        "helpfulness": [
            {
                "id": row.article.id,
                "title": row.article.title,
                "url": absolute(row.path),
                "helpful": row.helpful,
                "words": row.words,
                "low": row.low,
                "high": row.high,
            }
            for row in knowledge.judged
        ],
    }


def overview_body(overview: Overview) -> Body:
    """Return everything that the insights page tells."""
    scope = overview.scope
    return {
        "scope": scope_body(scope),
        "previous_period": period_body(overview.previous_period) if overview.previous_period else None,
        "figures": [
            figure_body(ALL_METRICS[key], figure, scope, overview.previous.get(key)) for key, figure in overview.figures.items()
        ],
        "series": [{"period": period_body(point.period), "figures": _values(point.figures)} for point in overview.series],
        "categories": _breakdowns(overview.categories),
        "tags": _breakdowns(overview.tags),
        "helpers": [
            {
                "name": row.person.key,
                "display_name": row.person.title,
                "role": row.role,
                "solutions": row.solutions,
                "url": absolute(api_path("solved_by_helpers", scope.with_helper(row.person).query)),
            }
            for row in overview.helpers
        ],
    }


def _breakdowns(rows: Sequence[Breakdown], word: str = "") -> list[Body]:
    return [
        {
            **(_named(row.named) or {}),
            "url": absolute(api_path(word, row.scope.query)),
            "figures": _values(row.figures),
            "previous": _values(row.previous),
        }
        for row in rows
    ]


def _values(figures: Mapping[str, Figure]) -> Body:
    return {key: value_body(figure) for key, figure in figures.items()}


def _named(named: Named | None) -> Body | None:
    return {"key": named.key, "title": named.title} if named else None


def _moment(moment: datetime | None) -> str | None:
    return machine_date(moment) if moment else None
