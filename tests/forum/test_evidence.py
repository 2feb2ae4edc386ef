"""How we know: the standing evidence of a question in words, for everybody, and readers as numbers only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.accounts.models import Person
from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.inference import Rules
from app.forum.models import Post, Thread
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.confirming import record_outcome
from app.forum.services.inferring import infer_likely
from app.forum.services.judging import say_worked
from tests.asserts import count_queries
from tests.client import Browser
from tests.factories import make_answer, make_person, make_question, make_thread
from tests.forum.services.acting import do

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def mira() -> Person:
    return make_person("mira")


@pytest.fixture
def asked(mira: Person) -> tuple[Thread, Post]:
    """A question of Mira's with one answer."""
    thread = make_question(author=mira, created_at=now() - timedelta(days=40))
    return thread, make_answer(thread, score=2, created_at=now() - timedelta(days=30))


def evidence_on(browser: Browser, thread: Thread) -> list[str]:
    """The lines a visitor reads, as plain text."""
    browser.get(thread.path)
    assert browser.page is not None
    return [" ".join(line.text_content().split()) for line in browser.page.xpath("//details[@class='evidence']//li")]


def today() -> str:
    return f"{now().day} {now():%b %Y}"


def test_a_question_without_evidence_and_a_discussion_say_nothing_about_it(browser: Browser, asked: tuple[Thread, Post]):
    for thread in (asked[0], make_thread(kind="discussion")):
        assert "How we know" not in browser.get(thread.path).text


def test_what_the_asker_and_staff_said_is_told_with_name_way_and_date(browser: Browser, mira: Person, asked: tuple[Thread, Post]):
    thread, answer = asked
    ada = make_person("ada", role="staff")
    do(accept_answer, mira, post_id=answer.id, source="mail")
    do(record_outcome, ada, thread_id=thread.id, kind="confirmed_by_asker", reason="Checked in the lab")
    assert evidence_on(browser, thread) == [
        f"Mira (the asker) marked this answer as the solution, by mail {today()}. Go to the answer",
        f"Ada (for the asker) judged that it is solved (“Checked in the lab”), {today()}.",
    ]


def test_what_was_taken_back_is_not_told(browser: Browser, mira: Person, asked: tuple[Thread, Post]):
    thread, answer = asked
    do(accept_answer, mira, post_id=answer.id)
    do(withdraw_acceptance, mira, post_id=answer.id)
    assert evidence_on(browser, thread) == []


def test_readers_are_counted_and_never_named(browser: Browser, mira: Person, asked: tuple[Thread, Post]):
    thread, answer = asked
    zoe = make_person("zoe")
    do(accept_answer, mira, post_id=answer.id)
    do(say_worked, zoe, post_id=answer.id, worked=True)
    assert "One reader said that this answer worked for them" in evidence_on(browser, thread)[1]
    do(say_worked, ANONYMOUS, post_id=answer.id, worked=False, reader_key="a", reason_kind="outdated")
    line = evidence_on(browser, thread)[1]
    assert line.startswith("Of 2 readers who said so, this answer worked for 1, last confirmed ") and "Zoe" not in line


def test_an_inference_says_that_nobody_said_so(browser: Browser, asked: tuple[Thread, Post]):
    thread, _ = asked
    with unit_of_work():
        db.session.get_one(Thread, thread.id).status = "answered"
    infer_likely(Rules())
    assert evidence_on(browser, thread) == [
        "Nobody said so, but it is probably solved: no word from the asker for 14 days after an answer with 2 votes, "
        f"inferred {today()}. Go to the answer"
    ]


def test_whom_the_question_waits_for_is_told_while_it_waits(browser: Browser, mira: Person, asked: tuple[Thread, Post]):
    thread, answer = asked
    do(record_outcome, make_person("ada", role="staff"), thread_id=thread.id, kind="needs_info")
    assert evidence_on(browser, thread) == [f"Ada (for the asker) asked for more details, {today()}."]
    do(accept_answer, mira, post_id=answer.id)
    assert [line.split(" (")[0] for line in evidence_on(browser, thread)] == ["Mira"]


def test_evidence_costs_no_statement_of_its_own(browser: Browser, mira: Person, asked: tuple[Thread, Post]):
    thread, answer = asked
    do(accept_answer, mira, post_id=answer.id)

    def statements() -> int:
        with count_queries() as found:
            browser.client.get(thread.path)
        return len(found)

    before = statements()
    for number in range(5):
        do(say_worked, ANONYMOUS, post_id=answer.id, worked=True, reader_key=f"r{number}")
    assert statements() == before
