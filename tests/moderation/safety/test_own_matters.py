"""Nobody decides about themselves while somebody else could, nobody learns who reported them, and the suspended decide nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Forbidden
from app.core.uow import unit_of_work
from app.forum.models import Post
from app.forum.services import curating
from app.moderation.flags.flagging import flag_person, flag_post
from app.moderation.flags.resolving import resolve_person_flags, resolve_post_flags
from app.moderation.inbox.collecting import find_item, read_inbox
from app.moderation.inbox.deciding import decide_item
from app.moderation.models import LogEntry
from app.moderation.people.appealing import appeal, decide_appeal
from app.moderation.people.imposing import impose
from app.moderation.screening.keeping import add_rule
from app.moderation.undoing import undo_decision
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_category, make_person, make_question

HASH = "kept elsewhere"


def judge(name: str = "", role: str = "moderator", **values) -> Person:
    return make_person(name, role=role, password_hash=HASH, **values)


def report(post: Post, name: str) -> None:
    reporter = actor_of(make_person(name))
    with unit_of_work():
        flag_post(reporter, post_id=post.id, reason="rude")


def latest() -> LogEntry:
    return db.session.scalars(sa.select(LogEntry).order_by(LogEntry.id.desc())).first()


@pytest.fixture
def mo(app: Flask) -> Person:
    return judge("mo")


def test_a_reported_moderator_neither_reads_who_reported_them_nor_decides(mo: Person, browser: Browser):
    other = actor_of(judge("other"))
    answer = make_answer(make_question(), author=mo)
    report(answer, "telltale")
    assert not read_inbox(actor_of(mo)).items and read_inbox(actor_of(mo)).counts["reports"] == 0
    assert find_item(actor_of(mo), f"post-{answer.id}") is None and find_item(other, f"post-{answer.id}") is not None
    assert "telltale" not in browser.sign_in(mo).get(f"/moderation/queue?item=post-{answer.id}").text.lower()
    with pytest.raises(Forbidden), unit_of_work():
        resolve_post_flags(actor_of(mo), post_id=answer.id, is_upheld=False, note="It is fine")
    with unit_of_work():
        decide_item(other, f"post-{answer.id}", "uphold", reason="Please be kind")
    with pytest.raises(Forbidden), unit_of_work():
        undo_decision(actor_of(mo), entry_id=latest().id, reason="I meant well")


def test_reports_about_a_moderator_are_for_others(mo: Person):
    other, telltale = actor_of(judge("other")), actor_of(make_person("telltale"))
    with unit_of_work():
        flag_person(telltale, person_id=mo.id, reason="rude")
    assert not read_inbox(actor_of(mo)).items and read_inbox(other).counts["people"] == 1
    assert read_inbox(actor_of(mo)).counts["people"] == 0
    with pytest.raises(Forbidden), unit_of_work():
        resolve_person_flags(actor_of(mo), person_id=mo.id, is_upheld=False, note="No")


def test_who_is_alone_decides_about_their_own_text(mo: Person):
    judge("unable", banned_at=now())
    answer = make_answer(make_question(), author=mo)
    report(answer, "telltale")
    assert len(read_inbox(actor_of(mo)).items) == 1
    with unit_of_work():
        resolve_post_flags(actor_of(mo), post_id=answer.id, is_upheld=False, note="Nothing wrong")


def test_staff_only_text_of_an_admin_is_for_another_admin_only(app: Flask):
    admin = judge("boss", role="admin")
    judge("mo")
    answer = make_answer(make_question(category=make_category(audience="staff")), author=admin)
    colleague = actor_of(make_person("colleague", role="staff"))
    with unit_of_work():
        flag_post(colleague, post_id=answer.id, reason="rude")
    assert len(read_inbox(actor_of(admin)).items) == 1
    judge("second", role="admin")
    assert not read_inbox(actor_of(admin)).items


def test_what_another_moderator_hid_is_not_shown_again_by_its_author(mo: Person, browser: Browser):
    other = actor_of(judge("other"))
    answer, own = make_answer(make_question(), author=mo), make_answer(make_question(), author=mo)
    with unit_of_work():
        curating.hide_post(other, post_id=answer.id, reason="Rude")
        curating.hide_post(actor_of(mo), post_id=own.id, reason="A slip of mine")
    browser.sign_in(mo).post(f"/moderation/posts/{answer.id}/restore", {}, status=403)
    browser.post(f"/moderation/posts/{own.id}/restore", {}, status=303)
    assert db.session.get_one(Post, answer.id, populate_existing=True).hidden_at is not None
    assert db.session.get_one(Post, own.id, populate_existing=True).hidden_at is None


def test_who_made_a_sanction_does_not_undo_that_it_was_lifted(mo: Person):
    other, person = actor_of(judge("other")), make_person()
    with unit_of_work():
        one = impose(actor_of(mo), person_id=person.id, kind="warn", reason="Insults")
    with unit_of_work():
        appeal(person.id, sanction_id=one.id, note="It was not me")
    with unit_of_work():
        decide_appeal(other, sanction_id=one.id, is_lifted=True, answer="You are right")
    entry_id = latest().id
    with pytest.raises(Forbidden), unit_of_work():
        undo_decision(actor_of(mo), entry_id=entry_id, reason="I know better")
    with unit_of_work():
        undo_decision(other, entry_id=entry_id, reason="I looked at the wrong one")


def _undo_any(actor: Actor, _reported: Person) -> None:
    undo_decision(actor, entry_id=latest().id, reason="No")


def _watch(actor: Actor, _reported: Person) -> None:
    add_rule(actor, kind="word", text="casino", measure="hold")


def _decide_about_person(actor: Actor, reported: Person) -> None:
    decide_item(actor, f"reported-person-{reported.id}", "decline", reason="Fine")


@pytest.mark.parametrize("deed", [_undo_any, _watch, _decide_about_person])
def test_a_suspended_moderator_decides_nothing(mo: Person, deed):
    reported, reporter = make_person(), actor_of(make_person())
    with unit_of_work():
        add_rule(actor_of(mo), kind="word", text="lottery", measure="hold")
        flag_person(reporter, person_id=reported.id, reason="spam")
    suspended = Actor(mo.id, mo.name, role=actor_of(mo).role, is_suspended=True)
    with pytest.raises(Forbidden), unit_of_work():
        deed(suspended, reported)


def test_asking_whether_something_is_ones_own_costs_one_statement_at_most(mo: Person):
    judge("other")
    report(make_answer(make_question()), "telltale")
    with assert_queries(14):
        read_inbox(actor_of(mo))
