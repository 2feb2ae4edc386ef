"""What was decided about oneself, and why: for people who are signed in, and by a signed link for those who are not let in."""

from flask import current_app, flash
from werkzeug.wrappers import Response

from app.accounts.models import Person
from app.accounts.queries import find_person
from app.accounts.services.tokens import ensure_standing_is_fresh, read_standing_token
from app.accounts.urls import standing_path
from app.core.errors import Conflict, Gone, Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.moderation.forms.people import AppealForm
from app.moderation.people.appealing import acknowledge, appeal
from app.moderation.queries.standing import list_standing
from app.moderation.routes.blueprint import blueprint
from app.web.access import members, public
from app.web.context import current_actor
from app.web.ratelimit import RESET, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

_THANKS = lazy_gettext("Thank you. A moderator will think again and answer you.")


def _page(
    person_id: int, status: int = 200, token: str = "", form: AppealForm | None = None, about: int = 0, refusal: str = ""
) -> Response:
    """Return the page; with a token that of somebody who is not let in."""
    head = Head(_("Your account is banned") if token else _("Your standing"))
    return page(
        "moderation/standing_banned.html" if token else "moderation/standing.html", head, status, rows=list_standing(person_id),
        base=standing_path(token), form=form or AppealForm(formdata=None), about=about, refusal=refusal, needs_csrf=True,
        show_flashes=True,
    )  # fmt: skip


@blueprint.get("/settings/standing")
@members
def standing() -> Response:
    """Show what moderators decided about the reader."""
    return _page(current_actor().id or 0)


@blueprint.post("/settings/standing/<id:sanction_id>/acknowledge")
@members
def acknowledge_warning(sanction_id: int) -> Response:
    """Say that a warning was read."""
    with unit_of_work():
        acknowledge(current_actor(), sanction_id=sanction_id)
    flash(_("Thank you for reading it. You can go on writing."), "success")
    return see_other(standing_path())


@blueprint.post("/settings/standing/<id:sanction_id>/appeal")
@members
@limiter.limit(RESET)
def appeal_as_member(sanction_id: int) -> Response:
    """Ask for a second look."""
    return _appeal(current_actor().id or 0, sanction_id)


def _banned(token: str) -> Person:
    """Return whom a link is for. Raises Gone for links that are forged, too old, or about a ban that was taken back."""
    secret = str(current_app.secret_key)
    person_id, fingerprint = read_standing_token(secret, token)
    person = find_person(person_id)
    if person is None:
        raise Gone(_("The account of this link does not exist any more."))
    ensure_standing_is_fresh(secret, fingerprint, person)
    return person


@blueprint.get("/standing/<token>")
@public
def standing_of_banned(token: str) -> Response:
    """Show somebody who is not let in why."""
    return _page(_banned(token).id, token=token)


@blueprint.post("/standing/<token>/<id:sanction_id>/appeal")
@public
@limiter.limit(RESET)
def appeal_as_banned(token: str, sanction_id: int) -> Response:
    """Ask for a second look at a ban."""
    return _appeal(_banned(token).id, sanction_id, token)


def _appeal(person_id: int, sanction_id: int, token: str = "") -> Response:
    form = AppealForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            appeal(person_id, sanction_id=sanction_id, note=form.note.data)
    except Invalid as error:
        form.add_errors(error)
        return _page(person_id, 400, token, form, sanction_id)
    except Conflict as error:
        return _page(person_id, 409, token, refusal=error.message)
    flash(_THANKS, "success")
    return see_other(standing_path(token))
