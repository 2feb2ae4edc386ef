"""Several texts one after another, as the language that is spoken puts them: lists, quotations, sentences."""

import re
from collections.abc import Iterable

from app.core.i18n import current_language
from app.core.i18n import gettext as _

_GAP = re.compile(r"([。！？](?:</\w+>)*)\s+")


def listed(texts: Iterable[str]) -> str:
    """Return texts one after another: a, b, c."""
    said = ""
    for text in texts:
        said = _("%(first)s, %(next)s", first=said, next=text) if said else str(text)
    return said


def quoted(texts: Iterable[str]) -> str:
    """Return texts in quotation marks, one after another: “a”, “b”."""
    return listed(_("“%(text)s”", text=text) for text in texts)


def sentences(texts: Iterable[str]) -> str:
    """Return whole sentences one after another; there is no space between Chinese ones."""
    return ("" if current_language() == "zh" else " ").join(map(str, texts))


def run_on(text: str) -> str:
    """Return a paragraph whose sentences stand apart in a template, without the spaces between Chinese ones; markup stays markup."""
    return type(text)(_GAP.sub(r"\1", str(text))) if current_language() == "zh" else text
