"""Mail scanners open every link of every mail: nothing may happen. And every mail can be stopped, or is about the account."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Erasure, Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.events import AnswerAccepted, PeopleMentioned, ThreadCurated
from app.jobs.queue import enqueue
from app.kb.events import ArticleHelped, ArticlePublished, ReviewDue
from app.kb.models import ArticleSource
from app.notifications import composing
from app.notifications.models import AskedRole, MailPreference, Notification, NotificationKind, OutcomeRequest
from app.notifications.sentences import started
from app.notifications.telling import pack
from tests.factories import accept, make_answer, make_article, make_person, make_question
from tests.flows.crawling import AGENT, path_of
from tests.mailbox import collect, html_of, text_of
from tests.notifications.happenings import answer, comment, tell

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
# Mails that tell people of their own account have no preference, and so nothing to unsubscribe from.
ACCOUNT = set(composing._ACCOUNT_MAILS)


def everything() -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    with db.engine.connect() as connection:
        return {t.name: [tuple(row) for row in connection.execute(sa.select(t))] for t in db.metadata.sorted_tables}


def request(person: Person, thread_id: int, role: AskedRole, post_id: int | None) -> int:
    with unit_of_work():
        made = OutcomeRequest(thread_id=thread_id, person_id=person.id, role=role, post_id=post_id, waiting_since=now())
        db.session.add(made)
    return made.id


@pytest.fixture
def mails(app: Flask) -> dict[str, list[EmailMessage]]:
    """At least one mail of every kind there is, by kind."""
    asker, helper, ben = make_person("asker"), make_person("helper"), make_person("ben", role="admin")
    thread, other = make_question(author=asker), make_question(author=asker)
    found: dict[str, list[EmailMessage]] = {}
    seen = 0

    def sent(kind: str) -> None:
        nonlocal seen
        every = collect(app)
        found.setdefault(kind, []).extend(every[seen:])
        seen = len(every)

    post = answer(thread, helper)
    sent("answer")
    note = comment(post, ben)
    sent("comment")
    tell(PeopleMentioned(thread.id, post.id, note.id, asker.id, (ben.id,)))
    sent("mention")
    tell(AnswerAccepted(thread.id, post.id, asker.id))
    sent("accepted")
    article = make_article(state="published")
    with unit_of_work():
        source = {"thread_id": thread.id, "post_id": post.id, "post_revision": 1, "post_hash": "x", "role": "solution"}
        db.session.add(ArticleSource(article_id=article.id, author_id=helper.id, **source))
    tell(ArticlePublished(article.id, None, is_first=True))
    sent("article")
    tell(ArticleHelped(article.id, 10))
    sent("helped")
    kept = make_article(state="published", owner=ben)
    tell(ReviewDue(kept.id))
    sent("keeping")
    tell(ThreadCurated(thread.id, "close", None, "because"))
    sent("moderation")
    solution = make_answer(other, author=helper)
    asking = request(asker, other.id, AskedRole.ASKER, solution.id)
    _ask(asker, asking)
    sent("outcome")
    accept(solution)
    _ask(ben, request(ben, other.id, AskedRole.ME_TOO, solution.id))
    sent("outcome")
    with unit_of_work():
        enqueue("mail.send", {"kind": "desk", "person_id": ben.id, "thread_id": thread.id})
    sent("desk")
    with unit_of_work():
        line = Notification(
            person_id=ben.id, kind=NotificationKind.REPORT, text="Your report was right.", path="/settings/reports"
        )
        db.session.add_all(
            [line, MailPreference(person_id=ben.id, kind=NotificationKind.REPORT)]
        )  # off until somebody wants them
        db.session.flush()
        enqueue("mail.send", {"kind": "report", "person_id": ben.id, "notification_id": line.id})
    sent("report")
    with unit_of_work():
        db.session.add(MailPreference(person_id=ben.id, kind=NotificationKind.STARTED))
        enqueue(
            "mail.send",
            {"kind": "started", "person_id": ben.id, "thread_id": thread.id, "text": pack(started("question", "#pump"))},
        )
    sent("started")
    for kind in ACCOUNT:
        person = make_person(pending_email="new@example.com")
        with unit_of_work():
            if kind in ("erase_confirm", "erase_planned"):
                due = now() + timedelta(days=14) if kind == "erase_planned" else None
                db.session.add(Erasure(person_id=person.id, keeps_posts=True, due_at=due))
            enqueue("mail.send", {"kind": kind, "person_id": person.id})
        sent(kind)
    return found


def _ask(person: Person, request_id: int) -> None:
    with unit_of_work():
        enqueue("mail.send", {"kind": "outcome", "person_id": person.id, "request_id": request_id, "number": 1})


@pytest.fixture(autouse=True)
def any_hour(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], quiet_hours=None))


def test_every_kind_of_mail_can_be_stopped_with_one_click_or_is_about_the_account(
    app: Flask, mails: dict[str, list[EmailMessage]]
) -> None:
    assert set(mails) == set(NotificationKind) | ACCOUNT
    for kind, every in mails.items():
        assert every, kind
        for mail in every:
            if kind in ACCOUNT:
                assert mail["List-Unsubscribe"] is None and mail["List-Unsubscribe-Post"] is None, kind
                continue
            assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", kind
            address = str(mail["List-Unsubscribe"]).strip("<>")
            assert address in text_of(mail) and address in html_of(mail), kind
            path = path_of(address)
            assert app.test_client().post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200, kind
            if kind != NotificationKind.REPORT:  # its reader need not have written in the thread
                assert mail["References"], kind
            assert mail["Message-ID"] != mail["References"], kind


def test_opening_every_link_of_every_mail_changes_nothing(app: Flask, mails: dict[str, list[EmailMessage]]) -> None:
    links = {
        path_of(link)
        for every in mails.values()
        for mail in every
        for link in re.findall(r"http://community\.test[^\s\"<>)]*", text_of(mail) + html_of(mail))
    }
    kinds = {link.split("/")[1] for link in links}
    assert {"outcome", "unsubscribe", "reset-password", "settings", "notifications"} <= kinds, kinds
    before = everything()
    for link in sorted(links):
        for agent in (AGENT, FIREFOX):
            client = app.test_client()
            for method in ("get", "head"):
                response = getattr(client, method)(
                    link.replace("&amp;", "&"), headers={"User-Agent": agent}, follow_redirects=True
                )
                assert response.status_code in (200, 404), f"{method} {link}: {response.status_code}"
    assert everything() == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Notification).where(Notification.read_at.is_not(None))) == 0
