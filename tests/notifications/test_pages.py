"""The list of notifications, the choice of mails, and the link that stops them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.errors import NotFound
from app.core.uow import unit_of_work
from app.forum.models import Post
from app.notifications.models import OFF_BY_DEFAULT, MailPreference, Notification, NotificationKind
from app.notifications.queries import count_unread, list_refused_kinds
from app.notifications.services import preferences, reading
from app.notifications.tokens import make_unsubscribe_token, read_unsubscribe_token
from app.notifications.urls import unsubscribe_path
from tests.client import Browser
from tests.factories import actor_of, make_person, make_question
from tests.notifications.happenings import answer, comment


def test_an_empty_list_says_what_will_be_here(app: Flask) -> None:
    browser = Browser(app).sign_in(make_person())
    browser.get("/notifications")
    assert "Nothing yet" in browser.text() and "Mark all as read" not in browser.text()
    browser.get("/notifications?page=2", status=404)


def test_the_list_marks_new_lines_and_following_one_marks_it_as_read(app: Flask) -> None:
    asker = make_person("asker")
    post = answer(make_question(author=asker, title="Why <b>hum</b>?"), make_person("ann"))
    browser = Browser(app).sign_in(asker)
    page = browser.get("/notifications").text
    assert page.count("is-unread") == 1 and "Why &lt;b&gt;hum" in page
    assert "new notification" in page, "the top bar counts"
    line = db.session.scalars(sa.select(Notification)).one()
    assert browser.get(f"/notifications/{line.id}", status=303).headers["Location"] == f"/posts/{post.id}"
    page = browser.get("/notifications").text
    assert "is-unread" not in page and "new notification" not in page


def test_everything_can_be_marked_as_read_and_only_ones_own(app: Flask) -> None:
    asker, other = make_person("asker"), make_person("other")
    for person in (asker, other):
        answer(make_question(author=person), make_person())
    browser = Browser(app).sign_in(asker)
    browser.get("/notifications")
    browser.submit("/notifications/read", {})
    assert count_unread(actor_of(asker)) == 0 and count_unread(actor_of(other)) == 1


def test_nobody_opens_the_notifications_of_others(app: Flask) -> None:
    asker, thief = make_person(), make_person()
    answer(make_question(author=asker), make_person())
    line = db.session.scalars(sa.select(Notification)).one()
    Browser(app).sign_in(thief).get(f"/notifications/{line.id}", status=404)
    with pytest.raises(NotFound), unit_of_work():
        reading.open_notification(actor_of(thief), line.id)
    db.session.refresh(line)
    assert line.read_at is None
    assert app.test_client().get(f"/notifications/{line.id}").headers["Location"].startswith("/login?next=")
    Browser(app).sign_in(thief).get("/notifications/99999999999999999999", status=404)


def test_a_line_about_something_hidden_leads_back_to_the_list(app: Flask) -> None:
    asker = make_person()
    post = answer(make_question(author=asker), make_person())
    with unit_of_work():
        db.session.get_one(Post, post.id).hidden_at = now()
    line = db.session.scalars(sa.select(Notification)).one()
    browser = Browser(app).sign_in(asker)
    assert browser.get(f"/notifications/{line.id}", status=303).headers["Location"] == "/notifications"
    assert "no longer available" in browser.get("/notifications").text


def test_a_comment_leads_to_its_permalink(app: Flask) -> None:
    helper = make_person()
    post = answer(make_question(), helper)
    note = comment(post, make_person())
    line = db.session.scalars(sa.select(Notification).where(Notification.person_id == helper.id)).one()
    with unit_of_work():
        assert reading.open_notification(actor_of(helper), line.id) == f"/comments/{note.id}"


def test_long_lists_have_pages_in_one_statement(app: Flask) -> None:
    asker = make_person()
    for _ in range(31):
        answer(make_question(author=asker), make_person())
    browser = Browser(app).sign_in(asker)
    seen: list[str] = []
    listen = lambda conn, cursor, statement, *rest: seen.append(statement)  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", listen)
    browser.get("/notifications")
    sa.event.remove(db.engine, "before_cursor_execute", listen)
    assert len([s for s in seen if s.startswith("SELECT")]) <= 4
    assert browser.page is not None and len(browser.page.xpath("//li[@class='is-unread']")) == 30
    browser.get("/notifications?page=2")
    assert len(browser.page.xpath("//li[@class='is-unread']")) == 1


def test_mails_are_chosen_by_kind(app: Flask) -> None:
    person = make_person()
    browser = Browser(app).sign_in(person)
    browser.get("/settings/notifications")
    kinds = set(NotificationKind) - {NotificationKind.DESK}  # word from the desk is for staff
    on = browser.page is not None and set(browser.page.xpath("//input[@name='kind'][@checked]/@value"))
    assert on == kinds - {NotificationKind.REPORT, NotificationKind.STARTED}, "these are mailed only to those who ask for them"
    browser.submit("/settings/notifications", {"kind": ["answer", "mention", "nonsense"]})
    assert list_refused_kinds(person.id) == kinds - {"answer", "mention"}
    browser.get("/settings/notifications")
    assert browser.page is not None and set(browser.page.xpath("//input[@name='kind'][@checked]/@value")) == {"answer", "mention"}
    browser.post("/settings/notifications", {"kind": list(NotificationKind)})
    assert list_refused_kinds(person.id) == frozenset()


def test_an_unsubscribe_link_shows_a_button_and_changes_nothing(app: Flask) -> None:
    person = make_person()
    path = unsubscribe_path(make_unsubscribe_token(str(app.secret_key), person.id, "answer"))
    visitor = Browser(app)
    response = visitor.get(path)
    app.test_client().head(path)
    assert "Set-Cookie" not in response.headers and "Stop these mails" in response.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MailPreference)) == 0


def test_one_click_of_a_mail_program_switches_one_kind_off_without_token_and_redirect(app: Flask) -> None:
    person, other = make_person(), make_person()
    path = unsubscribe_path(make_unsubscribe_token(str(app.secret_key), person.id, "answer"))
    for _ in range(2):
        assert app.test_client().post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert list_refused_kinds(person.id) == {"answer", *OFF_BY_DEFAULT} and list_refused_kinds(other.id) == OFF_BY_DEFAULT


def test_the_buttons_on_the_page_switch_one_kind_or_all_off(app: Flask) -> None:
    person = make_person()
    path = unsubscribe_path(make_unsubscribe_token(str(app.secret_key), person.id, "comment"))
    visitor = Browser(app)
    visitor.get(path)
    assert "Done" in visitor.submit("/unsubscribe/", {}, status=200).text
    assert list_refused_kinds(person.id) == {"comment", *OFF_BY_DEFAULT}
    assert "You get mails" not in visitor.get(path).text, "they have stopped already"
    visitor.submit("/unsubscribe/", {"scope": "all"}, status=200)
    assert list_refused_kinds(person.id) == set(NotificationKind)


def test_forged_unsubscribe_links_are_404(app: Flask) -> None:
    person = make_person()
    secret = str(app.secret_key)
    good = make_unsubscribe_token(secret, person.id, "answer")
    for bad in (
        good[:-2],
        good + "x",
        "x",
        "x" * 4000,
        make_unsubscribe_token("another", person.id, "answer"),
        make_unsubscribe_token(secret, person.id, "nonsense"),
    ):
        assert app.test_client().get(f"/unsubscribe/{bad}").status_code == 404
        assert app.test_client().post(f"/unsubscribe/{bad}").status_code == 404
    assert read_unsubscribe_token(secret, good) == (person.id, "answer")
    gone = make_unsubscribe_token(secret, person.id + 1000, "answer")
    assert app.test_client().post(f"/unsubscribe/{gone}").status_code == 404
    with pytest.raises(NotFound), unit_of_work():
        preferences.switch_off(person.id + 1000, ["answer"])
