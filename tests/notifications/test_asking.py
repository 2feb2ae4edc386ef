"""Who is asked by mail how a question ended, when, how often, and who is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Category, Follow, MeToo, Outcome, Post, Thread
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.answering import add_post
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.forum.services.confirming import record_outcome
from app.forum.services.judging import say_worked
from app.forum.services.voting import say_me_too
from app.jobs.models import Job
from app.jobs.queue import enqueue
from app.notifications.asked import find_solution
from app.notifications.jobs import ASK_JOB, site_timing
from app.notifications.models import Notification, OutcomeRequest
from app.notifications.sending import send_mails
from app.notifications.services import asking
from app.notifications.services.preferences import switch_off
from tests.asserts import count_queries
from tests.factories import actor_of, make_category, make_person, make_question, make_thread, opening_of
from tests.mailbox import collect, html_of, link_in, text_of

MONDAY_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """Tests begin on a Monday at noon, which is not in the quiet hours."""
    with time_machine.travel(MONDAY_NOON, tick=False):
        yield


def answer(thread: Thread, by: Person, text: str = "Clean the intake filter, then prime the pump.") -> Post:
    with unit_of_work():
        return add_post(actor_of(by), thread_id=thread.id, body=compose(text).body)


def later(app: Flask, **span: float) -> list[Any]:
    """So much later: what is due is done, and these mails that ask were written so far."""
    with time_machine.travel(now() + timedelta(**span)):  # ticking: indexes are named by their moment
        with unit_of_work():
            enqueue(ASK_JOB, {}, dedupe_key="ask")
        return [mail for mail in collect(app) if "/outcome/" in text_of(mail) or "solution now" in text_of(mail)]


def asked(app: Flask, **span: float) -> list[str]:
    return [str(mail["To"]) for mail in later(app, **span)]


def request_of(person: Person) -> OutcomeRequest:
    db.session.expire_all()
    return db.session.scalars(sa.select(OutcomeRequest).where(OutcomeRequest.person_id == person.id)).one()


@pytest.fixture
def asker(app: Flask) -> Person:
    return make_person("asker")


@pytest.fixture
def ann(app: Flask) -> Person:
    return make_person("ann")


@pytest.fixture
def thread(asker: Person) -> Thread:
    return make_question(author=asker, title="Why does it hum?", created_at=MONDAY_NOON - timedelta(days=1))


def test_a_silent_asker_is_asked_after_two_and_after_seven_days_and_never_again(
    app: Flask, asker: Person, ann: Person, thread: Thread
) -> None:
    answer(thread, ann, "Clean the intake & prime it.")
    assert asked(app, days=1.9) == []
    first = later(app, days=2)
    assert [mail["To"] for mail in first] == ["asker@example.com"]
    assert asked(app, days=6.9) == ["asker@example.com"]
    both = later(app, days=7.1)
    assert len(both) == 2
    assert asked(app, days=60) == ["asker@example.com"] * 2
    mail, last = both
    assert mail["Subject"] == "Solved? Why does it hum?" and "we ask once more" in text_of(mail)
    assert "the last time" in text_of(last) and "the last time" in html_of(last)
    assert "Clean the intake & prime it." in text_of(mail) and "Clean the intake &amp; prime it." in html_of(mail)
    assert mail["References"] == last["References"] == f"<thread.{thread.id}@localhost>"
    assert mail["Message-ID"] != last["Message-ID"] and "outcome." in mail["Message-ID"]
    for one in both:
        assert one["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert str(one["List-Unsubscribe"]).strip("<>") in text_of(one)
        for say in ("solved", "elsewhere", "stuck", "irrelevant"):
            assert f"say={say}" in text_of(one) and f"say={say}" in html_of(one)


def test_the_link_that_unsubscribes_stops_the_second_reminder(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    answer(thread, ann)
    mail = later(app, days=2)[0]
    path = link_in(mail, "/unsubscribe/")
    assert app.test_client().post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert len(later(app, days=30)) == 1


def test_more_answers_neither_postpone_nor_multiply_the_question(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    answer(thread, ann)
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        newest = answer(thread, make_person("ben"), "Or replace the whole pump.")
    assert asked(app, days=2) == ["asker@example.com"]
    assert request_of(asker).post_id == newest.id


def test_quiet_hours_are_waited_for(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    with time_machine.travel(MONDAY_NOON.replace(hour=22), tick=False):
        answer(thread, ann)
    due = request_of(asker).next_at
    assert due == datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
    assert asked(app, days=2, hours=11) == []
    assert asked(app, days=2, hours=20) == ["asker@example.com"]


def test_a_job_that_runs_at_night_sends_nothing_before_the_morning(
    app: Flask, asker: Person, ann: Person, thread: Thread
) -> None:
    answer(thread, ann)
    assert asked(app, days=3, hours=10.5) == []  # the worker was away; now it is 22:30
    assert request_of(asker).next_at == datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
    assert asked(app, days=3, hours=20) == ["asker@example.com"]


def test_a_mail_that_was_queued_in_the_evening_waits_in_the_queue(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    """Its server was away, for example."""
    answer(thread, ann)
    with time_machine.travel(now() + timedelta(days=2), tick=False), unit_of_work():
        asking.send_due(site_timing(), 10)
    assert asked(app, days=2, hours=10) == [] and asked(app, days=2, hours=12) == []
    assert asked(app, days=2, hours=21) == ["asker@example.com"]


def comments(thread: Thread, asker: Person, post: Post) -> None:
    add_comment(actor_of(asker), post_id=post.id, body=compose("I will try.", is_comment=True).body)


def answers_oneself(thread: Thread, asker: Person, post: Post) -> None:
    add_post(actor_of(asker), thread_id=thread.id, body=compose("I found it: the fuse.").body)


def accepts(thread: Thread, asker: Person, post: Post) -> None:
    accept_answer(actor_of(asker), post_id=post.id)


def reports(thread: Thread, asker: Person, post: Post) -> None:
    record_outcome(actor_of(asker), thread_id=thread.id, kind="solved_elsewhere")


def refutes(thread: Thread, asker: Person, post: Post) -> None:
    record_outcome(actor_of(asker), thread_id=thread.id, kind="refuted", post_id=post.id)


def accepts_and_withdraws(thread: Thread, asker: Person, post: Post) -> None:
    accept_answer(actor_of(asker), post_id=post.id)
    withdraw_acceptance(actor_of(asker), post_id=post.id)


def refuses_mails(thread: Thread, asker: Person, post: Post) -> None:
    switch_off(asker.id, ["outcome"])


def leaves(thread: Thread, asker: Person, post: Post) -> None:
    db.session.merge(Follow(thread_id=thread.id, person_id=asker.id, is_muted=True))


def loses_the_address(thread: Thread, asker: Person, post: Post) -> None:
    db.session.get_one(Person, asker.id).email = None


def is_suspended(thread: Thread, asker: Person, post: Post) -> None:
    db.session.get_one(Person, asker.id).suspended_until = now() + timedelta(days=99)


def thread_is_hidden(thread: Thread, asker: Person, post: Post) -> None:
    db.session.get_one(Thread, thread.id).hidden_at = now()


def answer_is_hidden(thread: Thread, asker: Person, post: Post) -> None:
    db.session.get_one(Post, post.id).hidden_at = now()


def goes_to_the_staff(thread: Thread, asker: Person, post: Post) -> None:
    db.session.get_one(Category, thread.category_id).audience = "staff"


def staff_judges(thread: Thread, asker: Person, post: Post) -> None:
    staff = Person(name="judge", name_key="judge", display_name="Judge", role="staff")
    db.session.add(staff)
    db.session.flush()
    accept_answer(actor_of(staff), post_id=post.id)


@pytest.mark.parametrize(
    "act",
    [
        comments, answers_oneself, accepts, reports, refutes, accepts_and_withdraws, refuses_mails, leaves, loses_the_address,
        is_suspended, thread_is_hidden, answer_is_hidden, goes_to_the_staff, staff_judges,
    ],
)  # fmt: skip
@pytest.mark.parametrize("after_days", [1, 3])
def test_who_spoke_or_must_not_be_asked_is_not_asked(
    app: Flask, asker: Person, ann: Person, thread: Thread, act: Callable[..., None], after_days: int
) -> None:
    """Before the first reminder, and between the two."""
    post = answer(thread, ann)
    expected = ["asker@example.com"] if after_days == 3 else []
    assert asked(app, days=after_days) == expected
    with time_machine.travel(now() + timedelta(days=after_days, hours=1), tick=False), unit_of_work():
        act(thread, asker, post)
    assert asked(app, days=40) == expected
    assert request_of(asker).next_at is None


def test_an_asker_who_said_what_they_tried_is_asked_about_the_next_answer(
    app: Flask, asker: Person, ann: Person, thread: Thread
) -> None:
    post = answer(thread, ann)
    with time_machine.travel(now() + timedelta(hours=23), tick=False), unit_of_work():
        comments(thread, asker, post)
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        answer(thread, ann, "Then it is the rotor: take it out and clean it.")
    assert asked(app, days=2.5) == []
    assert asked(app, days=3) == ["asker@example.com"]
    assert asked(app, days=99) == ["asker@example.com"] * 2


def test_the_last_word_before_the_mail_leaves_counts(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    """The mail is queued, its server is away, and meanwhile the asker speaks."""
    post = answer(thread, ann)
    with unit_of_work():
        db.session.add(Job(kind="mail.send", dedupe_key="x", payload=_payload(asker), available_at=now()))
        accept_answer(actor_of(asker), post_id=post.id)
    assert asked(app, hours=1) == []


def _payload(person: Person) -> dict[str, object]:
    return {"kind": "outcome", "person_id": person.id, "request_id": request_of(person).id, "number": 1}


@pytest.mark.parametrize("values", [{"email": None, "pending_email": "new@example.com"}, {"email": None}])
def test_unconfirmed_and_imported_askers_are_never_planned(app: Flask, ann: Person, values: dict[str, Any]) -> None:
    answer(make_question(author=make_person(**values)), ann)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutcomeRequest)) == 0


def test_discussions_own_answers_and_settled_questions_are_not_asked_about(app: Flask, asker: Person, ann: Person) -> None:
    answer(make_thread(author=asker, kind="discussion"), ann)
    answer(make_question(author=asker), asker)
    solved = make_question(author=asker)
    post = answer(solved, ann)
    with unit_of_work():
        accept_answer(actor_of(asker), post_id=post.id)
    answer(solved, make_person(), "Another way is to replace it.")
    assert asked(app, days=30) == []


def test_reminders_can_be_switched_off_by_the_settings(
    app: Flask, asker: Person, ann: Person, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], reminder_after_days=()))
    answer(thread, ann)
    assert asked(app, days=30) == []


# --- people with the same problem -----------------------------------------------------------------------------------


def test_a_mail_that_is_put_back_twice_leaves_once(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    """A worker may die between putting a mail back and finishing its job, which is then done again."""
    answer(thread, ann)
    with time_machine.travel(now() + timedelta(days=2), tick=False), unit_of_work():
        asking.send_due(site_timing(), 10)
    payload = _payload(asker) | {"number": 1}
    with unit_of_work():
        db.session.execute(sa.delete(Job))
    for hour in (10, 11):
        with time_machine.travel(now() + timedelta(days=2, hours=hour), tick=False):
            assert list(send_mails([payload])) == [None]
    assert asked(app, days=2, hours=21) == ["asker@example.com"]


def me_too(thread: Thread, *people: Person) -> None:
    with unit_of_work():
        for person in people:
            say_me_too(actor_of(person), thread_id=thread.id, value=True)


def solve(thread: Thread, asker: Person, post: Post) -> None:
    with unit_of_work():
        accept_answer(actor_of(asker), post_id=post.id)


def told(person: Person) -> int:
    statement = sa.select(sa.func.count()).select_from(Notification)
    return db.session.scalar(statement.where(Notification.person_id == person.id, Notification.kind == "outcome")) or 0


def test_everybody_with_the_same_problem_is_told_and_asked_once(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    ben, eva = make_person("ben"), make_person("eva")
    me_too(thread, ben, eva)
    post = answer(thread, ann, "Clean the filter.")
    solve(thread, asker, post)
    mails = later(app, minutes=20)
    assert sorted(mail["To"] for mail in mails) == ["ben@example.com", "eva@example.com"]
    assert told(ben) == told(eva) == 1 and told(asker) == told(ann) == 0
    text = text_of(mails[0])
    assert "Clean the filter." in text and all(f"say={say}" in text for say in ("worked", "failed", "gone"))
    assert mails[0]["List-Unsubscribe-Post"] and mails[0]["References"] == f"<thread.{thread.id}@localhost>"
    with unit_of_work():
        withdraw_acceptance(actor_of(asker), post_id=post.id)
    solve(thread, asker, post)
    assert len(later(app, days=30)) == 2 and told(ben) == told(eva) == 1


def test_a_solution_that_was_a_slip_of_the_hand_is_told_to_nobody(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    ben = make_person("ben")
    me_too(thread, ben)
    post = answer(thread, ann)
    solve(thread, asker, post)
    with unit_of_work():
        withdraw_acceptance(actor_of(asker), post_id=post.id)
    assert asked(app, days=1) == [] and told(ben) == 0
    solve(thread, asker, post)
    assert asked(app, days=1) == ["ben@example.com"]


def test_of_those_with_the_same_problem_some_are_not_mailed(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    refusing, muted, spoke, suspended = (make_person(name) for name in ("refusing", "muted", "spoke", "suspended"))
    nameless = make_person("nameless", email=None)
    me_too(thread, refusing, muted, spoke, suspended, nameless)
    post = answer(thread, ann)
    with unit_of_work():
        switch_off(refusing.id, ["outcome"])
        db.session.add(Follow(thread_id=thread.id, person_id=muted.id, is_muted=True))
        db.session.get_one(Person, suspended.id).suspended_until = now() + timedelta(days=9)
        accept_answer(actor_of(asker), post_id=post.id)
        say_worked(actor_of(spoke), post_id=post.id, worked=True)
    assert asked(app, days=1) == []
    assert told(refusing) == told(nameless) == 1 and told(muted) == told(spoke) == 0


def test_nobody_hears_of_a_solution_they_may_not_read(app: Flask, ann: Person) -> None:
    writer, member = make_person("writer", role="staff"), make_person("member")
    thread = make_question(author=writer, category=make_category(audience="staff"), title="canary")
    with unit_of_work():
        db.session.add(MeToo(thread_id=thread.id, person_id=member.id))
        db.session.get_one(Thread, thread.id).me_too_count = 1
    post = answer(thread, make_person(role="staff"))
    solve(thread, writer, post)
    assert asked(app, days=1) == [] and told(member) == 0


def test_when_it_was_solved_another_way_people_are_told_and_nothing_is_asked(
    app: Flask, asker: Person, ann: Person, thread: Thread
) -> None:
    ben = make_person("ben")
    me_too(thread, ben)
    answer(thread, ann)
    with unit_of_work():
        record_outcome(actor_of(asker), thread_id=thread.id, kind="solved_elsewhere")
    mail = later(app, days=1)[0]
    assert mail["To"] == "ben@example.com" and "another way" in text_of(mail) and "/outcome/" not in text_of(mail)


def test_an_answer_that_did_not_solve_it_is_not_told_as_the_solution(
    app: Flask, asker: Person, ann: Person, thread: Thread
) -> None:
    ben = make_person("ben")
    me_too(thread, ben)
    post = answer(thread, ann)
    with unit_of_work():
        db.session.get_one(Post, post.id).score = 1
    with unit_of_work():
        for number in range(3):
            say_worked(ANONYMOUS, post_id=post.id, worked=True, reader_key=f"reader {number}")
    assert find_solution(thread.id) == post.id
    with unit_of_work():
        record_outcome(actor_of(asker), thread_id=thread.id, kind="solved_elsewhere")
    assert find_solution(thread.id) is None
    assert "another way" in text_of(later(app, days=1)[0])


def test_a_single_reader_proves_no_solution(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    post = answer(thread, ann)
    with unit_of_work():
        db.session.get_one(Post, post.id).score = 1
    with unit_of_work():
        say_worked(ANONYMOUS, post_id=post.id, worked=True, reader_key="a reader")
        record_outcome(actor_of(asker), thread_id=thread.id, kind="confirmed_by_asker")
    assert find_solution(thread.id) is None


def test_who_found_the_solution_is_not_told_of_it(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    ben = make_person("ben")
    me_too(thread, ann, ben)
    solve(thread, asker, answer(thread, ann))
    assert asked(app, days=1) == ["ben@example.com"] and told(ann) == 0


def test_telling_many_costs_few_statements_and_misses_nobody(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    people = [make_person() for _ in range(25)]
    me_too(thread, *people)
    post = answer(thread, ann)
    solve(thread, asker, post)
    with count_queries() as found, unit_of_work():
        assert asking.tell_affected(thread.id, site_timing(), 100) == 25
    assert len(found) <= 12, "\n".join(s[:80].replace("\n", " ") for s in found)
    with count_queries() as found, unit_of_work():
        assert asking.send_due(site_timing(), 100) == 25
    assert len(found) <= 4, found
    assert len(set(asked(app, hours=1))) == 25


def test_the_batches_of_a_job_leave_nobody_out(
    app: Flask, asker: Person, ann: Person, thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.notifications.jobs.BATCH", 2)
    me_too(thread, *(make_person() for _ in range(5)))
    solve(thread, asker, answer(thread, ann))
    assert len(later(app, days=1)) == 5


def test_opening_posts_and_outcomes_are_untouched_by_asking(app: Flask, asker: Person, ann: Person, thread: Thread) -> None:
    answer(thread, ann)
    later(app, days=9)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outcome)) == 0
    assert opening_of(thread).revision == 1


def test_telling_of_a_question_that_is_gone_tells_nobody(app: Flask) -> None:
    with unit_of_work():
        enqueue("notifications.solved", {"thread_id": 10**9})
    assert collect(app) == []
