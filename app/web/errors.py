"""Turning refusals into answers: one page (or problem+json) for each kind, which says what to do next."""

import errno
import logging
from secrets import token_hex
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, jsonify, make_response, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import BadRequest, HTTPException

from app.core import errors
from app.core.db import db
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.web.context import current_actor, wants_json
from app.web.redirects import local_path, login_path, moved
from app.web.render import page
from app.web.rules import address_without_slash
from app.web.seo import Head

logger = logging.getLogger(__name__)
TITLES = {
    400: lazy_gettext("That request did not make sense"),
    403: lazy_gettext("Not allowed"),
    404: lazy_gettext("Page not found"),
    405: lazy_gettext("That does not work here"),
    409: lazy_gettext("That is not possible now"),
    410: lazy_gettext("Not here any more"),
    413: lazy_gettext("That is too large"),
    415: lazy_gettext("We cannot read that"),
    429: lazy_gettext("A little too fast"),
    500: lazy_gettext("Something broke on our side"),
    503: lazy_gettext("One moment, please"),
}
_STATUS: dict[type[errors.AppError], int] = {
    errors.NotFound: 404,
    errors.Gone: 410,
    errors.Forbidden: 403,
    errors.Conflict: 409,
    errors.TooMany: 429,
    errors.Invalid: 400,
}
# The template of each status; others look like 400.
_TEMPLATES = {400: 400, 403: 403, 404: 404, 405: 405, 409: 409, 410: 410, 413: 413, 429: 429, 500: 500, 503: 500}
NO_ROOM = lazy_gettext(
    "The server has no room left to store this. The people who run this community have to make some; please try again later."
)
# Fields of forms whose text must never be lost, whatever goes wrong.
_KEPT = {
    "title": lazy_gettext("Title"),
    "body": lazy_gettext("Text"),
    "tags": lazy_gettext("Tags"),
    "summary": lazy_gettext("Summary"),
    "applies_to": lazy_gettext("Applies to"),
    "asked_as": lazy_gettext("Asked as"),
    "environment": lazy_gettext("Environment"),
    "about": lazy_gettext("About you"),
    "description": lazy_gettext("Description"),
    "reason": lazy_gettext("Reason"),
    "note": lazy_gettext("Note"),
}


def error_answer(status: int, message: str, title: str = "") -> Response:
    """Return the page or the problem document for a status; `title` where its own would say the wrong thing."""
    title = str(title or TITLES.get(status) or _("That did not work"))
    if wants_json():
        return _problem(status, title, message)
    kept = kept_texts() if request.method == "POST" and status != 413 else []
    template = f"errors/{_TEMPLATES.get(status, 400)}.html"
    return page(template, Head(title=title), status=status, message=message, kept=kept, error_title=title, back=_sent_from())


def _sent_from() -> str:
    """Return the page that a form was sent from; "" for pages that were asked for, and when it is none that can be shown again."""
    path = local_path(request.referrer, "")
    if request.method != "POST" or not path:
        return ""
    rules = current_app.url_map.bind(request.host)
    return path if rules.test(urlsplit(path).path, "GET") else ""


def _problem(status: int, title: str, message: str) -> Response:
    response = jsonify(title=title, status=status, detail=str(message))
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def kept_texts() -> list[tuple[str, str, str]]:
    """Return what was typed, by field; nothing of a body that cannot be read (its view may have refused before reading it)."""
    try:
        return [(name, str(label), request.form[name]) for name, label in _KEPT.items() if request.form.get(name)]
    except HTTPException:
        return []


def out_of_date() -> Response:
    """Answer a form whose sign-in ended: the page it was sent from is one press away, through the sign-in page if that is needed."""
    message = _("Your sign-in ended, or the page was open for too long. Nothing was changed.")
    title = _("That page was out of date")
    if wants_json():
        return _problem(400, title, message)
    back = local_path(request.referrer)
    view = current_app.view_functions.get(request.endpoint or "")
    needs_sign_in = not current_actor().is_authenticated and getattr(view, "access", "public") != "public"
    again = (_("Sign in again"), login_path(back)) if needs_sign_in else (_("Load the page again"), back)
    return page(
        "errors/out_of_date.html", Head(title=title), status=400,
        message=message, kept=kept_texts(), error_title=title, again=again, unsent=request.path,
    )  # fmt: skip


