"""Which language a request speaks: what the reader chose, or their browser asks for, or the site's own. The one module of Flask-Babel."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Response, g, request
from flask_babel import Babel
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app.core.i18n import current_language, hush, set_site_language, speak
from app.core.settings import Settings
from app.web.filters import use_zone
from app.web.headers import vary_by

# No browser asks for more.
_HEADER_MAX = 300
# What is written for people.
_SPOKEN = ("text/html", "application/atom+xml", "application/opensearchdescription+xml", "application/manifest+json")


def choose_language(header: str, offered: tuple[str, ...], default: str) -> str:
    """Return which of the languages that a site offers an Accept-Language header asks for; the site's own if for none of them.

    The first that is wanted most wins; for any kind of German there is one German, and so on.
    """
    return _chosen(header[:_HEADER_MAX], offered, default)


@lru_cache(maxsize=1024)
def _chosen(header: str, offered: tuple[str, ...], default: str) -> str:
    for tag, quality in parse_accept_header(header, LanguageAccept):
        language = default if tag == "*" else tag.partition("-")[0].lower()
        if quality > 0 and language in offered:
            return language
    return default


def language_of(environ: Mapping[str, Any], settings: Settings) -> str:
    """Return the language of a visitor by what their browser asks for."""
    header = environ.get("HTTP_ACCEPT_LANGUAGE", "")
    return choose_language(header, settings.languages, settings.default_language) if header else settings.default_language


def visitor_language() -> str:
    """Return what the browser of this request asks for, whatever its reader chose."""
    return language_of(request.environ, cast(Settings, g.languages))


def speak_to(language: str | None) -> None:
    """Speak the language that the reader of this request chose, if they did and it is still offered."""
    settings = cast(Settings, g.languages)
    if language in settings.languages:
        g.speaks_as_chosen = True
        speak(language)


def init_languages(app: Flask, settings: Settings) -> None:
    """Let every request speak one language. To be called before whatever answers requests, so that refusals speak it too."""
    set_site_language(settings.default_language)
    use_zone(settings.time_zone)
    Babel(app, configure_jinja=False, locale_selector=current_language, default_locale=settings.default_language)

    def begin() -> None:
        g.languages = settings
        g.unspoken = speak(language_of(request.environ, settings))

    def end(_error: BaseException | None) -> None:
        token = g.pop("unspoken", None)
        if token is not None:
            hush(token)

    def vary(response: Response) -> Response:
        if len(settings.languages) > 1 and response.mimetype in _SPOKEN and not g.get("speaks_as_chosen"):
            vary_by(response, "Accept-Language")
        return response

    app.before_request(begin)
    app.after_request(vary)
    app.teardown_request(end)
