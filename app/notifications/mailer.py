"""Making mails and handing them over: to an SMTP server, or into a folder. Knows nobody and decides nothing."""

import logging
import secrets
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr, make_msgid, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from app.core.clock import now
from app.core.settings import Settings
from app.core.text import clean_line
from app.jobs.queue import GivenUpError

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 15
_FOR_GOOD = 500  # codes of SMTP from here on: do not try again
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class _WholeLinks(EmailPolicy):
    """Puts headers made of links and ids on lines of their own and never encodes them: an encoded link is no link to programs."""

    def fold(self, name: str, value: str) -> str:
        """Return the lines of a header."""
        if name.lower() not in _FOR_PROGRAMS:
            return str(super().fold(name, value))
        return f"{name}: {f'{self.linesep} '.join(str(value).split())}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the lines of a header as they are sent."""
        if name.lower() not in _FOR_PROGRAMS:
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii", "surrogateescape")


_FOR_PROGRAMS = frozenset({"list-unsubscribe", "references", "in-reply-to"})
_POLICY = _WholeLinks(linesep="\r\n")


class MailError(Exception):
    """A mail could not be handed over; the job is tried again."""


class MailRefusedError(MailError, GivenUpError):
    """The server refused this recipient or this mail for good (5xx): trying again would only annoy it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail before it is put into its format. `message_id` and `references` have no angle brackets; both may be empty."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str = ""
    references: Sequence[str] = ()
    unsubscribe_url: str = ""


def build_message(mail: Mail, settings: Settings, is_readable: bool = False) -> EmailMessage:
    """Return the mail with a text and an HTML part. `is_readable` keeps long lines whole, for people who open the file."""
    name, address = parseaddr(settings.mail_from)
    message = EmailMessage(policy=_POLICY)
    message["From"] = formataddr((name or settings.site_name, address))
    message["To"] = mail.to
    message["Subject"] = clean_line(mail.subject)
    message["Date"] = format_datetime(now())
    domain = address.rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{mail.message_id}@{domain}>" if mail.message_id else make_msgid(domain=domain)
    if mail.references:
        message["References"] = " ".join(f"<{reference}@{domain}>" for reference in mail.references)
        message["In-Reply-To"] = f"<{mail.references[-1]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    encoding = "8bit" if is_readable else None
    message.set_content(mail.text, cte=encoding)
    message.add_alternative(mail.html, subtype="html", cte=encoding)
    return message


class Transport(Protocol):
    """A way out for mails."""

    def deliver(self, mail: Mail) -> None:
        """Hand the mail over; raise when that did not work."""


class FolderTransport:
    """Writes each mail to a file of its own in the instance folder (for trying out, and until MAIL_URL is set)."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings

    def deliver(self, mail: Mail) -> None:
        """Write `<time>-<random>.eml`, readable by the owner only; it appears whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
        unfinished = path.with_suffix(".part")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(build_message(mail, self.settings, is_readable=True).as_bytes())
        unfinished.rename(path)
        logger.info("mail.written", extra={"path": str(path)})


class SmtpTransport:
    """Sends by the server of MAIL_URL: smtps:// with TLS from the start, smtp:// with STARTTLS where it is offered."""

    def __init__(self, url: str, settings: Settings) -> None:
        parts = urlsplit(url)
        self.settings = settings
        self.is_tls = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.port = parts.port or (465 if self.is_tls else 587 if self.user else 25)

    def deliver(self, mail: Mail) -> None:
        """Send one mail within seconds; otherwise raise MailError with the server's words, MailRefusedError when it said no for good.

        A server that refuses our password or sender is one to be mended by the operator: that is worth trying again.
        """
        message = build_message(mail, self.settings)
        sender = parseaddr(self.settings.mail_from)[1]
        try:
            with self._connect() as server:
                server.send_message(message, from_addr=sender, to_addrs=[mail.to])
        except smtplib.SMTPRecipientsRefused as error:
            # Its text holds the address, which belongs into no log and no list of failures.
            codes = [code for code, _words in error.recipients.values()]
            kind = MailRefusedError if min(codes) >= _FOR_GOOD else MailError
            raise kind(f"The mail server refused the recipient ({', '.join(map(str, codes))}).") from None
        except smtplib.SMTPDataError as error:
            kind = MailRefusedError if error.smtp_code >= _FOR_GOOD else MailError
            words = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
            raise kind(f"The mail server did not take the mail: {error.smtp_code} {words.replace(mail.to, '...')}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(f"The mail server did not take the mail: {type(error).__name__}: {error}") from error

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
                    raise MailError("The mail server offers no encryption; the password of MAIL_URL was not sent.")
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
