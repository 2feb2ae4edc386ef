"""Limits on how often something may be done: by address, and by person where there is one. In memory, or shared in Redis."""

from flask import Flask
from flask_limiter import Limiter
from limits import parse_many

from app.core.errors import TooMany
from app.core.settings import Settings
from app.web.context import address_hash, current_actor

SIGN_IN = "10 per minute; 60 per hour"
SIGN_UP = "6 per minute; 20 per hour"
RESET = "5 per minute; 20 per hour"
POSTING = "6 per minute; 60 per hour; 200 per day"
REACTING = "60 per minute"
UPLOADING = "20 per minute; 100 per day"
PER_ACCOUNT = "20 per 15 minutes; 60 per day"
PER_RECIPIENT = "4 per 15 minutes; 10 per day"
FEEDBACK = "10 per minute; 60 per hour"
TYPING = "120 per minute"
SEARCHING = "120 per minute"


def actor_key() -> str:
    """Return the person's id, or a hash of the address of a visitor. Headers that a client can forge are not looked at."""
    actor = current_actor()
    return f"person:{actor.id}" if actor.is_authenticated else f"address:{address_hash()}"


def address_key() -> str:
    """Return a hash of the address, whoever is signed in."""
    return f"address:{address_hash()}"


class _ViewLimiter(Limiter):
    """Limits views alone, each of which asks when it is called. Limits of the whole site, for which the extension looks before every
    request, are none of ours: `init_ratelimit` sets none."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = _ViewLimiter(key_func=actor_key, strategy="moving-window", headers_enabled=False)


def init_ratelimit(app: Flask, settings: Settings) -> None:
    """Count in Redis when there is one, in memory otherwise."""
    app.config.update(
        RATELIMIT_ENABLED=True,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(settings.redis_url),
    )
    limiter.init_app(app)
    limiter.enabled = settings.rate_limits == "on"


def ensure_within(limits: str, *key: str) -> None:
    """Count one try against a key that only the view knows (an account, a mail address); raise TooMany beyond the limit."""
    if not limiter.enabled:
        return
    for limit in parse_many(limits):
        if not limiter.limiter.hit(limit, *key):
            raise TooMany(retry_after=limit.get_expiry())
