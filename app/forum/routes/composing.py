"""What all forms of the write side share: rendering what was typed before a unit of work, and how often one may post."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import request
from werkzeug.wrappers import Response

from app.core.i18n import lazy_gettext
from app.core.markup import MAX_BODY
from app.forum.services.checking import COMMENT_MAX
from app.forum.services.composing import Composed, compose
from app.web.context import site_settings
from app.web.ratelimit import POSTING, limiter

HELD = lazy_gettext("Thank you. A moderator reads it first; until then only you and the moderators see it.")


def compose_typed(source: str) -> Composed:
    """Return a typed post, rendered with the people it mentions. Raises Invalid("body")."""
    return compose(source, own_host=_own_host(), most=MAX_BODY)


def compose_comment(source: str) -> Composed:
    """Return a typed comment, rendered with the people it mentions. Raises Invalid("body")."""
    return compose(source, own_host=_own_host(), is_comment=True, most=COMMENT_MAX)


def _own_host() -> str:
    return urlsplit(site_settings().base_url).netloc


def was_posted(response: Response) -> bool:
    """Whether a request led to something new; previews and refused forms do not use up what one may post."""
    return response.status_code == 303


def limit_posting(view: Callable[..., Any]) -> Callable[..., Any]:
    """Limit how often one may post: only requests that posted something count."""
    limited: Callable[..., Any] = limiter.limit(POSTING, deduct_when=was_posted)(view)
    return limited


def is_asked_for(button: str) -> bool:
    """Whether the form was sent with one of its other buttons (preview, check)."""
    return button in request.form
