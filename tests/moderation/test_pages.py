"""The moderators' pages: queue, decisions, log and undo, through the browser."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.forum.services.commenting import add_comment
from app.moderation.flags.flagging import flag_post
from app.moderation.models import LogEntry
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_category, make_person, make_question
from tests.forum.services.acting import text


@pytest.fixture
def moderator(app: Flask, browser: Browser) -> Browser:
    return browser.sign_in(make_person("mo", role="moderator"))


def newest_entry() -> LogEntry:
    db.session.rollback()
    return db.session.scalars(sa.select(LogEntry).order_by(LogEntry.id.desc())).first()


def fresh(model, identity):
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(model, identity)


@pytest.mark.parametrize("path", ["/moderation/queue", "/moderation/log", "/moderation"])
def test_only_moderators_enter(app: Flask, path: str):
    assert Browser(app).get(path, status=302).location.startswith("/login")
    Browser(app).sign_in(make_person()).get(path, status=404)
    Browser(app).sign_in(make_person(role="staff")).get(path, status=404)


def test_an_empty_queue_and_an_empty_log_teach(moderator: Browser):
    moderator.get("/moderation/queue")
    assert "All clear" in moderator.text()
    moderator.get("/moderation/log")
    assert "No decisions yet" in moderator.text()


def test_from_report_to_decision_to_undo(app: Flask, moderator: Browser):
    answer = make_answer(make_question(title="Why is my greenhouse cold?"), text="Visit my shop for cheap heaters")
    reporter = Browser(app).sign_in(make_person("rita"))
    reporter.get(f"/posts/{answer.id}/flag")
    reporter.submit(f"/posts/{answer.id}/flag", {"reason": "spam", "note": "Only advertises"})
    moderator.get("/moderation/queue")
    text = moderator.text()
    assert "Why is my greenhouse cold?" in text and "Visit my shop" in text and "Only advertises" in text and "Rita" in text
    moderator.submit(f"/moderation/queue/post-{answer.id}/uphold", {"reason": "Advertising"})
    assert fresh(Post, answer.id).hidden_reason == "Advertising"
    moderator.get("/moderation/log")
    assert "Advertising" in moderator.text()
    hide = db.session.scalars(sa.select(LogEntry).where(LogEntry.action == "hide")).one()
    moderator.submit(f"/moderation/log/{hide.id}/undo", {"reason": "Was a real answer"})
    assert fresh(Post, answer.id).hidden_at is None
    moderator.get("/moderation/log")
    assert "undone" in moderator.text() and "Was a real answer" in moderator.text()


def test_a_report_without_reason_keeps_what_was_typed(app: Flask):
    answer = make_answer(make_question())
    member = Browser(app).sign_in(make_person())
    member.post(f"/posts/{answer.id}/flag", {"note": "Something I typed"}, status=400)
    response = member.client.post(f"/posts/{answer.id}/flag", data={"csrf_token": member.token(), "note": "Something I typed"})
    assert "Something I typed" in response.text and "choose what is wrong" in response.text


@pytest.mark.parametrize(
    ("action", "inverse", "data"),
    [("hide", "restore", {"reason": "Off topic"}), ("lock", "unlock", {"reason": "Too heated"}), ("pin", "unpin", {}),
     ("close", "reopen", {"reason": "Not ours"})],
)  # fmt: skip
def test_thread_actions_are_logged_and_undone(app: Flask, moderator: Browser, action: str, inverse: str, data: dict[str, str]):
    thread = make_question()
    columns = ("hidden_at", "locked_at", "is_pinned", "closed_at")
    before = [bool(getattr(thread, c)) for c in columns]
    moderator.post(f"/moderation/threads/{thread.id}/{action}", data)
    assert [bool(getattr(fresh(Thread, thread.id), c)) for c in columns] != before
    entry = newest_entry()
    assert (entry.action, entry.thread_id, entry.reason) == (action, thread.id, data.get("reason", ""))
    moderator.post(f"/moderation/log/{entry.id}/undo", {"reason": "A mistake"})
    assert [bool(getattr(fresh(Thread, thread.id), c)) for c in columns] == before
    assert set(db.session.scalars(sa.select(LogEntry.action))) == {action, inverse, "undo"}
    moderator.post(f"/moderation/log/{entry.id}/undo", {"reason": "Again"}, status=409)


def test_moving_and_its_undo(app: Flask, moderator: Browser):
    thread, other = make_question(), make_category("elsewhere")
    old = thread.category_id
    moderator.post(f"/moderation/threads/{thread.id}/move", {"category_id": str(other.id), "reason": "Fits better"})
    assert fresh(Thread, thread.id).category_id == other.id
    moderator.post(f"/moderation/log/{newest_entry().id}/undo", {"reason": "No"})
    assert fresh(Thread, thread.id).category_id == old


@pytest.mark.parametrize("form", ["{id}", "#{id}", "/questions/{id}/some-title", "http://community.test/questions/{id}/x"])
def test_duplicates_are_named_by_number_or_address(app: Flask, moderator: Browser, form: str):
    original, thread = make_question(), make_question()
    moderator.post(f"/moderation/threads/{thread.id}/duplicate", {"original_id": form.format(id=original.id), "reason": "Same"})
    assert fresh(Thread, thread.id).duplicate_of_id == original.id
    moderator.post(f"/moderation/log/{newest_entry().id}/undo", {"reason": "Different after all"})
    assert fresh(Thread, thread.id).duplicate_of_id is None


def test_held_threads_are_approved_or_rejected_in_the_queue(app: Flask, moderator: Browser):
    first, second = make_question(held_at=now()), make_question(held_at=now())
    moderator.get("/moderation/queue")
    moderator.submit(f"/moderation/queue/thread-{first.id}/approve", {})
    assert fresh(Thread, first.id).held_at is None
    moderator.get("/moderation/queue")
    moderator.submit(f"/moderation/queue/thread-{second.id}/reject", {"reason": "Advertising"})
    assert fresh(Thread, second.id).hidden_at is not None
    moderator.post(f"/moderation/log/{newest_entry().id}/undo", {"reason": "Looked again"})
    assert fresh(Thread, second.id).hidden_at is None and fresh(Thread, second.id).held_at is not None


def test_decisions_that_take_something_away_need_a_reason(app: Flask, moderator: Browser):
    thread = make_question()
    for action in ("hide", "lock", "close"):
        page = moderator.post(f"/moderation/threads/{thread.id}/{action}", {"reason": "  "}, status=400).text
        assert "Please check what you sent" in page and "Please give a reason" in page
    moderator.post(f"/moderation/threads/{thread.id}/explode", {}, status=404)


def test_the_log_hides_staff_only_threads_from_moderators(app: Flask, moderator: Browser):
    secret = make_question(title="Periwinkle ladder refund rule", category=make_category(audience="staff"))
    admin = Browser(app).sign_in(make_person(role="admin"))
    admin.post(f"/moderation/threads/{secret.id}/pin", {})
    assert "Periwinkle" in admin.get("/moderation/log").text
    assert "Periwinkle" not in moderator.get("/moderation/log").text
    moderator.post(f"/moderation/log/{newest_entry().id}/undo", {"reason": "x"}, status=404)
    moderator.post(f"/moderation/threads/{secret.id}/hide", {"reason": "x"}, status=404)


def test_the_log_is_filtered_by_action_and_person(app: Flask, moderator: Browser):
    one, two = make_question(), make_question()
    moderator.post(f"/moderation/threads/{one.id}/pin", {})
    moderator.post(f"/moderation/threads/{two.id}/lock", {"reason": "Calm down"})
    moderator.get("/moderation/log?action=lock")
    assert "Calm down" in moderator.text() and one.title not in moderator.text()
    moderator.get("/moderation/log?by=nobody")
    assert "Nothing matches" in moderator.text()
    moderator.get("/moderation/log?before=999999", status=404)


def test_an_entry_has_exactly_one_target(app: Flask):
    thread, person = make_question(), make_person()
    for targets in ({}, {"thread_id": thread.id, "person_id": person.id}):
        with pytest.raises(sa.exc.IntegrityError), unit_of_work():
            db.session.add(LogEntry(action="x", **targets))


def test_reports_are_limited_to_a_sane_number(app: Flask, limits):
    post = make_answer(make_question())
    person = make_person()
    with unit_of_work():
        flag_post(actor_of(person), post_id=post.id, reason="spam")
    member = Browser(app).sign_in(person)
    codes = [member.client.post(f"/posts/{post.id}/flag", data={"reason": "spam"}).status_code for _ in range(70)]
    assert codes[-1] in (400, 429)


def test_what_moderators_may_do_with_a_comment_is_in_a_menu(app: Flask, moderator: Browser):
    answer, author = make_answer(make_question()), make_person()
    with unit_of_work():
        comment = add_comment(actor_of(author), post_id=answer.id, body=text("Does that hold for the old pump, too?"))
    path = f"/questions/{answer.thread_id}/why-is-my-pump-humming-loudly"

    def acts(browser: Browser, under: str) -> set[str]:
        browser.get(path, follow_redirects=True)
        return set(browser.page.xpath(f"//*[@id='comment-{comment.id}']{under}/a[contains(@class,'quiet')]/@href"))

    edit, report = f"/comments/{comment.id}/edit", f"/comments/{comment.id}/flag"
    assert acts(moderator, "/details//div[@class='menu-list']") == {edit, report, f"/moderation/comments/{comment.id}/to-answer"}
    assert acts(moderator, "") == set()
    hide = moderator.page.xpath(f"//*[@id='comment-{comment.id}']/details//form")[0]
    assert hide.action == f"/moderation/comments/{comment.id}/hide" and "Reason" in hide.text_content()
    assert hide.xpath(".//textarea/@maxlength") == ["300"], "as many as the log keeps"
    assert acts(Browser(app).sign_in(make_person()), "") == {report}


def test_the_log_shows_thirty_entries_at_once(app: Flask, moderator: Browser):
    thread = make_question()
    for _ in range(16):
        for action in ("lock", "unlock"):
            moderator.post(f"/moderation/threads/{thread.id}/{action}", {"reason": "Too many words"})
    moderator.get("/moderation/log")
    assert len(moderator.page.xpath("//tr[starts-with(@id,'entry-')]")) == 30
    moderator.get(moderator.page.xpath("//a[@rel='next']/@href")[0])
    assert len(moderator.page.xpath("//tr[starts-with(@id,'entry-')]")) == 2
