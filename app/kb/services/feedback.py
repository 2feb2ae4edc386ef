"""What readers say about articles: helpful or not, one word each, without an account."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.kb.models import Article, ArticleFeedback, FeedbackReason
from app.kb.policies import can_give_feedback, ensure_can_see_article
from app.kb.queries.articles import get_article_for_update
from app.kb.services.judging import weigh_words

FEEDBACK_NOTE_MAX = 500


def give_feedback(
    actor: Actor, *, article_id: int, reader_key: str, is_helpful: bool, reason: str = "", note: str = ""
) -> Article:
    """Record one reader's word; who says something else later replaces it, so that nobody counts twice.

    Raises NotFound, Conflict for an article that is not published, or Invalid for an unknown reason.
    """
    require_unit_of_work()
    if reason not in list(FeedbackReason):
        raise Invalid(_("Please choose one of the reasons."), "reason")
    article = get_article_for_update(article_id)
    ensure_can_see_article(actor, article)
    if not can_give_feedback(article):
        raise Conflict(_("This article is not published, so there is nothing to judge yet."))
    mine = sa.select(ArticleFeedback).where(ArticleFeedback.article_id == article_id, ArticleFeedback.reader_key == reader_key)
    known = db.session.scalar(mine.with_for_update(key_share=True).execution_options(populate_existing=True))
    if known is None:
        known = ArticleFeedback(article_id=article_id, reader_key=reader_key, is_helpful=is_helpful)
        db.session.add(known)
        _count(article, is_helpful, 1)
    elif known.is_helpful != is_helpful:
        _count(article, known.is_helpful, -1)
        _count(article, is_helpful, 1)
        known.is_helpful, known.reason, known.note = is_helpful, FeedbackReason.NONE, ""
    if not is_helpful:
        known.reason, known.note = reason or known.reason or "", note[:FEEDBACK_NOTE_MAX] or known.note or ""
    known.created_at = now()
    db.session.flush()
    weigh_words(article)
    return article


def take_back_feedback(actor: Actor, *, article_id: int, reader_key: str) -> Article:
    """Forget one reader's word; nothing happens when there is none. Raises NotFound."""
    require_unit_of_work()
    article = get_article_for_update(article_id)
    ensure_can_see_article(actor, article)
    mine = sa.select(ArticleFeedback).where(ArticleFeedback.article_id == article_id, ArticleFeedback.reader_key == reader_key)
    known = db.session.scalar(mine)
    if known is not None:
        _count(article, known.is_helpful, -1)
        db.session.delete(known)
        db.session.flush()
        weigh_words(article)
    return article


def recount_feedback() -> int:
    """Derive the helpful counts of all articles from the feedback rows and return how many were wrong."""
    require_unit_of_work()
    counted = (
        sa.select(
            ArticleFeedback.article_id,
            sa.func.count().filter(ArticleFeedback.is_helpful).label("yes"),
            sa.func.count().filter(~ArticleFeedback.is_helpful).label("no"),
        )
        .group_by(ArticleFeedback.article_id)
        .subquery()
    )
    yes, no = sa.func.coalesce(counted.c.yes, 0), sa.func.coalesce(counted.c.no, 0)
    statement = (
        sa.select(Article.id, yes, no)
        .outerjoin(counted, counted.c.article_id == Article.id)
        .where(sa.or_(Article.helpful_yes != yes, Article.helpful_no != no))
    )
    wrong = db.session.execute(statement).all()
    for article_id, right_yes, right_no in wrong:
        db.session.execute(sa.update(Article).where(Article.id == article_id).values(helpful_yes=right_yes, helpful_no=right_no))
    return len(wrong)


def _count(article: Article, is_helpful: bool, step: int) -> None:
    if is_helpful:
        article.helpful_yes += step
    else:
        article.helpful_no += step
