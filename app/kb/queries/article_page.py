"""Reading one article page: the article with its section and whom it names, in one Core statement, as a frozen row.

It carries the attributes that the policies look at, so that one rule serves rows and entities. Who may see it is decided by the caller,
each time: it is remembered for all readers, while no article changes.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import ANONYMOUS
from app.core.db import read
from app.core.records import Struct
from app.forum.queries.people import PERSON_WIDTH, PersonCard, person_card, person_columns
from app.kb.models import Article, ArticleSlug, Section
from app.kb.models.article import wordings_in
from app.kb.urls import article_path, section_path
from app.web.marking import ARTICLES, PEOPLE, SITE
from app.web.remembering import remember

# Characters of its text by which an article without a summary is described, and one that tells whether it goes on.
DESCRIPTION = 200

Contents = tuple[tuple[int, str, str], ...]


class SectionCard(NamedTuple):
    """The section of an article."""

    slug: str
    title: str

    @property
    def path(self) -> str:
        return section_path(self.slug)


class ArticleHead(Struct, frozen=True):
    """An article as its page shows it, with the text of the published revision. `opening`: how that begins, without its markup."""

    id: int
    section_id: int
    slug: str
    title: str
    summary: str
    applies_to: str
    asked_as: str
    searched_as: str
    searched_audience: str
    state: str
    audience: str
    language: str
    owner_id: int | None
    revision: int
    published_revision: int | None
    body_html: str
    opening: str
    published_at: datetime | None
    modified_at: datetime
    verified_at: datetime | None
    source_changed_at: datetime | None
    helpful_yes: int
    helpful_no: int
    needs_work_at: datetime | None
    publish_at: datetime | None
    toc: Contents
    section: SectionCard
    owner: PersonCard | None
    verified_by: PersonCard | None

    @property
    def path(self) -> str:
        return article_path(self.section.slug, self.slug)

    @property
    def wordings(self) -> tuple[str, ...]:
        """How people ask for it: written by hand, then their searches that failed before they ended here."""
        searched = self.searched_as if self.searched_audience == self.audience else ""
        return *wordings_in(self.asked_as), *wordings_in(searched)


_ARTICLE = (
    Article.id, Article.section_id, Article.slug, Article.title, Article.summary, Article.applies_to, Article.asked_as,
    Article.searched_as, Article.searched_audience, Article.state, Article.audience, Article.language, Article.owner_id,
    Article.revision, Article.published_revision, Article.body_html,
    sa.func.substr(Article.body_text, 1, DESCRIPTION + 1), Article.published_at,
    Article.modified_at, Article.verified_at, Article.source_changed_at, Article.helpful_yes, Article.helpful_no,
    Article.needs_work_at, Article.publish_at,
)  # fmt: skip
_WIDTH = len(_ARTICLE)


def contents_of(stored: Iterable[Any]) -> Contents:
    """Return level, anchor and title of the headings of a text, as they are stored with it."""
    return tuple((int(level), str(anchor), str(label)) for level, anchor, label in stored)


@lru_cache(maxsize=1)
def _by_slug() -> sa.Select[*tuple[Any, ...]]:
    owner, verifier = aliased(Person), aliased(Person)
    before = sa.select(ArticleSlug.article_id).where(ArticleSlug.slug == sa.bindparam("slug")).scalar_subquery()
    return (
        sa.select(*_ARTICLE, Article.toc, Section.slug, Section.title, *person_columns(owner), *person_columns(verifier))
        .select_from(Article)
        .join(Section, Section.id == Article.section_id)
        .outerjoin(owner, owner.id == Article.owner_id)
        .outerjoin(verifier, verifier.id == Article.verified_by_id)
        .where(sa.or_(Article.slug == sa.bindparam("slug"), Article.id == before))
    )


def find_article_head(slug: str) -> ArticleHead | None:
    """Return the article that has this slug, or had it before: remembered while no article changes, if there is one.

    The caller checks who may read it, and redirects when the slug is an old one.
    """
    with suppress(LookupError):
        return remember(ANONYMOUS, ("article", slug), (ARTICLES, PEOPLE, SITE), lambda: _read_head(slug))
    return None


def _read_head(slug: str) -> ArticleHead:
    """As find_article_head. Raises LookupError for a slug that none has or had: what does not exist is not remembered."""
    found = [_head(tuple(row)) for row in read(_by_slug(), {"slug": slug})]
    if not found:
        raise LookupError(slug)
    return next((head for head in found if head.slug == slug), found[0])


def _head(values: tuple[Any, ...]) -> ArticleHead:
    toc, slug, title, *people = values[_WIDTH:]
    owner, verifier = person_card(people[:PERSON_WIDTH]), person_card(people[PERSON_WIDTH:])
    rest: tuple[Any, ...] = (contents_of(toc), SectionCard(slug, title), owner, verifier)
    return ArticleHead(*values[:_WIDTH], *rest)