def init_errors(app: Flask) -> None:
    """Register the translator for all errors of the application."""
    app.register_error_handler(errors.AppError, _app_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(RateLimitExceeded, _rate_limited)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(IntegrityError, _conflict)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(OSError, _no_room)
    app.register_error_handler(Exception, _crash)
    app.before_request(_refuse_odd_addresses)


def _refuse_odd_addresses() -> None:
    """No address of this site contains a null byte (PostgreSQL refuses them) or unquoted bytes that are no UTF-8."""
    g.is_personal = False
    try:
        arguments = request.args.items(multi=True)
    except UnicodeDecodeError:
        raise BadRequest(_("The address contains bytes that are no text.")) from None
    if "\x00" in request.path or any("\x00" in text for pair in arguments for text in pair):
        raise BadRequest(_("The address contains a null byte."))


def _app_error(error: errors.AppError) -> Response:
    status = next(code for kind, code in _STATUS.items() if isinstance(error, kind))
    response = error_answer(status, error.message, _("Please check what you sent") if status == 400 else "")
    if isinstance(error, errors.TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _csrf_error(_error: CSRFError) -> Response:
    return out_of_date()


def _rate_limited(error: RateLimitExceeded) -> Response:
    response = error_answer(429, _("That was a bit too often. Please wait a minute and try again."))
    response.headers["Retry-After"] = str(error.limit.limit.get_expiry() if error.limit else 60)
    return response


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    if error.code == 404 and (path := address_without_slash()):
        return make_response(moved(path))
    response = error_answer(error.code, _words_of(error))
    for name, value in error.get_headers():
        if name.lower() == "allow":
            response.headers[name] = value
    return response


def _words_of(error: HTTPException) -> str:
    """Return what we said when we refused; what the libraries say by themselves is for programs, and in English only."""
    is_ours = error.description and error.description != type(error).description
    return str(error.description) if is_ours else _("Your browser sent something that we could not make sense of.")


def _conflict(_error: IntegrityError) -> Response:
    db.session.rollback()
    logger.warning("request.conflict", extra={"endpoint": request.endpoint})
    return error_answer(409, _("Somebody did the same at the same moment."))


def _unstorable(error: DataError) -> Response:
    """PostgreSQL refuses numbers beyond a column's range (nothing has such a number) and bytes that are no text."""
    db.session.rollback()
    if "out of range" in str(error.orig):
        return error_answer(404, errors.NotFound.default_message)
    return error_answer(400, _("Something you sent cannot be stored. Please remove unusual characters."))


def _unavailable(error: OperationalError) -> Response:
    db.session.rollback()
    logger.error("request.database_unavailable", extra={"endpoint": request.endpoint}, exc_info=error)
    is_full = "full" in str(error.orig)  # SQLite's words; PostgreSQL stops
    busy = _("The database is busy or away right now.")
    response = error_answer(503, NO_ROOM if is_full else busy)
    response.headers["Retry-After"] = "5"
    return response


def _no_room(error: OSError) -> Response:
    """A full disk is for the operator to mend, and people are told so; other trouble with files is a failure of ours."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return _crash(error)
    logger.error("request.disk_full", extra={"endpoint": request.endpoint})
    return error_answer(503, NO_ROOM)


def _crash(error: Exception) -> Response:
    """Apologise for a failure of ours, with a number that leads whoever runs the site to its lines in the log."""
    db.session.rollback()
    number = token_hex(4)
    logger.error("request.failed", extra={"error_id": number, "endpoint": request.endpoint}, exc_info=error)
    message = _(
        "It was nothing you did, and it has been noted. If you tell somebody of it, name error %(number)s.", number=number
    )
    return error_answer(500, message)
