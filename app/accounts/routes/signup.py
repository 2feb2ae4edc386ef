"""Signing up."""

from flask import flash, request
from werkzeug.wrappers import Response

from app.accounts.forms import SignUpForm
from app.accounts.routes.blueprint import blueprint
from app.accounts.routes.reset import secret
from app.accounts.routes.signin import back_path
from app.accounts.services import passwords, robots, signing_up
from app.accounts.session import start_session
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.web.access import public
from app.web.context import current_actor, site_settings
from app.web.ratelimit import PER_RECIPIENT, SIGN_UP, address_key, ensure_within, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

_CAUGHT = lazy_gettext(
    "Something filled in a field that is only there for robots. It is empty again: please send the form once more."
)


def _form(**values: str) -> SignUpForm:
    """Return the form: as it was posted, or with `values`; the question is there only where the site asks one."""
    form = SignUpForm(formdata=None, **values) if values else SignUpForm()
    if site_settings().signup_question:
        form.answer.label.text = site_settings().signup_question
    else:
        del form.answer
    return form


def _ensure_person(form: SignUpForm) -> None:
    """Raise Invalid for what looks like a robot. The trap is emptied and an old stamp renewed, so that people simply send again."""
    settings, caught = site_settings(), bool(form.homepage.data)
    pace = robots.read_pace(secret(), form.stamp.data or "", settings.signup_seconds)
    form.homepage.data = ""
    if pace == robots.Pace.OLD:
        form.stamp.data = robots.make_stamp(secret())
    if caught:
        raise Invalid(_CAUGHT, "")
    robots.ensure_human_pace(pace)
    if settings.signup_question:
        robots.ensure_answer(form.answer.data, settings.signup_answers)


def _page(form: SignUpForm, status: int = 200) -> Response:
    head = Head(_("Sign up"), _("Make an account to ask, answer and follow."), "/signup")
    return page("accounts/signup.html", head, status, form=form, needs_csrf=True)


@blueprint.get("/signup")
@public
def sign_up_page() -> Response:
    """Show the form; people who are signed in already are led on."""
    back = back_path(request.args.get("next"))
    if current_actor().is_authenticated:
        return see_other(back)
    return _page(_form(next=back, stamp=robots.make_stamp(secret())))


@blueprint.post("/signup")
@public
@limiter.limit(SIGN_UP, key_func=address_key)
def sign_up() -> Response:
    """Make the account and sign in at once; the address is confirmed later, by the link in a mail."""
    form = _form()
    if not form.validate():
        return _page(form, 400)
    try:
        _ensure_person(form)
        typed = (form.name.data, form.email.data, form.password.data)
        name, address = signing_up.check_sign_up(*typed, site_settings().blocked_mail_hosts)
        ensure_within(PER_RECIPIENT, "sign-up", address)
        password_hash = passwords.hash_password(form.password.data)
        with unit_of_work():
            start_session(signing_up.sign_up(name=name, email=address, password_hash=password_hash))
    except Invalid as error:
        form.add_errors(error)
        return _page(form, 400)
    flash(
        _(
            "Welcome, %(name)s. We have sent a mail to %(address)s: open the link in it to confirm your address.",
            name=name,
            address=address,
        ),
        "success",
    )
    return see_other(back_path(form.next.data))
