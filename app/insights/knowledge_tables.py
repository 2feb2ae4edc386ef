"""The tables of the page about knowledge as rows for files: header and lines of each, from one Knowledge. Pure."""

from collections.abc import Callable, Iterator

from app.core.exporting import Cell
from app.insights.knowledge_metrics import ALL_METRICS
from app.insights.queries.knowledge import Knowledge

FIGURES = (
    "figure", "title", "unit", "value", "low", "high", "rows", "hits", "of", "ended", "value_before", "rows_before", "counts", "cohort", "formula"
)  # fmt: skip
LINKS = ("solved_in_period", "linked", "link_rate", "link_used", "link_flagged", "link_fixed", "link_added")
Rows = Callable[[Knowledge], Iterator[tuple[Cell, ...]]]


def _figures(knowledge: Knowledge) -> Iterator[tuple[Cell, ...]]:
    for key, figure in knowledge.figures.items():
        metric, before = ALL_METRICS[key], knowledge.previous.get(key)
        yield (
            key, metric.title, metric.unit, figure.value, figure.low, figure.high, figure.n, figure.hits, figure.of, figure.ended,
            before.value if before else None, before.n if before else None, f"{metric.subject}s", metric.cohort, metric.formula,
        )  # fmt: skip


def _series(knowledge: Knowledge) -> Iterator[tuple[Cell, ...]]:
    for point in knowledge.series:
        days = (point.period.first_day.isoformat(), point.period.last_day.isoformat())
        yield (*days, *(point.figures[key].value for key in LINKS))


def _categories(knowledge: Knowledge) -> Iterator[tuple[Cell, ...]]:
    for row in knowledge.categories:
        yield row.named.key, row.named.title, *(row.figures[key].value for key in LINKS)


def _reuse(knowledge: Knowledge) -> Iterator[tuple[Cell, ...]]:
    for rank, row in enumerate(knowledge.reuse.articles, start=1):
        yield rank, row.article.id, row.article.title, row.uses, row.reach


def _helpfulness(knowledge: Knowledge) -> Iterator[tuple[Cell, ...]]:
    for row in knowledge.judged:
        yield row.article.id, row.article.title, row.helpful, row.words, row.helpful / row.words, row.low, row.high


# By the word in addresses: header, and the lines. Shares are from 0 to 1, times in hours; an empty cell: there is nothing to tell.
KNOWLEDGE_TABLES: dict[str, tuple[tuple[str, ...], Rows]] = {
    "figures": (FIGURES, _figures),
    "series": (("first_day", "last_day", *LINKS), _series),
    "categories": (("category", "name", *LINKS), _categories),
    "reuse": (("rank", "article", "title", "uses", "share_of_uses_so_far"), _reuse),
    "helpfulness": (("article", "title", "helpful", "words", "share", "low", "high"), _helpfulness),
}
