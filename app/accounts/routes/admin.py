"""Accounts for admins: looking people up, giving roles, handing an account to whoever reads mail at an address."""

from flask import flash, request
from werkzeug.wrappers import Response

from app.accounts.forms import ROLE_NAMES, ClaimForm, RoleForm
from app.accounts.queries import get_person, list_people
from app.accounts.routes.blueprint import blueprint
from app.accounts.services import credentials, roles
from app.core.actor import Role
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.web.access import admins
from app.web.context import current_actor
from app.web.forms import posted_line, query_line
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/admin/people")
@admins
def people() -> Response:
    """List accounts, newest first, or those that match ?q=."""
    text = query_line("q", 100)
    rows = list_people(text, parse_page(request.args.get("page")))
    return page("accounts/admin_people.html", Head(_("People")), rows=rows, q=text, role_names=ROLE_NAMES)


def _person_page(person_id: int, claim: ClaimForm | None = None, status: int = 200) -> Response:
    person = get_person(person_id)
    return page(
        "accounts/admin_person.html",
        Head(_("Account of %(name)s", name=person.name)),
        status,
        person=person,
        role_form=RoleForm(formdata=None, role=person.role),
        claim_form=claim or ClaimForm(formdata=None),
    )


@blueprint.get("/admin/people/<id:person_id>")
@admins
def person(person_id: int) -> Response:
    """Show one account."""
    return _person_page(person_id)


@blueprint.post("/admin/people/<id:person_id>/role")
@admins
def change_role(person_id: int) -> Response:
    """Give a person a role."""
    with unit_of_work():
        changed = roles.set_role(current_actor(), person_id, posted_line("role"))
    flash(_("%(name)s now has the role %(role)s.", name=changed.name, role=ROLE_NAMES[Role(changed.role)]), "success")
    return see_other(f"/admin/people/{person_id}")


@blueprint.post("/admin/people/<id:person_id>/claim")
@admins
def offer_claim(person_id: int) -> Response:
    """Mail a link that lets the reader of an address choose the password of this account."""
    form = ClaimForm()
    if not form.validate():
        return _person_page(person_id, form, 400)
    try:
        with unit_of_work():
            address = credentials.offer_claim(current_actor(), person_id=person_id, email=form.email.data).pending_email
    except Invalid as error:
        form.add_errors(error)
        return _person_page(person_id, form, 400)
    flash(_("A link to choose a password is on its way to %(address)s.", address=address), "success")
    return see_other(f"/admin/people/{person_id}")
