"""Health, metrics and the administration page: who gets them and what they say."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.jobs.models import Job
from app.pages import health
from tests.client import Browser
from tests.factories import make_person, make_question
from tests.pagecache.installed import page_cache


class Engine:
    """A search engine whose index is in a given state."""

    def __init__(self, is_stale: bool) -> None:
        self._is_stale = is_stale

    def is_stale(self) -> bool:
        return self._is_stale


def make_job(kind: str = "search.sync", **values: object) -> Job:
    ready_at = values.pop("available_at", now())
    with unit_of_work():
        job = Job(kind=kind, dedupe_key=f"{kind}:{now().timestamp()}", payload={}, available_at=ready_at, **values)
        db.session.add(job)
    return job


@pytest.fixture
def good_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "current_engine", lambda: Engine(is_stale=False))


def test_the_process_says_that_it_is_alive_and_is_never_cached(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")
    assert response.headers["Cache-Control"] == "no-store"


def test_a_good_installation_is_ready(client: FlaskClient, good_index: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json == {"database": "ok", "index": "ok", "jobs": "ok"}


def test_late_jobs_and_a_stale_index_are_not_ready(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "current_engine", lambda: Engine(is_stale=True))
    make_job(available_at=now() - timedelta(hours=1))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json is not None
    assert response.json["index"] == "needs a rebuild"
    assert response.json["jobs"].startswith("behind by 36")


def test_jobs_for_later_and_dead_ones_are_not_late(client: FlaskClient, good_index: None) -> None:
    make_job(available_at=now() + timedelta(hours=1))
    make_job(kind="mail.send", available_at=now() - timedelta(hours=1), dead_at=now())
    assert client.get("/readyz").status_code == 200


def test_metrics_are_for_this_machine_and_admins_only(browser: Browser) -> None:
    make_question()
    make_job()
    local = browser.client.get("/metrics")
    assert local.status_code == 200
    assert "threadwell_jobs_pending 1" in local.text
    assert 'threadwell_threads{kind="question",status="unanswered"} 1' in local.text
    assert "threadwell_posts 1" in local.text
    away = {"REMOTE_ADDR": "203.0.113.7"}
    assert browser.client.get("/metrics", environ_overrides=away).status_code == 404
    assert browser.client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    admin = Browser(browser.app).sign_in(make_person(role="admin"))
    assert admin.client.get("/metrics", environ_overrides=away).status_code == 200


def test_metrics_say_what_the_page_cache_did(app: Flask, client: FlaskClient) -> None:
    with page_cache(app):
        for _time in range(3):
            client.get("/questions")
        lines = client.get("/metrics").text.splitlines()
    assert "threadwell_page_cache_hits_total 2" in lines and "# TYPE threadwell_page_cache_hits_total counter" in lines
    assert "threadwell_page_cache_misses_total 2" in lines  # the page itself, and /metrics: it is never kept
    assert "threadwell_page_cache_pages 1" in lines
    assert any(line.startswith("threadwell_page_cache_bytes ") and int(line.split()[1]) > 1_000 for line in lines)
    assert "page_cache" not in client.get("/metrics").text


@pytest.mark.parametrize(("role", "status"), [("member", 404), ("staff", 404), ("moderator", 404), ("admin", 200)])
def test_the_administration_page_is_for_admins(browser: Browser, role: str, status: int) -> None:
    browser.sign_in(make_person(role=role)).get("/admin", status=status)


def test_visitors_are_asked_to_sign_in_before_administration(client: FlaskClient) -> None:
    response = client.get("/admin")
    assert (response.status_code, response.location) == (302, "/login?next=/admin")


def test_a_dead_job_is_shown_with_its_error_and_can_be_tried_again(browser: Browser) -> None:
    job = make_job(dead_at=now(), last_error="OSError: the disk is full", attempts=8)
    browser.sign_in(make_person(role="admin")).get("/admin")
    text = browser.text()
    assert "OSError: the disk is full" in text
    assert "mails are written to" in text
    assert "SQLite" in text or "PostgreSQL" in text
    browser.submit(f"/admin/jobs/{job.id}/retry", {})
    row = db.session.execute(sa.select(Job.dead_at, Job.attempts).where(Job.id == job.id)).one()
    assert tuple(row) == (None, 0)
    browser.post(f"/admin/jobs/{job.id}/retry", status=404)


def test_a_dead_job_that_nobody_needs_is_dropped_and_one_that_lives_is_not(browser: Browser) -> None:
    dead, alive = make_job(dead_at=now()).id, make_job().id
    browser.sign_in(make_person(role="admin")).get("/admin")
    browser.submit(f"/admin/jobs/{dead}/drop", {})
    browser.post(f"/admin/jobs/{dead}/drop", status=404)
    browser.post(f"/admin/jobs/{alive}/drop", status=404)
    assert db.session.scalars(sa.select(Job.id)).all() == [alive]


def test_all_dead_jobs_are_tried_again_at_once(browser: Browser) -> None:
    browser.sign_in(make_person(role="admin"))
    jobs = [make_job(dead_at=now(), attempts=8, last_error="the mail server is away") for _ in range(3)]
    browser.get("/admin")
    browser.submit("/admin/jobs/retry", {})
    assert "3 jobs are in the queue again." in browser.get("/admin").text
    assert db.session.scalars(sa.select(Job.attempts).where(Job.dead_at.is_(None))).all() == [0 for _ in jobs]


@pytest.mark.parametrize("what", ["retry", "drop"])
def test_only_admins_decide_about_dead_jobs(browser: Browser, what: str) -> None:
    job = make_job(dead_at=now())
    browser.sign_in(make_person(role="moderator")).post(f"/admin/jobs/{job.id}/{what}", status=404)
    browser.post("/admin/jobs/retry", status=404)
    assert db.session.scalar(sa.select(Job.dead_at).where(Job.id == job.id)) is not None
