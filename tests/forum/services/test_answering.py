"""Adding answers, replies and comments."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.forum.events import CommentAdded, PeopleMentioned, PostAdded, StatusChanged
from app.forum.models import Post, PostRevision
from app.forum.services.answering import add_post
from app.forum.services.commenting import add_comment, delete_comment, edit_comment
from app.forum.services.figures import FIGURES, derive_figures
from tests.factories import make_answer, make_category, make_person, make_question, make_thread, opening_of
from tests.forum.services.acting import comment_now, do, is_sync_requested, post_now, text, thread_now

pytestmark = pytest.mark.usefixtures("app")


def test_an_answer_counts_changes_the_status_and_is_told(told):
    tom, thread = make_person(), make_question(created_at=now() - timedelta(days=2))
    post = do(add_post, tom, thread_id=thread.id, body=text("Prime the pump."))
    after = thread_now(thread)
    assert (post.kind, post.revision, post.is_official, post.body_text) == ("answer", 1, False, "Prime the pump.")
    assert (after.answer_count, after.status, after.last_activity_at) == (1, "answered", post.created_at)
    assert told == [StatusChanged(thread.id, "unanswered", "answered"), PostAdded(thread.id, post.id, tom.id)]
    assert is_sync_requested(thread)
    assert db.session.scalars(sa.select(PostRevision.number).where(PostRevision.post_id == post.id)).all() == [1]


def test_a_reply_in_a_discussion_is_no_answer():
    thread = make_thread(kind="discussion")
    post = do(add_post, make_person(role="staff"), thread_id=thread.id, body=text("Me too."))
    assert (post.kind, post.is_official, thread_now(thread).status) == ("reply", False, "open")


def test_answers_of_staff_are_official():
    post = do(add_post, make_person(role="staff"), thread_id=make_question().id, body=text("Use firmware 4.2."))
    assert post.is_official


@pytest.mark.parametrize("kind", ["question", "discussion"])
def test_counting_a_new_post_agrees_with_what_the_rows_say(kind):
    mira = make_person()
    thread = make_thread(kind=kind, author=mira, created_at=now() - timedelta(days=2))
    for number, writer in enumerate((mira, make_person(), make_person(role="staff"), make_person(), mira)):
        do(add_post, writer, thread_id=thread.id, body=text(f"Answer no. {number} about the pump."))
        after = thread_now(thread)
        derived = derive_figures([after])[thread.id]
        assert {name: getattr(after, name) for name in FIGURES} == {name: getattr(derived, name) for name in FIGURES}


def test_askers_may_answer_their_own_question():
    mira = make_person()
    post = do(add_post, mira, thread_id=make_question(author=mira).id, body=text("Found it."))
    assert post.author_id == mira.id


@pytest.mark.parametrize("state", ["locked_at", "closed_at", "held_at"])
def test_a_thread_that_takes_no_posts_says_so(state):
    mira = make_person()
    thread = make_question(author=mira, **{state: now()})
    with pytest.raises(Conflict):
        do(add_post, mira, thread_id=thread.id, body=text("Hello?"))


def test_moderators_may_answer_in_locked_threads():
    thread = make_question(locked_at=now())
    assert do(add_post, make_person(role="moderator"), thread_id=thread.id, body=text("Final word."))


def test_hidden_and_secret_threads_do_not_exist_for_members():
    for thread in (make_question(hidden_at=now()), make_question(category=make_category(audience="staff"))):
        with pytest.raises(NotFound):
            do(add_post, make_person(), thread_id=thread.id, body=text("Hello?"))
    with pytest.raises(NotFound):
        do(add_post, make_person(), thread_id=2**62, body=text("Hello?"))


def test_suspended_people_cannot_answer():
    with pytest.raises(Forbidden):
        do(add_post, make_person(suspended_until=now() + timedelta(days=1)), thread_id=make_question().id, body=text("Hi"))


def test_an_empty_answer_is_refused():
    with pytest.raises(Invalid):
        do(add_post, make_person(), thread_id=make_question().id, body=text("  "))


def test_a_double_click_answers_once(told):
    tom, thread = make_person(), make_question()
    ids = {do(add_post, tom, thread_id=thread.id, body=text("Prime it.")).id for _ in range(2)}
    assert len(ids) == 1 and thread_now(thread).answer_count == 1 and len(told.of(PostAdded)) == 1


def test_a_comment_is_counted_and_told(told):
    tom, post = make_person(), make_answer(make_question())
    comment = do(add_comment, tom, post_id=post.id, body=text("Which *filter*?", is_comment=True))
    assert post_now(post).comment_count == 1 and "<em>filter</em>" in comment.body_html
    assert told == [CommentAdded(post.thread_id, post.id, comment.id, tom.id)]


def test_a_comment_is_activity_of_the_thread():
    thread = make_question(created_at=now() - timedelta(days=3))
    comment = do(add_comment, make_person(), post_id=opening_of(thread).id, body=text("Which pump?", is_comment=True))
    assert thread_now(thread).last_activity_at == comment.created_at


def test_a_hidden_post_takes_no_comments():
    post = make_answer(make_question(), hidden_at=now())
    with pytest.raises(NotFound):
        do(add_comment, make_person(), post_id=post.id, body=text("Why?", is_comment=True))
    with pytest.raises(Conflict):
        do(add_comment, make_person(role="moderator"), post_id=post.id, body=text("Why?", is_comment=True))


def test_a_comment_has_at_most_two_thousand_characters():
    with pytest.raises(Invalid):
        do(add_comment, make_person(), post_id=make_answer(make_question()).id, body=text("x" * 2001))


def test_a_double_click_comments_once():
    tom, post = make_person(), make_answer(make_question())
    ids = {do(add_comment, tom, post_id=post.id, body=text("Which one?", is_comment=True)).id for _ in range(2)}
    assert len(ids) == 1 and post_now(post).comment_count == 1


def test_authors_change_a_comment_for_half_an_hour_and_only_new_people_are_told(told):
    tom, ann, bob = make_person("tom"), make_person("ann"), make_person("bob")
    post = make_answer(make_question())
    comment = do(add_comment, tom, post_id=post.id, body=text("Ask @ann", is_comment=True), mentions=[ann.id])
    told.clear()
    do(edit_comment, tom, comment_id=comment.id, body=text("Ask @ann or @bob", is_comment=True), mentions=[ann.id, bob.id])
    assert told.of(PeopleMentioned) == [PeopleMentioned(post.thread_id, post.id, comment.id, tom.id, (bob.id,))]
    assert comment_now(comment).edited_at is not None
    with time_machine.travel(now() + timedelta(minutes=31)), pytest.raises(Forbidden):
        do(edit_comment, tom, comment_id=comment.id, body=text("Too late", is_comment=True))


def test_others_cannot_change_a_comment():
    comment = do(add_comment, make_person(), post_id=make_answer(make_question()).id, body=text("Mine", is_comment=True))
    with pytest.raises(Forbidden):
        do(edit_comment, make_person(), comment_id=comment.id, body=text("Yours", is_comment=True))


def test_a_comment_taken_back_is_hidden_and_not_counted_and_twice_changes_nothing():
    tom, post = make_person(), make_answer(make_question())
    comment = do(add_comment, tom, post_id=post.id, body=text("Oops", is_comment=True))
    for _ in range(2):
        do(delete_comment, tom, comment_id=comment.id)
    assert comment_now(comment).hidden_at is not None and post_now(post).comment_count == 0
    with pytest.raises(NotFound):
        do(edit_comment, tom, comment_id=comment.id, body=text("Back", is_comment=True))


def test_moderators_hide_with_a_reason_instead_of_taking_back():
    comment = do(add_comment, make_person(), post_id=make_answer(make_question()).id, body=text("Rude", is_comment=True))
    with pytest.raises(Forbidden):
        do(delete_comment, make_person(role="moderator"), comment_id=comment.id)


def test_nothing_is_stored_when_a_subscriber_fails(monkeypatch):
    from app.forum.services import answering

    def explode(_event: object) -> None:
        raise RuntimeError("subscriber")

    monkeypatch.setattr(answering, "emit", explode)
    thread = make_question()
    with pytest.raises(RuntimeError):
        do(add_post, make_person(), thread_id=thread.id, body=text("Prime it."))
    assert thread_now(thread).answer_count == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Post).where(Post.kind == "answer")) == 0
