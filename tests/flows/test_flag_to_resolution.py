"""From a report to a decision, and back: what moderators do through their pages, who is told, and that each step can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import lxml.html
import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import travel

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.forum.models import Comment, Post, Thread
from app.jobs.worker import run_until_idle
from app.moderation.models import LogEntry
from app.search.engines.whoosh import WhooshEngine
from tests.client import Browser
from tests.factories import make_category, make_person
from tests.flows.acting import go, inbox, sign_up, told
from tests.mailbox import collect, text_of

SPAM = "Visit my shop for cheap heaters, they are the best."


@dataclass
class Case:
    """The people of a case, and the answer it is about."""

    app: Flask
    asker: Browser
    author: Browser
    reporter: Browser
    moderator: Browser
    visitor: Browser
    path: str
    answer_id: int

    @property
    def answer(self) -> Post:
        db.session.rollback()
        return db.session.get_one(Post, self.answer_id, populate_existing=True)

    @property
    def thread(self) -> Thread:
        db.session.rollback()
        return db.session.get_one(Thread, int(self.path.split("/")[2]), populate_existing=True)

    def found(self, words: str) -> bool:
        """Whether a visitor's search finds the thread by these words."""
        run_until_idle()
        self.visitor.get(f"/search?q={quote(words)}")
        assert self.visitor.page is not None
        return bool(self.visitor.page.xpath(f"//li[contains(@class, 'result')]//a[@href='{self.path}']"))


def post_question(browser: Browser, title: str, body: str = "It is cold at night.", category: str = "") -> str:
    browser.get("/ask")
    chosen = category or browser.page.xpath("//select[@name='category']/option[@value != '']/@value")[0]  # type: ignore[union-attr]
    return browser.submit("/ask", {"title": title, "body": body, "category": chosen}).location


@pytest.fixture
def case(app: Flask, index: WhooshEngine) -> Case:
    make_category("greenhouse", name="Greenhouse help")
    asker, author, reporter = (sign_up(app, name) for name in ("asker", "spammer", "rita"))
    moderator = Browser(app).sign_in(make_person("moe", "moderator"))
    path = post_question(asker, "Why is my greenhouse cold?")
    author.get(path)
    answer_id = int(author.submit("/answers", {"body": SPAM}).location.split("/")[2])
    return Case(app, asker, author, reporter, moderator, Browser(app), path, answer_id)


def report(case: Case) -> None:
    case.reporter.get(case.path)
    case.reporter.submit(f"/posts/{case.answer_id}/flag", {"reason": "spam", "note": "Only advertises"})


def record_of(case: Case) -> str:
    """Where moderators look at the person whom this is about."""
    return f"/moderation/people/{db.session.scalar(sa.select(Person.id).where(Person.name_key == 'spammer'))}"


def suspend(case: Case, days: str, reason: str) -> None:
    """See how the person will read it, and decide."""
    decision = {"kind": "suspend", "days": days, "template": "", "words": reason}
    case.moderator.get(f"{record_of(case)}/decide")
    preview = case.moderator.submit("/decide", decision, status=200)
    seen = lxml.html.fromstring(preview.text).xpath("//input[@name='seen']/@value")[0]
    assert seen and reason in preview.text
    case.moderator.submit("/decide", {**decision, "seen": seen})


def undo_from_log(case: Case, action: str) -> None:
    """Undo the newest decision of a kind by its form in the log."""
    db.session.rollback()
    entry = db.session.scalars(sa.select(LogEntry.id).where(LogEntry.action == action).order_by(LogEntry.id.desc())).first()
    case.moderator.get("/moderation/log")
    case.moderator.submit(f"/moderation/log/{entry}/undo", {"reason": "A mistake"})


def test_a_report_leads_to_a_hidden_text_and_undoing_brings_it_back(case: Case) -> None:
    report(case)
    case.moderator.get("/moderation/queue")
    text = case.moderator.text()
    for part in ("Why is my greenhouse cold?", "Visit my shop", "Only advertises", "1 report", "Spam"):
        assert part in text, part
    assert case.found("cheap heaters")

    sent = len(collect(case.app))
    case.moderator.get("/moderation/queue")
    case.moderator.submit(f"/moderation/queue/post-{case.answer_id}/uphold", {"reason": "Advertising"})
    case.moderator.get("/moderation/queue")
    assert "All clear" in case.moderator.text() and "Hidden, and the reports are upheld." in case.moderator.text()
    mails = collect(case.app)[sent:]
    assert [mail["To"] for mail in mails] == ["spammer@example.com"]
    assert "was hidden by a moderator. Reason: Advertising" in text_of(mails[0]) and "rita" not in text_of(mails[0]).lower()
    assert "was hidden by a moderator" in inbox(case.author)
    assert "hidden" not in inbox(case.reporter)

    case.visitor.get(case.path)
    assert "Visit my shop" not in case.visitor.text() and "Nobody has answered yet" in case.visitor.text()
    assert case.thread.status == "unanswered" and case.thread.answer_count == 0
    assert not case.found("cheap heaters") and case.found("greenhouse cold")
    assert "Visit my shop" not in case.visitor.client.get("/feed.atom").text
    case.visitor.get(f"/posts/{case.answer_id}", status=404)
    case.moderator.get(case.path)
    assert "Hidden: Advertising" in case.moderator.text()

    undo_from_log(case, "hide")
    run_until_idle()
    case.visitor.get(case.path)
    assert "Visit my shop" in case.visitor.text()
    assert case.thread.status == "answered" and case.thread.answer_count == 1 and case.found("cheap heaters")
    assert "is visible again" in inbox(case.author)
    case.moderator.get("/moderation/log")
    text = case.moderator.text()
    assert "Advertising" in text and "A mistake" in text and "undone" in text


