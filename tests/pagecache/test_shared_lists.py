"""Lists that members share: what each would see alone, never anything of another, never older than the last change."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.notifications.models import Notification, NotificationKind
from app.pagecache.sharing import SharedPages
from tests.client import Browser
from tests.factories import make_category, make_person, make_thread
from tests.pagecache.test_sharing import alone, kept, pages, reader, shown

__all__ = ("pages",)
LISTS = (
    "/questions",
    "/questions?view=active&category=pumps&tag=pump",
    "/discussions",
    "/c/pumps",
    "/tags",
    "/tags?sort=name",
    "/tags/pump",
)


@pytest.fixture
def thread(app: Flask) -> Thread:
    return make_thread(make_person("ada"), "Why does the pump hum?", category=make_category("pumps"), tags=("pump",))


def test_every_member_sees_what_they_would_see_alone(app: Flask, pages: SharedPages, thread: Thread):
    author = Browser(app).sign_in(db.session.get_one(Person, thread.author_id))
    plain, warned = reader(app, "plain"), reader(app, "warned", warned_at=now())
    german = reader(app, "german", language="de")
    for path in LISTS:
        pages.clear()
        for browser, most in ((plain, 1), (author, 1), (warned, 2), (german, 3)):
            made = shown(browser, path)
            assert made == alone(app, browser, path) == shown(browser, path)
            assert len(pages) == most, path


def test_nothing_of_a_reader_is_kept(app: Flask, pages: SharedPages, thread: Thread):
    browser = reader(app, "canary", display_name="Canary Bird")
    token = browser.token()
    for path in LISTS:
        assert "Canary Bird" in browser.get(path).text
    whole = b"".join(part for page in kept(pages) for part in page.parts()).decode()
    assert len(pages) == len(LISTS) and "pump" in whole
    assert "anary" not in whole and token not in whole


def test_visitors_staff_and_who_is_told_something_get_lists_of_their_own(app: Flask, pages: SharedPages, thread: Thread):
    told = reader(app, "told")
    with told.client.session_transaction() as session:
        session["_flashes"] = [("message", "Only for you")]
    assert "Only for you" in told.get("/questions").text
    for browser in (Browser(app), reader(app, "worker", role="staff"), reader(app, "warden", role="moderator")):
        browser.get("/questions")
    assert not pages
    told.get("/questions?from=a-newsletter")
    told.get("/tags?q=pu")
    assert not pages
    assert "Only for you" not in told.get("/questions").text and len(pages) == 1


@pytest.mark.parametrize("audience", ["members", "staff"])
def test_lists_of_closed_categories_stay_with_their_readers(app: Flask, pages: SharedPages, audience: str):
    make_thread(make_person("ada"), "CANARY of an inner topic", category=make_category("inner", audience=audience))
    member, worker = reader(app, "member"), reader(app, "worker", role="staff")
    for _again in range(2):
        for path in ("/questions", "/c/inner"):
            assert "CANARY" in worker.get(path).text
            may = audience == "members" or path == "/questions"
            assert ("CANARY" in member.get(path, 200 if may else 404).text) == (audience == "members")
        assert "CANARY" not in Browser(app).get("/questions").text
        Browser(app).get("/c/inner", 404)
    whole = b"".join(part for page in kept(pages) for part in page.parts())
    assert (b"CANARY" in whole) == (audience == "members")


def test_a_change_a_suspension_and_a_new_role_count_at_once(app: Flask, pages: SharedPages, thread: Thread):
    person = make_person("reads")
    browser = Browser(app).sign_in(person)
    browser.get("/questions")
    with db.engine.connect() as another:  # as another process would
        another.execute(sa.update(Thread).where(Thread.id == thread.id).values(title="As it is now"))
        another.commit()
    assert "As it is now" in browser.get("/questions").text
    assert 'class="badge"' not in browser.get("/questions").text
    with unit_of_work():
        db.session.add(Notification(person_id=person.id, kind=NotificationKind.ANSWER, thread_id=thread.id))
    assert 'class="badge"' in browser.get("/questions").text
    for values, mark in (
        ({"warned_at": now()}, "flash-warning"),
        ({"role": "moderator", "warned_at": None}, "/moderation/queue"),
    ):
        assert mark not in browser.get("/questions").text
        with unit_of_work():
            db.session.execute(sa.update(Person).where(Person.id == person.id).values(**values))
        assert mark in browser.get("/questions").text


def test_a_list_costs_its_member_one_statement(app: Flask, pages: SharedPages, thread: Thread):
    browser, said = reader(app, "reads"), []
    browser.get("/questions")
    note = lambda _connection, _cursor, statement, *_more: said.append(statement)  # noqa: E731
    db.session.rollback()
    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        Browser.get(browser, "/questions")
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len([one for one in said if one.startswith("SELECT") and "page_change" not in one]) == 1, said
