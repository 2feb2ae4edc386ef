"""Unit of work, times, slugs, pages, cleaning, settings."""

from __future__ import annotations

import sqlite3
import threading
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from app.accounts.models import Person
from app.core import db as kernel
from app.core.clock import now
from app.core.db import IMMEDIATE, db
from app.core.errors import Invalid, NotFound
from app.core.pagination import Page, parse_page
from app.core.settings import Settings, SettingsError
from app.core.slugs import slugify
from app.core.text import clean_line, clean_text, shorten
from app.core.uow import after_commit, require_unit_of_work, unit_of_work
from tests.factories import make_person


def test_a_unit_of_work_commits_at_its_end_and_rolls_back_on_errors(app: Flask):
    make_person("kept")
    with pytest.raises(ValueError, match="stop"), unit_of_work():
        db.session.add(Person(name="lost", name_key="lost", display_name="Lost"))
        raise ValueError("stop")
    assert list(db.session.scalars(sa.select(Person.name))) == ["kept"]


def test_units_of_work_are_never_nested(app: Flask):
    with unit_of_work(), pytest.raises(RuntimeError), unit_of_work():
        pass


def test_changes_outside_a_unit_of_work_are_refused(app: Flask):
    db.session.add(Person(name="stray", name_key="stray", display_name="Stray"))
    with pytest.raises(RuntimeError, match="outside"), unit_of_work():
        pass
    db.session.rollback()


def test_writers_insist_on_a_unit_of_work(app: Flask):
    with pytest.raises(RuntimeError, match="unit_of_work"):
        require_unit_of_work()


def test_hints_run_after_the_commit_only(app: Flask):
    calls: list[str] = []
    with unit_of_work():
        after_commit(lambda: calls.append("committed"))
        assert not calls
    assert calls == ["committed"]
    with pytest.raises(ValueError, match="stop"), unit_of_work():
        after_commit(lambda: calls.append("never"))
        raise ValueError("stop")
    assert calls == ["committed"]


@pytest.mark.slow
def test_concurrent_increments_lose_nothing(app: Flask):
    person = make_person()

    def work() -> None:
        with app.app_context():
            for _ in range(20):
                with unit_of_work():
                    locked = sa.select(Person).where(Person.id == person.id).with_for_update()
                    row = db.session.scalars(locked.execution_options(populate_existing=True)).one()
                    row.trust += 1
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.scalar(sa.select(Person.trust).where(Person.id == person.id)) == 120


def test_a_writer_asks_often_for_its_turn_but_not_for_ever(app: Flask, monkeypatch: pytest.MonkeyPatch):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("other databases have a queue of their own")
    monkeypatch.setattr("app.core.db.BUSY_SECONDS", 0.02)
    locked = pytest.raises(OperationalError, match="locked")
    with db.engine.connect().execution_options(**IMMEDIATE) as other, other.begin(), locked, unit_of_work():
        pass
    with unit_of_work():
        assert db.session.scalar(sa.text("PRAGMA busy_timeout")) == 15_000


@pytest.mark.slow
def test_of_the_threads_of_a_process_one_asks_for_the_turn(app: Flask, monkeypatch: pytest.MonkeyPatch):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("other databases have a queue of their own")
    asking: list[sqlite3.Connection] = []
    most: list[int] = []
    done: list[int] = []
    ask = kernel._ask_for_writing

    def watched(driver: sqlite3.Connection, deadline: float) -> None:
        asking.append(driver)
        most.append(len(asking))
        try:
            ask(driver, deadline)
        finally:
            asking.remove(driver)

    def write() -> None:
        with app.app_context():
            with unit_of_work():
                done.append(threading.get_ident())
            db.session.remove()

    monkeypatch.setattr(kernel, "_ask_for_writing", watched)
    threads = [threading.Thread(target=write) for _ in range(4)]
    with db.engine.connect().execution_options(**IMMEDIATE) as other, other.begin():
        most.clear()
        for thread in threads:
            thread.start()
        threads[0].join(0.05)
        assert not done
    for thread in threads:
        thread.join()
    assert len(set(done)) == 4
    assert set(most) == {1}


