"""Texts in the language of whoever reads them: the languages, their catalogs, and the functions that every text goes through.

Knows no request: app/web/languages says which language a request speaks; jobs, commands and mails say it with `speaking`. Where
nobody says anything, the site's own language is spoken.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import cached_property, lru_cache
from gettext import GNUTranslations
from pathlib import Path

from babel import Locale
from babel.numbers import get_group_symbol
from markupsafe import Markup, escape

TRANSLATIONS = Path(__file__).resolve().parents[1] / "translations"
DOMAIN = "messages"
SOURCE = "en"  # the language that the texts in code and templates are written in
# Code -> (its own name, what HTML calls it).
_NAMES = {"en": ("English", "en"), "de": ("Deutsch", "de"), "zh": ("简体中文", "zh-Hans")}
LANGUAGES = tuple(_NAMES)


class Speech:
    """One language: its catalog and how it writes large numbers. The texts themselves are in `SOURCE`, which needs no catalog."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.name, self.tag = _NAMES.get(code, (code, code))

    @cached_property
    def locale(self) -> Locale:
        """What Babel knows of the language."""
        return Locale.parse(self.code)

    @cached_property
    def separator(self) -> str:
        """What stands between the thousands."""
        return get_group_symbol(self.locale)

    @cached_property
    def _catalog(self) -> GNUTranslations | None:
        if self.code == SOURCE:
            return None
        with (TRANSLATIONS / self.code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
            return GNUTranslations(file)

    def text(self, message: str) -> str:
        """Return the text of a message; the message itself where there is none."""
        catalog = self._catalog
        return message if catalog is None or not message else catalog.gettext(message)

    def text_in(self, context: str, message: str) -> str:
        """Return the text of a message that means different things in different places."""
        catalog = self._catalog
        return message if catalog is None else catalog.pgettext(context, message)

    def form(self, singular: str, plural: str, number: int) -> str:
        """Return the form of a message that goes with a number."""
        catalog = self._catalog
        if catalog is None:
            return singular if number == 1 else plural
        return catalog.ngettext(singular, plural, number)

    @property
    def has_one_form(self) -> bool:
        """Whether nouns look the same beside every number; other languages here have one form for 1 and one for the rest."""
        return self.code == "zh"

    def count(self, number: int) -> str:
        """Return a number with separators between its thousands."""
        if -1000 < number < 1000:
            return str(number)
        return f"{number:,}".replace(",", self.separator)


_speeches: dict[str, Speech] = {}
_site: list[Speech] = []  # what is spoken where nobody chose
_spoken: ContextVar[Speech | None] = ContextVar("speech", default=None)


def speech_of(code: str) -> Speech:
    """Return a language by its code; its catalog is read when a text is asked of it."""
    speech = _speeches.get(code)
    if speech is None:
        if code not in _NAMES:
            raise LookupError(f"There is no language {code!r}.")
        speech = _speeches.setdefault(code, Speech(code))
    return speech


def current_speech() -> Speech:
    """Return the language that is spoken here and now."""
    return _spoken.get() or (_site[0] if _site else speech_of(SOURCE))


def current_language() -> str:
    """Return the code of the language that is spoken here and now."""
    return current_speech().code


def set_site_language(code: str) -> None:
    """Say what is spoken where nobody chose a language."""
    _site[:] = [speech_of(code)]


def speak(code: str | None) -> Token[Speech | None]:
    """Speak a language from now on in this thread (None: the site's); `hush` with what is returned goes back."""
    return _spoken.set(speech_of(code) if code else None)


def hush(token: Token[Speech | None]) -> None:
    """Speak again what was spoken before `speak`."""
    _spoken.reset(token)


@contextmanager
def speaking(code: str | None) -> Iterator[None]:
    """Speak somebody's language inside the block: theirs in a mail to them. None or one that is not known: the site's."""
    token = speak(code if code in _NAMES or code in _speeches else None)
    try:
        yield
    finally:
        hush(token)


def gettext(message: str, **values: object) -> str:
    """Return a text in the language that is spoken; `%(name)s` in it stands for the value of that name.

    Messages are whole sentences in English, and constants: a tool collects them from the code (docs/languages.md). Without values
    a per cent sign stands for itself.
    """
    text = current_speech().text(message)
    return text % values if values else text


def pgettext(context: str, message: str, **values: object) -> str:
    """As gettext, for a word that another language has several words for; `context` tells translators which is meant."""
    text = current_speech().text_in(context, message)
    return text % values if values else text


def ngettext(singular: str, plural: str, number: int, **values: object) -> str:
    """Return the text that goes with a number, which is `%(num)s` in it and is written with separators."""
    speech = current_speech()
    return speech.form(singular, plural, number) % counted(speech, number, values)


def separated(number: int) -> str:
    """Return a number as the language that is spoken writes it: 12,000."""
    return current_speech().count(number)


def counted(speech: Speech, number: int, values: dict[str, object]) -> dict[str, object]:
    """Return the values of a message with a number: `num`, and every other value that is the number, with separators."""
    shown = speech.count(number)
    return {"num": shown} | {name: shown if type(value) is int and value == number else value for name, value in values.items()}


class LazyText(str):
    """A message that is said when it is shown: for tables of labels and fields of forms, which are made once for all languages.

    It is its message (that is what it equals, and what dictionaries know it by) but for `str()`, formatting and templates.
    """

    __slots__ = ("_context", "_message", "_values")
    _message: str
    _context: str
    _values: dict[str, object]

    def __new__(cls, message: str, context: str = "", values: dict[str, object] | None = None) -> "LazyText":
        made = super().__new__(cls, message % values if values else message)
        made._message, made._context, made._values = message, context, values or {}
        return made

    def __str__(self) -> str:
        speech = current_speech()
        text = speech.text_in(self._context, self._message) if self._context else speech.text(self._message)
        if not self._values:
            return text
        return text % {name: speech.count(value) if type(value) is int else value for name, value in self._values.items()}

    def __html__(self) -> Markup:
        return escape(str(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __add__(self, other: str) -> str:
        return str(self) + other

    def __radd__(self, other: str) -> str:
        return other + str(self)

    def __mod__(self, values: object) -> str:
        return str(self) % values

    def lower(self) -> str:
        return str(self).lower()

    def format(self, *values: object, **named: object) -> str:
        return str(self).format(*values, **named)


def lazy_gettext(message: str, **values: object) -> str:
    """Return a message that is said in the language of the moment it is shown; use `str()` before it is stored, joined or sent as JSON.

    Whole numbers among the values are written with separators.
    """
    return LazyText(message, "", values)


def lazy_pgettext(context: str, message: str) -> str:
    """As lazy_gettext, for a word that another language has several words for."""
    return LazyText(message, context)


@lru_cache(maxsize=1)
def language_names() -> tuple[tuple[str, str], ...]:
    """Return code and own name of every language, for choosing one."""
    return tuple((code, name) for code, (name, _tag) in _NAMES.items())