def test_undo_right_after_a_decision_takes_all_of_it_back(case: Case) -> None:
    """The button beside "Hidden, and the reports are upheld" gives back the text and the report."""
    report(case)
    case.moderator.get("/moderation/queue")
    case.moderator.submit(f"/moderation/queue/post-{case.answer_id}/uphold", {"reason": "Advertising"})
    assert case.answer.hidden_at is not None
    case.moderator.get("/moderation/queue")
    case.moderator.submit("/undo", {})
    assert case.answer.hidden_at is None
    case.moderator.get("/moderation/queue")
    assert "Only advertises" in case.moderator.text()


def test_undoing_a_decision_about_a_reported_question_brings_all_of_it_back(case: Case) -> None:
    opening = case.answer_id - 1
    case.reporter.get(f"/posts/{opening}/flag")
    case.reporter.submit("/flag", {"reason": "spam"})
    case.moderator.get("/moderation/queue")
    case.moderator.submit(f"/moderation/queue/post-{opening}/uphold", {"reason": "Advertising"})
    case.visitor.get(case.path, status=410)
    case.moderator.get("/moderation/queue")
    case.moderator.submit("/undo", {})
    case.visitor.get(case.path)
    case.moderator.get(case.path)
    case.moderator.submit(f"/moderation/threads/{case.thread.id}/hide", {"reason": "Hidden from its own page"})
    case.moderator.get("/moderation/queue")
    assert "All clear" in case.moderator.text()
    case.moderator.submit("/undo", {})
    case.visitor.get(case.path)


def test_a_declined_report_changes_nothing_for_readers(case: Case) -> None:
    report(case)
    sent = len(collect(case.app))
    case.moderator.get("/moderation/queue")
    case.moderator.submit(f"/moderation/queue/post-{case.answer_id}/decline", {"reason": "A real answer"})
    case.moderator.get("/moderation/queue")
    assert "All clear" in case.moderator.text() and told(case.app, sent) == []
    case.visitor.get(case.path)
    assert "Visit my shop" in case.visitor.text()
    case.moderator.post(f"/moderation/queue/post-{case.answer_id}/decline", {"reason": "Too late"})
    case.moderator.get("/moderation/queue")
    assert "already: Report declined. You had typed: “Too late”" in case.moderator.text()


def test_a_reported_comment_is_hidden_and_restored(case: Case) -> None:
    case.author.get(case.path)
    case.author.submit("/comments", {"body": "Write to me for a discount."})
    db.session.rollback()
    comment = db.session.scalars(sa.select(Comment)).one()
    case.reporter.get(f"/comments/{comment.id}/flag")
    case.reporter.submit("/flag", {"reason": "spam"})
    case.moderator.get("/moderation/queue")
    assert "Write to me for a discount." in case.moderator.text()
    case.moderator.get("/moderation/queue")
    case.moderator.submit(f"/moderation/queue/comment-{comment.id}/uphold", {"reason": "Advertising"})
    case.visitor.get(case.path)
    assert "discount" not in case.visitor.text()
    assert "Your comment in" in inbox(case.author)
    undo_from_log(case, "hide")
    case.visitor.get(case.path)
    assert "discount" in case.visitor.text()


def test_a_hidden_thread_is_gone_for_all_but_moderators_and_comes_back(case: Case) -> None:
    run_until_idle()
    case.moderator.get(case.path)
    case.moderator.submit(f"/moderation/threads/{case.thread.id}/hide", {"reason": "Not about greenhouses"})
    for reader in (case.visitor, case.reporter):
        reader.get(case.path, status=410)
    assert "Reason: Not about greenhouses" in inbox(case.asker)
    assert not case.found("greenhouse cold")
    assert "greenhouse cold" not in case.visitor.client.get("/questions").text
    case.moderator.get(case.path)
    undo_from_log(case, "hide")
    case.visitor.get(case.path)
    assert case.found("greenhouse cold")


