"""Lists of articles: rows for pages, feeds and the home page. One statement each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db
from app.core.pagination import Page, window
from app.core.records import Struct
from app.forum.queries.categories import reader_of
from app.kb.credits import without_credits
from app.kb.models import Article, ArticleKind, ArticleState, ArticleVersion, Section
from app.kb.policies import listed_articles, public_articles, visible_articles
from app.kb.urls import article_path, article_permalink, section_path
from app.pageviews.models import PageviewRecent, PageviewTotal
from app.web.marking import ARTICLES, SITE
from app.web.remembering import remember

PER_PAGE = 30
FEED_LENGTH = 30
# Below so many voices a percentage says nothing.
ENOUGH_VOICES = 5
# Views of the people who write, beside the states.
OTHER_VIEWS = ("pending", "planned", "changed")
ORDERS = ("title", "newest", "popular", "changed")


class ArticleRow(Struct, frozen=True):
    """An article as lists show it. `views` counts all times; `has_newer_text` says that a newer revision is not published yet.

    `answer` is the text of an FAQ article where a list shows it unfolded in place (the list of its section), otherwise None.
    """

    id: int
    title: str
    path: str
    summary: str
    section_title: str
    section_path: str
    verified_at: datetime | None
    helpful_yes: int
    helpful_no: int
    views: int
    state: str
    audience: str
    published_at: datetime | None
    updated_at: datetime
    source_changed_at: datetime | None
    has_newer_text: bool
    language: str = ""
    answer: Markup | None = None

    @property
    def section_name(self) -> str:
        """The section's title, under the name that rows use."""
        return self.section_title

    @property
    def helpful_percent(self) -> int | None:
        """Share of readers who found it helpful, or None when too few said so."""
        voices = self.helpful_yes + self.helpful_no
        return round(100 * self.helpful_yes / voices) if voices >= ENOUGH_VOICES else None


class FeedArticle(Struct, frozen=True):
    """An article in a feed. `id_path` never changes; `html` is sanitised."""

    id_path: str
    path: str
    title: str
    author: str
    html: str
    published_at: datetime
    updated_at: datetime
    tags: tuple[str, ...] = ()


_COLUMNS = (
    Article.id, Article.title, Article.slug, Article.summary, Article.verified_at, Article.helpful_yes, Article.helpful_no,
    Article.state, Article.audience, Article.published_at, Article.modified_at, Article.source_changed_at, Article.revision,
    Article.published_revision, Article.language, Section.title.label("section_title"), Section.slug.label("section_slug"),
    sa.func.coalesce(PageviewTotal.views, 0).label("views"),
)  # fmt: skip


def _select() -> sa.Select[*tuple[Any, ...]]:
    totals = sa.and_(PageviewTotal.kind == "article", PageviewTotal.target_id == Article.id)
    return (
        sa.select(*_COLUMNS).select_from(Article).join(Section, Section.id == Article.section_id).outerjoin(PageviewTotal, totals)
    )


def _row(row: sa.Row[*tuple[Any, ...]]) -> ArticleRow:
    return ArticleRow(
        id=row.id, title=row.title, path=article_path(row.section_slug, row.slug), summary=row.summary,
        section_title=row.section_title, section_path=section_path(row.section_slug), verified_at=row.verified_at,
        helpful_yes=row.helpful_yes, helpful_no=row.helpful_no, views=row.views, state=row.state, audience=row.audience,
        published_at=row.published_at, updated_at=row.modified_at, source_changed_at=row.source_changed_at,
        has_newer_text=row.published_revision is not None and row.revision > row.published_revision, language=row.language,
        answer=Markup(without_credits(row.answer)) if getattr(row, "answer", None) else None,  # noqa: S704 - sanitised when it was stored
    )  # fmt: skip


def _rows(statement: sa.Select[*tuple[Any, ...]]) -> list[ArticleRow]:
    return [_row(row) for row in db.session.execute(statement)]


