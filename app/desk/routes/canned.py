"""Keeping canned answers: the list, and the form to write, change or delete one."""

from typing import Any

from flask import Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.desk.item_forms import CannedForm
from app.desk.models import CannedAnswer
from app.desk.policies import ensure_can_edit_canned, ensure_can_use_desk
from app.desk.queries.canned import get_canned, list_canned
from app.desk.routes.blueprint import blueprint
from app.desk.services import canning
from app.desk.urls import CANNED
from app.forum.queries.categories import list_categories
from app.web.access import staff
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/desk/canned")
@staff
def canned_list() -> Response:
    """Show what the actor may use."""
    actor, number = current_actor(), parse_page(request.args.get("page"))
    ensure_can_use_desk(actor)
    return page("desk/canned.html", Head(_("Canned answers")), rows=list_canned(actor, number))


@blueprint.get("/desk/canned/new")
@staff
def new_canned() -> Response:
    """Show the form for a new one."""
    actor = current_actor()
    ensure_can_use_desk(actor)
    return _edit_page(actor, CannedForm(formdata=None), None)


@blueprint.post("/desk/canned/new")
@staff
def create_canned() -> AnyResponse:
    """Keep a new one, or show the form again with what was typed."""
    actor = current_actor()
    form = _filled(actor)
    try:
        form.ensure_valid()
        with unit_of_work():
            canning.create_canned(actor, **_values(form))
    except Invalid as error:
        form.add_errors(error)
        return _edit_page(actor, form, None, 400)
    flash(_("Kept. It is offered at every question it fits."), "success")
    return see_other(CANNED)


@blueprint.get("/desk/canned/<id:canned_id>")
@staff
def edit_canned(canned_id: int) -> Response:
    """Show one to change."""
    actor = current_actor()
    canned = get_canned(actor, canned_id)
    ensure_can_edit_canned(actor, canned)
    values = {"title": canned.title, "body": canned.body_source, "category_id": canned.category_id, "is_shared": canned.is_shared}
    return _edit_page(actor, CannedForm(formdata=None, data=values), canned)


@blueprint.post("/desk/canned/<id:canned_id>")
@staff
def change_canned(canned_id: int) -> AnyResponse:
    """Save a changed one, or show the form again with what was typed."""
    actor = current_actor()
    form = _filled(actor)
    try:
        form.ensure_valid()
        with unit_of_work():
            canning.change_canned(actor, canned_id=canned_id, **_values(form))
    except Invalid as error:
        form.add_errors(error)
        canned = get_canned(actor, canned_id)
        ensure_can_edit_canned(actor, canned)
        return _edit_page(actor, form, canned, 400)
    flash(_("Saved."), "success")
    return see_other(CANNED)


@blueprint.post("/desk/canned/<id:canned_id>/delete")
@staff
def delete_canned(canned_id: int) -> AnyResponse:
    """Delete one."""
    with unit_of_work():
        canning.delete_canned(current_actor(), canned_id=canned_id)
    flash(_("Deleted. Answers written with it stay as they are."), "success")
    return see_other(CANNED)


def _filled(actor: Actor) -> CannedForm:
    form = CannedForm()
    _offer_categories(actor, form)
    return form


def _offer_categories(actor: Actor, form: CannedForm) -> None:
    form.category_id.choices = [("", _("all categories")), *((row.id, row.name) for row in list_categories(actor))]


def _values(form: CannedForm) -> dict[str, Any]:
    return {
        "title": form.title.data or "",
        "body": form.body.data or "",
        "category_id": form.category_id.data,
        "is_shared": bool(form.is_shared.data),
    }


def _edit_page(actor: Actor, form: CannedForm, canned: CannedAnswer | None, status: int = 200) -> Response:
    _offer_categories(actor, form)
    title = _("Change “%(title)s”", title=canned.title) if canned else _("New canned answer")
    return page("desk/canned_edit.html", Head(title), status, form=form, canned=canned, title=title)
