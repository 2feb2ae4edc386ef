"""The page behind the link of a mail that asks how a question ended. It needs no sign-in: the link is signed for one person.

Mail scanners follow links by themselves, so a GET only shows buttons.
"""

from flask import Response as FlaskResponse
from flask import current_app, request
from werkzeug.wrappers import Response

from app.core.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.forum.models.resolution import RefutationReason
from app.notifications.outcome_page import identify, load_outcome_page
from app.notifications.routes.blueprint import blueprint
from app.notifications.services import hearing
from app.notifications.tokens import question_of
from app.notifications.urls import outcome_path
from app.web.access import public
from app.web.context import current_actor
from app.web.csrf import csrf
from app.web.forms import posted_line
from app.web.ratelimit import FEEDBACK, address_key, limiter
from app.web.redirects import login_path, see_other
from app.web.render import page
from app.web.seo import Head

REASONS = (
    (RefutationReason.OUTDATED, lazy_gettext("It is out of date")),
    (RefutationReason.OTHER_VERSION, lazy_gettext("I have another version")),
    (RefutationReason.UNCLEAR, lazy_gettext("I could not follow it")),
    (RefutationReason.WRONG, lazy_gettext("It is wrong")),
)
_HEAD = Head(lazy_gettext("How did it end?"))


@blueprint.after_request
def keep_links_private(response: FlaskResponse) -> FlaskResponse:
    """The address of these pages is a key: no cache, no other site and no search engine may learn it."""
    if (request.endpoint or "").startswith("notifications.outcome"):
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/outcome/<token>")
@public
def outcome_page(token: str) -> Response:
    """Show the buttons, or what was answered. Changes nothing."""
    return _show(token)


@blueprint.post("/outcome/<token>")
@csrf.exempt
@public
@limiter.limit(FEEDBACK, key_func=address_key)
def outcome(token: str) -> Response:
    """Record what the person says, whoever is signed in here."""
    post_id = posted_line("post_id", 18)
    try:
        thread, person, _request = identify(_secret(), token)
        with unit_of_work():
            hearing.hear(
                thread_id=thread.id, person_id=person.id, answer=posted_line("say", 20), reason_kind=posted_line("reason", 20),
                post_id=int(post_id) if post_id.isascii() and post_id.isdigit() else None,
            )  # fmt: skip
    except Invalid as error:
        return _show(token, error.message, 400)
    except NotFound:
        return _show(token, _("That answer is not there any more. Please choose another one."), 409)
    except Conflict as error:
        return _show(token, error.message, 409)
    except AppError as error:
        return _dead(token, error)
    return see_other(outcome_path(token))


@blueprint.post("/outcome/<token>/undo")
@csrf.exempt
@public
@limiter.limit(FEEDBACK, key_func=address_key)
def outcome_undo(token: str) -> Response:
    """Take back what was said here; the page asks again."""
    try:
        thread, person, _request = identify(_secret(), token)
        with unit_of_work():
            hearing.take_back(thread_id=thread.id, person_id=person.id)
    except Conflict as error:
        return _show(token, error.message, 409)
    except AppError as error:
        return _dead(token, error)
    return see_other(outcome_path(token))


def _secret() -> str:
    return str(current_app.secret_key)


def _show(token: str, problem: str = "", status: int = 200) -> Response:
    try:
        view = load_outcome_page(_secret(), token)
    except AppError as error:
        return _dead(token, error)
    said = request.args.get("say", "")
    actor = current_actor()
    other = actor.display_name if actor.is_authenticated and actor.display_name != view.person else ""
    return page(
        "notifications/outcome.html", _HEAD, status, view=view, say=said, reasons=REASONS, problem=problem, signed_in_as=other
    )


def _dead(token: str, error: AppError) -> Response:
    """Say why a link does not work, and lead on by signing in."""
    question = question_of(_secret(), token)
    path = f"/questions/{question}" if question else "/questions"
    url = path if current_actor().is_authenticated else login_path(path)
    status = 403 if isinstance(error, Forbidden) else 410
    return page("notifications/outcome_dead.html", _HEAD, status, message=error.message, url=url)
