"""The page behind the link of a mail: what it shows, whom it obeys, and that nothing happens by looking."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.events import subscribe
from app.core.uow import unit_of_work
from app.forum.events import AskerStillStuck
from app.forum.models import Acceptance, Category, MeToo, Outcome, Post, Thread
from app.forum.services.accepting import accept_answer
from app.notifications.models import AskedRole, OutcomeRequest
from app.notifications.policies import can_answer, can_be_asked
from app.notifications.tokens import OUTCOME_LIFE, address_mark, make_outcome_token, read_outcome_token
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_category, make_person, make_question
from tests.flows.crawling import AGENT

SECRET = "only-for-tests-" * 4


def link(thread: Thread, person: Person, role: str = "asker", post: Post | None = None) -> str:
    """Ask a person, and return the path that their mail leads to."""
    with unit_of_work():
        db.session.add(
            OutcomeRequest(
                thread_id=thread.id, person_id=person.id, role=role, post_id=post.id if post else None, sent_count=1,
                last_sent_at=now(), waiting_since=now(),
            )
        )  # fmt: skip
    return f"/outcome/{make_outcome_token(SECRET, thread.id, person.id, person.email or '')}"


def status_of(thread: Thread) -> str:
    return db.session.scalars(sa.select(Thread.status).where(Thread.id == thread.id)).one()


def events(thread: Thread) -> list[tuple[str, str, str]]:
    rows = db.session.scalars(sa.select(Outcome).where(Outcome.thread_id == thread.id).order_by(Outcome.id))
    return [(row.kind, row.source, row.voice) for row in rows]


def everything() -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with db.engine.connect() as connection:
        return {t.name: [tuple(row) for row in connection.execute(sa.select(t))] for t in db.metadata.sorted_tables}


@pytest.fixture
def asker(app: Flask) -> Person:
    return make_person("asker")


@pytest.fixture
def thread(asker: Person) -> Thread:
    return make_question(author=asker, title="Why does <it> hum?")


@pytest.fixture
def post(thread: Thread) -> Post:
    return make_answer(thread, author=make_person("ann"), text="Clean the filter.", is_official=True)


def press(app: Flask, path: str, status: int = 303, **fields: object) -> str:
    response = app.test_client(use_cookies=False).post(path, data=fields, headers={"User-Agent": AGENT})
    assert response.status_code == status, response.text[:3000]
    return response.text


def test_looking_shows_the_choices_and_changes_nothing(app: Flask, asker: Person, thread: Thread, post: Post) -> None:
    path = link(thread, asker)
    before = everything()
    visitor = Browser(app)
    response = visitor.get(path)
    for method in ("head", "options"):
        getattr(app.test_client(), method)(path)
    for query in ("?say=solved", "?say=stuck", f"?say=solved&post_id={post.id}", "?say=%00x", "?say=nonsense"):
        app.test_client().get(path + query, headers={"User-Agent": AGENT})
    assert everything() == before
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "private, no-store" and response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"] and '<meta name="robots" content="noindex' in response.text
    text = visitor.text()
    for words in ("Why does <it> hum?", "Clean the filter.", "Ann", "Official answer", "This solved it", "still stuck"):
        assert words in text
    with assert_queries(at_most=6):
        app.test_client().get(path)


def test_at_most_five_answers_of_others_are_offered_the_best_first(app: Flask, asker: Person, thread: Thread) -> None:
    for score in range(7):
        make_answer(thread, text=f"Answer with {score} votes", score=score)
    make_answer(thread, author=asker, text="My own idea", score=99)
    make_answer(thread, text="Hidden idea", score=98, hidden_at=now())
    visitor = Browser(app)
    text = visitor.get(link(thread, asker)).text
    assert text.count("This solved it") == 5
    assert text.index("6 votes") < text.index("5 votes") < text.index("2 votes")
    assert "1 votes" not in text and "own idea" not in text and "Hidden idea" not in text


def test_the_link_that_was_followed_stands_out(app: Flask, asker: Person, thread: Thread, post: Post) -> None:
    path = link(thread, asker)
    for say, label in (
        ("stuck", "I am still stuck"),
        ("irrelevant", "It does not matter any more"),
        ("solved", "This solved it"),
    ):
        visitor = Browser(app)
        visitor.get(f"{path}?say={say}")
        assert visitor.page is not None
        buttons = visitor.page.xpath("//main//button[@autofocus]")
        assert [" ".join(button.text_content().split()) for button in buttons] == [label]


@pytest.mark.parametrize(
    ("say", "kind", "status"),
    [
        ("solved", "accepted", "solved"), ("elsewhere", "solved_elsewhere", "solved"), ("stuck", "refuted", "answered"),
        ("irrelevant", "no_longer_relevant", "closed"),
    ],
)  # fmt: skip
def test_each_answer_of_an_asker_counts_as_their_own_word_by_mail_and_can_be_undone(
    app: Flask, asker: Person, thread: Thread, post: Post, say: str, kind: str, status: str
) -> None:
    path = link(thread, asker)
    visitor = Browser(app)
    visitor.get(path)
    assert visitor.page is not None
    form = next(form for form in visitor.page.forms if form.fields.get("say") == say)
    response = visitor.client.post(form.action, data=dict(form.form_values()))
    assert (response.status_code, response.location) == (303, path)
    assert events(thread) == [(kind, "mail", "asker")] and status_of(thread) == status
    visitor.get(path)
    assert "Thank you" in visitor.text()
    press(app, path, 409, say="solved", post_id=post.id)
    assert len(events(thread)) == 1, "a used link says nothing more"
    visitor.get(path)
    visitor.submit("/undo", {})
    assert [event[0] for event in events(thread)] == [kind, "withdrawn"] and status_of(thread) == "answered"
    assert "This solved it" in visitor.get(path).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Acceptance)) == 0
    press(app, f"{path}/undo")
    assert len(events(thread)) == 2, "there is nothing to undo twice"


@pytest.mark.parametrize(("say", "is_green"), [("elsewhere", True), ("stuck", False), ("irrelevant", False)])
def test_green_is_only_for_what_is_solved(
    app: Flask, asker: Person, thread: Thread, post: Post, say: str, is_green: bool
) -> None:
    path = link(thread, asker)
    press(app, path, say=say)
    assert ("banner-good" in Browser(app).get(path).text) == is_green


def test_after_a_day_only_signing_in_undoes_it(app: Flask, asker: Person, thread: Thread, post: Post) -> None:
    path = link(thread, asker)
    press(app, path, say="solved", post_id=post.id)
    with time_machine.travel(now() + timedelta(hours=25)):
        assert "Undo" not in Browser(app).get(path).text
        press(app, f"{path}/undo", 409)
    assert status_of(thread) == "solved"


def test_still_stuck_with_a_question_that_counts_as_solved_disputes_it_and_is_told(
    app: Flask, asker: Person, thread: Thread, post: Post
) -> None:
    heard: list[AskerStillStuck] = []
    subscribe(AskerStillStuck, heard.append)
    staff = actor_of(make_person(role="staff"))
    with unit_of_work():
        accept_answer(staff, post_id=post.id)
    press(app, link(thread, asker), say="stuck")
    assert status_of(thread) == "disputed"
    assert [(event.thread_id, event.actor_id) for event in heard] == [(thread.id, asker.id)]


def test_what_staff_marked_becomes_the_askers_own_word(app: Flask, asker: Person, thread: Thread, post: Post) -> None:
    staff = actor_of(make_person(role="staff"))
    with unit_of_work():
        accept_answer(staff, post_id=post.id)
    path = link(thread, asker)
    press(app, path, say="solved", post_id=post.id)
    assert events(thread)[-1] == ("confirmed_by_asker", "mail", "asker")
    press(app, f"{path}/undo")
    assert status_of(thread) == "solved" and events(thread)[-1][0] == "withdrawn"


@pytest.mark.parametrize(
    "fields", [{}, {"say": "nonsense"}, {"say": "solved"}, {"say": "worked"}, {"say": "solved", "post_id": "x"}]
)
def test_forms_that_say_nothing_show_the_choices_again(
    app: Flask, asker: Person, thread: Thread, post: Post, fields: dict[str, str]
) -> None:
    text = press(app, link(thread, asker), 400, **fields)
    assert "Please choose" in text and "This solved it" in text and events(thread) == []


def test_answers_of_other_questions_and_hidden_ones_solve_nothing(app: Flask, asker: Person, thread: Thread, post: Post) -> None:
    path = link(thread, asker)
    other = make_answer(make_question(author=asker))
    hidden = make_answer(thread, hidden_at=now())
    for post_id in (other.id, hidden.id, 10**9):
        assert "not there any more" in press(app, path, 409, say="solved", post_id=post_id)
    press(app, path, 400, say="solved", post_id=2**70)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outcome)) == 0


def test_forged_old_and_foreign_links_lead_to_signing_in(app: Flask, asker: Person, thread: Thread, post: Post) -> None:
    good = link(thread, asker).removeprefix("/outcome/")
    other = make_person("other")
    unasked = make_outcome_token(SECRET, thread.id, other.id, other.email or "")
    moved = make_outcome_token(SECRET, thread.id, asker.id, "old@example.com")
    for token in (
        good[:-2],
        good + "x",
        "x",
        "x" * 3000,
        make_outcome_token("another", thread.id, asker.id, "x"),
        unasked,
        moved,
    ):
        for answer in (
            app.test_client().get(f"/outcome/{token}"),
            app.test_client().post(f"/outcome/{token}", data={"say": "irrelevant"}),
            app.test_client().post(f"/outcome/{token}/undo"),
        ):
            assert answer.status_code == 410 and "This link does not work any more" in answer.text
            assert "/login?next=" in answer.text and answer.headers["Referrer-Policy"] == "no-referrer"
    with time_machine.travel(now() + OUTCOME_LIFE + timedelta(minutes=1)):
        old = Browser(app)
        assert f"/login?next=/questions/{thread.id}" in old.get(f"/outcome/{good}", status=410).text
        press(app, f"/outcome/{good}", 410, say="irrelevant")
    assert events(thread) == []
    assert read_outcome_token(SECRET, good) == (thread.id, asker.id, address_mark(SECRET, asker.email))


def test_a_link_for_unsubscribing_or_resetting_is_none_for_answering(app: Flask, asker: Person, thread: Thread) -> None:
    from app.notifications.tokens import make_unsubscribe_token

    token = make_unsubscribe_token(SECRET, asker.id, "outcome")
    assert app.test_client().get(f"/outcome/{token}").status_code == 410
    good = link(thread, asker).removeprefix("/outcome/")
    assert app.test_client().post(f"/unsubscribe/{good}").status_code == 404


@pytest.mark.parametrize("what", ["hidden", "staff only", "suspended", "other address"])
def test_links_die_with_the_right_to_answer(app: Flask, asker: Person, thread: Thread, post: Post, what: str) -> None:
    path = link(thread, asker)
    with unit_of_work():
        if what == "hidden":
            db.session.get_one(Thread, thread.id).hidden_at = now()
        elif what == "staff only":
            db.session.get_one(Category, thread.category_id).audience = "staff"
        elif what == "suspended":
            db.session.get_one(Person, asker.id).suspended_until = now() + timedelta(days=1)
        else:
            db.session.get_one(Person, asker.id).email = "new@example.com"
    status = 403 if what == "suspended" else 410
    text = Browser(app).get(path, status=status).text
    assert "hum?" not in text and "Clean the filter" not in text
    press(app, path, status, say="solved", post_id=post.id)
    assert events(thread) == []


def test_a_link_works_whoever_is_signed_in_and_the_page_says_whose_word_it_is(
    app: Flask, asker: Person, thread: Thread, post: Post
) -> None:
    path = link(thread, asker)
    other = Browser(app).sign_in(make_person("other"))
    other.get(path)
    assert "was sent to Asker" in other.text()
    other.client.post(path, data={"say": "elsewhere"})
    outcome = db.session.scalars(sa.select(Outcome)).one()
    assert outcome.actor_id == asker.id


def test_a_question_its_asker_closed_on_the_site_is_not_asked_about_again(
    app: Flask, asker: Person, thread: Thread, post: Post
) -> None:
    path = link(thread, asker)
    with unit_of_work():
        accept_answer(actor_of(asker), post_id=post.id)
    text = Browser(app).get(path).text
    assert "You told us already" in text and "This solved it" not in text


# --- people with the same problem -----------------------------------------------------------------------------------


@pytest.fixture
def ben(thread: Thread, post: Post, asker: Person) -> Person:
    person = make_person("ben")
    with unit_of_work():
        db.session.add(MeToo(thread_id=thread.id, person_id=person.id))
        accept_answer(actor_of(asker), post_id=post.id)
    return person


@pytest.mark.parametrize(("say", "kind"), [("worked", "confirmed_by_other"), ("failed", "refuted"), ("gone", None)])
def test_each_answer_of_somebody_with_the_same_problem(
    app: Flask, thread: Thread, post: Post, ben: Person, say: str, kind: str | None
) -> None:
    path = link(thread, ben, "me_too", post)
    assert "Does this work for you?" in Browser(app).get(path).text
    press(app, path, say=say, reason="outdated")
    word = db.session.scalars(sa.select(Outcome).where(Outcome.actor_id == ben.id)).all()
    if kind is None:
        assert word == []
    else:
        assert [(one.kind, one.source, one.voice) for one in word] == [(kind, "mail", "reader")]
        assert word[0].reason_kind == ("outdated" if say == "failed" else "")
    assert "Thank you" in Browser(app).get(path).text
    press(app, f"{path}/undo")
    row = db.session.get_one(Post, post.id)
    assert (row.worked_count, row.failed_count) == (0, 0)
    assert "It worked for me" in Browser(app).get(path).text


def test_reasons_that_nobody_offers_are_refused(app: Flask, thread: Thread, post: Post, ben: Person) -> None:
    path = link(thread, ben, "me_too", post)
    press(app, path, 400, say="failed", reason="nonsense")
    press(app, path, 400, say="irrelevant")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outcome).where(Outcome.actor_id == ben.id)) == 0


def test_a_solution_that_did_not_hold_is_not_asked_about(app: Flask, thread: Thread, post: Post, ben: Person) -> None:
    path = link(thread, ben, "me_too", post)
    with unit_of_work():
        db.session.get_one(Thread, thread.id).status = "disputed"
    assert "open again" in Browser(app).get(path).text


# --- policy ---------------------------------------------------------------------------------------------------------

ROLES = ("member", "staff", "moderator", "admin")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("audience", ["public", "members", "staff"])
@pytest.mark.parametrize("state", ["listed", "held", "hidden", "suspended", "discussion"])
@pytest.mark.parametrize("asked", list(AskedRole))
def test_who_may_answer(app: Flask, role: str, audience: str, state: str, asked: AskedRole) -> None:
    person, other = make_person(role=role), make_person()
    author = person if asked == AskedRole.ASKER else other
    thread = make_question(author=author, category=make_category(audience=audience))
    if state in ("held", "hidden"):
        setattr(thread, f"{state}_at", now())
    if state == "discussion":
        thread.kind = "discussion"
    if state == "suspended":
        person.suspended_until = now() + timedelta(days=1)
    thread.status = "answered" if asked == AskedRole.ASKER else "solved"
    request = OutcomeRequest(thread_id=thread.id, person_id=person.id, role=asked)
    may_read = audience != "staff" or role in ("staff", "admin")
    seen = state == "listed" or (asked == AskedRole.ME_TOO and state in ("held", "hidden") and role in ("moderator", "admin"))
    expected = may_read and seen
    actor = actor_of(person)
    assert can_answer(actor, thread, request) is expected
    assert can_be_asked(person, thread, request, now()) is (expected and state == "listed")
    assert not can_answer(actor_of(other), thread, request), "nobody answers for somebody else"
    db.session.rollback()


@pytest.mark.parametrize("status", ["unanswered", "needs_info", "answered", "likely_solved", "solved", "disputed", "closed"])
def test_in_which_states_people_are_asked(app: Flask, status: str) -> None:
    asker, ben = make_person(), make_person()
    thread = make_question(author=asker)
    thread.status = status
    for person, role, good in ((asker, "asker", status not in ("solved", "closed")), (ben, "me_too", status == "solved")):
        request = OutcomeRequest(thread_id=thread.id, person_id=person.id, role=role)
        assert can_be_asked(person, thread, request, now()) is good
    db.session.rollback()
