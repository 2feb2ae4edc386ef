"""Keeping the products and publishing their versions: admins only. Names of unpublished versions are known to nobody else."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.forum.events import VersionReleased
from app.forum.models import Product, ProductVersion, ThreadVersion
from app.forum.models.product import PRODUCT_NAME_MAX, VERSION_NAME_MAX
from app.forum.policies import ensure_can_manage_products
from app.forum.services.versions import refresh_version_words


def create_product(actor: Actor, *, name: str, position: int = 0) -> Product:
    """Add a product. Raises NotFound, Invalid("name")."""
    require_unit_of_work()
    ensure_can_manage_products(actor)
    _check_name(name, PRODUCT_NAME_MAX, sa.select(Product.id).where(sa.func.lower(Product.name) == name.lower()))
    product = Product(name=name, position=position)
    db.session.add(product)
    db.session.flush()
    return product


def update_product(actor: Actor, *, product_id: int, name: str, position: int) -> Product:
    """Rename a product, or put it elsewhere in the list. Raises NotFound, Invalid("name")."""
    product = _locked(actor, product_id)
    same = sa.select(Product.id).where(sa.func.lower(Product.name) == name.lower(), Product.id != product_id)
    _check_name(name, PRODUCT_NAME_MAX, same)
    is_renamed, product.name, product.position = name != product.name, name, position
    db.session.flush()
    if is_renamed:
        threads = sa.select(ThreadVersion.thread_id).join(ProductVersion, ProductVersion.id == ThreadVersion.version_id)
        refresh_version_words(set(db.session.scalars(threads.where(ProductVersion.product_id == product_id))))
    return product


def delete_product(actor: Actor, *, product_id: int) -> None:
    """Remove a product without versions. Raises NotFound, Conflict."""
    product = _locked(actor, product_id)
    if db.session.scalar(sa.select(ProductVersion.id).where(ProductVersion.product_id == product_id).limit(1)):
        raise Conflict(_("This product still has versions. Remove those first."))
    db.session.delete(product)
    db.session.flush()


def add_version(actor: Actor, *, product_id: int, name: str) -> ProductVersion:
    """Add a version that is not published yet. Raises NotFound, Invalid("name")."""
    _locked(actor, product_id)
    same = sa.select(ProductVersion.id).where(
        ProductVersion.product_id == product_id, sa.func.lower(ProductVersion.name) == name.lower()
    )
    _check_name(name, VERSION_NAME_MAX, same, shortest=1)
    version = ProductVersion(product_id=product_id, name=name)
    db.session.add(version)
    db.session.flush()
    return version


def release_version(actor: Actor, *, version_id: int) -> ProductVersion:
    """Publish a version: what is about its product waits to be checked on it. Raises NotFound, Conflict."""
    version = _locked_version(actor, version_id)
    if version.released_at is not None:
        raise Conflict(_("This version is published already."))
    version.released_at = now()
    db.session.flush()
    emit(VersionReleased(version.id, version.product_id, actor.id))
    return version


def withdraw_version(actor: Actor, *, version_id: int) -> ProductVersion:
    """Take the publication of a version back, while nothing names it. Raises NotFound, Conflict."""
    version = _locked_version(actor, version_id)
    if version.released_at is None:
        raise Conflict(_("This version is not published."))
    _ensure_unused(version_id)
    version.released_at = None
    db.session.flush()
    return version


def delete_version(actor: Actor, *, version_id: int) -> None:
    """Remove a version that is not published. Raises NotFound, Conflict."""
    version = _locked_version(actor, version_id)
    if version.released_at is not None:
        raise Conflict(_("This version is published. Take that back first."))
    _ensure_unused(version_id)
    db.session.delete(version)
    db.session.flush()


def _locked(actor: Actor, product_id: int) -> Product:
    require_unit_of_work()
    ensure_can_manage_products(actor)
    product = db.session.get(Product, product_id, with_for_update={"key_share": True}, populate_existing=True)
    if product is None:
        raise NotFound
    return product


def _locked_version(actor: Actor, version_id: int) -> ProductVersion:
    require_unit_of_work()
    ensure_can_manage_products(actor)
    version = db.session.get(ProductVersion, version_id, with_for_update={"key_share": True}, populate_existing=True)
    if version is None:
        raise NotFound
    return version


def _ensure_unused(version_id: int) -> None:
    """Raise Conflict when anything refers to the version, in this package or above it."""
    users = [
        column for table in db.metadata.sorted_tables for column in table.columns
        if any(key.column.table.name == ProductVersion.__tablename__ for key in column.foreign_keys)
    ]  # fmt: skip
    for column in users:
        if db.session.scalar(sa.select(column).where(column == version_id).limit(1)) is not None:
            raise Conflict(_("Threads or articles name this version already, so it stays."))


def _check_name(name: str, longest: int, same: sa.Select[int], shortest: int = 2) -> None:
    if not shortest <= len(name) <= longest:
        raise Invalid(_("Please use %(shortest)s to %(longest)s characters.", shortest=shortest, longest=longest), "name")
    if db.session.scalar(same) is not None:
        raise Invalid(_("There is one of this name already."), "name")
