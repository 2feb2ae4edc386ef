"""Mails about what is kept about a person: the copy of it, and erasing the account. No preference switches these off."""

from collections.abc import Callable
from typing import Any

from app.accounts.models import Erasure, Person
from app.accounts.services.tokens import make_erase_token
from app.accounts.urls import erase_path
from app.core.db import db
from app.core.i18n import gettext as _
from app.notifications.letters import absolute, secret, write_letter
from app.notifications.mailer import Mail
from app.web.context import site_settings

_PRIVACY = "/settings/privacy"


def erased_mail(payload: dict[str, Any]) -> Mail | None:
    """Return the last mail, to an address that no account has any more; it stands in the job until the mail is sent."""
    site = site_settings().site_name
    return (
        write_letter(payload["address"], _("Your account at %(site)s is erased", site=site), "erased")
        if payload.get("address")
        else None
    )


def _export_ready_mail(person: Person) -> Mail | None:
    if not person.email:
        return None
    days, site = site_settings().export_days, site_settings().site_name
    return write_letter(
        person.email,
        _("Your data from %(site)s is ready", site=site),
        "export_ready",
        name=person.display_name,
        url=absolute(_PRIVACY),
        days=days,
    )


def _erase_confirm_mail(person: Person) -> Mail | None:
    erasure = db.session.get(Erasure, person.id)
    if not person.email or erasure is None or erasure.due_at is not None:
        return None
    link = absolute(erase_path(make_erase_token(secret(), person, erasure.asked_at)))
    return write_letter(
        person.email, _("Erase your account at %(site_name)s?", site_name=site_settings().site_name), "erase_confirm",
        name=person.display_name, url=link,
        keeps_posts=erasure.keeps_posts,
    )  # fmt: skip


def _erase_planned_mail(person: Person) -> Mail | None:
    erasure = db.session.get(Erasure, person.id)
    if not person.email or erasure is None or erasure.due_at is None:
        return None
    return write_letter(
        person.email, _("Your account at %(site_name)s will be erased", site_name=site_settings().site_name), "erase_planned",
        name=person.display_name,
        url=absolute("/login"), due=erasure.due_at,
    )  # fmt: skip


def _erase_kept_mail(person: Person) -> Mail | None:
    if not person.email:
        return None
    return write_letter(
        person.email, _("Your account at %(site_name)s stays", site_name=site_settings().site_name), "erase_kept", name=person.display_name,
        url=absolute(_PRIVACY),
    )  # fmt: skip


PRIVACY_MAILS: dict[str, Callable[[Person], Mail | None]] = {
    "export_ready": _export_ready_mail,
    "erase_confirm": _erase_confirm_mail,
    "erase_planned": _erase_planned_mail,
    "erase_kept": _erase_kept_mail,
}
