"""Who is told what of an article: whoever keeps it what it needs, its authors whom it helped. Handlers run in the transaction
of the fact; mails are only queued here."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.events import Event
from app.kb.events import (
    ArticleDiscussed,
    ArticleHelped,
    ArticleNeedsWork,
    ArticleOwnerChanged,
    ArticleStateChanged,
    FixRequested,
    ReviewDue,
    SourceChanged,
)
from app.kb.models import Article, ArticleComment, ArticleRevision, ArticleSource
from app.notifications.models import NotificationKind
from app.notifications.sentences import article_news, fix_wanted, has_helped, source_changed
from app.notifications.services.notifying import notify


def _keepers(article_id: int) -> set[int | None]:
    return set(db.session.scalars(sa.select(Article.owner_id).where(Article.id == article_id)))


def _tell_keepers(article_id: int, text: str, actor_id: int | None = None, others: set[int | None] | None = None) -> None:
    people = _keepers(article_id) | (others or set())
    notify(people, NotificationKind.KEEPING, actor_id=actor_id, article_id=article_id, text=text)


def tell_of_source(event: SourceChanged) -> None:
    """Whoever looks after an article hears that a post it was built from changed."""
    _tell_keepers(event.article_id, source_changed(event.change))


def tell_of_unhelped(event: ArticleNeedsWork) -> None:
    """Whoever looks after an article hears that it does not help its readers."""
    _tell_keepers(event.article_id, article_news("unhelped"))


def tell_of_review(event: ReviewDue) -> None:
    """Whoever looks after an article hears that it is time to look at it again."""
    _tell_keepers(event.article_id, article_news("review"))


def tell_of_remark(event: ArticleDiscussed) -> None:
    """Whoever looks after an article, wrote its newest text or talked about it before hears of a remark."""
    mine = ArticleComment.article_id == event.article_id
    talkers = set(db.session.scalars(sa.select(ArticleComment.author_id).where(mine).distinct()))
    newest = sa.and_(Article.id == ArticleRevision.article_id, Article.revision == ArticleRevision.number)
    writer = sa.select(ArticleRevision.editor_id).join(Article, newest).where(Article.id == event.article_id)
    people = talkers | set(db.session.scalars(writer))
    _tell_keepers(event.article_id, article_news("remark"), event.actor_id, people)


def tell_of_ownership(event: ArticleOwnerChanged) -> None:
    """Somebody hears that they look after an article now."""
    notify(
        [event.new_owner_id], NotificationKind.KEEPING, actor_id=event.actor_id, article_id=event.article_id,
        text=article_news("owner"),
    )  # fmt: skip


def tell_of_fix(event: FixRequested) -> None:
    """Whoever looks after an article hears that a thread shows what it should say better."""
    _tell_keepers(event.article_id, fix_wanted(event.note), event.actor_id)


def tell_of_state(event: ArticleStateChanged) -> None:
    """Whoever looks after an article hears what others decided about it."""
    news = {"published": "published", "archived": "archived"}
    if event.old_state == "in_review":
        news["draft"] = "sent_back"
    if event.new_state in news:
        _tell_keepers(event.article_id, article_news(news[event.new_state]), event.actor_id)


def tell_of_help(event: ArticleHelped) -> None:
    """The authors of an article's sources hear how many people it helped."""
    authors = db.session.scalars(
        sa.select(ArticleSource.author_id).where(ArticleSource.article_id == event.article_id, ArticleSource.is_shown).distinct()
    )
    notify(authors, NotificationKind.HELPED, actor_id=None, article_id=event.article_id, text=has_helped(event.helped))


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = (
    (SourceChanged, tell_of_source),
    (ArticleNeedsWork, tell_of_unhelped),
    (ReviewDue, tell_of_review),
    (ArticleDiscussed, tell_of_remark),
    (ArticleOwnerChanged, tell_of_ownership),
    (FixRequested, tell_of_fix),
    (ArticleStateChanged, tell_of_state),
    (ArticleHelped, tell_of_help),
)
