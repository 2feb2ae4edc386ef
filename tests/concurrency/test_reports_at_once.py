"""Several people report, and several moderators decide, at the same moment: one setting aside, one decision, no report lost."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from app.core.db import db
from app.core.errors import AppError, Conflict, NotFound
from app.forum.models import Category, Post, Thread
from app.moderation.flags.flagging import flag_post
from app.moderation.flags.resolving import resolve_post_flags
from app.moderation.models import Flag, LogEntry
from tests.concurrency.test_forum_at_once import at_once, call
from tests.factories import actor_of, make_answer, make_person, make_question, opening_of


def reports(post: Post, people: int):
    return [call(flag_post, actor_of(make_person()), post_id=post.id, reason="spam") for _ in range(people)]


def moderators(number: int = 2):
    return [actor_of(make_person(role="moderator")) for _ in range(number)]


def actions() -> Counter[str]:
    return Counter(db.session.scalars(sa.select(LogEntry.action)))


def test_reports_that_cross_the_bound_at_once_set_a_text_aside_once(app):
    answer = make_answer(make_question())
    for work in reports(answer, 2):
        work()
    results = at_once(app, reports(answer, 3))
    # Who comes after the text is out of sight does not see it any more.
    assert all(isinstance(result, int | NotFound) for result in results), results
    assert actions() == {"set_aside": 1}
    db.session.expire_all()
    assert db.session.get_one(Post, answer.id).held_at is not None


def test_whole_threads_are_counted_once_when_they_are_set_aside(app):
    thread = make_question()
    results = at_once(app, reports(opening_of(thread), 4))
    assert all(isinstance(result, int | NotFound) for result in results), results
    db.session.expire_all()
    assert db.session.get_one(Thread, thread.id).held_at is not None and actions() == {"set_aside": 1}
    listed = sa.select(sa.func.count()).select_from(Thread).where(Thread.held_at.is_(None), Thread.hidden_at.is_(None))
    assert db.session.scalar(sa.select(sa.func.sum(Category.thread_count))) == db.session.scalar(listed) == 0


def test_two_moderators_decide_once(app):
    answer = make_answer(make_question())
    for work in reports(answer, 2):
        work()
    one, two = moderators()
    results = at_once(
        app,
        [
            call(resolve_post_flags, one, post_id=answer.id, is_upheld=True, note="Advertising"),
            call(resolve_post_flags, two, post_id=answer.id, is_upheld=False),
        ],
    )
    assert sorted(isinstance(result, Conflict) for result in results) == [False, True], results
    counted = actions()
    assert counted["uphold"] + counted["decline"] == 1
    assert len(set(db.session.scalars(sa.select(Flag.state)))) == 1


def test_a_report_during_a_decision_is_decided_with_it_or_stands_for_itself(app):
    answer = make_answer(make_question())
    for work in reports(answer, 1):
        work()
    results = at_once(app, [call(resolve_post_flags, moderators(1)[0], post_id=answer.id, is_upheld=False), *reports(answer, 1)])
    assert not any(isinstance(result, AppError) for result in results), results
    states = Counter(db.session.scalars(sa.select(Flag.state)))
    assert states in ({"declined": 2}, {"declined": 1, "open": 1}), states
