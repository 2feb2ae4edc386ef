"""Security headers of every answer, and conditional answers for visitors."""

import hashlib
from datetime import datetime, timedelta

from flask import Flask, Response, g, request

from app.core.clock import now
from app.web.context import current_actor, site_settings
from app.web.marking import CACHED, SHOWN

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' https: data:",
        "connect-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_FIXED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
}
_CONDITIONAL = (
    "text/html",
    "application/xml",
    "application/atom+xml",
    "text/plain",
    "application/opensearchdescription+xml",
    "application/gzip",
)
# What makes a request conditional.
_CONDITIONS = frozenset(
    {"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE"}
)


# Who asks by date may ask within the second in which a page changes for the second time.
_SETTLED = timedelta(seconds=2)


def say_changed(response: Response, moment: datetime | None) -> None:
    """Say when what a visitor's page is about changed last, for readers that ask by date alone; tags know of every letter."""
    if moment is not None and moment <= now() - _SETTLED:
        response.last_modified = moment


def init_headers(app: Flask) -> None:
    """Add the headers to all answers of the application."""
    app.after_request(add_headers)


def vary_by(response: Response, header: str) -> None:
    """Say that an answer depends on a header of the request: as `response.vary` does, without taking apart what is said already."""
    said = response.headers.get("Vary")
    if said is None:
        response.headers.add("Vary", header)
    elif header.lower() not in said.lower():
        response.headers["Vary"] = f"{said}, {header}"


def tag_of(body: bytes) -> str:
    """Return the strong tag of a text before it is compressed. Processors have steps for SHA-256: it takes half the time of BLAKE2."""
    return hashlib.sha256(body).hexdigest()[:24]


def add_headers(response: Response) -> Response:
    """Set security headers; let visitors' pages be revalidated and everything personal be kept by nobody."""
    headers = response.headers
    present = {name.lower() for name, _value in headers}
    for name, value in _FIXED.items():
        if name.lower() not in present:
            headers.add(name, value)
    if site_settings().is_https and "strict-transport-security" not in present:
        headers.add("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if "cache-control" in present:
        return response
    if "set-cookie" in present or not _is_shareable(response):
        headers.add("Cache-Control", "private, no-cache" if _is_refused_form(response) else "private, no-store")
        headers.pop("Last-Modified", None)
        return response
    headers.add("Cache-Control", "public, max-age=0, must-revalidate")
    environ = request.environ
    if CACHED in environ and SHOWN in environ:
        return response  # the cache in front tags and compresses what it keeps
    vary_by(response, "Cookie")
    response.set_etag(tag_of(response.get_data()))
    return response.make_conditional(environ) if _CONDITIONS & environ.keys() else response  # type: ignore[return-value]


def _is_refused_form(response: Response) -> bool:
    """Whether a form came back to be corrected: browsers show it again on the way back, with what was typed, only if they may keep it."""
    return request.method == "POST" and response.status_code == 400 and response.mimetype == "text/html"


def _is_shareable(response: Response) -> bool:
    """Whether the answer is the same for every visitor: a 200 to a GET without session and cookies."""
    return (
        request.method in ("GET", "HEAD")
        and response.status_code == 200
        and not response.is_streamed
        and not current_actor().is_authenticated
        and not g.get("is_personal", False)
        and response.mimetype in _CONDITIONAL
    )
