"""What belongs to the running request: the actor, the site's settings, the visitor's address."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import cast

from flask import Flask, current_app, g, request

from app.core.actor import ANONYMOUS, Actor
from app.core.settings import Settings

AGENT_MAX = 300


def site_settings() -> Settings:
    """Return the settings of this installation."""
    return cast(Settings, current_app.extensions["settings"])


def current_actor() -> Actor:
    """Return who is asking; a visitor until a sign-in has been recognised."""
    return cast(Actor, g.get("actor", ANONYMOUS))


def set_actor(actor: Actor) -> None:
    """Remember who is asking, for this request only."""
    g.actor = actor


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Let somebody else ask inside the block: for a page that is made for many readers."""
    asking = current_actor()
    g.actor = actor
    try:
        yield
    finally:
        g.actor = asking


def client_address() -> str:
    """Return the address of the connection's other end, or what a *trusted* proxy says it is (TRUSTED_PROXIES)."""
    return request.remote_addr or "unknown"


def address_hash() -> str:
    """Return a keyed hash of the address, for counting what comes from it: nothing that is kept says where somebody is."""
    return _keyed(current_app, f"address|{client_address()}")


def client_agent() -> str:
    """Return the browser's name for itself, cut to a sane length."""
    return request.headers.get("User-Agent", "")[:AGENT_MAX]


def visitor_key(purpose: str, day: date | None = None) -> str:
    """Return a keyed hash of address and browser for one purpose, and with `day` for one day.

    The address itself is never stored; without the secret key the hash cannot be linked to it.
    """
    return visitor_key_of(current_app, purpose, day, client_address(), client_agent())


def visitor_key_of(app: Flask, purpose: str, day: date | None, address: str, agent: str) -> str:
    """As visitor_key, for a request that Flask does not see."""
    return _keyed(app, "|".join((purpose, day.isoformat() if day else "", address, agent)))


def reader_key(purpose: str, day: date) -> str:
    """As visitor_key for visitors; who is signed in is the same reader in every browser, and is not named by the hash either."""
    actor = current_actor()
    if actor.is_authenticated:
        return _keyed(current_app, f"{purpose}|{day.isoformat()}|person {actor.id}")
    return visitor_key(purpose, day)


def _keyed(app: Flask, data: str) -> str:
    return hashlib.blake2b(data.encode(errors="replace"), key=_hash_key(str(app.secret_key)), digest_size=24).hexdigest()


@lru_cache(maxsize=4)
def _hash_key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def wants_json() -> bool:
    """Return whether the client asked for JSON rather than a page; addresses of the API answer nothing else."""
    is_api = request.path.startswith("/api/")
    return is_api or request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
