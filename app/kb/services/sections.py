"""The tree of sections: adding, renaming, moving, ordering, removing empty ones. A section's address never changes."""

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core.actor import Actor
from app.core.db import db, lock_name
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.slugs import slugify
from app.core.uow import require_unit_of_work
from app.kb.models import Article, Section
from app.kb.policies import ensure_can_write_articles
from app.search.documents import ARTICLE, request_sync

SECTION_TITLE_MAX = 120
SLUG_LENGTH = 60
MAX_DEPTH = 4
NOT_EMPTY = lazy_gettext("There is still something in this section. Move it elsewhere first.")
# First parts of addresses below /kb that are not sections.
RESERVED = frozenset(
    {"articles", "sections", "sources", "preview", "feed.atom", "feed-atom", "new", "search", "verify", "remarks"}
)


def create_section(
    actor: Actor, *, title: str, parent_id: int | None = None, description: str = "", slug: str = "", language: str = ""
) -> Section:
    """Add a section as the last one below its parent (None: at the top); without a slug it gets one from its title.

    Raises Invalid for a wrong title or parent.
    """
    known = _load_all(actor)
    _check_title(title)
    _check_parent(known, None, parent_id)
    last = max((s.position for s in known.values() if s.parent_id == parent_id), default=-1)
    section = Section(
        parent_id=parent_id, slug=_free_slug(known, slug or title), title=title, description=description, position=last + 1,
        language=language,
    )  # fmt: skip
    db.session.add(section)
    db.session.flush()
    return section


def update_section(
    actor: Actor, *, section_id: int, title: str, description: str, parent_id: int | None, language: str | None = None
) -> Section:
    """Rename a section, describe it, and put it below another parent, there as the last one. Articles that had its language so far
    get the new one (None: it stays).

    Raises Invalid when the parent is the section itself or lies below it.
    """
    known = _load_all(actor)
    section = _find(known, section_id)
    _check_title(title)
    section.title, section.description = title, description
    if language is not None and language != section.language:
        _change_language(section, language)
    if parent_id != section.parent_id:
        _check_parent(known, section, parent_id)
        section.position = max((s.position for s in known.values() if s.parent_id == parent_id), default=-1) + 1
        section.parent_id = parent_id
    db.session.flush()
    return section


def _change_language(section: Section, language: str) -> None:
    """Give a section and the articles that followed it another language."""
    articles = sa.select(Article).where(Article.section_id == section.id, Article.language == section.language)
    for article in db.session.scalars(
        articles.order_by(Article.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    ):
        article.language = language
        request_sync(ARTICLE, article.id)
    section.language = language


def order_section(actor: Actor, *, section_id: int, step: int) -> Section:
    """Move a section one place up (step -1) or down (1) among its siblings; at the end nothing happens."""
    known = _load_all(actor)
    section = _find(known, section_id)
    siblings = sorted((s for s in known.values() if s.parent_id == section.parent_id), key=lambda s: (s.position, s.id))
    place = siblings.index(section)
    other = min(max(place + step, 0), len(siblings) - 1)
    siblings[place], siblings[other] = siblings[other], siblings[place]
    for position, sibling in enumerate(siblings):
        sibling.position = position
    db.session.flush()
    return section


def delete_section(actor: Actor, *, section_id: int) -> None:
    """Remove a section that holds nothing. Raises Conflict when there are articles or sections in it."""
    known = _load_all(actor)
    section = _find(known, section_id)
    has_children = any(s.parent_id == section.id for s in known.values())
    if has_children or db.session.scalar(sa.select(Article.id).where(Article.section_id == section.id).limit(1)):
        raise Conflict(NOT_EMPTY)
    db.session.delete(section)
    try:
        db.session.flush()
    except IntegrityError as error:  # an article came into it at this very moment
        raise Conflict(NOT_EMPTY) from error


def _load_all(actor: Actor) -> dict[int, Section]:
    """Return all sections, locked: the shape of the tree depends on all of them, and on those that others are adding."""
    require_unit_of_work()
    ensure_can_write_articles(actor)
    lock_name("sections")
    statement = sa.select(Section).order_by(Section.id).with_for_update(key_share=True).execution_options(populate_existing=True)
    return {section.id: section for section in db.session.scalars(statement)}


def _find(known: dict[int, Section], section_id: int) -> Section:
    if section_id not in known:
        raise NotFound
    return known[section_id]


def _check_title(title: str) -> None:
    if not title.strip():
        raise Invalid(_("Please give the section a title."), "title")
    if len(title) > SECTION_TITLE_MAX:
        raise Invalid(
            _("Please shorten the title to %(section_title_max)s characters.", section_title_max=SECTION_TITLE_MAX), "title"
        )


def _check_parent(known: dict[int, Section], section: Section | None, parent_id: int | None) -> None:
    """Raise Invalid when the parent is unknown, is or lies below the section, or when the tree would get too deep."""
    depth, seen = _height(known, section), parent_id
    while seen is not None:
        if seen not in known:
            raise Invalid(_("This section is gone. Please choose another one."), "parent_id")
        if section is not None and seen == section.id:
            raise Invalid(_("A section cannot lie within itself."), "parent_id")
        depth, seen = depth + 1, known[seen].parent_id
    if depth > MAX_DEPTH:
        raise Invalid(_("Sections can be %(max_depth)s levels deep.", max_depth=MAX_DEPTH), "parent_id")


def _height(known: dict[int, Section], section: Section | None) -> int:
    """Return how many levels a section and what is below it take."""
    if section is None:
        return 1
    level, height = {section.id}, 0
    while level:
        height += 1
        level = {s.id for s in known.values() if s.parent_id in level}
    return height


def _free_slug(known: dict[int, Section], title: str) -> str:
    slug = slugify(title, SLUG_LENGTH, "section")
    taken = {section.slug for section in known.values()} | RESERVED
    if slug not in taken:
        return slug
    return next(name for name in (f"{slug}-{number}" for number in range(2, len(taken) + 3)) if name not in taken)
