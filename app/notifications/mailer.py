"""Making mails and handing them over: to an SMTP server, or into a folder. Knows nobody and decides nothing."""

import contextlib
import logging
import os
import re
import secrets
import smtplib
import ssl
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from email.header import Header
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr, make_msgid, parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

from app.core.clock import now
from app.core.records import Struct
from app.core.settings import Settings
from app.core.text import clean_line
from app.jobs.queue import GivenUpError

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 15
_FOR_GOOD = 500  # codes of SMTP from here on: do not try again
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


_EOL = "\r\n"
_HEADERS = EmailPolicy(linesep=_EOL)
_LONGEST_LINE = 998  # bytes in a line of a mail at most; texts with longer ones, or letters beyond ASCII, are encoded
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]{3,250}")  # needs neither encoding nor folding


class MailError(Exception):
    """A mail could not be handed over; the job is tried again."""


class MailServerError(MailError):
    """The server itself is in trouble: it is away, says nothing, or takes mails from nobody."""


class MailRefusedError(MailError, GivenUpError):
    """The server refused this recipient or this mail for good (5xx): trying again would only annoy it."""


class Mail(Struct, frozen=True):
    """A mail before it is put into its format. `message_id` and `references` have no angle brackets; both may be empty."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str = ""
    references: Sequence[str] = ()
    unsubscribe_url: str = ""


def _addressed(name: str, value: str) -> str:
    """Return a header of names and addresses, in encoded words and on several lines where that is needed."""
    return str(_HEADERS.header_factory(name, value).fold(policy=_HEADERS))


@lru_cache(maxsize=256)
def _subject(text: str) -> str:
    """Return the header of a subject, likewise. (What writes addresses loses spaces between long words beyond ASCII.)"""
    return f"Subject: {Header(text, header_name='Subject').encode(linesep=_EOL)}{_EOL}"


@lru_cache(maxsize=4)
def _sender(mail_from: str, site_name: str) -> tuple[str, str, str]:
    """Return the From header, and the address and the domain that mails come from."""
    name, address = parseaddr(mail_from)
    return _addressed("From", formataddr((name or site_name, address))), address, address.rpartition("@")[2] or "localhost"


def _headers(mail: Mail, settings: Settings) -> Iterator[str]:
    """Yield the headers, each with the end of its line. Links and ids are never encoded: an encoded link is no link to programs."""
    sender, _address, domain = _sender(settings.mail_from, settings.site_name)
    yield sender
    yield f"To: {mail.to}{_EOL}" if _ADDRESS.fullmatch(mail.to) else _addressed("To", clean_line(mail.to))
    yield _subject(clean_line(mail.subject))
    yield f"Date: {format_datetime(now())}{_EOL}"
    yield f"Message-ID: {f'<{mail.message_id}@{domain}>' if mail.message_id else make_msgid(domain=domain)}{_EOL}"
    if mail.references:
        yield f"References: {f'{_EOL} '.join(f'<{reference}@{domain}>' for reference in mail.references)}{_EOL}"
        yield f"In-Reply-To: <{mail.references[-1]}@{domain}>{_EOL}"
    yield f"Auto-Submitted: auto-generated{_EOL}"
    if mail.unsubscribe_url:
        yield f"List-Unsubscribe: <{mail.unsubscribe_url}>{_EOL}"
        yield f"List-Unsubscribe-Post: List-Unsubscribe=One-Click{_EOL}"
    yield f"MIME-Version: 1.0{_EOL}"


def _part(subtype: str, text: str, is_readable: bool) -> bytes:
    """Return one part of a mail with its own headers, in the simplest encoding that carries it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    content = lines.replace("\n", _EOL).encode(errors="replace")
    if is_readable:
        encoding = "8bit"
    elif content.isascii() and max(map(len, content.split(b"\r\n"))) <= _LONGEST_LINE:
        encoding = "7bit"
    else:
        in_words = b2a_qp(content), encodebytes(content).replace(b"\n", b"\r\n")
        encoding, content = ("quoted-printable", in_words[0]) if len(in_words[0]) <= len(in_words[1]) else ("base64", in_words[1])
    head = f'Content-Type: text/{subtype}; charset="utf-8"{_EOL}Content-Transfer-Encoding: {encoding}{_EOL}{_EOL}'
    return head.encode() + content + _EOL.encode()


