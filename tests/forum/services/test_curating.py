"""What moderators do with threads, posts and comments, and how each is undone."""

from __future__ import annotations

import pytest

from app.core.clock import now
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.forum.events import CommentCurated, PeopleMentioned, PostAdded, PostCurated, ThreadCurated, ThreadHeld, ThreadStarted
from app.forum.services import curating
from app.forum.services.commenting import add_comment
from app.forum.services.editing import edit_post
from tests.factories import make_answer, make_category, make_person, make_question, make_thread, opening_of
from tests.forum.services.acting import comment_now, count_in, do, is_sync_requested, post_now, tag_counts, text, thread_now

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def mod():
    return make_person("mod", role="moderator")


def states(thread):
    after = thread_now(thread)
    return {
        "hidden": after.hidden_at is not None, "held": after.held_at is not None, "locked": after.locked_at is not None,
        "closed": after.closed_at is not None, "pinned": after.is_pinned,
    }  # fmt: skip


PAIRS = [
    ("hide", "restore", {}, "hidden"),
    ("lock", "unlock", {"note": "Please wait"}, "locked"),
    ("pin", "unpin", {}, "pinned"),
    ("close", "reopen", {}, "closed"),
]


@pytest.mark.parametrize(("there", "back", "values", "state"), PAIRS)
def test_each_action_has_its_way_back_and_both_are_told(mod, told, there, back, values, state):
    thread = make_question()
    do(getattr(curating, f"{there}_thread"), mod, thread_id=thread.id, reason="Because", **values)
    assert states(thread)[state] and is_sync_requested(thread)
    do(getattr(curating, f"{back}_thread"), mod, thread_id=thread.id, reason="Sorry")
    assert not any(states(thread).values())
    assert [(event.action, event.actor_id, event.reason) for event in told.of(ThreadCurated)] == [
        (there, mod.id, "Because"), (back, mod.id, "Sorry"),
    ]  # fmt: skip


@pytest.mark.parametrize(("there", "back", "values", "state"), PAIRS)
def test_the_second_of_two_moderators_is_told_that_it_is_done(mod, told, there, back, values, state):
    thread = make_question()
    with pytest.raises(Conflict):
        do(getattr(curating, f"{back}_thread"), mod, thread_id=thread.id)
    do(getattr(curating, f"{there}_thread"), mod, thread_id=thread.id, reason="Because")
    with pytest.raises(Conflict):
        do(getattr(curating, f"{there}_thread"), make_person(role="moderator"), thread_id=thread.id, reason="Me too")
    assert len(told.of(ThreadCurated)) == 1


@pytest.mark.parametrize("role", ["member", "staff"])
@pytest.mark.parametrize(("there", "back", "values", "state"), PAIRS)
def test_only_moderators_do_it(role, there, back, values, state):
    with pytest.raises(Forbidden):
        do(getattr(curating, f"{there}_thread"), make_person(role=role), thread_id=make_question().id, reason="Because")


def test_staff_only_threads_do_not_exist_for_moderators(mod):
    with pytest.raises(NotFound):
        do(curating.lock_thread, mod, thread_id=make_question(category=make_category(audience="staff")).id)


def test_hiding_and_closing_need_a_reason(mod):
    for service in (curating.hide_thread, curating.close_thread):
        with pytest.raises(Invalid) as refused:
            do(service, mod, thread_id=make_question().id, reason="  ")
        assert list(refused.value.errors) == ["reason"]


def test_hidden_threads_are_counted_nowhere_and_restored_ones_again(mod):
    category = make_category()
    thread = make_question(category=category, tags=("pump",))
    assert (count_in(category), tag_counts()) == (1, {"pump": 1})
    do(curating.hide_thread, mod, thread_id=thread.id, reason="Spam")
    assert (count_in(category), tag_counts()) == (0, {"pump": 0})
    do(curating.restore_thread, mod, thread_id=thread.id)
    assert (count_in(category), tag_counts()) == (1, {"pump": 1})


