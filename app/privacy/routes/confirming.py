"""Confirming by the link in a mail that an account be erased. The link only shows a button: mail scanners follow links."""

from flask import current_app
from werkzeug.wrappers import Response

from app.accounts.models import Erasure, Person
from app.accounts.queries import find_person
from app.accounts.services import erasing, tokens
from app.core.errors import Gone, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.privacy.queries import find_erasure
from app.privacy.routes.blueprint import blueprint
from app.privacy.terms import privacy_terms
from app.web.access import public
from app.web.ratelimit import RESET, address_key, limiter
from app.web.render import page
from app.web.seo import Head

_DEAD = Gone(lazy_gettext("There is nothing to confirm any more: you have confirmed it already, or your account stays."))


@blueprint.get("/settings/privacy/erase/<token>")
@public
def confirm_erase_page(token: str) -> Response:
    """Show whose account would be erased, and the button that means it."""
    try:
        person, erasure = _wish_of(token)
    except Gone as error:
        return _answer(410, message=error.message)
    return _answer(200, name=person.name, token=token, keeps_posts=erasure.keeps_posts, needs_csrf=True)


@blueprint.post("/settings/privacy/erase/<token>")
@public
@limiter.limit(RESET, key_func=address_key)
def confirm_erase(token: str) -> Response:
    """Begin the days of grace, whoever is signed in here."""
    try:
        person_id, fingerprint = tokens.read_erase_token(_secret(), token)
        with unit_of_work():
            wish = erasing.confirm_erasure(person_id, fingerprint=fingerprint, secret=_secret(), grace=privacy_terms().grace)
    except (Gone, NotFound) as error:
        return _answer(410, message=error.message)
    return _answer(200, due=wish.due_at)


def _secret() -> str:
    return str(current_app.secret_key)


def _wish_of(token: str) -> tuple[Person, Erasure]:
    """Return whose wish a link is about, and the wish. Raises Gone."""
    person_id, fingerprint = tokens.read_erase_token(_secret(), token)
    person, erasure = find_person(person_id), find_erasure(person_id)
    if person is None or erasure is None or erasure.due_at is not None:
        raise _DEAD
    tokens.ensure_erase_is_fresh(_secret(), fingerprint, person, erasure.asked_at)
    return person, erasure


def _answer(status: int, **values: object) -> Response:
    known = {"message": "", "name": "", "token": "", "keeps_posts": True, "due": None, **values}
    return page("privacy/confirm.html", Head(_("Erase your account")), status, **known)
