"""'Did this work for you?' as readers meet it: on the page, in one click, without an account, without a script."""

from __future__ import annotations

from typing import Any

import lxml.html
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.accounts.models import Person
from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Outcome, Post, Thread
from app.forum.queries.judging import REASON_ORDER, ReasonCount, person_key, reason_words, reasons_of, voices
from app.forum.services.judging import say_worked
from app.forum.verdicts import REASONS
from app.kb.presenters import REASONS as KB_REASONS
from tests.asserts import count_queries
from tests.client import Browser
from tests.factories import accept, actor_of, make_answer, make_person, make_question, make_thread

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
QUESTION = "Did this work for you?"


def make_solution(**values: Any) -> tuple[Thread, Post]:
    thread = make_question(**values)
    answer = make_answer(thread)
    accept(answer)
    return thread, answer


def say(client: FlaskClient, answer: Post, **data: str) -> Any:
    return client.post(f"/posts/{answer.id}/worked", data=data, headers=FIREFOX)


def voice(answer: Post, worked: bool, count: int, start: int = 0, reason: str = "") -> None:
    for number in range(start, start + count):
        with unit_of_work():
            say_worked(ANONYMOUS, post_id=answer.id, worked=worked, reader_key=f"reader {number}", reason_kind=reason)


def counts(answer: Post) -> tuple[int, int]:
    return tuple(db.session.execute(sa.select(Post.worked_count, Post.failed_count).where(Post.id == answer.id)).one())  # type: ignore[return-value]


def signed_in(browser: Browser, person: Person) -> Browser:
    return Browser(browser.app).sign_in(person)


def asked_on(page: str) -> list[int]:
    """The answers about which a page asks its reader, in order."""
    boxes = lxml.html.document_fromstring(page).xpath("//*[@data-verdict]")
    return [int(box.get("id").removeprefix("worked-")) for box in boxes]


def test_a_visitor_says_yes_in_one_click_without_session_token_or_script(client: FlaskClient, browser: Browser):
    thread, answer = make_solution()
    path = thread.path
    page = browser.get(path)
    assert QUESTION in page.text and "csrf" not in page.text and "Set-Cookie" not in page.headers
    response = say(client, answer, worked="yes")
    where = f"{path}?worked=yes&answer={answer.id}#worked-{answer.id}"
    assert (response.status_code, response.location, counts(answer)) == (303, where, (1, 0))
    browser.get(where.partition("#")[0])
    assert "Good to know that it worked" in browser.text() and QUESTION not in browser.text()
    assert f'rel="canonical" href="http://community.test{path}"' in client.get(where.partition("#")[0]).text


def test_a_no_counts_at_once_and_the_page_then_asks_why(client: FlaskClient, browser: Browser):
    _, answer = make_solution()
    response = say(client, answer, worked="no")
    assert counts(answer) == (0, 1)
    browser.get(response.location.partition("#")[0])
    assert "What went wrong?" in browser.text()
    assert browser.page is not None
    assert browser.page.xpath("//button[@name='reason']/@value") == [value for value, _ in REASONS]
    told = browser.client.post(f"/posts/{answer.id}/worked", data={"worked": "no", "reason": "outdated"}, headers=FIREFOX)
    assert "worked=told" in told.location and counts(answer) == (0, 1)
    browser.get(told.location.partition("#")[0])
    assert "That helps to put it right" in browser.text() and "What went wrong?" not in browser.text()
    assert reasons_of([answer.id]) == {answer.id: (ReasonCount("outdated", 1),)}


def test_a_word_can_be_taken_back(client: FlaskClient, browser: Browser):
    _, answer = make_solution()
    browser.get(say(client, answer, worked="yes").location.partition("#")[0])
    assert browser.page is not None and browser.page.xpath("//*[@data-verdict]//button/@value") == ["undo"]
    back = say(client, answer, worked="undo")
    assert counts(answer) == (0, 0)
    browser.get(back.location.partition("#")[0])
    assert "Taken back." in browser.text() and QUESTION in browser.text()


def test_scripts_get_the_next_question_as_html(client: FlaskClient):
    _, answer = make_solution()
    voice(answer, True, 2)
    headers = {**FIREFOX, "Accept": "application/json"}
    said = client.post(f"/posts/{answer.id}/worked", data={"worked": "no"}, headers=headers).get_json()
    assert said["worked"] is False and "What went wrong?" in said["html"] and f'id="worked-{answer.id}"' in said["html"]
    assert "<html" not in said["html"] and "csrf" not in said["html"]
    back = client.post(f"/posts/{answer.id}/worked", data={"worked": "undo"}, headers=headers).get_json()
    assert back["worked"] is None and "It worked for 2 of 2 readers" in back["html"]


