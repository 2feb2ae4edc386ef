"""Splitting, merging, converting and turning: what goes where, what stays refused, and that undoing brings all of it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.forum.events import CommentCurated, PostCurated, PostsMoved, ThreadCurated
from app.forum.models import Acceptance, Follow, MeToo, Outcome, Post, PostRevision, Redirect, Thread
from app.forum.queries.places import find_new_place
from app.forum.services import curating
from app.forum.services.accepting import accept_answer
from app.forum.services.commenting import add_comment
from app.forum.services.converting import convert_thread, undo_convert
from app.forum.services.following import follow
from app.forum.services.judging import say_worked
from app.forum.services.merging import merge_threads, undo_merge
from app.forum.services.recounting import recount_all
from app.forum.services.splitting import split_thread, undo_split
from app.forum.services.turning import turn_into_comment, turn_into_post, undo_into_comment, undo_into_post
from app.forum.services.voting import cast_vote
from tests.factories import accept, make_answer, make_category, make_person, make_question, make_thread, opening_of
from tests.forum.services.acting import comment_now, count_in, do, is_sync_requested, post_now, tag_counts, text, thread_now

pytestmark = pytest.mark.usefixtures("app")
WHY = "Another topic"


@pytest.fixture
def mod():
    return make_person("mod", role="moderator")


@pytest.fixture
def crowd():
    """A question with three answers, the first two hours old."""
    thread = make_question(category=make_category("pumps"), tags=("pump",), created_at=now() - timedelta(hours=3))
    posts = [make_answer(thread, created_at=now() - timedelta(hours=2 - i)) for i in range(3)]
    return thread, posts


def figures_hold() -> None:
    """Every stored figure is what the rows say."""
    db.session.expire_all()
    wrong = set(recount_all().wrong) - {"post.accepted_at"}  # our own fixture stamps an acceptance twice
    assert not wrong, wrong


def split(mod, thread, posts, **values):
    given = {
        "kind": "question",
        "category_id": thread.category_id,
        "title": "What about the other pump?",
        "reason": WHY,
        **values,
    }
    return do(split_thread, mod, thread_id=thread.id, post_ids=[post.id for post in posts], **given)


def merge(mod, thread, target, opening="post"):
    return do(merge_threads, mod, thread_id=thread.id, target_id=target.id, opening=opening, reason=WHY)


def number_of(told, event_type) -> int:
    return int(told.of(event_type)[-1].before)


def shape(thread):
    rows = db.session.execute(
        sa.select(Post.id, Post.kind, Post.is_official).where(Post.thread_id == thread.id).order_by(Post.id)
    )
    return [tuple(row) for row in rows]


def test_split_posts_open_a_thread_of_their_own(mod, told, crowd):
    thread, (_first, second, third) = crowd
    new = split(mod, thread, [third, second])
    assert shape(new) == [(second.id, "opening", False), (third.id, "answer", False)]
    assert (new.author_id, new.created_at, new.answer_count, thread_now(thread).answer_count) == (
        second.author_id, second.created_at, 1, 1
    )  # fmt: skip
    assert count_in(thread.category) == 2 and tag_counts() == {"pump": 2}
    assert is_sync_requested(new) and is_sync_requested(thread)
    assert db.session.get(Follow, (new.id, third.author_id)) is not None
    newest = db.session.scalars(
        sa.select(PostRevision).where(PostRevision.post_id == second.id).order_by(PostRevision.number)
    ).all()[-1]
    assert (newest.title, newest.number, newest.number) == (new.title, post_now(second).revision, 2)
    (moved,) = told.of(PostsMoved)
    assert (moved.thread_id, moved.new_thread_id, set(moved.post_ids)) == (thread.id, new.id, {second.id, third.id})
    assert [event.action for event in told.of(ThreadCurated)] == ["split"]
    figures_hold()


def test_a_split_is_undone_with_what_was_posted_since(mod, told, crowd):
    thread, posts = crowd
    before = shape(thread)
    new = split(mod, thread, posts[1:])
    number = number_of(told, ThreadCurated)
    later = make_answer(new)
    do(undo_split, mod, reshaping_id=number)
    assert shape(thread) == [*before, (later.id, "answer", False)]
    assert thread_now(new).hidden_at is not None and find_new_place("thread", new.id) == ("thread", thread.id)
    assert count_in(thread.category) == 1 and thread_now(thread).answer_count == 4
    with pytest.raises(Conflict):
        do(undo_split, mod, reshaping_id=number)
    with pytest.raises(Conflict):
        do(curating.restore_thread, mod, thread_id=new.id)
    figures_hold()


def test_the_solution_and_the_card_are_not_split_off(mod, crowd):
    thread, (first, second, _third) = crowd
    accept(first)
    with pytest.raises(Conflict, match="solution"):
        split(mod, thread, [first, second])
    do(curating.pin_card, mod, post_id=first.id)
    with pytest.raises(Conflict):
        split(mod, thread, [first])
    assert split(mod, thread, [second]).answer_count == 0


def test_readers_words_go_with_their_answer(mod, crowd):
    thread, (_first, second, third) = crowd
    reader = make_person()
    do(cast_vote, make_person(), post_id=third.id, value=1)
    do(say_worked, reader, post_id=third.id, worked=True)
    new = split(mod, thread, [second, third])
    assert db.session.scalars(sa.select(Outcome.thread_id).where(Outcome.post_id == third.id)).all() == [new.id]
    figures_hold()


def test_an_undone_split_keeps_a_solution_that_was_found_since(mod, told, crowd):
    thread, posts = crowd
    new = split(mod, thread, posts[1:])
    number = number_of(told, ThreadCurated)
    accept(posts[2])
    with pytest.raises(Conflict):
        do(undo_split, mod, reshaping_id=number)
    assert len(shape(new)) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": " "}, "reason"), ({"title": "Short"}, "title"), ({"kind": "poem"}, "kind"), ({"category_id": 2**40}, "category"),
    ],
)  # fmt: skip
def test_a_split_needs_reason_title_kind_and_category(mod, crowd, change, field):
    with pytest.raises(Invalid) as refused:
        split(mod, crowd[0], crowd[1][1:], **change)
    assert list(refused.value.errors) == [field]


def test_only_visible_posts_of_the_thread_below_its_opening_are_split_off(mod, crowd):
    thread, (first, _second, _third) = crowd
    for posts, error in (
        ([], Invalid), ([opening_of(thread), first], Invalid), ([make_answer(make_question())], Conflict),
        ([make_answer(thread, hidden_at=now())], Invalid),
    ):  # fmt: skip
        with pytest.raises(error):
            split(mod, thread, posts)
    with pytest.raises(Invalid):
        split(mod, thread, [first], category_id=make_category(audience="staff").id)


def test_only_moderators_reshape_and_only_what_they_can_read(mod, crowd):
    thread, posts = crowd
    other, comment_on = make_question(), posts[0]
    comment = do(add_comment, make_person(), post_id=comment_on.id, body=text("Which one?", is_comment=True))
    for role in ("member", "staff"):
        who = make_person(role=role)
        for act in (
            lambda who=who: split(who, thread, posts[1:]),
            lambda who=who: merge(who, thread, other),
            lambda who=who: do(convert_thread, who, thread_id=thread.id, reason=WHY),
            lambda who=who: do(curating.slow_thread, who, thread_id=thread.id, minutes=5, reason=WHY),
            lambda who=who: do(curating.archive_thread, who, thread_id=thread.id, reason=WHY),
            lambda who=who: do(turn_into_post, who, comment_id=comment.id, body=text("Which one?"), reason=WHY),
            lambda who=who: do(
                turn_into_comment,
                who,
                post_id=posts[1].id,
                under_id=posts[0].id,
                body=text(posts[1].body_source, True),
                reason=WHY,
            ),
        ):
            with pytest.raises(Forbidden):
                act()
    secret = make_question(category=make_category(audience="staff"))
    with pytest.raises(NotFound):
        merge(mod, secret, other)
    with pytest.raises(Invalid):
        merge(mod, other, secret)


@pytest.mark.parametrize("opening", ["post", "nothing"])
def test_a_merged_thread_goes_on_in_the_other_and_comes_back(mod, told, opening):
    home = make_category("one")
    ending, target = make_question(category=home), make_question(category=make_category("two"))
    answer, fan, affected = make_answer(ending), make_person(), make_person()
    do(follow, fan, thread_id=ending.id, value=True)
    with unit_of_work():
        db.session.add(MeToo(thread_id=ending.id, person_id=affected.id))
        db.session.get_one(Thread, ending.id).me_too_count = 1
        db.session.get_one(Thread, ending.id).affected_count = 2
    before = shape(ending)
    merge(mod, ending, target, opening)
    gone = [opening_id for opening_id, kind, _ in before if kind == "opening"] if opening == "post" else []
    assert {row[0] for row in shape(target)} >= {answer.id, *gone} and [row[1] for row in shape(target)].count("opening") == 1
    assert thread_now(ending).hidden_at is not None and find_new_place("thread", ending.id) == ("thread", target.id)
    assert (count_in(home), thread_now(target).answer_count) == (0, 1 + len(gone))
    assert thread_now(target).affected_count == 3, "the asker and who said so are affected here now"
    assert db.session.get(Follow, (target.id, fan.id)) is not None
    figures_hold()
    do(undo_merge, mod, reshaping_id=number_of(told, ThreadCurated))
    assert shape(ending) == before and thread_now(ending).hidden_at is None and find_new_place("thread", ending.id) is None
    assert db.session.get(Follow, (target.id, fan.id)) is None and thread_now(target).affected_count == 1
    assert (count_in(home), thread_now(target).answer_count) == (1, 0)
    figures_hold()


def test_a_solution_goes_with_its_answer_and_comes_back(mod, told):
    ending, target = make_question(), make_question()
    answer = make_answer(ending)
    accept(answer)
    merge(mod, ending, target, "nothing")
    assert thread_now(target).status == "solved"
    assert db.session.scalars(sa.select(Acceptance.thread_id)).all() == [target.id]
    do(undo_merge, mod, reshaping_id=number_of(told, ThreadCurated))
    assert (thread_now(target).status, thread_now(ending).status) == ("unanswered", "solved")
    figures_hold()


def test_replies_become_answers_where_a_discussion_goes_on_in_a_question(mod, told):
    talk, target = make_thread(kind="discussion"), make_question()
    reply = make_answer(talk, make_person(role="staff"))
    merge(mod, talk, target)
    assert (post_now(reply).kind, post_now(reply).is_official, post_now(opening_of(target)).kind) == ("answer", True, "opening")
    do(undo_merge, mod, reshaping_id=number_of(told, ThreadCurated))
    assert (post_now(reply).kind, post_now(reply).is_official) == ("reply", False)


def test_what_something_rests_on_is_not_merged(mod):
    target = make_question()
    article, duplicate, main = make_question(article_id=7), make_question(), make_question()
    do(curating.close_as_duplicate, mod, thread_id=duplicate.id, original_id=main.id)
    for thread in (article, duplicate, main, make_question(held_at=now())):
        with pytest.raises(Conflict):
            merge(mod, thread, target)
    for other in (target.id, make_question(hidden_at=now()).id):
        with pytest.raises((Invalid, NotFound)):
            do(merge_threads, mod, thread_id=target.id, target_id=other, opening="post", reason=WHY)
    with pytest.raises(Invalid):
        do(merge_threads, mod, thread_id=target.id, target_id=make_question().id, opening="song", reason=WHY)
    with pytest.raises(Invalid):
        do(merge_threads, mod, thread_id=target.id, target_id=make_question().id, opening="post", reason="")


def test_old_addresses_are_followed_through_several_moves_and_never_in_circles(mod, told):
    one, two, three = make_question(), make_question(), make_question()
    merge(mod, one, two)
    merge(mod, two, three)
    assert find_new_place("thread", one.id) == ("thread", three.id)
    with pytest.raises(Conflict):
        do(undo_merge, mod, reshaping_id=int(told.of(ThreadCurated)[0].before))
    with unit_of_work():
        db.session.add(Redirect(kind="thread", old_id=three.id, new_kind="thread", new_id=one.id))
    assert find_new_place("thread", one.id) is None


def test_a_question_becomes_a_discussion_and_a_question_again(mod, told):
    thread = make_question()
    answer = make_answer(thread, make_person(role="staff"), is_official=True)
    do(convert_thread, mod, thread_id=thread.id, reason=WHY)
    after = thread_now(thread)
    assert (after.kind, after.status, after.path.split("/")[1]) == ("discussion", "open", "discussions")
    assert (post_now(answer).kind, post_now(answer).is_official) == ("reply", False)
    figures_hold()
    do(undo_convert, mod, reshaping_id=number_of(told, ThreadCurated))
    assert (thread_now(thread).kind, thread_now(thread).status, post_now(answer).is_official) == ("question", "answered", True)
    assert [event.action for event in told.of(ThreadCurated)] == ["to_discussion", "to_question"]
    figures_hold()


def test_a_question_with_a_solution_or_an_article_stays_a_question(mod):
    solved = make_question()
    accept(make_answer(solved))
    for thread in (solved, make_question(article_id=3)):
        with pytest.raises(Conflict):
            do(convert_thread, mod, thread_id=thread.id, reason=WHY)
    with pytest.raises(Invalid):
        do(convert_thread, mod, thread_id=make_question().id, reason=" ")


def test_an_answer_becomes_a_comment_with_its_comments_and_comes_back(mod, told):
    thread = make_question()
    post, opening = make_answer(thread, text="Which pump is it?"), opening_of(thread)
    remark = do(add_comment, make_person(), post_id=post.id, body=text("The red one", is_comment=True))
    comment = do(turn_into_comment, mod, post_id=post.id, under_id=opening.id, body=text("Which pump is it?", True), reason=WHY)
    assert (comment.author_id, comment.created_at, comment_now(remark).post_id) == (post.author_id, post.created_at, opening.id)
    assert post_now(post).hidden_at is not None and find_new_place("post", post.id) == ("comment", comment.id)
    assert (thread_now(thread).answer_count, post_now(opening).comment_count) == (0, 2)
    with pytest.raises(Conflict):
        do(curating.restore_post, mod, post_id=post.id)
    figures_hold()
    do(undo_into_comment, mod, reshaping_id=number_of(told, PostCurated))
    assert (thread_now(thread).answer_count, post_now(opening).comment_count, comment_now(remark).post_id) == (1, 0, post.id)
    assert find_new_place("comment", comment.id) == ("post", post.id) and find_new_place("post", post.id) is None
    figures_hold()


def test_a_comment_becomes_an_answer_and_comes_back(mod, told):
    thread = make_question()
    writer = make_person(role="staff")
    comment = do(add_comment, writer, post_id=opening_of(thread).id, body=text("Clean the filter.", is_comment=True))
    post = do(turn_into_post, mod, comment_id=comment.id, body=text("Clean the filter."), reason=WHY)
    assert (post.kind, post.author_id, post.is_official, post.created_at) == ("answer", writer.id, True, comment.created_at)
    assert (thread_now(thread).answer_count, find_new_place("comment", comment.id)) == (1, ("post", post.id))
    with pytest.raises(Conflict):
        do(curating.restore_comment, mod, comment_id=comment.id)
    figures_hold()
    do(undo_into_post, mod, reshaping_id=number_of(told, CommentCurated))
    assert comment_now(comment).hidden_at is None and thread_now(thread).answer_count == 0
    assert find_new_place("post", post.id) == ("comment", comment.id)
    figures_hold()


def test_what_became_more_than_it_was_is_not_turned_back(mod, told):
    thread = make_question()
    comment = do(add_comment, make_person(), post_id=opening_of(thread).id, body=text("Clean it.", is_comment=True))
    post = do(turn_into_post, mod, comment_id=comment.id, body=text("Clean it."), reason=WHY)
    accept(post)
    with pytest.raises(Conflict):
        do(undo_into_post, mod, reshaping_id=number_of(told, CommentCurated))


def test_solutions_openings_and_long_texts_do_not_become_comments(mod):
    thread = make_question()
    solution, long, fine = make_answer(thread), make_answer(thread, text="Long. " * 400), make_answer(thread)
    accept(solution)
    opening = opening_of(thread)
    for post in (solution, opening):
        with pytest.raises(Conflict):
            do(turn_into_comment, mod, post_id=post.id, under_id=fine.id, body=text(post.body_source), reason=WHY)
    for post, under in ((long, opening), (fine, fine), (fine, opening_of(make_question()))):
        with pytest.raises(Invalid):
            do(turn_into_comment, mod, post_id=post.id, under_id=under.id, body=text(post.body_source), reason=WHY)


def test_a_question_with_a_solution_does_not_end_in_a_discussion(mod):
    question, discussion = make_question(), make_thread(kind="discussion")
    do(accept_answer, mod, post_id=make_answer(question).id)
    with pytest.raises(Conflict, match="has a solution"):
        merge(mod, question, discussion)
    assert merge(mod, question, make_question()).accepted_count == 1


def test_a_text_that_was_hidden_stays_hidden_when_it_opens_its_thread_again(mod, told):
    category = make_category("pumps")
    thread, target = make_question(category=category), make_question()
    opening = opening_of(thread)
    merge(mod, thread, target)
    number = number_of(told, ThreadCurated)
    do(curating.hide_post, mod, post_id=opening.id, reason="Rude")
    do(undo_merge, mod, reshaping_id=number)
    back = thread_now(thread)
    assert (back.hidden_at is not None, back.hidden_reason, post_now(opening).hidden_at) == (True, "Rude", None)
    assert count_in(category) == 0
    do(curating.restore_thread, mod, thread_id=thread.id)
    assert count_in(category) == 1
    figures_hold()


def test_a_text_whose_thread_was_hidden_stays_hidden_when_it_is_an_answer_again(mod, told, crowd):
    thread, (_first, second, third) = crowd
    new = split(mod, thread, [second, third])
    number = number_of(told, ThreadCurated)
    do(curating.hide_thread, mod, thread_id=new.id, reason="Rude")
    do(undo_split, mod, reshaping_id=number)
    assert post_now(second).hidden_at is not None and post_now(third).hidden_at is None
    assert thread_now(thread).answer_count == 2
    figures_hold()
