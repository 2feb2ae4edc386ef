"""The API in OpenAPI 3.1. Pure: schemas and addresses as data; a test holds them to the routes and to real answers."""

from typing import Any

from app.forum.models.thread import Status
from app.insights.knowledge_metrics import ALL_METRICS
from app.insights.measures import Unit
from app.kb.models import ArticleState
from app.search.models import Ending

VERSION = "1.0.0"
Schema = dict[str, Any]
NUMBER: Schema = {"type": ["number", "null"]}
COUNT: Schema = {"type": ["integer", "null"]}
TEXT: Schema = {"type": "string"}
ADDRESS: Schema = {"type": "string", "format": "uri"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
ENDING: Schema = {"enum": [str(ending) for ending in Ending]}
MAYBE_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}


def describe(title: str, base_url: str) -> Schema:
    """Return the whole description of a site's API."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{title} API",
            "version": VERSION,
            "description": "Figures about the community, its knowledge and its search, and what stands behind them. "
            "Sign in on the site as staff or moderator; "
            "the session's cookie is the key. Figures count only what you may read.",
        },
        "servers": [{"url": base_url}],
        "security": [{"session": []}],
        "paths": {
            "/api/v1/insights": _path_all("listFigures", "All figures about questions", "Overview"),
            "/api/v1/insights/knowledge": _path_all("listKnowledge", "All figures about knowledge", "Knowledge"),
            "/api/v1/insights/search": _path_all("listSearching", "All figures about search", "Searching"),
            "/api/v1/insights/{figure}": _path_one(),
            "/api/openapi.json": _path_self(),
        },
        "components": {
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "threadwell"}},
            "schemas": SCHEMAS,
            "parameters": PARAMETERS,
            "responses": {
                name: {"description": text, "content": {"application/problem+json": {"schema": _ref("Problem")}}}
                for name, text in PROBLEMS.items()
            },
        },
    }


PROBLEMS = {
    "Invalid": "A period, category, tag or person that is none; `detail` says which.",
    "Forbidden": "Nobody is signed in.",
    "NotFound": "There is no such figure or page, or you may not see insights.",
}
_STATUS_OF = {"400": "Invalid", "403": "Forbidden", "404": "NotFound"}


def _ref(name: str, kind: str = "schemas") -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


def _object(**properties: Schema) -> Schema:
    """Return an object of which every property is always there."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_null(name: str) -> Schema:
    return {"oneOf": [_ref(name), {"type": "null"}]}


def _answers(schema: Schema, *problems: str) -> Schema:
    found: Schema = {"200": {"description": "Here it is.", "content": {"application/json": {"schema": schema}}}}
    return found | {status: _ref(_STATUS_OF[status], "responses") for status in problems}


def _query(name: str, text: str, schema: Schema | None = None) -> Schema:
    return {"name": name, "in": "query", "required": False, "description": text, "schema": schema or TEXT}


PARAMETERS: dict[str, Schema] = {
    "period": _query(
        "period", "90d, 2026-10, 2026-Q3, 2026, 2026-01-05..2026-01-11, all, or custom with from and to. Default: 90d."
    ),
    "from": _query("from", "First day of a custom period.", {"type": "string", "format": "date"}),
    "to": _query("to", "Last day of a custom period; today when missing.", {"type": "string", "format": "date"}),
    "category": _query("category", "Slug of a category: only its questions."),
    "tag": _query("tag", "A tag: only questions that carry it."),
    "helper": _query("helper", "Name of a person: only what counts solutions by helpers looks at it."),
    "article": _query("article", "Number of an article: only what counts uses of articles, or articles, looks at it."),
    "page": _query("page", "Number of the page, from 1.", {"type": "integer", "minimum": 1}),
}


def _path_all(name: str, summary: str, answer: str) -> Schema:
    used = [_ref(word, "parameters") for word in PARAMETERS if word != "page"]
    answers = _answers(_ref(answer), "400", "403", "404")
    return {"get": {"operationId": name, "summary": summary, "parameters": used, "responses": answers}}


def _path_one() -> Schema:
    used = [_ref(name, "parameters") for name in PARAMETERS]
    figure = {"name": "figure", "in": "path", "required": True, "schema": _ref("FigureKey")}
    answers = _answers(_ref("FigureWithRows"), "400", "403", "404")
    summary = "One figure and the questions, articles, searches or sessions it counts"
    return {"get": {"operationId": "getFigure", "summary": summary, "parameters": [figure, *used], "responses": answers}}


def _path_self() -> Schema:
    answers = _answers({"type": "object"})
    return {"get": {"operationId": "describe", "summary": "This description", "security": [], "responses": answers}}


