"""Erasing accounts: asked for twice, taken back by signing in, and then thorough."""

from __future__ import annotations

from datetime import timedelta

import lxml.html
import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Erasure, Person, PersonSession
from app.accounts.services.erasing import finish_erasure, order_erasure, request_erasure
from app.accounts.services.passwords import hash_password
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.forum.models import CategoryFollow, Draft, Follow, Post, PostRevision, Thread, Vote
from app.forum.services.sweeping import UNTITLED
from app.jobs.worker import run_until_idle
from app.moderation.models import LogEntry
from app.privacy.services.erasing import ask_to_erase_now, erase_job, erase_person
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_person, make_question, opening_of
from tests.mailbox import collect, link_in, text_of

PASSWORD = "a long enough password"
HASH = hash_password(PASSWORD)


@pytest.fixture
def ada(app: Flask) -> Person:
    return make_person("ada", password_hash=HASH, about_source="I like pumps.", website="https://ada.example")


def erase(person: Person, keeps_posts: bool = True) -> Person:
    with unit_of_work():
        db.session.add(Erasure(person_id=person.id, keeps_posts=keeps_posts, due_at=now() - timedelta(seconds=1)))
    assert erase_person(person.id, render_markdown(UNTITLED))
    run_until_idle()
    return db.session.get_one(Person, person.id, populate_existing=True)


def test_a_wish_is_confirmed_by_mail_waits_and_is_carried_out(app: Flask, ada: Person, browser: Browser):
    make_question(author=ada)
    browser.sign_in(ada).get("/settings/privacy")
    browser.submit("/privacy/erase", {"name": "Ada", "password": PASSWORD, "posts": "keep"})
    path = link_in(collect(app)[-1], "/settings/privacy/erase/")
    visitor = Browser(app)
    visitor.get(path)
    page = visitor.submit("/privacy/erase/", {}, status=200)
    assert "will be erased" in page.text and not db.session.query(PersonSession).count()
    assert "Sign in before that day" in text_of(collect(app)[-1])
    visitor.get(path, 410)
    erase_job([{}])
    assert db.session.get_one(Person, ada.id, populate_existing=True).name == "ada"
    with unit_of_work():
        db.session.get_one(Erasure, ada.id).due_at = now() - timedelta(seconds=1)
    erase_job([{}])
    assert "is erased" in collect(app)[-1]["Subject"] and collect(app)[-1]["To"] == "ada@example.com"
    Browser(app).get("/people/ada", 404)


def test_signing_in_keeps_the_account(app: Flask, ada: Person, browser: Browser):
    with unit_of_work():
        db.session.add(Erasure(person_id=ada.id, due_at=now() + timedelta(days=3)))
    browser.get("/login")
    browser.submit("/login", {"login": "ada", "password": PASSWORD})
    assert db.session.get(Erasure, ada.id) is None
    assert "stays" in collect(app)[-1]["Subject"]


def test_signing_in_elsewhere_does_not_take_back_what_was_not_confirmed(ada: Person, browser: Browser):
    with unit_of_work():
        db.session.add(Erasure(person_id=ada.id))
    browser.get("/login")
    browser.submit("/login", {"login": "ada", "password": PASSWORD})
    assert db.session.get(Erasure, ada.id) is not None


@pytest.mark.parametrize(
    "typed", [{"name": "somebody", "password": PASSWORD}, {"name": "ada", "password": "wrong"}, {"name": "", "password": ""}]
)
def test_name_and_password_are_asked_for(ada: Person, browser: Browser, typed: dict[str, str]):
    browser.sign_in(ada).get("/settings/privacy")
    answer = browser.submit("/privacy/erase", {**typed, "posts": "remove"}, status=400)
    chosen = lxml.html.document_fromstring(answer.text).xpath("//input[@name='posts'][@checked]/@value")
    assert chosen == ["remove"]
    assert db.session.get(Erasure, ada.id) is None


def test_nothing_that_names_the_person_is_left(ada: Person):
    question = make_question(author=ada, text="My pump hums.")
    answer = make_answer(make_question(), author=ada)
    with unit_of_work():
        db.session.add_all(
            [
                Draft(person_id=ada.id, key="ask", fields={"title": "x"}),
                Follow(person_id=ada.id, thread_id=question.id),
                CategoryFollow(person_id=ada.id, category_id=question.category_id),
                Vote(person_id=ada.id, post_id=make_vote_target(), value=1),
            ]
        )
    gone = erase(ada)
    assert gone.name.startswith("removed-") and gone.display_name == "[removed]" and gone.erased_at
    assert not any((gone.email, gone.pending_email, gone.password_hash, gone.about_source, gone.about_html, gone.website))
    assert not any(db.session.query(model).count() for model in (Draft, Follow, CategoryFollow))
    assert db.session.query(Vote).count() == 1
    authors = set(db.session.scalars(sa.select(Post.author_id).where(Post.id.in_([answer.id, opening_of(question).id]))))
    assert authors == {None} and db.session.get_one(Thread, question.id).author_id is None
    assert set(db.session.scalars(sa.select(PostRevision.editor_id).where(PostRevision.post_id == answer.id))) == {None}


