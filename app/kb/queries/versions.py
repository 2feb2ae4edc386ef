"""On which versions of products articles hold. Reads only."""

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.db import db, read
from app.forum.models import Product, ProductVersion
from app.kb.models import ArticleVersion


@dataclass(frozen=True, slots=True)
class Checked:
    """A version on which somebody checked an article."""

    label: str
    works: bool


def article_words(article_id: int) -> dict[int, bool]:
    """Return by version id whether an article holds on it."""
    statement = sa.select(ArticleVersion.version_id, ArticleVersion.works).where(ArticleVersion.article_id == article_id)
    return dict(db.session.execute(statement).all())


def concerned_products(article_id: int) -> sa.Select[int]:
    """Return the select of the products that an article concerns: those of which it names a version."""
    return (
        sa.select(ProductVersion.product_id)
        .join(ArticleVersion, ArticleVersion.version_id == ProductVersion.id)
        .where(ArticleVersion.article_id == article_id)
    )


def checked_on(article_id: int) -> list[Checked]:
    """Return the published versions on which an article was checked, the newest of each product first; one statement."""
    statement = (
        sa.select(Product.name.label("product"), ProductVersion.name, ArticleVersion.works)
        .join(ProductVersion, ProductVersion.id == ArticleVersion.version_id)
        .join(Product, Product.id == ProductVersion.product_id)
        .where(ArticleVersion.article_id == article_id, ProductVersion.released_at.is_not(None))
        .order_by(Product.position, Product.name, ProductVersion.released_at.desc(), ProductVersion.id.desc())
    )
    return [Checked(f"{row.product} {row.name}", row.works) for row in read(statement)]
