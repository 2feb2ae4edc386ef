"""Signing up."""

from flask import flash, request
from werkzeug.wrappers import Response

from app.accounts.forms import SignUpForm
from app.accounts.routes.blueprint import blueprint
from app.accounts.routes.signin import back_path
from app.accounts.services import passwords, signing_up
from app.accounts.session import start_session
from app.core.errors import Invalid
from app.core.uow import unit_of_work
from app.web.access import public
from app.web.context import current_actor
from app.web.ratelimit import PER_RECIPIENT, SIGN_UP, address_key, ensure_within, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


def _page(form: SignUpForm, status: int = 200) -> Response:
    head = Head("Sign up", "Make an account to ask, answer and follow.", "/signup", is_indexable=False)
    return page("accounts/signup.html", head, status, form=form, needs_csrf=True)


@blueprint.get("/signup")
@public
def sign_up_page() -> Response:
    """Show the form; people who are signed in already are led on."""
    back = back_path(request.args.get("next"))
    if current_actor().is_authenticated:
        return see_other(back)
    return _page(SignUpForm(formdata=None, next=back))


@blueprint.post("/signup")
@public
@limiter.limit(SIGN_UP, key_func=address_key)
def sign_up() -> Response:
    """Make the account and sign in at once; the address is confirmed later, by the link in a mail."""
    form = SignUpForm()
    if not form.validate():
        return _page(form, 400)
    try:
        name, address = signing_up.check_sign_up(form.name.data, form.email.data)
        passwords.check_password_rules(form.password.data, name, address)
        ensure_within(PER_RECIPIENT, "sign-up", address)
        password_hash = passwords.hash_password(form.password.data)
        with unit_of_work():
            start_session(signing_up.sign_up(name=name, email=address, password_hash=password_hash))
    except Invalid as error:
        form.add_errors(error)
        return _page(form, 400)
    flash(f"Welcome, {name}. We have sent a mail to {address}: open the link in it to confirm your address.", "success")
    return see_other(back_path(form.next.data))
