"""Mails: what is in them, who gets them, and that nothing goes out that should not."""

from __future__ import annotations

import logging
from email.parser import BytesParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.records import replace
from app.core.settings import Settings, SettingsError
from app.core.uow import unit_of_work
from app.forum.events import AnswerAccepted, PeopleMentioned, ThreadCurated
from app.forum.models import Category, Post
from app.jobs.models import Job
from app.jobs.queue import enqueue
from app.jobs.worker import run_until_idle
from app.notifications import composing
from app.notifications.mailer import FolderTransport, Mail, build_message, mail_folder
from app.notifications.models import MailPreference
from app.notifications.queries import list_refused_kinds
from app.notifications.services.preferences import switch_off
from app.web.render import template_folder
from tests.factories import make_category, make_person, make_question
from tests.mailbox import collect, html_of, link_in, text_of
from tests.notifications.happenings import answer, comment, follow, tell

MAIL = Mail(
    to="mira@example.com",
    subject="Wörter",
    text="Hällo\n" + "x" * 500,
    html="<p>Hällo</p>",
    unsubscribe_url="http://c.test/unsubscribe/x",
)


def test_an_answer_is_mailed_with_text_html_links_and_one_click_unsubscribe(app: Flask) -> None:
    asker, ann = make_person("asker"), make_person("ann")
    thread = make_question(author=asker, title="Why does <it> hum?")
    post = answer(thread, ann, "Clean the intake & prime it.")
    mails = collect(app)
    assert [mail["To"] for mail in mails] == ["asker@example.com"]
    mail = mails[0]
    assert mail["Subject"] == "Re: Why does <it> hum?"
    assert mail["From"] == "Threadwell <community@localhost>"
    assert "Clean the intake & prime it." in text_of(mail) and f"http://community.test/posts/{post.id}" in text_of(mail)
    assert "Clean the intake &amp; prime it." in html_of(mail) and "Why does &lt;it&gt; hum?" in html_of(mail)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    why = "You get this mail because “New answers and replies in threads you started or follow” is ticked in your settings."
    assert why in text_of(mail) and why in html_of(mail)
    unsubscribe = str(mail["List-Unsubscribe"]).strip("<>")
    assert unsubscribe.startswith("http://community.test/unsubscribe/") and unsubscribe in text_of(mail)
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Date"]
    assert app.test_client().post(unsubscribe.removeprefix("http://community.test")).status_code == 200
    assert list_refused_kinds(asker.id) == {"answer", "report", "started"}
    answer(thread, ann)
    assert len(collect(app)) == 1


def test_mails_about_one_thread_belong_together_and_each_has_a_name_of_its_own(app: Flask) -> None:
    asker, ann = make_person(), make_person()
    thread = make_question(author=asker)
    post = answer(thread, ann)
    answer(thread, ann)
    comment(post, asker)
    mails = collect(app)
    assert len({mail["Message-ID"] for mail in mails}) == 3
    assert {mail["References"] for mail in mails} == {f"<thread.{thread.id}@localhost>"}


def test_each_person_and_text_is_one_job_and_payloads_hold_ids_only(app: Flask) -> None:
    asker, ann = make_person(), make_person()
    thread = make_question(author=asker)
    post = answer(thread, ann)
    tell(PeopleMentioned(thread.id, post.id, None, ann.id, (asker.id,)))
    jobs = db.session.scalars(sa.select(Job).where(Job.kind == "mail.send")).all()
    assert len(jobs) == 1
    assert all(isinstance(value, int) or key == "kind" for key, value in jobs[0].payload.items())


def test_unconfirmed_addresses_and_imported_people_get_no_mails(app: Flask) -> None:
    for values in ({"email": None, "pending_email": "new@example.com"}, {"email": None}):
        answer(make_question(author=make_person(**values)), make_person())
    assert collect(app) == []


def test_a_preference_changed_after_the_event_counts(app: Flask) -> None:
    asker = make_person()
    answer(make_question(author=asker), make_person())
    with unit_of_work():
        switch_off(asker.id, ["answer"])
    assert collect(app) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


def test_kinds_that_are_switched_off_are_not_even_queued(app: Flask) -> None:
    asker = make_person()
    with unit_of_work():
        db.session.add(MailPreference(person_id=asker.id, kind="answer"))
    answer(make_question(author=asker), make_person())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


@pytest.mark.parametrize("what", ["hidden post", "hidden thread", "staff category", "gone"])
def test_what_went_out_of_sight_before_the_mail_left_is_not_mailed(app: Flask, what: str) -> None:
    asker = make_person()
    thread = make_question(author=asker, title="canary")
    post = answer(thread, make_person(), "canary")
    with unit_of_work():
        row = db.session.scalars(sa.select(Post).where(Post.id == post.id)).one()
        if what == "hidden post":
            row.hidden_at = now()
        elif what == "hidden thread":
            db.session.get_one(type(thread), thread.id).hidden_at = now()
        elif what == "staff category":
            db.session.get_one(Category, thread.category_id).audience = "staff"
        else:
            db.session.execute(
                sa.update(Job).values(payload=sa.literal({"kind": "answer", "person_id": asker.id, "thread_id": 10**9}, sa.JSON))
            )
    assert collect(app) == []


