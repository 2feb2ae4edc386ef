"""Glue to Flask-Login: a sign-in is a row, the cookie holds its random token, and signing out deletes the row."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, Response, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.accounts.agents import describe_agent
from app.accounts.models import Person, PersonSession, actor_of
from app.accounts.policies import ensure_let_in
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import UTCDateTime, db, read
from app.core.settings import Settings
from app.core.uow import require_unit_of_work, unit_of_work
from app.web.context import client_agent, set_actor, site_settings
from app.web.cookies import CookieSessions
from app.web.languages import speak_to


class _QuickManager(LoginManager):
    """The extension, which works out address and agent of everybody to protect a session by them, and looks in each answer for a
    cookie that signs in again. Here sessions are looked up by the hash of the token, and no other cookie is given."""

    def _session_protection_failed(self) -> bool:
        return False

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


login_manager = _QuickManager()


# What makes an actor, and the language that they chose.
_COLUMNS = (
    Person.id, Person.name, Person.display_name, Person.role, Person.trust, Person.level, Person.suspended_until, Person.muted_until,
    Person.banned_at, Person.warned_at, Person.email, Person.pending_email, Person.language,
)  # fmt: skip
_read_along: dict[str, sa.ScalarSelect[int]] = {}


class SignedIn(UserMixin):
    """A recognised sign-in: the token from the cookie, the actor behind it, their language, and what was read along."""

    def __init__(self, token: str, actor: Actor, language: str | None, along: dict[str, int]) -> None:
        self.token, self.actor, self.language, self.along = token, actor, language, along

    def get_id(self) -> str:
        return self.token


def read_along(name: str, figure: sa.ScalarSelect[int], alone: Callable[[Actor], int]) -> Callable[[Actor], int]:
    """Return a provider of a figure that every page shows: read in one statement with who is signed in.

    `figure` depends on Person alone (`correlate`). `alone` reads it by itself: for others, and where the request may have changed it.
    """
    _read_along[name] = figure
    _signed_in.cache_clear()

    def figure_of(actor: Actor) -> int:
        signed_in: SignedIn | None = g.get("signed_in")
        if signed_in is None or signed_in.actor is not actor or name not in signed_in.along:
            return alone(actor)
        return signed_in.along[name]

    return figure_of


@lru_cache(maxsize=2)
def _signed_in(*, with_figures: bool) -> sa.Select[*tuple[Any, ...]]:
    """Return what is asked for every request of everybody who is signed in."""
    figures = _read_along.items() if with_figures else ()
    return (
        sa.select(*_COLUMNS, *(figure.label(name) for name, figure in figures))
        .join_from(PersonSession, Person, PersonSession.person_id == Person.id)
        .where(
            PersonSession.token_hash == sa.bindparam("token_hash"),
            PersonSession.expires_at > sa.bindparam("moment", type_=UTCDateTime),
            Person.banned_at.is_(None),
        )
    )


def hash_token(token: str) -> str:
    """Return what the table keeps of a session token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


@login_manager.user_loader
def load_signed_in(token: str) -> SignedIn | None:
    """Return the sign-in of a cookie, or None when it was ended or has expired. Everything is as it is now, without the ORM.

    Figures are read along by requests that only look: others may change them, and mostly lead on to a page.
    """
    moment, is_looking = now(), request.method in ("GET", "HEAD")
    row: Any = read(_signed_in(with_figures=is_looking), {"token_hash": hash_token(token), "moment": moment}).first()
    if row is None:
        return None
    along = dict(zip(_read_along, row[len(_COLUMNS) :], strict=True)) if is_looking else {}
    return SignedIn(token, actor_of(row, moment, _needs_address()), row.language, along)


def start_session(person: Person) -> None:
    """Sign `person` in on this browser: a new token every time, nothing of the old session is kept.

    Raises NotLetIn for somebody who is banned. `person` is locked by the caller, so a ban at this moment is seen here or ends this.
    """
    require_unit_of_work()
    ensure_let_in(person)
    token = secrets.token_urlsafe(32)
    expires = now() + timedelta(days=site_settings().session_days)
    db.session.add(
        PersonSession(token_hash=hash_token(token), person_id=person.id, expires_at=expires, agent=describe_agent(client_agent()))
    )
    db.session.flush()
    session.clear()
    session.permanent = True
    actor = person.as_actor(now(), _needs_address())
    login_user(SignedIn(token, actor, person.language, {}))
    set_actor(actor)


def _needs_address() -> bool:
    return site_settings().mail_confirmation == "required"


def end_session() -> None:
    """Sign out here: the row is deleted, so that the old cookie is worthless."""
    require_unit_of_work()
    if current_user.is_authenticated:
        db.session.execute(sa.delete(PersonSession).where(PersonSession.token_hash == hash_token(current_user.get_id())))
    logout_user()
    session.clear()


def end_all_sessions(person_id: int, keep_current: bool = False) -> None:
    """Sign a person out everywhere, or everywhere but here."""
    require_unit_of_work()
    statement = sa.delete(PersonSession).where(PersonSession.person_id == person_id)
    if keep_current and current_user.is_authenticated:
        statement = statement.where(PersonSession.token_hash != hash_token(current_user.get_id()))
    db.session.execute(statement)


def current_session_hash() -> str:
    """Return what the table keeps of this browser's sign-in, or "" for visitors."""
    return hash_token(current_user.get_id()) if current_user.is_authenticated else ""


def recognise_actor() -> None:
    """Before each request: find out who is asking. Static files need not know."""
    if request.endpoint == "assets.serve" or (request.endpoint is None and request.path.startswith("/assets/")):
        return
    if session and current_user.is_authenticated:
        signed_in = cast(SignedIn, current_user._get_current_object())
        g.signed_in = signed_in
        set_actor(signed_in.actor)
        speak_to(signed_in.language)
        g.is_personal = True


def delete_expired_sessions(_payloads: list[dict[str, object]]) -> None:
    """Job `accounts.expire_sessions`: remove ended sign-ins from the table."""
    with unit_of_work():
        db.session.execute(sa.delete(PersonSession).where(PersonSession.expires_at <= now()))


def init_sessions(app: Flask, settings: Settings) -> None:
    """Configure the session cookie and recognise people before each request."""
    app.config.update(
        SESSION_COOKIE_NAME="threadwell",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.session_days),
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.session_interface = CookieSessions()
    login_manager.init_app(app, add_context_processor=False)  # templates have the actor
    app.before_request(recognise_actor)
