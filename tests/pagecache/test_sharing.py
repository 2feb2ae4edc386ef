"""Pages that readers share: the same as a page of one's own, never anything of another's, never older than the last change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.records import replace
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.forum.routes import thread_page as route
from app.pagecache.sharing import SharedPage, SharedPages, common_reader
from app.web.pieces import TOKEN_PLACE, cut, for_many, form_token, personal
from tests.client import Browser
from tests.factories import make_answer, make_category, make_person, make_thread, opening_of
from tests.pagecache.installed import page_cache
from tests.pagecache.test_never_stale import COMPUTED, differing

# A token is another one on every page.
VARYING = re.compile(r'(name="csrf_token" value|name="csrf-token" content)="[^"]*"|\s+')


@pytest.fixture
def pages(app: Flask) -> Iterator[SharedPages]:
    """The shared pages of the application of the tests, without the cache in front of it."""
    with page_cache(app, page_cache_mb=0):
        yield app.extensions["shared_pages"]


@pytest.fixture
def thread(app: Flask) -> Thread:
    ada = make_person("ada")
    made = make_thread(ada, "Why does the pump hum?", tags=("pump",))
    for number in range(3):
        make_answer(made, make_person(f"helper{number}"), text=f"Prime it {number} times.")
    return made


def reader(app: Flask, name: str = "", **values: Any) -> Browser:
    return Browser(app).sign_in(make_person(name, **values))


def shown(browser: Browser, path: str) -> str:
    return VARYING.sub(" ", COMPUTED.sub("", browser.get(path).text))


def alone(app: Flask, browser: Browser, path: str) -> str:
    """Return the page as it is made for the reader alone."""
    pages = app.extensions.pop("shared_pages")
    try:
        return shown(browser, path)
    finally:
        app.extensions["shared_pages"] = pages


def kept(pages: SharedPages) -> list[SharedPage]:
    return list(pages._store._pages.values())


def hold(post: Post, field: str = "held_at") -> None:
    with unit_of_work():
        db.session.execute(sa.update(Post).where(Post.id == post.id).values({field: now()}))


def test_a_page_for_many_is_taken_apart_where_something_is_personal(app: Flask):
    with app.test_request_context():
        with for_many():
            page = f"<p>{personal('name', lambda who: f'<b>{who}</b>', 'nobody')}</p>{form_token()}|{form_token()}"
        parts, places = cut(page)
        assert (parts, places) == (["<p>", "<b>nobody</b>", "</p>", "", "|", "", ""], {"name": [1], TOKEN_PLACE: [3, 5]})
        assert personal("name", lambda who: who, "ada") == "ada"


def test_a_place_inside_another_one_or_a_real_token_is_an_error(app: Flask):
    with app.test_request_context():
        with for_many():
            page = str(personal("outer", lambda: personal("inner", lambda: "text")))
        for wrong in (page, f"<p>{form_token()}</p>"):
            with pytest.raises(RuntimeError):
                cut(wrong)


def test_whoever_reads_for_many_may_do_the_same_and_is_nobody():
    actor = Actor(id=7, name="ada", display_name="Ada", trust=9, is_muted=True)
    reading = common_reader(actor)
    assert (reading.is_authenticated, reading.id, reading.name, reading.display_name, reading.trust) == (True, 0, "", "", 0)
    assert replace(reading, id=7, name="ada", display_name="Ada", trust=9) == actor


def test_everybody_sees_what_they_would_see_alone(app: Flask, pages: SharedPages, thread: Thread):
    first = opening_of(thread)
    voter, plain = reader(app, "voter"), reader(app, "plain")
    voter.post(f"/posts/{first.id}/vote", {"value": "1"})
    voter.post(f"/threads/{thread.id}/me-too", {"value": "1"})
    voter.post(f"/threads/{thread.id}/follow", {"value": "1"})
    assert "flash-success" in shown(voter, thread.path) and not pages  # what is said once stands on a page of one's own
    for browser, most in (
        (plain, 1),
        (voter, 1),
        (reader(app, "muted", muted_until=now().replace(year=2999)), 2),
        (Browser(app), 3),
    ):
        made = shown(browser, thread.path)
        assert not differing(made.replace("<", "\n<"), alone(app, browser, thread.path).replace("<", "\n<"))
        assert made == shown(browser, thread.path)
        assert len(pages) == most
    assert 'aria-pressed="true"' in voter.client.get(thread.path).text
    assert 'aria-pressed="true"' not in plain.client.get(thread.path).text


def test_nothing_of_a_reader_is_kept(app: Flask, pages: SharedPages, thread: Thread):
    browser = reader(app, "canary", display_name="Canary Bird")
    for path in (thread.path, f"{thread.path}?sort=newest", f"{thread.path}?utm_source=canary"):
        page = browser.get(path).text
        assert "Canary Bird" in page
    token = browser.token()
    whole = b"".join(part for page in kept(pages) for part in page.parts()).decode()
    assert len(pages) == 2 and "Prime it" in whole
    assert "anary" not in whole and token not in whole


@pytest.mark.parametrize("field", ["held_at", "hidden_at"])
def test_what_others_must_not_see_is_in_no_shared_page(app: Flask, pages: SharedPages, thread: Thread, field: str):
    author, moderator, other = make_person("author"), make_person("warden", role="moderator"), reader(app, "other")
    hold(make_answer(thread, author, text="CANARY of a text that waits"), field)
    theirs, moderators = Browser(app).sign_in(author), Browser(app).sign_in(moderator)
    for browser in (theirs, moderators, other, theirs, moderators, other, Browser(app)):
        sees = "CANARY" in browser.get(thread.path).text
        assert sees == (browser is moderators or (browser is theirs and field == "held_at"))
    assert len(pages) == 2
    assert b"CANARY" not in b"".join(part for page in kept(pages) for part in page.parts())


def test_a_question_that_waits_is_named_to_its_author_alone_where_it_was_asked_again(
    app: Flask, pages: SharedPages, thread: Thread
):
    author, other = make_person("author"), reader(app, "other")
    waiting = make_thread(author, "CANARY of a question that waits")
    with unit_of_work():
        db.session.execute(sa.update(Thread).where(Thread.id == thread.id).values(duplicate_of_id=waiting.id))
        db.session.execute(sa.update(Thread).where(Thread.id == waiting.id).values(held_at=now()))
    assert "CANARY" in Browser(app).sign_in(author).get(thread.path).text
    assert "CANARY" not in other.get(thread.path).text
    assert b"CANARY" not in b"".join(part for page in kept(pages) for part in page.parts())


@pytest.mark.parametrize("audience", ["members", "staff"])
def test_pages_of_closed_categories_stay_with_their_readers(app: Flask, pages: SharedPages, audience: str):
    inner = make_thread(make_person("ada"), "CANARY of an inner topic", category=make_category("inner", audience=audience))
    member, worker = reader(app, "member"), reader(app, "worker", role="staff")
    for _again in range(2):
        worker.get(inner.path)
        member.get(inner.path, 200 if audience == "members" else 404)
        Browser(app).get(inner.path, 404)
    assert len(pages) == (1 if audience == "members" else 0)


def test_who_wrote_something_on_a_page_does_not_share_it(app: Flask, pages: SharedPages, thread: Thread):
    helper, other = make_person("wrote"), reader(app, "other")
    make_answer(thread, helper, text="Mine to edit.")
    other.get(thread.path)
    page = Browser(app).sign_in(helper).get(thread.path).text
    assert "/edit" in page and "/edit" not in other.get(thread.path).text


def test_a_message_a_draft_and_a_word_stand_on_pages_of_ones_own(app: Flask, pages: SharedPages, thread: Thread):
    browser = reader(app, "busy")
    browser.get(thread.path)
    browser.post(f"/drafts/answer:{thread.id}", {"body": "Half an answer"})
    assert "Half an answer" in browser.get(thread.path).text
    assert b"Half an answer" not in b"".join(part for page in kept(pages) for part in page.parts())
    other = reader(app, "told")
    with other.client.session_transaction() as session:
        session["_flashes"] = [("message", "Only for you")]
    assert "Only for you" in other.get(thread.path).text
    assert "Only for you" not in other.get(thread.path).text


def test_a_change_by_anybody_is_seen_at_once(app: Flask, pages: SharedPages, thread: Thread):
    browser, answer = reader(app, "reads"), make_answer(thread, make_person("late"), text="As it was.")
    assert "As it was." in browser.get(thread.path).text
    with db.engine.connect() as another:  # as another process would
        another.execute(sa.update(Post).where(Post.id == answer.id).values(body_html="<p>As it is.</p>"))
        another.commit()
    assert "As it is." in browser.get(thread.path).text
    with unit_of_work():
        db.session.execute(sa.update(Thread).where(Thread.id == thread.id).values(title="Another title"))
    assert "Another title" in browser.get(thread.path).text


def test_a_change_while_a_page_is_made_ends_it(app: Flask, pages: SharedPages, thread: Thread, monkeypatch: pytest.MonkeyPatch):
    browser, make = reader(app, "reads"), route.load_thread_page
    title = iter(("Second title", "Third title"))

    def load(*arguments: Any) -> Any:
        found = make(*arguments)
        if (new := next(title, None)) is not None:
            with db.engine.connect() as another:
                another.execute(sa.update(Thread).where(Thread.id == thread.id).values(title=new))
                another.commit()
        return found

    monkeypatch.setattr(route, "load_thread_page", load)
    for _again in range(2):
        browser.get(thread.path)
    assert "Third title" in browser.get(thread.path).text
    assert "Third title" in browser.get(thread.path).text


def test_a_signed_in_page_costs_two_statements(app: Flask, pages: SharedPages, thread: Thread):
    browser, said = reader(app, "reads"), []
    browser.get(thread.path)

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    db.session.rollback()
    path = thread.path
    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        Browser.get(browser, path)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len([one for one in said if one.startswith("SELECT") and "page_change" not in one]) == 2, said


def test_kept_pages_leave_when_there_is_no_room(app: Flask, pages: SharedPages, thread: Thread):
    browser = reader(app, "reads")
    browser.get(thread.path)
    pages._store._most = kept(pages)[0].size * 3 // 2
    for sort in ("newest", "oldest"):
        browser.get(f"{thread.path}?sort={sort}")
    assert len(pages) <= 1 and pages._store.bytes <= pages._store._most
