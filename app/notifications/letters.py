"""What all mails have in common: both parts from their templates, absolute addresses, and the link that stops their kind."""

from typing import Any

from flask import current_app

from app.accounts.models import Person
from app.core.i18n import current_speech
from app.notifications.mailer import Mail
from app.notifications.tokens import make_unsubscribe_token
from app.notifications.urls import unsubscribe_path
from app.web.context import site_settings
from app.web.render import render_text


def absolute(path: str) -> str:
    """Return the address of a path, for readers who are elsewhere."""
    return site_settings().base_url + path


def secret() -> str:
    """Return the key that signs links."""
    return str(current_app.secret_key)


def write_letter(to: str, subject: str, template: str, extra: dict[str, Any] | None = None, **values: Any) -> Mail:
    """Render both parts of a mail from `templates/email/<template>.txt` and `.html`; `extra` are fields of Mail."""
    settings = site_settings()
    common = {
        "site_name": settings.site_name,
        "base_url": settings.base_url,
        "subject": subject,
        "language": current_speech().tag,
        **values,
    }
    common.setdefault("unsubscribe_url", "")
    text = render_text(f"email/{template}.txt", **common)
    html = render_text(f"email/{template}.html", **common)
    return Mail(to=to, subject=subject, text=text, html=html, **(extra or {}))


def unsubscribe_address(person: Person, kind: str) -> str:
    """Return the address that switches a kind of mail off for a person, with one click."""
    return absolute(unsubscribe_path(make_unsubscribe_token(secret(), person.id, kind)))
