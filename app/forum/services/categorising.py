"""Keeping the list of categories: admins only."""

import sqlalchemy as sa

from app.core.actor import Actor, Audience
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import separated
from app.core.slugs import slugify
from app.forum.models import Category, Thread
from app.forum.queries.threads import get_categories_for_update

NAME_MAX = 80
DESCRIPTION_MAX = 300
# Solved questions are archived after so many quiet days at the least, and at the most.
ARCHIVE_MIN, ARCHIVE_MAX = 7, 3_650


def _ensure_admin(actor: Actor) -> None:
    if not actor.is_admin:
        raise Forbidden(_("Only admins keep the categories."))


def _check(name: str, description: str, audience: str, archive_after_days: int | None, own_id: int | None = None) -> None:
    errors = {}
    others = db.session.execute(sa.select(Category.id, Category.name).where(Category.id.is_distinct_from(own_id)))
    if name.casefold() in {other.casefold() for _id, other in others}:
        errors["name"] = _("There is a category of this name already.")
    if not 2 <= len(name) <= NAME_MAX:
        errors["name"] = _("Please use 2 to %(most)s characters.", most=NAME_MAX)
    if len(description) > DESCRIPTION_MAX:
        errors["description"] = _("Please use at most %(most)s characters.", most=DESCRIPTION_MAX)
    if audience not in list(Audience):
        errors["audience"] = _("Please choose who may read it.")
    if archive_after_days is not None and not ARCHIVE_MIN <= archive_after_days <= ARCHIVE_MAX:
        errors["archive_after_days"] = _(
            "Please use a number of days from %(least)s to %(most)s, or leave it empty.",
            least=ARCHIVE_MIN,
            most=separated(ARCHIVE_MAX),
        )
    if errors:
        raise Invalid(errors)


def create_category(
    actor: Actor,
    *,
    name: str,
    description: str = "",
    audience: str = Audience.PUBLIC,
    needs_approval: bool = False,
    holds_first_posts: bool = False,
    archive_after_days: int | None = None,
    position: int = 0,
) -> Category:
    """Add a category. Its address is made from its name and stays, whatever the name becomes.

    Raises Forbidden, Invalid (also when the name, or the address that it gives, is taken).
    """
    _ensure_admin(actor)
    _check(name, description, audience, archive_after_days)
    slug = slugify(name)
    if db.session.scalar(sa.select(Category.id).where(Category.slug == slug)) is not None:
        raise Invalid(_("There is a category of this name already."), field="name")
    category = Category(
        slug=slug, name=name, description=description, audience=audience, needs_approval=needs_approval,
        holds_first_posts=holds_first_posts, archive_after_days=archive_after_days, position=position,
    )  # fmt: skip
    db.session.add(category)
    db.session.flush()
    return category


def update_category(
    actor: Actor,
    *,
    category_id: int,
    name: str,
    description: str,
    audience: str,
    needs_approval: bool,
    position: int,
    holds_first_posts: bool = False,
    archive_after_days: int | None = None,
) -> Category:
    """Change a category. Who may read it changes only while it is empty: what was public has been read and indexed.

    Raises Forbidden, NotFound, Invalid.
    """
    _ensure_admin(actor)
    category = _locked(category_id)
    _check(name, description, audience, archive_after_days, category_id)
    if audience != category.audience and _has_threads(category_id):
        raise Invalid(
            _("Who may read it can be changed only while it is empty. Make a new category and move the threads."),
            field="audience",
        )
    category.name, category.description, category.audience = name, description, audience
    category.needs_approval, category.position = needs_approval, position
    category.holds_first_posts, category.archive_after_days = holds_first_posts, archive_after_days
    return category


def delete_category(actor: Actor, *, category_id: int) -> None:
    """Remove an empty category. Raises Forbidden, NotFound, Conflict while it holds threads."""
    _ensure_admin(actor)
    category = _locked(category_id)
    if _has_threads(category_id):
        raise Conflict(_("This category still holds threads (perhaps hidden ones). Move them first."))
    db.session.delete(category)


def _locked(category_id: int) -> Category:
    category = get_categories_for_update([category_id]).get(category_id)
    if category is None:
        raise NotFound
    return category


def _has_threads(category_id: int) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Thread.category_id == category_id))))
