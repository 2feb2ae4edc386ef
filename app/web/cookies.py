"""Sessions in signed cookies: Flask's own, with less ado for each request."""

import time
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.web.headers import vary_by

# So many cookies are known, a few hundred bytes each, of those who were here last.
_MOST = 500


class CookieSessions(SecureCookieSessionInterface):
    """The sessions of one application, whose cookies are written only when something changed in them (SESSION_REFRESH_EACH_REQUEST).

    Flask's make what signs for every request, also for those without a cookie, and read a cookie that comes with every page anew.
    """

    def __init__(self) -> None:
        self._signing: URLSafeTimedSerializer | None = None
        self._read = lru_cache(maxsize=_MOST)(self._read_anew)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs with the secret key that the application had at the first request."""
        if self._signing is None:
            self._signing = super().get_signing_serializer(app)
        return self._signing

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a request: an empty one for whoever sends no cookie, or one that we did not sign or that is too old."""
        cookie = request.cookies.get(self.get_cookie_name(app)) if "HTTP_COOKIE" in request.environ else None
        if not cookie:
            return self.session_class()
        try:
            values, signed_at = self._read(app, cookie)
        except BadSignature:
            return self.session_class()
        age = int(time.time()) - signed_at.timestamp()
        if not 0 <= age <= app.permanent_session_lifetime.total_seconds():
            return self.session_class()
        return self.session_class(values if _is_simple(values) else self._read_anew(app, cookie)[0])

    def _read_anew(self, app: Flask, cookie: str) -> tuple[dict[str, Any], datetime]:
        """Return what a cookie holds, and when it was signed. Raises BadSignature for one that we did not sign."""
        signing = self.get_signing_serializer(app)
        if signing is None:
            raise BadSignature("There is no key to sign with.")
        found: tuple[dict[str, Any], datetime] = signing.loads(cookie, return_timestamp=True)
        return found

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie if something changed in the session, and say that the answer depends on it if it was looked at."""
        if session.modified:
            super().save_session(app, session, response)
        elif session.accessed:
            vary_by(response, "Cookie")


def _is_simple(values: dict[str, Any]) -> bool:
    """Whether nothing in a session can change in place, so that requests may have it from one reading."""
    return all(isinstance(value, (str, int)) for value in values.values())
