"""The API of insights: what the description promises is what is answered."""

from __future__ import annotations

from typing import Any

import pytest

from app.api.openapi import PARAMETERS, describe
from app.core.actor import Role
from app.insights.metrics import METRICS
from app.insights.queries.choosing import WORDS
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import make_person, make_question
from tests.insights.community import Community, make_community
from tests.insights.search_community import add_asking, make_searches
from tests.saved import Saved, saved_rows

DESCRIPTION = describe("Threadwell", "http://community.test")
SCHEMAS = DESCRIPTION["components"]["schemas"]
TYPES = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "null": type(None),
    "object": dict,
    "array": list,
    "boolean": bool,
}


def check(value: Any, schema: dict[str, Any], where: str = "answer") -> None:
    """Hold a value to the part of JSON Schema that the description uses."""
    if "$ref" in schema:
        return check(value, SCHEMAS[schema["$ref"].rpartition("/")[2]], where)
    if "oneOf" in schema:
        return check(value, schema["oneOf"][1 if value is None else 0], where)
    if "enum" in schema:
        assert value in schema["enum"], where
    if "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert any(isinstance(value, TYPES[kind]) and isinstance(value, bool) is (kind == "boolean") for kind in kinds), (
            f"{where}: {value!r}"
        )
    if schema.get("type") == "array":
        for number, item in enumerate(value):
            check(item, schema["items"], f"{where}[{number}]")
    if schema.get("type") == "object":
        _check_object(value, schema, where)
    return None


def _check_object(value: dict[str, Any], schema: dict[str, Any], where: str) -> None:
    known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    assert set(schema.get("required", ())) <= set(value), where
    for name, item in value.items():
        assert name in known or more, f"{where}.{name}"
        if name in known or isinstance(more, dict):
            check(item, known.get(name, more), f"{where}.{name}")


def answer_schema(path: str) -> dict[str, Any]:
    return DESCRIPTION["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]


_community: Saved[Any] = Saved()  # written once for this file


@pytest.fixture
def community(app) -> Community:
    return saved_rows(_community, make_community)


@pytest.fixture
def lead(browser: Browser, community: Community) -> Browser:
    return browser.sign_in(community.lead)


def test_the_description_names_exactly_the_addresses_of_the_api(app):
    rules = {rule.rule.replace("<figure>", "{figure}") for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert rules == set(DESCRIPTION["paths"])
    assert set(WORDS) | {"page"} == set(PARAMETERS)


def test_the_description_is_public_and_refers_to_nothing_that_is_missing(client):
    response = client.get("/api/openapi.json")
    assert response.status_code == 200 and response.json["openapi"] == "3.1.0"
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.json == DESCRIPTION | {"info": {**DESCRIPTION["info"], "title": "Threadwell API"}}

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            return [node["$ref"]] if "$ref" in node else [r for value in node.values() for r in references(value)]
        return [r for item in node for r in references(item)] if isinstance(node, list) else []

    for reference in references(response.json):
        node = response.json
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


@pytest.mark.parametrize("query", ["", "?period=all", "?period=30d&category=looms", "?tag=noise", "?period=1d&category=printers"])
def test_all_figures_are_answered_as_described(lead, query):
    response = lead.get(f"/api/v1/insights{query}")
    check(response.json, answer_schema("/api/v1/insights"))
    assert [figure["key"] for figure in response.json["figures"]] and {f["key"] for f in response.json["figures"]} == set(METRICS)


def test_each_figure_is_answered_as_described_and_equals_the_overview(lead):
    overview = {figure["key"]: figure for figure in lead.client.get("/api/v1/insights?period=365d").json["figures"]}
    for key in METRICS:
        body = lead.get(f"/api/v1/insights/{key}?period=365d").json
        check(body, answer_schema("/api/v1/insights/{figure}"), key)
        assert body["figure"] | {"value": None} == overview[key] | {"value": None}, key
        assert body["figure"]["value"] == pytest.approx(overview[key]["value"]), key


def test_search_figures_and_their_rows_are_answered_as_described(lead):
    make_searches()
    add_asking(3, 1, thread_id=make_question().id)
    body = lead.get("/api/v1/insights/search?period=30d").json
    check(body, answer_schema("/api/v1/insights/search"))
    for key, rows in (("searches", "searches"), ("ask_asked", "sessions"), ("shown_ask_rate", "sessions")):
        body = lead.get(f"/api/v1/insights/{key}").json
        check(body, answer_schema("/api/v1/insights/{figure}"), key)
        assert len(body[rows]) == body["figure"]["n"] > 0


def test_lists_lead_to_their_next_page(lead, community):
    for _ in range(60):
        make_question(category=community.printers)
    first = lead.get("/api/v1/insights/questions?period=90d&category=printers").json
    assert len(first["questions"]) == first["per_page"] == 50
    second = lead.client.get(first["next"].removeprefix("http://community.test")).json
    assert second["page"] == 2 and second["next"] is None
    ids = {question["id"] for question in first["questions"] + second["questions"]}
    assert len(ids) == first["figure"]["value"] == first["figure"]["n"]


@pytest.mark.parametrize("path", ["/api/v1/insights", "/api/v1/insights/solved"])
def test_who_may_not_see_it_gets_a_problem_document_never_a_page(client, browser, path):
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (403, "application/problem+json")
    browser.sign_in(make_person())
    response = browser.get(path, status=404)
    assert response.mimetype == "application/problem+json"
    browser.sign_in(make_person(role=Role.MODERATOR))
    browser.get(path)


@pytest.mark.parametrize("query", ["period=soon", "category=nowhere", "tag=nothing", "helper=nobody", "period=custom&from=x"])
def test_what_is_wrong_is_said_in_a_problem_document(lead, query):
    response = lead.get(f"/api/v1/insights?{query}", status=400)
    check(response.json, SCHEMAS["Problem"])
    assert response.mimetype == "application/problem+json" and response.json["detail"]


def test_pages_that_do_not_exist_are_not_found(lead):
    lead.get("/api/v1/insights/solved?page=7", status=404)
    lead.get("/api/v1/nothing", status=404)


def test_it_costs_a_few_statements(lead):
    lead.get("/api/v1/insights")
    with assert_queries(11):
        lead.get("/api/v1/insights?period=90d")
    with assert_queries(5):
        lead.get("/api/v1/insights/solved?period=90d")
