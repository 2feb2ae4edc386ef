"""The views of the last 30 days are kept beside those by day, and say the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.pageviews import queries, recent
from app.pageviews.importing import import_views
from app.pageviews.jobs import recent_job
from app.pageviews.models import PageviewDay, PageviewRecent
from app.pageviews.queries import recent_views
from app.pageviews.recent import derive_recent, recount_recent
from app.watched import WATCHED


def stored() -> dict[int, int]:
    return dict(db.session.execute(sa.select(PageviewRecent.target_id, PageviewRecent.views)).all())


def read(target_id: int, **views_by_age: int) -> None:
    """Write views of a target by how many days ago they were (`d3=5`)."""
    today = queries.now().date()
    with unit_of_work():
        for age, views in views_by_age.items():
            day = today - timedelta(days=int(age[1:]))
            db.session.add(PageviewDay(kind="thread", target_id=target_id, day=day, views=views))


@pytest.fixture
def days_later(monkeypatch: pytest.MonkeyPatch):
    def go(days: int) -> None:
        moment = datetime.now(UTC) + timedelta(days=days)
        for module in (queries, recent):
            monkeypatch.setattr(module, "now", lambda: moment)

    return go


def test_the_last_thirty_days_add_up_and_what_nobody_read_has_no_row(app: Flask):
    read(7, d0=3, d29=4, d30=100)
    read(8, d30=100)
    with unit_of_work():
        assert derive_recent([("thread", 7), ("thread", 8), ("thread", 9)]) == 1
    assert stored() == {7: 7} == recent_views("thread", [7, 8, 9])


def test_views_that_came_with_an_import_count_at_once(app: Flask):
    with unit_of_work():
        import_views("thread", [(7, 3_000, now() - timedelta(days=300))])
    assert stored() == recent_views("thread", [7]) and stored()[7] > 100


def test_a_day_that_left_the_window_counts_no_more_and_is_not_derived_twice(app: Flask, days_later):
    read(7, d0=3, d29=4)
    read(8, d28=5)
    recount_recent()
    recent_job([])
    assert stored() == {7: 7, 8: 5}
    days_later(1)
    recent_job([])
    assert stored() == {7: 3, 8: 5}
    assert set(db.session.scalars(sa.select(PageviewRecent.counted_on))) == {queries.now().date()}
    days_later(40)
    recent_job([])
    assert stored() == {}


def test_what_is_wrong_is_found_and_corrected(app: Flask):
    read(7, d0=3)
    read(8, d1=2)
    with unit_of_work():
        db.session.add(PageviewRecent(kind="thread", target_id=7, views=50, counted_on=now().date()))
        db.session.add(PageviewRecent(kind="article", target_id=7, views=1, counted_on=now().date()))
    assert recount_recent() == 3
    assert stored() == {7: 3, 8: 2}
    assert recount_recent() == 0


def test_readers_end_no_kept_page():
    assert not any(watched.table.startswith("pageview") for watched in WATCHED)
