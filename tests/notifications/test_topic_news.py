"""Who follows a tag or category hears of each new thread there, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.events import PeopleMentioned
from app.forum.models import Category, CategoryFollow, Tag, TagFollow, Thread
from app.forum.services.approving import approve_thread, hold_thread
from app.forum.services.asking import start_thread
from app.forum.services.retitling import improve_title
from app.forum.services.splitting import split_thread
from app.jobs.models import Job
from app.jobs.worker import run_until_idle
from app.notifications import topic_news
from app.notifications.models import Notification, NotificationKind
from app.notifications.queries import list_notifications
from app.notifications.services.preferences import choose_mails
from app.notifications.topic_news import STARTED_JOB, started_job
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_category, make_person, make_question, opening_of
from tests.forum.services.acting import do, text
from tests.mailbox import collect, html_of, text_of
from tests.notifications.happenings import tell

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def water(app: Flask) -> Iterator[Category]:
    """A category; there are the tags pump and hose."""
    with unit_of_work():
        db.session.add_all([Tag(name="pump"), Tag(name="hose")])
    return make_category("water", name="Water & more")


def follow_tag(person: Person, *names: str) -> None:
    with unit_of_work():
        for tag_id in db.session.scalars(sa.select(Tag.id).where(Tag.name.in_(names))).all():
            db.session.add(TagFollow(tag_id=tag_id, person_id=person.id))


def follow_category(person: Person, category: Category) -> None:
    with unit_of_work():
        db.session.add(CategoryFollow(category_id=category.id, person_id=person.id))


def ask(who: Person, category: Category, **values: Any) -> Thread:
    given = {"kind": "question", "title": "The pump <hums> again", "body": text("No water at all."), "tags": ["pump", "hose"]}
    thread: Thread = do(start_thread, who, category_id=category.id, **{**given, **values})
    return thread


def lines(person: Person) -> list[tuple[str, str]]:
    """The kinds of a person's lines, newest first, and what they say."""
    rows = list_notifications(actor_of(person)).items
    return [(row.kind, row.said(row.title)) for row in rows]


def test_followers_hear_of_a_question_and_a_discussion_by_what_they_follow(water: Category):
    asker, by_tag, by_category, other = (make_person() for _ in range(4))
    follow_tag(by_tag, "hose"), follow_category(by_category, water), follow_category(other, make_category())
    ask(asker, water)
    ask(asker, water, kind="discussion", title="Which pump do you like?", tags=[])
    run_until_idle()
    assert lines(by_tag) == [("started", "New question in #hose: The pump <hums> again")]
    assert lines(by_category) == [
        ("started", "New discussion in Water & more: Which pump do you like?"),
        ("started", "New question in Water & more: The pump <hums> again"),
    ]
    assert lines(other) == lines(asker) == []


def test_nobody_is_told_twice_nor_of_their_own(app: Flask, water: Category):
    asker, fan = make_person(), make_person()
    for person in (asker, fan):
        follow_tag(person, "pump", "hose"), follow_category(person, water)
    thread = ask(asker, water)
    run_until_idle()
    for _ in range(2):
        started_job([{"thread_id": thread.id}])
    assert lines(fan) == [("started", "New question in #pump: The pump <hums> again")]
    Browser(app).sign_in(fan).post("/notifications/read", {})
    started_job([{"thread_id": thread.id}])
    assert len(lines(fan)) == 1 and lines(asker) == []


def test_who_is_mentioned_hears_of_that_alone_but_may_be_mentioned_later(water: Category):
    asker, named, fan = make_person(), make_person(), make_person()
    follow_tag(named, "pump"), follow_tag(fan, "pump")
    thread = ask(asker, water, mentions=[named.id])
    run_until_idle()
    assert [kind for kind, _said in lines(named)] == ["mention"]
    tell(PeopleMentioned(thread.id, opening_of(thread).id, None, asker.id, (fan.id,)))
    assert [kind for kind, _said in lines(fan)] == ["mention", "started"]


def test_nobody_hears_of_what_they_may_not_read(water: Category):
    inner, member, staff = make_category(audience="staff"), make_person(), make_person(role="staff")
    for person in (member, staff):
        follow_tag(person, "pump"), follow_category(person, inner)
    ask(make_person(role="staff"), inner)
    run_until_idle()
    assert lines(member) == [] and len(lines(staff)) == 1


