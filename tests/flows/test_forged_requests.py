"""Forms sent by somebody else: every route that changes something refuses them, also one added tomorrow."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.core.db import db
from app.core.uow import unit_of_work
from app.jobs.models import Job
from tests.flows.test_every_route import FORMS, access_of, address, form_of, named
from tests.flows.world import World, build_world

pytestmark = pytest.mark.usefixtures("engine")
# Visitors without a session use these; where the request comes from must do.
WITHOUT_TOKEN = {
    "forum.end_asking", "kb.feedback", "notifications.outcome", "notifications.outcome_undo", "notifications.unsubscribe",
    "search.picked",
}  # fmt: skip
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def app(kept_app: Flask) -> Flask:
    return kept_app


@pytest.fixture
def world(app: Flask) -> World:
    return build_world(app)


@named(FORMS)
def test_forged_forms_are_refused(app: Flask, world: World, rule: Rule):
    role = "admin" if access_of(app, rule) not in ("public", "members") else "member"
    path, form, client = address(rule, world.parts), form_of(rule, world, role), world.client(role)
    foreign = {**form, "csrf_token": world.token("other")}
    old = {**form, "csrf_token": "IjEi.aAAAAA.aaaaaaaaaaaaaaaaaaaaaaaaaaa"}
    without = {name: value for name, value in form.items() if name != "csrf_token"}
    if rule.endpoint not in WITHOUT_TOKEN:
        for what, data in (("without a token", without), ("with another's token", foreign), ("with an old token", old)):
            assert client.post(path, data=data, headers=FIREFOX).status_code == 400, f"{path} {what}"
            assert client.post(f"{path}?csrf_token={world.token(role)}", data=without, headers=FIREFOX).status_code == 400
    for headers in (
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
        {"Origin": "http://community.test.evil.example"}, {"Origin": "http://localhost:99", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ):  # fmt: skip
        assert client.post(path, data=form, headers={**FIREFOX, **headers}).status_code == 403, f"{path} {headers}"


@named(FORMS)
def test_changes_are_not_made_by_links(app: Flask, world: World, rule: Rule):
    """The same fields in the address of a GET change nothing: either there is a page, which only shows, or none."""
    role = "admin" if access_of(app, rule) not in ("public", "members") else "member"
    path, form = address(rule, world.parts), form_of(rule, world, role)
    with unit_of_work():
        db.session.query(Job).delete()
    status = world.client(role).get(path, query_string={name: str(value) for name, value in form.items()}).status_code
    assert status in (200, 301, 303, 400, 403, 404, 405, 410)
    assert db.session.query(Job).count() == 0, "something was queued, so something was changed"
