"""Cleaning of text that people type: one normal form, no control characters. Keeps every visible character. And numbers, as people type them."""

import re
import unicodedata

# Control characters but tab and newline, lone surrogates, and the direction overrides that can disguise a name.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")


def clean_text(value: str) -> str:
    """Return `value` with unified newlines and NFC characters, without control characters."""
    unified = value.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", unified))


def clean_line(value: str) -> str:
    """Return `value` cleaned and on one line, with single spaces."""
    return " ".join(clean_text(value).split())


def width_of(text: str) -> int:
    """Return how much a text says, in letters: a Chinese, Japanese or Korean character counts as two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def shorten(text: str, length: int) -> str:
    """Return `text` cut to at most `length` characters at a word boundary, with an ellipsis when cut."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[length // 2 :] else head).rstrip(" ,.;:") + "…"


def parse_number(raw: str | None, digits: int = 18) -> int | None:
    """Return the whole number that plain digits stand for (18 of them still fit into an id); None for anything else."""
    given = raw or ""
    return int(given) if given.isascii() and given.isdigit() and len(given) <= digits else None
