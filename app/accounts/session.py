"""Glue to Flask-Login: a sign-in is a row, the cookie holds its random token, and signing out deletes the row."""

import hashlib
import secrets
from datetime import timedelta
from typing import cast

import sqlalchemy as sa
from flask import Flask, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.accounts.agents import describe_agent
from app.accounts.models import Person, PersonSession
from app.accounts.policies import ensure_let_in
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import UTCDateTime, db
from app.core.settings import Settings
from app.core.uow import require_unit_of_work, unit_of_work
from app.web.context import client_agent, set_actor, site_settings
from app.web.languages import speak_to

login_manager = LoginManager()
# Sessions are looked up by the hash of the token; Flask-Login's own protection by address and agent adds nothing.
login_manager.session_protection = None


# Asked for every request of everybody who is signed in: built once.
_SIGNED_IN = (
    sa.select(Person)
    .join(PersonSession, PersonSession.person_id == Person.id)
    .where(
        PersonSession.token_hash == sa.bindparam("token_hash"),
        PersonSession.expires_at > sa.bindparam("moment", type_=UTCDateTime),
        Person.banned_at.is_(None),
    )
)


class SignedIn(UserMixin):
    """A recognised sign-in: the token from the cookie and the person behind it."""

    def __init__(self, token: str, person: Person) -> None:
        self.token = token
        self.person = person

    def get_id(self) -> str:
        return self.token


def hash_token(token: str) -> str:
    """Return what the table keeps of a session token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


@login_manager.user_loader
def load_signed_in(token: str) -> SignedIn | None:
    """Return the sign-in of a cookie, or None when it was ended or has expired."""
    person = db.session.scalar(_SIGNED_IN, {"token_hash": hash_token(token), "moment": now()})
    return SignedIn(token, person) if person else None


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
    login_user(SignedIn(token, person))
    set_actor(_actor_of(person))


def _actor_of(person: Person) -> Actor:
    return person.as_actor(now(), needs_address=site_settings().mail_confirmation == "required")


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


def current_person() -> Person | None:
    """Return the row of who is signed in (for reading; load it for update before changing it)."""
    return cast(SignedIn, current_user).person if current_user.is_authenticated else None


def recognise_actor() -> None:
    """Before each request: find out who is asking. Static files need not know."""
    if request.endpoint == "assets.serve" or (request.endpoint is None and request.path.startswith("/assets/")):
        return
    person = current_person()
    if person is not None:
        set_actor(_actor_of(person))
        speak_to(person.language)
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
    login_manager.init_app(app)
    app.before_request(recognise_actor)
