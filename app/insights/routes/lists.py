"""The questions, articles, searches or sessions behind a number: as a page, and as a CSV file. The same predicate that makes the figure."""

from flask import Response, request

from app.core.exporting import Cell
from app.core.i18n import gettext as _
from app.core.pagination import parse_page
from app.insights.cohorts import Subject
from app.insights.knowledge_metrics import KNOWLEDGE
from app.insights.measures import Metric
from app.insights.presenters import say_list, show_figure
from app.insights.queries.article_listing import ArticleLine
from app.insights.queries.ledger_listing import SearchLine, SessionLine
from app.insights.queries.listing import MetricRow
from app.insights.routes.asked import find_metric, read_scope
from app.insights.routes.blueprint import blueprint
from app.insights.scope import Scope
from app.insights.search_metrics import SEARCHING
from app.insights.urls import figure_csv_path, figure_path, insights_path, knowledge_path, search_figures_path
from app.web.access import curators
from app.web.downloads import csv_answer
from app.web.render import page
from app.web.seo import Head, absolute

COLUMNS = (
    "id", "title", "address", "status", "category", "asked_by", "asked_at", "first_answer_at", "first_staff_answer_at", "solved_at",
    "hours_to_first_answer", "hours_to_solution", "counts_for",
)  # fmt: skip
ARTICLE_COLUMNS = (
    "id", "title", "address", "state", "audience", "section", "owner", "published_at", "confirmed_at", "helpful", "not_helpful", "counts_for",
)  # fmt: skip
COLUMNS_OF = {
    Subject.QUESTION: COLUMNS,
    Subject.ARTICLE: ARTICLE_COLUMNS,
    Subject.SEARCH: ("day", "words", "results", "ending", "opened_rank"),
    Subject.SESSION: ("day", "searches", "ending", "suggestions", "asked_a_question", "question", "address", "escalated"),
}


@blueprint.get("/insights/list/<figure>")
@curators
def show_list(figure: str) -> Response:
    """Show what a figure counts, row by row."""
    metric = find_metric(figure)
    scope = metric.narrowed(read_scope())
    value = metric.figure(scope)
    rows = metric.list_rows(scope, parse_page(request.args.get("page")))
    is_counted = metric.is_weighted or metric.predicate.amount is not None
    return page(
        f"insights/{metric.subject.plural}.html",
        Head(metric.title, "", figure_path(metric.key), crumbs=_crumbs(metric, scope)),
        metric=metric,
        shown=show_figure(metric, value, scope),
        sentence=say_list(metric, scope, value.n),
        rows=rows,
        amount_name=metric.predicate.amount_name if is_counted else "",
        path=figure_path(metric.key, scope.query),
        csv_path=figure_csv_path(metric.key, scope.query),
        back_path=_back(metric, scope)[1],
    )


@blueprint.get("/insights/list/<figure>.csv")
@curators
def download_list(figure: str) -> Response:
    """Send all rows that a figure counts as a file."""
    metric = find_metric(figure)
    scope = metric.narrowed(read_scope())
    header = COLUMNS_OF[metric.subject]
    return csv_answer(f"{metric.key}-{scope.period.key}", header, (_cells(row) for row in metric.iterate(scope)))


def _cells(row: MetricRow | ArticleLine | SearchLine | SessionLine) -> tuple[Cell, ...]:
    if isinstance(row, SearchLine):
        return row.day.isoformat(), row.text, row.hits, row.ending, row.rank
    if isinstance(row, SessionLine):
        address = absolute(row.question_path) if row.question_path else ""
        asked, escalated = int(row.has_asked), int(row.is_escalated)
        return row.day.isoformat(), row.searches, row.ending, row.suggestions, asked, row.question, address, escalated
    if isinstance(row, ArticleLine):
        return (
            row.id, row.title, absolute(row.path), row.state, row.audience, row.section_title, row.owner_name, row.published_at,
            row.confirmed_at, row.helpful, row.unhelpful, row.amount,
        )  # fmt: skip
    return (
        row.id, row.title, absolute(row.path), row.status, row.category_name, row.author_name, row.created_at,
        row.first_answer_at, row.first_staff_answer_at, row.solved_at, row.first_answer_hours, row.solution_hours, row.amount,
    )  # fmt: skip


def _back(metric: Metric, scope: Scope) -> tuple[str, str]:
    """Return name and path of the page that the figure stands on."""
    if metric.key in KNOWLEDGE:
        return _("Knowledge"), knowledge_path(scope.with_article(None).query)
    if metric.key in SEARCHING:
        return _("Search"), search_figures_path(scope.query)
    return _("Insights"), insights_path(scope.query)


def _crumbs(metric: Metric, scope: Scope) -> tuple[tuple[str, str], ...]:
    return _back(metric, scope), (metric.title, figure_path(metric.key, scope.query))
