"""The page about search: what searches find, how they end and what suggestions are worth, and its tables as CSV files."""

from flask import Response

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.insights import search_parts as parts
from app.insights.period_words import say_period
from app.insights.queries.searching import LEAST_COMPARED, Searching, load_searching
from app.insights.routes.asked import read_asked, read_scope
from app.insights.routes.blueprint import blueprint
from app.insights.search_tables import SEARCH_TABLES
from app.insights.urls import insights_path, knowledge_path, search_figures_path
from app.search.ledger.recorder import decide_hold_out
from app.search.urls import gaps_path
from app.web.access import curators
from app.web.context import site_settings
from app.web.downloads import csv_answer
from app.web.render import page
from app.web.seo import Head

CRUMBS = ((lazy_gettext("Insights"), "/insights"), (lazy_gettext("Search"), "/insights/search"))


@blueprint.get("/insights/search")
@curators
def show_searching() -> Response:
    """Show all figures about search. What is wrong in the address is said beside its field, above nothing else."""
    asked = read_asked()
    searching = None if asked.problem else load_searching(asked.scope)
    settings = site_settings()
    return page(
        "insights/search.html",
        Head(_("Search figures"), "", search_figures_path(), crumbs=CRUMBS),
        asked.status,
        here=search_figures_path(asked.scope.of_period_alone.query),
        form_path=search_figures_path(),
        overview_path=insights_path(asked.scope.query),
        knowledge_path=knowledge_path(asked.scope.query),
        kept_days=settings.search_ledger_days,
        percent=settings.search_hold_out,
        least_weekly=settings.search_hold_out_sessions,
        decision=decide_hold_out(),
        **asked.values,
        **(_parts(searching) if searching else {"shown": None}),
    )


@blueprint.get("/insights/search/<table>.csv")
@curators
def download_searching(table: str) -> Response:
    """Send one of the page's tables as a file."""
    if table not in SEARCH_TABLES:
        raise NotFound(_("There is no such table."))
    scope = read_scope()
    header, rows = SEARCH_TABLES[table]
    return csv_answer(f"search-{table}-{scope.period.key}", header, rows(load_searching(scope)))


def _parts(searching: Searching) -> dict[str, object]:
    """Return what the parts of the page show."""
    earlier, was = searching.scope.previous, parts.before(searching)
    return {
        "searching": searching,
        "shown": parts.shown(searching),
        "before": was,
        "before_words": say_period(earlier.period) if earlier and was else "",
        "shares": parts.shares(searching, "click_share", "zero_result_share", "first_rank_share"),
        "ranks": parts.ranks(searching),
        "series": parts.series(searching),
        "series_chart": parts.series_chart(searching),
        "search_endings": parts.search_endings(searching),
        "session_endings": parts.session_endings(searching),
        "asking": parts.shares(searching, "ask_rate", "ask_solved_share"),
        "compared": parts.compared(searching),
        "least_compared": LEAST_COMPARED,
        "gaps_path": gaps_path(),
        "counted": parts.counted(),
    }
