"""The pages of waves, by hand: look, leave something out, put away, give back; and what nobody sees meanwhile."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.accounts.models import Person
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.jobs.worker import run_until_idle
from app.moderation.waves.ending import give_back
from app.search.documents import THREAD, request_sync
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import make_person, opening_of
from tests.moderation.waves.spam import HOST, Scene, build_scene, put


@pytest.fixture
def scene(app: Flask) -> Scene:
    return build_scene()


@pytest.fixture
def moderator(browser: Browser, scene: Scene) -> Browser:
    browser.sign_in(db.session.get_one(Person, scene.moderator.id))
    return browser


def hidden_fields(html: str) -> dict[str, str]:
    form = html.split('action="/moderation/waves"')[1].split("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', form))


def look(browser: Browser, status: int = 200, **fields: str) -> tuple[str, dict[str, str]]:
    page = browser.post("/moderation/waves/new", data=fields, status=status)
    html = page.get_data(as_text=True)
    return html, hidden_fields(html) if 'action="/moderation/waves"' in html else {}


def test_from_one_text_to_everything_like_it_and_back(moderator: Browser, scene: Scene):
    begun = moderator.get(f"/moderation/waves/new?post_id={scene.answer.id}").get_data(as_text=True)
    assert f'value="{HOST}"' in begun and 'value="buyer4712"' in begun and "Zorblax tablets" in begun
    html, fields = look(moderator, hosts=HOST)
    assert "3 texts" in html and "2 accounts" in html and f"leads to {HOST}" in html
    taken = [key for key in fields["listed"].split() if key != f"c{scene.comment.id}"]
    answer = moderator.post("/moderation/waves", data={**fields, "take": taken, "reason": "Tablets again"})
    assert answer.status_code == 303
    path = answer.headers["Location"]
    shown = moderator.get(path).get_data(as_text=True)
    assert "2 texts out of everybody" in shown and "Tablets again" in shown
    assert "Put away" in moderator.get("/moderation/waves").get_data(as_text=True)
    assert moderator.post(f"{path}/give-back", data={"reason": "A mistake"}).status_code == 303
    assert "Everything the wave took is back" in moderator.get(path).get_data(as_text=True)
    assert db.session.get_one(Post, scene.answer.id).is_listed


def test_a_start_from_a_person_or_a_comment_knows_where_they_lead(moderator: Browser, scene: Scene):
    for query in (f"person_id={scene.other.id}", f"comment_id={scene.comment.id}"):
        html = moderator.get(f"/moderation/waves/new?{query}").get_data(as_text=True)
        assert f'value="{HOST}"' in html and 'value="buyer4712"' in html
    assert moderator.get("/moderation/waves/new?post_id=999999", 404).status_code == 404


def test_what_was_typed_and_checked_is_kept_when_something_is_missing(moderator: Browser, scene: Scene):
    html, _ = look(moderator, 400, hosts="nowhere", sample="Some text", name_pattern="*##")
    assert "hosts like example.com" in html and "Some text" in html and 'value="*##"' in html
    _, fields = look(moderator, hosts=HOST)
    kept = f"p{scene.answer.id}"
    again = moderator.post("/moderation/waves", data={**fields, "take": [kept], "reason": ""}, status=400)
    html = again.get_data(as_text=True)
    assert "Please say why" in html
    assert len(re.findall(r'name="take"[^>]* checked', html)) == 1 and f'value="{kept}" checked' in html


def test_an_empty_list_and_nothing_found_say_what_to_do(moderator: Browser, scene: Scene):
    assert "No waves so far" in moderator.get("/moderation/waves").get_data(as_text=True)
    html, fields = look(moderator, hosts="elsewhere.example")
    assert "Nothing fits" in html and fields == {}


def test_removing_is_said_to_be_for_good(moderator: Browser, scene: Scene):
    wave = put(scene.moderator)
    path = f"/moderation/waves/{wave.id}"
    assert moderator.post(f"{path}/remove", data={"reason": "Clear"}).status_code == 303
    html = moderator.get(path).get_data(as_text=True)
    assert "removed for good" in html and "Give everything back" not in html


@pytest.mark.parametrize("role", ["member", "staff"])
def test_the_pages_are_for_moderators(browser: Browser, scene: Scene, role: str):
    browser.sign_in(make_person(role=role))
    for path in ("/moderation/waves", "/moderation/waves/new", "/moderation/waves/1"):
        assert browser.client.get(path).status_code in (403, 404)


def test_pages_cost_the_same_however_big_a_wave_is(moderator: Browser, scene: Scene):
    wave = put(scene.moderator)
    for path in ("/moderation/waves", f"/moderation/waves/{wave.id}"):
        with assert_queries(at_most=9):
            moderator.get(path)


PUBLIC = (
    "/",
    "/questions",
    "/discussions",
    "/tags/pump",
    "/sitemap.xml",
    "/questions.atom",
    "/search?q=pump",
    "/search?q=zorblax+tablets",
)


def pages(browser: Browser, scene: Scene) -> dict[str, tuple[int, str]]:
    """What visitors get, without what differs from one request to the next."""
    paths = (
        *PUBLIC,
        scene.honest.path,
        scene.thread.path,
        f"/people/{scene.spammer.name}",
        f"/people/{scene.other.name}",
        f"/posts/{scene.answer.id}",
    )
    found = {}
    for path in paths:
        answer = browser.client.get(path)
        found[path] = (answer.status_code, re.sub(r'nonce="[^"]*"|csrf[^>]*', "", answer.get_data(as_text=True)))
    return found


def test_nobody_finds_a_trace_meanwhile_and_every_page_is_the_same_afterwards(app: Flask, browser: Browser, scene: Scene):
    with unit_of_work():
        for thread in (scene.honest, scene.thread):
            request_sync(THREAD, thread.id)
    run_until_idle()
    before = pages(browser, scene)
    assert sum("orblax" in html for _, html in before.values()) >= 5
    wave = put(scene.moderator)
    run_until_idle()
    for path, (status, html) in pages(browser, scene).items():
        told = html.replace("zorblax tablets", "").replace("zorblax+tablets", "").replace("zorblax%20tablets", "")
        assert "orblax" not in told and HOST not in html, (path, status)
    with unit_of_work():
        give_back(scene.moderator, wave_id=wave.id, reason="A mistake")
    run_until_idle()
    after = pages(browser, scene)
    for path, content in before.items():
        assert after[path] == content, path
    assert db.session.get_one(Thread, scene.thread.id).is_listed and opening_of(scene.thread).hidden_at is None
