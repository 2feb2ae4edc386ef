"""Rules of addresses that learn to build an address when they are first asked for one: most never are between two starts.

Werkzeug writes and compiles two functions for each of the three hundred rules while the application is made, a twentieth of the time
to start. Which addresses lead where is not changed.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from app.core.errors import NotFound

Build = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A rule whose two functions that build addresses are each made when first called."""

    def _compile_builder(self, append_unknown: bool = True) -> Build:
        make = super()._compile_builder

        def build(rule: LateRule, **values: Any) -> tuple[str, str]:
            made: Build = make(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", made)
            return made(**values)

        return build


def init_rules(app: Flask) -> None:
    """Let the application make its rules so. To be called before any route is registered.

    An address with slashes too many is none of ours. Werkzeug would lead on from it, to whatever host the request named, and take
    those at its beginning for one.
    """
    app.url_rule_class = LateRule
    app.url_map.merge_slashes = False
    app.before_request(_refuse_slashes)


def _refuse_slashes() -> None:
    if request.environ["PATH_INFO"].startswith("//"):
        raise NotFound


def address_without_slash() -> str:
    """Return the address of a request that led nowhere without the slash at its end, where it is one of ours then; '' otherwise."""
    path = request.path.removesuffix("/")
    if (
        request.routing_exception is None
        or request.method not in ("GET", "HEAD")
        or path in ("", request.path)
        or path.endswith("/")
    ):
        return ""
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return ""
    query = request.query_string.decode("ascii", "replace")
    return f"{quote(path)}?{query}" if query else quote(path)
