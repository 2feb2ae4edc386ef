"""What became of a person's answers in the knowledge base: the articles built from them, and whom these helped. Reads only."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import db
from app.core.records import Struct
from app.kb.models import Article, ArticleSource, Section
from app.kb.policies import listed_of_named
from app.kb.urls import article_path
from app.pageviews.models import PageviewTotal

SHOWN = 10


class CreditedRow(Struct, frozen=True):
    """An article built from somebody's posts: how often it was read and how many readers it helped since it was published."""

    title: str
    path: str
    views: int
    helped: int


class Credited(Struct, frozen=True):
    """All such articles in figures, and those that helped most."""

    count: int = 0
    views: int = 0
    helped: int = 0
    rows: tuple[CreditedRow, ...] = ()


def credited_to(actor: Actor, person_id: int) -> Credited:
    """Return the published articles built from a person's posts that the actor may read; one statement."""
    views = sa.func.coalesce(PageviewTotal.views, 0)
    total = sa.and_(PageviewTotal.kind == "article", PageviewTotal.target_id == Article.id)
    mine = sa.select(ArticleSource.article_id).where(ArticleSource.author_id == person_id, ArticleSource.is_shown)
    statement = (
        sa.select(
            Article.title, Article.slug, Section.slug.label("section_slug"), views.label("views"), Article.helpful_yes,
            sa.func.count().over().label("articles"), sa.func.sum(views).over().label("all_views"),
            sa.func.sum(Article.helpful_yes).over().label("all_helped"),
        )
        .join(Section, Section.id == Article.section_id)
        .outerjoin(PageviewTotal, total)
        .where(listed_of_named(actor), Article.id.in_(mine))
        .order_by(Article.helpful_yes.desc(), views.desc(), Article.id)
        .limit(SHOWN)
    )  # fmt: skip
    found = db.session.execute(statement).all()
    if not found:
        return Credited()
    rows = tuple(
        CreditedRow(row.title, article_path(row.section_slug, row.slug), int(row.views), row.helpful_yes) for row in found
    )
    return Credited(found[0].articles, int(found[0].all_views), int(found[0].all_helped), rows)
