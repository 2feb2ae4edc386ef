"""Whatever people do, in whatever order: the stored state is what the pure rules say about the whole log, and nothing drifts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.models import Person
from app.core.actor import ANONYMOUS
from app.core.db import db
from app.core.errors import AppError
from app.core.uow import unit_of_work
from app.forum.inference import Rules
from app.forum.models import Outcome, Post, Thread
from app.forum.models.resolution import OutcomeKind
from app.forum.outcomes import OutcomeFact, derive_status, is_word, solving_event, standing_events
from app.forum.queries.outcomes import list_outcomes, standing_facts
from app.forum.services import curating
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.answering import add_post
from app.forum.services.commenting import add_comment
from app.forum.services.confirming import record_outcome, report_stuck, withdraw_outcome
from app.forum.services.editing import edit_post
from app.forum.services.inferring import infer_likely
from app.forum.services.judging import say_worked, take_back_word
from app.forum.services.recounting import recount_all
from app.forum.services.voting import cast_vote
from tests.conftest import empty_database
from tests.factories import actor_of, make_answer, make_person, make_question, opening_of
from tests.forum.services.acting import do, text, thread_now
from tests.thorough import examples

pytestmark = pytest.mark.usefixtures("app")
READERS = 9
REPORTED = ("confirmed_by_asker", "solved_elsewhere", "workaround", "refuted", "refuted")


@dataclass
class World:
    """A question, the people around it, and two answers of which more may come."""

    thread: Thread
    people: list[Person]
    moderator: Person
    number: int = 0

    def posts(self) -> list[int]:
        listed = sa.select(Post.id).where(Post.thread_id == self.thread.id, Post.kind == "answer").order_by(Post.id)
        return list(db.session.scalars(listed))

    def events(self) -> list[int]:
        return list(db.session.scalars(sa.select(Outcome.id).where(Outcome.thread_id == self.thread.id).order_by(Outcome.id)))

    def words(self) -> str:
        self.number += 1
        return f"Words number {self.number}"


def make_world() -> World:
    asker, staff, member = make_person(), make_person(role="staff"), make_person()
    thread = make_question(author=asker)
    make_answer(thread)
    make_answer(thread, author=member)
    recount_all()
    return World(thread, [asker, staff, member], make_person(role="moderator"))


Deed = Callable[[World, int, int], tuple[Callable[..., Any], Any, dict[str, Any]]]


def _of(values: list[int], pick: int) -> int:
    return values[pick % len(values)] if values else 1


def _who(world: World, pick: int) -> Person:
    return world.people[pick % len(world.people)]


def _word(world: World, a: int, b: int, worked: bool) -> tuple[Callable[..., Any], Any, dict[str, Any]]:
    return say_worked, ANONYMOUS, {"post_id": _of(world.posts(), a), "worked": worked, "reader_key": f"r{b % READERS}"}


DEEDS: dict[str, Deed] = {
    "accept": lambda w, a, b: (accept_answer, _who(w, a), {"post_id": _of(w.posts(), b)}),
    "unaccept": lambda w, a, b: (withdraw_acceptance, _who(w, a), {"post_id": _of(w.posts(), b)}),
    "report": lambda w, a, b: (record_outcome, _who(w, a), {"thread_id": w.thread.id, "kind": REPORTED[b % len(REPORTED)]}),
    "report of one": lambda w, a, b: (
        record_outcome, _who(w, a), {"thread_id": w.thread.id, "kind": REPORTED[b % len(REPORTED)], "post_id": _of(w.posts(), a + b)},
    ),
    "gone": lambda w, a, b: (
        record_outcome, w.people[0], {"thread_id": w.thread.id, "kind": "no_longer_relevant" if a == b else "refuted"},
    ),
    "ask": lambda w, a, b: (record_outcome, w.people[1], {"thread_id": w.thread.id, "kind": "needs_info"}),
    "thank": lambda w, a, b: (
        add_comment, w.people[0], {"post_id": w.posts()[1], "body": text(f"Thanks{'!' * (w.number + a)}", is_comment=True)},
    ),
    "stuck": lambda w, a, b: (report_stuck, _who(w, a), {"thread_id": w.thread.id}),
    "take back": lambda w, a, b: (withdraw_outcome, _who(w, a), {"outcome_id": _of(w.events(), b)}),
    "worked": lambda w, a, b: _word(w, a, b, True),
    "failed": lambda w, a, b: _word(w, a, b, False),
    "unsay": lambda w, a, b: (take_back_word, ANONYMOUS, {"post_id": _of(w.posts(), a), "reader_key": f"r{b % READERS}"}),
    "vote": lambda w, a, b: (cast_vote, _who(w, a), {"post_id": _of(w.posts(), b), "value": 1}),
    "comment": lambda w, a, b: (
        add_comment, _who(w, a), {"post_id": _of(w.posts(), b), "body": text(w.words(), is_comment=True)},
    ),
    "edit": lambda w, a, b: (edit_post, _who(w, a), {"reason": "Clearer", "post_id": opening_of(w.thread).id, "body": text(w.words())}),
    "answer": lambda w, a, b: (add_post, _who(w, a), {"thread_id": w.thread.id, "body": text(w.words())}),
    "hide": lambda w, a, b: (curating.hide_post, w.moderator, {"post_id": _of(w.posts(), a), "reason": "r"}),
    "restore": lambda w, a, b: (curating.restore_post, w.moderator, {"post_id": _of(w.posts(), a), "reason": "r"}),
    "close": lambda w, a, b: (
        (curating.close_thread if a % 3 == 0 else curating.reopen_thread), w.moderator, {"thread_id": w.thread.id, "reason": "r"},
    ),
}  # fmt: skip
# Readers' words must come in numbers to matter.
OFTEN = ["worked"] * 6 + ["failed"] * 8 + ["accept"] * 2 + ["ask", "thank", "infer"] * 3
steps = st.lists(st.tuples(st.sampled_from([*OFTEN, *DEEDS]), st.integers(0, 8), st.integers(0, 17)), min_size=15, max_size=40)


def act(world: World, deed: str, a: int, b: int) -> None:
    if deed == "infer":
        infer_likely(Rules(after_days=0))
        return
    service, who, values = DEEDS[deed](world, a, b)
    try:
        do(service, who if who is ANONYMOUS else actor_of(who), **values)
    except AppError:
        db.session.rollback()


def whole_log(thread: Thread) -> list[OutcomeFact]:
    """Every event that was ever written, but those about posts that are not listed now (withdrawals always)."""
    unlisted = set(
        db.session.scalars(
            sa.select(Post.id).where(
                Post.thread_id == thread.id, sa.or_(Post.hidden_at.is_not(None), Post.held_at.is_not(None))
            )
        )
    )  # fmt: skip
    return [
        OutcomeFact(e.id, e.kind, e.voice, e.post_id, e.withdraws_id)
        for e in list_outcomes(thread.id)
        if e.post_id not in unlisted or e.kind == OutcomeKind.WITHDRAWN
    ]


def check(world: World) -> None:
    row, log = thread_now(world.thread), whole_log(world.thread)
    assert row.status == derive_status(log, row.answer_count, row.closed_at is not None)
    moments = {event.id: event.created_at for event in list_outcomes(row.id)}
    event = solving_event(log) if row.status == "solved" else None
    assert row.solved_at == (moments[event.id] if event else None)
    said = [fact for fact in standing_events(_every(row)) if is_word(fact)]
    for post in db.session.scalars(sa.select(Post).where(Post.thread_id == row.id).execution_options(populate_existing=True)):
        own = [fact.kind for fact in said if fact.post_id == post.id]
        assert (post.worked_count, post.failed_count) == (own.count("confirmed_by_other"), own.count("refuted"))


def _every(thread: Thread) -> list[OutcomeFact]:
    return [OutcomeFact(e.id, e.kind, e.voice, e.post_id, e.withdraws_id) for e in list_outcomes(thread.id)]


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps)
def test_the_stored_state_is_what_the_whole_log_says_after_every_single_deed(deeds: list[tuple[str, int, int]]):
    empty_database()  # or every example would carry the questions of those before it
    world = make_world()
    for deed, a, b in deeds:
        act(world, deed, a, b)
        check(world)
    assert recount_all().total == 0
    answers = world.posts()
    taken_back = [fact.withdraws_id for fact in _every(world.thread) if fact.kind == OutcomeKind.WITHDRAWN]
    assert len(taken_back) == len(set(taken_back)), "an event is taken back once"
    keys = [
        (e.post_id, e.reader_key) for e in list_outcomes(world.thread.id)
        if e.id in {fact.id for fact in standing_events(_every(world.thread)) if is_word(fact)}
    ]  # fmt: skip
    assert len(keys) == len(set(keys)) and len(answers) >= 2, "a reader has one word about each answer"


def test_thousands_of_words_are_not_read_to_derive_a_status():
    """The facts that decide are few, and say what all of them say."""
    world = make_world()
    answer = world.posts()[0]
    do(accept_answer, world.people[0], post_id=answer)
    with unit_of_work():
        db.session.execute(
            sa.insert(Outcome),
            [
                {
                    "thread_id": world.thread.id, "post_id": answer, "kind": "refuted" if number % 3 else "confirmed_by_other",
                    "source": "page", "voice": "reader", "reader_key": f"many{number}",
                }
                for number in range(2_000)
            ],
        )  # fmt: skip
    recount_all()
    facts = standing_facts([world.thread.id])[world.thread.id].facts
    assert len(facts) < 50
    check(world)
    assert thread_now(world.thread).status == "disputed"
