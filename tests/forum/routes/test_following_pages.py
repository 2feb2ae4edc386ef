"""The button on the pages of tags and categories, and the page of all that somebody follows."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.uow import unit_of_work
from app.forum.services.following import follow
from app.pagecache.sharing import SharedPages
from tests.client import Browser
from tests.factories import actor_of, make_category, make_person, make_question
from tests.pagecache.installed import page_cache

JSON = {"Accept": "application/json", "X-Requested-With": "fetch"}
PLACES = ["/tags/c%2B%2B", "/c/water"]


@pytest.fixture(autouse=True)
def thread(app: Flask) -> int:
    """A question in both places; returns its number."""
    return make_question(title="It hums", category=make_category("water", name="Water"), tags=("c++",)).id


def button(browser: Browser) -> tuple[str, str]:
    """Whether the button of the page is pressed, and what it says."""
    assert browser.page is not None
    (found,) = browser.page.xpath("//main//form[@id='follow']//button")
    return found.get("aria-pressed"), found.text_content().strip()


@pytest.mark.parametrize("path", PLACES)
def test_members_follow_and_leave_without_a_script(app: Flask, path: str):
    browser = Browser(app).sign_in(make_person())
    browser.get(path)
    assert button(browser) == ("false", "Follow")
    for said, state in (("You will hear of new threads here.", ("true", "Following")), ("any more.", ("false", "Follow"))):
        answer = browser.submit(f"{path}/follow", {"value": browser.page.xpath("//form[@id='follow']//button/@value")[0]})
        assert answer.headers["Location"] == path
        browser.get(path)
        assert said in browser.text() and button(browser) == state


@pytest.mark.parametrize("path", PLACES)
def test_a_script_gets_the_state_and_what_is_odd_is_refused(app: Flask, path: str):
    browser = Browser(app).sign_in(make_person())
    browser.get(path)
    said = [browser.post(f"{path}/follow", data, 200, headers=JSON).json for data in ({}, {"value": "1"}, {"value": "0"})]
    assert said == [{"pressed": True}, {"pressed": True}, {"pressed": False}]
    browser.post(f"{path}/follow", {"value": "7"}, 400, headers=JSON)
    browser.post(f"{path}-unknown/follow", {"value": "1"}, 404, headers=JSON)
    assert browser.post(f"{path}/follow", {"value": "1", "next": "https://evil.example/"}).headers["Location"] == path


@pytest.mark.parametrize("path", PLACES)
def test_visitors_are_led_to_sign_in_and_back_to_the_button(app: Flask, path: str):
    browser = Browser(app)
    browser.get(path)
    assert browser.page is not None and not browser.page.xpath("//main//form[@id='follow']")
    (link,) = browser.page.xpath("//main//a[normalize-space()='Follow']/@href")
    browser.get(link)
    assert "press “Follow” once more" in browser.text()
    assert browser.page.xpath("//input[@name='next']/@value") == [f"{path}#follow"]


@pytest.mark.parametrize("role", ["member", "moderator"])
@pytest.mark.parametrize("path", PLACES)
def test_nobody_gets_the_state_of_another_from_a_page_that_is_shared(app: Flask, path: str, role: str):
    with page_cache(app, page_cache_mb=0):
        pages: SharedPages = app.extensions["shared_pages"]
        fan, other = (Browser(app).sign_in(make_person(role=role)) for _ in range(2))
        for browser in (fan, other):
            browser.get(path)
            assert button(browser) == ("false", "Follow")
        fan.post(f"{path}/follow", {"value": "1"}, 200, headers=JSON)
        for _ in range(2):
            for browser, state in ((fan, ("true", "Following")), (other, ("false", "Follow"))):
                browser.get(path)
                assert button(browser) == state
        fan.post(f"{path}/follow", {"value": "0"}, 200, headers=JSON)
        fan.get(path)
        assert button(fan) == ("false", "Follow")
        assert len(pages) == (1 if role == "member" else 0)


def test_who_follows_first_leaves_nothing_in_the_page_that_is_kept(app: Flask):
    """The page is made when a follower asks for it first."""
    with page_cache(app, page_cache_mb=0):
        fan, other = (Browser(app).sign_in(make_person()) for _ in range(2))
        for path in PLACES:
            fan.get("/")
            fan.post(f"{path}/follow", {"value": "1"}, 200, headers=JSON)
            for browser, state in ((fan, "true"), (other, "false"), (fan, "true")):
                browser.get(path)
                assert button(browser)[0] == state


def test_one_page_lists_all_that_is_followed_and_ends_it(app: Flask, thread: int):
    person = make_person()
    browser = Browser(app).sign_in(person)
    assert "You follow nothing yet" in browser.get("/settings/following").text
    for path in PLACES:
        browser.post(f"{path}/follow", {"value": "1"})
    with unit_of_work():
        follow(actor_of(person), thread_id=thread, value=1)
    page = browser.get("/settings/following")
    assert browser.page is not None and "noindex" in page.text
    assert browser.page.xpath("//main//ul[@class='plain-list']/li/a/text()") == ["Water", "c++", "It hums"]
    assert browser.page.xpath("//main//section/h2/text()") == ["Categories", "Tags", "Questions and discussions"]
    for action in (*PLACES, f"/threads/{thread}"):
        assert browser.submit(f"{action}/follow", {"value": "0"}).headers["Location"] == "/settings/following"
        browser.get("/settings/following")
    assert "You follow nothing yet" in browser.text()


def test_long_lists_of_threads_have_pages(app: Flask):
    person = make_person()
    browser = Browser(app).sign_in(person)
    browser.post("/c/water/follow", {"value": "1"})
    for thread_id in [make_question(title=f"Question {number} hums").id for number in range(31)]:
        with unit_of_work():
            follow(actor_of(person), thread_id=thread_id, value=1)
    browser.get("/settings/following")
    assert browser.page is not None and len(browser.page.xpath("//main//ul[@class='plain-list']/li")) == 31
    browser.get("/settings/following?page=2")
    assert browser.page.xpath("//main//ul[@class='plain-list']/li/a/text()") == ["Question 0 hums"]
    assert browser.client.get("/settings/following?page=3").status_code == 404


def test_visitors_have_no_such_page(app: Flask):
    assert Browser(app).client.get("/settings/following").headers["Location"].startswith("/login")
