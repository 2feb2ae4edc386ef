"""Moderators who do not read staff-only text learn nothing of it from waves, the log, and undoing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.forum.services.merging import merge_threads
from app.jobs.worker import run_until_idle
from app.moderation.models import LogEntry
from app.moderation.queries.log import LogFilter, iterate_log, list_log
from app.moderation.removing.deciding import remove_content
from app.moderation.undoing import undo_decision
from tests.factories import actor_of, make_answer, make_category, make_person, make_question
from tests.moderation.waves.spam import HOST, put

SECRET = f"The secret plan of Zorblax is at https://{HOST}/plan for all to read."


@pytest.fixture
def admin(app: Flask) -> Person:
    return make_person("boss", role="admin")


def test_a_wave_with_staff_only_text_is_not_in_the_log_of_moderators(admin: Person):
    moderator, secret = actor_of(make_person("mo", role="moderator")), make_category(audience="staff")
    make_answer(make_question(category=secret), make_person("once-staff"), SECRET)
    put(actor_of(admin), reason="The secret campaign")
    entry = db.session.scalars(sa.select(LogEntry).where(LogEntry.wave_id.is_not(None))).one()
    assert [row.id for row in list_log(actor_of(admin)).items] == [entry.id]
    assert not list_log(moderator).items and not list(iterate_log(moderator, LogFilter(words="secret")))
    with pytest.raises(NotFound), unit_of_work():
        undo_decision(moderator, entry_id=entry.id, reason="Let me see")


def test_what_an_admin_removed_among_staff_is_not_given_back_by_a_moderator(admin: Person):
    person, moderator = make_person("once-staff"), make_person("mo", role="moderator")
    hidden = make_answer(make_question(category=make_category(audience="staff")), person)
    make_answer(make_question(), person)
    with unit_of_work():
        remove_content(actor_of(admin), person_id=person.id, reason="Left in anger")
    run_until_idle()
    entry_id = db.session.scalars(sa.select(LogEntry.id).where(LogEntry.person_id == person.id)).one()
    with pytest.raises(Forbidden), unit_of_work():
        undo_decision(actor_of(moderator), entry_id=entry_id, reason="Give it back")
    with unit_of_work():
        undo_decision(actor_of(admin), entry_id=entry_id, reason="Made up")
    run_until_idle()
    assert db.session.get_one(Post, hidden.id, populate_existing=True).hidden_at is None


def test_a_thread_that_was_merged_into_a_staff_only_one_does_not_say_its_title(admin: Person):
    thread, target = make_question(), make_question(category=make_category(audience="staff"), title="The secret pump of 2027")
    with unit_of_work():
        merge_threads(actor_of(admin), thread_id=thread.id, target_id=target.id, opening="post", reason="One subject")
    assert "secret" not in db.session.get_one(Thread, thread.id, populate_existing=True).hidden_reason
