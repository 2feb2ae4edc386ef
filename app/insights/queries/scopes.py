"""From the words of an address to a scope: categories, tags, people and articles that the actor may know of."""

from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import read
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.forum.models import Category, Tag, Thread, ThreadTag
from app.forum.policies import listed_threads, visible_categories
from app.insights.period import Period
from app.insights.scope import Named, Scope
from app.kb.models import Article

MOST_DIGITS = 18


def find_scope(
    actor: Actor, *, period: Period, moment: datetime, category: str = "", tag: str = "", helper: str = "", article: str = ""
) -> Scope:
    """Return the scope of a category's slug, a tag's name, a person's name and an article's number; empty ones narrow nothing.

    Raises NotFound for one that does not exist, or that the actor may not know of. One statement for each that is given.
    """
    return Scope(
        actor,
        period,
        moment,
        category=_find_category(actor, category) if category else None,
        tag=_find_tag(actor, tag) if tag else None,
        helper=_find_helper(helper) if helper else None,
        article=_find_article(actor, article) if article else None,
    )


def _find_category(actor: Actor, slug: str) -> Named:
    statement = sa.select(Category.id, Category.slug, Category.name).where(Category.slug == slug, visible_categories(actor))
    row = read(statement).first()
    if row is None:
        raise NotFound(_("There is no such category."))
    return Named(row.id, row.slug, row.name)


def _find_tag(actor: Actor, name: str) -> Named:
    """A tag that only threads carry which the actor may not find is unknown to them."""
    carried = (
        sa.select(sa.literal(1))
        .select_from(ThreadTag)
        .join(Thread, Thread.id == ThreadTag.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(ThreadTag.tag_id == Tag.id, listed_threads(actor))
        .correlate(Tag)
        .exists()
    )
    row = read(sa.select(Tag.id, Tag.name).where(Tag.name == name, carried)).first()
    if row is None:
        raise NotFound(_("There is no such tag."))
    return Named(row.id, row.name, row.name)


def _find_helper(name: str) -> Named:
    statement = sa.select(Person.id, Person.name, Person.display_name).where(Person.name_key == name.casefold())
    row = read(statement).first()
    if row is None:
        raise NotFound(_("There is nobody of this name."))
    return Named(row.id, row.name, row.display_name)


def _find_article(actor: Actor, number: str) -> Named:
    """An article that was never published, or that the actor may not read, is unknown."""
    if not (number.isascii() and number.isdigit()) or len(number) > MOST_DIGITS:
        raise NotFound(_("There is no such article."))
    readable = (Article.audience.in_(actor.audiences), Article.published_revision.is_not(None))
    row = read(sa.select(Article.id, Article.title).where(Article.id == int(number), *readable)).first()
    if row is None:
        raise NotFound(_("There is no such article."))
    return Named(row.id, str(row.id), row.title)