def build_message(mail: Mail, settings: Settings, is_readable: bool = False) -> bytes:
    """Return the mail with a text and an HTML part. `is_readable` keeps long lines whole, for people who open the file.

    Put together here, because Python's own classes for mails take as much time as everything else that a mail needs.
    """
    boundary = f"=_{secrets.token_hex(12)}"  # "=_" is in nothing that is encoded
    between = f"--{boundary}{_EOL}".encode()
    head = "".join(_headers(mail, settings)) + f'Content-Type: multipart/alternative; boundary="{boundary}"{_EOL}{_EOL}'
    parts = between + _part("plain", mail.text, is_readable) + between + _part("html", mail.html, is_readable)
    return head.encode(errors="replace") + parts + f"--{boundary}--{_EOL}".encode()


class Transport(Protocol):
    """A way out for mails, open until the end of a `with` block."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_error: object) -> None: ...

    def deliver(self, mail: Mail) -> None:
        """Hand the mail over; raise when that did not work."""


class FolderTransport:
    """Writes each mail to a file of its own in the instance folder (for trying out, and until MAIL_URL is set)."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def __exit__(self, *_error: object) -> None:
        return

    def deliver(self, mail: Mail) -> None:
        """Write `<time>-<random>.eml`, readable by the owner only; it appears whole or not at all."""
        path = f"{self.folder}/{now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
        unfinished = f"{path}.part"
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(build_message(mail, self.settings, is_readable=True))
        os.rename(unfinished, path)
        logger.info("mail.written", extra={"path": path})


class SmtpTransport:
    """Sends by the server of MAIL_URL: smtps:// with TLS from the start, smtp:// with STARTTLS where it is offered.

    Mails go over one connection, as long as it holds.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        parts = urlsplit(url)
        self.settings = settings
        self.is_tls = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.port = parts.port or (465 if self.is_tls else 587 if self.user else 25)
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def deliver(self, mail: Mail) -> None:
        """Send one mail within seconds; otherwise raise MailError with the server's words, MailRefusedError when it said no for good.

        A server that refuses our password or sender is one to be mended by the operator: that is worth trying again.
        """
        message = build_message(mail, self.settings)
        try:
            self._send(mail.to, message)
        except smtplib.SMTPRecipientsRefused as error:
            # Its text holds the address, which belongs into no log and no list of failures.
            codes = [code for code, _words in error.recipients.values()]
            kind = MailRefusedError if min(codes) >= _FOR_GOOD else MailError
            raise kind(f"The mail server refused the recipient ({', '.join(map(str, codes))}).") from None
        except smtplib.SMTPDataError as error:
            kind = MailRefusedError if error.smtp_code >= _FOR_GOOD else MailError
            words = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
            raise kind(f"The mail server did not take the mail: {error.smtp_code} {words.replace(mail.to, '...')}") from None
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            self._hang_up()
            raise MailServerError(f"The mail server did not take the mail: {type(error).__name__}: {error}") from error

    def _send(self, to: str, message: bytes) -> None:
        """Send over the connection that is open. A server may have ended that after so many mails: then over a new one."""
        sender = _sender(self.settings.mail_from, self.settings.site_name)[1]
        if self._server is not None:
            try:
                self._server.sendmail(sender, [to], message)
                return
            except (smtplib.SMTPServerDisconnected, smtplib.SMTPSenderRefused):
                self._hang_up()
        self._server = self._connect()
        self._server.sendmail(sender, [to], message)

    def _hang_up(self) -> None:
        """Forget the connection without a word: nobody knows its state."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.is_tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            server.ehlo_or_helo_if_needed()
            is_safe = self.is_tls or self.host in _LOOPBACK
            if not is_safe and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
                is_safe = True
            if self.user:
                if not is_safe:
                    raise MailServerError("The mail server offers no encryption; the password of MAIL_URL was not sent.")
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def mail_folder(settings: Settings) -> Path:
    """Return where mails go while no MAIL_URL is set."""
    return settings.instance_path / "mail"


def transport_for(settings: Settings) -> Transport:
    """Return the way out that the settings choose."""
    if settings.mail_url:
        return SmtpTransport(settings.mail_url, settings)
    return FolderTransport(mail_folder(settings), settings)
