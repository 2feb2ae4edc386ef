"""What admins do with accounts: anonymise one, make two of them one. Neither can be undone, and both pages say so first."""

from flask import flash
from werkzeug.wrappers import Response

from app.accounts.models import Person
from app.accounts.queries import find_person_by_name, get_person
from app.accounts.services.erasing import order_erasure
from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.privacy.forms import KEEP, AnonymiseForm, MergeForm
from app.privacy.queries import count_holdings
from app.privacy.routes.blueprint import blueprint
from app.privacy.services.erasing import ask_to_erase_now
from app.privacy.services.merging import request_merge
from app.web.access import admins
from app.web.context import current_actor
from app.web.forms import posted_line
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


def _anonymise_page(person: Person, form: AnonymiseForm, status: int = 200) -> Response:
    head = Head(_("Anonymise %(name)s", name=person.name))
    return page("privacy/anonymise.html", head, status, person=person, form=form, counts=count_holdings(person.id))


@blueprint.get("/admin/people/<id:person_id>/anonymise")
@admins
def anonymise_page(person_id: int) -> Response:
    """Show what would go and what would stay."""
    return _anonymise_page(get_person(person_id), AnonymiseForm(formdata=None))


@blueprint.post("/admin/people/<id:person_id>/anonymise")
@admins
def anonymise(person_id: int) -> Response:
    """Have an account erased, without the days of grace."""
    person, form = get_person(person_id), AnonymiseForm()
    if not form.validate():
        return _anonymise_page(person, form, 400)
    try:
        with unit_of_work():
            order_erasure(current_actor(), person_id=person_id, keeps_posts=form.posts.data == KEEP, reason=form.reason.data)
            ask_to_erase_now()
    except Invalid as error:
        form.add_errors(error)
        return _anonymise_page(person, form, 400)
    flash(_("%(name)s is being anonymised. This takes a moment.", name=person.name), "success")
    return see_other("/admin/people")


def _merge_page(person: Person, form: MergeForm, into: Person | None = None, status: int = 200) -> Response:
    return page(
        "privacy/merge.html", Head(_("Merge %(name)s", name=person.name)), status, person=person, form=form, into=into,
        counts=count_holdings(person.id), into_counts=count_holdings(into.id) if into else [],
    )  # fmt: skip


@blueprint.get("/admin/people/<id:person_id>/merge")
@admins
def merge_page(person_id: int) -> Response:
    """Ask which account stays."""
    return _merge_page(get_person(person_id), MergeForm(formdata=None))


@blueprint.post("/admin/people/<id:person_id>/merge")
@admins
def merge(person_id: int) -> Response:
    """Show both accounts side by side; with `confirm` (the id of the one that stays) have them made one."""
    person, form = get_person(person_id), MergeForm()
    if not form.validate():
        return _merge_page(person, form, status=400)
    into = find_person_by_name(form.into.data)
    try:
        if into is None:
            raise Invalid(_("There is nobody of that name here."), "into")
        if into.id == person.id:
            raise Invalid(_("This is the account that would go. Please name another one."), "into")
        if posted_line("confirm") != str(into.id):
            return _merge_page(person, form, into)
        with unit_of_work():
            request_merge(current_actor(), from_id=person_id, into_id=into.id, reason=form.reason.data)
    except Invalid as error:
        form.add_errors(error)
        return _merge_page(person, form, status=400)
    except Conflict as error:
        form.add_errors(Invalid(error.message, "into"))
        return _merge_page(person, form, status=409)
    flash(_("%(name)s is becoming %(other)s. This takes a moment.", name=person.name, other=into.name), "success")
    return see_other(f"/admin/people/{into.id}")
