"""The insights page: all figures of a scope in words, charts and tables, and its tables as CSV files."""

from flask import Response

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.insights import overview_parts as parts
from app.insights.measures import Group
from app.insights.metrics import METRICS
from app.insights.period_words import say_period
from app.insights.presenters import show_figures
from app.insights.queries.overview import Overview, load_overview
from app.insights.routes.asked import read_asked, read_scope
from app.insights.routes.blueprint import blueprint
from app.insights.tables import TABLES
from app.insights.urls import insights_path
from app.web.access import curators
from app.web.downloads import csv_answer
from app.web.render import page
from app.web.seo import Head

CRUMBS = ((lazy_gettext("Insights"), "/insights"),)


@blueprint.get("/insights")
@curators
def show_overview() -> Response:
    """Show all figures. What is wrong in the address is said beside its field, above nothing else."""
    asked = read_asked()
    overview = None if asked.problem else load_overview(asked.scope)
    return page(
        "insights/overview.html",
        Head(_("Insights"), "", "/insights", crumbs=CRUMBS),
        asked.status,
        here=insights_path(asked.scope.query),
        **asked.values,
        **(_parts(overview) if overview else {"shown": None}),
    )


@blueprint.get("/insights/<table>.csv")
@curators
def download_table(table: str) -> Response:
    """Send one of the page's tables as a file."""
    if table not in TABLES:
        raise NotFound(_("There is no such table."))
    scope = read_scope()
    header, rows = TABLES[table]
    return csv_answer(f"{table}-{scope.period.key}", header, rows(load_overview(scope)))


def _parts(overview: Overview) -> dict[str, object]:
    """Return what the parts of the page show."""
    earlier = overview.scope.previous if parts.has_before(overview) else None
    return {
        "overview": overview,
        "shown": show_figures(overview.figures, overview.scope),
        "before": show_figures(overview.previous, earlier) if earlier else {},
        "before_words": say_period(earlier.period) if earlier else "",
        "bands": parts.bands(overview),
        "standings": parts.standings(overview),
        "series": parts.series(overview),
        "series_chart": parts.series_chart(overview),
        "responses": parts.times(overview, parts.RESPONSE),
        "response_chart": parts.time_chart(overview, "response"),
        "response_legend": parts.curve_legend(overview, "response"),
        "in_time": parts.in_time(overview),
        "first_shares": parts.shares(overview, parts.SHARES_OF_ANSWERS),
        "solutions": parts.times(overview, parts.SOLUTION),
        "solution_chart": parts.time_chart(overview, "solution"),
        "solution_legend": parts.curve_legend(overview, "solution"),
        "solution_shares": parts.shares(overview, parts.SHARES_OF_SOLUTIONS),
        "ageing": parts.ageing(overview),
        "categories": parts.breakdown(overview.categories),
        "tags": parts.breakdown(overview.tags),
        "helpers": parts.helpers(overview),
        "counted": {group.value: [metric for metric in METRICS.values() if metric.group is group] for group in Group},
    }
