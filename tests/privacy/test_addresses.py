"""Where somebody is, is never written down: addresses are counted as keyed hashes, and those end."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Outcome
from app.jobs.worker import run_until_idle
from app.kb.models import ArticleFeedback
from app.privacy.services.forgetting import forget_readers_job
from app.web.ratelimit import limiter
from tests.factories import accept, make_answer, make_article, make_question, opening_of

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "203.0.113.77"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def everything_kept(app: Flask) -> str:
    """Return all rows, all files that are no index, and all that limits count by, as one text."""
    rows = [repr(row) for table in db.metadata.sorted_tables for row in db.session.execute(sa.select(table))]
    folder = app.extensions["settings"].instance_path
    files = [
        path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file() and "search" not in path.parts
    ]
    return "\n".join([*rows, *files, repr(vars(limiter.storage))])


def test_no_address_is_kept_anywhere(app: Flask, limits: None, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    question, article = make_question(), make_article()
    answer = make_answer(question)
    accept(answer)
    client = app.test_client()
    options = {"environ_base": {"REMOTE_ADDR": ADDRESS, "HTTP_USER_AGENT": FIREFOX}, "headers": {"X-Forwarded-For": ADDRESS}}
    for path in (question.path, "/search?q=pump", "/login", "/signup", "/nowhere", f"/posts/{opening_of(question).id}"):
        client.get(path, **options)
    posts = {
        f"/posts/{answer.id}/worked": {"worked": "no", "reason": "outdated"}, f"/kb/articles/{article.id}/feedback": {"helpful": "yes"},
        "/login": {"login": "nobody", "password": "wrong"}, "/reset-password": {"email": "nobody@example.com"},
    }  # fmt: skip
    for path, data in posts.items():
        page = client.get("/login", **options).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert client.post(path, data={**data, "csrf_token": token[1] if token else ""}, **options).status_code < 500
    run_until_idle()
    assert db.session.query(ArticleFeedback).count() == 1, "the visit left something behind, so that the test means something"
    kept = everything_kept(app)
    assert "address:" in kept and ADDRESS not in kept and FIREFOX not in kept
    assert not [record for record in caplog.records if ADDRESS in record.getMessage() + repr(vars(record))]


def test_only_the_request_itself_reads_addresses():
    """What is kept gets a keyed hash: whoever needs the address itself is named here."""
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "app").rglob("*.py")
        if re.search(r"remote_addr|client_address\(|X-Forwarded-For", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"app/web/context.py", "app/pages/health.py", "app/core/settings.py"}


def test_visitors_words_are_cut_loose_from_their_hash_and_still_count(app: Flask):
    question, article = make_question(), make_article()
    answer, old, key = make_answer(question), now() - timedelta(days=400), "a" * 48
    word = {"thread_id": question.id, "post_id": answer.id, "kind": "confirmed_by_other", "voice": "reader"}
    with unit_of_work():
        db.session.add_all([
            Outcome(**word, reader_key=key, created_at=old), Outcome(**word, reader_key="b" * 48),
            ArticleFeedback(article_id=article.id, reader_key=key, is_helpful=True, created_at=old),
        ])  # fmt: skip
    forget_readers_job([{}])
    forget_readers_job([{}])
    keys = list(db.session.scalars(sa.select(Outcome.reader_key).order_by(Outcome.id)))
    assert keys[0].startswith("forgotten:") and keys[1] == "b" * 48
    assert db.session.scalar(sa.select(ArticleFeedback.reader_key)).startswith("forgotten:")


def test_nothing_but_the_session_can_set_a_cookie():
    """What each page sets is checked where all pages are walked (tests/flows); here: nobody else even tries."""
    for path in [*(ROOT / "app").rglob("*.py"), *(ROOT / "app" / "static").rglob("*.js")]:
        assert not re.search(r"set_cookie|document\.cookie|cookieStore", path.read_text(encoding="utf-8")), path
