"""Rules for mail addresses: one spelling for each, nothing that could break a mail's head. Knows no database."""

import re
from collections.abc import Collection

from app.accounts.models import EMAIL_MAX
from app.core.errors import Invalid
from app.core.i18n import lazy_gettext
from app.core.text import clean_line

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_PROBLEM = lazy_gettext("This does not look like a mail address. It should read like name@example.com.")
_THROWN_AWAY = lazy_gettext("Please use an address that you keep: mail to this one is thrown away after a while.")


def normal_address(raw: str) -> str:
    """Return an address in the form it is stored and compared in; not checked. For looking people up."""
    local, at, domain = clean_line(raw).rpartition("@")
    return f"{local}{at}{_ascii_domain(domain)}".lower()


def checked_address(raw: str, field: str = "email", blocked: Collection[str] = ()) -> str:
    """Return an address in its stored form; raise Invalid(field) for anything that is none.

    Letters beyond ASCII are possible in the domain (kept in its ASCII form) and not before the @. `blocked`: hosts of throw-away mail,
    whose sub-domains are refused as well.
    """
    address = normal_address(raw)
    local, at, domain = address.rpartition("@")
    labels = domain.split(".")
    is_domain = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
    if not at or len(address) > EMAIL_MAX or len(local) > 64 or not _LOCAL.fullmatch(local) or not is_domain:
        raise Invalid(_PROBLEM, field)
    if any(".".join(labels[start:]) in blocked for start in range(len(labels))):
        raise Invalid(_THROWN_AWAY, field)
    return address


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
