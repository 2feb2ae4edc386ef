"""Records and the levels they earn, kept in step; levels by hand, logged and undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.trust import WINDOW, Level, Record, make_table, trust_table, use_table
from app.core.uow import unit_of_work
from app.forum.models import Comment, Outcome, Reshaping
from app.forum.services import curating
from app.forum.services.accepting import accept_answer, withdraw_acceptance
from app.forum.services.commenting import add_comment, edit_comment
from app.forum.services.editing import edit_post
from app.forum.services.merging import merge_threads, undo_merge
from app.forum.services.setting_aside import release_post, set_aside_post
from app.jobs.models import Job
from app.jobs.worker import run_until_idle
from app.moderation.models import Flag, LogEntry, Sanction
from app.moderation.screening.keeping import add_rule
from app.moderation.trust.levels import REFRESH_JOB, list_ripe, quiet_job, recount_levels, refresh_job, refresh_levels, ripen_job
from app.moderation.trust.policies import can_set_level
from app.moderation.trust.records import record_of, records_of
from app.moderation.trust.setting import free_level, lower_level, pin_level
from app.moderation.undoing import undo_decision
from app.notifications.models import Notification
from tests.asserts import count_queries
from tests.factories import accept, actor_of, body, make_answer, make_person, make_question, opening_of

LONG_AGO = timedelta(days=200)


@pytest.fixture(autouse=True)
def easy():
    """Few texts make a regular."""
    before = trust_table()
    use_table(make_table(bounds="regular.texts=3 regular.helps=1 trusted.texts=4 trusted.helps=2"))
    yield
    use_table(before)


def level_of(person: Person) -> Level:
    return Level(db.session.scalar(sa.select(Person.level).where(Person.id == person.id)))


def add(*rows) -> None:
    with unit_of_work():
        db.session.add_all(rows)


def worked(post, by: Person | None, **values) -> Outcome:
    row = Outcome(
        thread_id=post.thread_id, post_id=post.id, kind="confirmed_by_other", voice="reader", actor_id=by and by.id, **values
    )
    add(row)
    return row


def helper(name: str = "") -> Person:
    """Somebody with three answers, one of them accepted; a regular by the table of these tests."""
    person = make_person(name, created_at=now() - LONG_AGO, trust=1)
    question = make_question(created_at=now() - LONG_AGO)
    answers = [
        make_answer(question, person, text=f"Look at valve {number}.", created_at=now() - timedelta(days=20))
        for number in range(3)
    ]
    accept(answers[0])
    return person


def refresh(*people: Person, **values) -> int:
    with unit_of_work():
        return refresh_levels([person.id for person in people], **values)


def moderator() -> Actor:
    return actor_of(make_person(role="moderator"))


def test_a_record_counts_what_everybody_sees_and_what_others_said(app: Flask):
    person, reader = make_person(created_at=now() - LONG_AGO), make_person()
    question = make_question()
    answers = [make_answer(question, person) for _ in range(4)]
    make_answer(question, person, hidden_at=now())
    make_answer(make_question(held_at=now()), person)
    comment = {"post_id": opening_of(question).id, "author_id": person.id, "body_source": "x", "body_html": "x", "body_text": "x"}
    add(Comment(**comment), Comment(**comment, hidden_at=now()))
    taken_back = worked(answers[0], reader)
    add(Outcome(thread_id=question.id, post_id=answers[0].id, kind="withdrawn", voice="reader", withdraws_id=taken_back.id))
    worked(answers[1], reader)
    worked(answers[1], make_person())
    worked(answers[2], None)  # a visitor may be anybody
    worked(answers[3], person)
    found = record_of(person.id)
    assert (found.texts, found.accepted, found.confirmed, found.upheld, found.sanctions) == (5, 0, 1, 0, 0)
    assert LONG_AGO <= found.age < LONG_AGO + timedelta(minutes=5)


def test_an_accepted_answer_is_not_counted_twice(app: Flask):
    person = make_person(trust=1)
    answer = make_answer(make_question(), person)
    accept(answer)
    worked(answer, make_person())
    assert record_of(person.id).helps == 1


def test_reports_that_were_right_and_sanctions_count_for_half_a_year(app: Flask):
    person, reporter = make_person(), make_person()
    post = make_answer(make_question(), person)

    def flag(reason="spam", state="upheld", ago=timedelta(days=1), **target):
        add(
            Flag(thread_id=post.thread_id, reporter_id=reporter.id, reason=reason, state=state, resolved_at=now() - ago, **target)
        )

    flag(post_id=post.id)
    flag(post_id=post.id, reason="rude")  # the same text
    flag(post_id=opening_of(make_question(author=person)).id, reason="duplicate")
    flag(post_id=opening_of(make_question(author=person)).id, state="declined")
    flag(post_id=opening_of(make_question(author=person)).id, ago=WINDOW + timedelta(days=1))
    ended, old = {"ended_at": now()}, {"created_at": now() - WINDOW - timedelta(days=1)}
    add(*(Sanction(person_id=person.id, kind="warn", reason="x", **values) for values in ({}, ended, old)))
    found = record_of(person.id)
    assert (found.upheld, found.sanctions) == (1, 1)
    assert record_of(0) == Record()


def test_many_records_cost_as_many_statements_as_one(app: Flask):
    people = [helper().id for _ in range(3)]
    with count_queries() as few:
        records_of(people[:1])
    with count_queries() as many:
        assert len(records_of(people)) == 3
    assert len(few) == len(many) == 6


def test_levels_rise_and_fall_with_the_record_and_rising_is_told_once(app: Flask):
    person = helper()
    assert refresh(person) == 1 and level_of(person) is Level.REGULAR
    assert refresh(person) == 0
    line = db.session.scalars(sa.select(Notification).where(Notification.person_id == person.id)).one()
    assert "Regular" in line.text and line.path == "/settings/trust"
    add(Sanction(person_id=person.id, kind="warn", reason="x"))
    assert refresh(person) == 1 and level_of(person) is Level.MEMBER
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Notification)) == 1


def test_a_recount_finds_everybody_whose_level_is_not_right_and_can_be_silent(app: Flask):
    people = [helper(), make_person(), make_person(level=3)]
    assert recount_levels() == 2
    assert [level_of(person) for person in people] == [Level.REGULAR, Level.NEW, Level.NEW]
    assert recount_levels() == 0 and db.session.scalar(sa.select(sa.func.count()).select_from(Notification)) == 0


def test_people_ripen_when_a_bound_of_time_is_crossed_and_when_they_write(app: Flask):
    day_old, older, fresh = (make_person(created_at=now() - timedelta(hours=hours)) for hours in (24.2, 40, 2))
    question = make_question(author=make_person(level=3, created_at=now() - timedelta(days=9)))
    for _ in range(2):
        make_answer(question, day_old)
    assert list_ripe() == [day_old.id]
    ripen_job([])
    assert [level_of(person) for person in (day_old, older, fresh)] == [Level.MEMBER, Level.NEW, Level.NEW]


def test_hiding_a_text_by_a_moderator_asks_for_the_level_again(app: Flask):
    person, actor = helper(), moderator()
    refresh(person)
    post_id = make_answer(make_question(), person).id
    with unit_of_work():
        curating.hide_post(actor, post_id=post_id, reason="Spam")
    job = db.session.scalars(sa.select(Job).where(Job.kind == REFRESH_JOB)).one()
    assert job.payload == {"person_id": person.id}
    refresh_job([job.payload, job.payload])


def test_levels_follow_texts_that_go_out_of_sight_with_their_thread_and_come_back_with_it(app: Flask):
    person, actor = make_person(created_at=now() - LONG_AGO), moderator()
    question = make_question()
    for number in range(2):
        make_answer(question, person, text=f"Look at valve {number}.")
    refresh(person)

    def level_after(service, **values) -> Level:
        with unit_of_work():
            service(actor, reason="r", **values)
        run_until_idle()
        return level_of(person)

    assert level_of(person) is Level.MEMBER
    assert level_after(curating.hide_thread, thread_id=question.id) is Level.NEW
    assert level_after(curating.restore_thread, thread_id=question.id) is Level.MEMBER


def test_texts_that_wait_again_because_they_were_changed_ask_for_the_level_again(app: Flask):
    person = make_person(level=1)
    post, actor = make_answer(make_question(), person), moderator()
    with unit_of_work():
        add_rule(actor, kind="word", text="lamps", measure="hold")
        comment = add_comment(actor_of(person), post_id=post.id, body=body("Thank you"))
    for edit, values in ((edit_comment, {"comment_id": comment.id}), (edit_post, {"post_id": post.id})):
        run_until_idle()
        with unit_of_work():
            edit(actor_of(person), body=body("Buy lamps"), **values)
        assert db.session.scalars(sa.select(Job.payload).where(Job.kind == REFRESH_JOB)).all() == [{"person_id": person.id}]


def test_accepted_answers_are_counted_soon_and_only_while_readers_see_their_question(app: Flask):
    person, asker, actor = make_person(), make_person(), moderator()
    question, other = make_question(author=asker), make_question(author=person)
    answer = make_answer(question, person)

    def trust_after(service, by: Actor = actor, **values) -> int:
        with unit_of_work():
            service(by, **values)
        run_until_idle()
        return db.session.scalars(sa.select(Person.trust).where(Person.id == person.id)).one()

    assert trust_after(accept_answer, actor_of(asker), post_id=answer.id) == 1
    for hides, shows in (("hide", "restore"), ("hold", "approve")):
        assert trust_after(getattr(curating, f"{hides}_thread"), thread_id=question.id, reason="r") == 0
        assert trust_after(getattr(curating, f"{shows}_thread"), thread_id=question.id, reason="r") == 1
    assert trust_after(set_aside_post, post_id=opening_of(question).id, reason="r") == 0
    assert trust_after(release_post, post_id=opening_of(question).id) == 1
    merge = {"thread_id": question.id, "target_id": other.id, "opening": "nothing", "reason": "One matter"}
    assert trust_after(merge_threads, **merge) == 0, "It answers a question of their own now"
    assert trust_after(undo_merge, reshaping_id=db.session.scalar(sa.select(Reshaping.id))) == 1
    assert trust_after(withdraw_acceptance, actor_of(asker), post_id=answer.id, reason="No") == 0


def test_a_pinned_level_holds_whatever_the_record_says_until_it_is_freed(app: Flask):
    person, actor = make_person(), moderator()
    with unit_of_work():
        pin_level(actor, person_id=person.id, level=3, reason="Wrote the manual")
    assert level_of(person) is Level.TRUSTED and recount_levels() == 0
    with pytest.raises(Conflict), unit_of_work():
        pin_level(actor, person_id=person.id, level=3, reason="Again")
    with unit_of_work():
        free_level(actor, person_id=person.id, reason="Left the company")
    assert level_of(person) is Level.NEW
    with pytest.raises(Conflict), unit_of_work():
        free_level(actor, person_id=person.id, reason="Again")
    assert list(db.session.scalars(sa.select(LogEntry.action).order_by(LogEntry.id))) == ["level_pin", "level_free"]


def test_a_lowered_level_comes_back_by_itself_after_its_date(app: Flask):
    person, actor, until = helper(), moderator(), now() + timedelta(days=7)
    refresh(person)
    with unit_of_work():
        lower_level(actor, person_id=person.id, level=0, until=until, reason="Quarrels")
    assert level_of(person) is Level.NEW
    job = db.session.scalars(sa.select(Job).where(Job.kind == REFRESH_JOB, Job.available_at > until)).one()
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.id == person.id).values(ceiling_until=now() - timedelta(seconds=1)))
    refresh_job([job.payload])
    assert level_of(person) is Level.REGULAR


def test_a_ceiling_also_holds_down_what_is_pinned():
    person = Person(pinned_level=3, level_ceiling=1, ceiling_until=now() + timedelta(days=1))
    assert person.level_for(Level.NEW, now()) is Level.MEMBER
    assert person.level_for(Level.NEW, now() + timedelta(days=2)) is Level.TRUSTED


def test_a_decision_about_a_level_is_undone_once_and_not_over_a_newer_one(app: Flask):
    person, actor = make_person(), moderator()
    with unit_of_work():
        pin_level(actor, person_id=person.id, level=2, reason="Known")
        lower_level(actor, person_id=person.id, level=1, until=now() + timedelta(days=3), reason="Hm")
    first, second = db.session.scalars(sa.select(LogEntry.id).order_by(LogEntry.id)).all()
    with pytest.raises(Conflict, match="decided about this level since"), unit_of_work():
        undo_decision(actor, entry_id=first, reason="No")
    with unit_of_work():
        undo_decision(actor, entry_id=second, reason="No")
    assert level_of(person) is Level.REGULAR
    with unit_of_work():
        undo_decision(actor, entry_id=first, reason="No")
    assert level_of(person) is Level.NEW


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"level": 9}, "level"),
        ({"level": 3}, "level"),
        ({"reason": " "}, "reason"),
        ({"until": -1}, "until"),
        ({"until": 4000}, "until"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_by_field(app: Flask, values, field):
    person, actor = make_person(), moderator()
    given = {"level": 0, "reason": "Quarrels", "until": 7, **values}
    with pytest.raises(Invalid) as error, unit_of_work():
        lower_level(actor, person_id=person.id, **{**given, "until": now() + timedelta(days=given["until"])})
    assert list(error.value.errors) == [field]


@pytest.mark.parametrize(
    ("role", "state", "about", "allowed"),
    [
        ("member", "", "member", False), ("staff", "", "member", True), ("moderator", "", "member", True),
        ("admin", "", "member", True), ("moderator", "suspended", "member", False), ("staff", "", "staff", False),
        ("admin", "", "moderator", False), ("moderator", "self", "member", False),
    ],
)  # fmt: skip
def test_who_decides_about_levels(role: str, state: str, about: str, allowed: bool):
    actor = Actor(id=1 if state == "self" else 2, role=make_role(role), is_suspended=state == "suspended")
    assert can_set_level(actor, Person(id=1, role=about)) is allowed


def make_role(name: str):
    from app.core.actor import Role

    return Role(name)


def test_members_cannot_set_levels(app: Flask):
    person, other = make_person(), actor_of(make_person())
    with pytest.raises(Forbidden), unit_of_work():
        pin_level(other, person_id=person.id, level=3, reason="Please")


def test_threadwell_recount_puts_levels_right_and_says_how_many_were_not(app: Flask):
    person = make_person(level=2)
    said = app.test_cli_runner().invoke(args=["recount"]).output
    assert "corrected person.level: 1" in said and level_of(person) is Level.NEW
    assert "person.level" not in app.test_cli_runner().invoke(args=["recount"]).output


def test_what_is_brought_in_at_once_is_counted_without_telling_anybody(app: Flask):
    person = helper()
    quiet_job([])
    assert level_of(person) is Level.REGULAR and db.session.scalar(sa.select(sa.func.count()).select_from(Notification)) == 0
