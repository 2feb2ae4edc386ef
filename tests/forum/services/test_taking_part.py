"""Votes, me-too, following, drafts."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.forum.models import Draft, Follow, ImportedVotes, Vote
from app.forum.services import drafting
from app.forum.services.drafting import DRAFTS_KEPT, discard_draft, find_draft, save_draft
from app.forum.services.following import follow, follow_own, list_follower_ids
from app.forum.services.voting import cast_vote, say_me_too
from tests.factories import actor_of, make_answer, make_category, make_person, make_question, make_thread, opening_of
from tests.forum.services.acting import do, is_sync_requested, thread_now

pytestmark = pytest.mark.usefixtures("app")


def test_a_vote_can_be_given_changed_repeated_and_taken_back():
    tom, post = make_person(), make_answer(make_question())
    scores = [do(cast_vote, tom, post_id=post.id, value=value) for value in (1, 1, -1, 0, 0)]
    assert scores == [1, 1, -1, 0, 0]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Vote)) == 0


def test_imported_votes_are_part_of_the_score():
    post = make_answer(make_question())
    with unit_of_work():
        db.session.add(ImportedVotes(post_id=post.id, up_count=7, down_count=2))
    assert do(cast_vote, make_person(), post_id=post.id, value=1) == 6


def test_votes_on_the_opening_are_the_threads_score():
    thread = make_question()
    do(cast_vote, make_person(), post_id=opening_of(thread).id, value=1)
    assert thread_now(thread).score == 1 and is_sync_requested(thread)


def test_a_vote_is_no_change_of_content():
    thread = make_question(created_at=now() - timedelta(days=2))
    do(cast_vote, make_person(), post_id=opening_of(thread).id, value=1)
    assert thread_now(thread).modified_at == thread.created_at


def test_nobody_votes_on_their_own_post():
    tom = make_person()
    with pytest.raises(Forbidden):
        do(cast_vote, tom, post_id=make_answer(make_question(), tom).id, value=1)


def test_visitors_and_suspended_people_do_not_vote():
    post = make_answer(make_question())
    for who in (ANONYMOUS, make_person(suspended_until=now() + timedelta(days=1))):
        with pytest.raises(Forbidden):
            do(cast_vote, who, post_id=post.id, value=1)


def test_hidden_posts_take_no_votes():
    post = make_answer(make_question(), hidden_at=now())
    with pytest.raises(NotFound):
        do(cast_vote, make_person(), post_id=post.id, value=1)
    with pytest.raises(Conflict):
        do(cast_vote, make_person(role="moderator"), post_id=post.id, value=1)


@pytest.mark.parametrize("value", [2, -2, 100])
def test_a_vote_counts_one(value):
    with pytest.raises(Invalid):
        do(cast_vote, make_person(), post_id=make_answer(make_question()).id, value=value)


def test_me_too_counts_people_once_and_can_be_taken_back():
    tom, thread = make_person(), make_question()
    assert [do(say_me_too, tom, thread_id=thread.id, value=value) for value in (1, 1, 0, 0)] == [1, 1, 0, 0]
    assert do(say_me_too, make_person(), thread_id=thread.id, value=True) == 1
    assert thread_now(thread).me_too_count == 1


def test_askers_and_discussions_have_no_me_too():
    mira = make_person()
    for thread in (make_question(author=mira), make_thread(kind="discussion")):
        with pytest.raises(Forbidden):
            do(say_me_too, mira, thread_id=thread.id, value=1)


def test_a_waiting_thread_takes_no_me_too():
    with pytest.raises(Conflict):
        do(say_me_too, make_person(role="moderator"), thread_id=make_question(held_at=now()).id, value=1)


def test_following_and_leaving_are_remembered():
    tom, thread = make_person(), make_question()
    assert do(follow, tom, thread_id=thread.id, value=1) is True
    assert list_follower_ids(thread.id) == [tom.id]
    assert do(follow, tom, thread_id=thread.id, value=0) is False
    assert list_follower_ids(thread.id) == [] and db.session.get(Follow, (thread.id, tom.id)).is_muted


def test_who_left_on_purpose_is_not_subscribed_again_by_taking_part():
    tom, thread = make_person(), make_question()
    do(follow, tom, thread_id=thread.id, value=0)
    do(follow_own, tom, thread=thread)
    assert list_follower_ids(thread.id) == []


def test_suspended_people_may_follow_but_visitors_cannot_and_secrets_stay_secret():
    thread = make_question()
    assert do(follow, make_person(suspended_until=now() + timedelta(days=1)), thread_id=thread.id, value=1)
    with pytest.raises(Forbidden):
        do(follow, ANONYMOUS, thread_id=thread.id, value=1)
    with pytest.raises(NotFound):
        do(follow, make_person(), thread_id=make_question(category=make_category(audience="staff")).id, value=1)


def test_a_draft_is_kept_replaced_found_and_discarded():
    tom = make_person()
    do(save_draft, tom, key="answer:12", fields={"body": "Half", "csrf_token": "secret", "evil": "x"})
    do(save_draft, tom, key="answer:12", fields={"body": "Half a"})
    assert find_draft(actor_of(tom), "answer:12").fields == {"body": "Half a"}
    do(discard_draft, tom, key="answer:12")
    assert find_draft(actor_of(tom), "answer:12") is None


def test_a_draft_belongs_to_its_author_alone():
    do(save_draft, make_person(), key="ask", fields={"title": "Mine"})
    assert find_draft(actor_of(make_person()), "ask") is None
    assert find_draft(ANONYMOUS, "ask") is None
    with pytest.raises(Forbidden):
        do(save_draft, ANONYMOUS, key="ask", fields={"title": "Mine"})


def test_an_emptied_form_has_no_draft():
    tom = make_person()
    do(save_draft, tom, key="ask", fields={"title": "Something"})
    assert do(save_draft, tom, key="ask", fields={"title": " ", "body": "", "category": "3"}) is False
    assert find_draft(actor_of(tom), "ask") is None


@pytest.mark.parametrize("key", ["", "nothing", "answer:", "answer:0", "answer:1x", "ask;drop", "edit:" + "9" * 30])
def test_only_forms_that_exist_have_drafts(key):
    with pytest.raises(Invalid):
        do(save_draft, make_person(), key=key, fields={"body": "x"})


def test_a_draft_has_limits():
    with pytest.raises(Invalid):
        do(save_draft, make_person(), key="ask", fields={"body": "x" * (drafting._FIELDS["body"] + 1)})


def test_the_newest_drafts_are_kept():
    tom = make_person()
    for number in range(1, DRAFTS_KEPT + 4):
        do(save_draft, tom, key=f"answer:{number}", fields={"body": str(number)})
    keys = set(db.session.scalars(sa.select(Draft.key)))
    assert len(keys) == DRAFTS_KEPT and "answer:1" not in keys and f"answer:{DRAFTS_KEPT + 3}" in keys
