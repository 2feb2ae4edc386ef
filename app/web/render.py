"""Rendering pages: the template, its head, and what every template may use."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, current_app, g, get_flashed_messages
from jinja2 import Environment, StrictUndefined
from jinja2.runtime import Macro

from app.core.actor import Actor
from app.core.clock import now
from app.core.i18n import current_speech
from app.core.i18n import gettext as _
from app.core.settings import PROJECT_ROOT, Settings
from app.web.compiled import FOLDER, CompiledTemplates
from app.web.context import current_actor, site_settings
from app.web.filters import FILTERS
from app.web.headers import say_changed
from app.web.pieces import TOKEN_PLACE, Pieces, form_token, init_pieces
from app.web.quick_templates import make_quick
from app.web.seo import Head, render_head
from app.web.tightening import Tightening
from app.web.translating import add_translations, environment_in

_providers: dict[str, Callable[[Actor], Any]] = {}


def template_folder() -> Path:
    """Return the folder of the templates: beside the package in a checkout, inside it when installed as a wheel."""
    beside = PROJECT_ROOT / "templates"
    return beside if beside.is_dir() else PROJECT_ROOT / "app" / "templates"


def provide(name: str, provider: Callable[[Actor], Any]) -> None:
    """Give every page a value called `name`, computed for the actor of the request (a package's way into the layout)."""
    _providers[name] = provider


def tagline(settings: Settings) -> str:
    """Return the sentence of welcome: the site's own in the language it was set in, otherwise ours in the reader's."""
    return (
        settings.site_tagline
        if settings.site_tagline != Settings.site_tagline
        else _("Ask, answer, and find what already works.")
    )


class Site:
    """What templates know of the installation."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.site_name
        self.tagline = tagline(settings)
        self.base_url = settings.base_url
        self.logo_url = settings.logo_url
        self.footer_links: list[tuple[str, str]] = [
            (_("Knowledge base"), "/kb"),
            (_("Tags"), "/tags"),
            (_("Feed"), "/feed.atom"),
        ]
        if settings.transparency == "on":
            self.footer_links.append((_("Transparency"), "/transparency"))
        self.footer_links += settings.footer_links
        self.footer_text = settings.footer_text


def render_text(template: str, /, **values: Any) -> str:
    """Return what a template makes of its values, in the language that is spoken. What Flask gives all templates is among the globals."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return _environment(app).get_template(template).render(values)


def _environment(app: Flask) -> Environment:
    """Return the environment of the language that is spoken, made when it is first needed."""
    speech = current_speech()
    made = cast(dict[str, Environment], app.extensions["templates"])
    environment = made.get(speech.code)
    if environment is not None:
        return environment
    compiled = None if app.testing else CompiledTemplates(site_settings().instance_path / FOLDER, speech.code)
    return made.setdefault(speech.code, environment_in(app.jinja_env, speech.code, compiled))


def page(template: str, head: Head, status: int = 200, **values: Any) -> Response:
    """Return an HTML page. `values` go to the template beside the names every template has."""
    actor = current_actor()
    values.setdefault("show_flashes", actor.is_authenticated)
    if values.get("needs_csrf") or values["show_flashes"]:
        g.is_personal = True  # the page holds a token or a message of one visitor: nobody else may get a copy
    # Where we failed nothing more is read: what is provided is read from the database, which may be away.
    common = {name: provider(actor) for name, provider in _providers.items()} if status < 500 else {}
    html = render_text(
        template,
        head=render_head(head),
        actor=actor,
        language=current_speech().tag,
        site=Site(site_settings()),
        now=now(),
        **{**common, **values},
    )
    response: Response = current_app.response_class(html, status)
    if status == 200 and not actor.is_authenticated:
        say_changed(response, head.changed_at)
    return response


def macro(template: str, name: str) -> Callable[..., str]:
    """Return a macro of a template, in the language that is spoken."""
    environment = _environment(current_app._get_current_object())  # type: ignore[attr-defined]
    return cast(Callable[..., str], getattr(environment.get_template(template).module, name))


def personal_parts(actor: Actor) -> dict[str, str]:
    """Return what differs between the readers in the frame of a page that many share, by the names of its places."""
    pieces = cast(Pieces, current_app.extensions["pieces"])
    menu = cast(Macro, macro("components/account.html", "account_menu"))
    return {TOKEN_PLACE: form_token(), "account": pieces.show(menu, actor, _providers["unread_count"](actor))}


def fragment(template: str, **values: Any) -> str:
    """Return a piece of HTML (for previews and suggestions), without head and layout."""
    return render_text(template, actor=current_actor(), site=Site(site_settings()), now=now(), **values)


def init_templates(app: Flask) -> None:
    """Make templates strict and give them filters and globals."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Tightening)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        get_flashed_messages=get_flashed_messages,
        show_flashes=False,
        unread_count=0,
    )
    init_pieces(app)
    make_quick(app.jinja_env)
    add_translations(app.jinja_env)
    app.extensions["templates"] = {}
