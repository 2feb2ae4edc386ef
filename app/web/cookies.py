"""Sessions in signed cookies: Flask's own, with less ado for each request."""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

from app.web.headers import vary_by


class CookieSessions(SecureCookieSessionInterface):
    """The sessions of one application, whose cookies are written only when something changed in them (SESSION_REFRESH_EACH_REQUEST).

    Flask's make what signs for every request, also for those without a cookie.
    """

    def __init__(self) -> None:
        self._signing: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs with the secret key that the application had at the first request."""
        if self._signing is None:
            self._signing = super().get_signing_serializer(app)
        return self._signing

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a request: an empty one for whoever sends no cookie at all."""
        return super().open_session(app, request) if "HTTP_COOKIE" in request.environ else self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie if something changed in the session, and say that the answer depends on it if it was looked at."""
        if session.modified:
            super().save_session(app, session, response)
        elif session.accessed:
            vary_by(response, "Cookie")
