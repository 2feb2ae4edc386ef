"""Admins keep products and their versions; askers and curators say which versions a thread is about."""

from flask import flash, request
from werkzeug.wrappers import Response

from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.forum.forms import ProductForm, VersionForm
from app.forum.policies import ensure_can_set_versions
from app.forum.queries.threads import get_thread
from app.forum.queries.versions import ProductRow, get_product, list_products, thread_words
from app.forum.routes.blueprint import blueprint
from app.forum.services import products, versions
from app.web.access import admins, curators, members
from app.web.context import current_actor
from app.web.flashes import flash_undo
from app.web.forms import BaseForm, posted_ids
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

PATH = "/admin/products"


@blueprint.get("/admin/products")
@admins
def manage_products() -> Response:
    """List the products, with a form for a new one."""
    return _list_page(ProductForm(formdata=None))


def _list_page(form: BaseForm, status: int = 200) -> Response:
    head = Head(title=_("Products"))
    return page("forum/products.html", head, status=status, rows=list_products(with_unreleased=True), form=form)


@blueprint.post("/admin/products")
@admins
def create_product() -> Response:
    """Add a product."""
    form = ProductForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            product = products.create_product(current_actor(), **form.values())
    except Invalid as error:
        form.add_errors(error)
        return _list_page(form, status=400)
    flash(_("“%(name)s” is ready. Add its versions now.", name=product.name), "success")
    return see_other(f"{PATH}/{product.id}")


@blueprint.get("/admin/products/<id:product_id>")
@admins
def edit_product(product_id: int) -> Response:
    """Show a product with its versions."""
    row = get_product(product_id)
    return _edit_page(row, ProductForm(formdata=None, obj=row), VersionForm(formdata=None, prefix="version-"))


def _edit_page(row: ProductRow, form: BaseForm, version_form: BaseForm, status: int = 200) -> Response:
    head = Head(title=_("Product %(name)s", name=row.name))
    return page("forum/product_edit.html", head, status=status, row=row, form=form, version_form=version_form)


@blueprint.post("/admin/products/<id:product_id>")
@admins
def update_product(product_id: int) -> Response:
    """Rename a product."""
    form = ProductForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            products.update_product(current_actor(), product_id=product_id, **form.values())
    except Invalid as error:
        form.add_errors(error)
        return _edit_page(get_product(product_id), form, VersionForm(formdata=None, prefix="version-"), 400)
    flash(_("Saved."), "success")
    return see_other(f"{PATH}/{product_id}")


@blueprint.post("/admin/products/<id:product_id>/delete")
@admins
def delete_product(product_id: int) -> Response:
    """Remove a product without versions."""
    with unit_of_work():
        products.delete_product(current_actor(), product_id=product_id)
    flash(_("The product is removed."), "success")
    return see_other(PATH)


@blueprint.post("/admin/products/<id:product_id>/versions")
@admins
def add_version(product_id: int) -> Response:
    """Add a version, not published yet."""
    form = VersionForm(prefix="version-")
    try:
        form.ensure_valid()
        with unit_of_work():
            version = products.add_version(current_actor(), product_id=product_id, name=form.name.data)
    except Invalid as error:
        form.add_errors(error)
        row = get_product(product_id)
        return _edit_page(row, ProductForm(formdata=None, obj=row), form, 400)
    flash(_("Version %(name)s is noted. Nobody else sees it before you publish it.", name=version.name), "success")
    return see_other(f"{PATH}/{product_id}")


@blueprint.post("/admin/versions/<id:version_id>/release")
@admins
def release_version(version_id: int) -> Response:
    """Publish a version."""
    try:
        with unit_of_work():
            version = products.release_version(current_actor(), version_id=version_id)
    except Conflict as error:
        return _refused(error)
    text = _("%(name)s is published. What is about this product waits in the list to verify.", name=version.name)
    flash_undo(text, f"/admin/versions/{version_id}/withdraw")
    return see_other(f"{PATH}/{version.product_id}")


@blueprint.post("/admin/versions/<id:version_id>/withdraw")
@admins
def withdraw_version(version_id: int) -> Response:
    """Take the publication of a version back."""
    try:
        with unit_of_work():
            version = products.withdraw_version(current_actor(), version_id=version_id)
    except Conflict as error:
        return _refused(error)
    flash(_("%(name)s is not published any more.", name=version.name), "success")
    return see_other(f"{PATH}/{version.product_id}")


@blueprint.post("/admin/versions/<id:version_id>/delete")
@admins
def delete_version(version_id: int) -> Response:
    """Remove a version that is not published."""
    try:
        with unit_of_work():
            products.delete_version(current_actor(), version_id=version_id)
    except Conflict as error:
        return _refused(error)
    flash(_("The version is removed."), "success")
    return see_other(PATH)


def _refused(error: Conflict) -> Response:
    flash(error.message, "error")
    return see_other(PATH)


@blueprint.get("/threads/<id:thread_id>/versions")
@members
def show_versions(thread_id: int) -> Response:
    """Show which versions a thread is about, to choose others."""
    return _versions_page(thread_id, set(thread_words(thread_id)))


def _versions_page(thread_id: int, chosen: set[int], error: str = "", status: int = 200) -> Response:
    actor = current_actor()
    thread = get_thread(actor, thread_id)
    ensure_can_set_versions(actor, thread)
    return page(
        "forum/thread_versions.html", Head(title=_("Versions")), status=status, thread=thread,
        products=list_products(), chosen=chosen, words=thread_words(thread_id), error=error,
    )  # fmt: skip


@blueprint.post("/threads/<id:thread_id>/versions")
@members
def save_versions(thread_id: int) -> Response:
    """Take over which versions a thread is about."""
    chosen = posted_ids("version")
    try:
        with unit_of_work():
            thread = versions.set_thread_versions(current_actor(), thread_id=thread_id, version_ids=chosen)
            path = thread.path
    except Invalid as error:
        return _versions_page(thread_id, chosen, error.message, 400)
    flash(_("Thank you. Others see which version this is about."), "success")
    return see_other(path)


@blueprint.post("/threads/<id:thread_id>/versions/<id:version_id>/check")
@curators
def check_version(thread_id: int, version_id: int) -> Response:
    """Say whether the solution still holds on a version, or take that back."""
    works = {"yes": True, "no": False}.get(request.form.get("works", ""))
    with unit_of_work():
        thread = versions.check_thread(current_actor(), thread_id=thread_id, version_id=version_id, works=works)
    if works is None:
        flash(_("Taken back. It waits to be checked again."), "success")
    else:
        noted = (
            _("Noted: “%(title)s” works there.", title=thread.title)
            if works
            else _("Noted: “%(title)s” does not work there.", title=thread.title)
        )
        flash_undo(noted, f"/threads/{thread_id}/versions/{version_id}/check")
    return see_other("/kb/verify?view=threads")
