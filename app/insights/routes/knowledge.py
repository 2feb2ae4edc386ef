"""The page about knowledge: what articles did for questions and how articles fare, and its tables as CSV files."""

from flask import Response

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.insights import knowledge_parts as parts
from app.insights.knowledge_tables import KNOWLEDGE_TABLES
from app.insights.period_words import say_period
from app.insights.queries.knowledge import Knowledge, load_knowledge
from app.insights.routes.asked import read_asked, read_scope
from app.insights.routes.blueprint import blueprint
from app.insights.urls import insights_path, knowledge_path
from app.web.access import curators
from app.web.downloads import csv_answer
from app.web.render import page
from app.web.seo import Head

CRUMBS = ((lazy_gettext("Insights"), "/insights"), (lazy_gettext("Knowledge"), "/insights/knowledge"))


@blueprint.get("/insights/knowledge")
@curators
def show_knowledge() -> Response:
    """Show all knowledge figures. What is wrong in the address is said beside its field, above nothing else."""
    asked = read_asked()
    knowledge = None if asked.problem else load_knowledge(asked.scope)
    return page(
        "insights/knowledge.html",
        Head(_("Knowledge figures"), "", knowledge_path(), crumbs=CRUMBS),
        asked.status,
        here=knowledge_path(asked.scope.query),
        form_path=knowledge_path(),
        overview_path=insights_path(asked.scope.query),
        **asked.values,
        **(_parts(knowledge) if knowledge else {"shown": None}),
    )


@blueprint.get("/insights/knowledge/<table>.csv")
@curators
def download_knowledge(table: str) -> Response:
    """Send one of the page's tables as a file."""
    if table not in KNOWLEDGE_TABLES:
        raise NotFound(_("There is no such table."))
    scope = read_scope()
    header, rows = KNOWLEDGE_TABLES[table]
    return csv_answer(f"knowledge-{table}-{scope.period.key}", header, rows(load_knowledge(scope)))


def _parts(knowledge: Knowledge) -> dict[str, object]:
    """Return what the parts of the page show."""
    earlier, was = knowledge.scope.previous, parts.before(knowledge)
    return {
        "knowledge": knowledge,
        "shown": parts.shown(knowledge),
        "before": was,
        "before_words": say_period(earlier.period) if earlier and was else "",
        "links": parts.links(knowledge),
        "series": parts.series(knowledge),
        "series_chart": parts.series_chart(knowledge),
        "categories": parts.categories(knowledge),
        "known": parts.known(knowledge),
        "used": parts.used(knowledge),
        "used_chart": parts.used_chart(knowledge),
        "times": parts.times(knowledge),
        "time_chart": parts.time_chart(knowledge),
        "judged": parts.judged(knowledge),
        "care": parts.care(knowledge),
        "counted": parts.counted(),
    }