def list_articles(
    actor: Actor, *, section_ids: Sequence[int] | None = None, version_id: int | None = None, order: str = "title", page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[ArticleRow]:  # fmt: skip
    """Return a page of published articles the actor may read, of all or some sections, or of those that hold on a version.

    Raises NotFound past the end.
    """
    offset, limit = window(page, per_page)
    statement = _ordered(_select().where(listed_articles(actor)), order)
    if section_ids is not None:
        statement = statement.where(Article.section_id.in_(section_ids))
    if version_id is not None:
        holds = sa.select(ArticleVersion.article_id).where(ArticleVersion.version_id == version_id, ArticleVersion.works)
        statement = statement.where(Article.id.in_(holds))
    return Page.from_rows(_rows(statement.offset(offset).limit(limit)), page, per_page)


def list_section_articles(actor: Actor, section_id: int, page: int = 1) -> Page[ArticleRow]:
    """Return a page of a section: its articles by title, then its FAQ with their answers in the order they were written."""
    offset, limit = window(page, PER_PAGE)
    is_faq = Article.kind == ArticleKind.FAQ
    statement = (
        _select()
        .add_columns(sa.case((is_faq, Article.body_html)).label("answer"))
        .where(listed_articles(actor), Article.section_id == section_id)
        .order_by(sa.case((is_faq, 1), else_=0), sa.case((is_faq, None), else_=sa.func.lower(Article.title)), Article.id)
    )
    return Page.from_rows(_rows(statement.offset(offset).limit(limit)), page, PER_PAGE)


def _working(view: str) -> sa.ColumnElement[bool]:
    """Criterion of a view of the people who write: a state, or one of OTHER_VIEWS."""
    if view == "changed":
        return sa.and_(Article.source_changed_at.is_not(None), Article.state != ArticleState.ARCHIVED)
    if view == "pending":
        return sa.and_(Article.state == ArticleState.PUBLISHED, Article.revision > Article.published_revision)
    if view == "planned":
        return Article.publish_at.is_not(None)
    return Article.state == view


def list_working_articles(actor: Actor, *, view: str, page: int = 1) -> Page[ArticleRow]:
    """Return a page of articles for the people who write: `view` is a state, `changed` for those whose sources changed,
    `pending` for published ones with newer text, or `planned` for those that are published by themselves."""
    offset, limit = window(page, PER_PAGE)
    statement = _select().where(visible_articles(actor), _working(view))
    return Page.from_rows(_rows(_ordered(statement, "changed").offset(offset).limit(limit)), page, PER_PAGE)


def count_working_articles(actor: Actor) -> dict[str, int]:
    """Return how many articles the actor sees in each view, in one statement."""
    views = (*(state.value for state in ArticleState), *OTHER_VIEWS)
    counts = [sa.func.count().filter(_working(view)).label(view) for view in views]
    return dict(db.session.execute(sa.select(*counts).select_from(Article).where(visible_articles(actor))).one()._asdict())


def list_popular_articles(actor: Actor, limit: int = 6) -> tuple[ArticleRow, ...]:
    """Return the articles read most in the last 30 days, then those that helped most: remembered while no article changes."""
    name = ("popular articles", limit)
    return remember(
        reader_of(actor), name, (ARTICLES, SITE), lambda: tuple(_rows(_ordered(_listed(actor), "popular").limit(limit)))
    )


def list_most_read(actor: Actor, section_ids: Sequence[int], limit: int = 6) -> tuple[ArticleRow, ...]:
    """Return the articles of some sections that were read most of all time: a stored count, remembered while no article changes."""

    def make() -> tuple[ArticleRow, ...]:
        statement = _listed(actor, section_ids).where(PageviewTotal.views > 0)
        return tuple(_rows(statement.order_by(sa.literal_column("views").desc(), Article.id).limit(limit)))

    return remember(reader_of(actor), ("most read", tuple(section_ids), limit), (ARTICLES, SITE), make)


def list_newest_articles(actor: Actor, limit: int = 6, *, section_ids: Sequence[int] | None = None) -> tuple[ArticleRow, ...]:
    """Return the articles published last, of all or some sections: remembered while no article changes."""
    name = ("newest articles", limit, None if section_ids is None else tuple(section_ids))
    return remember(
        reader_of(actor),
        name,
        (ARTICLES, SITE),
        lambda: tuple(_rows(_ordered(_listed(actor, section_ids), "newest").limit(limit))),
    )


def _listed(actor: Actor, section_ids: Sequence[int] | None = None) -> sa.Select[*tuple[Any, ...]]:
    statement = _select().where(listed_articles(actor))
    return statement if section_ids is None else statement.where(Article.section_id.in_(section_ids))


def list_feed_articles(limit: int = FEED_LENGTH) -> list[FeedArticle]:
    """Return the public articles changed last, newest first."""
    name = sa.func.coalesce(sa.func.nullif(Person.display_name, ""), Person.name).label("author")
    statement = (
        sa.select(
            Article.id, Article.title, Article.slug, Section.slug.label("section_slug"), name, Article.body_html,
            Article.published_at, Article.modified_at,
        )
        .join(Section, Section.id == Article.section_id)
        .outerjoin(Person, Person.id == Article.owner_id)
        .where(public_articles())
        .order_by(Article.modified_at.desc(), Article.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        FeedArticle(
            id_path=article_permalink(row.id), path=article_path(row.section_slug, row.slug), title=row.title,
            author=row.author or "", html=without_credits(row.body_html), published_at=row.published_at, updated_at=row.modified_at,
        )
        for row in db.session.execute(statement)
    ]  # fmt: skip


def list_sitemap_articles(after_id: int = 0, limit: int = 10_000) -> list[tuple[int, str, datetime]]:
    """Return (id, path, changed at) of public articles above `after_id`, by id."""
    statement = (
        sa.select(Article.id, Section.slug, Article.slug, Article.modified_at)
        .join(Section, Section.id == Article.section_id)
        .where(public_articles(), Article.id > after_id)
        .order_by(Article.id)
        .limit(limit)
    )
    return [(row_id, article_path(section, slug), changed) for row_id, section, slug, changed in db.session.execute(statement)]


def _ordered(statement: sa.Select[*tuple[Any, ...]], order: str) -> sa.Select[*tuple[Any, ...]]:
    if order == "newest":
        return statement.order_by(Article.published_at.desc(), Article.id.desc())
    if order == "changed":
        return statement.order_by(Article.modified_at.desc(), Article.id.desc())
    if order == "popular":
        recent = sa.and_(PageviewRecent.kind == "article", PageviewRecent.target_id == Article.id)
        views = sa.func.coalesce(PageviewRecent.views, 0)
        return statement.outerjoin(PageviewRecent, recent).order_by(views.desc(), Article.helpful_yes.desc(), Article.id.desc())
    return statement.order_by(sa.func.lower(Article.title), Article.id)
