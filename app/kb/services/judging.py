"""What readers' words mean for an article: too many unhelped ones open it again, helped ones are told to its authors."""

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.events import emit
from app.core.statistics import wilson_interval
from app.core.uow import require_unit_of_work
from app.kb.events import ArticleHelped, ArticleNeedsWork
from app.kb.models import Article, ArticleFeedback, ArticleState
from app.kb.queries.articles import get_article_for_update
from app.search.documents import ARTICLE, request_sync

# With fewer readers who were not helped nothing is concluded; only they count, so that one more who was helped never harms.
FAILURES_NEEDED = 4
# An article needs work when the true share of readers whom it does not help is above this with 97.5 % certainty.
TOLERATED_FAILURES = 0.25
# After so many helped readers (and then at every tenfold and its half) the authors of an article hear of it.
MILESTONES = (10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000)


def needs_work(helped: int, not_helped: int) -> bool:
    """Return whether these words, all given since somebody last looked, are reason enough to look again."""
    return not_helped >= FAILURES_NEEDED and wilson_interval(not_helped, helped + not_helped)[0] > TOLERATED_FAILURES


def weigh_words(article: Article) -> None:
    """Mark a locked, published article whose readers were not helped since it was last confirmed; told once.

    A mark is taken off by confirming or publishing, and when readers take their words back.
    """
    require_unit_of_work()
    helped, failed = words_since(article)
    is_bad = article.state == ArticleState.PUBLISHED and needs_work(helped, failed)
    if is_bad == (article.needs_work_at is not None):
        return
    article.needs_work_at = now() if is_bad else None
    db.session.flush()
    request_sync(ARTICLE, article.id)
    if is_bad:
        emit(ArticleNeedsWork(article.id))


def words_since(article: Article) -> tuple[int, int]:
    """Return how many readers said yes and no since the article was last confirmed."""
    mine = ArticleFeedback.article_id == article.id
    if article.verified_at is not None:
        mine = sa.and_(mine, ArticleFeedback.created_at >= article.verified_at)
    yes = sa.func.count().filter(ArticleFeedback.is_helpful)
    no = sa.func.count().filter(~ArticleFeedback.is_helpful)
    found = db.session.execute(sa.select(yes, no).select_from(ArticleFeedback).where(mine)).one()
    return int(found[0]), int(found[1])


def tell_of_help() -> int:
    """Tell the authors of articles that reached the next milestone of helped readers; return how many articles did."""
    require_unit_of_work()
    reached = sa.case(*((Article.helpful_yes >= mark, mark) for mark in reversed(MILESTONES)), else_=0)
    statement = sa.select(Article.id).where(Article.state == ArticleState.PUBLISHED, reached > Article.helped_told)
    ids = db.session.scalars(statement.order_by(Article.id)).all()
    for article_id in ids:
        article = get_article_for_update(article_id)
        article.helped_told = max(mark for mark in MILESTONES if article.helpful_yes >= mark)
        db.session.flush()
        emit(ArticleHelped(article.id, article.helpful_yes))
    return len(ids)
