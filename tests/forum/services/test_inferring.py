"""The job that infers what is probably solved: labelled, never twice, taken back without a ground, and no match for a word."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.records import replace
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.forum.events import StatusChanged
from app.forum.inference import Rules
from app.forum.models import Comment, ImportedVotes, Outcome, Post, Thread
from app.forum.models.thread import Status
from app.forum.queries.outcomes import list_outcomes
from app.forum.services import curating
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.answering import add_post
from app.forum.services.commenting import add_comment
from app.forum.services.confirming import record_outcome, report_stuck
from app.forum.services.editing import edit_post
from app.forum.services.inferring import INFER_JOB, Inferred, infer_likely, make_infer_handler
from app.forum.services.recounting import recount_all
from app.jobs.models import Job
from app.jobs.queue import handler_for
from tests.asserts import count_queries
from tests.factories import make_answer, make_person, make_question, opening_of
from tests.forum.services.acting import do, post_now, text, thread_now
from tests.forum.services.conftest import Told

pytestmark = pytest.mark.usefixtures("app")
RULES = Rules()


def ago(days: float) -> timedelta:
    return timedelta(days=days)


def make_quiet(score: int = 1, age: float = 20, **values: object) -> tuple[Thread, Post]:
    """A question whose asker gave no sign since an answer."""
    thread = make_question(created_at=now() - ago(age + 1), **values)
    return thread, answer_with_votes(thread, score, age)


def answer_with_votes(thread: Thread, score: int, age: float) -> Post:
    answer = make_answer(thread, score=score, created_at=now() - ago(age))
    with unit_of_work():
        db.session.add(ImportedVotes(post_id=answer.id, up_count=score))
    recount_all()
    return answer


def comment(post: Post, author: Person, words: str, days: float = 1) -> None:
    with unit_of_work():
        rendered = text(words, is_comment=True)
        db.session.add(
            Comment(
                post_id=post.id, author_id=author.id, body_source=words, body_html=str(rendered.html), body_text=rendered.text,
                created_at=now() - ago(days),
            )
        )  # fmt: skip


def asker_of(thread: Thread) -> Person:
    return db.session.get_one(Person, thread.author_id)


def log(thread: Thread) -> list[tuple[str, str, str]]:
    return [(event.kind, event.voice, event.source) for event in list_outcomes(thread.id)]


def test_silence_after_an_upvoted_answer_makes_a_question_likely_solved_and_says_so(told: Told):
    thread, answer = make_quiet(score=2)
    before = thread_now(thread).modified_at
    assert infer_likely(RULES) == Inferred(read=1, added=1)
    (event,) = list_outcomes(thread.id)
    assert (event.kind, event.voice, event.source, event.actor_id) == ("likely", "system", "inference", None)
    assert (event.post_id, event.reason) == (answer.id, "No word from the asker for 14 days after an answer with 2 votes")
    row = thread_now(thread)
    assert (row.status, row.solved_at, row.modified_at) == (Status.LIKELY_SOLVED, None, before)
    assert told.of(StatusChanged) == [StatusChanged(thread.id, "answered", "likely_solved")]


def test_it_is_inferred_once_and_kept_while_there_is_a_ground():
    thread, _ = make_quiet()
    infer_likely(RULES)
    assert infer_likely(RULES) == Inferred(read=1)
    answer_with_votes(thread, 9, 15)
    assert infer_likely(RULES) == Inferred(read=1)
    assert len(list_outcomes(thread.id)) == 1 and recount_all().total == 0


def test_thanks_are_a_ground_at_once():
    thread = make_question()
    answer = make_answer(thread)
    do(add_comment, asker_of(thread), post_id=answer.id, body=text("Thanks, works now!", is_comment=True))
    assert infer_likely(RULES).added == 1
    (event,) = list_outcomes(thread.id)
    assert (event.post_id, event.reason) == (answer.id, "The asker thanked for this answer")


def written(thread: Thread, answer: Post, **values: object) -> None:
    """Write columns of the thread, or with names that begin with `answer_` of the answer, and derive the rest."""
    with unit_of_work():
        for name, value in values.items():
            table, column = (Post, name[7:]) if name.startswith("answer_") else (Thread, name)
            setattr(db.session.get_one(table, answer.id if table is Post else thread.id), column, value)
        if "answer_score" in values:
            db.session.get_one(ImportedVotes, answer.id).up_count = values["answer_score"]
    recount_all()


def refute(thread: Thread, answer: Post) -> None:
    do(accept_answer, asker_of(thread), post_id=answer.id)
    do(record_outcome, asker_of(thread), thread_id=thread.id, kind="refuted")


SPOILERS = {
    "downvoted": lambda t, a: written(t, a, answer_score=-1),
    "without votes": lambda t, a: written(t, a, answer_score=0),
    "young": lambda t, a: written(t, a, answer_created_at=now() - ago(13)),
    "of the asker": lambda t, a: written(t, a, answer_author_id=t.author_id),
    "hidden answer": lambda t, a: written(t, a, answer_hidden_at=now()),
    "held answer": lambda t, a: written(t, a, answer_held_at=now()),
    "hidden": lambda t, a: written(t, a, hidden_at=now()),
    "held": lambda t, a: written(t, a, held_at=now()),
    "without asker": lambda t, a: written(t, a, author_id=None),
    "closed": lambda t, a: written(t, a, closed_at=now()),
    "discussion": lambda t, a: written(t, a, kind="discussion"),
    "asker wrote": lambda t, a: comment(a, asker_of(t), "Which filter?"),
    "thanks by another": lambda t, a: (written(t, a, answer_score=0), comment(a, make_person(), "Thanks!")),
    "solved": lambda t, a: do(accept_answer, asker_of(t), post_id=a.id),
    "disputed": refute,
    "waiting": lambda t, a: do(record_outcome, make_person(role="staff"), thread_id=t.id, kind="needs_info"),
}


@pytest.mark.parametrize("spoiler", SPOILERS)
def test_nothing_is_inferred_without_a_ground(spoiler: str):
    thread, answer = make_quiet()
    SPOILERS[spoiler](thread, answer)
    found = infer_likely(RULES)
    assert (found.added, found.withdrawn) == (0, 0)
    assert "likely" not in [kind for kind, _, _ in log(thread)]


def test_an_asker_who_said_that_they_are_stuck_is_not_silent():
    thread, _ = make_quiet()
    do(report_stuck, asker_of(thread), thread_id=thread.id, source="mail")
    assert thread_now(thread).status == Status.ANSWERED
    assert infer_likely(RULES).added == 0
    assert log(thread) == [("refuted", "asker", "mail")]


@pytest.mark.parametrize("deed", ["comment", "answer", "edit"])
def test_an_asker_who_writes_again_takes_the_inference_back(deed: str):
    thread, answer = make_quiet()
    asker = asker_of(thread)
    infer_likely(RULES)
    if deed == "comment":
        do(add_comment, asker, post_id=answer.id, body=text("Hm, it hums again.", is_comment=True))
    elif deed == "answer":
        do(add_post, asker, thread_id=thread.id, body=text("It hums again, louder."))
    else:
        do(edit_post, asker, post_id=opening_of(thread).id, body=text("It hums, also at night."))
    assert thread_now(thread).status == Status.ANSWERED
    assert log(thread)[1:] == [("withdrawn", "system", "inference")]
    assert infer_likely(RULES) == Inferred(read=1) and recount_all().total == 0


def test_what_others_write_changes_nothing():
    thread, answer = make_quiet()
    infer_likely(RULES)
    do(add_comment, make_person(), post_id=answer.id, body=text("Same here.", is_comment=True))
    do(add_post, make_person(), thread_id=thread.id, body=text("Oil it."))
    do(edit_post, make_person(role="staff"), post_id=opening_of(thread).id, body=text("Better words."), reason="Clearer")
    assert thread_now(thread).status == Status.LIKELY_SOLVED and infer_likely(RULES).withdrawn == 0


def test_real_evidence_overrides_it_and_its_withdrawal_leaves_no_inference_behind():
    thread, answer = make_quiet()
    asker = asker_of(thread)
    infer_likely(RULES)
    do(accept_answer, asker, post_id=answer.id)
    assert thread_now(thread).status == Status.SOLVED
    do(withdraw_acceptance, asker, post_id=answer.id)
    assert thread_now(thread).status == Status.ANSWERED
    assert infer_likely(RULES).added == 0, "the asker was there"


def test_an_asker_may_dispute_what_was_inferred():
    thread, _ = make_quiet()
    infer_likely(RULES)
    do(report_stuck, asker_of(thread), thread_id=thread.id)
    assert thread_now(thread).status == Status.DISPUTED


def test_it_is_taken_back_when_its_ground_goes():
    thread, answer = make_quiet()
    infer_likely(RULES)
    with unit_of_work():
        db.session.get_one(Post, answer.id).score = 0
    assert infer_likely(RULES) == Inferred(read=1, withdrawn=1)
    assert thread_now(thread).status == Status.ANSWERED and log(thread)[1:] == [("withdrawn", "system", "inference")]
    assert infer_likely(RULES) == Inferred(read=1)


def test_it_moves_to_another_answer_when_its_own_is_hidden():
    thread, answer = make_quiet(score=5)
    second = answer_with_votes(thread, 2, 19)
    infer_likely(RULES)
    do(curating.hide_post, make_person(role="moderator"), post_id=answer.id, reason="Spam")
    assert thread_now(thread).status == Status.ANSWERED
    assert infer_likely(RULES).added == 1
    assert thread_now(thread).status == Status.LIKELY_SOLVED and list_outcomes(thread.id)[-1].post_id == second.id


def test_a_switched_off_rule_takes_its_inferences_back():
    make_quiet()
    infer_likely(RULES)
    assert infer_likely(replace(RULES, after_days=0)) == Inferred(read=1, withdrawn=1)


def test_a_run_is_bounded_and_the_next_goes_on(settings: Settings):
    threads = [make_quiet()[0] for _ in range(3)]
    first = infer_likely(RULES, limit=2)
    assert first == Inferred(read=2, added=2, next_id=threads[1].id)
    assert infer_likely(RULES, after_id=threads[1].id) == Inferred(read=1, added=1)


def test_the_job_is_registered_and_does_it():
    thread, _ = make_quiet()
    handler, _ = handler_for(INFER_JOB)
    handler([{}])
    assert thread_now(thread).status == Status.LIKELY_SOLVED
    assert db.session.scalar(sa.select(sa.func.count()).where(Job.kind == INFER_JOB)) == 0


def test_the_job_asks_for_another_run_when_there_is_more(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.forum.services.inferring.infer_likely", lambda rules, after_id: Inferred(5, 5, 0, after_id + 7))
    make_infer_handler(settings)([{"after_id": 3}])
    assert db.session.scalars(sa.select(Job.payload).where(Job.kind == INFER_JOB)).all() == [{"after_id": 10}]


def test_reading_costs_the_same_however_many_questions_there_are():
    def statements() -> int:
        with count_queries() as found:
            infer_likely(RULES)
        return len(found)

    make_quiet(age=1)
    few = statements()
    for _ in range(6):
        make_quiet(age=1)
    assert statements() == few <= 7


def test_an_edited_answer_keeps_its_inference_and_scores_stay_right():
    thread, answer = make_quiet()
    infer_likely(RULES)
    do(edit_post, make_person(role="staff"), post_id=answer.id, body=text("Clean the filter first."), reason="Clearer")
    assert thread_now(thread).status == Status.LIKELY_SOLVED and post_now(answer).revision == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outcome)) == 1
