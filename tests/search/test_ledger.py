"""Sessions: how notes become searches with an end, what is forgotten, and what the ledger says about documents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.actor import Audience
from app.core.db import db
from app.core.uow import unit_of_work
from app.search.ledger import recorder
from app.search.ledger.buffer import MemoryNotes, RedisNotes
from app.search.ledger.notes import Note, What
from app.search.ledger.reading import failed_near, failed_texts_of, failed_wordings, landed
from app.search.ledger.sessions import end_old_sessions, forget_sessions, store_notes
from app.search.models import Ending, SearchNear, SearchSession, SearchStep

pytestmark = pytest.mark.usefixtures("app")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def note(what: What, seconds: float = 0, visitor: str = "v", **facts: object) -> Note:
    return Note(what, visitor, AT.timestamp() + seconds, **facts)  # type: ignore[arg-type]


def search(text: str, seconds: float = 0, shown: str = "t1 t2", **facts: object) -> Note:
    keys = [[key] for key in shown.split()]
    return note(What.SEARCH, seconds, text=text, hits=len(keys), shown=keys, **facts)


def click(text: str, seconds: float, target_id: int, **facts: object) -> Note:
    return note(What.CLICK, seconds, text=text, kind="thread", target_id=target_id, **facts)


def store(*notes: Note) -> None:
    with unit_of_work():
        store_notes(notes)


def end() -> None:
    with unit_of_work():
        end_old_sessions(AT + timedelta(days=1))


def endings() -> list[str]:
    return [str(step.ending) for step in db.session.scalars(sa.select(SearchStep).order_by(SearchStep.id))]


def the_session() -> SearchSession:
    return db.session.scalars(sa.select(SearchSession)).one()


def test_a_click_ends_a_search_with_its_rank():
    store(search("a"), click("a", 5, 2))
    step = db.session.scalars(sa.select(SearchStep)).one()
    assert (step.ending, step.rank, step.target_id, step.hits) == (Ending.CLICKED, 2, 2, 2)
    assert the_session().ending == Ending.CLICKED


def test_other_words_refine_and_the_same_words_do_not():
    store(search("a"), search("a", 3), search("b", 9), click("b", 12, 1))
    assert endings() == [Ending.REFINED, Ending.CLICKED]
    assert the_session().searches == 2


def test_a_suggestion_picked_on_a_page_of_results_is_a_search_of_its_own():
    store(search("a"), click("pump", 5, 9), click("a", 6, 9))
    assert endings() == [Ending.REFINED, Ending.CLICKED]
    store(click("a", 9, 8))
    assert endings() == [Ending.REFINED, Ending.CLICKED], "the page of results did not show it: its header or its foot led there"


def test_a_suggestion_is_a_search_where_nobody_searched_before_and_asking_after_all_is_kept():
    store(note(What.ASK), click("pump hums", 5, 9), note(What.ASKED, 60, kind="thread", target_id=11))
    assert (endings(), the_session().searches, the_session().asked_thread_id) == ([Ending.ASKED], 1, 11)


def test_a_click_may_be_told_before_its_search():
    store(click("a", 1, 2))
    store(search("a", 0))
    step = db.session.scalars(sa.select(SearchStep)).one()
    assert (step.ending, step.rank, step.clicks) == (Ending.CLICKED, 2, 1)


def test_asking_ends_the_session_and_is_carried_over_a_sign_in():
    store(search("a", visitor="browser"))
    store(
        note(What.ASK, 5, visitor="browser"), note(What.ASKED, 60, visitor="person", also="browser", kind="thread", target_id=9)
    )
    assert (the_session().ending, the_session().asked_thread_id, the_session().reached_ask) == (Ending.ASKED, 9, True)
    assert failed_texts_of(9) == ["a"]


def test_only_asking_carries_a_session_over_to_another_visitor():
    store(search("a", visitor="browser"), search("b", 5, visitor="person", also="browser"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SearchSession)) == 2


def test_solved_counts_for_what_was_opened_from_the_results_only():
    store(search("a"), click("a", 5, 1), note(What.SOLVED, 9, kind="thread", target_id=7))
    assert the_session().ending == Ending.CLICKED
    store(note(What.SOLVED, 12, kind="thread", target_id=1))
    assert (the_session().ending, endings()) == (Ending.SOLVED, [Ending.SOLVED])


def test_what_was_shown_while_asking_can_solve_it():
    store(note(What.ASK), note(What.SOLVED, 9, text="my title", kind="article", target_id=3))
    assert (the_session().ending, the_session().reached_ask, endings()) == (Ending.SOLVED, True, [Ending.SOLVED])


@pytest.mark.parametrize("what", [What.CLICK, What.ASKED, What.SOLVED])
def test_what_no_search_led_to_begins_no_session(what: What):
    store(note(what, kind="thread", target_id=1))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SearchSession)) == 0


def test_half_an_hour_without_anything_ends_a_session():
    store(search("a"), search("b", 31 * 60))
    assert [one.ending for one in db.session.scalars(sa.select(SearchSession))] == [Ending.LEFT, Ending.LEFT]


def test_an_ended_session_names_nobody_and_keeps_what_it_was_near():
    store(search("a", shown="t1 a2 t3 t4"), click("b", 5, 1))
    end()
    assert the_session().visitor is None
    near = db.session.execute(sa.select(SearchNear.rank, SearchNear.kind, SearchNear.target_id)).all()
    assert sorted(map(tuple, near)) == [(1, "thread", 1), (2, "article", 2), (3, "thread", 3)]
    assert all(step.shown == [] for step in db.session.scalars(sa.select(SearchStep)))


def test_old_sessions_are_forgotten_with_all_they_hold():
    store(search("a"))
    end()
    with unit_of_work():
        assert forget_sessions(AT) == 0 and forget_sessions(AT + timedelta(seconds=1)) == 1
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(SearchNear))


def test_documents_know_the_searches_that_landed_on_them_and_failed_near_them():
    for number in range(3):
        store(search("a", visitor=f"v{number}"), click("a", 5, 1, visitor=f"v{number}"))
    store(search("b", visitor="w", shown="t1 t5"), note(What.ASKED, 9, visitor="w", kind="thread", target_id=6))
    assert landed(["t1"], AT) == {}, "a session that goes on counts nothing yet"
    end()
    assert landed(["t1", "t2", "a1"], AT) == {"t1": 3}
    assert failed_near(["t1", "t5", "t6", "a1"], AT) == {"t1": 1, "t5": 1, "t6": 1}
    assert landed(["t1"], AT + timedelta(days=1)) == {}


def fail_first(text: str, who: str, day: int = 0, **facts: object) -> None:
    """Search for a text in vain, then for "repair", and open question 1."""
    facts, at = {"visitor": who, **facts}, day * 86_400
    store(search(text, at, **facts), search("repair", at + 5, **facts), click("repair", at + 9, 1, **facts))


def test_wordings_that_failed_first_are_named_when_several_used_them_and_never_those_of_staff():
    for number in range(3):
        fail_first("kaputt", f"v{number}", day=number % 2)
        fail_first("code name", f"s{number}", day=number % 2, audience=Audience.STAFF)
        fail_first("buy this", f"w{number}")
    with unit_of_work():
        end_old_sessions(AT + timedelta(days=3))
    assert failed_wordings(["t1"]) == {"t1": ["kaputt"]}
    assert failed_wordings(["t1"], Audience.STAFF) == {"t1": ["code name", "kaputt"]}
    assert failed_wordings(["t1"], least=4) == {}


@pytest.mark.parametrize("buffer", ["memory", "redis"])
def test_notes_that_cannot_be_written_wait_in_their_order(
    app: Flask, monkeypatch: pytest.MonkeyPatch, redis_url: str, buffer: str
):
    def refuse(*_given: object) -> int:
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    notes = MemoryNotes() if buffer == "memory" else RedisNotes(redis_url)
    monkeypatch.setitem(app.extensions, "search_ledger", notes)
    notes.add(search("a"))
    notes.add(search("b", 9))
    with monkeypatch.context() as away, pytest.raises(OperationalError):
        away.setattr(recorder, "store_notes", refuse)
        recorder.flush()
    notes.add(click("b", 12, 1))
    assert recorder.flush() == 1
    assert endings() == [Ending.REFINED, Ending.CLICKED]


def test_no_more_notes_wait_than_may(monkeypatch: pytest.MonkeyPatch, redis_url: str):
    monkeypatch.setattr("app.search.ledger.buffer.MOST_WAITING", 3)
    for notes in (MemoryNotes(), RedisNotes(redis_url)):
        notes.add(search("d"))
        notes.put_back([search(text) for text in "abc"])
        notes.add(search("e"))
        waiting = [note.text for note in notes.take()]
        assert len(waiting) == 3 and waiting[:2] == ["a", "b"]
