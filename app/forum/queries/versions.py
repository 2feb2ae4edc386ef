"""Products with their versions, and which of them a thread is about. Unpublished versions are only for who keeps them."""

from datetime import datetime

import sqlalchemy as sa

from app.core.db import db
from app.core.errors import NotFound
from app.core.records import Struct
from app.forum.models import Product, ProductVersion, ThreadVersion
from app.forum.models.product import VersionWord


class VersionRow(Struct, frozen=True):
    """A version; `label` names it with its product."""

    id: int
    name: str
    label: str
    released_at: datetime | None


class ProductRow(Struct, frozen=True):
    """A product with its versions, the newest first, those to come before all."""

    id: int
    name: str
    position: int
    versions: tuple[VersionRow, ...]

    @property
    def current(self) -> VersionRow | None:
        """The newest published version."""
        return next((version for version in self.versions if version.released_at is not None), None)


def list_products(*, with_unreleased: bool = False) -> list[ProductRow]:
    """Return all products in their order, in one statement; without versions that are not published unless wanted."""
    wanted = ProductVersion.product_id == Product.id
    if not with_unreleased:
        wanted = sa.and_(wanted, ProductVersion.released_at.is_not(None))
    is_coming = sa.case((ProductVersion.released_at.is_(None), 0), else_=1)
    statement = (
        sa.select(Product.id, Product.name, Product.position, ProductVersion.id, ProductVersion.name, ProductVersion.released_at)
        .outerjoin(ProductVersion, wanted)
        .order_by(Product.position, Product.name, is_coming, ProductVersion.released_at.desc(), ProductVersion.id.desc())
    )
    products: dict[int, ProductRow] = {}
    for product_id, name, position, version_id, version_name, released_at in db.session.execute(statement):
        row = products.get(product_id) or ProductRow(product_id, name, position, ())
        versions = () if version_id is None else (VersionRow(version_id, version_name, f"{name} {version_name}", released_at),)
        products[product_id] = ProductRow(product_id, name, position, (*row.versions, *versions))
    return list(products.values())


def list_version_labels() -> list[tuple[int, str]]:
    """Return (id, name with product) of all published versions, in one statement."""
    return [(version.id, version.label) for product in list_products() for version in product.versions]


def get_product(product_id: int) -> ProductRow:
    """Return a product with all its versions, those to come among them. Raises NotFound."""
    found = next((row for row in list_products(with_unreleased=True) if row.id == product_id), None)
    if found is None:
        raise NotFound
    return found


def released_version_ids() -> set[int]:
    """Return the ids of all published versions."""
    return set(db.session.scalars(sa.select(ProductVersion.id).where(ProductVersion.released_at.is_not(None))))


def current_versions() -> sa.Subquery:
    """Return a subquery (product_id, version_id, name, released_at) of each product's newest published version."""
    newest = sa.func.row_number().over(
        partition_by=ProductVersion.product_id, order_by=(ProductVersion.released_at.desc(), ProductVersion.id.desc())
    )
    ranked = (
        sa.select(
            ProductVersion.product_id, ProductVersion.id.label("version_id"), Product.name.label("product"),
            ProductVersion.name, ProductVersion.released_at, newest.label("place"),
        )
        .join(Product, Product.id == ProductVersion.product_id)
        .where(ProductVersion.released_at.is_not(None))
        .subquery()
    )  # fmt: skip
    columns = (ranked.c.product_id, ranked.c.version_id, ranked.c.product, ranked.c.name, ranked.c.released_at)
    return sa.select(*columns).where(ranked.c.place == 1).subquery()


def thread_words(thread_id: int) -> dict[int, VersionWord]:
    """Return what is known about a thread and versions, by version id."""
    statement = sa.select(ThreadVersion.version_id, ThreadVersion.word).where(ThreadVersion.thread_id == thread_id)
    return {version_id: VersionWord(word) for version_id, word in db.session.execute(statement)}


def list_thread_versions(thread_id: int) -> list[VersionRow]:
    """Return the published versions that a thread is about, the newest of each product first, without those it fails on."""
    statement = (
        sa.select(ProductVersion.id, Product.name.label("product"), ProductVersion.name, ProductVersion.released_at)
        .join(Product, Product.id == ProductVersion.product_id)
        .join(ThreadVersion, ThreadVersion.version_id == ProductVersion.id)
        .where(
            ThreadVersion.thread_id == thread_id, ThreadVersion.word != VersionWord.FAILS,
            ProductVersion.released_at.is_not(None),
        )
        .order_by(Product.position, Product.name, ProductVersion.released_at.desc(), ProductVersion.id.desc())
    )  # fmt: skip
    rows = db.session.execute(statement)
    return [VersionRow(row.id, row.name, f"{row.product} {row.name}", row.released_at) for row in rows]


def find_version_label(version_id: int) -> str | None:
    """Return the name of a published version with its product, or None when there is none."""
    return dict(list_version_labels()).get(version_id)


def has_products() -> bool:
    """Return whether there is any published version to choose."""
    return db.session.scalar(sa.select(ProductVersion.id).where(ProductVersion.released_at.is_not(None)).limit(1)) is not None
