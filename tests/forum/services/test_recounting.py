"""Figures derived from rows: right whenever written, and put right when something else wrote them."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.errors import AppError
from app.core.uow import unit_of_work
from app.forum.models import Category, Comment, Post, Tag, Thread
from app.forum.services import curating
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.answering import add_post
from app.forum.services.asking import start_thread
from app.forum.services.commenting import add_comment
from app.forum.services.confirming import record_outcome
from app.forum.services.editing import edit_post
from app.forum.services.figures import ISSUE_JOB
from app.forum.services.recounting import recount_all, recount_issue_job, recount_thread
from app.forum.services.voting import cast_vote, say_me_too
from app.jobs.models import Job
from app.kb.models import Article
from tests.factories import make_answer, make_article, make_category, make_person, make_question, opening_of
from tests.forum.services.acting import do, is_sync_requested, post_now, text, thread_now

pytestmark = pytest.mark.usefixtures("app")


def spoil() -> None:
    """Write nonsense into every denormalised column, as a careless script would."""
    with unit_of_work():
        db.session.execute(
            sa.update(Thread).values(
                status="solved", answer_count=77, accepted_count=77, score=77, me_too_count=77, duplicate_count=77,
                affected_count=77, last_activity_at=now() + timedelta(days=9),
            )
        )  # fmt: skip
        db.session.execute(sa.update(Post).values(score=77, comment_count=77, accepted_at=now()))
        db.session.execute(sa.update(Category).values(thread_count=77))
        db.session.execute(sa.update(Tag).values(thread_count=77))


def test_everything_spoiled_is_derived_again_and_reported():
    mira, tom = make_person(), make_person()
    category = make_category()
    thread = do(
        start_thread, mira, kind="question", category_id=category.id, title="Why does it hum?", body=text("Loud"), tags=["pump"]
    )
    post = do(add_post, tom, thread_id=thread.id, body=text("Oil it"))
    do(accept_answer, mira, post_id=post.id)
    do(cast_vote, mira, post_id=post.id, value=1)
    do(say_me_too, tom, thread_id=thread.id, value=1)
    do(add_comment, mira, post_id=post.id, body=text("Thanks!", is_comment=True))
    columns = (
        "status",
        "answer_count",
        "accepted_count",
        "score",
        "me_too_count",
        "duplicate_count",
        "affected_count",
        "last_activity_at",
    )
    right = {name: getattr(thread_now(thread), name) for name in columns}
    accepted_at = post_now(post).accepted_at
    spoil()
    steps: list[tuple[int, int]] = []
    drift = recount_all(lambda done, total: steps.append((done, total)))
    assert {name: getattr(thread_now(thread), name) for name in columns} == right
    assert (post_now(post).score, post_now(post).comment_count, post_now(post).accepted_at) == (1, 1, accepted_at)
    assert (
        drift.wrong["thread.answer_count"] == 1 and drift.wrong["category.thread_count"] == 1 and drift.wrong["post.score"] == 2
    )
    assert steps == [(1, 1)] and is_sync_requested(thread)
    assert recount_all().total == 0


def test_one_thread_is_recounted_in_the_callers_unit_of_work():
    thread = make_question()
    make_answer(thread)
    spoil()
    assert "thread.answer_count" in do(recount_thread, None, thread_id=thread.id)
    assert thread_now(thread).answer_count == 1
    assert do(recount_thread, None, thread_id=thread.id) == ()


def test_hidden_posts_and_comments_and_threads_do_not_count():
    thread = make_question(hidden_at=now())
    post = make_answer(make_question(), hidden_at=now())
    with unit_of_work():
        db.session.add(Comment(post_id=post.id, body_source="x", body_html="x", body_text="x", hidden_at=now()))
    spoil()
    recount_all()
    assert thread_now(thread).answer_count == 0
    assert post_now(post).comment_count == 0
    assert db.session.scalars(sa.select(Category.thread_count).where(Category.id == thread.category_id)).one() == 0


def test_an_empty_forum_has_nothing_to_recount():
    drift = recount_all()
    assert (drift.checked, drift.total) == (0, 0)


def follow_issues() -> None:
    """Do what the jobs about issues would do in a moment."""
    recount_issue_job(list(db.session.scalars(sa.select(Job.payload).where(Job.kind == ISSUE_JOB))))


def test_a_main_question_counts_the_people_of_its_whole_issue_once_each():
    mod, again, reader = make_person(role="moderator"), make_person(), make_person()
    main, other = make_question(), make_question(author=again)
    do(say_me_too, reader, thread_id=main.id, value=1)
    do(say_me_too, reader, thread_id=other.id, value=1)
    do(curating.close_as_duplicate, mod, thread_id=other.id, original_id=main.id)
    assert (thread_now(main).affected_count, thread_now(other).affected_count) == (3, 2), "the reader said so twice"
    do(say_me_too, make_person(), thread_id=other.id, value=1)
    follow_issues()
    assert thread_now(main).affected_count == 4
    do(curating.hide_thread, mod, thread_id=other.id, reason="Spam")
    follow_issues()
    assert thread_now(main).affected_count == 2, "what readers cannot see does not count"
    do(curating.restore_thread, mod, thread_id=other.id)
    do(curating.undo_duplicate, mod, thread_id=other.id)
    assert (thread_now(main).affected_count, thread_now(other).affected_count) == (2, 3)
    assert not recount_all().wrong


def test_duplicates_that_readers_of_the_main_question_may_not_know_of_do_not_count():
    mod, home = make_person(role="admin"), make_category(audience="members")
    main, inner = make_question(), make_question(category=home)
    with unit_of_work():
        duplicate = db.session.get_one(Thread, inner.id)
        duplicate.duplicate_of_id, duplicate.closed_at = main.id, now()
    recount_all()
    assert (thread_now(main).duplicate_count, thread_now(main).affected_count) == (1, 1)
    do(curating.move_thread, mod, thread_id=inner.id, category_id=make_category().id)
    follow_issues()
    assert thread_now(main).affected_count == 2


@pytest.mark.parametrize("seed", range(6))
def test_after_any_sequence_of_actions_there_is_no_drift(seed):
    """Services keep every figure right: 60 random actions by random people, and a recount finds nothing."""
    rnd = random.Random(seed)
    people = [make_person() for _ in range(3)] + [make_person(role="moderator"), make_person(role="staff")]
    categories = [make_category(), make_category(audience="members"), make_category(needs_approval=True)]

    def any_thread() -> int:
        return rnd.choice(db.session.scalars(sa.select(Thread.id)).all() or [1])

    def any_post() -> int:
        return rnd.choice(db.session.scalars(sa.select(Post.id)).all() or [1])

    def any_comment() -> int:
        return rnd.choice(db.session.scalars(sa.select(Comment.id)).all() or [1])

    number = iter(range(1000))
    actions = [
        lambda: (start_thread, {
            "kind": rnd.choice(["question", "question", "discussion"]), "category_id": rnd.choice(categories).id,
            "title": f"Why does pump {next(number)} hum?", "body": text("Loud"), "tags": rnd.sample(["a", "b", "c"], 2),
        }),
        lambda: (add_post, {"thread_id": any_thread(), "body": text(f"Oil it {next(number)}")}),
        lambda: (add_post, {"thread_id": any_thread(), "body": text(f"Try this {next(number)}")}),
        lambda: (add_comment, {"post_id": any_post(), "body": text(f"Hm {next(number)}", is_comment=True)}),
        lambda: (accept_answer, {"post_id": any_post()}),
        lambda: (withdraw_acceptance, {"post_id": any_post()}),
        lambda: (record_outcome, {"thread_id": any_thread(), "kind": rnd.choice(["refuted", "workaround"])}),
        lambda: (cast_vote, {"post_id": any_post(), "value": rnd.choice([-1, 0, 1])}),
        lambda: (say_me_too, {"thread_id": any_thread(), "value": rnd.choice([0, 1])}),
        lambda: (edit_post, {"post_id": any_post(), "reason": "x", "body": text(f"New {next(number)}"), "tags": rnd.sample(["b", "c", "d"], 2)}),
        lambda: (rnd.choice([curating.hide_thread, curating.restore_thread, curating.approve_thread, curating.hold_thread,
                             curating.close_thread, curating.reopen_thread, curating.undo_duplicate]),
                 {"thread_id": any_thread(), "reason": "r"}),
        lambda: (rnd.choice([curating.hide_post, curating.restore_post, curating.hold_post, curating.approve_post]),
                 {"post_id": any_post(), "reason": "r"}),
        lambda: (rnd.choice([curating.hide_comment, curating.restore_comment]), {"comment_id": any_comment(), "reason": "r"}),
        lambda: (curating.move_thread, {"thread_id": any_thread(), "category_id": rnd.choice(categories).id}),
        lambda: (curating.close_as_duplicate, {"thread_id": any_thread(), "original_id": any_thread()}),
    ]  # fmt: skip
    done = 0
    for _ in range(60):
        service, values = rnd.choice(actions)()
        try:
            do(service, rnd.choice(people), **values)
            done += 1
        except AppError:
            continue
    assert done > 10
    follow_issues()
    assert not recount_all().wrong


def test_the_command_reports_what_it_corrected(app):
    answer = make_answer(make_question())
    make_article()
    spoil()
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.id == answer.author_id).values(trust=77))
        db.session.execute(sa.update(Article).values(helpful_yes=77))
    result = app.test_cli_runner().invoke(args=["recount"])
    assert result.exit_code == 0
    for line in ("thread.answer_count: 1", "person.trust: 1", "article.helpful: 1"):
        assert f"corrected {line}\n" in result.output
    again = app.test_cli_runner().invoke(args=["recount"])
    assert "0 figures corrected" in again.output


def test_figures_of_an_opening_alone():
    thread = make_question()
    assert opening_of(thread) and not recount_all().wrong