def test_staff_only_text_is_mailed_to_staff_and_to_nobody_else(app: Flask) -> None:
    people = {role: make_person(f"the-{role}", role=role) for role in ("member", "moderator", "staff", "admin")}
    writer = make_person("writer", role="staff")
    thread = make_question(author=writer, category=make_category(audience="staff"), title="canary title")
    for person in people.values():
        follow(thread, person)
    post = answer(thread, writer, "canary text")
    note = comment(post, writer, "canary comment")
    tell(PeopleMentioned(thread.id, post.id, note.id, writer.id, tuple(person.id for person in people.values())))
    tell(AnswerAccepted(thread.id, post.id, people["staff"].id))
    tell(ThreadCurated(thread.id, "close", people["admin"].id, "canary reason"))
    mails = collect(app)
    with_canary = {mail["To"] for mail in mails if "canary" in text_of(mail) + html_of(mail) + mail["Subject"]}
    assert with_canary == {"the-staff@example.com", "the-admin@example.com", "writer@example.com"}
    assert not {mail["To"] for mail in mails} & {"the-member@example.com", "the-moderator@example.com"}


def test_a_moderators_decision_is_mailed_with_its_reason(app: Flask) -> None:
    asker = make_person()
    thread = make_question(author=asker, title="Why?", hidden_at=now())
    tell(ThreadCurated(thread.id, "hide", None, "advertising"))
    mail = collect(app)[0]
    assert "Reason: advertising" in text_of(mail) and "/notifications/" in link_in(mail, "/notifications/")


def test_every_kind_of_mail_has_both_parts_and_no_template_left_over(app: Flask) -> None:
    names = {path.name for path in (template_folder() / "email").iterdir() if not path.stem.startswith("_")}
    stems = {*composing._ACCOUNT_MAILS, "address_taken", "notification", "decision", "ask", "solved", "standing", "erased"}
    assert names == {f"{stem}.{end}" for stem in stems for end in ("txt", "html")}
    person = make_person(pending_email="new@example.com")
    kinds = ("confirm", "address_change", "reset", "claim", "password_changed")
    with unit_of_work():
        for kind in kinds:
            enqueue("mail.send", {"kind": kind, "person_id": person.id})
    mails = collect(app)
    assert len(mails) == len(kinds)
    for mail in mails:
        assert "http://community.test" in text_of(mail) and "<html" in html_of(mail)
        assert "{{" not in text_of(mail) + html_of(mail) and mail["List-Unsubscribe"] is None


def test_mails_are_files_that_only_the_owner_reads_and_the_log_says_where(
    app: Flask, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    answer(make_question(author=make_person()), make_person())
    logger = logging.getLogger("app.notifications.mailer")
    logger.addHandler(caplog.handler)
    logger.setLevel("INFO")
    try:
        run_until_idle()
    finally:
        logger.removeHandler(caplog.handler)
        logger.setLevel(logging.NOTSET)
    folder = mail_folder(settings)
    files = list(folder.iterdir())
    assert len(files) == 1 and files[0].suffix == ".eml"
    assert folder.stat().st_mode & 0o777 == 0o700 and files[0].stat().st_mode & 0o777 == 0o600
    record = next(r for r in caplog.records if r.getMessage() == "mail.written")
    assert record.path == str(files[0])  # type: ignore[attr-defined]
    assert "@example.com" not in str(vars(record))


def test_a_mail_file_keeps_long_links_whole(settings: Settings, tmp_path: Path) -> None:
    with FolderTransport(tmp_path / "mail", settings) as transport:
        transport.deliver(MAIL)
    content = next((tmp_path / "mail").iterdir()).read_bytes()
    assert b"x" * 500 in content and "Hällo".encode() in content


@pytest.mark.parametrize("subject", ["a\r\nBcc: victim@example.com", "a\nb", "x" * 3000])
def test_a_title_cannot_add_headers(settings: Settings, subject: str) -> None:
    message = build_message(replace(MAIL, subject=subject), settings)
    assert BytesParser().parsebytes(message)["Bcc"] is None and b"\nBcc:" not in message


@pytest.mark.parametrize("url", ["mail.example.com", "http://x", "smtp://", "smtp://host:port"])
def test_a_wrong_mail_url_is_refused_at_start(url: str) -> None:
    with pytest.raises(SettingsError, match="MAIL_URL"):
        Settings.from_env({"MAIL_URL": url})


def test_a_payload_about_somebody_or_something_that_is_gone_sends_nothing(app: Flask) -> None:
    person = make_person()
    with unit_of_work():
        for kind in ("answer", "reset", "confirm", "moderation"):
            enqueue("mail.send", {"kind": kind, "person_id": 10**9, "notification_id": 1})
        enqueue("mail.send", {"kind": "moderation", "person_id": person.id, "notification_id": 10**9})
        enqueue("mail.send", {"kind": "confirm", "person_id": person.id})
        enqueue("mail.send", {"kind": "standing", "person_id": person.id, "sanction_id": 10**9, "about": "imposed"})
    assert collect(app) == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0