def test_readers_are_asked_about_solutions_or_else_about_the_best_answer_with_a_vote(browser: Browser):
    thread = make_question()
    plain, best = make_answer(thread), make_answer(thread, score=2)
    make_answer(thread, score=1)
    assert asked_on(browser.get(thread.path).text) == [best.id]
    assert asked_on(browser.get(thread.path + "?sort=newest").text) == []
    accept(plain)
    assert asked_on(browser.get(thread.path).text) == [plain.id]
    assert asked_on(browser.get(thread.path + "?sort=oldest").text) == [plain.id]
    lone = make_question()
    make_answer(lone)
    talk = make_thread(kind="discussion")
    make_answer(talk, score=5)
    for other in (lone, talk):
        assert asked_on(browser.get(other.path).text) == []


def test_the_best_answer_that_readers_see_is_asked_about_though_a_hidden_one_has_more_votes(browser: Browser):
    thread = make_question()
    make_answer(thread, score=9, hidden_at=now())
    seen = make_answer(thread, score=1)
    moderator = signed_in(browser, make_person(role="moderator"))
    assert asked_on(browser.get(thread.path).text) == asked_on(moderator.get(thread.path).text) == [seen.id]


def test_asker_and_author_are_not_asked_and_refused_with_words(browser: Browser):
    asker, helper = make_person(), make_person()
    thread = make_question(author=asker)
    answer = make_answer(thread, helper)
    accept(answer)
    for person in (asker, helper):
        reader = signed_in(browser, person)
        assert asked_on(reader.get(thread.path).text) == []
        assert reader.client.post(f"/posts/{answer.id}/worked", data={"worked": "yes"}, headers=FIREFOX).status_code == 403
    assert asked_on(signed_in(browser, make_person()).get(thread.path).text) == [answer.id]
    assert counts(answer) == (0, 0)


def test_members_find_what_they_said_on_every_later_visit_and_may_say_something_else(browser: Browser):
    thread, answer = make_solution()
    path, url = thread.path, f"/posts/{answer.id}/worked"
    reader = make_person()
    phone, desk = signed_in(browser, reader), signed_in(browser, reader)
    for data, expected in (
        ({"worked": "yes"}, "You said that this worked for you."),
        ({"worked": "no"}, "Say why"),
        ({"worked": "no", "reason": "unclear"}, "You said that this did not work for you."),
        ({"worked": "undo"}, QUESTION),
    ):
        phone.client.post(url, data=data, headers={**FIREFOX, "User-Agent": FIREFOX["User-Agent"] + " phone"})
        desk.get(path)
        assert expected in desk.text()
        browser.get(path)
        assert QUESTION in browser.text(), "visitors' pages are the same for everybody"
    assert db.session.scalars(sa.select(Outcome.reader_key).where(Outcome.voice == "reader").distinct()).all() == [
        person_key(reader.id)
    ]


def test_an_address_cannot_put_words_into_a_members_mouth(browser: Browser):
    thread, answer = make_solution()
    reader = signed_in(browser, make_person())
    reader.get(f"{thread.path}?worked=yes&answer={answer.id}")
    assert "Good to know" not in reader.text() and QUESTION in reader.text()


@pytest.mark.parametrize(
    "query",
    ["worked=maybe&answer={id}", "worked=yes", "worked=yes&answer=x", "worked=yes&answer=²", "worked=no&answer=" + "9" * 400],
)
def test_rubbish_in_the_address_asks_as_usual(browser: Browser, query: str):
    thread, answer = make_solution()
    browser.get(f"{thread.path}?{query.format(id=answer.id)}")
    assert QUESTION in browser.text()


def test_the_card_says_for_how_many_it_worked_and_when_last(browser: Browser):
    asker = make_person(display_name="Ada Asker")
    thread = make_question(author=asker)
    answer = make_answer(thread)
    accept(answer, asker)
    browser.get(thread.path)
    assert "people" not in browser.text().split("confirmed by")[1][:60]
    voice(answer, True, 13)
    voice(answer, False, 2, start=20)
    browser.get(thread.path)
    assert "confirmed by Ada Asker, who asked" in browser.text()
    assert "worked for 14 people" in browser.text() and "It worked for 13 of 15 readers" in browser.text()


