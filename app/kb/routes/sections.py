"""Managing the tree of sections. For curators."""

from flask import Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.uow import unit_of_work
from app.kb.forms import SectionForm
from app.kb.policies import ensure_can_write_articles
from app.kb.queries.sections import SectionTree, load_tree
from app.kb.routes.blueprint import blueprint
from app.kb.services import sections
from app.web.access import curators
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

TOP = (0, "At the top")
PATH = "/kb/sections"


def _form(tree: SectionTree) -> SectionForm:
    form = SectionForm()
    form.parent_id.choices = [TOP, *((node.id, "– " * node.depth + node.title) for node in tree.flat())]
    return form


@blueprint.route("/kb/sections", methods=["GET", "POST"])
@curators
def manage_sections() -> AnyResponse:
    """Show the tree, and add a section to it."""
    actor = current_actor()
    ensure_can_write_articles(actor)
    tree = load_tree(actor)
    form = _form(tree)
    if request.method == "GET":
        return _page(tree, form)
    try:
        form.ensure_valid()
        with unit_of_work():
            sections.create_section(
                actor, title=form.title.data, parent_id=form.parent_id.data or None, description=form.description.data or ""
            )
    except Invalid as error:
        form.add_errors(error)
        return _page(tree, form, 400)
    flash(f"“{form.title.data}” is there now. It appears to readers with its first article.", "success")
    return see_other(PATH)


def _page(tree: SectionTree, form: SectionForm, status: int = 200) -> Response:
    return page("kb/sections.html", Head(title="Sections", is_indexable=False), status=status, tree=tree, form=form)


@blueprint.route("/kb/sections/<id:section_id>", methods=["GET", "POST"])
@curators
def edit_section(section_id: int) -> AnyResponse:
    """Rename a section, describe it, or put it somewhere else."""
    actor = current_actor()
    tree = load_tree(actor)
    node = tree.by_id.get(section_id)
    if node is None:
        raise NotFound
    form = _form(tree)
    if request.method == "POST":
        return _update(actor, node.id, form, tree)
    form.title.data, form.description.data, form.parent_id.data = node.title, node.description, node.parent_id or 0
    return _edit_page(tree, node.id, form)


def _update(actor: Actor, section_id: int, form: SectionForm, tree: SectionTree) -> AnyResponse:
    try:
        form.ensure_valid()
        with unit_of_work():
            sections.update_section(
                actor, section_id=section_id, title=form.title.data, description=form.description.data or "",
                parent_id=form.parent_id.data or None,
            )  # fmt: skip
    except Invalid as error:
        form.add_errors(error)
        return _edit_page(tree, section_id, form, 400)
    flash("Saved.", "success")
    return see_other(PATH)


def _edit_page(tree: SectionTree, section_id: int, form: SectionForm, status: int = 200) -> Response:
    node = tree.by_id[section_id]
    head = Head(title=f"Section “{node.title}”", is_indexable=False)
    return page("kb/section_edit.html", head, status=status, section=node, form=form)


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
    flash("The section is gone.", "success")
    return see_other(PATH)
