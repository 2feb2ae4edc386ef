"""The page about knowledge: what articles did for questions and how articles fare, and its tables as CSV files."""

from flask import Response

from app.core.clock import now
from app.core.errors import Invalid, NotFound
from app.forum.queries.categories import list_categories
from app.insights import knowledge_parts as parts
from app.insights.knowledge_tables import KNOWLEDGE_TABLES
from app.insights.policies import ensure_can_see_insights
from app.insights.presenters import filters_of, say_period, say_scope
from app.insights.queries.choosing import choose_scope, default_scope
from app.insights.queries.knowledge import Knowledge, load_knowledge
from app.insights.routes.asked import read_scope, read_wish
from app.insights.routes.blueprint import blueprint
from app.insights.routes.lists import csv_answer
from app.insights.urls import insights_path, knowledge_path
from app.web.access import curators
from app.web.context import current_actor, site_settings
from app.web.render import page
from app.web.seo import Head

CRUMBS = (("Insights", "/insights"), ("Knowledge", "/insights/knowledge"))


@blueprint.get("/insights/knowledge")
@curators
def show_knowledge() -> Response:
    """Show all knowledge figures. What is wrong in the address is said beside its field, above nothing else."""
    actor, wish, moment, zone = current_actor(), read_wish(), now(), site_settings().time_zone
    ensure_can_see_insights(actor)
    problem: Invalid | None = None
    try:
        scope = choose_scope(actor, wish, moment=moment, zone=zone)
    except Invalid as error:
        problem, scope = error, default_scope(actor, moment=moment, zone=zone)
    knowledge = load_knowledge(scope) if problem is None else None
    return page(
        "insights/knowledge.html",
        Head("Knowledge figures", "", knowledge_path(), is_indexable=False, crumbs=CRUMBS),
        400 if problem else 200,
        filters=filters_of(wish, scope, list_categories(actor), problem),
        scope=scope,
        when=say_period(scope.period),
        narrowed=say_scope(scope),
        here=knowledge_path(scope.query),
        form_path=knowledge_path(),
        overview_path=insights_path(scope.query),
        **(_parts(knowledge) if knowledge else {"shown": None}),
    )


@blueprint.get("/insights/knowledge/<table>.csv")
@curators
def download_knowledge(table: str) -> Response:
    """Send one of the page's tables as a file."""
    if table not in KNOWLEDGE_TABLES:
        raise NotFound("There is no such table.")
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
