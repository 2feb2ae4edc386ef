"""What crawlers and browsers look for at fixed addresses: robots, search description, icon."""

from flask import Response, redirect
from werkzeug.wrappers import Response as BaseResponse

from app.pages.blueprint import blueprint
from app.pages.crawlers import tokens_kept_out
from app.web.access import public
from app.web.assets import asset_url
from app.web.context import site_settings
from app.web.marking import keep_page
from app.web.render import render_text
from app.web.seo import absolute

# Addresses that only write, only answer scripts, or belong to people who are signed in. Pages that are merely not to be
# indexed are not here: a crawler must be able to read their `noindex`.
_CLOSED = (
    "/admin", "/api/", "/ask/similar", "/ask/solved", "/comments/", "/desk", "/drafts/", "/insights", "/mentions", "/metrics", "/moderation",
    "/notifications", "/outcome/", "/preview", "/search/suggest", "/settings", "/threads/", "/unsubscribe/",
)  # fmt: skip
_DAY = "public, max-age=86400"


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Say where crawlers have no business, and where the sitemap is."""
    keep_page()
    kept_out = [f"User-agent: {token}" for token in tokens_kept_out(site_settings().ai_crawlers)]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED), "", *kept_out]
    lines += [*(["Disallow: /", ""] if kept_out else []), f"Sitemap: {absolute('/sitemap.xml')}", ""]
    return Response("\n".join(lines), mimetype="text/plain")


@blueprint.get("/opensearch.xml")
@public
def opensearch() -> Response:
    """Describe the search for browsers."""
    keep_page()
    xml = render_text("feeds/opensearch.xml", site_name=site_settings().site_name, absolute=absolute, asset_url=asset_url)
    return Response(xml, mimetype="application/opensearchdescription+xml")


@blueprint.get("/favicon.ico")
@public
def favicon() -> BaseResponse:
    """Lead browsers that ask for the old address to the icon."""
    response = redirect(asset_url("icon-192.png"), 302)
    response.headers["Cache-Control"] = _DAY
    return response


@blueprint.get("/apple-touch-icon.png")
@public
def touch_icon() -> BaseResponse:
    """Lead devices that put the site on their home screen to the icon for that; pages need not name it."""
    response = redirect(asset_url("apple-touch-icon.png"), 302)
    response.headers["Cache-Control"] = _DAY
    return response
