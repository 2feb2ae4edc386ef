"""IndexNow: what changed is told once, a little later, to whom the setting says, and only what everybody may know of."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.settings import Settings, SettingsError
from app.core.uow import unit_of_work
from app.factory import create_app
from app.forum.services.curating import hide_thread
from app.forum.services.voting import cast_vote
from app.jobs.models import Job
from app.jobs.queue import GivenUpError
from app.pages import indexnow
from tests.factories import accept, actor_of, make_answer, make_article, make_category, make_person, make_question

KEY = "0123456789abcdef"


class Engine(HTTPServer):
    """A search engine that remembers what it is told, and answers as it is set to."""

    status = 202
    told: list[dict[str, Any]]


class _Listener(BaseHTTPRequestHandler):
    server: Engine

    def do_POST(self) -> None:
        assert self.path == "/indexnow" and self.headers["Content-Type"] == "application/json; charset=utf-8"
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def search_engine(app: Flask) -> Iterator[Engine]:
    """A search engine on a free port, to which this site tells its changes."""
    with Engine(("127.0.0.1", 0), _Listener) as server:
        server.told = []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        terms = indexnow.IndexNowTerms(KEY, f"http://127.0.0.1:{server.server_port}/indexnow", "http://community.test")
        indexnow.use_indexnow_terms(terms)
        yield server
        indexnow.use_indexnow_terms(indexnow.IndexNowTerms())
        server.shutdown()


def asked_for() -> dict[str, Any]:
    """Key -> payload of the jobs that wait."""
    jobs = db.session.scalars(sa.select(Job).where(Job.kind == indexnow.JOB)).all()
    assert all(job.available_at > now() + timedelta(minutes=5) for job in jobs), "a lively thread is told of once"
    return {job.dedupe_key: job.payload for job in jobs}


def test_changes_are_told_once_and_votes_are_none(search_engine: Engine) -> None:
    asker, voter, moderator = make_person(level=1), make_person(level=1), make_person(role="moderator")
    thread = make_question(author=asker)
    answer = make_answer(thread, make_person())
    with unit_of_work():
        cast_vote(actor_of(voter), post_id=answer.id, value=1)
    assert asked_for() == {}
    accept(answer, asker)
    accept(make_answer(thread, make_person()), asker)
    with unit_of_work():
        hide_thread(actor_of(moderator), thread_id=thread.id, reason="spam")
    assert asked_for() == {f"{indexnow.JOB}:thread:{thread.id}": {"kind": "thread", "id": thread.id}}
    indexnow.indexnow_job(list(asked_for().values()))
    assert search_engine.told == [
        {
            "host": "community.test", "key": KEY, "keyLocation": f"http://community.test/{KEY}.txt",
            "urlList": [f"http://community.test{thread.path}"],
        }
    ]  # fmt: skip


def test_only_what_everybody_may_know_of_is_told(search_engine: Engine) -> None:
    solved = make_question(title="A solved question")
    accept(make_answer(solved))
    thin, held = make_question(title="Thin"), make_question(title="Canary held", held_at=now())
    staff = make_question(title="Canary staff", category=make_category("staff", audience="staff"))
    rejected = make_question(title="Canary rejected", held_at=now(), hidden_at=now())
    removed = make_question(title="Once public", hidden_at=now())
    article, draft = make_article("An article"), make_article("Canary draft", state="draft")
    threads = (solved, thin, held, staff, rejected, removed)
    payloads = [{"kind": "thread", "id": one.id} for one in threads] + [
        {"kind": "article", "id": one.id} for one in (article, draft)
    ]
    assert indexnow.paths_to_tell(payloads) == [solved.path, removed.path, f"/kb/{article.section.slug}/{article.slug}"]
    indexnow.indexnow_job([{"kind": "thread", "id": held.id}, {"kind": "thread", "id": 999_999}])
    assert search_engine.told == [], "nothing to tell is not told"


def test_refusals_end_a_job_and_other_failures_are_tried_again(search_engine: Engine) -> None:
    solved = make_question()
    accept(make_answer(solved))
    payloads = [{"kind": "thread", "id": solved.id}]
    for status in (400, 403, 422):
        search_engine.status = status
        with pytest.raises(GivenUpError, match=f"IndexNow .*{status}"):
            indexnow.indexnow_job(payloads)
    for status in (429, 503, 301):
        search_engine.status = status
        with pytest.raises(indexnow.IndexNowError, match=str(status)):
            indexnow.indexnow_job(payloads)
    indexnow.use_indexnow_terms(indexnow.IndexNowTerms(KEY, "http://127.0.0.1:1/indexnow", "http://community.test"))
    with pytest.raises(indexnow.IndexNowError, match="did not answer"):
        indexnow.indexnow_job(payloads)


def test_without_a_key_nothing_is_asked_for_and_no_key_is_shown(app: Flask) -> None:
    accept(make_answer(make_question()))
    assert asked_for() == {}
    assert app.test_client().get(f"/{KEY}.txt").status_code == 404


def test_the_key_is_read_at_its_address(settings: Settings, search_engine: Engine) -> None:
    site = create_app(replace(settings, indexnow_key=KEY))
    answer = site.test_client().get(f"/{KEY}.txt")
    assert (answer.text, answer.mimetype, answer.status_code) == (KEY, "text/plain", 200)


@pytest.mark.parametrize("key", ["short", "has space in it", "../../etc/passwd", "x" * 129])
def test_keys_that_engines_refuse_are_refused_at_the_start(key: str) -> None:
    with pytest.raises(SettingsError, match="INDEXNOW_KEY"):
        Settings.from_env({"INDEXNOW_KEY": key})