def test_what_waits_is_told_of_when_it_is_approved_and_only_then():
    water, moderator, fan = make_category(needs_approval=True), make_person(role="moderator"), make_person()
    watching = make_person(role="moderator")
    for person in (fan, watching):
        follow_category(person, water)
    thread = ask(make_person(), water)
    run_until_idle()
    assert lines(fan) == lines(watching) == []
    do(approve_thread, moderator, thread_id=thread.id)
    run_until_idle()
    do(hold_thread, moderator, thread_id=thread.id)
    do(approve_thread, moderator, thread_id=thread.id)
    run_until_idle()
    assert len(lines(fan)) == len(lines(watching)) == 1


@pytest.mark.parametrize("field", ["held_at", "hidden_at"])
def test_what_is_out_of_sight_again_before_the_job_ran_is_not_told_of(water: Category, field: str):
    moderator = make_person(role="moderator")  # who may see it
    follow_category(moderator, water)
    thread = ask(make_person(), water)
    with unit_of_work():
        db.session.execute(sa.update(Thread).where(Thread.id == thread.id).values({field: now()}))
    run_until_idle()
    assert "started" not in [kind for kind, _said in lines(moderator)]


def test_a_thread_that_is_gone_tells_nobody():
    started_job([{"thread_id": 4711}])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Notification)) == 0


def test_new_tags_and_split_threads_are_no_news(water: Category):
    moderator, fan, thread = make_person(role="moderator"), make_person(), make_question(category=water)
    follow_tag(fan, "pump"), follow_category(fan, water)
    do(improve_title, moderator, thread_id=thread.id, title="The pump hums loudly", tags=["pump"], reason="Clearer")
    answer = make_answer(thread)
    do(
        split_thread, moderator, thread_id=thread.id, post_ids=[answer.id], title="Another pump hums", kind="question",
        category_id=water.id, reason="Another problem",
    )  # fmt: skip
    run_until_idle()
    assert lines(fan) == []


def test_thousands_are_told_batch_by_batch_in_few_statements(water: Category, monkeypatch: pytest.MonkeyPatch):
    people = [make_person() for _ in range(7)]
    for person in people:
        follow_tag(person, "pump"), follow_category(person, water)
    thread = ask(make_person(), water)
    monkeypatch.setattr(topic_news, "BATCH", 3)
    started_job([{"thread_id": thread.id}])
    assert [len(lines(person)) for person in people] == [1] * 7
    with unit_of_work():
        db.session.execute(sa.delete(Notification))
    monkeypatch.setattr(topic_news, "BATCH", 100)
    with assert_queries(at_most=12):
        started_job([{"thread_id": thread.id}])


def test_the_asker_waits_for_one_row_of_the_queue(water: Category):
    thread = ask(make_person(), water)
    assert db.session.scalars(sa.select(Job.dedupe_key).where(Job.kind == STARTED_JOB)).all() == [f"{STARTED_JOB}:{thread.id}"]


def test_mails_are_for_those_who_ask_for_them(app: Flask, water: Category):
    asker, fan, silent = make_person(display_name="Ada"), make_person("fan"), make_person()
    for person in (fan, silent):
        follow_tag(person, "pump")
    with unit_of_work():
        choose_mails(actor_of(fan), wanted=[NotificationKind.STARTED])
    ask(asker, water)
    (mail,) = collect(app)
    assert (mail["To"], mail["Subject"]) == ("fan@example.com", "The pump <hums> again")
    assert "New question in #pump:" in text_of(mail) and "No water at all." in text_of(mail)
    assert "The pump &lt;hums&gt; again</a>" in html_of(mail)
    unsubscribe = str(mail["List-Unsubscribe"]).strip("<>").removeprefix("http://community.test")
    assert app.test_client().post(unsubscribe).status_code == 200
    ask(asker, water, title="The pump hums once more", body=text("Still none."))
    assert len(collect(app)) == 1 and len(lines(fan)) == 2 == len(lines(silent))


def test_the_line_leads_to_the_question(app: Flask, water: Category):
    fan = make_person()
    follow_category(fan, water)
    thread = ask(make_person(), water)
    run_until_idle()
    browser = Browser(app).sign_in(fan)
    page = browser.get("/notifications").text
    assert "New question in Water &amp; more: <a href=" in page and "The pump &lt;hums&gt; again</a>" in page
    assert browser.page is not None
    (link,) = browser.page.xpath("//ul[@class='notes']//a/@href")
    assert browser.client.get(link).headers["Location"] == f"/posts/{opening_of(thread).id}"