def test_a_suspended_person_reads_and_cannot_write_until_the_end_or_mercy(case: Case) -> None:
    sent = len(collect(case.app))
    suspend(case, "7", "Advertising again and again")
    mails = collect(case.app)[sent:]
    assert [mail["To"] for mail in mails] == ["spammer@example.com"]
    assert "Advertising again and again" in text_of(mails[0])
    case.author.get(case.path)
    assert "Your account is suspended" in case.author.text()
    assert not case.author.page.xpath("//form[contains(@action, '/answers')]")  # type: ignore[union-attr]
    case.author.post(f"/questions/{case.thread.id}/answers", {"body": "I write all the same."}, status=403)
    case.author.post(f"/posts/{case.answer_id}/edit", {"body": "I change it all the same."}, status=403)
    case.visitor.get("/people/spammer")
    assert "suspended" not in case.visitor.text().lower(), "no pillory"

    sent = len(collect(case.app))
    case.moderator.get(record_of(case))
    case.moderator.submit("/lift", {"reason": "Promised to stop"})
    assert [person for person, _ in told(case.app, sent)] == ["spammer"]
    case.author.get(case.path)
    case.author.submit("/answers", {"body": "Close the vents at night."})
    case.visitor.get(case.path)
    assert "Close the vents at night." in case.visitor.text()

    suspend(case, "1", "By mistake")
    undo_from_log(case, "suspend")
    case.author.get(case.path)
    assert "suspended" not in case.author.text()

    suspend(case, "7", "Not by mistake")
    with travel(now() + timedelta(days=7, minutes=1)):
        case.author.post(f"/questions/{case.thread.id}/answers", {"body": "A week later I help for real."})


@pytest.mark.parametrize("days", ["", "0", "-1", "²", "3651", "0000019999999", "9" * 400, "7 days"])
def test_a_suspension_of_no_sensible_length_is_refused(case: Case, days: str) -> None:
    decision = {"kind": "suspend", "days": days, "template": "", "words": "Advertising"}
    case.moderator.get(f"{record_of(case)}/decide")
    case.moderator.submit("/decide", decision, status=400)
    case.author.get(case.path)
    assert "suspended" not in case.author.text()


def test_a_category_with_approval_holds_a_thread_until_somebody_has_read_it(case: Case) -> None:
    held = make_category("beta", name="Beta tests", needs_approval=True)
    path = post_question(case.asker, "May I test the beta of the hub?", "I have three hubs.", str(held.id))
    case.asker.get(path)
    text = case.asker.text()
    assert "A moderator reads it first" in text and "Waiting for a moderator" in text
    thread_id = int(path.split("/")[2])
    for reader in (case.visitor, case.reporter):
        reader.get(path, status=404)
    for listing in ("/", "/questions", "/c/beta", "/feed.atom", "/c/beta/feed.atom", "/sitemap.xml", "/search?q=beta+hub"):
        run_until_idle()
        assert "May I test" not in case.visitor.client.get(listing).text, listing

    case.moderator.get("/moderation/queue")
    assert "May I test the beta of the hub?" in case.moderator.text() and "in Beta tests" in case.moderator.text()
    case.moderator.get("/moderation/queue")
    sent = len(collect(case.app))
    case.moderator.submit(f"/moderation/queue/thread-{thread_id}/approve", {})
    assert [person for person, _ in told(case.app, sent)] == ["asker"]
    assert "was approved and is visible now" in inbox(case.asker)
    case.visitor.get(path)
    run_until_idle()
    assert "May I test" in case.visitor.get("/c/beta").text and "May I test" in case.visitor.get("/search?q=beta+hub").text

    undo_from_log(case, "approve")
    case.visitor.get(path, status=404)
    case.moderator.get("/moderation/queue")
    case.moderator.submit(f"/moderation/queue/thread-{thread_id}/reject", {"reason": "The test is full"})
    assert "was not approved. Reason: The test is full" in inbox(case.asker)
    case.asker.get(path, status=404)


def test_a_duplicate_leads_to_the_original_and_back_again(case: Case) -> None:
    again = post_question(case.reporter, "My greenhouse is so cold at night")
    again_id = int(again.split("/")[2])
    original_id = int(case.path.split("/")[2])
    case.moderator.get(f"/moderation/threads/{again_id}/join?original_id={original_id}")
    case.moderator.submit(f"/moderation/threads/{again_id}/join", {"reason": "The same"})
    go(case.visitor, again)
    assert case.visitor.page is not None
    assert case.visitor.page.xpath(f"//*[contains(@class, 'banner')]//a[@href='{case.path}']")
    assert "the same was asked before" in inbox(case.reporter)
    case.reporter.post(f"/questions/{again_id}/answers", {"body": "One more answer."}, status=409)
    undo_from_log(case, "duplicate")
    case.visitor.get(again)
    assert "asked before" not in case.visitor.text()


def test_the_log_is_for_moderators_and_keeps_everything(case: Case) -> None:
    thread = case.thread
    for action, data in (("lock", {"reason": "Too heated"}), ("unlock", {}), ("pin", {}), ("unpin", {})):
        case.moderator.post(f"/moderation/threads/{thread.id}/{action}", data)
    case.moderator.get("/moderation/log")
    text = case.moderator.text()
    for word in ("Lock", "Unlock", "Pin", "Unpin", "Too heated", "moe"):
        assert word in text or word.title() in text, word
    case.reporter.get("/moderation/log", status=404)
    assert case.visitor.get("/moderation/log", status=302).location.startswith("/login")
