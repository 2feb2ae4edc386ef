"""Confirming an address by the link in a mail. The link only shows a button: mail scanners follow links by themselves."""

from flask import flash
from werkzeug.wrappers import Response

from app.accounts.queries import find_person
from app.accounts.routes.blueprint import blueprint
from app.accounts.routes.reset import dead_link, secret
from app.accounts.services import credentials, tokens
from app.core.errors import Conflict, Gone
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.web.access import public
from app.web.context import current_actor
from app.web.ratelimit import RESET, address_key, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

_AGAIN = "/settings/account"


@blueprint.get("/settings/confirm-address/<token>")
@public
def confirm_page(token: str) -> Response:
    """Show whose address would be confirmed, and the button that does it."""
    try:
        person_id, fingerprint = tokens.read_confirm_token(secret(), token)
        person = find_person(person_id)
        if person is None:
            raise Gone(_("The account of this link does not exist any more."))
        if tokens.is_confirmed_already(secret(), fingerprint, person):
            return _said(_("Your address is confirmed already: there is nothing left to do."))
        tokens.ensure_confirm_is_fresh(secret(), fingerprint, person)
    except Gone as error:
        return dead_link(error.message, _AGAIN)
    head = Head(_("Confirm your address"))
    return page("accounts/confirm.html", head, name=person.name, address=person.pending_email, token=token, needs_csrf=True)


@blueprint.post("/settings/confirm-address/<token>")
@public
@limiter.limit(RESET, key_func=address_key)
def confirm(token: str) -> Response:
    """Make the address the confirmed one of its account, whoever is signed in here."""
    try:
        person_id, fingerprint = tokens.read_confirm_token(secret(), token)
        with unit_of_work():
            credentials.confirm_address(person_id, fingerprint=fingerprint, secret=secret())
    except (Gone, Conflict) as error:
        return dead_link(error.message, _AGAIN)
    return _said(_("Your address is confirmed. Thank you."))


def _said(words: str) -> Response:
    flash(words, "success")
    return see_other("/settings/account" if current_actor().is_authenticated else "/login")
