"""Slow mode, the archive, and the rule by which solved questions get there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.actor import SYSTEM, Actor, Role
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.uow import unit_of_work
from app.forum import policies
from app.forum.events import ThreadCurated
from app.forum.models import Thread
from app.forum.queries.archiving import count_due, is_due
from app.forum.queries.threads import get_thread
from app.forum.services import curating
from app.forum.services.answering import add_post
from app.forum.services.archiving import archive_due
from app.forum.services.commenting import add_comment
from app.forum.services.pacing import pace_words
from tests.factories import actor_of, make_answer, make_category, make_person, make_question, opening_of
from tests.forum.services.acting import do, text, thread_now

pytestmark = pytest.mark.usefixtures("app")
LONG_AGO = timedelta(days=400)


@pytest.fixture
def mod():
    return make_person("mod", role="moderator")


def test_in_a_slow_thread_people_wait_between_answers_and_comments(mod, told):
    thread, tom = make_question(), make_person()
    do(curating.slow_thread, mod, thread_id=thread.id, minutes=15, reason="Heated")
    do(add_post, tom, thread_id=thread.id, body=text("First answer"))
    for act in (
        lambda: do(add_post, tom, thread_id=thread.id, body=text("Second answer")),
        lambda: do(add_comment, tom, post_id=opening_of(thread).id, body=text("And a remark", is_comment=True)),
    ):
        with pytest.raises(Invalid, match="15 minutes") as refused:
            act()
        assert list(refused.value.errors) == ["body"]
    do(add_post, make_person(), thread_id=thread.id, body=text("Somebody else's"))
    for role in ("staff", "moderator"):
        helper = make_person(role=role)
        for number in range(2):
            do(add_post, helper, thread_id=thread.id, body=text(f"Calm down, {role} {number}"))
    assert [(event.action, event.before) for event in told.of(ThreadCurated)] == [("slow", "0")]


def test_who_waited_long_enough_posts_again_and_starting_a_thread_does_not_count():
    asker, tom = make_person(), make_person()
    thread = make_question(author=asker, slow_minutes=15)
    do(add_post, asker, thread_id=thread.id, body=text("I found it out myself"))
    make_answer(thread, tom, created_at=now() - timedelta(minutes=16))
    do(add_post, tom, thread_id=thread.id, body=text("Once more"))


def test_a_pace_is_one_of_those_offered_and_changes_something(mod):
    thread = make_question()
    for minutes in (-1, 7):
        with pytest.raises(Invalid):
            do(curating.slow_thread, mod, thread_id=thread.id, minutes=minutes)
    with pytest.raises(Conflict):
        do(curating.slow_thread, mod, thread_id=thread.id, minutes=0)


@pytest.mark.parametrize(("minutes", "words"), [(1, "1 minute"), (15, "15 minutes"), (60, "1 hour"), (1440, "24 hours")])
def test_paces_have_words(minutes: int, words: str):
    assert pace_words(minutes) == words


def test_an_archived_thread_keeps_its_status_and_takes_nothing(mod):
    author = make_person()
    thread = make_question(author=author)
    answer, member = make_answer(thread), actor_of(make_person())
    do(curating.archive_thread, mod, thread_id=thread.id, reason="Over")
    fresh = get_thread(SYSTEM, thread.id)
    assert not policies.can_add_post(member, fresh) and not policies.can_vote(member, answer, fresh)
    assert not policies.can_comment(member, answer, fresh)
    assert not policies.can_edit_post(actor_of(author), opening_of(thread), fresh)
    assert policies.can_say_worked(member, answer, fresh), "whether it still works can always be said"
    with pytest.raises(Conflict):
        do(curating.archive_thread, mod, thread_id=thread.id, reason="Over")
    do(curating.unarchive_thread, mod, thread_id=thread.id)
    with pytest.raises(Conflict):
        do(curating.unarchive_thread, mod, thread_id=thread.id)


def solved(category, at=None, **values):
    """A question that an answer solved at `at`, and nobody wrote in since."""
    from app.forum.services.recounting import recount_thread
    from tests.factories import accept

    moment = at or now() - LONG_AGO
    thread = make_question(category=category, created_at=moment, **values)
    accept(make_answer(thread, created_at=moment))
    with unit_of_work():
        recount_thread(thread.id)
    return thread


def test_the_rule_archives_old_solved_questions_of_its_category_only(told):
    ruled, free = make_category(archive_after_days=365), make_category()
    old, fresh, elsewhere = solved(ruled), solved(ruled, at=now() - timedelta(days=30)), solved(free)
    unsolved, hidden = make_question(category=ruled, created_at=now() - LONG_AGO), solved(ruled, hidden_at=now())
    for thread in (old, fresh, elsewhere, unsolved, hidden):
        current = thread_now(thread)
        assert count_due(current.category_id, 365, now()) >= is_due(current, 365, now())
    told.clear()
    assert count_due(ruled.id, 365, now()) == 1
    assert archive_due() == (1, 0)
    archived = [thread.id for thread in (old, fresh, elsewhere, unsolved, hidden) if thread_now(thread).archived_at is not None]
    assert archived == [old.id] and thread_now(old).status == "solved"
    assert [(event.action, event.actor_id, event.reason) for event in told.of(ThreadCurated)] == [
        ("archive", None, "Solved, and quiet for 365 days")
    ]
    assert archive_due() == (0, 0), "once is enough"


def test_what_a_moderator_takes_out_again_is_left_alone_for_as_many_days(mod):
    thread = solved(make_category(archive_after_days=30))
    archive_due()
    do(curating.unarchive_thread, mod, thread_id=thread.id)
    assert archive_due() == (0, 0)
    with unit_of_work():
        db.session.get_one(Thread, thread.id).unarchived_at = now() - timedelta(days=31)
    assert archive_due() == (1, 0)


def test_a_question_whose_solution_falls_into_doubt_opens_again_unless_a_person_archived_it(mod):
    category = make_category(archive_after_days=30)
    by_rule, by_hand = solved(category), solved(make_category())
    do(curating.archive_thread, mod, thread_id=by_hand.id, reason="Over")
    archive_due()
    with unit_of_work():
        for thread in (by_rule, by_hand):
            row = db.session.get_one(Thread, thread.id)
            row.status, row.solved_at = "disputed", None
    assert archive_due() == (0, 1)
    assert thread_now(by_rule).archived_at is None and thread_now(by_hand).archived_at is not None


def test_a_closed_question_stays_in_the_archive_as_nobody_doubts_its_solution(mod):
    by_rule = solved(make_category(archive_after_days=30))
    archive_due()
    do(curating.close_thread, mod, thread_id=by_rule.id, reason="Not made any more")
    assert thread_now(by_rule).status == "closed"
    assert archive_due() == (0, 0)
    assert thread_now(by_rule).archived_at is not None


@pytest.mark.parametrize(
    ("role", "minutes", "waits"),
    [("member", 5, True), ("member", 0, False), ("staff", 5, False), ("moderator", 5, False), ("admin", 60, False)],
)
def test_a_slow_thread_slows_everybody_but_those_in_charge(role: str, minutes: int, waits: bool):
    assert policies.is_slowed(Actor(id=1, role=Role(role)), Thread(slow_minutes=minutes)) is waits