def make_vote_target() -> int:
    return db.session.scalars(sa.select(Post.id).where(Post.kind == "opening").order_by(Post.id.desc())).first()


def test_kept_posts_are_read_as_removed_and_their_words_stay(ada: Person, browser: Browser):
    question = make_question(author=ada, title="Why does it hum so loud?", text="It hums at night.")
    make_answer(question, text="Clean it.")
    name = erase(ada).name
    page = browser.get(question.path).text
    assert "[removed]" in page and "It hums at night." in page and "ada" not in page.lower().split()
    browser.get(f"/people/{name}", 410)


def test_removed_posts_leave_nothing_but_the_question_that_others_answered(ada: Person, browser: Browser):
    answered, alone = (
        make_question(author=ada, title="Why does it hum so loud?", text="Secret words."),
        make_question(author=ada, title="Why is it silent now?", text="Secret words."),
    )
    other = make_answer(answered, text="Clean it.")
    own = make_answer(make_question(), author=ada, text="Secret words.")
    erase(ada, keeps_posts=False)
    page = browser.get(answered.path).text
    assert "Why does it hum" in page and "Clean it." in page and "Secret" not in page
    browser.get(f"/questions/{alone.id}", 410)
    assert db.session.get_one(Thread, alone.id, populate_existing=True).title == UNTITLED
    assert db.session.get_one(Post, own.id, populate_existing=True).hidden_at is not None
    assert db.session.get_one(Post, other.id, populate_existing=True).hidden_at is None
    for column in (Post.body_source, Post.body_text, Post.body_html, PostRevision.body_source, Thread.excerpt):
        assert not db.session.scalar(sa.select(sa.exists().where(column.contains("Secret"))))


def test_an_interrupted_erasure_goes_on(ada: Person, monkeypatch: pytest.MonkeyPatch):
    make_question(author=ada, text="Secret words.")
    monkeypatch.setattr("app.privacy.services.erasing.finish_erasure", lambda erasure: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erase(ada, keeps_posts=False)
    monkeypatch.setattr("app.privacy.services.erasing.finish_erasure", finish_erasure)
    assert db.session.get_one(Person, ada.id, populate_existing=True).password_hash is None
    assert erase_person(ada.id, render_markdown(UNTITLED))
    assert not erase_person(ada.id, render_markdown(UNTITLED))


def test_the_last_admin_stays(app: Flask):
    admin = make_person(role="admin", password_hash=HASH)
    with pytest.raises(Conflict), unit_of_work():
        request_erasure(actor_of(admin), typed_name=admin.name, keeps_posts=True, grace=timedelta())


def test_admins_anonymise_with_a_reason_and_the_log_keeps_it(app: Flask, ada: Person):
    admin = make_person("boss", role="admin")
    browser = Browser(app).sign_in(admin)
    browser.get(f"/admin/people/{ada.id}/anonymise")
    assert "cannot be undone" in browser.text()
    browser.get(f"/admin/people/{ada.id}/anonymise")
    browser.submit("/anonymise", {"reason": "", "posts": "remove"}, status=400)
    browser.submit("/anonymise", {"reason": "They asked by letter.", "posts": "keep"})
    run_until_idle()
    assert db.session.get_one(Person, ada.id, populate_existing=True).erased_at
    entry = db.session.query(LogEntry).one()
    assert (entry.action, entry.person_id, entry.actor_id, entry.reason) == (
        "anonymise",
        ada.id,
        admin.id,
        "They asked by letter.",
    )


def test_only_admins_anonymise_others_and_never_themselves(ada: Person):
    admin, moderator = actor_of(make_person(role="admin")), actor_of(make_person(role="moderator"))
    with pytest.raises(NotFound), unit_of_work():
        order_erasure(moderator, person_id=ada.id, keeps_posts=True, reason="x")
    with pytest.raises(Forbidden), unit_of_work():
        order_erasure(admin, person_id=admin.id or 0, keeps_posts=True, reason="x")
    with pytest.raises(Invalid), unit_of_work():
        order_erasure(admin, person_id=ada.id, keeps_posts=True, reason=" ")
    with unit_of_work():
        ask_to_erase_now()
    run_until_idle()
    assert db.session.get_one(Person, ada.id, populate_existing=True).erased_at is None
