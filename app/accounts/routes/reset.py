"""Forgotten passwords: asking for a link, and choosing a new password by it."""

from flask import current_app, flash
from werkzeug.wrappers import Response

from app.accounts.addresses import checked_address
from app.accounts.forms import NewPasswordForm, ResetRequestForm
from app.accounts.models import Person
from app.accounts.policies import NotLetIn
from app.accounts.queries import find_person
from app.accounts.routes.blueprint import blueprint
from app.accounts.routes.signin import told_why
from app.accounts.services import credentials, passwords, tokens
from app.accounts.session import start_session
from app.core.errors import Conflict, Gone, Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.web.access import public
from app.web.ratelimit import PER_RECIPIENT, RESET, address_key, ensure_within, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

_HEAD = Head(lazy_gettext("Reset your password"), path="/reset-password")


def secret() -> str:
    """Return the key that links are signed with."""
    return str(current_app.secret_key)


def dead_link(message: str, again: str) -> Response:
    """Return the page for a link that does not work (any more); `again` is where to ask for a new one."""
    head = Head(_("This link does not work any more"))
    return page("accounts/dead_link.html", head, 410, message=message, again=again)


def _request_page(form: ResetRequestForm, status: int = 200) -> Response:
    return page("accounts/reset_request.html", _HEAD, status, form=form, needs_csrf=True)


@blueprint.get("/reset-password")
@public
def request_reset_page() -> Response:
    """Show the form that asks for an address."""
    return _request_page(ResetRequestForm(formdata=None))


@blueprint.post("/reset-password")
@public
@limiter.limit(RESET, key_func=address_key)
def request_reset() -> Response:
    """Have a link mailed, if somebody has confirmed that address; the answer is the same if not."""
    form = ResetRequestForm()
    if not form.validate():
        return _request_page(form, 400)
    try:
        address = checked_address(form.email.data)
    except Invalid as error:
        form.add_errors(error)
        return _request_page(form, 400)
    ensure_within(PER_RECIPIENT, "reset", address)
    with unit_of_work():
        credentials.request_reset(address)
    return see_other("/reset-password/sent")


@blueprint.get("/reset-password/sent")
@public
def reset_sent() -> Response:
    """Say what happens now, to everybody alike."""
    return page("accounts/reset_sent.html", Head(_("Look into your mail")))


def _linked_person(token: str) -> tuple[tokens.ResetLink, Person]:
    link = tokens.read_reset_token(secret(), token)
    person = find_person(link.person_id)
    if person is None:
        raise Gone(_("The account of this link does not exist any more."))
    tokens.ensure_reset_is_fresh(secret(), link, person)
    return link, person


@blueprint.get("/reset-password/<token>")
@public
def reset_page(token: str) -> Response:
    """Show the form for a new password, while the link is good."""
    try:
        _link, person = _linked_person(token)
    except Gone as error:
        return dead_link(error.message, "/reset-password")
    return page("accounts/reset.html", _HEAD, form=NewPasswordForm(formdata=None), name=person.name, token=token, needs_csrf=True)


@blueprint.post("/reset-password/<token>")
@public
@limiter.limit(RESET, key_func=address_key)
def reset(token: str) -> Response:
    """Set the password, end every session of the person and sign in here."""
    form = NewPasswordForm()
    try:
        link, person = _linked_person(token)
        name, address = person.name, person.email or person.pending_email or ""
        if not form.validate():
            raise Invalid({})
        passwords.check_password_rules(form.password.data, name, address)
        new_hash = passwords.hash_password(form.password.data)
        with unit_of_work():
            start_session(credentials.reset_password(link, secret=secret(), new_hash=new_hash))
    except Invalid as error:
        form.add_errors(error)
        return page("accounts/reset.html", _HEAD, 400, form=form, name=name, token=token, needs_csrf=True)
    except (Gone, Conflict) as error:
        return dead_link(error.message, "/reset-password")
    except NotLetIn as refusal:
        return told_why(refusal)
    flash(_("Your new password counts from now on. You are signed in here and signed out everywhere else."), "success")
    return see_other("/")
