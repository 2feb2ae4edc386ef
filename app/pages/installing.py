"""The site as an application on a home screen: its manifest, the service worker, and the page that is shown without a connection.

The service worker keeps the offline page and the static files it needs, nothing else: no page that anybody read.
"""

import json

from flask import Response
from werkzeug.wrappers import Response as BaseResponse

from app.core.i18n import current_speech
from app.core.i18n import gettext as _
from app.pages.blueprint import blueprint
from app.web.access import public
from app.web.assets import STATIC, asset_url
from app.web.brand import ICONS, LIGHT_GROUND
from app.web.context import site_settings
from app.web.marking import keep_page
from app.web.render import page, tagline
from app.web.seo import Head

OFFLINE = "/offline"
_SHORT_NAME = 12
_KEPT = ("site.css", "js/site.js", "icons.svg")
_WORKER = (STATIC / "js" / "worker.js").read_text(encoding="utf-8")


@blueprint.get("/manifest.webmanifest")
@blueprint.get("/site.webmanifest")
@public
def manifest() -> Response:
    """Describe the site as something that can be put on a home screen, and that takes what other applications share."""
    settings = site_settings()
    shapes = [
        {"src": asset_url(name), "sizes": f"{side}x{side}", "type": "image/png", "purpose": "maskable" if is_full else "any"}
        for name, (side, is_full) in ICONS.items()
        if name.startswith("icon-")
    ]
    data = {
        "id": "/",
        "name": settings.site_name,
        "short_name": short_name(settings.site_name),
        "description": tagline(settings),
        "lang": current_speech().tag,
        "dir": "auto",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "display_override": ["minimal-ui"],
        "background_color": LIGHT_GROUND,
        "theme_color": LIGHT_GROUND,
        "icons": [*shapes, {"src": asset_url("favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
        "shortcuts": [{"name": _("Ask a question"), "url": "/ask"}, {"name": _("Questions"), "url": "/questions"}],
        "share_target": {"action": "/ask", "method": "GET", "params": {"title": "title", "text": "title"}},
    }
    response = Response(json.dumps(data, ensure_ascii=False), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def short_name(name: str) -> str:
    """Return a name that fits under an icon: as many whole words as there is room for."""
    if len(name) <= _SHORT_NAME:
        return name
    return name[: _SHORT_NAME + 1].rpartition(" ")[0].rstrip(" -–,:") or name[:_SHORT_NAME]


@blueprint.get("/sw.js")
@public
def service_worker() -> Response:
    """Answer with the service worker; its text changes whenever one of the files it keeps does."""
    kept = json.dumps([OFFLINE, *map(asset_url, _KEPT)])
    response = Response(f"self.kept = {kept};\n{_WORKER}", mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get(OFFLINE)
@public
def offline() -> BaseResponse:
    """Show what can be done without a connection."""
    keep_page()
    return page("errors/offline.html", Head(title=_("You are offline"), path=OFFLINE))
