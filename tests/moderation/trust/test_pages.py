"""What people read about trust: the table for everybody, their own progress, the level of a member, and what a profile shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.trust import ABILITIES, BOUNDS, Bound, Level, Record, TrustTable, make_table
from app.moderation.models import LogEntry
from app.moderation.trust.showing import days_in_words, list_levels, list_staff_only, progress_of, steps_of
from app.notifications.models import Notification
from tests.asserts import count_queries
from tests.client import Browser
from tests.factories import accept, make_answer, make_person, make_question


def test_the_public_page_says_every_bound_and_ability_of_the_table(browser: Browser):
    text = browser.get("/trust").text
    for level in Level:
        assert f">{level.label}</h2>" in text
    for _level, words in ABILITIES.values():
        assert words.replace("'", "&#39;") in text
    for bound in BOUNDS.values():
        assert f"<li>{bound.texts:,} texts that everybody can see</li>" in text
    assert "/settings/trust" not in text


def test_the_words_follow_the_settings():
    table = make_table("show_website=never post_images=new", "regular.days=60 member.upheld=0")
    levels = list_levels(table)
    assert levels[0].brings == ("show images",) and "60 days since you joined" in levels[2].takes
    assert list_staff_only(table) == ("link to your website from your profile",)
    assert levels[1].takes[-1].startswith("no reports against your texts")


@pytest.mark.parametrize(
    ("days", "words"), [(1, "1 day"), (0.5, "12 hours"), (1.5, "36 hours"), (30, "30 days"), (2.9, "2 days"), (1 / 24, "1 hour")]
)
def test_times_in_words(days: float, words: str):
    assert days_in_words(days) == words


def test_progress_says_what_is_missing_for_the_next_level():
    record = Record(age=timedelta(days=40), texts=19, accepted=1, confirmed=2, upheld=2)
    progress = progress_of(record, Level.MEMBER, TrustTable())
    assert progress.next is not None and progress.next.level is Level.REGULAR
    assert [(step.label, step.have, step.need, step.is_met) for step in progress.next.steps] == [
        ("Time here", "40 days", "30 days", True), ("Visible texts", "19", "20", False),
        ("Answers that helped", "3", "3", True), ("Texts rightly reported", "2", "1", False),
        ("Warnings and worse", "0", "0", True),
    ]  # fmt: skip
    best = Record(age=timedelta(days=400), texts=99, accepted=99)
    assert progress_of(best, Level.TRUSTED, TrustTable()).next is None


def test_what_a_level_does_not_ask_for_is_left_out_but_limits_are_not():
    assert [step.label for step in steps_of(Record(), Bound(texts=1))] == [
        "Visible texts", "Texts rightly reported", "Warnings and worse",
    ]  # fmt: skip


def test_people_see_their_own_progress_in_few_statements(browser: Browser):
    browser.sign_in(make_person(level=1))
    with count_queries() as statements:
        text = browser.get("/settings/trust").text
    assert "You are <b>Member</b>" in text and "What Member takes by itself" in text and "show images" in text
    assert len(statements) <= 14
    newcomer = Browser(browser.app).sign_in(make_person())
    assert "What is next: Member" in newcomer.get("/settings/trust").text
    assert "look after this community" in Browser(browser.app).sign_in(make_person(role="staff")).get("/settings/trust").text


def test_staff_pin_a_level_with_a_reason_that_its_owner_reads_and_a_moderator_undoes(app: Flask):
    person, path = make_person("rita"), "/moderation/people/{}/level"
    browser = Browser(app).sign_in(make_person(role="staff"))
    path = path.format(person.id)
    assert "rita" in browser.get(path).text.lower()
    browser.post(path, {"decision": "pin", "level": "2", "days": "30", "reason": "Wrote our <manual>"})
    assert db.session.scalar(sa.select(Person.level).where(Person.id == person.id)) == 2
    own = Browser(app).sign_in(person).get("/settings/trust").text
    assert "You are <b>Regular</b>" in own and "Wrote our &lt;manual&gt;" in own
    entry = db.session.scalars(sa.select(LogEntry)).one()
    assert (entry.action, entry.person_id, entry.reason) == ("level_pin", person.id, "Wrote our <manual>")
    moderator = Browser(app).sign_in(make_person(role="moderator"))
    assert "Level pinned" in moderator.get("/moderation/log").text
    moderator.post(f"/moderation/log/{entry.id}/undo", {"reason": "A mistake"})
    db.session.expire_all()
    assert db.session.scalar(sa.select(Person.level).where(Person.id == person.id)) == 0


def test_a_lowered_level_is_told_with_its_reason(app: Flask):
    person = make_person(level=1, created_at=now() - timedelta(days=9))
    browser = Browser(app).sign_in(make_person(role="moderator"))
    browser.post(f"/moderation/people/{person.id}/level", {"decision": "lower", "level": "0", "days": "7", "reason": "Quarrels"})
    line = db.session.scalars(sa.select(Notification).where(Notification.person_id == person.id)).one()
    assert "“New”" in line.text and "Quarrels" in line.text and line.path == "/settings/trust"


def test_a_refused_form_keeps_what_was_typed(app: Flask):
    person = make_person()
    browser = Browser(app).sign_in(make_person(role="moderator"))
    path = f"/moderation/people/{person.id}/level"
    text = browser.post(path, {"decision": "", "level": "2", "days": "90", "reason": "Because of him"}, 400).text
    assert "Because of him" in text and '<option selected value="2">' in text and '<option selected value="90">' in text
    assert "Nobody has set this level by hand" in browser.post(path, {"decision": "free", "reason": "So"}, 409).text


@pytest.mark.parametrize(("role", "status"), [("member", 404), ("moderator", 200), ("staff", 200)])
def test_the_page_of_a_level_is_for_staff_and_moderators(app: Flask, role: str, status: int):
    person = make_person()
    Browser(app).sign_in(make_person(role=role)).get(f"/moderation/people/{person.id}/level", status)


def test_nobody_decides_about_people_who_work_here(app: Flask):
    other = make_person(role="staff")
    Browser(app).sign_in(make_person(role="moderator")).get(f"/moderation/people/{other.id}/level", 403)


def test_profiles_of_new_people_are_not_indexed_and_lead_nowhere(app: Flask, browser: Browser):
    site = "https://lamps.example"
    new, known = make_person("nina", website=site), make_person("kim", website=site, level=1)
    for person in (new, known):
        accept(make_answer(make_question(), person))
    page = browser.get("/people/nina").text
    assert "noindex" in page and site not in page
    page = browser.get("/people/kim").text
    assert "noindex" not in page and site in page and ">Member</a>" in page
    assert site in Browser(app).sign_in(new).get("/people/nina").text
