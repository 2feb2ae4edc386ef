"""The list beside an item: which one it is, that addresses keep the place in it, and where "next" and "undo" lead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.desk.jobs import tick_job
from app.desk.models import DeskItem
from app.desk.queries import queue
from app.desk.services.taking import take_thread
from app.desk.urls import DESK, desk_path, item_path
from app.forum.models import Thread
from tests.asserts import count_queries
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_category, make_person, make_question

STARTED = timedelta(days=30)


def on_desk(*titles: str, **values: Any) -> list[Thread]:
    """Questions in the order in which they are due."""
    made = [
        make_question(title=title, created_at=now() - STARTED + timedelta(days=day), **values) for day, title in enumerate(titles)
    ]
    tick_job([])
    return made


def beside(browser: Browser) -> list[tuple[str, str, bool]]:
    """The rows of the list: title, address, and whether it is the one that is open."""
    assert browser.page is not None
    links = browser.page.xpath("//ul[contains(@class,'inbox-list')]//a")
    return [(link.xpath("string(b)"), link.get("href"), link.get("aria-current") == "true") for link in links]


def test_the_queue_stands_beside_the_question_with_state_due_date_and_holder(
    browser: Browser, staff: Person, colleague: Person
) -> None:
    first, second = on_desk("The first one", "The second one")
    with unit_of_work():
        until = take_thread(actor_of(colleague), thread_id=second.id).taken_until
    browser.sign_in(staff).get(item_path(first.id))
    assert beside(browser) == [
        ("The first one", f"{item_path(first.id)}#item", True), ("The second one", f"{item_path(second.id)}#item", False),
    ]  # fmt: skip
    assert browser.page is not None and until is not None
    row = browser.page.xpath("//ul[contains(@class,'inbox-list')]/li")[1].text_content()
    assert "New" in row and "Overdue" in row and f"Jonas Staff has it until {until:%H:%M}" in row


def test_view_filter_and_page_go_along_from_the_list_and_back(
    browser: Browser, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PER_PAGE", 2)
    category = make_category()
    on_desk("Elsewhere")
    on_desk("One", "Two", "Three", category=category)
    place: dict[str, Any] = {"view": "open", "category": category.id, "page": 2}
    browser.sign_in(staff).get(desk_path(**place))
    assert browser.page is not None
    (path,) = browser.page.xpath("//ul[contains(@class,'desk-rows')]//h2/a/@href")
    browser.get(path)
    assert [title for title, _path, _is_current in beside(browser)] == ["Three"]
    links = browser.page.xpath("//a/@href")
    assert desk_path(**place) in links, "the way back"
    assert path.replace("&page=2", "") in links, "the page before, with this question open"
    assert all(action.endswith("page=2#answer") for action in browser.page.xpath("//form[contains(@action,'/answer')]/@action"))
    assert set(browser.page.xpath("//aside//input[@name='next']/@value")) == {path}


def test_helpers_of_the_form_and_refusals_keep_the_list(browser: Browser, staff: Person) -> None:
    (thread,) = on_desk("Alone")
    browser.sign_in(staff).get(item_path(thread.id, view="open"))
    for values, status in (({"do": "find", "find": "pump"}, 200), ({"do": "post", "body": ""}, 400)):
        shown = browser.post(item_path(thread.id, "answer", view="open"), values, status=status)
        assert f'<a href="{item_path(thread.id, view="open")}#item" aria-current="true">' in shown.text, values


def test_a_page_that_is_gone_gives_way_to_the_first_and_other_nonsense_is_not_found(browser: Browser, staff: Person) -> None:
    (thread,) = on_desk("Alone")
    browser.sign_in(staff).get(item_path(thread.id, page=7))
    assert [title for title, _path, _is_current in beside(browser)] == ["Alone"]
    nonsense: tuple[dict[str, Any], ...] = ({"view": "nothing"}, {"page": "x"})
    for words in nonsense:
        browser.get(item_path(thread.id, **words), status=404)


def test_letters_work_without_a_list_and_once_beside_one(browser: Browser, staff: Person) -> None:
    (thread,) = on_desk("Alone")
    cases: tuple[tuple[dict[str, Any], str], ...] = (({}, "inbox-list"), ({"view": "taken"}, "row desk-actions"))
    for place, classes in cases:
        browser.sign_in(staff).get(item_path(thread.id, **place))
        assert browser.page is not None and browser.page.xpath("//*[@data-queue]/@class") == [classes]


def test_next_goes_down_the_list_it_was_opened_from_and_over_its_pages(
    browser: Browser, staff: Person, colleague: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PER_PAGE", 2)
    category = make_category()
    one, two, three, four = on_desk("One", "Two", "Three", "Four", category=category)
    on_desk("Elsewhere")
    with unit_of_work():
        for thread in (two, three):
            take_thread(actor_of(colleague), thread_id=thread.id)
    browser.sign_in(staff)
    place: dict[str, Any] = {"view": "open", "category": category.id}
    led = browser.get(item_path(one.id, "next", **place), status=302).location
    assert led == item_path(four.id, **place, page=2)
    assert browser.get(item_path(four.id, "next", **place, page=2), status=302).location == desk_path(**place)
    browser.get(DESK)
    assert "That was the last question" in browser.text()


def test_posting_leads_to_what_stood_after_the_question_not_to_the_top(browser: Browser, staff: Person) -> None:
    first, second, third = on_desk("The first one", "The second one", "The third one")
    browser.sign_in(staff).get(item_path(second.id))
    led = browser.submit("/answer", {"do": "next", "body": "Replace it."}).location
    assert led == f"{item_path(second.id, 'next', then=third.id)}#item"
    assert browser.get(led, status=302).location == item_path(third.id)
    browser.get(item_path(third.id))
    assert "Your answer to “The second one” is posted." in browser.text()
    make_answer(third)
    tick_job([])
    assert browser.get(item_path(second.id, "next", then=999), status=302).location == item_path(first.id)


def test_taking_and_giving_back_are_undone_from_the_toast_and_lead_back_here(app: Flask, browser: Browser, staff: Person) -> None:
    (thread,) = on_desk("Alone")
    here = item_path(thread.id, view="open")
    browser.sign_in(staff).get(here)
    for words, is_taken in (("/take", True), ("/release", False), ("/take", True)):
        assert browser.submit(words, {}).location == here
        assert (db.session.get_one(DeskItem, thread.id).taken_by_id == staff.id) is is_taken
        browser.get(here)
        assert browser.page is not None
        undo = "/release" if is_taken else "/take"
        assert browser.page.xpath("//div[contains(@class,'toast')]//form/@action") == [item_path(thread.id) + undo]
        assert browser.page.xpath("//div[contains(@class,'toast')]//input[@name='next']/@value") == [here]


def test_what_was_taken_from_somebody_is_not_undone_by_giving_it_to_nobody(
    app: Flask, browser: Browser, admin: Person, colleague: Person
) -> None:
    (thread,) = on_desk("Alone")
    with unit_of_work():
        take_thread(actor_of(colleague), thread_id=thread.id)
    browser.sign_in(admin).get(item_path(thread.id))
    browser.submit("/take", {})
    browser.get(item_path(thread.id))
    assert browser.page is not None and "it is yours until" in browser.text()
    assert not browser.page.xpath("//div[contains(@class,'toast')]")


def test_the_list_costs_the_same_however_long_it_is(browser: Browser, staff: Person) -> None:
    asker, category = make_person(), make_category()
    spent = []
    for number in (1, 12):
        first, *_rest = on_desk(*("Question" for _ in range(number)), author=asker, category=category, tags=("ink",))
        browser.sign_in(staff).get(item_path(first.id))
        with count_queries() as found:
            browser.get(item_path(first.id))
        spent.append(len(found))
    assert len(beside(browser)) == 13 and spent[0] == spent[1]
