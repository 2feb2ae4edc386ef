"""The questions behind a number: as a page, and as a CSV file. The same predicate that makes the figure."""

from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile

from flask import Response, request

from app.core.pagination import parse_page
from app.insights.exporting import Cell, csv_text
from app.insights.measures import Metric, Unit
from app.insights.presenters import say_list, show_figure
from app.insights.queries.listing import MetricRow
from app.insights.routes.asked import find_metric, read_scope
from app.insights.routes.blueprint import blueprint
from app.insights.scope import Scope
from app.insights.urls import figure_csv_path, figure_path, insights_path
from app.web.access import curators
from app.web.render import page
from app.web.seo import Head, absolute

IN_MEMORY = 1024 * 1024
CHUNK = 64 * 1024
COLUMNS = (
    "id", "title", "address", "status", "category", "asked_by", "asked_at", "first_answer_at", "first_staff_answer_at", "solved_at",
    "hours_to_first_answer", "hours_to_solution", "counts_for",
)  # fmt: skip


@blueprint.get("/insights/list/<figure>")
@curators
def show_list(figure: str) -> Response:
    """Show the questions that a figure counts."""
    metric, scope = find_metric(figure), read_scope()
    value = metric.figure(scope)
    rows = metric.list_threads(scope, parse_page(request.args.get("page")))
    return page(
        "insights/list.html",
        Head(metric.title, "", figure_path(metric.key), is_indexable=False, crumbs=_crumbs(metric, scope)),
        metric=metric,
        shown=show_figure(metric, value, scope),
        sentence=say_list(metric, scope, value.n),
        rows=rows,
        is_people=metric.unit is Unit.PEOPLE,
        path=figure_path(metric.key, scope.query),
        csv_path=figure_csv_path(metric.key, scope.query),
        back_path=insights_path(scope.query),
    )


@blueprint.get("/insights/list/<figure>.csv")
@curators
def download_list(figure: str) -> Response:
    """Send all questions that a figure counts as a file."""
    metric, scope = find_metric(figure), read_scope()
    return csv_answer(f"{metric.key}-{scope.period.key}", COLUMNS, _cells(metric.iterate(scope)))


def csv_answer(name: str, header: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Response:
    """Return a CSV file of that name.

    It is written to a temporary file first, on disk if it is long: what fails does so before anything was sent, and no
    transaction stays open for as long as somebody with a slow line reads.
    """
    written = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the response
    for piece in csv_text(tuple(header), (tuple(row) for row in rows)):
        written.write(piece.encode())
    length = written.tell()
    written.seek(0)
    response = Response(iter(lambda: written.read(CHUNK), b""), mimetype="text/csv")
    response.call_on_close(written.close)
    response.content_length = length
    response.headers["Content-Disposition"] = f'attachment; filename="{name.replace("..", "_")}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _cells(rows: Iterable[MetricRow]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        yield (
            row.id, row.title, absolute(row.path), row.status, row.category_name, row.author_name, row.created_at,
            row.first_answer_at, row.first_staff_answer_at, row.solved_at, row.first_answer_hours, row.solution_hours, row.amount,
        )  # fmt: skip


def _crumbs(metric: Metric, scope: Scope) -> tuple[tuple[str, str], ...]:
    return ("Insights", insights_path(scope.query)), (metric.title, figure_path(metric.key, scope.query))
