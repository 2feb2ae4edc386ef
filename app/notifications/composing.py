"""Turning queued mails into words, just before they are sent: everything is loaded, and every right checked, again."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.accounts.models import Person
from app.accounts.queries import find_person, find_person_by_email
from app.accounts.services.tokens import make_confirm_token, make_reset_token
from app.accounts.urls import confirm_path, reset_path
from app.core.clock import now
from app.core.db import db
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.notifications.asking_mail import outcome_mail
from app.notifications.letters import absolute, secret, unsubscribe_address, write_letter
from app.notifications.mailer import Mail
from app.notifications.models import NotificationKind
from app.notifications.news_mail import News
from app.notifications.privacy_mail import PRIVACY_MAILS, erased_mail
from app.notifications.queries import find_notification, refused_kinds
from app.notifications.sentences import KIND_LABELS
from app.notifications.standing_mail import STANDING_MAIL, standing_mail
from app.notifications.targets import load_target
from app.web.context import site_settings

logger = logging.getLogger(__name__)
Payload = dict[str, Any]
Refused = Mapping[int, frozenset[str]]


def compose_all(payloads: Sequence[Payload]) -> list[Mail | Exception | None]:
    """Return the mail of each payload in its reader's language: None when it must not (or need not) be sent any more, an error
    when it could not be made."""
    news, refused = News(payloads), refused_kinds(payload.get("person_id") or 0 for payload in payloads)
    found: list[Mail | Exception | None] = []
    for payload in payloads:
        try:
            found.append(_compose(payload, news, refused))
        except Exception as error:  # one mail that cannot be made stops no other
            db.session.rollback()
            logger.exception("mail.not_made", extra={"kind": payload.get("kind")})
            found.append(error)
    return found


def _compose(payload: Payload, news: News, refused: Refused) -> Mail | None:
    if payload["kind"] == "erased":
        return erased_mail(payload)
    reader = news.people.get(payload["person_id"])
    if reader is None:
        return None
    with speaking(reader.language):
        if payload["kind"] not in _PERSONAL:
            is_refused = not reader.email or reader.banned_at is not None or payload["kind"] in refused[reader.id]
            return None if is_refused else news.mail(reader, payload)
        person = find_person(reader.id)
        return _compose_for(person, payload, refused) if person is not None else None


def _compose_for(person: Person, payload: Payload, refused: Refused) -> Mail | None:
    """Return a mail that is written for one person alone."""
    account = _ACCOUNT_MAILS.get(payload["kind"])
    if account is not None:
        return account(person)
    if payload["kind"] == STANDING_MAIL:
        return standing_mail(person, payload)
    if not person.email or person.is_banned or payload["kind"] in refused[person.id]:
        return None
    if payload["kind"] == NotificationKind.MODERATION:
        return _decision_mail(person, payload)
    if payload["kind"] == NotificationKind.REPORT:
        return _report_mail(person, payload)
    return outcome_mail(person, payload)


def _decision_mail(person: Person, payload: Payload) -> Mail | None:
    line = find_notification(payload["notification_id"], person.id)
    if line is None:
        return None
    thread = load_target(line.thread_id)
    if thread is None or thread.thread is None or not person.as_actor(now()).can_read(thread.thread.category.audience):
        return None
    url = unsubscribe_address(person, line.kind)
    return write_letter(
        person.email or "", _("About your post at %(site_name)s", site_name=site_settings().site_name), "decision",
        {"message_id": f"decision.{line.id}", "references": (f"thread.{line.thread_id}",), "unsubscribe_url": url},
        name=person.display_name, sentence=str(line.text), url=absolute(f"/notifications/{line.id}"), unsubscribe_url=url,
        kind_label=KIND_LABELS[line.kind],
    )  # fmt: skip


def _report_mail(person: Person, payload: Payload) -> Mail | None:
    line = find_notification(payload["notification_id"], person.id)
    if line is None:
        return None
    url = unsubscribe_address(person, line.kind)
    return write_letter(
        person.email or "", _("About your report at %(site_name)s", site_name=site_settings().site_name), "decision",
        {"message_id": f"report.{line.id}", "references": (), "unsubscribe_url": url},
        name=person.display_name, sentence=str(line.text), url=absolute(f"/notifications/{line.id}"), unsubscribe_url=url,
        kind_label=KIND_LABELS[line.kind],
    )  # fmt: skip


def _confirm_mail(person: Person) -> Mail | None:
    """The link for a pending address; when somebody else has confirmed it, a word to that owner instead."""
    if person.pending_email is None:
        return None
    owner = find_person_by_email(person.pending_email)
    site = site_settings().site_name
    if owner is not None and owner.id != person.id:
        with speaking(owner.language):
            return write_letter(
                person.pending_email, _("You already have an account at %(site)s", site=site), "address_taken",
                name=owner.name, url=absolute("/login"), reset_url=absolute("/reset-password"),
            )  # fmt: skip
    link = absolute(confirm_path(make_confirm_token(secret(), person)))
    return write_letter(
        person.pending_email, _("Confirm your address for %(site)s", site=site), "confirm", name=person.name, url=link
    )


def _address_change_mail(person: Person) -> Mail | None:
    if not person.email or person.pending_email is None:
        return None
    subject = _("Your address at %(site_name)s is about to change", site_name=site_settings().site_name)
    return write_letter(person.email, subject, "address_change", name=person.display_name, url=absolute("/settings/account"))


def _reset_mail(person: Person) -> Mail | None:
    if not person.email:
        return None
    link = absolute(reset_path(make_reset_token(secret(), person)))
    return write_letter(
        person.email,
        _("Choose a new password for %(site_name)s", site_name=site_settings().site_name),
        "reset",
        name=person.name,
        url=link,
    )


def _claim_mail(person: Person) -> Mail | None:
    if person.pending_email is None:
        return None
    link = absolute(reset_path(make_reset_token(secret(), person, is_claim=True)))
    return write_letter(
        person.pending_email,
        _("Your account at %(site_name)s", site_name=site_settings().site_name),
        "claim",
        name=person.name,
        url=link,
    )


def _password_changed_mail(person: Person) -> Mail | None:
    if not person.email:
        return None
    subject = _("Your password at %(site_name)s was changed", site_name=site_settings().site_name)
    return write_letter(person.email, subject, "password_changed", name=person.display_name, url=absolute("/reset-password"))


_ACCOUNT_MAILS: dict[str, Callable[[Person], Mail | None]] = {
    **PRIVACY_MAILS,
    "confirm": _confirm_mail,
    "address_change": _address_change_mail,
    "reset": _reset_mail,
    "claim": _claim_mail,
    "password_changed": _password_changed_mail,
}
_PERSONAL = {*_ACCOUNT_MAILS, STANDING_MAIL, NotificationKind.MODERATION, NotificationKind.REPORT, NotificationKind.OUTCOME}
