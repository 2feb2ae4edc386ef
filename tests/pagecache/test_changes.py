"""The log of changes: written by the database whoever writes, read by every process, forgotten in time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.pagecache.changes import FORGET_AFTER, Changes, Feed, PostgresFeed, SqliteFeed
from app.pagecache.installing import trim_job, widen
from app.pagecache.models import PageChange
from tests.factories import make_answer, make_article, make_person, make_section, make_thread
from tests.notifications.happenings import comment


@pytest.fixture
def feed(app: Flask) -> Iterator[Feed]:
    """What a process reads that looked once already."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    found: Feed = SqliteFeed(db.engine.url.database or "") if is_sqlite else PostgresFeed(db.engine)
    found.read()
    yield found
    found.close()


def test_nothing_new_is_nothing_to_read(feed: Feed):
    assert feed.read() == []
    assert feed.read() == []


def test_what_changed_while_nobody_was_connected_is_not_missed(feed: Feed):
    feed.close()
    thread = make_thread(make_person("ada"), "Why?")
    assert f"thread:{thread.id}" in (feed.read() or [])
    feed.close()
    assert isinstance(feed, PostgresFeed) or feed.read() == []


def test_whatever_is_written_about_a_thread_names_it(feed: Feed):
    thread = make_thread(make_person("ada"), "Why?", tags=("pump",))
    assert f"thread:{thread.id}" in (feed.read() or [])
    answer = make_answer(thread, make_person("bob"))
    assert f"thread:{thread.id}" in (feed.read() or [])
    comment(answer, make_person("eve"))
    assert set(feed.read() or []) == {f"thread:{thread.id}"}
    with unit_of_work():
        db.session.execute(sa.update(Post).where(Post.id == answer.id).values(score=5))
    assert feed.read() == [f"thread:{thread.id}"]


def test_both_threads_change_when_a_post_moves(feed: Feed):
    ada = make_person("ada")
    one, other = make_thread(ada, "One?"), make_thread(ada, "Other?")
    answer = make_answer(one, ada)
    feed.read()
    with unit_of_work():
        db.session.execute(sa.update(Post).where(Post.id == answer.id).values(thread_id=other.id))
    assert set(feed.read() or []) == {f"thread:{one.id}", f"thread:{other.id}"}


def test_only_what_pages_show_of_people_counts(feed: Feed):
    ada = make_person("ada")
    feed.read()
    with unit_of_work():
        db.session.execute(
            sa.update(Person).where(Person.id == ada.id).values(password_hash="x", display_name=Person.display_name)
        )
    assert feed.read() == []
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.id == ada.id).values(display_name="Ada L."))
    assert feed.read() == ["people"]


def test_articles_and_sections_name_themselves(feed: Feed):
    article = make_article(title="Prime it", section=make_section("pumps"), owner=make_person("sam", "staff"))
    found = feed.read() or []
    assert {f"article:{article.id}", "site"} <= set(found)


def test_what_is_taken_back_was_never_said(feed: Feed):
    thread = make_thread(make_person("ada"), "Why?")
    feed.read()
    with pytest.raises(ZeroDivisionError), unit_of_work():
        db.session.execute(sa.update(Thread).where(Thread.id == thread.id).values(title="Other"))
        raise ZeroDivisionError
    assert feed.read() == []


def test_old_changes_are_deleted(feed: Feed):
    thread = make_thread(make_person("ada"), "Why?")
    with unit_of_work():
        db.session.execute(sa.update(PageChange).values(created_at=now() - timedelta(hours=2)))
        db.session.execute(sa.update(Thread).where(Thread.id == thread.id).values(title="Other"))
    trim_job([])
    assert db.session.scalars(sa.select(PageChange.tag)).all() == [f"thread:{thread.id}"]


def test_a_change_after_an_hour_without_any_is_read(feed: Feed):
    thread = make_thread(make_person("ada"), "Why?")
    with unit_of_work():
        db.session.execute(sa.update(PageChange).values(created_at=now() - timedelta(hours=2)))
    feed.read()
    trim_job([])
    assert not db.session.scalars(sa.select(PageChange.tag)).all()
    db.session.rollback()
    feed.read()
    with unit_of_work():
        db.session.execute(sa.update(Thread).where(Thread.id == thread.id).values(title="Other"))
    assert feed.read() == [f"thread:{thread.id}"]


def test_changes_after_an_older_state_of_the_database_was_put_back_are_read(tmp_path: Path):
    def change(*tags: str) -> None:
        with site:
            site.executemany("INSERT INTO page_change (tag) VALUES (?)", [(tag,) for tag in tags])

    site, saved = sqlite3.connect(tmp_path / "site"), sqlite3.connect(tmp_path / "saved")
    site.execute("CREATE TABLE page_change (id INTEGER PRIMARY KEY AUTOINCREMENT, tag TEXT)")
    change("thread:1")
    site.backup(saved)
    feed = SqliteFeed(str(tmp_path / "site"))
    feed.read()
    change("thread:2", "thread:3")
    assert feed.read() == ["thread:2", "thread:3"]
    saved.backup(site)
    assert feed.read() is None, "anything may be another now"
    change("thread:4")
    assert feed.read() == ["thread:4"]
    for connection in (feed, site, saved):
        connection.close()


class Silent:
    """A feed in which nothing happens."""

    def read(self) -> list[str] | None:
        return []

    def close(self) -> None: ...


def test_who_has_not_looked_for_long_forgets_everything():
    time = [0.0]
    changes = Changes(Silent(), widen, clock=lambda: time[0])
    moment = changes.look()
    time[0] += FORGET_AFTER - 1
    changes.look()
    assert changes.is_current(["thread:1"], moment)
    time[0] += FORGET_AFTER + 1
    changes.look()
    assert not changes.is_current(["thread:1"], moment)