def test_what_undoing_needs_is_in_the_event(mod, told):
    old, new = make_category(), make_category(audience="members")
    thread = make_question(category=old, tags=("pump",))
    do(curating.hide_thread, mod, thread_id=thread.id, reason="Spam")
    do(curating.restore_thread, mod, thread_id=thread.id)
    do(curating.close_thread, mod, thread_id=thread.id, reason="Too broad")
    do(curating.reopen_thread, mod, thread_id=thread.id)
    do(curating.lock_thread, mod, thread_id=thread.id, note="Heated")
    do(curating.unlock_thread, mod, thread_id=thread.id)
    do(curating.move_thread, mod, thread_id=thread.id, category_id=new.id)
    assert [(event.action, event.before) for event in told.of(ThreadCurated)] == [
        ("hide", ""), ("restore", "Spam"), ("close", ""), ("reopen", "Too broad"), ("lock", ""), ("unlock", "Heated"),
        ("move", str(old.id)),
    ]  # fmt: skip
    assert (count_in(old), count_in(new), tag_counts()) == (0, 1, {"pump": 0})


def test_a_thread_moves_only_to_a_category_that_the_moderator_knows(mod):
    thread = make_question()
    for category_id in (make_category(audience="staff").id, 999_999):
        with pytest.raises(Invalid):
            do(curating.move_thread, mod, thread_id=thread.id, category_id=category_id)
    with pytest.raises(Conflict):
        do(curating.move_thread, mod, thread_id=thread.id, category_id=thread.category_id)


def test_closing_makes_the_status_closed_and_reopening_derives_it_again(mod):
    thread = make_question()
    make_answer(thread)
    do(curating.close_thread, mod, thread_id=thread.id, reason="Too broad")
    assert thread_now(thread).status == "closed"
    do(curating.reopen_thread, mod, thread_id=thread.id)
    assert thread_now(thread).status == "answered"
    talk = make_thread(kind="discussion")
    do(curating.close_thread, mod, thread_id=talk.id, reason="Done")
    assert thread_now(talk).status == "closed"
    do(curating.reopen_thread, mod, thread_id=talk.id)
    assert thread_now(talk).status == "open"


def test_an_approved_thread_counts_as_started_and_mentions_are_told_then(mod, told):
    category, ann = make_category(needs_approval=True), make_person("ann")
    from app.forum.services.asking import start_thread
    from app.forum.services.composing import compose

    composed = compose("Ask @ann please")
    assert composed.mentions == (ann.id,)
    mira = make_person("mira")
    thread = do(
        start_thread, mira, kind="question", category_id=category.id, title="Why does it hum so loudly?", body=composed.body,
        tags=["pump"], mentions=composed.mentions,
    )  # fmt: skip
    told.clear()
    do(curating.approve_thread, mod, thread_id=thread.id)
    opening = opening_of(thread)
    assert told == [
        ThreadStarted(thread.id, opening.id, mira.id), PeopleMentioned(thread.id, opening.id, None, mira.id, (ann.id,)),
        ThreadCurated(thread.id, "approve", mod.id, ""),
    ]  # fmt: skip
    assert (count_in(category), tag_counts()) == (1, {"pump": 1})
    with pytest.raises(Conflict):
        do(curating.approve_thread, mod, thread_id=thread.id)
    told.clear()
    do(curating.hold_thread, mod, thread_id=thread.id)
    assert [type(event) for event in told] == [ThreadHeld, ThreadCurated] and count_in(category) == 0


def test_a_rejected_thread_is_hidden_and_restoring_lets_it_wait_again(mod):
    thread = make_question(held_at=now())
    do(curating.reject_thread, mod, thread_id=thread.id, reason="Advertising")
    assert states(thread)["hidden"] and thread_now(thread).hidden_reason == "Advertising"
    with pytest.raises(Conflict):
        do(curating.approve_thread, mod, thread_id=thread.id)
    do(curating.restore_thread, mod, thread_id=thread.id)
    assert states(thread)["held"] and not states(thread)["hidden"]


