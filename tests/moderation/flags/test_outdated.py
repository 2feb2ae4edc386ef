"""Reports that something is out of date go to those who check versions; their word decides the reports."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.services.versions import check_thread, set_thread_versions
from app.kb.queries.verifying import list_threads_to_verify
from app.moderation.flags.flagging import flag_post
from app.moderation.models import Flag, LogEntry
from app.moderation.undoing import undo_decision
from tests.factories import accept, actor_of, make_answer, make_person, make_question
from tests.forum.test_versions import make_versions


@pytest.mark.parametrize(("works", "state"), [(True, "declined"), (False, "upheld")])
def test_a_report_opens_the_check_again_and_the_check_decides_it(app: Flask, works: bool, state: str):
    admin = actor_of(make_person(role="admin"))
    (version,) = make_versions(admin, "4.2")
    thread, reporter = make_question(), actor_of(make_person())
    answer = make_answer(thread)
    accept(answer)
    with unit_of_work():
        set_thread_versions(admin, thread_id=thread.id, version_ids={version.id})
    assert not list_threads_to_verify(admin).items, "it was solved on this version"
    with unit_of_work():
        flag_post(reporter, post_id=answer.id, reason="outdated")
    (row,) = list_threads_to_verify(admin).items
    assert row.id == thread.id and row.outdated_at is not None and [one.label for one in row.versions] == ["Pump 4.2"]
    with unit_of_work():
        check_thread(admin, thread_id=thread.id, version_id=version.id, works=works)
    assert db.session.scalars(sa.select(Flag.state)).one() == state
    assert not list_threads_to_verify(admin).items
    entry = db.session.scalars(sa.select(LogEntry).where(LogEntry.post_id == answer.id)).one()
    with unit_of_work():
        undo_decision(admin, entry_id=entry.id, reason="Looked at the wrong pump")
    assert db.session.scalars(sa.select(Flag.state)).one() == "open"
