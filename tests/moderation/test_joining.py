"""Joining questions to one issue and separating them: preview, one action, undo; and the list of what looks asked twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import DuplicateProposal, MeToo, Thread
from app.moderation.models import LogEntry
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import accept, make_answer, make_category, make_person, make_question


@pytest.fixture
def moderator(app: Flask, browser: Browser) -> Browser:
    return browser.sign_in(make_person("mo", role="moderator"))


def fresh(model, identity):
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(model, identity)


def me_too(thread, *people):
    with unit_of_work():
        db.session.add_all(MeToo(thread_id=thread.id, person_id=person.id) for person in people)
        db.session.get_one(Thread, thread.id).me_too_count += len(people)


def propose(thread, original, score=0.82):
    with unit_of_work():
        proposal = DuplicateProposal(thread_id=thread.id, original_id=original.id, score=score)
        db.session.add(proposal)
    return proposal


@pytest.fixture
def pair():
    old = make_question(title="Intake filter lets no water through", created_at=now() - timedelta(days=9))
    new = make_question(title="No water through the intake filter")
    both = make_person()
    me_too(old, both, make_person())
    me_too(new, both)
    return new, old


PAGES = ("/moderation/duplicates", "/moderation/threads/{new}/join", "/moderation/threads/{new}/join?original_id={old}",
         "/moderation/threads/{new}/separate")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_only_moderators_enter(app: Flask, pair, path: str):
    address = path.format(new=pair[0].id, old=pair[1].id)
    assert Browser(app).get(address, status=302).location.startswith("/login")
    Browser(app).sign_in(make_person()).get(address, status=404)
    Browser(app).sign_in(make_person(role="staff")).get(address, status=404)


def test_the_preview_tells_what_adds_up_and_joining_does_it_and_undo_takes_it_back(moderator: Browser, pair):
    new, old = pair
    moderator.get(f"/moderation/threads/{new.id}/join?original_id=%23{old.id}")
    text = moderator.text()
    assert new.title in text and old.title in text and "What adds up" in text
    assert moderator.page is not None
    sums = {row[0].text_content(): [cell.text_content() for cell in row[1:]] for row in moderator.page.xpath("//tbody/tr")}
    assert sums["People affected"] == ["2", "3", "4"], "who is affected by both counts once"
    assert sums["Wordings of the question"] == ["1", "1", "2"]
    response = moderator.submit(f"/moderation/threads/{new.id}/join", {"reason": "Same filter"})
    assert response.location == f"/questions/{old.id}"
    assert fresh(Thread, new.id).duplicate_of_id == old.id
    moderator.get(old.path)
    assert "1 duplicate" in moderator.text() and "4 people affected" in moderator.text() and new.title in moderator.text()
    entry = db.session.scalars(sa.select(LogEntry).where(LogEntry.action == "duplicate")).one()
    assert entry.reason == "Same filter"
    moderator.post(f"/moderation/log/{entry.id}/undo", {"reason": "Not the same"})
    assert fresh(Thread, new.id).duplicate_of_id is None
    moderator.get(old.path)
    assert "duplicate" not in moderator.text() and "3 people affected" in moderator.text()


def test_a_duplicate_stays_readable_and_says_where_it_is_solved(app: Flask, moderator: Browser, pair):
    new, old = pair
    accept(make_answer(old))
    moderator.post(f"/moderation/threads/{new.id}/join", {"original_id": str(old.id)})
    reader = Browser(app)
    reader.get(new.path)
    assert "The same question was asked before. It is solved there:" in reader.text()
    assert old.title in reader.text() and "No water through the intake filter" in reader.text()


@pytest.mark.parametrize("typed", ["", "nonsense", "/kb/12", "999999", "#0"])
def test_what_names_no_question_is_explained_and_kept(moderator: Browser, pair, typed: str):
    new, _old = pair
    response = moderator.client.post(
        f"/moderation/threads/{new.id}/join",
        data={"csrf_token": moderator.token(), "original_id": typed, "reason": "What I typed"},
    )
    assert response.status_code == 400 and "Compare them" in response.text
    assert fresh(Thread, new.id).duplicate_of_id is None


def test_a_reason_that_is_too_long_keeps_the_preview_and_the_words(moderator: Browser, pair):
    new, old = pair
    words = "Same filter, " * 40
    response = moderator.client.post(
        f"/moderation/threads/{new.id}/join", data={"csrf_token": moderator.token(), "original_id": str(old.id), "reason": words}
    )
    assert response.status_code == 400
    assert (
        words.strip()[:100] in response.text and "What adds up" in response.text and "at most" not in response.text.lower()[:10]
    )


def test_a_question_is_not_joined_to_itself_or_to_its_own_duplicate(moderator: Browser, pair):
    new, old = pair
    moderator.get(f"/moderation/threads/{new.id}/join?original_id={new.id}", status=400)
    moderator.post(f"/moderation/threads/{new.id}/join", {"original_id": str(old.id)})
    moderator.get(f"/moderation/threads/{old.id}/join?original_id={new.id}", status=400)
    assert "one issue already" in moderator.text()


def test_moderators_learn_nothing_of_inner_questions(moderator: Browser, pair):
    inner = make_question(title="Canary of the inner room", category=make_category(audience="staff"))
    response = moderator.get(f"/moderation/threads/{pair[0].id}/join?original_id={inner.id}", status=400)
    assert "Canary" not in response.text
    moderator.get(f"/moderation/threads/{inner.id}/join", status=404)


def test_the_way_round_is_questioned_when_the_solution_would_be_out_of_sight(moderator: Browser, pair):
    new, old = pair
    accept(make_answer(new))
    moderator.get(f"/moderation/threads/{new.id}/join?original_id={old.id}")
    assert "The one that ends is solved" in moderator.text()
    assert moderator.page is not None
    swap = moderator.page.xpath("//a[contains(., 'Turn it round')]/@href")[0]
    moderator.get(swap)
    assert "The one that ends is solved" not in moderator.text()


def test_separating_takes_along_what_came_with_it_unless_told_otherwise(moderator: Browser, pair):
    new, old = pair
    child = make_question(title="Filter blocks all the water")
    for with_it, expected in (({}, "new"), ({"followers": ""}, "old")):
        moderator.post(f"/moderation/threads/{child.id}/join", {"original_id": str(new.id)})
        moderator.post(f"/moderation/threads/{new.id}/join", {"original_id": str(old.id)})
        assert fresh(Thread, child.id).duplicate_of_id == old.id
        moderator.get(f"/moderation/threads/{new.id}/separate")
        assert child.title in moderator.text() and "stands" in moderator.text().lower()
        data = {"reason": "Two filters", "followers": "y"}
        if with_it:
            data.pop("followers")
        moderator.post(f"/moderation/threads/{new.id}/separate", data)
        assert fresh(Thread, new.id).duplicate_of_id is None
        assert fresh(Thread, child.id).duplicate_of_id == (new.id if expected == "new" else old.id)
        moderator.post(f"/moderation/threads/{child.id}/separate", {})
    moderator.get(f"/moderation/threads/{new.id}/separate")
    assert "It stands on its own" in moderator.text()
    moderator.post(f"/moderation/threads/{new.id}/separate", {}, status=409)


def test_undoing_a_separation_joins_again(moderator: Browser, pair):
    new, old = pair
    moderator.post(f"/moderation/threads/{new.id}/join", {"original_id": str(old.id)})
    moderator.post(f"/moderation/threads/{new.id}/separate", {"reason": "Oops"})
    entry = db.session.scalars(sa.select(LogEntry).where(LogEntry.action == "unduplicate")).one()
    moderator.post(f"/moderation/log/{entry.id}/undo", {"reason": "Was right"})
    assert fresh(Thread, new.id).duplicate_of_id == old.id


def test_an_empty_list_teaches(moderator: Browser):
    for state, words in (
        ("", "Nothing looks asked twice"),
        ("?state=accepted", "Nothing here yet"),
        ("?state=dismissed", "Nothing here yet"),
    ):
        moderator.get(f"/moderation/duplicates{state}")
        assert words in moderator.text()
    moderator.get("/moderation/duplicates?state=wrong", status=404)


def test_from_the_list_to_the_preview_and_back(moderator: Browser, pair):
    new, old = pair
    propose(new, old)
    moderator.get("/moderation/duplicates")
    assert "82 % alike" in moderator.text() and new.title in moderator.text() and old.title in moderator.text()
    assert moderator.page is not None
    moderator.get(moderator.page.xpath("//a[contains(., 'Join them')]/@href")[0])
    assert moderator.submit(f"/moderation/threads/{new.id}/join", {}).location == "/moderation/duplicates"
    moderator.get("/moderation/duplicates?state=accepted")
    assert "joined" in moderator.text() and "by Mo" in moderator.text()


def test_dismissing_is_one_click_logged_and_undone(moderator: Browser, pair):
    proposal = propose(*pair)
    moderator.get("/moderation/duplicates")
    moderator.submit(f"/moderation/duplicates/{proposal.id}/dismiss", {})
    assert fresh(DuplicateProposal, proposal.id).state == "dismissed"
    moderator.get("/moderation/duplicates?state=dismissed")
    assert pair[0].title in moderator.text()
    moderator.post(f"/moderation/duplicates/{proposal.id}/dismiss", {}, status=409)
    entry = db.session.scalars(sa.select(LogEntry).where(LogEntry.action == "not_duplicate")).one()
    moderator.post(f"/moderation/log/{entry.id}/undo", {"reason": "They are the same"})
    assert fresh(DuplicateProposal, proposal.id).state == "open"


def test_moderators_see_the_hint_on_both_threads_and_nobody_else_does(app: Flask, moderator: Browser, pair):
    new, old = pair
    propose(new, old)
    for one, other in ((new, old), (old, new)):
        moderator.get(one.path)
        assert "Asked twice?" in moderator.text() and other.title in moderator.text()
        for reader in (Browser(app), Browser(app).sign_in(make_person()), Browser(app).sign_in(make_person(role="staff"))):
            assert "Asked twice?" not in reader.get(one.path).text


def test_the_list_takes_the_same_statements_for_one_and_for_many(moderator: Browser, pair):
    propose(*pair)
    for _ in range(10):
        propose(make_question(), pair[1])
    with assert_queries(at_most=6):
        moderator.get("/moderation/duplicates")


def test_the_page_of_a_main_thread_pays_only_seven_statements_for_its_issue(app: Flask, moderator: Browser, pair):
    new, old = pair
    reader = Browser(app)
    with assert_queries(at_most=9):
        reader.get(old.path)
    moderator.post(f"/moderation/threads/{new.id}/join", {"original_id": str(old.id)})
    with assert_queries(at_most=16):
        reader.get(old.path)