def test_reasons_are_told_to_those_who_look_after_answers(browser: Browser):
    thread, answer = make_solution()
    voice(answer, True, 9)
    voice(answer, False, 2, start=20, reason="outdated")
    voice(answer, False, 1, start=30, reason="other_version")
    words = "Where it did not work: 2 say it is out of date, 1 has a different version."
    for role in ("staff", "moderator", "admin"):
        keeper = signed_in(browser, make_person(role=role))
        keeper.get(thread.path)
        assert words in keeper.text()
    for reader in (browser, signed_in(browser, make_person())):
        reader.get(thread.path)
        assert "Where it did not work" not in reader.text()


def test_a_question_that_readers_dispute_says_so_with_their_reasons_and_is_unsolved_again(browser: Browser):
    thread, answer = make_solution()
    voice(answer, False, 5, reason="outdated")
    voice(answer, False, 1, start=9)
    browser.get(thread.path)
    text = browser.text()
    assert "Disputed" in text and "For many readers this solution does not work: 5 say it is out of date" in text
    assert "1 gave no reason" in text and "Solution, disputed" in text
    browser.get("/questions?view=unsolved")
    assert thread.title in browser.text()


def test_of_two_solutions_only_the_one_that_readers_refute_is_called_disputed(browser: Browser):
    thread, first = make_solution()
    second = make_answer(thread)
    accept(second)
    voice(second, False, 6)
    browser.get(thread.path)
    assert browser.text().count("disputed") == browser.text().count("Another solution, disputed") == 1
    assert counts(first) == (0, 0)


def test_the_word_of_the_asker_is_told_before_that_of_readers(browser: Browser):
    asker = make_person()
    thread = make_question(author=asker)
    answer = make_answer(thread)
    accept(answer, asker)
    voice(answer, False, 6)
    member = signed_in(browser, asker)
    member.post(f"/threads/{thread.id}/outcome", {"kind": "refuted", "reason": "It broke again"})
    browser.get(thread.path)
    assert "The person who asked is still stuck. Reason: It broke again" in browser.text()
    assert "For many readers" not in browser.text()


def test_what_worked_for_enough_readers_is_shown_as_the_solution_of_a_silent_asker(browser: Browser):
    thread = make_question()
    make_answer(thread, text="Popular way.", score=9)
    proven = make_answer(thread, text="Proven way.", score=1)
    voice(proven, True, 3)
    browser.get(thread.path)
    text = browser.text()
    assert "confirmed by readers with the same problem" in text and "worked for 3 people" in text and "Solved" in text
    assert text.index("Proven way.") < text.index("Popular way.")
    assert asked_on(browser.get(thread.path).text) == [proven.id]


@pytest.mark.parametrize("agent", ["", "curl/8", "Mozilla/5.0 (compatible; Googlebot/2.1)"])
def test_programs_are_refused(client: FlaskClient, agent: str):
    _, answer = make_solution()
    response = client.post(f"/posts/{answer.id}/worked", data={"worked": "yes"}, headers={"User-Agent": agent})
    assert response.status_code == 403 and counts(answer) == (0, 0)


def test_other_sites_cannot_send_the_form_for_visitors_or_members(client: FlaskClient, browser: Browser):
    _, answer = make_solution()
    member = signed_in(browser, make_person()).client
    for sender in (client, member):
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            response = sender.post(f"/posts/{answer.id}/worked", data={"worked": "yes"}, headers={**FIREFOX, **headers})
            assert response.status_code == 403
    assert counts(answer) == (0, 0)


def test_the_address_of_a_reader_is_not_stored(client: FlaskClient):
    _, answer = make_solution()
    client.post(
        f"/posts/{answer.id}/worked", data={"worked": "yes"}, headers=FIREFOX, environ_base={"REMOTE_ADDR": "198.51.100.7"}
    )
    say(client, answer, worked="yes")
    keys = db.session.scalars(sa.select(Outcome.reader_key).where(Outcome.voice == "reader")).all()
    assert len(set(keys)) == 2 and all(len(key) == 48 and key.isalnum() for key in keys) and counts(answer) == (2, 0)


