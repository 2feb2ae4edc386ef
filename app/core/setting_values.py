"""How the text of a setting becomes its value. Pure but for `hosts`, which may read a file; raises ValueError with words for the operator."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.core.i18n import LANGUAGES

_CRAWLER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,60}")
_INDEXNOW_KEY = re.compile(r"[A-Za-z0-9-]{8,128}")
SEARCH_PRIORS = ("votes", "solved", "confirmed", "viewed", "maintained")


def text(raw: str) -> str:
    return raw.strip()


def integer(low: int, high: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        text = raw.strip()
        if not text.isascii() or not text.isdigit() or len(text) > 9 or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def decimal(raw: str) -> float:
    try:
        value = float(raw)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1_000_000:
        raise ValueError("must be a number from 0")
    return value


def choice(*allowed: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw.strip() not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return raw.strip()

    return parse


def checked(read: Callable[[str], object]) -> Callable[[str], str]:
    """Keep a text as it is typed, if `read` can make sense of it."""

    def parse(raw: str) -> str:
        read(raw)
        return raw.strip()

    return parse


def site_url(raw: str) -> str:
    parts = urlsplit(raw.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("must look like https://community.example.com")
    return raw.strip().rstrip("/")


def database_url(raw: str) -> str:
    value = raw.strip()
    for prefix in ("postgres://", "postgresql://"):
        if value.startswith(prefix):
            value = "postgresql+psycopg://" + value[len(prefix) :]
    if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must start with postgresql:// or sqlite:///")
    return value


def redis_url(raw: str) -> str:
    if urlsplit(raw.strip()).scheme not in ("redis", "rediss"):
        raise ValueError("must look like redis://127.0.0.1:6379/0")
    return raw.strip()


def mail_url(raw: str) -> str:
    parts = urlsplit(raw.strip())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("must look like smtp://user:password@mail.example.com:587")
    parts.port  # noqa: B018 - raises ValueError when it is no port
    return raw.strip()


def zone(raw: str) -> ZoneInfo:
    try:
        return ZoneInfo(raw.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("must be the name of a time zone, like Europe/Berlin or UTC") from error


def reminder_days(raw: str) -> tuple[int, ...]:
    parts = [] if raw.strip() == "off" else raw.split(",")
    days = tuple(int(part) if part.strip().isascii() and part.strip().isdigit() else 0 for part in parts)
    if len(days) > 2 or any(not 1 <= day <= 90 for day in days) or sorted(set(days)) != list(days):
        raise ValueError("must be off, or one or two rising numbers of days from 1 to 90, like 2,7")
    return days


def quiet_hours(raw: str) -> tuple[int, int] | None:
    if raw.strip() == "off":
        return None
    hours = [int(part) if part.strip().isascii() and part.strip().isdigit() else 24 for part in raw.split("-")]
    if len(hours) != 2 or max(hours) > 23 or hours[0] == hours[1]:
        raise ValueError("must be off, or two hours from 0 to 23, like 21-8")
    return hours[0], hours[1]


def search_priors(raw: str) -> tuple[str, ...]:
    named = () if raw.strip() == "off" else tuple(part.strip() for part in raw.split(","))
    if not set(named) <= set(SEARCH_PRIORS):
        raise ValueError(f"must be off, or some of {', '.join(SEARCH_PRIORS)} with commas between them")
    return tuple(name for name in SEARCH_PRIORS if name in named)


def languages(raw: str) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(part.strip() for part in raw.split(",") if part.strip()))
    if not named or not set(named) <= set(LANGUAGES):
        raise ValueError(f"must be some of {', '.join(LANGUAGES)} with commas between them")
    return named


def crawlers(raw: str) -> tuple[str, ...]:
    """Return which crawlers are kept out: () none, ("all",) all known ones, or purposes and names in the order given."""
    named = tuple(dict.fromkeys(part.strip() for part in raw.split(",") if part.strip()))
    if named in (("allow",), ("disallow",)):
        return ("all",) if named == ("disallow",) else ()
    if not named or any(not _CRAWLER.fullmatch(name) or name in ("allow", "disallow") for name in named):
        raise ValueError("must be allow, disallow, or purposes (training, search, assistants) and names with commas between them")
    return named


def indexnow_key(raw: str) -> str:
    if not _INDEXNOW_KEY.fullmatch(raw.strip()):
        raise ValueError("must be 8 to 128 letters, digits and dashes")
    return raw.strip()


def alternatives(raw: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in raw.split("|") if part.strip())


def links(raw: str) -> tuple[tuple[str, str], ...]:
    """Return (label, address) pairs from `Label=address` with | between them; addresses are paths of this site or on the web."""
    pairs = []
    for part in alternatives(raw):
        label, _equals, address = (side.strip() for side in part.partition("="))
        if not label or not re.fullmatch(r"(?:/(?!/)|https?://[^\s/]|mailto:[^\s])\S*", address):
            raise ValueError(f"has {part[:80]!r}, which is not like Imprint=/imprint or Imprint=https://example.com/imprint")
        pairs.append((label, address))
    return tuple(pairs)


def hosts(raw: str) -> frozenset[str]:
    """Return hosts in lower case and their ASCII form, from the setting itself or from the lines of a file (# begins a remark)."""
    text = raw.strip()
    if text.startswith(("/", "./", "../")):
        try:
            text = Path(text).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"cannot read the file {text}") from error
    lines = (line.partition("#")[0] for line in text.replace(",", "\n").splitlines())
    return frozenset(_ascii_host(line.strip().strip(".")) for line in lines if line.strip())


def _ascii_host(host: str) -> str:
    try:
        found = host.lower().encode("idna").decode("ascii")
    except UnicodeError:
        found = ""
    if "." not in found or not found.replace(".", "").replace("-", "").isalnum():
        raise ValueError(f"has {host[:80]!r}, which is no host like mail.example.com")
    return found
