"""A cookie is read once: what one request changes in a session reaches no other, and it ends when it is too old."""

from datetime import timedelta

from flask import Flask
from flask.sessions import SecureCookieSession

from app.web.cookies import CookieSessions


def _cookie(app: Flask, sessions: CookieSessions, **values: object) -> str:
    signing = sessions.get_signing_serializer(app)
    assert signing is not None
    return str(signing.dumps(values))


def _session(app: Flask, sessions: CookieSessions, cookie: str) -> SecureCookieSession:
    with app.test_request_context("/", headers={"Cookie": f"{sessions.get_cookie_name(app)}={cookie}"}) as context:
        found = sessions.open_session(app, context.request)
    assert found is not None
    return found


def test_what_a_request_changes_is_its_own(app: Flask):
    sessions = CookieSessions()
    cookie = _cookie(app, sessions, name="ada", _flashes=[["info", "Saved."]])
    first = _session(app, sessions, cookie)
    first["_flashes"].append(["info", "Again."])
    first["name"] = "ben"
    assert _session(app, sessions, cookie) == {"name": "ada", "_flashes": [["info", "Saved."]]}


def test_a_cookie_that_was_read_ends_when_it_is_too_old(app: Flask):
    sessions = CookieSessions()
    cookie = _cookie(app, sessions, name="ada")
    assert _session(app, sessions, cookie) == {"name": "ada"}
    lifetime = app.permanent_session_lifetime
    app.permanent_session_lifetime = timedelta(seconds=-1)
    try:
        assert _session(app, sessions, cookie) == {}
    finally:
        app.permanent_session_lifetime = lifetime
