"""Mails over a real SMTP server: how they arrive, and what happens when it refuses, stalls, breaks off or is not there."""

from __future__ import annotations

import dataclasses
import re
import ssl
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.records import replace
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.jobs.models import Job
from app.jobs.queue import MAX_ATTEMPTS, enqueue, list_dead, retry_dead
from app.jobs.worker import run_batch, run_until_idle
from app.notifications import mailer
from app.notifications.mailer import Mail, MailError, MailRefusedError, SmtpTransport, build_message, transport_for
from app.notifications.tokens import read_unsubscribe_token
from tests.factories import make_person, make_question
from tests.notifications.happenings import answer, follow
from tests.notifications.smtp_server import HANG_UP, STALL, MailServer, make_certificate, smtp_server

MAIL = Mail(
    to="mira@example.com",
    subject="Wörter",
    text="Hällo\n" + "x" * 500 + "\n.\n.. dots\n",
    html="<p>Hällo</p>",
    message_id="one",
    references=("thread.7",),
    unsubscribe_url="http://c.test/unsubscribe/x",
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long in tests, and failures that are meant are not logged."""
    monkeypatch.setattr(mailer, "TIMEOUT_SECONDS", 1)
    monkeypatch.setattr("app.jobs.worker.logger.error", lambda *args, **kwargs: None)


def smtp_settings(settings: Settings, server: MailServer, user: str = "", scheme: str = "smtp") -> Settings:
    return dataclasses.replace(
        settings, mail_url=f"{scheme}://{user}127.0.0.1:{server.port}", mail_from="Community <c@example.com>"
    )


def deliver(settings: Settings, server: MailServer, user: str = "", scheme: str = "smtp") -> None:
    with transport_for(smtp_settings(settings, server, user, scheme)) as transport:
        transport.deliver(MAIL)


def parsed(server: MailServer) -> list[EmailMessage]:
    parser = BytesParser(policy=policy.default)
    return [parser.parsebytes(bytes(envelope.content or b"")) for envelope in server.mails]  # type: ignore[misc]


def test_a_mail_arrives_with_both_parts_and_the_headers_that_programs_look_for(settings: Settings) -> None:
    with smtp_server(with_login=True) as server, transport_for(smtp_settings(settings, server, "us%40er:p%3Aw@")) as transport:
        assert isinstance(transport, SmtpTransport)
        transport.deliver(MAIL)
    envelope, mail = server.mails[0], parsed(server)[0]
    assert (envelope.mail_from, envelope.rcpt_tos) == ("c@example.com", ["mira@example.com"])
    assert server.logins == [("us@er", "p:w")]
    assert (
        mail["From"] == "Community <c@example.com>" and mail["Subject"] == "Wörter" and mail["Message-ID"] == "<one@example.com>"
    )
    assert mail["References"] == mail["In-Reply-To"] == "<thread.7@example.com>"
    assert mail["List-Unsubscribe"] == "<http://c.test/unsubscribe/x>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None and text.get_content().replace("\r\n", "\n") == MAIL.text
    assert html is not None and "<p>Hällo</p>" in html.get_content()
    assert max(len(line) for line in bytes(envelope.content or b"").split(b"\r\n")) <= 998


def test_links_and_ids_for_programs_are_never_encoded_however_long(settings: Settings) -> None:
    url = "http://community.example.com/unsubscribe/" + "WzI3LCJjb21tZW50Il0.VRpZFrbwd-3Tz9YduaEDmy7InuTix30x" * 3
    references = ("thread.7", "answer." + "1234567890." * 12 + "7")
    with smtp_server() as server, transport_for(smtp_settings(settings, server)) as transport:
        transport.deliver(replace(MAIL, unsubscribe_url=url, references=references))
    head = bytes(server.mails[0].content or b"").partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").split(b"\r\n")
    assert f"List-Unsubscribe: <{url}>".encode() in head
    assert b"References: " + b" ".join(f"<{one}@example.com>".encode() for one in references) in head
    assert f"In-Reply-To: <{references[-1]}@example.com>".encode() in head


@pytest.mark.parametrize(
    ("refuse", "is_final"),
    [
        ({"EHLO": "421 closing"}, False), ({"AUTH": "535 wrong password"}, False), ({"MAIL": "451 later"}, False),
        ({"MAIL": "550 not from you"}, False), ({"RCPT": "450 greylisted mira@example.com"}, False),
        ({"RCPT": "550 no such person mira@example.com"}, True), ({"DATA": "452 no room"}, False),
        ({"DATA": "554 spam for mira@example.com"}, True), ({"DATA": HANG_UP}, False), ({"RCPT": HANG_UP}, False),
        ({"EHLO": HANG_UP, "HELO": HANG_UP}, False), ({"RCPT": STALL}, False), ({"DATA": STALL}, False),
    ],
)  # fmt: skip
def test_every_failure_is_an_error_without_the_address_and_only_a_clear_no_is_final(
    settings: Settings, refuse: dict[str, str], is_final: bool
) -> None:
    with smtp_server(with_login=True, refuse=refuse) as server, pytest.raises(MailError) as error:
        deliver(settings, server, "u:p@")
    assert isinstance(error.value, MailRefusedError) is is_final
    assert "mira@example.com" not in str(error.value) and server.mails == []


def test_no_server_at_all_is_an_error(settings: Settings) -> None:
    with smtp_server() as server:
        pass
    with pytest.raises(MailError):
        deliver(settings, server)


# --- encryption -----------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> Iterator[tuple[ssl.SSLContext, Path]]:
    made = make_certificate(tmp_path)
    if made is None:
        pytest.skip("no openssl command here")
    yield made


@pytest.fixture
def trusted(certificate: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """This machine trusts the server's certificate."""
    context = ssl.create_default_context(cafile=str(certificate[1]))
    monkeypatch.setattr(mailer.ssl, "create_default_context", lambda: context)
    return certificate[0]


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is not on this machine, so that a password needs encryption."""
    monkeypatch.setattr(mailer, "_LOOPBACK", frozenset())


@pytest.mark.usefixtures("far_away")
def test_encryption_is_used_where_it_is_offered(settings: Settings, trusted: ssl.SSLContext) -> None:
    with smtp_server(with_login=True, starttls=trusted) as server:
        deliver(settings, server, "u:p@")
    assert server.logins == [("u", "p")] and server.secure == [True]


def test_smtps_is_encrypted_from_the_start(settings: Settings, trusted: ssl.SSLContext) -> None:
    with smtp_server(tls=trusted) as server:
        deliver(settings, server, scheme="smtps")
    assert len(server.mails) == 1


@pytest.mark.usefixtures("far_away")
def test_a_certificate_that_nobody_trusts_gets_neither_mail_nor_password(
    settings: Settings, certificate: tuple[ssl.SSLContext, Path]
) -> None:
    with smtp_server(with_login=True, starttls=certificate[0]) as server, pytest.raises(MailError, match="certificate"):
        deliver(settings, server, "u:p@")
    assert server.mails == [] and server.logins == []
    with smtp_server(tls=certificate[0]) as server, pytest.raises(MailError, match="certificate"):
        deliver(settings, server, scheme="smtps")
    assert server.commands == []


@pytest.mark.usefixtures("far_away")
def test_a_failed_encryption_sends_nothing_in_the_clear(settings: Settings, trusted: ssl.SSLContext) -> None:
    with (
        smtp_server(with_login=True, starttls=trusted, refuse={"STARTTLS": "454 not now"}) as server,
        pytest.raises(MailError),
    ):
        deliver(settings, server, "u:p@")
    assert "STARTTLS" in server.commands and server.logins == [] and server.mails == []


@pytest.mark.usefixtures("far_away")
def test_without_encryption_the_password_stays_here(settings: Settings) -> None:
    with smtp_server(with_login=True) as server, pytest.raises(MailError, match="no encryption"):
        deliver(settings, server, "u:p@")
    assert server.logins == []


# --- the queue ------------------------------------------------------------------------------------------------------


def job() -> Job:
    db.session.rollback()
    return db.session.scalars(sa.select(Job).where(Job.kind == "mail.send")).one()


def count_jobs() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.kind == "mail.send")) or 0


@pytest.mark.parametrize("trouble", ["451 later", HANG_UP, STALL])
def test_a_failed_mail_waits_is_tried_again_and_goes_out_once(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    with smtp_server(refuse={"DATA": trouble}) as server:
        monkeypatch.setitem(app.extensions, "settings", smtp_settings(settings, server))
        answer(make_question(author=make_person()), make_person())
        run_until_idle()
        assert job().attempts == 1 and job().dead_at is None and job().last_error.startswith("Mail") and server.mails == []
        run_until_idle()
        assert job().attempts == 1, "it waits"
        db.session.rollback()
        server.refuse.clear()
        with time_machine.travel(now() + timedelta(minutes=5), tick=False):
            run_until_idle()
        assert len(server.mails) == 1
    assert count_jobs() == 0


def test_both_tries_of_a_mail_have_one_name_so_that_programs_show_it_once(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection may break after the server took the mail."""
    asker = make_person()
    with smtp_server() as server:
        monkeypatch.setitem(app.extensions, "settings", smtp_settings(settings, server))
        post = answer(make_question(author=asker), make_person())
        for _ in range(2):
            run_until_idle()
            with unit_of_work():
                enqueue("mail.send", {"kind": "answer", "person_id": asker.id, "thread_id": post.thread_id, "post_id": post.id})
    first, second = (mail["Message-ID"] for mail in parsed(server)) if len(server.mails) == 2 else ("", "missing")
    assert first == second


@pytest.mark.parametrize("refuse", [{"RCPT": "550 unknown"}, {"DATA": "554 spam"}])
def test_a_clear_no_is_a_dead_letter_at_once_that_can_be_revived(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, refuse: dict[str, str]
) -> None:
    with smtp_server(refuse=dict(refuse)) as server:
        monkeypatch.setitem(app.extensions, "settings", smtp_settings(settings, server))
        answer(make_question(author=make_person()), make_person())
        for _ in range(3):
            run_until_idle()
        tries = [command for command in server.commands if command.startswith(next(iter(refuse)))]
        assert len(tries) == 1
        dead = list_dead()
        assert len(dead) == 1 and dead[0].last_error.startswith("MailRefusedError: ") and "@" not in dead[0].last_error
        dead_id = dead[0].id
        db.session.rollback()
        with time_machine.travel(now() + timedelta(days=30), tick=False):
            run_until_idle()
        assert len([command for command in server.commands if command.startswith(next(iter(refuse)))]) == 1
        server.refuse.clear()
        with unit_of_work():
            assert retry_dead(dead_id)
        run_until_idle()
        assert len(server.mails) == 1


def test_a_server_that_is_never_ready_is_tried_ever_more_rarely_and_then_given_up(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smtp_server(refuse={"MAIL": "451 later"}) as server:
        monkeypatch.setitem(app.extensions, "settings", smtp_settings(settings, server))
        answer(make_question(author=make_person()), make_person())
        for attempt in range(MAX_ATTEMPTS + 3):
            with time_machine.travel(now() + timedelta(hours=2 * attempt), tick=False):
                run_until_idle()
        tries = [command for command in server.commands if re.match("MAIL", command)]
        assert len(tries) == MAX_ATTEMPTS and len(list_dead()) == 1


def test_one_refused_mail_stops_no_other(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with smtp_server(refuse={"RCPT": "550 unknown"}) as server:
        monkeypatch.setitem(app.extensions, "settings", smtp_settings(settings, server))
        answer(make_question(author=make_person()), make_person())
        run_until_idle()
        server.refuse.clear()
        answer(make_question(author=make_person("second")), make_person())
        run_until_idle()
        assert [envelope.rcpt_tos for envelope in server.mails] == [["second@example.com"]]


def test_the_mails_of_one_answer_leave_over_one_connection_each_with_the_link_of_its_reader(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker, ben, eva = make_person("asker"), make_person("ben", language="de"), make_person("eva")
    with smtp_server() as server:
        monkeypatch.setitem(app.extensions, "settings", smtp_settings(settings, server))
        thread = make_question(author=asker, title="Why does it hum?")
        follow(thread, ben)
        follow(thread, eva)
        answer(thread, make_person("ann"), "Clean the intake & prime it.")
        run_until_idle()
    assert [command for command in server.commands if command.startswith("EHLO")] == server.commands[:1]
    mails = {str(mail["To"]).partition("@")[0]: mail for mail in parsed(server)}
    assert sorted(mails) == ["asker", "ben", "eva"]
    assert len({mail["Message-ID"] for mail in mails.values()}) == 3
    said = {name: mail.get_body(("plain",)).get_content() for name, mail in mails.items()}  # type: ignore[union-attr]
    for person in (asker, ben, eva):
        token = str(mails[person.name]["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
        html = mails[person.name].get_body(("html",))
        assert read_unsubscribe_token(str(app.secret_key), token) == (person.id, "answer")
        assert token in said[person.name] and html is not None and token in html.get_content()
        assert "Clean the intake & prime it." in said[person.name] and "token-" not in said[person.name]
    first = {name: text.strip().partition("\n")[0] for name, text in said.items()}
    assert "your question" in first["asker"] and "your question" not in first["eva"] and first["ben"] != first["eva"]


def test_a_server_in_trouble_is_tried_twice_and_the_other_mails_wait_untouched(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smtp_server(refuse={"DATA": HANG_UP}) as server:
        monkeypatch.setitem(app.extensions, "settings", smtp_settings(settings, server))
        thread = make_question(author=make_person())
        for _ in range(3):
            follow(thread, make_person())
        answer(thread, make_person())
        run_batch()
        assert server.commands.count("DATA") == 2
        tried = db.session.scalars(sa.select(Job.attempts).where(Job.kind == "mail.send").order_by(Job.id)).all()
        assert sorted(tried) == [0, 0, 1, 1]
        db.session.rollback()
        server.refuse.clear()
        run_until_idle()
        assert len(server.mails) == 2, "the two others wait"


def test_a_connection_that_ended_between_two_mails_is_opened_again(settings: Settings) -> None:
    with smtp_server() as server, transport_for(smtp_settings(settings, server)) as transport:
        transport.deliver(MAIL)
        assert isinstance(transport, SmtpTransport) and transport._server is not None and transport._server.sock is not None
        transport._server.sock.close()
        transport.deliver(MAIL)
        assert len(server.mails) == 2


@pytest.mark.parametrize("text", ["Ein Wort für jeden.", "按下按钮，然后等待。" * 40, "plain\n.\nFrom here", "x" * 3000])
def test_every_text_arrives_as_it_was_written(settings: Settings, text: str) -> None:
    for is_readable in (False, True):
        mail = BytesParser(policy=policy.default).parsebytes(build_message(replace(MAIL, text=text), settings, is_readable))
        body = mail.get_body(("plain",))  # type: ignore[attr-defined]
        assert body.get_content().replace("\r\n", "\n").rstrip("\n") == text and not mail.defects
    assert all(len(line) <= 998 for line in build_message(replace(MAIL, text=text), settings).split(b"\r\n"))


@pytest.mark.parametrize(
    "words", ["Größe des Ventils", "为什么水泵嗡嗡作响？", "Größe " * 40, "plain " * 40, "x" * 300, "Bcc: no@example.com"]
)
def test_what_people_wrote_is_ascii_in_the_head_and_arrives_as_it_was_written(settings: Settings, words: str) -> None:
    site = dataclasses.replace(settings, site_name="Gemüse, & Brüder", mail_from="forum@example.com")
    raw = build_message(replace(MAIL, subject=f"Re:\r\n {words}\n"), site)
    head, mail = raw.partition(b"\r\n\r\n")[0], BytesParser(policy=policy.default).parsebytes(raw)
    assert head.isascii() and max(map(len, head.split(b"\r\n"))) <= 400
    assert str(mail["Subject"]).split() == f"Re: {words}".split() and mail["Bcc"] is None
    assert mail["From"].addresses[0].display_name == "Gemüse, & Brüder" and not mail.defects
