"""Several texts one after another, as the language that is spoken puts them: lists, quotations, sentences."""

from collections.abc import Iterable

from app.core.i18n import current_language
from app.core.i18n import gettext as _


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
