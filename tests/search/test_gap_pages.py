"""From failed searches to gaps that curators decide about, over the pages: noting, finding, deciding, taking back, searching again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Audience, Role
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.moderation.models import LogEntry
from app.moderation.undoing import undo_decision
from app.notifications.models import Notification
from app.search import aliases
from app.search.gaps import deciding
from app.search.gaps.queries import count_gaps, list_gaps
from app.search.ledger.jobs import find_gaps, search_again
from app.search.ledger.notes import Note, What
from app.search.ledger.recorder import flush
from app.search.ledger.sessions import store_notes
from app.search.models import Ending, GapState, GapWording, SearchAlias, SearchGap, SearchSession, SearchStep
from app.search.sync import rebuild
from tests.client import Browser
from tests.factories import accept, actor_of, make_answer, make_person, make_question

PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
SETTINGS = Settings()


def fail(text: str, people: int = 2, audience: str = Audience.PUBLIC, thread_id: int | None = None) -> None:
    """So many people search for a text an hour ago and find nothing."""
    at = (now() - timedelta(hours=1)).timestamp()
    notes = []
    for number in range(people):
        who = f"{text} {number}"[:48]
        notes.append(Note(What.SEARCH, who, at, audience=audience, text=text))
        if thread_id is not None:
            notes.append(Note(What.ASKED, who, at + 1, audience=audience, kind="thread", target_id=thread_id))
    with unit_of_work():
        store_notes(notes)


def the_gap() -> SearchGap:
    return db.session.scalars(sa.select(SearchGap)).one()


@pytest.fixture
def moderator(app: Flask) -> Person:
    return make_person("mo", Role.MODERATOR)


def test_reading_pages_writes_nothing_and_the_flush_knows_how_the_search_ended(app: Flask):
    thread = make_question(title="Pump hums")
    client = app.test_client()
    assert client.get("/search?q=pump+4711471147&status=solved", headers=PERSON).status_code == 200
    client.get("/search?q=pump", headers={"User-Agent": "curl/8"})
    address = "http://localhost/search?q=pump"
    client.get(thread.path, headers={**PERSON, "Referer": address})
    client.get(thread.path, headers={**PERSON, "Referer": "http://elsewhere.test/search?q=other"})
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(SearchStep))
    assert flush() == 1
    step = db.session.scalars(sa.select(SearchStep)).one()
    assert (step.text, step.ending, step.target_id, step.clicks) == ("pump", Ending.CLICKED, thread.id, 1)
    assert not db.session.scalars(sa.select(SearchSession)).one().is_held_out


def test_picked_suggestions_are_noted_with_what_was_typed_and_only_of_what_may_be_read(app: Flask):
    thread, hidden = make_question(title="Pump hums"), make_question(title="Pump gone", hidden_at=now())
    client = app.test_client()
    typed = {"q": "pum ada@example.org", "key": f"t{thread.id}"}
    assert client.post("/search/picked", data=typed, headers=PERSON).status_code == 204
    assert client.post("/search/picked", data=typed, headers={**PERSON, "Origin": "http://elsewhere.test"}).status_code == 403
    assert client.post("/search/picked", data={**typed, "q": "the " * 100}, headers=PERSON).status_code == 204
    for key in (f"t{hidden.id}", "x1", "", "t" + "9" * 18):
        assert client.post("/search/picked", data={**typed, "key": key}, headers=PERSON).status_code == 404
    client.get(thread.path, headers={**PERSON, "Referer": "http://localhost/ask?title=Pump+hums"})
    assert flush() == 1
    step = db.session.scalars(sa.select(SearchStep)).one()
    assert (step.text, step.ending, step.target_id, step.rank) == ("pum", Ending.CLICKED, thread.id, None)


def test_like_failures_of_two_people_make_a_gap_that_goes_when_nobody_fails_any_more(app: Flask, moderator: Person):
    fail("export invoices", 1)
    fail("invoice export csv", 1)
    fail("alone", 1)
    assert find_gaps(SETTINGS).gaps == 1
    (row,) = list_gaps(actor_of(moderator), state=GapState.OPEN).items
    assert (row.people, row.is_empty, len(row.others)) == (2, True, 1)
    with unit_of_work():
        db.session.execute(sa.delete(SearchStep))
    assert find_gaps(SETTINGS).dropped == 1
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(GapWording))


def test_what_only_staff_searched_for_is_for_staff(app: Flask, moderator: Person):
    fail("project falcon", audience=Audience.STAFF)
    find_gaps(SETTINGS)
    staff = make_person("sam", Role.STAFF)
    assert count_gaps(actor_of(staff))["open"] == 1 and count_gaps(actor_of(moderator))["open"] == 0
    with pytest.raises(NotFound), unit_of_work():
        deciding.begin_article(actor_of(moderator), gap_id=the_gap().id)
    member = actor_of(make_person("member"))
    with pytest.raises(Forbidden), unit_of_work():
        deciding.begin_article(member, gap_id=the_gap().id)


def test_a_decision_is_logged_once_and_taken_back_from_the_log(app: Flask, moderator: Person):
    fail("dark mode")
    find_gaps(SETTINGS)
    actor, gap_id = actor_of(moderator), the_gap().id
    with pytest.raises(Invalid), unit_of_work():
        deciding.set_aside(actor, gap_id=gap_id, reason=" ")
    with unit_of_work():
        deciding.set_aside(actor, gap_id=gap_id, reason="No product of ours")
    with pytest.raises(Conflict), unit_of_work():
        deciding.begin_article(actor, gap_id=gap_id)
    entry = db.session.scalars(sa.select(LogEntry)).one()
    assert (entry.action, entry.gap_id, entry.reason) == ("gap_not_ours", gap_id, "No product of ours")
    with unit_of_work():
        undo_decision(actor, entry_id=entry.id, reason="")
    assert the_gap().state == GapState.OPEN


@pytest.mark.parametrize(("said", "means"), [("dosing pump", "dosing pumps"), ("the hub", "hub")])
def test_words_that_search_takes_for_the_same_need_no_alias(app: Flask, moderator: Person, said: str, means: str):
    with pytest.raises(Invalid, match="same words"), unit_of_work():
        deciding.add_alias(actor_of(moderator), said=said, means=means)


def test_an_alias_decides_its_gap_works_at_once_and_goes_with_the_decision(app: Flask, moderator: Person):
    fail("pass code")
    find_gaps(SETTINGS)
    actor, gap_id = actor_of(moderator), the_gap().id
    with unit_of_work():
        deciding.add_alias(actor, said="pass code", means="password", gap_id=gap_id)
    assert the_gap().state == GapState.ALIAS and aliases._InUse.known
    with pytest.raises(Invalid), unit_of_work():
        deciding.add_alias(actor, said="Pass code", means="Password")
    with unit_of_work():
        deciding.reopen_gap(actor, gap_id=gap_id)
    assert the_gap().state == GapState.OPEN and not aliases._InUse.known
    alias = db.session.scalars(sa.select(SearchAlias)).one()
    with unit_of_work():
        deciding.restore_alias(actor, alias_id=alias.id)
    with pytest.raises(Conflict), unit_of_work():
        deciding.restore_alias(actor, alias_id=alias.id)


def test_curators_decide_on_the_pages_and_what_they_typed_stays(app: Flask, browser: Browser, moderator: Person):
    fail("pass code")
    find_gaps(SETTINGS)
    gap_id = the_gap().id
    browser.sign_in(moderator).get("/moderation/gaps")
    assert "pass code" in browser.text() and "2 people" in browser.text()
    browser.get(f"/moderation/aliases?gap={gap_id}")
    assert browser.post("/moderation/aliases", {"said": "pass code", "means": "", "gap": gap_id}, 400).text.count(
        'value="pass code"'
    )
    found = browser.post(f"/moderation/gaps/{gap_id}/write").headers["Location"]
    browser.get(found)
    assert "Pass code" in browser.client.get(found).text
    browser.get("/moderation/gaps?state=writing")
    browser.post(f"/moderation/gaps/{gap_id}/reopen")
    browser.post("/moderation/aliases", {"said": "pass code", "means": "password", "gap": gap_id})
    alias = db.session.scalars(sa.select(SearchAlias)).one()
    browser.post(f"/moderation/aliases/{alias.id}/remove")
    browser.get("/moderation/aliases?state=removed")
    browser.post(f"/moderation/aliases/{alias.id}/restore")
    browser.get("/moderation/log")
    for path in ("/moderation/gaps?state=no", f"/moderation/aliases?gap={gap_id}x"):
        browser.get(path, 404)


def test_others_get_neither_page(app: Flask, browser: Browser):
    browser.sign_in(make_person("member"))
    assert {browser.client.get(path).status_code for path in ("/moderation/gaps", "/moderation/aliases")} <= {403, 404}


def test_a_solved_thread_that_its_search_does_not_find_keeps_the_gap_and_tells_curators(app: Flask, moderator: Person):
    thread = make_question(title="Pump hums")
    accept(make_answer(thread))
    fail("gurgling noise", 1, thread_id=thread.id)
    assert not search_again(thread.id) and not search_again(thread.id)
    assert the_gap().missing_thread_id == thread.id and the_gap().state == GapState.OPEN
    lines = db.session.scalars(sa.select(Notification).where(Notification.person_id == moderator.id)).all()
    assert len(lines) == 1 and "does not find it" in lines[0].text
    (row,) = list_gaps(actor_of(moderator), state=GapState.OPEN).items
    assert row.missing_path == f"/questions/{thread.id}"


def test_a_gap_closes_when_the_solved_thread_that_began_there_is_found(app: Flask):
    thread = make_question(title="Gurgling noise in the pump")
    accept(make_answer(thread))
    fail("gurgling noise", 2, thread_id=thread.id)
    find_gaps(SETTINGS)
    assert the_gap().state == GapState.OPEN
    rebuild()
    assert search_again(thread.id)
    assert the_gap().state == GapState.FILLED and the_gap().missing_thread_id is None


def test_a_thread_begins_as_the_search_before_it_and_not_as_others_of_the_same_half_hour(app: Flask):
    thread = make_question(title="Pump hums")
    accept(make_answer(thread))
    fail("divorce lawyer", 1)
    fail("gurgling noise", 1)
    at = (now() - timedelta(hours=1)).timestamp()
    texts = ("divorce lawyer", "noise of a pump", "gurgling noise")
    notes = [Note(What.SEARCH, "asker", at + number, text=text) for number, text in enumerate(texts)]
    with unit_of_work():
        store_notes([*notes, Note(What.ASKED, "asker", at + 9, kind="thread", target_id=thread.id)])
    assert not search_again(thread.id)
    assert sorted(db.session.scalars(sa.select(SearchGap.text))) == ["gurgling noise", "noise of a pump"]


@pytest.mark.parametrize("is_forgotten", [True, False])
def test_a_gap_is_not_kept_for_a_thread_that_is_found_or_gone_though_the_searches_are_forgotten(app: Flask, is_forgotten: bool):
    thread = make_question(title="Pump hums")
    accept(make_answer(thread))
    fail("gurgling noise", 1, thread_id=thread.id)
    assert not search_again(thread.id)
    with unit_of_work():
        if is_forgotten:
            db.session.execute(sa.delete(SearchStep))
            thread.title = "Gurgling noise in the pump"
        else:
            thread.hidden_at = now()
    rebuild()
    find_gaps(SETTINGS)
    assert not db.session.scalar(sa.select(sa.func.count()).where(SearchGap.missing_thread_id.is_not(None)))


def test_the_words_of_staff_never_name_a_gap_that_others_see(app: Flask, moderator: Person):
    fail("merger with falcon", audience=Audience.STAFF)
    find_gaps(SETTINGS)
    fail("falcon merger date", 1)
    find_gaps(SETTINGS)
    (row,) = list_gaps(actor_of(moderator), state=GapState.OPEN).items
    assert (row.text, row.others) == ("falcon merger date", ())


def test_what_nobody_searches_for_any_more_is_forgotten_though_its_gap_stays(app: Flask, moderator: Person):
    fail("invoice export csv")
    fail("export invoices", 3)
    find_gaps(SETTINGS)
    with unit_of_work():
        deciding.set_aside(actor_of(moderator), gap_id=the_gap().id, reason="No.")
        db.session.execute(sa.delete(SearchStep).where(SearchStep.text == "invoice export csv"))
    find_gaps(SETTINGS)
    assert list(db.session.scalars(sa.select(GapWording.text))) == ["export invoices"]
    with unit_of_work():
        db.session.execute(sa.delete(SearchStep))
    find_gaps(SETTINGS)
    assert (the_gap().text, the_gap().people) == ("export invoices", 0)


def test_a_gap_whose_number_is_no_number_of_a_row_is_not_there(app: Flask, browser: Browser, moderator: Person):
    browser.sign_in(moderator)
    browser.post("/moderation/aliases", {"said": "lift", "means": "elevator", "gap": str(2**70)}, 400)


def test_a_thread_that_nobody_searched_for_is_not_searched_for_again(app: Flask):
    assert search_again(make_question().id)