_VALUE = {
    "value": NUMBER | {"description": "A count, a share from 0 to 1, or hours; null: there is nothing to tell."},
    "low": NUMBER | {"description": "Shares: lower end of the 95 % Wilson interval."},
    "high": NUMBER | {"description": "Shares: upper end of the 95 % Wilson interval."},
    "n": {"type": "integer", "description": "How many rows the figure's list has."},
    "of": COUNT | {"description": "Shares: the number in the denominator."},
    "hits": COUNT | {"description": "Shares: the number in the numerator."},
    "ended": COUNT | {"description": "Hours: how many of the questions were answered or solved."},
}
_MEANING = {
    "key": _ref("FigureKey"),
    "title": TEXT,
    "unit": {"enum": [str(unit) for unit in Unit]},
    "cohort": TEXT,
    "counts": TEXT,
    "formula": TEXT,
    "source": TEXT,
}
_VALUES: Schema = {"type": "object", "additionalProperties": _ref("Value")}
SCHEMAS: dict[str, Schema] = {
    "FigureKey": {"type": "string", "enum": list(ALL_METRICS)},
    "Value": _object(**_VALUE),
    "Figure": _object(**_MEANING, **_VALUE, previous=_or_null("Value"), url=ADDRESS),
    "Named": _object(key=TEXT, title=TEXT),
    "Period": _object(key=TEXT, label=TEXT, start=MOMENT, end=MOMENT),
    "Scope": _object(
        period=_ref("Period"), moment=MOMENT, category=_or_null("Named"), tag=_or_null("Named"), helper=_or_null("Named"),
        article=_or_null("Named"),
    ),
    "Question": _object(
        id={"type": "integer"}, title=TEXT, url=ADDRESS, status={"enum": [str(status) for status in Status]}, category=TEXT,
        author={"type": ["string", "null"]}, created_at=MOMENT, first_answer_at=MAYBE_MOMENT, first_staff_answer_at=MAYBE_MOMENT,
        solved_at=MAYBE_MOMENT, counts_for={"type": "integer"},
    ),
    "Article": _object(
        id={"type": "integer"}, title=TEXT, url=ADDRESS, state={"enum": [str(state) for state in ArticleState]}, audience=TEXT,
        section=TEXT, owner={"type": ["string", "null"]}, published_at=MAYBE_MOMENT, confirmed_at=MAYBE_MOMENT,
        helpful={"type": "integer"}, not_helpful={"type": "integer"}, counts_for={"type": "integer"},
    ),
    "Search": _object(day=DAY, words=MAYBE_TEXT, results={"type": "integer"}, ending=ENDING, opened_rank=COUNT),
    "Session": _object(
        day=DAY, searches={"type": "integer"}, ending=ENDING, suggestions={"enum": ["shown", "held out", None]},
        asked_a_question={"type": "boolean"}, question=MAYBE_TEXT, url=MAYBE_TEXT, escalated={"type": "boolean"},
    ),
    "Compared": _object(
        key={"enum": ["ask_rate", "escalation_rate"]}, with_suggestions=_ref("Value"), without_suggestions=_ref("Value"),
        difference=NUMBER, low=NUMBER, high=NUMBER,
    ),
    "Searching": _object(
        scope=_ref("Scope"), previous_period=_or_null("Period"), figures=_list(_ref("Figure")), series=_list(_ref("Point")),
        comparison=_list(_ref("Compared")), held_out_per_cent=_list({"type": "integer"}), open_gaps={"type": "integer"},
    ),
    "UsedArticle": _object(
        id={"type": "integer"}, title=TEXT, url=ADDRESS, uses={"type": "integer"}, share_so_far={"type": "number"}
    ),
    "JudgedArticle": _object(
        id={"type": "integer"}, title=TEXT, url=ADDRESS, helpful={"type": "integer"}, words={"type": "integer"},
        low={"type": "number"}, high={"type": "number"},
    ),
    "Knowledge": _object(
        scope=_ref("Scope"), previous_period=_or_null("Period"), figures=_list(_ref("Figure")), series=_list(_ref("Point")),
        categories=_list(_ref("Breakdown")), reuse=_list(_ref("UsedArticle")), helpfulness=_list(_ref("JudgedArticle")),
    ),
    "Point": _object(period=_ref("Period"), figures=_VALUES),
    "Breakdown": _object(key=TEXT, title=TEXT, url=ADDRESS, figures=_VALUES, previous=_VALUES),
    "Helper": _object(name=TEXT, display_name=TEXT, role=TEXT, solutions={"type": "integer"}, url=ADDRESS),
    "Overview": _object(
        scope=_ref("Scope"), previous_period=_or_null("Period"), figures=_list(_ref("Figure")), series=_list(_ref("Point")),
        categories=_list(_ref("Breakdown")), tags=_list(_ref("Breakdown")), helpers=_list(_ref("Helper")),
    ),
    "FigureWithRows": _object(
        scope=_ref("Scope"), figure=_ref("Figure"), questions=_list(_ref("Question")), articles=_list(_ref("Article")),
        searches=_list(_ref("Search")), sessions=_list(_ref("Session")), page={"type": "integer"},
        per_page={"type": "integer"}, next={"type": ["string", "null"], "format": "uri"},
    ),
    "Problem": _object(title=TEXT, status={"type": "integer"}, detail=TEXT),
}  # fmt: skip