def test_times_come_back_aware_and_naive_ones_are_refused(app: Flask):
    person = make_person()
    db.session.expire_all()
    assert db.session.get_one(Person, person.id).created_at.tzinfo is not None
    with pytest.raises((sa.exc.StatementError, ValueError), match="naive"), unit_of_work():
        db.session.add(Person(name="n", name_key="n", display_name="N", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001
        db.session.flush()
    db.session.rollback()
    assert now().tzinfo is not None


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("How do I pair the hub?", "how-do-i-pair-the-hub"),
        ("Straße & Café", "strasse-and-cafe"),
        ("离线浇水", "离线浇水"),
        ("!!!", "untitled"),
        ("a" * 200, "a" * 80),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_slugs_are_readable(text: str, slug: str):
    assert slugify(text) == slug


@given(st.text(max_size=400))
def test_slugs_never_break_an_address(text: str):
    slug = slugify(text)
    assert slug and len(slug) <= 80 and "/" not in slug and " " not in slug and not slug.startswith("-")


@pytest.mark.parametrize(("raw", "number"), [(None, 1), ("", 1), ("7", 7)])
def test_page_numbers_are_read(raw: str | None, number: int):
    assert parse_page(raw) == number


@pytest.mark.parametrize("raw", ["0", "-1", "x", "1.5", "9" * 30, "٣", "1e3"])
def test_other_page_numbers_do_not_exist(raw: str):
    with pytest.raises(NotFound):
        parse_page(raw)


def test_a_page_knows_whether_there_is_a_next_one():
    page = Page.from_rows([1, 2, 3], number=1, per_page=2)
    assert page.items == (1, 2) and page.has_next
    assert not Page.from_rows([], number=1, per_page=2).has_next
    with pytest.raises(NotFound):
        Page.from_rows([], number=2, per_page=2)
    assert Page.of_total([1], number=3, per_page=2, total=5).total_pages == 3


def test_text_is_cleaned_without_losing_what_can_be_seen():
    assert clean_text("a\r\nb\x00\u202ec") == "a\nbc"
    assert clean_line("  two\n words ") == "two words"
    assert shorten("one two three", 9) == "one two…"


def test_an_error_names_its_fields():
    error = Invalid({"title": "Too short.", "body": "Missing."})
    assert error.errors["title"] == "Too short." and str(error) == "Too short."
    assert Invalid("Wrong.", field="body").errors == {"body": "Wrong."}


def test_all_wrong_settings_are_reported_at_once():
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(
            {"PORT": "99999", "BASE_URL": "nonsense", "SECRET_KEY": "short", "JOBS": "maybe", "DATABASE_URL": "mysql://x"}
        )
    for name in ("PORT", "BASE_URL", "SECRET_KEY", "JOBS", "DATABASE_URL"):
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("BASE_URL", "https://example.com/forum"), ("BASE_URL", "http://a:99999999"), ("BASE_URL", "http://exa mple.com"),
        ("BASE_URL", "https://user:word@example.com"), ("BASE_URL", "http://["), ("BASE_URL", "https://example.com?"),
        ("INDEXNOW_URL", "//a"), ("LOGO_URL", "javascript:alert(1)"), ("LOGO_URL", "//a.example/x.svg"), ("LOGO_URL", "logo"),
        ("MAIL_FROM", "nonsense"), ("MAIL_FROM", "a@b.example\nBcc: c@d.example"), ("SITE_NAME", "one\ntwo"),
        ("DATABASE_URL", "postgresql://host:abc/x"), ("REDIS_URL", "redis://host:abc/0"), ("SECRET_KEY", "a" * 40),
        ("SEARCH_ENGINE", "postgres"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name_at_start(name: str, raw: str):
    with pytest.raises(SettingsError, match=f"{name}: (must|postgres needs)"):
        Settings.from_env({name: raw})


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("BASE_URL", "http://[::1]:8000/"), ("BASE_URL", "https://gemüse.example:8443"), ("LOGO_URL", "/logo.svg"),
        ("INDEXNOW_URL", "https://engine.example/indexnow"), ("MAIL_FROM", "The community <community@example.com>"),
        ("MAIL_FROM", "community@localhost"), ("DATABASE_URL", "postgresql:///site?host=/run"), ("REDIS_URL", "redis://host"),
        ("SECRET_KEY", "0123456789abcdef" * 4), ("SECRET_KEY", "wrapped-by-openssl-after-64-char\nacters"),
        ("SITE_NAME", "Gemüse 👨\u200d👩\u200d👧"),
    ],
)  # fmt: skip
def test_what_makes_sense_is_taken(name: str, raw: str):
    assert Settings.from_env({name: raw}) is not None


@pytest.mark.parametrize("name", ["Nowhere/Town", "Europe", "../etc/passwd", "/etc/passwd", "x" * 300])
def test_a_time_zone_that_nobody_knows_is_refused_by_name(name: str):
    with pytest.raises(SettingsError, match="TIME_ZONE"):
        Settings.from_env({"TIME_ZONE": name})


def test_the_time_zone_is_utc_unless_somebody_says_otherwise():
    assert Settings.from_env({}).time_zone.key == "UTC"
    assert Settings.from_env({"TIME_ZONE": " Asia/Shanghai "}).time_zone.key == "Asia/Shanghai"


def test_the_secret_key_is_made_once_and_private(tmp_path):
    settings = Settings.from_env({"INSTANCE_PATH": str(tmp_path / "new")})
    key = settings.ensure_instance()
    assert len(key) >= 32 and settings.ensure_instance() == key
    assert (tmp_path / "new" / "secret_key").stat().st_mode & 0o077 == 0


def test_an_empty_secret_key_is_refused(tmp_path):
    (tmp_path / "secret_key").touch()
    with pytest.raises(SettingsError, match="is empty"):
        Settings.from_env({"INSTANCE_PATH": str(tmp_path)}).ensure_instance()


def test_postgresql_addresses_name_our_driver():
    assert Settings.from_env({"DATABASE_URL": "postgres://u@h/d"}).database_url == "postgresql+psycopg://u@h/d"
