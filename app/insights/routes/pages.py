"""The insights page: all figures of a scope in words, charts and tables, and its tables as CSV files."""

from flask import Response

from app.core.clock import now
from app.core.errors import Invalid, NotFound
from app.forum.queries.categories import list_categories
from app.insights import overview_parts as parts
from app.insights.measures import Group
from app.insights.metrics import METRICS
from app.insights.policies import ensure_can_see_insights
from app.insights.presenters import filters_of, say_period, say_scope, show_figures
from app.insights.queries.choosing import choose_scope, default_scope
from app.insights.queries.overview import Overview, load_overview
from app.insights.routes.asked import read_scope, read_wish
from app.insights.routes.blueprint import blueprint
from app.insights.routes.lists import csv_answer
from app.insights.tables import TABLES
from app.insights.urls import insights_path
from app.web.access import curators
from app.web.context import current_actor, site_settings
from app.web.render import page
from app.web.seo import Head

CRUMBS = (("Insights", "/insights"),)


@blueprint.get("/insights")
@curators
def show_overview() -> Response:
    """Show all figures. What is wrong in the address is said beside its field, above nothing else."""
    actor, wish, moment, zone = current_actor(), read_wish(), now(), site_settings().time_zone
    ensure_can_see_insights(actor)
    problem: Invalid | None = None
    try:
        scope = choose_scope(actor, wish, moment=moment, zone=zone)
    except Invalid as error:
        problem, scope = error, default_scope(actor, moment=moment, zone=zone)
    overview = load_overview(scope) if problem is None else None
    return page(
        "insights/overview.html",
        Head("Insights", "", "/insights", is_indexable=False, crumbs=CRUMBS),
        400 if problem else 200,
        filters=filters_of(wish, scope, list_categories(actor), problem),
        scope=scope,
        when=say_period(scope.period),
        narrowed=say_scope(scope),
        here=insights_path(scope.query),
        **(_parts(overview) if overview else {"shown": None}),
    )


@blueprint.get("/insights/<table>.csv")
@curators
def download_table(table: str) -> Response:
    """Send one of the page's tables as a file."""
    if table not in TABLES:
        raise NotFound("There is no such table.")
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
