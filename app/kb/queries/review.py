"""The talk about an article, and how its readers' words stand since it was last confirmed. Reads only."""

from datetime import datetime

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import joinedload

from app.accounts.models import Person
from app.core.actor import ANONYMOUS, Actor
from app.core.db import db, read
from app.core.records import Struct
from app.kb.models import Article, ArticleComment, ArticleFeedback, ArticleRevision
from app.kb.queries.article_page import ArticleHead
from app.web.marking import article_tag
from app.web.remembering import remember

FAILURES_SHOWN = 30


class Remark(Struct, frozen=True):
    """One remark; without an author it is the site's own word."""

    id: int
    revision: int
    author: Person | None
    html: Markup
    created_at: datetime
    is_resolved: bool


class Confirmed(Struct, frozen=True):
    """How many readers said since the last confirmation that an article helped, and when the last one did."""

    count: int = 0
    last_at: datetime | None = None


class Failure(Struct, frozen=True):
    """One reader's word that an article did not help: the reason they chose, what they wrote, and when."""

    reason: str
    note: str
    created_at: datetime


def _about(actor: Actor, article_id: int) -> sa.ColumnElement[bool]:
    """Say in SQL that a remark is about a text of this article that the actor may look up."""
    texts = sa.select(ArticleRevision.number).where(
        ArticleRevision.article_id == article_id, ArticleRevision.audience.in_(actor.audiences)
    )
    return sa.and_(ArticleComment.article_id == article_id, ArticleComment.revision.in_(texts))


def list_remarks(actor: Actor, article_id: int) -> list[Remark]:
    """Return the remarks about an article with their authors, oldest first, open ones and others.

    Those about texts that are kept from the actor are left out.
    """
    statement = (
        sa.select(ArticleComment)
        .where(_about(actor, article_id))
        .options(joinedload(ArticleComment.author))
        .order_by(ArticleComment.id)
    )
    return [
        Remark(
            row.id, row.revision, row.author, Markup(row.body_html), row.created_at,  # noqa: S704 - sanitised when it was stored
            row.resolved_at is not None,
        )
        for row in db.session.scalars(statement)
    ]  # fmt: skip


def list_failures(article: Article) -> list[Failure]:
    """Return why readers were not helped since somebody last confirmed the article, the newest first; those who did not say are
    left out."""
    word = ArticleFeedback
    statement = sa.select(word.reason, word.note, word.created_at).where(
        word.article_id == article.id, ~word.is_helpful, sa.or_(word.reason != "", word.note != "")
    )
    if article.verified_at is not None:
        statement = statement.where(word.created_at >= article.verified_at)
    rows = db.session.execute(statement.order_by(word.created_at.desc(), word.id.desc()).limit(FAILURES_SHOWN))
    return [Failure(row.reason, row.note, row.created_at) for row in rows]


def count_open_remarks(actor: Actor, article_id: int) -> int:
    """Return how many of these remarks nobody dealt with."""
    statement = sa.select(sa.func.count()).select_from(ArticleComment)
    return db.session.scalar(statement.where(_about(actor, article_id), ArticleComment.resolved_at.is_(None))) or 0


_CONFIRMED = sa.select(
    sa.func.count(), sa.type_coerce(sa.func.max(ArticleFeedback.created_at), ArticleFeedback.created_at.type)
).where(
    ArticleFeedback.article_id == sa.bindparam("article_id"), ArticleFeedback.is_helpful,
    ArticleFeedback.created_at >= sa.bindparam("verified_at", type_=ArticleFeedback.created_at.type),
)  # fmt: skip


def confirmed_by_readers(article: ArticleHead) -> Confirmed:
    """Return what readers confirmed since somebody in charge last did.

    One statement, remembered while nothing about the article changes; none for what nobody confirmed.
    """
    if article.verified_at is None or not article.helpful_yes:
        return Confirmed()
    values = {"article_id": article.id, "verified_at": article.verified_at}
    name = ("confirmed", *values.values())
    return remember(ANONYMOUS, name, (article_tag(article.id),), lambda: Confirmed(*read(_CONFIRMED, values).one()))
