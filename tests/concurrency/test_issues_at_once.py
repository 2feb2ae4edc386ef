"""Moderators who join and separate questions at the same moment: groups stay one level deep, figures stay right."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import AppError
from app.core.uow import unit_of_work
from app.forum.models import DuplicateProposal, Thread
from app.forum.models.proposal import ProposalState
from app.forum.services.curating import close_as_duplicate
from app.forum.services.editing import edit_post
from app.forum.services.proposing import dismiss_proposal, reopen_proposal
from app.forum.services.recounting import recount_all
from app.forum.services.voting import say_me_too
from app.moderation.models import LogEntry
from app.moderation.services.separating import separate_thread
from tests.concurrency.test_forum_at_once import at_once, call, in_turn
from tests.factories import actor_of, body, make_person, make_question, opening_of


@pytest.fixture
def moderators(app: Flask) -> list[Actor]:
    return [actor_of(make_person(role="moderator")) for _ in range(4)]


def ensure_house_refusals(results: list[Any]) -> None:
    """Whoever comes second is told so in the words of the house; nothing breaks."""
    broken = [one for one in results if isinstance(one, Exception) and not isinstance(one, AppError)]
    assert not broken, broken


def groups() -> dict[int, int | None]:
    """Return by question the main one it is joined to; nothing is two levels deep."""
    found = dict(db.session.execute(sa.select(Thread.id, Thread.duplicate_of_id)).all())
    assert all(found[main] is None for main in found.values() if main is not None), found
    return found


def count_log(action: str) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(LogEntry.action == action)) or 0


def test_a_question_joined_to_two_others_at_once_has_one_main_question(app, moderators):
    thread, *mains = (make_question() for _ in range(4))
    pairs = zip(moderators, mains, strict=False)
    works = [call(close_as_duplicate, actor, thread_id=thread.id, original_id=main.id) for actor, main in pairs]
    results = at_once(app, works)
    ensure_house_refusals(results)
    assert sum(result == thread.id for result in results) == 1
    assert groups()[thread.id] in {main.id for main in mains} and count_log("duplicate") == 1
    assert not recount_all().wrong


def test_a_chain_joined_at_once_is_one_group_or_its_moderators_look_again(app, moderators):
    first, second, third = (make_question() for _ in range(3))
    for _ in range(4):
        results = at_once(
            app,
            [
                call(close_as_duplicate, moderators[0], thread_id=first.id, original_id=second.id),
                call(close_as_duplicate, moderators[1], thread_id=second.id, original_id=third.id),
            ],
        )
        ensure_house_refusals(results)
        found = groups()
        assert any(not isinstance(one, Exception) for one in results), results
        assert found[second.id] == third.id or (found[first.id], found[second.id]) == (second.id, None)
        for thread_id in (first.id, second.id):
            if found[thread_id] is not None:
                with unit_of_work():
                    separate_thread(moderators[0], thread_id=thread_id, with_followers=False)
    assert not recount_all().wrong


def test_joining_and_separating_while_people_join_in_leaves_every_figure_right(app, moderators):
    main, *others = (make_question() for _ in range(4))
    people = [actor_of(make_person()) for _ in range(4)]
    works = [
        in_turn(
            *(
                work
                for _ in range(2)
                for work in (
                    call(close_as_duplicate, actor, thread_id=other.id, original_id=main.id),
                    call(separate_thread, actor, thread_id=other.id),
                )
            )
        )
        for actor, other in zip(moderators, others, strict=False)
    ]
    works += [
        in_turn(
            *(call(say_me_too, person, thread_id=thread.id, value=value) for thread in (main, *others) for value in (1, 0, 1))
        )
        for person in people
    ]
    ensure_house_refusals(at_once(app, works))
    assert set(groups().values()) == {None}
    assert not recount_all().wrong
    assert set(db.session.scalars(sa.select(Thread.me_too_count))) == {4}


def test_of_moderators_who_join_and_separate_the_same_question_each_decision_is_one_entry(app, moderators):
    main, thread = make_question(), make_question()
    works = [call(close_as_duplicate, actor, thread_id=thread.id, original_id=main.id) for actor in moderators[:2]]
    works += [call(separate_thread, actor, thread_id=thread.id) for actor in moderators[2:]]
    results = at_once(app, works)
    ensure_house_refusals(results)
    joined = count_log("duplicate") - count_log("unduplicate")
    assert joined == (groups()[thread.id] == main.id)
    assert sum(result == thread.id for result in results) == count_log("duplicate") + count_log("unduplicate")


@pytest.fixture
def proposal(app: Flask) -> DuplicateProposal:
    older, newer = make_question(), make_question()
    with unit_of_work():
        found = DuplicateProposal(thread_id=newer.id, original_id=older.id, score=0.8)
        db.session.add(found)
    return found


def test_a_proposal_accepted_by_several_at_once_is_accepted_once(app, moderators, proposal):
    works = [call(close_as_duplicate, a, thread_id=proposal.thread_id, original_id=proposal.original_id) for a in moderators]
    results = at_once(app, works)
    ensure_house_refusals(results)
    assert results.count(proposal.thread_id) == 1 and count_log("duplicate") == 1
    assert db.session.get_one(DuplicateProposal, proposal.id, populate_existing=True).state == ProposalState.ACCEPTED


def test_a_proposal_accepted_and_dismissed_at_once_says_what_became_of_the_questions(app, moderators, proposal):
    pair = {"thread_id": proposal.thread_id, "original_id": proposal.original_id}
    works = [
        call(close_as_duplicate, moderators[0], **pair),
        call(dismiss_proposal, moderators[1], proposal_id=proposal.id),
        in_turn(*(call(step, moderators[2], proposal_id=proposal.id) for step in (dismiss_proposal, reopen_proposal))),
    ]
    ensure_house_refusals(at_once(app, works))
    assert groups()[proposal.thread_id] == proposal.original_id
    state = db.session.get_one(DuplicateProposal, proposal.id, populate_existing=True).state
    assert state == ProposalState.ACCEPTED


def test_questions_that_are_renamed_while_they_are_joined_wait_for_nobody(app, moderators):
    main, thread = make_question(), make_question()
    openings = [opening_of(one) for one in (main, thread)]
    works = [
        in_turn(
            *(
                call(edit_post, moderators[0], post_id=post.id, body=body(f"Words {number}"), title=f"Why does it hum {number}?")
                for number in range(3)
                for post in openings
            )
        ),
        in_turn(
            *(
                call(service, moderators[1], thread_id=thread.id, **values)
                for _ in range(3)
                for service, values in ((close_as_duplicate, {"original_id": main.id}), (separate_thread, {}))
            )
        ),
    ]
    ensure_house_refusals(at_once(app, works))
    assert groups()[thread.id] is None and not recount_all().wrong
