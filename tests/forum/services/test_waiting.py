"""Waiting for the asker: it begins with a request and ends when they write, or when somebody answers. Events say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.models import Person
from app.forum.models import Post, Thread
from app.forum.models.thread import Status
from app.forum.queries.outcomes import list_outcomes
from app.forum.services import curating
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.answering import add_post
from app.forum.services.commenting import add_comment, edit_comment
from app.forum.services.confirming import record_outcome, report_stuck, withdraw_outcome
from app.forum.services.editing import edit_post
from app.forum.services.recounting import recount_all
from app.forum.services.voting import cast_vote, say_me_too
from tests.factories import make_answer, make_person, make_question, opening_of
from tests.forum.services.acting import do, text, thread_now

pytestmark = pytest.mark.usefixtures("app")
Deed = Callable[[Person, Thread, Post], Any]


@pytest.fixture
def asked() -> tuple[Person, Thread, Post]:
    """A question with an answer, that waits for its asker."""
    asker = make_person()
    thread = make_question(author=asker)
    answer = make_answer(thread)
    do(record_outcome, make_person(role="staff"), thread_id=thread.id, kind="needs_info")
    assert thread_now(thread).status == Status.NEEDS_INFO
    return asker, thread, answer


def remark(source: str = "It is the 4.2 firmware.") -> Any:
    return text(source, is_comment=True)


ASKER_WRITES: dict[str, Deed] = {
    "comments on the question": lambda who, thread, _a: do(add_comment, who, post_id=opening_of(thread).id, body=remark()),
    "comments on the answer": lambda who, _t, answer: do(add_comment, who, post_id=answer.id, body=remark()),
    "edits the question": lambda who, thread, _a: do(
        edit_post, who, post_id=opening_of(thread).id, body=text("It hums at night."), reason="More detail"
    ),
    "answers": lambda who, thread, _a: do(add_post, who, thread_id=thread.id, body=text("I found something.")),
    "is still stuck": lambda who, thread, _a: do(report_stuck, who, thread_id=thread.id, source="mail"),
}


@pytest.mark.parametrize("deed", ASKER_WRITES)
def test_the_wait_ends_when_the_asker(deed: str, asked: tuple[Person, Thread, Post]):
    asker, thread, answer = asked
    ASKER_WRITES[deed](asker, thread, answer)
    assert thread_now(thread).status == Status.ANSWERED
    request, withdrawal = list_outcomes(thread.id)[:2]
    assert (withdrawal.kind, withdrawal.withdraws_id, withdrawal.voice) == ("withdrawn", request.id, "system")
    assert (withdrawal.source, withdrawal.reason, withdrawal.actor_id) == ("inference", "The asker wrote again", None)


def test_the_wait_ends_when_anybody_answers(asked: tuple[Person, Thread, Post]):
    _, thread, _ = asked
    do(add_post, make_person(), thread_id=thread.id, body=text("Clean the filter."))
    assert thread_now(thread).status == Status.ANSWERED
    assert list_outcomes(thread.id)[-1].reason == "An answer came"


OTHERS_DO: dict[str, Deed] = {
    "comment": lambda who, _t, answer: do(add_comment, who, post_id=answer.id, body=remark()),
    "edit": lambda _w, thread, _a: do(
        edit_post, make_person(role="staff"), post_id=opening_of(thread).id, body=text("Tidier."), reason="Clearer"
    ),
    "vote": lambda who, _t, answer: do(cast_vote, who, post_id=answer.id, value=1),
    "say me-too": lambda who, thread, _a: do(say_me_too, who, thread_id=thread.id, value=1),
}


@pytest.mark.parametrize("deed", OTHERS_DO)
def test_the_wait_goes_on_when_others(deed: str, asked: tuple[Person, Thread, Post]):
    _, thread, answer = asked
    OTHERS_DO[deed](make_person(), thread, answer)
    assert thread_now(thread).status == Status.NEEDS_INFO and len(list_outcomes(thread.id)) == 1


def test_an_edited_comment_of_the_asker_ends_it_too():
    asker = make_person()
    thread = make_question(author=asker)
    comment = do(add_comment, asker, post_id=opening_of(thread).id, body=remark())
    do(record_outcome, make_person(role="staff"), thread_id=thread.id, kind="needs_info")
    do(edit_comment, asker, comment_id=comment.id, body=remark("It is the 4.3 firmware."))
    assert thread_now(thread).status == Status.UNANSWERED


def test_an_acceptance_that_is_taken_back_does_not_bring_the_wait_back(asked: tuple[Person, Thread, Post]):
    asker, thread, answer = asked
    do(accept_answer, asker, post_id=answer.id)
    do(withdraw_acceptance, asker, post_id=answer.id)
    assert thread_now(thread).status == Status.ANSWERED


def test_a_word_while_the_question_was_closed_counts_when_it_is_opened_again(asked: tuple[Person, Thread, Post]):
    asker, thread, _ = asked
    moderator = make_person(role="moderator")
    do(curating.close_thread, moderator, thread_id=thread.id, reason="No answer")
    do(edit_post, asker, post_id=opening_of(thread).id, body=text("It is the 4.2 firmware."))
    do(curating.reopen_thread, moderator, thread_id=thread.id)
    assert thread_now(thread).status == Status.ANSWERED


def test_staff_take_a_request_back_themselves(asked: tuple[Person, Thread, Post]):
    _, thread, _ = asked
    (request,) = list_outcomes(thread.id)
    assert do(withdraw_outcome, make_person(role="staff"), outcome_id=request.id) is True
    assert thread_now(thread).status == Status.ANSWERED and recount_all().wrong.keys() <= {
        "thread.first_answer_at",
        "thread.first_peer_answer_at",
    }


def test_it_can_be_asked_again_and_again(asked: tuple[Person, Thread, Post]):
    asker, thread, answer = asked
    staff = make_person(role="staff")
    for _ in range(2):
        do(add_comment, asker, post_id=answer.id, body=remark(f"Words {_}"))
        assert thread_now(thread).status == Status.ANSWERED
        do(record_outcome, staff, thread_id=thread.id, kind="needs_info")
        assert thread_now(thread).status == Status.NEEDS_INFO
