"""How the text of a setting becomes its value. Pure but for `hosts`, which may read a file; raises ValueError with words for the operator."""

import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.core.i18n import LANGUAGES

_CRAWLER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,60}")
# Words by which somebody means all crawlers or none: taken for a name, each would silently do nothing.
_NO_CRAWLERS = {"all", "allow", "any", "block", "deny", "disallow", "false", "never", "no", "none", "off", "on", "true", "yes"}
_INDEXNOW_KEY = re.compile(r"[A-Za-z0-9-]{8,128}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(r"[\w.-]+|\[[0-9A-Fa-f:.]+\]")
_LOGO = re.compile(r"(?:/(?!/)|https://[^\s/])\S*")  # the content policy of pages lets no other image load
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
MIN_SECRET = 32
# Keys made by chance have more, whatever they are written in; what somebody typed again and again has fewer.
MIN_SECRET_DIFFERENT = 8
SEARCH_PRIORS = ("votes", "solved", "confirmed", "viewed", "maintained")


def text(raw: str) -> str:
    if _CONTROL.search(raw.strip()):
        raise ValueError("must be one line of text")
    return raw.strip()


def secret(raw: str) -> str:
    key = raw.strip()
    if len(key) < MIN_SECRET or len(set(key)) < MIN_SECRET_DIFFERENT:
        raise ValueError(f"must have at least {MIN_SECRET} characters, and not the same few again and again")
    return key


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
    """Return the address of a whole site: pages link to each other from its root, so that it has no path."""
    parts = _web_address(raw)
    if parts is None or parts.path.strip("/"):
        raise ValueError("must look like https://community.example.com, without a path behind it")
    return raw.strip().rstrip("/")


def web_url(raw: str) -> str:
    if _web_address(raw) is None:
        raise ValueError("must look like https://example.com/path")
    return raw.strip().rstrip("/")


def _web_address(raw: str) -> SplitResult | None:
    """Return the parts of an address on the web that names a host, perhaps a port, and nobody's password; None for all else."""
    try:
        parts = urlsplit(raw.strip())
        parts.port  # noqa: B018 - raises ValueError when it is no port
    except ValueError:
        return None
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    is_plain = parts.scheme in ("http", "https") and _HOST.fullmatch(host) and not _CONTROL.search(raw.strip())
    return parts if is_plain and not re.search(r"[\s?#]", raw.strip()) else None


def logo_url(raw: str) -> str:
    if not _LOGO.fullmatch(raw.strip()):
        raise ValueError("must be a path of this site, like /logo.svg, or look like https://example.com/logo.svg")
    return raw.strip()


def database_url(raw: str) -> str:
    value = raw.strip()
    for prefix in ("postgres://", "postgresql://"):
        if value.startswith(prefix):
            value = "postgresql+psycopg://" + value[len(prefix) :]
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must start with postgresql:// or sqlite:///")
    try:
        make_url(value)
    except (ArgumentError, ValueError):
        raise ValueError("must look like postgresql://user:password@host:5432/name") from None
    return value


def redis_url(raw: str) -> str:
    try:
        is_known = urlsplit(raw.strip()).scheme in ("redis", "rediss") and urlsplit(raw.strip()).port != 0
    except ValueError:
        is_known = False
    if not is_known:
        raise ValueError("must look like redis://127.0.0.1:6379/0")
    return raw.strip()


def sender(raw: str) -> str:
    """Return who mails come from: an address, or a name with an address in angle brackets."""
    if _CONTROL.search(raw.strip()) or not _ADDRESS.fullmatch(parseaddr(raw.strip())[1]):
        raise ValueError("must look like community@example.com or Community <community@example.com>")
    return raw.strip()


def mail_url(raw: str) -> str:
    try:
        parts = urlsplit(raw.strip())
        is_known = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_known = False
    if not is_known:
        raise ValueError("must look like smtp://user:password@mail.example.com:587")
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
    if not named or any(not _CRAWLER.fullmatch(name) or name.casefold() in _NO_CRAWLERS for name in named):
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
