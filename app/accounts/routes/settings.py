"""What people change about their own account: profile, address, password, sessions."""

from flask import flash
from werkzeug.wrappers import Response

from app.accounts.forms import ChangeAddressForm, ChangePasswordForm, LanguageForm, ProfileForm
from app.accounts.models import Person
from app.accounts.queries import SignInCandidate, get_person, list_sessions
from app.accounts.routes.blueprint import blueprint
from app.accounts.routes.signin import verified
from app.accounts.services import credentials, passwords, profiles
from app.accounts.session import current_session_hash, end_all_sessions, end_session
from app.core.errors import Forbidden, Invalid
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.web.access import members
from app.web.context import current_actor, site_settings
from app.web.forms import posted_line
from app.web.languages import visitor_language
from app.web.ratelimit import PER_RECIPIENT, RESET, SIGN_IN, ensure_within, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

_ACCOUNT = "/settings/account"


def own_person() -> Person:
    """Return the row of who is asking."""
    actor = current_actor()
    if actor.id is None:
        raise Forbidden(_("Please sign in first."))
    return get_person(actor.id)


@blueprint.get("/settings")
@members
def settings() -> Response:
    """Lead to the first page of the settings."""
    return see_other("/settings/profile")


def _profile_page(form: ProfileForm, status: int = 200) -> Response:
    return page("accounts/settings_profile.html", Head(_("Your profile")), status, form=form)


@blueprint.get("/settings/profile")
@members
def profile_settings() -> Response:
    """Show what the profile says."""
    person = own_person()
    form = ProfileForm(formdata=None, display_name=person.display_name, website=person.website, about=person.about_source)
    return _profile_page(form)


@blueprint.post("/settings/profile")
@members
@limiter.limit("20 per minute")
def save_profile() -> Response:
    """Save the profile; its text is rendered here, once."""
    form = ProfileForm()
    if not form.validate():
        return _profile_page(form, 400)
    actor = current_actor()
    assert actor.id is not None
    try:
        about = render_markdown(form.about.data or "", max_length=profiles.ABOUT_MAX)
        with unit_of_work():
            profiles.update_profile(
                actor, person_id=actor.id, display_name=form.display_name.data or "", about=about, website=form.website.data or ""
            )
    except Invalid as error:
        form.add_errors(Invalid({("about" if name == "body" else name): text for name, text in error.errors.items()}))
        return _profile_page(form, 400)
    flash(_("Your profile is saved."), "success")
    return see_other("/settings/profile")


def _account_page(
    status: int = 200,
    address: ChangeAddressForm | None = None,
    password: ChangePasswordForm | None = None,
    language: LanguageForm | None = None,
) -> Response:
    person, languages = own_person(), site_settings().languages
    chosen = LanguageForm(formdata=None, language=person.language or "").offer(languages)
    return page(
        "accounts/settings_account.html",
        Head(_("Your account")),
        status,
        person=person,
        sessions=list_sessions(person.id, current_session_hash()),
        address_form=address or ChangeAddressForm(formdata=None),
        password_form=password or ChangePasswordForm(formdata=None),
        language_form=(language or chosen) if len(languages) > 1 else None,
    )


@blueprint.get("/settings/account")
@members
def account_settings() -> Response:
    """Show address, password and sign-ins."""
    return _account_page()


def _verify_own(person: Person, password: str, field: str) -> None:
    """Ask for the password again before something that could lock the owner out. Raises Invalid(field), TooMany."""
    try:
        verified(SignInCandidate(person.id, person.password_hash), person.name, password)
    except Invalid:
        raise Invalid(_("This is not your password. Please type the one you use now."), field) from None


@blueprint.post("/settings/address")
@members
@limiter.limit(SIGN_IN)
def change_address() -> Response:
    """Keep a new address and mail a link to it."""
    form = ChangeAddressForm()
    if not form.validate():
        return _account_page(400, address=form)
    try:
        _verify_own(own_person(), form.current_password.data, "current_password")
        ensure_within(PER_RECIPIENT, "address", form.email.data.casefold())
        with unit_of_work():
            blocked = site_settings().blocked_mail_hosts
            address = credentials.request_address_change(current_actor(), email=form.email.data, blocked=blocked).pending_email
    except Invalid as error:
        form.add_errors(error)
        return _account_page(400, address=form)
    flash(_("We have sent a mail to %(address)s: open the link in it to confirm the address.", address=address), "success")
    return see_other(_ACCOUNT)


@blueprint.post("/settings/address/resend")
@members
@limiter.limit(RESET)
def resend_confirmation() -> Response:
    """Mail the confirmation link once more."""
    ensure_within(PER_RECIPIENT, "resend", str(current_actor().id))
    with unit_of_work():
        address = credentials.resend_confirmation(current_actor()).pending_email
    flash(_("We have sent the link to %(address)s again.", address=address), "success")
    return see_other(_ACCOUNT)


@blueprint.post("/settings/address/drop")
@members
def drop_address() -> Response:
    """Forget the address that waits for confirmation."""
    with unit_of_work():
        credentials.drop_pending_address(current_actor())
    flash(_("Your address stays as it was."), "success")
    return see_other(_ACCOUNT)


@blueprint.post("/settings/language")
@members
def choose_language() -> Response:
    """Remember the language that was chosen."""
    form = LanguageForm().offer(site_settings().languages)
    if not form.validate():
        return _account_page(400, language=form)
    person_id = own_person().id
    with unit_of_work():
        profiles.choose_language(current_actor(), person_id=person_id, language=form.language.data or None)
    with speaking(form.language.data or visitor_language()):
        flash(_("From now on pages and mails are in the language you chose."), "success")
    return see_other(_ACCOUNT)


@blueprint.post("/settings/password")
@members
@limiter.limit(SIGN_IN)
def change_password() -> Response:
    """Set a new password and end all other sign-ins."""
    form = ChangePasswordForm()
    if not form.validate():
        return _account_page(400, password=form)
    person = own_person()
    old_hash = person.password_hash
    try:
        passwords.check_password_rules(form.password.data, person.name, person.email or person.pending_email or "")
        _verify_own(person, form.old_password.data, "old_password")
        new_hash = passwords.hash_password(form.password.data)
        with unit_of_work():
            credentials.change_password(current_actor(), old_hash=old_hash, new_hash=new_hash)
            end_all_sessions(person.id, keep_current=True)
    except Invalid as error:
        form.add_errors(error)
        return _account_page(400, password=form)
    flash(_("Your new password counts from now on. All your other sign-ins have ended."), "success")
    return see_other(_ACCOUNT)


@blueprint.post("/settings/sessions/end")
@members
def end_sessions() -> Response:
    """Sign out everywhere, or (keep=1) everywhere but here."""
    keep = posted_line("keep") == "1"
    person_id = own_person().id
    with unit_of_work():
        end_all_sessions(person_id, keep_current=keep)
        if not keep:
            end_session()
    flash(_("All your other sign-ins have ended.") if keep else _("You are signed out everywhere."), "success")
    return see_other(_ACCOUNT if keep else "/login")
