"""Reports: raised by members, decided together, hiding what they are right about."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post, Thread
from app.moderation.flags.flagging import flag_comment, flag_post
from app.moderation.flags.resolving import resolve_comment_flags, resolve_post_flags
from app.moderation.models import Flag, LogEntry
from app.moderation.queries import count_queue, list_queue
from tests.factories import actor_of, body, make_answer, make_category, make_person, make_question, opening_of


def raise_flag(actor, post_id: int, reason: str = "spam", note: str = "") -> Flag:
    with unit_of_work():
        return flag_post(actor, post_id=post_id, reason=reason, note=note)


def make_comment(post: Post, text: str = "Buy cheap pumps here") -> Comment:
    author, rendered = make_person(), body(text)
    with unit_of_work():
        comment = Comment(
            post_id=post.id, author_id=author.id, body_source=text, body_html=str(rendered.html), body_text=rendered.text
        )
        db.session.add(comment)
    return comment


@pytest.fixture
def moderator(app: Flask):
    return actor_of(make_person("mo", role="moderator"))


def test_a_member_reports_a_post_and_it_waits_in_the_queue(app: Flask, moderator):
    answer = make_answer(make_question())
    raise_flag(actor_of(make_person()), answer.id, "wrong", "This burns the pump.")
    (item,) = list_queue(moderator)
    assert (item.kind, item.id, item.flags[0].reason, item.flags[0].note) == ("post", answer.id, "wrong", "This burns the pump.")
    assert count_queue(moderator) == 1


def test_reporting_twice_is_one_report_and_two_people_make_one_item(app: Flask, moderator):
    answer, first = make_answer(make_question()), actor_of(make_person())
    assert raise_flag(first, answer.id).id == raise_flag(first, answer.id).id
    raise_flag(actor_of(make_person()), answer.id, "rude")
    (item,) = list_queue(moderator)
    assert [flag.reason for flag in item.flags] == ["spam", "rude"] and count_queue(moderator) == 1


def test_visitors_and_suspended_people_cannot_report(app: Flask):
    answer = make_answer(make_question())
    with pytest.raises(Forbidden):
        raise_flag(ANONYMOUS, answer.id)
    suspended = make_person(suspended_until=now().replace(year=2999))
    with pytest.raises(Forbidden):
        raise_flag(actor_of(suspended), answer.id)


def test_nobody_reports_what_they_cannot_see_or_what_they_wrote(app: Flask):
    author = make_person()
    secret = make_answer(make_question(category=make_category(audience="staff")))
    with pytest.raises(NotFound):
        raise_flag(actor_of(author), secret.id)
    with pytest.raises(Conflict):
        raise_flag(actor_of(author), make_answer(make_question(), author).id)


@pytest.mark.parametrize(
    ("reason", "note", "field"), [("boring", "", "reason"), ("other", "", "note"), ("spam", "x" * 501, "note")]
)
def test_a_report_needs_a_known_reason_and_words_for_other(app: Flask, reason: str, note: str, field: str):
    with pytest.raises(Invalid) as caught:
        raise_flag(actor_of(make_person()), make_answer(make_question()).id, reason, note)
    assert field in caught.value.errors


def test_upholding_hides_the_post_and_writes_the_log(app: Flask, moderator):
    answer = make_answer(make_question())
    raise_flag(actor_of(make_person()), answer.id)
    with unit_of_work():
        assert resolve_post_flags(moderator, post_id=answer.id, is_upheld=True, note="Advertising") == 1
    db.session.expire_all()
    assert db.session.get_one(Post, answer.id).hidden_reason == "Advertising"
    assert list(db.session.scalars(sa.select(LogEntry.action).order_by(LogEntry.id))) == ["hide", "uphold"]
    assert not list_queue(moderator)


def test_upholding_a_report_about_a_question_hides_the_thread(app: Flask, moderator):
    thread = make_question()
    raise_flag(actor_of(make_person()), opening_of(thread).id)
    with unit_of_work():
        resolve_post_flags(moderator, post_id=opening_of(thread).id, is_upheld=True)
    db.session.expire_all()
    assert db.session.get_one(Thread, thread.id).hidden_reason == "Reported as spam or advertising"


def test_declining_leaves_the_post_alone(app: Flask, moderator):
    answer = make_answer(make_question())
    raise_flag(actor_of(make_person()), answer.id)
    with unit_of_work():
        resolve_post_flags(moderator, post_id=answer.id, is_upheld=False, note="It is on topic")
    db.session.expire_all()
    assert db.session.get_one(Post, answer.id).hidden_at is None
    assert db.session.scalars(sa.select(Flag.state)).one() == "declined"


def test_the_second_moderator_is_told_that_somebody_was_faster(app: Flask, moderator):
    answer = make_answer(make_question())
    raise_flag(actor_of(make_person()), answer.id)
    with unit_of_work():
        resolve_post_flags(moderator, post_id=answer.id, is_upheld=False)
    with pytest.raises(Conflict), unit_of_work():
        resolve_post_flags(moderator, post_id=answer.id, is_upheld=True)


def test_members_and_staff_do_not_decide(app: Flask):
    answer = make_answer(make_question())
    raise_flag(actor_of(make_person()), answer.id)
    for actor in (actor_of(make_person()), actor_of(make_person(role="staff"))):
        with pytest.raises(Forbidden), unit_of_work():
            resolve_post_flags(actor, post_id=answer.id, is_upheld=True)


def test_comments_are_reported_and_hidden_alike(app: Flask, moderator):
    comment, reporter = make_comment(make_answer(make_question())), actor_of(make_person())
    with unit_of_work():
        flag_comment(reporter, comment_id=comment.id, reason="spam")
    assert list_queue(moderator)[0].kind == "comment"
    with unit_of_work():
        resolve_comment_flags(moderator, comment_id=comment.id, is_upheld=True)
    db.session.expire_all()
    assert db.session.get_one(Comment, comment.id).hidden_at is not None


def test_held_threads_wait_in_the_queue_and_staff_only_ones_wait_for_staff(app: Flask, moderator):
    make_question(title="A held question about frost", held_at=now())
    make_question(title="Internal matter held back", held_at=now(), category=make_category(audience="staff"))
    assert [item.thread_title for item in list_queue(moderator)] == ["A held question about frost"]
    assert len(list_queue(actor_of(make_person(role="admin")))) == 2
