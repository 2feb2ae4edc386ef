"""On which versions of products articles hold. Reads only."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.actor import ANONYMOUS, Actor
from app.core.db import db, read
from app.core.records import Struct
from app.forum.models import Product, ProductVersion
from app.kb.models import Article, ArticleVersion
from app.kb.policies import listed_articles
from app.web.marking import SITE, article_tag
from app.web.remembering import remember

SHOWN = 8


class Checked(Struct, frozen=True):
    """A version on which somebody checked an article."""

    id: int
    label: str
    works: bool


class VersionCount(Struct, frozen=True):
    """A published version, and how many articles hold on it."""

    id: int
    label: str
    articles: int


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


def holds_on(article_ids: Sequence[int]) -> dict[int, str]:
    """Return by article, in one line, the names of the published versions on which it holds; one statement, others are left out."""
    statement = (
        sa.select(ArticleVersion.article_id, Product.name, ProductVersion.name)
        .join(ProductVersion, ProductVersion.id == ArticleVersion.version_id)
        .join(Product, Product.id == ProductVersion.product_id)
        .where(
            ArticleVersion.article_id.in_(article_ids), ArticleVersion.works, ProductVersion.released_at.is_not(None),
        )
        .order_by(ArticleVersion.article_id, Product.position, Product.name, ProductVersion.released_at.desc())
    )  # fmt: skip
    found: dict[int, list[str]] = {}
    for article_id, product, version in db.session.execute(statement):
        found.setdefault(article_id, []).append(f"{product} {version}")
    return {article_id: " ".join(names) for article_id, names in found.items()}


_CHECKED = (
    sa.select(ProductVersion.id, Product.name.label("product"), ProductVersion.name, ArticleVersion.works)
    .join(ProductVersion, ProductVersion.id == ArticleVersion.version_id)
    .join(Product, Product.id == ProductVersion.product_id)
    .where(ArticleVersion.article_id == sa.bindparam("article_id"), ProductVersion.released_at.is_not(None))
    .order_by(Product.position, Product.name, ProductVersion.released_at.desc(), ProductVersion.id.desc())
)


def checked_on(article_id: int) -> tuple[Checked, ...]:
    """Return the published versions on which an article was checked, the newest of each product first.

    One statement, remembered while nothing about the article and products changes.
    """

    def make() -> tuple[Checked, ...]:
        return tuple(
            Checked(row.id, f"{row.product} {row.name}", row.works) for row in read(_CHECKED, {"article_id": article_id})
        )

    return remember(ANONYMOUS, ("checked", article_id), (article_tag(article_id), SITE), make)


def list_versions_of_articles(actor: Actor) -> list[VersionCount]:
    """Return the published versions on which articles hold that the actor may read, the newest releases first; one statement."""
    count = sa.func.count()
    statement = (
        sa.select(ProductVersion.id, Product.name.label("product"), ProductVersion.name, count.label("articles"))
        .join(Product, Product.id == ProductVersion.product_id)
        .join(ArticleVersion, ArticleVersion.version_id == ProductVersion.id)
        .join(Article, Article.id == ArticleVersion.article_id)
        .where(listed_articles(actor), ArticleVersion.works, ProductVersion.released_at.is_not(None))
        .group_by(ProductVersion.id, Product.name, ProductVersion.name, ProductVersion.released_at)
        .order_by(ProductVersion.released_at.desc(), ProductVersion.id.desc())
        .limit(SHOWN)
    )
    return [VersionCount(row.id, f"{row.product} {row.name}", row.articles) for row in read(statement)]