def test_nobody_speaks_more_than_ten_times_a_minute(client: FlaskClient, limits: None):
    answers = [make_answer(make_question(), score=1) for _ in range(11)]
    assert [say(client, answer, worked="yes").status_code for answer in answers] == [303] * 10 + [429]


def test_rubbish_is_answered_politely(client: FlaskClient):
    _, answer = make_solution()
    for data in ({"worked": "maybe"}, {}, {"worked": "no", "reason": "because"}, {"worked": "\x00"}):
        assert say(client, answer, **data).status_code == 400
    assert client.post("/posts/9223372036854775807/worked", data={"worked": "yes"}, headers=FIREFOX).status_code == 404
    assert client.post("/posts/99999999999999999999/worked", data={"worked": "yes"}, headers=FIREFOX).status_code == 404
    hidden = make_answer(make_question(), score=1, hidden_at=now())
    assert say(client, hidden, worked="yes").status_code == 404
    assert say(client, make_answer(make_question()), worked="yes").status_code == 409
    assert client.get(f"/posts/{answer.id}/worked").status_code == 405
    assert counts(answer) == (0, 0)


def test_readers_words_cost_visitors_pages_nothing(client: FlaskClient):
    asker = make_person()
    thread = make_question(author=asker, tags=("pump",))
    answers = [make_answer(thread) for _ in range(3)]
    for answer in answers:
        accept(answer, asker)
    path = thread.path

    def cost() -> int:
        with count_queries() as found:
            assert client.get(path).status_code == 200
        return len(found)

    before = cost()
    voice(answers[0], True, 40)
    assert cost() == before
    with count_queries() as found:
        client.get(path)
    assert not [statement for statement in found if "outcome" in statement and "voice" not in statement]
    voice(answers[1], False, 30, start=50, reason="wrong")
    assert cost() <= before + 1 <= 9


def test_a_members_page_learns_their_words_in_the_statement_of_their_votes(browser: Browser):
    thread, answer = make_solution()
    reader = signed_in(browser, make_person())
    path, url = thread.path, f"/posts/{answer.id}/worked"
    with count_queries() as before:
        reader.get(path)
    reader.client.post(url, data={"worked": "yes"}, headers=FIREFOX)
    with count_queries() as after:
        reader.get(path)
    assert len(after) == len(before)


def test_one_click_costs_the_same_whatever_others_said(client: FlaskClient):
    _, few = make_solution()
    _, many = make_solution()
    voice(few, True, 1)
    voice(many, True, 60)
    costs = []
    for url in [f"/posts/{answer.id}/worked" for answer in (few, many)]:
        with count_queries() as found:
            assert client.post(url, data={"worked": "yes"}, headers=FIREFOX).status_code == 303
        costs.append(len(found))
    assert costs[0] == costs[1]


def test_answers_and_articles_name_the_same_reasons_in_the_same_words():
    assert set(REASONS) <= set(KB_REASONS)
    assert {value for value, _ in REASONS} == {reason for reason in REASON_ORDER if reason}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ""),
        ([("", 4)], ""),
        ([("outdated", 1)], "1 says it is out of date"),
        ([("other_version", 2), ("unclear", 1), ("wrong", 1200), ("", 1)],
         "2 have a different version, 1 did not understand it, 1,200 followed it without success, 1 gave no reason"),
    ],
)  # fmt: skip
def test_reasons_are_told_in_words(given: list[tuple[str, int]], expected: str):
    assert reason_words([ReasonCount(*one) for one in given]) == expected


def test_the_word_of_one_reader_is_no_statistic():
    assert (voices(0, 0), voices(1, 0), voices(1, 1), voices(1200, 34)) == (
        "", "", "It worked for 1 of 2 readers", "It worked for 1,200 of 1,234 readers",
    )  # fmt: skip


def test_words_of_people_and_visitors_are_told_apart_in_the_log_only(client: FlaskClient, browser: Browser):
    _, answer = make_solution()
    reader = make_person()
    with unit_of_work():
        say_worked(actor_of(reader), post_id=answer.id, worked=True)
    say(client, answer, worked="yes")
    actors = db.session.scalars(sa.select(Outcome.actor_id).where(Outcome.voice == "reader").order_by(Outcome.id)).all()
    assert actors == [reader.id, None]
    browser.get(f"/posts/{answer.id}", status=302)
    thread = db.session.get_one(Thread, answer.thread_id)
    browser.get(thread.path)
    assert reader.display_name not in browser.text()
