"""Reasons of decisions: how long they may be, and what is asked of those who give none. Pure."""

from app.core.errors import Invalid
from app.core.i18n import lazy_gettext
from app.core.text import clean_line

REASON_MAX = 300
# What is asked for, by who reads it.
FOR_OTHERS = lazy_gettext("Please say why, so that others can follow the decision.")
FOR_THE_LOG = lazy_gettext("Please say why. The log keeps it.")
FOR_THE_PERSON = lazy_gettext("Please say why. The person will read it.")
TOO_LONG = lazy_gettext("Please keep the reason to %(reason_max)s characters.", reason_max=REASON_MAX)


def checked_reason(reason: str, *, is_required: bool = False, ask: str = FOR_OTHERS) -> str:
    """Return the reason on one clean line of at most 300 characters. Raises Invalid("reason") when it is needed and missing."""
    cleaned = clean_line(reason)
    if is_required and not cleaned:
        raise Invalid(ask, field="reason")
    if len(cleaned) > REASON_MAX:
        raise Invalid(TOO_LONG, field="reason")
    return cleaned
