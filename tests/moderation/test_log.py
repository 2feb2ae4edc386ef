"""The log: found by every filter, read on without gaps, given to a spreadsheet, and only ever added to."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.i18n import LANGUAGES, set_site_language, speaking
from app.core.uow import unit_of_work
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.moderation.models import LogEntry, LogIsAppendOnly
from app.moderation.models.append_only import lock_statements, unlock_statements
from app.moderation.presenters import log as log_presenter
from app.moderation.presenters.log import action_label, labelled_actions
from app.moderation.queries import LogFilter, iterate_log, list_log
from app.moderation.queries.log import LOG_KINDS, SYSTEM_ID
from app.moderation.queries.log_query import LogQuery, resolve_query
from app.moderation.screening.keeping import add_rule, remove_rule
from app.moderation.services.logging import write_log
from app.moderation.undoing import TARGETS, undo_decision
from app.moderation.undoing.comments import COMMENT
from app.moderation.undoing.posts import POST
from app.moderation.undoing.threads import THREAD
from tests.asserts import count_queries
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_category, make_person, make_thread

BERLIN = ZoneInfo("Europe/Berlin")


# What is done and what to do is one word.
SAME_FORMS = {"set_aside"}


@pytest.fixture
def moderator(app: Flask):
    return make_person("mod", role="moderator")


def entry(action: str = "hide", reason: str = "", by: int | None = None, **about: int) -> LogEntry:
    with unit_of_work():
        return write_log(by, action, reason, **about)


def ids(person, **where) -> list[int]:  # type: ignore[no-untyped-def]
    return [row.id for row in list_log(actor_of(person), LogFilter(**where)).items]


def test_each_filter_finds_its_entries_and_no_others(moderator):
    author, other = make_person("author"), make_person("other")
    thread = make_thread(author=author)
    answer = make_answer(thread, author=other)
    with unit_of_work():
        note = add_comment(actor_of(author), post_id=answer.id, body=compose("A comment.", is_comment=True).body)
    a = entry("lock", "Off topic", moderator.id, thread_id=thread.id)
    b = entry("hide", "100% spam", None, post_id=answer.id)
    c = entry("hide", "rude", moderator.id, comment_id=note.id)
    d = entry("warn", "Be kind", other.id, person_id=author.id)
    assert ids(moderator) == [d.id, c.id, b.id, a.id]
    for where, found in [
        ({"action": "hide"}, [c, b]), ({"by_id": moderator.id}, [c, a]), ({"by_id": SYSTEM_ID}, [b]),
        ({"about_id": author.id}, [d, c, a]), ({"about_id": other.id}, [b]), ({"kind": "comment"}, [c]), ({"kind": "rule"}, []),
        ({"words": "% SPAM"}, [b]), ({"words": "_"}, []), ({"thread_id": thread.id}, [c, b, a]),
        ({"action": "hide", "by_id": moderator.id}, [c]), ({"since": now() - timedelta(minutes=5), "kind": "person"}, [d]),
        ({"until": now() - timedelta(minutes=5)}, []),
    ]:  # fmt: skip
        assert ids(moderator, **where) == [one.id for one in found], where


def test_one_reads_on_without_gaps_though_entries_are_added_and_moments_are_the_same(moderator):
    person = make_person()
    with time_machine.travel(now() - timedelta(hours=1), tick=False) as traveller, unit_of_work():
        made = [write_log(None, "warn", str(n), person_id=person.id) for n in range(5)]
        traveller.shift(1)
        made += [write_log(None, "warn", str(n), person_id=person.id) for n in range(2)]
    seen: list[int] = []
    before = None
    for _turn in range(9):
        found = list_log(actor_of(moderator), before=before, limit=2)
        seen += [row.id for row in found.items]
        with unit_of_work():
            write_log(None, "warn", "later", person_id=person.id)
        before = found.older
        if before is None:
            break
    assert sorted(seen) == [one.id for one in made] and len(seen) == 7
    with pytest.raises(NotFound):
        list_log(actor_of(moderator), before=10**15)


def test_the_file_has_all_entries_and_nothing_that_a_spreadsheet_would_run(moderator, browser: Browser, monkeypatch):
    monkeypatch.setattr("app.moderation.queries.log._AT_ONCE", 2)
    person = make_person("nova")
    for number in range(5):
        entry("warn", f"=HYPERLINK({number})", moderator.id, person_id=person.id)
    entry("lift", "", moderator.id, person_id=person.id)
    browser.sign_in(moderator)
    answer = browser.get("/moderation/log.csv?action=warn")
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["reason"] for row in rows] == [f"'=HYPERLINK({n})" for n in (4, 3, 2, 1, 0)]
    assert rows[0]["address"] == "http://community.test/people/nova" and rows[0]["decided_at"].endswith("Z")
    browser.get("/moderation/log.csv?by=nobody-has-it", status=400)


def test_nobody_but_moderators_gets_the_file(browser: Browser):
    browser.get("/moderation/log.csv", status=302)
    browser.sign_in(make_person("staffer", role="staff"))
    browser.get("/moderation/log.csv", status=404)


def test_moderators_find_nothing_about_staff_only_threads_by_any_filter(moderator):
    author = make_person("author")
    secret = make_thread(author=author, category=make_category(audience="staff"))
    entry("lock", "spam", moderator.id, thread_id=secret.id)
    for where in ({}, {"about_id": author.id}, {"words": "spam"}, {"kind": "thread"}, {"thread_id": secret.id}):
        assert ids(moderator, **where) == []
        assert not list(iterate_log(actor_of(moderator), LogFilter(**where)))
    assert len(ids(make_person("boss", role="admin"))) == 1


def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(moderator, browser: Browser):
    browser.sign_in(moderator)
    page = browser.get("/moderation/log?by=nobody&since=soon&words=%22spam%22&about=mod")
    for kept in ('value="nobody"', 'value="soon"', "Nobody has this name.", "year-month-day", "&#34;spam&#34;"):
        assert kept in page.text
    assert "Nothing matches" in browser.get("/moderation/log?words=unheard").text
    browser.get("/moderation/log?before=x", status=404)


def test_a_page_of_the_log_costs_the_same_however_long_it_is(moderator, browser: Browser):
    person = make_person()
    browser.sign_in(moderator)
    entry("warn", "", moderator.id, person_id=person.id)
    with count_queries() as few:
        browser.get("/moderation/log?by=mod&about=mod")
    with unit_of_work():
        for _n in range(60):
            write_log(moderator.id, "warn", "", person_id=person.id)
    with count_queries() as many:
        assert "Older" in browser.get("/moderation/log?by=mod").text
    assert len(many) <= len(few) <= 12


def test_days_are_days_of_the_site_and_both_count(app: Flask):
    found = resolve_query(LogQuery(since="2026-03-29", until="2026-03-29", by="System"), BERLIN)
    assert found.since == datetime(2026, 3, 28, 23, tzinfo=UTC) and found.until == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert found.by_id == SYSTEM_ID


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"since": "0001-01-01"}, "since"), ({"until": "9999-12-31"}, "until"), ({"since": "20260101T00"}, "since"), ({"kind": "moon"}, "kind"),
     ({"since": "2026-02-01", "until": "2026-01-01"}, "until"), ({"about": "nobody"}, "about"), ({"about": "system"}, "about")],
)  # fmt: skip
def test_what_makes_no_sense_is_said_beside_its_field(app: Flask, typed: dict[str, str], field: str):
    with pytest.raises(Invalid) as refusal:
        resolve_query(LogQuery(**typed), BERLIN)
    assert list(refusal.value.errors) == [field]


def test_every_kind_of_target_can_be_filtered_and_undone_by_its_name():
    about = {column.name for column in LogEntry.__table__.columns if column.foreign_keys} - {"actor_id", "undoes_id"}
    assert {column.key for column in LOG_KINDS.values()} == about
    assert {kind: column for column, kind, _ in TARGETS} == {kind: column.key for kind, column in LOG_KINDS.items()}


@pytest.mark.usefixtures("app")
def test_the_log_says_what_was_done_and_no_two_decisions_are_called_the_same():
    undone = {action for about in (THREAD, POST, COMMENT) for action in about}
    called = {
        action: action_label(action) for action in undone | {"archived", "in_review", "draft", "warn", "lift", "undo", "watch"}
    }
    assert len(set(called.values())) == len(called), "Each can be told from the others in the filter"
    assert not [
        action for action, label in called.items() if label.replace(" ", "_").lower() == action and action not in SAME_FORMS
    ]
    assert labelled_actions(["unlock", "archive", "hide"]) == [
        ("archive", "Archived"),
        ("hide", "Hidden"),
        ("unlock", "Unlocked"),
    ]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_decisions_are_called_the_same_in_any_language(language: str):
    with speaking(language):
        called = Counter(action_label(action) for action in log_presenter._DECISIONS)
    assert [label for label, times in called.items() if times > 1] == []


def test_reasons_that_nobody_typed_are_in_the_language_of_the_site(moderator):
    set_site_language("de")
    try:
        with unit_of_work(), speaking("en"):
            rule = add_rule(actor_of(moderator), kind="word", text="heaters", measure="tag", tag="heating")
            remove_rule(actor_of(moderator), rule_id=rule.id, reason="")
            done = db.session.scalars(sa.select(LogEntry).order_by(LogEntry.id.desc()).limit(1)).one()
            undo_decision(actor_of(moderator), entry_id=done.id, reason="")
    finally:
        set_site_language("en")
    said = list(db.session.scalars(sa.select(LogEntry.reason).where(LogEntry.action == "watch").order_by(LogEntry.id)))
    assert said == ["Neue Themen, die das sagen, bekommen das Schlagwort „heating“.", "Rückgängig gemacht"]


def test_no_entry_is_changed_or_removed_by_the_program(moderator):
    one = entry("warn", "Be kind", moderator.id, person_id=moderator.id)
    for change in (
        sa.update(LogEntry).values(reason="Never said"), sa.delete(LogEntry), sa.delete(LogEntry.__table__),
        sa.update(LogEntry.__table__).values(actor_id=None),
    ):  # fmt: skip
        with pytest.raises(LogIsAppendOnly), unit_of_work():
            db.session.execute(change)
    with pytest.raises(LogIsAppendOnly), unit_of_work():
        db.session.get_one(LogEntry, one.id).reason = "Never said"
    with pytest.raises(LogIsAppendOnly), unit_of_work():
        db.session.delete(db.session.get_one(LogEntry, one.id))
    assert db.session.scalar(sa.select(LogEntry.reason)) == "Be kind"


@pytest.fixture
def locked(app: Flask) -> Iterator[None]:
    """Lock the table as the migrations do."""
    dialect = db.engine.dialect.name
    with db.engine.begin() as connection:
        for statement in lock_statements(dialect):
            connection.exec_driver_sql(statement)
    yield
    db.session.remove()
    with db.engine.begin() as connection:
        for statement in unlock_statements(dialect):
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize("change", ["UPDATE moderation_log SET reason = 'Never said'", "DELETE FROM moderation_log"])
def test_no_entry_is_changed_or_removed_past_the_program(moderator, locked, change: str):
    with unit_of_work():
        write_log(None, "warn", "Be kind", person_id=moderator.id)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql(change)
    assert db.session.scalar(sa.select(LogEntry.reason)) == "Be kind"
