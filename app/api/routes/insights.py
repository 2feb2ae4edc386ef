"""Insights for programs: all figures, and the rows that one of them counts. The same queries as the pages."""

from flask import Response, jsonify, request

from app.api.bodies import (
    article_body,
    figure_body,
    knowledge_body,
    overview_body,
    question_body,
    scope_body,
    search_body,
    searching_body,
    session_body,
)
from app.api.routes.blueprint import blueprint
from app.core.clock import now
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.pagination import parse_page
from app.insights.knowledge_metrics import ALL_METRICS
from app.insights.policies import ensure_can_see_insights
from app.insights.queries.article_listing import ArticleLine
from app.insights.queries.choosing import Wish, choose_scope
from app.insights.queries.knowledge import load_knowledge
from app.insights.queries.ledger_listing import SearchLine, SessionLine
from app.insights.queries.listing import MetricRow
from app.insights.queries.overview import load_overview
from app.insights.queries.searching import load_searching
from app.insights.scope import Scope
from app.insights.urls import api_path
from app.web.access import curators
from app.web.context import current_actor, site_settings
from app.web.seo import absolute


@blueprint.get("/api/v1/insights")
@curators
def list_figures() -> Response:
    """Answer with all figures of a scope."""
    return jsonify(overview_body(load_overview(_scope())))


@blueprint.get("/api/v1/insights/knowledge")
@curators
def list_knowledge() -> Response:
    """Answer with all knowledge figures of a scope."""
    return jsonify(knowledge_body(load_knowledge(_scope())))


@blueprint.get("/api/v1/insights/search")
@curators
def list_searching() -> Response:
    """Answer with all figures about search of a scope."""
    return jsonify(searching_body(load_searching(_scope())))


@blueprint.get("/api/v1/insights/<figure>")
@curators
def get_figure(figure: str) -> Response:
    """Answer with one figure and a page of what it counts."""
    if figure not in ALL_METRICS:
        raise NotFound(_("There is no such figure."))
    metric = ALL_METRICS[figure]
    scope = metric.narrowed(_scope())
    value, previous = metric.figure(scope), scope.previous
    has_before = metric.predicate.cohort.has_period
    rows = metric.list_rows(scope, parse_page(request.args.get("page")))
    query = {**scope.query, "page": str(rows.number + 1)}
    return jsonify(
        scope=scope_body(scope),
        figure=figure_body(metric, value, scope, metric.figure(previous) if previous and has_before else None),
        questions=[question_body(row) for row in rows.items if isinstance(row, MetricRow)],
        articles=[article_body(row) for row in rows.items if isinstance(row, ArticleLine)],
        searches=[search_body(row) for row in rows.items if isinstance(row, SearchLine)],
        sessions=[session_body(row) for row in rows.items if isinstance(row, SessionLine)],
        page=rows.number,
        per_page=rows.per_page,
        next=absolute(api_path(metric.key, query)) if rows.has_next else None,
    )


def _scope() -> Scope:
    """Return the scope of the address. Raises NotFound for others than staff and moderators, and Invalid."""
    actor = current_actor()
    ensure_can_see_insights(actor)
    return choose_scope(actor, Wish.from_words(request.args), moment=now(), zone=site_settings().time_zone)
