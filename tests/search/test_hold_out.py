"""Who asks without suggestions: by one decision a day, only with enough traffic, and kept with the session for the comparison."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.search.ledger import recorder
from app.search.ledger.hold_out import Decision, decide, share_held_out, window_before
from app.search.ledger.notes import Note, What
from app.search.ledger.sessions import end_old_sessions, store_notes
from app.search.models import Ending, SearchSession
from tests.asserts import assert_queries

DAY = date(2026, 3, 2)
START = datetime(2026, 3, 1, tzinfo=UTC)
PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


@pytest.mark.parametrize(
    ("percent", "least", "weekly", "share"),
    [(5, 150, 149.9, 0), (5, 150, 150, 5), (5, 0, 0, 5), (0, 0, 9000, 0), (50, 1, 0.5, 0)],
)
def test_nobody_is_held_out_below_the_bound(percent, least, weekly, share):
    assert share_held_out(percent, least, weekly) == share


@pytest.mark.parametrize(("kept", "days"), [(90, 28), (30, 28), (29, 27), (9, 7), (8, 0), (0, 0)])
def test_only_time_decides_that_is_written_and_that_is_kept_all_day(kept, days):
    start, end = window_before(DAY, kept)
    assert (end, end - start) == (START, timedelta(days=days))
    forgotten_before = START + timedelta(days=2) - timedelta(days=kept)
    assert not days or start >= forgotten_before


def add(at: datetime, **values: object) -> None:
    with unit_of_work():
        db.session.add(SearchSession(visitor=None, started_at=at, last_at=at, **{"reached_ask": True, **values}))


def test_the_weeks_before_decide_and_only_sessions_about_to_ask_count(app: Flask):
    for hours in range(8):
        add(START - timedelta(hours=1 + 80 * hours))
    add(START - timedelta(hours=1), reached_ask=False)
    add(START + timedelta(hours=1))
    add(START - timedelta(days=28, hours=1))
    assert decide(DAY, percent=5, least=2, kept_days=90) == Decision(DAY, 5, 2)
    assert decide(DAY, percent=5, least=3, kept_days=90) == Decision(DAY, 0, 2)
    assert decide(DAY, percent=5, least=0, kept_days=5) == Decision(DAY, 0, 0)


@pytest.fixture
def all_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    settings = replace(app.extensions["settings"], search_hold_out=50, search_hold_out_sessions=0)
    monkeypatch.setitem(app.extensions, "settings", settings)
    return app


def test_it_is_decided_once_a_day_outside_of_pages_and_nobody_is_held_out_before(all_out: Flask):
    client = all_out.test_client()
    client.get("/ask", headers=PERSON)
    recorder.flush()
    assert db.session.scalars(sa.select(SearchSession.hold_out)).all() == [0]
    with assert_queries(1):
        assert recorder.decide_hold_out().share == 50
    with assert_queries(0):
        recorder.decide_hold_out()
    all_out.extensions["search_hold_out"] = Decision(now().date() - timedelta(days=1), 50, 0)
    with all_out.test_request_context("/ask", headers=PERSON):
        assert not recorder.asks_without_suggestions(), "what held yesterday does not hold today"


def test_a_session_keeps_the_share_and_the_side_it_began_with(all_out: Flask):
    recorder.decide_hold_out()
    for number in range(12):
        all_out.test_client().get("/ask", headers={"User-Agent": f"Mozilla/5.0 (X11) Firefox/{100 + number}.0"})
    recorder.flush()
    found = db.session.scalars(sa.select(SearchSession)).all()
    assert {session.hold_out for session in found} == {50} and {session.is_held_out for session in found} == {True, False}


def test_only_the_page_for_questions_counts_as_about_to_ask(app: Flask):
    app.test_client().get("/discussions/new", headers=PERSON)
    assert recorder.flush() == 0


def note(what: What, minutes: float, **facts: object) -> Note:
    return Note(what, "v", START.timestamp() + 60 * minutes, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(("minutes", "is_kept"), [(40, True), (179, True), (181, False)])
def test_whoever_writes_a_question_for_long_still_asked_in_that_session(app: Flask, minutes: int, is_kept: bool):
    asked = note(What.ASKED, minutes, kind="thread", target_id=9)
    for at, notes in ((0, [note(What.ASK, 0)]), (minutes, [asked])):
        with unit_of_work():
            end_old_sessions(START + timedelta(minutes=at))
        with unit_of_work():
            store_notes(notes)
    session = db.session.scalars(sa.select(SearchSession)).one()
    assert (session.asked_thread_id, session.ending == Ending.ASKED) == ((9, True) if is_kept else (None, False))


def test_another_search_after_the_pause_begins_a_new_session_all_the_same(app: Flask):
    with unit_of_work():
        store_notes([note(What.ASK, 0), note(What.SEARCH, 40, text="pump")])
    assert [session.reached_ask for session in db.session.scalars(sa.select(SearchSession).order_by(SearchSession.id))] == [
        True,
        False,
    ]
