"""Managing the tree of sections. For curators."""

from typing import Any

from flask import Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.kb.forms import LANGUAGES, SectionForm
from app.kb.queries.sections import SectionNode, SectionTree, is_empty_section, load_tree
from app.kb.routes.blueprint import blueprint
from app.kb.services import sections
from app.web.access import curators
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

TOP = (0, lazy_gettext("At the top"))
PATH = "/kb/sections"


def _form(tree: SectionTree, node: SectionNode | None = None) -> SectionForm:
    """Return the form of a new section or of a known one, which cannot lie within itself; its language is among the choices even if
    it came in from elsewhere.
    """
    form, current = SectionForm(), node.language if node else ""
    own = frozenset(tree.branch(node) if node else ())
    known = [code for code, _name in LANGUAGES]
    form.language.choices = [*LANGUAGES, *((code, code) for code in (current,) if code not in known)]
    form.parent_id.choices = [TOP, *((one.id, "– " * one.depth + one.title) for one in tree.flat() if one.id not in own)]
    return form


@blueprint.get("/kb/sections")
@curators
def show_sections() -> Response:
    """Show the tree and the form for a new section."""
    tree = load_tree(current_actor(), with_empty=True)
    return _page(tree, _form(tree))


@blueprint.post("/kb/sections")
@curators
def create_section() -> AnyResponse:
    """Add a section."""
    actor = current_actor()
    tree = load_tree(actor, with_empty=True)
    form = _form(tree)
    try:
        form.ensure_valid()
        values = _values(form)
        with unit_of_work():
            sections.create_section(actor, **values)
    except Invalid as error:
        form.add_errors(error)
        return _page(tree, form, 400)
    flash(_("“%(data)s” is there now. It appears to readers with its first article.", data=form.title.data), "success")
    return see_other(PATH)


def _values(form: SectionForm) -> dict[str, Any]:
    description = form.description.data or ""
    return {
        "title": form.title.data, "description": description, "parent_id": form.parent_id.data or None,
        "language": form.language.data,
    }  # fmt: skip


def _page(tree: SectionTree, form: SectionForm, status: int = 200) -> Response:
    return page("kb/sections.html", Head(title=_("Sections")), status=status, tree=tree, form=form)


def _find(tree: SectionTree, section_id: int) -> SectionNode:
    if section_id not in tree.by_id:
        raise NotFound
    return tree.by_id[section_id]


@blueprint.get("/kb/sections/<id:section_id>")
@curators
def show_section_editor(section_id: int) -> Response:
    """Show the form of one section."""
    tree = load_tree(current_actor(), with_empty=True)
    node = _find(tree, section_id)
    form = _form(tree, node)
    form.language.data = node.language
    form.title.data, form.description.data, form.parent_id.data = node.title, node.description, node.parent_id or 0
    return _edit_page(node, form)


@blueprint.post("/kb/sections/<id:section_id>")
@curators
def update_section(section_id: int) -> AnyResponse:
    """Rename a section, describe it, or put it somewhere else."""
    actor = current_actor()
    tree = load_tree(actor, with_empty=True)
    node = _find(tree, section_id)
    form = _form(tree, node)
    try:
        form.ensure_valid()
        values = _values(form)
        with unit_of_work():
            sections.update_section(actor, section_id=node.id, **values)
    except Invalid as error:
        form.add_errors(error)
        return _edit_page(node, form, 400)
    flash(_("Saved."), "success")
    return see_other(PATH)


def _edit_page(node: SectionNode, form: SectionForm, status: int = 200) -> Response:
    head = Head(title=_("Section “%(title)s”", title=node.title))
    return page("kb/section_edit.html", head, status=status, section=node, form=form, is_empty=is_empty_section(node))


@blueprint.post("/kb/sections/<id:section_id>/order")
@curators
def order_section(section_id: int) -> AnyResponse:
    """Move a section up or down among its siblings."""
    step = -1 if request.form.get("direction") == "up" else 1
    with unit_of_work():
        sections.order_section(current_actor(), section_id=section_id, step=step)
    return see_other(PATH)


@blueprint.post("/kb/sections/<id:section_id>/delete")
@curators
def delete_section(section_id: int) -> AnyResponse:
    """Remove an empty section."""
    with unit_of_work():
        sections.delete_section(current_actor(), section_id=section_id)
    flash(_("The section is gone."), "success")
    return see_other(PATH)
