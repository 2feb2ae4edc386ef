"""Numbers of threads as people type them. Pure."""

import re

from app.core.text import parse_number

_ADDRESS = re.compile(r"/(?:questions|discussions)/([0-9]{1,18})(?:[/?#]|$)")


def parse_thread_number(raw: str) -> int | None:
    """Return the number of a thread that somebody typed: `12`, `#12`, or its address with or without the site; None for others."""
    if "/" in raw:
        found = _ADDRESS.search(raw)
        return int(found[1]) if found else None
    return parse_number(raw.removeprefix("#"))
