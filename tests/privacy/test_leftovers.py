"""What is easily forgotten: names in waves and batches, an admin's order that its person cannot take back, jobs that cannot be done."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Erasure, Person
from app.accounts.services.erasing import order_erasure, request_erasure
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.forum.services.sweeping import UNTITLED
from app.jobs.worker import run_until_idle
from app.moderation.flags.flagging import flag_person
from app.moderation.inbox.batches import decide_batch
from app.moderation.models import InboxBatch, Sanction, Wave
from app.moderation.people.imposing import impose
from app.privacy.models import PersonMerge
from app.privacy.services.erasing import erase_person
from app.privacy.services.merging import request_merge
from tests.factories import actor_of, make_person, make_question
from tests.moderation.waves.spam import put


@pytest.fixture
def admin(app: Flask) -> Person:
    return make_person("boss", role="admin")


def erase(person: Person) -> Person:
    with unit_of_work():
        db.session.add(Erasure(person_id=person.id, due_at=now() - timedelta(seconds=1)))
    assert erase_person(person.id, render_markdown(UNTITLED))
    return db.session.get_one(Person, person.id, populate_existing=True)


def test_no_wave_names_an_erased_person(admin: Person):
    person, other = make_person("quixotica77", email="q@quixotica.example"), make_person("staying")
    make_question(author=person)
    make_question(author=other)
    wave = put(actor_of(admin), people=("Quixotica77", "staying"), name_pattern="quixo*", mail_host="quixotica.example")
    erase(person)
    kept = db.session.get_one(Wave, wave.id, populate_existing=True)
    stored = f"{kept.criteria} {kept.summary}".lower()
    assert "quixo" not in stored and "staying" in stored


def test_no_batch_names_an_erased_person(admin: Person):
    people = [make_person("quixotica"), make_person("staying")]
    reporter = actor_of(make_person())
    with unit_of_work():
        for person in people:
            flag_person(reporter, person_id=person.id, reason="spam")
    decide_batch(actor_of(admin), [f"reported-person-{one.id}" for one in people], "decline", reason="Fine")
    erase(people[0])
    (batch,) = db.session.scalars(sa.select(InboxBatch).execution_options(populate_existing=True))
    assert "quixotica" not in str(batch.results).lower() and "staying" in str(batch.results).lower()


def test_nothing_by_hand_is_left_on_the_row_of_an_erased_person(app: Flask):
    person = make_person("ada", pinned_level=2, level=2, level_ceiling=1, ceiling_until=now(), muted_until=now(), warned_at=now())
    row = erase(person)
    assert (row.level, row.pinned_level, row.level_ceiling, row.ceiling_until) == (0, None, None, None)
    assert (row.muted_until, row.warned_at) == (None, None)


def test_an_admins_order_cannot_be_taken_back_by_asking_for_the_same(admin: Person):
    person = make_person("ada", email="ada@example.org")
    with unit_of_work():
        order_erasure(actor_of(admin), person_id=person.id, keeps_posts=False, reason="Asked by letter")
    with pytest.raises(Conflict), unit_of_work():
        request_erasure(actor_of(person), typed_name="ada", keeps_posts=True, grace=timedelta(days=14))
    assert db.session.get_one(Erasure, person.id, populate_existing=True).due_at is not None


def test_a_merge_by_somebody_who_is_no_admin_any_more_is_dropped(admin: Person):
    make_person("second", role="admin")
    pair = make_person("ada.old"), make_person("ada")
    with unit_of_work():
        request_merge(actor_of(admin), from_id=pair[0].id, into_id=pair[1].id, reason="One person")
        db.session.get_one(Person, admin.id).role = "member"
    run_until_idle()
    assert db.session.get_one(Person, pair[0].id, populate_existing=True).merged_into_id is None
    assert not db.session.scalars(sa.select(PersonMerge)).all()


def test_what_holds_one_account_back_holds_the_other_one_back_when_they_are_merged(admin: Person):
    old, new = make_person("ada.old"), make_person("ada")
    until = now() + timedelta(days=9)
    for kind in ("mute", "suspend", "warn"):
        with unit_of_work():
            impose(actor_of(admin), person_id=old.id, kind=kind, reason="Rude", until=until)
    with unit_of_work():
        request_merge(actor_of(admin), from_id=old.id, into_id=new.id, reason="One person")
    run_until_idle()
    row = db.session.get_one(Person, new.id, populate_existing=True)
    assert row.muted_until == row.suspended_until == until and row.warned_at is not None
    assert set(db.session.scalars(sa.select(Sanction.person_id))) == {new.id}


def test_a_banned_account_is_not_merged_into_one_that_is_let_in(admin: Person):
    old, new = make_person("ada.old"), make_person("ada")
    with unit_of_work():
        impose(actor_of(admin), person_id=old.id, kind="ban", reason="Spam")
    with pytest.raises(Conflict, match="ban"), unit_of_work():
        request_merge(actor_of(admin), from_id=old.id, into_id=new.id, reason="One person")
