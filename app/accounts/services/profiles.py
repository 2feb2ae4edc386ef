"""What people say about themselves. The text comes in rendered."""

from urllib.parse import urlsplit

from app.accounts.models import DISPLAY_NAME_MAX, Person
from app.accounts.policies import ensure_can_edit_profile
from app.accounts.queries import get_person_for_update
from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid
from app.core.i18n import LANGUAGES
from app.core.i18n import gettext as _
from app.core.markup import Rendered
from app.core.text import clean_line
from app.core.uow import require_unit_of_work

ABOUT_MAX = 2000
WEBSITE_MAX = 200


def update_profile(actor: Actor, *, person_id: int, display_name: str, about: Rendered, website: str = "") -> Person:
    """Change display name, text and website. Raises NotFound, Forbidden, Invalid by field."""
    require_unit_of_work()
    person = get_person_for_update(person_id)
    ensure_can_edit_profile(actor, person)
    shown = clean_line(display_name) or person.name
    if len(shown) > DISPLAY_NAME_MAX:
        raise Invalid(_("Please use at most %(display_name_max)s characters.", display_name_max=DISPLAY_NAME_MAX), "display_name")
    person.display_name = shown
    person.website = checked_website(website)
    person.about_source = about.source
    person.about_html = str(about.html)
    return person


def choose_language(actor: Actor, *, person_id: int, language: str | None) -> Person:
    """Remember in which language somebody reads and gets mails; None: what their browser asks for. Raises NotFound, Forbidden, Invalid."""
    require_unit_of_work()
    person = get_person_for_update(person_id)
    if actor.id != person.id:
        raise Forbidden(_("Everybody chooses their own language."))
    if language is not None and language not in LANGUAGES:
        raise Invalid(_("Please choose one of the languages in the list."), "language")
    person.language = language
    return person


def checked_website(raw: str) -> str:
    """Return a web address or ""; raise Invalid("website") for anything but http and https."""
    address = clean_line(raw)
    if not address:
        return ""
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if (
        not host
        or "." not in host
        or parts.scheme not in ("http", "https")
        or parts.username
        or " " in address
        or len(address) > WEBSITE_MAX
    ):
        raise Invalid(_("This does not look like a web address. It should read like https://example.com."), "website")
    return address
