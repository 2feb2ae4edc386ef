"""Reported people in the inbox, and what reporters read of their reports."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.moderation.flags.flagging import flag_person, flag_post
from app.moderation.flags.mine import list_my_reports
from app.moderation.flags.resolving import resolve_post_flags
from app.moderation.inbox.deciding import decide_item
from app.moderation.inbox.sources.people import REPORTED_PEOPLE, count_reported_people, list_reported_people
from app.moderation.models import Flag
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_category, make_person, make_question, opening_of


@pytest.fixture
def moderator(app: Flask):
    return actor_of(make_person("mo", role="moderator"))


def report_person(person, *reasons: str) -> None:
    for reason in reasons:
        reporter = actor_of(make_person())
        with unit_of_work():
            flag_person(reporter, person_id=person.id, reason=reason, note="Only advertises")


def test_reported_people_stand_in_the_inbox_with_their_profile_and_their_reports(app: Flask, moderator):
    person = make_person("Shop", about_html="<p>Cheap pumps</p>", website="https://shop.example")
    report_person(person, "spam", "rude")
    (item,) = list_reported_people(moderator, 10)
    assert (item.kind, item.id, item.summary) == ("reported-person", person.id, "Spam or advertising, Rude or hurtful")
    detail = REPORTED_PEOPLE.show(moderator, item)
    assert "Cheap pumps" in detail.html and len(detail.voices) == 2 and ("Website", "https://shop.example") in detail.facts
    assert count_reported_people(moderator) == 1
    member = actor_of(make_person())
    assert not list_reported_people(member, 10) and not count_reported_people(member)


def test_the_inbox_decides_about_reported_people(app: Flask, moderator):
    person = make_person()
    report_person(person, "spam", "spam")
    with unit_of_work():
        done = decide_item(moderator, f"reported-person-{person.id}", "decline", reason="An honest shop")
    assert done.entry_id is not None and set(db.session.scalars(sa.select(Flag.state))) == {"declined"}
    assert not list_reported_people(moderator, 10)


def test_my_reports_say_what_came_of_each_in_one_statement(app: Flask, moderator):
    reporter, answer = actor_of(make_person()), make_answer(make_question(title="Why is my greenhouse cold?"))
    question, shop = make_question(title="How do I bleed a pump?"), make_person("Shop")
    with unit_of_work():
        flag_post(reporter, post_id=answer.id, reason="spam", note="Look at the link")
        flag_post(reporter, post_id=opening_of(question).id, reason="off_topic")
        flag_person(reporter, person_id=shop.id, reason="spam")
    with unit_of_work():
        resolve_post_flags(moderator, post_id=answer.id, is_upheld=True, note="Advertising")
    with assert_queries(1):
        person, waiting, right = list_my_reports(reporter).items
    assert (right.what, right.title, right.path) == ("Answer to", "Why is my greenhouse cold?", ""), "hidden by now"
    assert right.result == "You were right." and right.answer == "Advertising" and right.note == "Look at the link"
    assert waiting.result == "A moderator will look at it." and waiting.path and person.title == "Shop"


def test_the_page_of_my_reports_and_the_form_work(app: Flask):
    person, answer = make_person("Shop"), make_answer(make_question(title="Why is my greenhouse cold?"))
    browser = Browser(app).sign_in(make_person("rita"))
    browser.get("/settings/reports")
    assert "You have reported nothing yet" in browser.text()
    browser.get(f"/people/{person.id}/flag")
    browser.submit(f"/people/{person.id}/flag", {"reason": "spam"})
    browser.get(f"/posts/{answer.id}/flag")
    browser.submit(f"/posts/{answer.id}/flag", {"reason": "wrong"})
    browser.get("/settings/reports")
    assert "Shop" in browser.text() and "Why is my greenhouse cold?" in browser.text() and "Wrong or dangerous" in browser.text()
    assert Browser(app).get("/settings/reports", status=302).location.startswith("/login")


def test_asked_before_asks_for_the_other_question_and_keeps_what_was_typed(app: Flask):
    older, newer = make_question(), make_question()
    path = f"/posts/{opening_of(newer).id}/flag"
    browser = Browser(app).sign_in(make_person())
    browser.get(path)
    typed = {"reason": "duplicate", "original": "that other one", "note": "Same pump"}
    page = browser.submit(path, typed, status=400).text
    assert "that other one" in page and "Same pump" in page and "paste the address" in page
    browser.submit(path, {**typed, "original": f"/questions/{older.id}/some-words"})
    assert db.session.scalars(sa.select(Flag.original_id)).one() == older.id


def test_a_thread_that_moved_out_of_a_reporters_sight_is_not_named_to_them(app: Flask):
    staff_only = make_category(audience="staff")
    reporter, answer = actor_of(make_person()), make_answer(make_question(title="Secret plans of the greenhouse"))
    with unit_of_work():
        flag_post(reporter, post_id=answer.id, reason="spam")
    with unit_of_work():
        db.session.get_one(Thread, answer.thread_id).category_id = staff_only.id
    (row,) = list_my_reports(reporter).items
    assert "Secret" not in row.title and not row.path
