"""Everything that a person wrote goes out of sight with one decision, and comes back with another: exactly that."""

from __future__ import annotations

import pytest
from flask import Flask

from app.accounts.models import Person
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post, Thread
from app.forum.services import curating
from app.forum.services.commenting import add_comment
from app.forum.services.merging import merge_threads
from app.forum.services.recounting import recount_all
from app.forum.services.splitting import split_thread
from app.jobs.worker import run_until_idle
from app.moderation.models import LogEntry, Removal, RemovalState
from app.moderation.removing.deciding import remove_content, restore_content
from app.moderation.removing.working import remove_job
from app.moderation.undoing import undo_decision
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_category, make_person, make_question
from tests.forum.services.acting import text


@pytest.fixture
def spammer(app: Flask) -> Person:
    return make_person("spammer")


@pytest.fixture
def moderator(app: Flask) -> Person:
    return make_person("mo", role="moderator")


def remove(moderator: Person, person: Person) -> int:
    with unit_of_work():
        removal_id = remove_content(actor_of(moderator), person_id=person.id, reason="Advertisements").id
    run_until_idle()
    db.session.expire_all()
    return removal_id


def undo(moderator: Person) -> None:
    entry = db.session.query(LogEntry).filter_by(action="remove_content").one()
    with unit_of_work():
        undo_decision(actor_of(moderator), entry_id=entry.id, reason="A mistake")
    run_until_idle()
    db.session.expire_all()


def state_of(*rows: Thread | Post) -> list[bool]:
    return [db.session.get_one(type(row), row.id).hidden_at is None for row in rows]


def test_one_decision_hides_all_and_undoing_it_gives_back_only_that(moderator: Person, spammer: Person):
    own, foreign = make_question(author=spammer), make_question()
    answer, before, other = make_answer(foreign, spammer), make_answer(foreign, spammer), make_answer(foreign)
    with unit_of_work():
        curating.hide_post(actor_of(moderator), post_id=before.id, reason="Rude")
    removal_id = remove(moderator, spammer)
    assert state_of(own, answer, before, other) == [False, False, False, True]
    assert db.session.get_one(Thread, foreign.id).answer_count == 1
    assert (db.session.get_one(Removal, removal_id).state, db.session.get_one(Removal, removal_id).text_count) == ("removed", 2)
    assert [entry.action for entry in db.session.query(LogEntry).order_by(LogEntry.id)] == ["hide", "remove_content"]
    undo(moderator)
    assert state_of(own, answer, before, other) == [True, True, False, True]
    assert db.session.get_one(Removal, removal_id).state == RemovalState.RESTORED
    assert recount_all().total == 0


@pytest.mark.parametrize("how", ["split", "merge"])
def test_what_went_to_another_thread_meanwhile_is_given_back_there(moderator: Person, spammer: Person, how: str):
    foreign, target = make_question(), make_question()
    other, answer = make_answer(foreign), make_answer(foreign, spammer)
    with unit_of_work():
        under_other = add_comment(actor_of(spammer), post_id=other.id, body=text("Buy this", is_comment=True))
    remove(moderator, spammer)
    with unit_of_work():
        actor = actor_of(moderator)
        if how == "split":
            posts = [other.id, answer.id]
            values = {"kind": "question", "category_id": foreign.category_id, "title": "What about the other pump?"}
            split_thread(actor, thread_id=foreign.id, post_ids=posts, reason="Another topic", **values)
        else:
            merge_threads(actor, thread_id=foreign.id, target_id=target.id, opening="post", reason="Asked twice")
    undo(moderator)
    assert state_of(answer) == [True] and db.session.get_one(Comment, under_other.id).hidden_at is None
    assert recount_all().total == 0


def test_a_job_done_twice_changes_nothing(moderator: Person, spammer: Person):
    make_question(author=spammer)
    removal_id = remove(moderator, spammer)
    remove_job([{"removal_id": removal_id}])
    assert db.session.get_one(Removal, removal_id, populate_existing=True).text_count == 1


def test_a_removal_that_is_taken_back_at_once_stops(moderator: Person, spammer: Person):
    question = make_question(author=spammer)
    with unit_of_work():
        removal = remove_content(actor_of(moderator), person_id=spammer.id, reason="Advertisements")
        restore_content(actor_of(moderator), removal_id=removal.id, reason="")
    run_until_idle()
    assert state_of(question) == [True]


def test_only_what_the_moderator_moderates_goes(moderator: Person, spammer: Person):
    inside = make_question(author=spammer, category=make_category(audience="staff"))
    remove(moderator, spammer)
    assert state_of(inside) == [True]


def test_the_person_is_told_once(app: Flask, moderator: Person, spammer: Person):
    for _ in range(3):
        make_question(author=spammer)
    remove(moderator, spammer)
    assert Browser(app).sign_in(spammer).get("/notifications").text.count("Advertisements") == 1


def test_who_may_and_when(moderator: Person, spammer: Person):
    cases = [
        (actor_of(spammer), moderator.id, "x", Forbidden), (actor_of(moderator), make_person(role="staff").id, "x", Forbidden),
        (actor_of(moderator), moderator.id, "x", Forbidden), (actor_of(moderator), spammer.id, " ", Invalid),
    ]  # fmt: skip
    for actor, person_id, reason, error in cases:
        with pytest.raises(error), unit_of_work():
            remove_content(actor, person_id=person_id, reason=reason)
    with unit_of_work():
        remove_content(actor_of(moderator), person_id=spammer.id, reason="x")
    with pytest.raises(Conflict), unit_of_work():
        remove_content(actor_of(moderator), person_id=spammer.id, reason="x")


def test_the_page_says_how_much_it_is_and_asks_why(app: Flask, moderator: Person, spammer: Person):
    make_question(author=spammer)
    browser = Browser(app).sign_in(moderator)
    browser.get(f"/moderation/people/{spammer.id}/remove-content")
    assert "1 thread" in browser.text()
    browser.get(f"/moderation/people/{spammer.id}/remove-content")
    browser.submit("/remove-content", {"reason": ""}, status=400)
    browser.submit("/remove-content", {"reason": "Advertisements"})
    assert db.session.query(Removal).one().reason == "Advertisements"
