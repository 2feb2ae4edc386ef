"""Placeholders of canned answers: `{asker}`, `{staff}` and `{title}` become what they stand for. Pure; other braces stay."""

import re

from app.core.i18n import lazy_pgettext
from app.core.records import Struct

NAMES = ("asker", "staff", "title")
NOBODY = lazy_pgettext("Hello …", "there")
"""What stands for an asker who has left: 'Hello there'."""

_PLACEHOLDER = re.compile(r"\{ ?(asker|staff|title) ?\}", re.IGNORECASE)


class Values(Struct, frozen=True):
    """What the placeholders stand for at one question."""

    asker: str
    staff: str
    title: str


def fill(text: str, values: Values) -> str:
    """Return the text with its placeholders replaced once; what was put in is not read again."""
    return _PLACEHOLDER.sub(lambda found: getattr(values, found[1].lower()) or str(NOBODY), text)


def append_text(typed: str, addition: str) -> str:
    """Return what was typed with a text added as a paragraph of its own; what was typed is never lost."""
    return f"{typed.rstrip()}\n\n{addition.strip()}" if typed.strip() else addition.strip()
