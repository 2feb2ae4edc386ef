"""The inbox in the browser, without a script."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Category, Post, Thread
from app.moderation.inbox.collecting import Inbox
from app.moderation.inbox.presenting import inbox_tabs
from app.moderation.inbox.registry import list_sources
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import make_answer, make_person, make_question
from tests.moderation.inbox import scenes


@pytest.fixture
def moderator(app: Flask, browser: Browser) -> Browser:
    return browser.sign_in(make_person("mo", role="moderator"))


def is_hidden(post: Post) -> bool:
    db.session.rollback()
    return db.session.get_one(Post, post.id, populate_existing=True).hidden_at is not None


def test_each_item_opens_with_its_context_within_a_budget(moderator: Browser):
    keys = scenes.everything()
    for key in keys.values():
        with assert_queries(32):
            moderator.get(f"/moderation/queue?item={key}")
        assert f"/moderation/queue/{key}/" in moderator.page.text_content() or moderator.page.xpath(  # type: ignore[union-attr]
            f"//form[contains(@action, '/moderation/queue/{key}/')]"
        )
    assert "Around it" in moderator.get(f"/moderation/queue?item={keys['post']}").text
    moderator.get("/moderation/queue?from=merges")
    assert "Asked later" in moderator.text() and "cheap heaters" not in moderator.text()
    moderator.get("/moderation/queue?from=nothing", status=404)
    moderator.get("/moderation/queue?item=nonsense")
    assert "Somebody has decided about that one already." in moderator.text()
    moderator.get("/moderation/queue?from=promotions&item=post-99")


@pytest.mark.usefixtures("app")
def test_filters_are_what_waits_and_what_was_chosen():
    counts = {source.name: 0 for source in list_sources()} | {"held": 2}
    assert [label for label, *_ in inbox_tabs(Inbox((), counts))] == ["All", "Waiting"]
    assert [label for label, *_ in inbox_tabs(Inbox((), counts, "waves"))] == ["All", "Waiting", "Waves"]


def test_an_empty_list_says_where_the_rest_is(moderator: Browser):
    moderator.get("/moderation/queue?from=held")
    assert "Nothing of this kind waits" in moderator.text()


def test_after_a_decision_the_next_item_is_open_and_can_be_undone(moderator: Browser):
    first, second = scenes.reported(), scenes.reported()
    moderator.get(f"/moderation/queue?item=post-{first.id}")
    location = moderator.submit(f"/moderation/queue/post-{first.id}/spam", {}).location
    assert location.endswith(f"item=post-{second.id}") and is_hidden(first)
    moderator.get(location)
    assert "Hidden as spam" in moderator.text()
    moderator.submit("/undo", {})
    assert not is_hidden(first)


def test_a_decision_without_its_reason_keeps_what_was_typed(moderator: Browser):
    post = scenes.reported()
    moderator.get("/moderation/queue")
    again = moderator.submit(f"/moderation/queue/post-{post.id}/uphold", {"reason": "  "}, status=400)
    assert "Please give a reason" in again.text and not is_hidden(post)
    moderator.post(f"/moderation/queue/post-{post.id}/explode", {}, status=404)
    moderator.post("/moderation/queue/nonsense/uphold", {"reason": "x"}, status=404)


def test_what_somebody_else_looks_at_is_decided_after_a_second_question(app: Flask, moderator: Browser):
    post = scenes.reported()
    ada = Browser(app).sign_in(make_person("ada", role="moderator"))
    ada.get("/moderation/queue")
    ada.submit(f"/moderation/queue/post-{post.id}/claim", {})
    moderator.get("/moderation/queue")
    assert "Ada is looking at this" in moderator.text()
    asked = moderator.submit(f"/moderation/queue/post-{post.id}/uphold", {"reason": "My words"}, status=409)
    assert "My words</textarea>" in asked.text and not is_hidden(post)
    assert '<button class="btn btn-primary">Hide it</button><a' in asked.text and "we ask you once more" not in asked.text
    assert 'name="is_sure" value="1"' in asked.text
    moderator.post(f"/moderation/queue/post-{post.id}/uphold", {"reason": "My words", "is_sure": "1"})
    assert is_hidden(post)


def test_who_comes_second_reads_who_decided_and_how_and_keeps_what_was_typed(app: Flask, moderator: Browser):
    post, hidden_from_them = scenes.reported(), scenes.reported()
    title = db.session.get_one(Thread, post.thread_id).title
    ada = Browser(app).sign_in(make_person("ada", role="moderator"))
    for browser in (ada, moderator):
        browser.get(f"/moderation/queue?item=post-{post.id}")
    ada.submit(f"/moderation/queue/post-{post.id}/decline", {"reason": "A joke"})
    moderator.submit(f"/moderation/queue/post-{post.id}/uphold", {"reason": "Rude words"})
    moderator.get("/moderation/queue")
    said = f"Ada has decided about “{title}” already: Report declined."
    assert f"{said} You had typed: “Rude words”" in moderator.text() and not is_hidden(post)
    moderator.get(f"/moderation/queue?item=post-{post.id}")
    assert said in moderator.text() and "You had typed" not in moderator.text()
    ada.post(f"/moderation/queue/post-{post.id}/decline", {})
    ada.get("/moderation/queue")
    assert f"You have decided about “{title}” already" in ada.text()
    ada.post(f"/moderation/queue/post-{hidden_from_them.id}/decline", {"reason": "Secret joke"})
    with unit_of_work():
        db.session.get_one(Category, db.session.get_one(Thread, hidden_from_them.thread_id).category_id).audience = "staff"
    moderator.get(f"/moderation/queue?item=post-{hidden_from_them.id}")
    assert "Somebody has decided about that one already." in moderator.text()


def test_the_script_hears_who_was_first(app: Flask, moderator: Browser):
    post = scenes.held()
    ada = Browser(app).sign_in(make_person("ada", role="moderator"))
    path, wants = f"/moderation/queue/held-post-{post.id}/claim", {"Accept": "application/json"}
    for browser, words in ((ada, ""), (moderator, "Ada is looking at this right now.")):
        answer = browser.client.post(path, data={"csrf_token": browser.token()}, headers=wants)
        assert answer.json == {"message": words}
    ada.get("/moderation/queue")
    assert "You are looking at this" in ada.text()
    ada.submit(f"/moderation/queue/held-post-{post.id}/release", {})
    ada.get("/moderation/queue")
    assert "You are looking at this" not in ada.text()


def test_many_from_choosing_to_taking_back(moderator: Browser):
    posts = [scenes.reported() for _ in range(2)]
    moderator.get("/moderation/queue")
    assert len(moderator.page.xpath("//input[@form='several']")) == 2  # type: ignore[union-attr]
    query = "&".join(f"item=post-{post.id}" for post in posts)
    moderator.get(f"/moderation/queue/several?decision=uphold&{query}")
    assert "Nothing is decided yet" in moderator.text() and "2 items" in moderator.text()
    typed = moderator.submit("/moderation/queue/several", {"reason": " "}, status=400)
    assert "Please give a reason" in typed.text
    moderator.get(f"/moderation/queue/several?decision=uphold&{query}")
    keys = [f"post-{post.id}" for post in posts]
    done = moderator.post("/moderation/queue/several", {"item": keys, "decision": "uphold", "reason": "Advertising"}).location
    moderator.get(done)
    assert "2 of 2 items" in moderator.text() and all(is_hidden(post) for post in posts)
    moderator.submit("/undo", {"reason": "A mistake"})
    moderator.get(done)
    assert "taken back" in moderator.text() and not any(is_hidden(post) for post in posts)


@pytest.mark.parametrize("query", ["", "?decision=uphold", "?item=post-1&decision=explode", "?item=<x>&decision=uphold"])
def test_previews_of_nothing_lead_back_with_a_word(moderator: Browser, query: str):
    scenes.reported()
    status = moderator.client.get(f"/moderation/queue/several{query}").status_code
    assert status in (200, 303, 404)


def test_a_text_that_changed_is_shown_again(moderator: Browser):
    post = make_answer(make_question(), make_person(), text="First words", held_at=now())
    moderator.get("/moderation/queue")
    again = moderator.submit(f"/moderation/queue/held-post-{post.id}/approve", {"seen": "99"}, status=409)
    assert "changed after you opened it" in again.text and "First words" in again.text
