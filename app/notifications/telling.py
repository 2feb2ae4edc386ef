"""What a line of somebody's list says: kept as a code with values, and said when it is shown, in the language of whoever reads it.

The sentences themselves are in `sentences` and `decisions`, which say here by which code each of them is kept.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from markupsafe import Markup, escape
from sqlalchemy.types import TypeDecorator

from app.core.i18n import SOURCE, speaking
from app.core.text import shorten

TEXT_MAX = 300
_START = '["'
_tellers: dict[str, Callable[..., str]] = {}
Teller = TypeVar("Teller", bound=Callable[..., str])


def teller(code: str) -> Callable[[Teller], Teller]:
    """Let a function say what is kept under this code; it takes the values, and `title` by name if its sentence has a place for one."""

    def keep(function: Teller) -> Teller:
        _tellers[code] = function
        return function

    return keep


def fill(message: str, **values: object) -> str:
    """Put values into a message. With a link for a title it becomes HTML, and the other values are escaped.

    What an empty title leaves at the end goes: the message is the beginning of a line then.
    """
    if isinstance(values.get("title"), Markup):
        return Markup(message) % values  # noqa: S704 (of our own catalogs)
    text = message % values
    return text if values.get("title", True) else text.strip()


class Saying(str):
    """A sentence by its code and values, which JSON can hold. It is its English text but for `str()`, formatting and templates."""

    __slots__ = ("code", "values")
    code: str
    values: tuple[Any, ...]

    def __new__(cls, code: str, *values: Any) -> "Saying":
        with speaking(SOURCE):
            made = super().__new__(cls, str(_tellers[code](*values)))
        made.code, made.values = code, values
        return made

    def __str__(self) -> str:
        return str(_tellers[self.code](*self.values))

    def __html__(self) -> Markup:
        return escape(str(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def about(self, title: str) -> str:
        """Return the sentence with the title of what it is about, which may be a link, in its place."""
        return _tellers[self.code](*self.values, title=title)


def about(text: str, title: str) -> str:
    """Return a sentence with the title of what it is about in its place; behind it where the sentence has no place for it."""
    if isinstance(text, Saying):
        return text.about(title)
    return fill("%(text)s %(title)s", text=text, title=title)


def pack(text: str) -> str:
    """Return a sentence as it is kept: at most 300 characters, the longest of its values shortened for that."""
    if not isinstance(text, Saying):
        return shorten(text, TEXT_MAX)
    values = list(text.values)
    while len(kept := json.dumps([text.code, *values], ensure_ascii=False, separators=(",", ":"))) > TEXT_MAX:
        longest = max(range(len(values)), key=lambda place: len(values[place]) if isinstance(values[place], str) else 0)
        length = len(values[longest])
        values[longest] = shorten(values[longest], max(length - (len(kept) - TEXT_MAX), length // 2))
    return kept


def unpack(kept: str) -> str:
    """Return what was kept as a sentence; what is none (lines of earlier days) as it stands."""
    if not kept.startswith(_START):
        return kept
    try:
        code, *values = json.loads(kept)
        return Saying(code, *values)
    except (ValueError, TypeError, KeyError):
        return kept


class SayingType(TypeDecorator[str]):
    """The column that keeps sentences."""

    impl = sa.String(TEXT_MAX)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else pack(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else unpack(value)
