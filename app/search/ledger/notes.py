"""What the ledger notes of a search, and what it must forget of it. Pure; knows no request and no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from hashlib import blake2b, sha256
from typing import Any

from app.core.actor import Audience
from app.core.records import Struct, asdict, field
from app.search.models import TEXT_MAX

MOST_SHOWN = 50  # places of the results that are remembered while a session goes on
_PERSONAL = re.compile(
    r"\S*@\S*"  # addresses and account names
    r"|\b(?:https?://|www\.)\S+"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"  # network addresses
    r"|\S*\d{6,}\S*"  # numbers of orders, customers, cards
    r"|\+?\d(?:[\s().\/-]*\d){6,}"  # telephone numbers, however they are grouped
    r"|\b(?=\S*\d)(?=\S*[^\W\d_])[\w-]{20,}",  # keys and tokens
)
_LETTER = re.compile(r"[^\W_]")


class What(StrEnum):
    """What happened: a page of results, a result opened, the page to ask on opened, a thread started, a problem solved."""

    SEARCH = "search"
    CLICK = "click"
    ASK = "ask"
    ASKED = "asked"
    SOLVED = "solved"


class Note(Struct, frozen=True):
    """One thing that happened. `at` is in seconds since 1970; `text` went through `scrub`.

    `visitor` is a keyed hash of the day; `also` the one that the same browser has without an account, if that is another.
    `hold_out` is the share (per cent) that asks without suggestions at this moment.
    `shown` holds for each place of the results, from `offset` on, the keys of the documents shown there.
    """

    what: str
    visitor: str
    at: float
    also: str = ""
    audience: str = Audience.PUBLIC
    is_held_out: bool = False
    hold_out: int = 0
    text: str = ""
    hits: int = 0
    offset: int = 0
    shown: Sequence[Sequence[str]] = field(default=())
    kind: str = ""
    target_id: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the note as JSON takes it; `Note(**...)` reads it back."""
        return asdict(self)


def scrub(text: str) -> str:
    """Return what is kept of the words somebody searched for: lower case, single spaces, at most TEXT_MAX characters.

    Without mail addresses, account names, links, network addresses, numbers of six and more digits, and keys. "" when nothing
    is left.
    """
    text = unicodedata.normalize("NFKC", text[: TEXT_MAX * 4]).lower()[: TEXT_MAX * 4]
    kept = " ".join(_PERSONAL.sub(" ", text).split())
    if len(kept) > TEXT_MAX:
        kept = kept[: TEXT_MAX + 1].rpartition(" ")[0] or kept[:TEXT_MAX]
    return kept if _LETTER.search(kept) else ""


def is_held_out(visitor: str, secret: str, percent: int) -> bool:
    """Return whether the sessions of a visitor's day ask without suggestions: `percent` of 100, the same for the same visitor.

    The share is drawn by a keyed hash, so that nobody can choose a side and nothing needs to be remembered.
    """
    if percent <= 0 or not visitor:
        return False
    drawn = blake2b(b"hold-out|" + visitor.encode(), key=sha256(secret.encode()).digest(), digest_size=8).digest()
    return int.from_bytes(drawn, "big") % 10_000 < percent * 100


def place(shown: Sequence[Sequence[str]], key: str) -> int | None:
    """Return the rank (from 1) at which a document was shown, or None."""
    return next((rank for rank, keys in enumerate(shown, 1) if key in keys), None)


def lay(shown: Sequence[Sequence[str]], page: Sequence[Sequence[str]], offset: int) -> list[list[str]]:
    """Return the places shown so far with one more page of results, at most MOST_SHOWN."""
    laid = [list(keys) for keys in shown]
    laid += [[] for _ in range(offset + len(page) - len(laid))]
    for index, keys in enumerate(page, offset):
        laid[index] = list(keys)
    return laid[:MOST_SHOWN]
