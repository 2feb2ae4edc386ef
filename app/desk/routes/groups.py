"""Admins keep the groups of staff."""

from flask import flash
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.desk.forms import GroupForm
from app.desk.queries.people import GroupRow, list_staff
from app.desk.queries.rules import get_group, list_groups
from app.desk.routes.blueprint import blueprint
from app.desk.services.grouping import create_group, delete_group, update_group
from app.desk.urls import GROUPS
from app.web.access import admins
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


def _offered(form: GroupForm, group: GroupRow | None = None) -> GroupForm:
    people = [(str(person.id), person.display_name) for person in list_staff()]
    former = (
        [(str(person.id), _("%(person)s (not staff any more)", person=person.display_name)) for person in group.former]
        if group
        else []
    )
    return form.offer(people + former)


def _list_page(form: GroupForm, status: int = 200) -> Response:
    head = Head(title=_("Groups · Desk"))
    return page("desk/groups.html", head, status=status, form=_offered(form), groups=list_groups())


def _edit_page(form: GroupForm, group: GroupRow, status: int = 200) -> Response:
    head = Head(title=_("%(name)s · Groups", name=group.name))
    return page("desk/group.html", head, status=status, form=_offered(form, group), group=group)


@blueprint.get("/desk/groups")
@admins
def groups() -> Response:
    """List the groups, with a form for a new one."""
    return _list_page(GroupForm(formdata=None))


@blueprint.post("/desk/groups")
@admins
def add_group() -> Response:
    """Add a group."""
    form = GroupForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            group = create_group(current_actor(), **form.values())
    except Invalid as error:
        form.add_errors(error)
        return _list_page(form, status=400)
    flash(_("“%(name)s” is ready. Rules can name it now.", name=group.name), "success")
    return see_other(GROUPS)


@blueprint.get("/desk/groups/<id:group_id>")
@admins
def edit_group(group_id: int) -> Response:
    """Show one group's form."""
    group = get_group(group_id)
    members = [str(person.id) for person in (*group.members, *group.former)]
    form = GroupForm(formdata=None, data={"name": group.name, "description": group.description, "members": members})
    return _edit_page(form, group)


@blueprint.post("/desk/groups/<id:group_id>")
@admins
def change_group(group_id: int) -> Response:
    """Change a group and its people."""
    form = GroupForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            update_group(current_actor(), group_id=group_id, **form.values())
    except Invalid as error:
        form.add_errors(error)
        return _edit_page(form, get_group(group_id), status=400)
    flash(_("Saved."), "success")
    return see_other(GROUPS)


@blueprint.post("/desk/groups/<id:group_id>/delete")
@admins
def remove_group(group_id: int) -> Response:
    """Remove a group that no rule names."""
    with unit_of_work():
        delete_group(current_actor(), group_id=group_id)
    flash(_("The group is gone. Nobody is in charge of its questions now."))
    return see_other(GROUPS)
