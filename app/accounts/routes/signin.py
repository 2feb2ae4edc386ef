"""Signing in and out."""

from flask import current_app, flash, request
from werkzeug.wrappers import Response

from app.accounts.forms import SignInForm
from app.accounts.policies import NotLetIn
from app.accounts.queries import SignInCandidate, find_sign_in
from app.accounts.routes.blueprint import blueprint
from app.accounts.services import erasing, passwords, signing_in
from app.accounts.services.tokens import make_standing_token
from app.accounts.session import end_session, start_session
from app.accounts.urls import standing_path
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.web.access import public
from app.web.context import current_actor
from app.web.ratelimit import PER_ACCOUNT, SIGN_IN, address_key, ensure_within, limiter
from app.web.redirects import local_path, see_other
from app.web.render import page
from app.web.seo import Head

_POINTLESS = ("/login", "/signup", "/logout", "/reset-password")


def back_path(target: str | None) -> str:
    """Return where to go after signing in: a path of this site that is not itself about signing in."""
    path = local_path(target)
    return "/" if path.startswith(_POINTLESS) else path


def verified(candidate: SignInCandidate | None, login: str, password: str) -> str | None:
    """Check a password at the cost of one verification, whoever is meant; return a newer hash when the stored one is outdated.

    Tries are counted by account, known or not, whatever address they come from. Raises TooMany, Invalid.
    """
    ensure_within(PER_ACCOUNT, "password", str(candidate.person_id) if candidate else login.casefold())
    stored = candidate.password_hash if candidate else None
    if not passwords.verify_password(stored, password) or stored is None:
        raise Invalid(signing_in.WRONG)
    return passwords.hash_password(password) if passwords.needs_rehash(stored) else None


def told_why(refusal: NotLetIn) -> Response:
    """Lead somebody who proved who they are, and is banned, to where they read why."""
    return see_other(standing_path(make_standing_token(str(current_app.secret_key), refusal.person)))


def _page(form: SignInForm, status: int = 200) -> Response:
    head = Head(_("Sign in"), path="/login")
    return page("accounts/signin.html", head, status, form=form, needs_csrf=True, show_flashes=True)


@blueprint.get("/login")
@public
def sign_in_page() -> Response:
    """Show the form; people who are signed in already are led on."""
    back = back_path(request.args.get("next"))
    if current_actor().is_authenticated:
        return see_other(back)
    return _page(SignInForm(formdata=None, next=back))


@blueprint.post("/login")
@public
@limiter.limit(SIGN_IN, key_func=address_key)
def sign_in() -> Response:
    """Sign in by name or address. The answer is the same for unknown people and wrong passwords."""
    form = SignInForm()
    if not form.validate():
        return _page(form, 400)
    candidate = find_sign_in(form.login.data)
    try:
        new_hash = verified(candidate, form.login.data, form.password.data)
        assert candidate is not None
        with unit_of_work():
            start_session(signing_in.admit(candidate, new_hash=new_hash))
            is_kept = erasing.cancel_erasure(candidate.person_id, is_signing_in=True)
    except Invalid as error:
        form.add_errors(error)
        return _page(form, 400)
    except NotLetIn as refusal:
        return told_why(refusal)
    if is_kept:
        flash(_("Welcome back. Your account stays: you have signed in before it was erased."), "success")
    return see_other(back_path(form.next.data))


@blueprint.post("/logout")
@public
def sign_out() -> Response:
    """End this sign-in on the server; the old cookie is worthless afterwards."""
    with unit_of_work():
        end_session()
    flash(_("You are signed out."), "success")
    return see_other("/login")