def test_a_hidden_post_is_not_counted_and_comes_back(mod, told):
    thread = make_question()
    post = make_answer(thread)
    do(curating.hide_post, mod, post_id=post.id, reason="Dangerous")
    assert (thread_now(thread).answer_count, thread_now(thread).status, post_now(post).hidden_reason) == (
        0,
        "unanswered",
        "Dangerous",
    )
    with pytest.raises(Conflict):
        do(curating.hide_post, mod, post_id=post.id, reason="Again")
    do(curating.restore_post, mod, post_id=post.id)
    assert (thread_now(thread).answer_count, thread_now(thread).status) == (1, "answered")
    assert [event.action for event in told.of(PostCurated)] == ["hide", "restore"]


def test_an_opening_text_is_hidden_with_its_thread_only(mod):
    for service in (curating.hide_post, curating.hold_post):
        with pytest.raises(Conflict):
            do(service, mod, post_id=opening_of(make_question()).id, reason="Spam")


def test_a_waiting_post_is_approved_or_rejected(mod, told):
    thread = make_question()
    good, bad = make_answer(thread, held_at=now()), make_answer(thread, held_at=now())
    do(curating.approve_post, mod, post_id=good.id)
    do(curating.reject_post, mod, post_id=bad.id, reason="Spam")
    assert thread_now(thread).answer_count == 1
    assert [event.post_id for event in told.of(PostAdded)] == [good.id]
    for service in (curating.approve_post, curating.reject_post):
        with pytest.raises(Conflict):
            do(service, mod, post_id=bad.id, reason="Again")
    do(curating.hold_post, mod, post_id=good.id)
    assert thread_now(thread).answer_count == 0


def test_members_do_not_hide_posts():
    with pytest.raises(Forbidden):
        do(curating.hide_post, make_person(), post_id=make_answer(make_question()).id, reason="No")


def test_a_hidden_comment_is_not_counted_and_comes_back(mod, told):
    post = make_answer(make_question())
    comment = do(add_comment, make_person(), post_id=post.id, body=text("Rude", is_comment=True))
    do(curating.hide_comment, mod, comment_id=comment.id, reason="Rude")
    assert comment_now(comment).hidden_at is not None and post_now(post).comment_count == 0
    with pytest.raises(Conflict):
        do(curating.hide_comment, mod, comment_id=comment.id, reason="Again")
    do(curating.restore_comment, mod, comment_id=comment.id)
    assert post_now(post).comment_count == 1
    assert [event.action for event in told.of(CommentCurated)] == ["hide", "restore"]


def test_a_duplicate_is_closed_counted_and_opened_again(mod, told):
    original, thread = make_question(), make_question()
    do(curating.close_as_duplicate, mod, thread_id=thread.id, original_id=original.id, reason="Same pump")
    after = thread_now(thread)
    assert (after.duplicate_of_id, after.status, thread_now(original).duplicate_count) == (original.id, "closed", 1)
    assert is_sync_requested(original)
    with pytest.raises(Conflict):
        do(curating.reopen_thread, mod, thread_id=thread.id)
    with pytest.raises(Conflict):
        do(curating.close_as_duplicate, mod, thread_id=thread.id, original_id=make_question().id)
    do(curating.undo_duplicate, mod, thread_id=thread.id)
    after = thread_now(thread)
    assert (after.duplicate_of_id, after.status, thread_now(original).duplicate_count) == (None, "unanswered", 0)
    assert [(event.action, event.before) for event in told.of(ThreadCurated)] == [
        ("duplicate", ""),
        ("unduplicate", str(original.id)),
    ]


