"""Copies of people's data: complete, for their person only, and gone when their time is over."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.models import Person
from app.accounts.services.passwords import hash_password
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.services.curating import move_thread
from app.forum.services.editing import edit_post
from app.jobs.worker import run_until_idle
from app.privacy.models import DataExport
from app.privacy.services import copying
from app.privacy.services.exporting import expire_exports_job, request_export
from app.privacy.terms import privacy_terms
from tests.asserts import assert_queries, count_queries
from tests.client import Browser
from tests.factories import actor_of, body, make_answer, make_category, make_person, make_question, opening_of

PASSWORD = "a long enough password"
HASH = hash_password(PASSWORD)


@pytest.fixture
def ada(app: Flask) -> Person:
    return make_person("ada", password_hash=HASH)


def copy_of(person: Person) -> zipfile.ZipFile:
    with unit_of_work():
        export_id = request_export(actor_of(person)).id
    run_until_idle()
    export = db.session.get_one(DataExport, export_id, populate_existing=True)
    return zipfile.ZipFile(privacy_terms().exports / export.name)


def test_the_copy_holds_ones_own_and_nobody_elses(ada: Person):
    question = make_question(author=ada, title="Why does it hum?")
    make_answer(question, author=ada, text="It was **me** all along.")
    make_answer(question, text="Words of somebody else.")
    archive = copy_of(ada)
    posts, threads = json.loads(archive.read("posts.json")), json.loads(archive.read("threads.json"))
    assert [post["body_source"] for post in posts][1:] == ["It was **me** all along."] and len(posts) == 2
    assert threads[0]["title"] == "Why does it hum?" and posts[0]["address"] == f"/posts/{posts[0]['id']}"
    assert json.loads(archive.read("account.json"))["email"] == "ada@example.com"
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"somebody else" not in everything and HASH.encode() not in everything
    assert all(name in archive.read("README.txt").decode() for name in archive.namelist() if name != "README.txt")


@pytest.mark.parametrize(("role", "is_said"), [("member", False), ("staff", True)])
def test_what_others_made_of_it_where_one_may_not_read_is_not_in_it(app: Flask, role: str, is_said: bool):
    author, insider, inner = make_person("author", role), actor_of(make_person(role="admin")), make_category(audience="staff")
    question = make_question(author=author, title="Why does it hum?")
    mine = make_answer(question, author=author, text="My own answer, as I wrote it.")
    with unit_of_work():
        move_thread(insider, thread_id=question.id, category_id=inner.id, reason="For us only")
    with unit_of_work():
        text = body("Secret words of others")
        edit_post(insider, post_id=opening_of(question).id, body=text, title="A secret title", tags=[], reason="Ours")
    archive = copy_of(author)
    threads, posts, revisions = (archive.read(f"{name}.json").decode() for name in ("threads", "posts", "revisions"))
    assert ("A secret title" in threads, "Secret words" in posts) == (is_said, is_said)
    assert mine.body_source in posts and "Secret words" not in revisions


def test_lists_longer_than_a_batch_are_whole(ada: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(copying, "BATCH", 2)
    question = make_question()
    ids = [make_answer(question, author=ada, text=f"Answer {number}").id for number in range(5)]
    assert [post["id"] for post in json.loads(copy_of(ada).read("posts.json"))] == ids


def test_asking_twice_makes_one_copy(ada: Person):
    with unit_of_work():
        first = request_export(actor_of(ada)).id
    with unit_of_work():
        assert request_export(actor_of(ada)).id == first


def test_a_copy_is_made_told_and_downloaded(ada: Person, browser: Browser):
    browser.sign_in(ada).get("/settings/privacy")
    browser.submit("/privacy/export", {"export_password": PASSWORD})
    run_until_idle()
    browser.get("/settings/privacy")
    assert "Download" in browser.text() and "ready" in str(browser.get("/notifications").text)
    export = db.session.query(DataExport).one()
    response = browser.get(f"/settings/privacy/export/{export.id}")
    assert response.mimetype == "application/zip" and "no-store" in response.headers["Cache-Control"]
    assert "account.json" in zipfile.ZipFile(io.BytesIO(response.data)).namelist()


def test_the_password_is_asked_for(ada: Person, browser: Browser):
    browser.sign_in(ada).get("/settings/privacy")
    assert "not your password" in browser.submit("/privacy/export", {"export_password": "wrong"}, status=400).text
    assert not db.session.query(DataExport).count()


def test_nobody_else_downloads_it_not_even_an_admin(ada: Person, app: Flask):
    copy_of(ada)
    export = db.session.query(DataExport).one()
    for role in ("member", "admin"):
        Browser(app).sign_in(make_person(role=role)).get(f"/settings/privacy/export/{export.id}", 404)
    assert Browser(app).client.get(f"/settings/privacy/export/{export.id}").status_code == 302


def test_a_copy_goes_when_its_time_is_over(ada: Person, browser: Browser):
    copy_of(ada)
    with unit_of_work():
        export = db.session.query(DataExport).one()
        export.expires_at = now() - timedelta(seconds=1)
        path = privacy_terms().exports / export.name
    os.utime(path, (0, 0))
    browser.sign_in(ada).get(f"/settings/privacy/export/{export.id}", 410)
    expire_exports_job([{}])
    assert not path.exists() and not db.session.query(DataExport).count()


def test_the_page_costs_the_same_whatever_somebody_wrote(ada: Person, browser: Browser):
    browser.sign_in(ada).get("/settings/privacy")
    with count_queries() as few:
        browser.get("/settings/privacy")
    for _ in range(3):
        make_answer(make_question(author=ada), author=ada)
    with assert_queries(len(few)):
        browser.get("/settings/privacy")


def test_each_count_says_of_what_it_is_one(ada: Person, browser: Browser):
    make_answer(make_question(author=ada), author=ada)
    browser.sign_in(ada).get("/settings/privacy")
    assert browser.page is not None
    rows = browser.page.xpath("//table[.//caption]//tbody/tr")
    assert rows and all(row.xpath("./th[@scope='row']") for row in rows)
