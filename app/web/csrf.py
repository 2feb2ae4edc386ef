"""Against forged requests: a token in every form of a session, and the browser's own word on where a request comes from."""

from urllib.parse import urlsplit

from flask import Flask, request
from flask_wtf import CSRFProtect

from app.core.errors import Forbidden
from app.core.i18n import gettext as _
from app.web.pieces import form_token

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class _QuickProtect(CSRFProtect):
    """The extension, which first finds out whether a view is exempt, also where it asks for no token then."""

    def protect(self, apply_exemptions: bool = False) -> None:
        if request.method not in _SAFE:
            super().protect(apply_exemptions)


csrf = _QuickProtect()


def init_csrf(app: Flask) -> None:
    """Check every unsafe request of the application."""
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.before_request(refuse_cross_site)
    csrf.init_app(app)
    # In place of the extension's: pieces, and pages that many share, are kept without a token.
    app.jinja_env.globals["csrf_token"] = form_token


def refuse_cross_site() -> None:
    """Refuse unsafe requests that a browser says come from another site.

    This also protects the few forms for visitors, whose pages carry no session and so no token.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden(_("This form was sent from another site."))
    origin = request.headers.get("Origin")
    if origin and origin != "null" and not _is_own(origin):
        raise Forbidden(_("This form was sent from another site."))


def _is_own(origin: str) -> bool:
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:  # "http://[" and the like: nothing that a browser says
        return False
