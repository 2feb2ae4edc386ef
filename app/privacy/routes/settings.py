"""What people do about their own data: see what is kept, take a copy, erase the account."""

from flask import flash, send_file
from werkzeug.wrappers import Response

from app.accounts.models import Person
from app.accounts.queries import SignInCandidate, get_person
from app.accounts.services import erasing
from app.core.errors import Forbidden, Gone, Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.privacy.forms import KEEP, EraseForm, ExportForm
from app.privacy.passwords import ensure_password
from app.privacy.queries import count_holdings, find_erasure, find_newest_export, get_own_export
from app.privacy.routes.blueprint import blueprint
from app.privacy.services.exporting import request_export
from app.privacy.terms import privacy_terms
from app.privacy.urls import PRIVACY, export_path
from app.web.access import members
from app.web.context import current_actor
from app.web.ratelimit import SIGN_IN, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


def _own_person() -> Person:
    actor = current_actor()
    if actor.id is None:
        raise Forbidden(_("Please sign in first."))
    return get_person(actor.id)


def _page(status: int = 200, export_form: ExportForm | None = None, erase_form: EraseForm | None = None) -> Response:
    person, terms = _own_person(), privacy_terms()
    export = find_newest_export(person.id)
    return page(
        "privacy/settings.html",
        Head(_("Your data")),
        status,
        person=person,
        counts=count_holdings(person.id),
        export=export,
        export_url=export_path(export.id) if export else "",
        erasure=find_erasure(person.id),
        terms=terms,
        export_form=export_form or ExportForm(formdata=None),
        erase_form=erase_form or EraseForm(formdata=None),
    )


@blueprint.get("/settings/privacy")
@members
def privacy() -> Response:
    """Show what is kept, the newest copy of it, and the way out."""
    return _page()


@blueprint.post("/settings/privacy/export")
@members
@limiter.limit(SIGN_IN)
def ask_export() -> Response:
    """Have a copy made, after the password was typed once more."""
    form = ExportForm()
    if not form.validate():
        return _page(400, export_form=form)
    person = _own_person()
    try:
        ensure_password(SignInCandidate(person.id, person.password_hash), form.export_password.data, "export_password")
    except Invalid as error:
        form.add_errors(error)
        return _page(400, export_form=form)
    with unit_of_work():
        request_export(current_actor())
    flash(_("We are putting the copy together. You get a mail when it is ready."), "success")
    return see_other(PRIVACY)


@blueprint.get("/settings/privacy/export/<id:export_id>")
@members
def download(export_id: int) -> Response:
    """Send a finished copy, to its person only."""
    export = get_own_export(current_actor(), export_id)
    path = privacy_terms().exports / export.name
    if not path.is_file():
        raise Gone(_("This copy is not there any more. You can ask for a new one."))
    day = export.asked_at.strftime("%Y-%m-%d")
    response = send_file(path, "application/zip", as_attachment=True, download_name=f"my-data-{day}.zip", max_age=0, etag=False)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.post("/settings/privacy/erase")
@members
@limiter.limit(SIGN_IN)
def ask_erase() -> Response:
    """Note the wish to erase the account; a mail asks once more."""
    form, terms = EraseForm(), privacy_terms()
    if terms.posts != "ask":
        form.posts.data = terms.posts
    if not form.validate():
        return _page(400, erase_form=form)
    person = _own_person()
    try:
        ensure_password(SignInCandidate(person.id, person.password_hash), form.password.data, "password")
        with unit_of_work():
            wish = erasing.request_erasure(
                current_actor(), typed_name=form.name.data, keeps_posts=form.posts.data == KEEP, grace=terms.grace
            )
    except Invalid as error:
        form.add_errors(error)
        return _page(400, erase_form=form)
    if wish.due_at is not None:  # without an address nothing is asked once more, and every sign-in has ended
        return see_other("/login")
    flash(_("Please open the link in the mail we have sent you. Only then your account will be erased."), "success")
    return see_other(PRIVACY)


@blueprint.post("/settings/privacy/keep")
@members
def keep() -> Response:
    """Take the wish to erase the account back."""
    person_id = _own_person().id
    with unit_of_work():
        is_kept = erasing.cancel_erasure(person_id)
    flash(_("Your account stays.") if is_kept else _("There was nothing to take back."), "success")
    return see_other(PRIVACY)
