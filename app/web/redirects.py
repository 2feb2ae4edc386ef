"""Redirects that never leave the site, and the permanent ones for old addresses."""

import re
from urllib.parse import urlencode, urlsplit

from flask import redirect, request
from werkzeug.wrappers import Response

# An address of this site in letters that mean the same everywhere: what nearly all are.
_PLAIN = re.compile(r"/(?:[\w-][\w.~/-]*)?", re.ASCII)


def local_path(target: str | None, default: str = "/") -> str:
    """Return `target` as a path on this site, or `default` for anything that could lead elsewhere."""
    if not target:
        return default
    try:
        parts = urlsplit(target)
    except ValueError:  # "http://[" and the like
        return default
    if (parts.scheme or parts.netloc) and (parts.netloc != request.host or parts.scheme not in ("http", "https")):
        return default
    path = parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    unsafe = not path.startswith("/") or path.startswith(("//", "/\\")) or any(ord(c) < 32 or c == "\\" for c in path)
    return default if unsafe else path


def login_path(back: str) -> str:
    """Return the sign-in page that leads back to `back`."""
    if _PLAIN.fullmatch(back):
        return f"/login?next={back}"
    return "/login?" + urlencode({"next": local_path(back)}, safe="/")


def see_other(path: str) -> Response:
    """Answer a POST: look at `path` next."""
    return redirect(path, 303)


def moved(path: str) -> Response:
    """Answer for an old address: it is `path` for good."""
    return redirect(path, 301)
