"""Admins keep the categories."""

from flask import flash
from werkzeug.wrappers import Response

from app.core.clock import now
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import ngettext, separated
from app.core.uow import unit_of_work
from app.forum.forms import CategoryForm
from app.forum.queries.archiving import count_due
from app.forum.queries.categories import CategoryRow, list_categories
from app.forum.routes.blueprint import blueprint
from app.forum.services.categorising import create_category, delete_category, update_category
from app.web.access import admins
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

PATH = "/admin/categories"


def _find(category_id: int) -> CategoryRow:
    found = next((row for row in list_categories(current_actor()) if row.id == category_id), None)
    if found is None:
        raise NotFound
    return found


@blueprint.get("/admin/categories")
@admins
def manage_categories() -> Response:
    """List all categories, and a form for a new one."""
    return _list_page(CategoryForm(formdata=None))


def _list_page(form: CategoryForm, status: int = 200) -> Response:
    rows = list_categories(current_actor())
    return page("forum/categories_admin.html", Head(title=_("Categories")), status=status, rows=rows, form=form)


@blueprint.post("/admin/categories")
@admins
def create_category_action() -> Response:
    """Add a category."""
    form = CategoryForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            category = create_category(current_actor(), **form.values())
    except Invalid as error:
        form.add_errors(error)
        return _list_page(form, status=400)
    flash(_("“%(name)s” is ready.", name=category.name), "success")
    return see_other(PATH)


@blueprint.get("/admin/categories/<id:category_id>")
@admins
def edit_category(category_id: int) -> Response:
    """Show one category's form."""
    row = _find(category_id)
    return _edit_page(CategoryForm(formdata=None, obj=row), row)


def _edit_page(form: CategoryForm, row: CategoryRow, status: int = 200) -> Response:
    return page(
        "forum/category_edit.html", Head(title=_("Category %(name)s", name=row.name)), status=status, row=row, form=form,
        due_words=_due_words(row),
    )  # fmt: skip


def _due_words(row: CategoryRow) -> str:
    """Return what the rule of the category would archive now, in words."""
    if row.archive_after_days is None:
        return ""
    due = count_due(row.id, row.archive_after_days, now())
    return ngettext(
        "%(num)s question is quiet for %(days)s days now.",
        "%(num)s questions are quiet for %(days)s days now.",
        due,
        days=separated(row.archive_after_days),
    )


@blueprint.post("/admin/categories/<id:category_id>")
@admins
def update_category_action(category_id: int) -> Response:
    """Change a category."""
    form = CategoryForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            update_category(current_actor(), category_id=category_id, **form.values())
    except Invalid as error:
        form.add_errors(error)
        return _edit_page(form, _find(category_id), status=400)
    flash(_("Saved."), "success")
    return see_other(PATH)


@blueprint.post("/admin/categories/<id:category_id>/delete")
@admins
def delete_category_action(category_id: int) -> Response:
    """Remove an empty category."""
    with unit_of_work():
        delete_category(current_actor(), category_id=category_id)
    flash(_("The category is removed."), "success")
    return see_other(PATH)
