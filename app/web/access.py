"""Who may call a route at all: exactly one marker on every view (a test checks it). Finer rules live in policies."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import redirect, request
from werkzeug.wrappers import Response

from app.core.actor import Actor
from app.core.errors import Forbidden, NotFound
from app.core.i18n import gettext as _
from app.web.context import current_actor, wants_json
from app.web.errors import kept_texts, out_of_date
from app.web.redirects import login_path

View = TypeVar("View", bound=Callable[..., Any])


def _marker(name: str, is_allowed: Callable[[Actor], bool], is_secret: bool) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = current_actor()
            if is_allowed(actor):
                return view(*args, **kwargs)
            if not actor.is_authenticated:
                return _ask_to_sign_in()
            raise NotFound if is_secret else Forbidden

        guarded.access = name  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def _ask_to_sign_in() -> Response:
    """Lead a visitor to the sign-in page and, after it, back to the page they came from. What they typed is kept."""
    if wants_json():
        raise Forbidden(_("Please sign in first."))
    if request.method == "POST" and kept_texts():
        return out_of_date()
    is_reading = request.method in ("GET", "HEAD")
    back = _asked_path() if is_reading else (request.referrer or "/")
    return redirect(login_path(back), 302 if is_reading else 303)


def _asked_path() -> str:
    """Return path and query of the request (Flask's `full_path` fails on a query that is no UTF-8)."""
    query = request.query_string.decode(errors="replace")
    return f"{request.path}?{query}" if query else request.path


public = _marker("public", lambda actor: True, is_secret=False)
members = _marker("members", lambda actor: actor.is_authenticated, is_secret=False)
staff = _marker("staff", lambda actor: actor.is_staff, is_secret=True)
curators = _marker("curators", lambda actor: actor.is_curator, is_secret=True)
moderators = _marker("moderators", lambda actor: actor.is_moderator, is_secret=True)
admins = _marker("admins", lambda actor: actor.is_admin, is_secret=True)