def test_duplicates_follow_to_the_original_and_come_back_with_undo(mod, told):
    original, middle, first, second = (make_question() for _ in range(4))
    for thread in (first, second):
        do(curating.close_as_duplicate, mod, thread_id=thread.id, original_id=middle.id)
    told.clear()
    do(curating.close_as_duplicate, mod, thread_id=middle.id, original_id=original.id)
    assert {thread_now(thread).duplicate_of_id for thread in (first, second, middle)} == {original.id}
    assert (thread_now(original).duplicate_count, thread_now(middle).duplicate_count) == (3, 0)
    before = told.of(ThreadCurated)[0].before
    do(curating.undo_duplicate, mod, thread_id=middle.id, give_back=before)
    assert [thread_now(thread).duplicate_of_id for thread in (first, second, middle)] == [middle.id, middle.id, None]
    assert (thread_now(original).duplicate_count, thread_now(middle).duplicate_count) == (0, 2)


def test_naming_a_duplicate_as_original_means_its_original(mod):
    original, known, thread = (make_question() for _ in range(3))
    do(curating.close_as_duplicate, mod, thread_id=known.id, original_id=original.id)
    do(curating.close_as_duplicate, mod, thread_id=thread.id, original_id=known.id)
    assert thread_now(thread).duplicate_of_id == original.id


def test_a_thread_that_was_closed_before_stays_closed_after_undo(mod):
    original, thread = make_question(), make_question()
    do(curating.close_thread, mod, thread_id=thread.id, reason="Too broad")
    do(curating.close_as_duplicate, mod, thread_id=thread.id, original_id=original.id)
    do(curating.undo_duplicate, mod, thread_id=thread.id)
    assert states(thread)["closed"] and thread_now(thread).close_reason == "Too broad"


def test_an_original_must_be_another_visible_thread_of_the_kind_with_as_many_readers(mod):
    thread = make_question()
    others = [
        thread.id, 2**62, make_question(hidden_at=now()).id, make_question(held_at=now()).id, make_thread(kind="discussion").id,
        make_question(category=make_category(audience="staff")).id, make_question(category=make_category(audience="members")).id,
    ]  # fmt: skip
    for original_id in others:
        with pytest.raises(Invalid):
            do(curating.close_as_duplicate, mod, thread_id=thread.id, original_id=original_id)


def test_members_do_not_close_duplicates():
    with pytest.raises(Forbidden):
        do(curating.close_as_duplicate, make_person(), thread_id=make_question().id, original_id=make_question().id)


def test_a_circle_of_imported_duplicates_is_survived(mod):
    from app.core.db import db
    from app.core.uow import unit_of_work
    from app.forum.models import Thread

    first, second, third = (make_question() for _ in range(3))
    with unit_of_work():
        db.session.get_one(Thread, first.id).duplicate_of_id = second.id
        db.session.get_one(Thread, second.id).duplicate_of_id = first.id
    with pytest.raises(Invalid):
        do(curating.close_as_duplicate, mod, thread_id=third.id, original_id=first.id)


def test_the_title_of_a_duplicate_reaches_the_index_of_its_original(mod):
    from app.core.uow import unit_of_work
    from app.jobs.models import Job

    original, thread = make_question(), make_question()
    do(curating.close_as_duplicate, mod, thread_id=thread.id, original_id=original.id)
    with unit_of_work():
        from app.core.db import db

        db.session.query(Job).delete()
    opening = opening_of(thread)
    do(edit_post, mod, post_id=opening.id, body=text(opening.body_source), title="Water does not arrive at all", reason="Clearer")
    assert is_sync_requested(original)


def test_an_article_marks_its_thread_and_leaves_it(mod):
    thread = make_question()
    for _ in range(2):
        do(curating.mark_promoted, None, thread_id=thread.id, article_id=7, title="Prime the pump", path="/kb/pumps/prime")
    after = thread_now(thread)
    assert (after.article_id, after.article_title, after.article_path) == (7, "Prime the pump", "/kb/pumps/prime")
    for _ in range(2):
        do(curating.unmark_promoted, None, thread_id=thread.id)
    assert thread_now(thread).article_id is None
