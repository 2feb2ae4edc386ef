"""Confirming that articles hold: as a whole, on versions, and the date of the next look. Owns `ArticleVersion` and those dates.

Callers have locked the article and asked the policy, unless they say otherwise.
"""

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import separated
from app.core.uow import require_unit_of_work
from app.forum.models import ThreadVersion
from app.forum.queries.versions import current_versions, released_version_ids
from app.kb.events import ReviewDue
from app.kb.models import Article, ArticleState, ArticleVersion
from app.kb.policies import ensure_can_publish_article
from app.kb.queries.articles import get_article_for_update
from app.kb.queries.versions import article_words, concerned_products
from app.kb.terms import kb_terms
from app.search.documents import ARTICLE, request_sync

MOST_VERSIONS = 20
DAYS_MAX = 3650


def confirm(actor: Actor, article: Article) -> None:
    """Note that the actor looked at the article now and found it right. It says nothing about versions."""
    article.verified_at, article.verified_by_id = now(), actor.id
    article.needs_work_at = None
    plan_review(article)
    db.session.flush()
    request_sync(ARTICLE, article.id)


def confirm_versions(actor: Actor, article: Article) -> None:
    """Note that an article holds on the current version of each product it concerns; what was said of one before stands."""
    current = current_versions()
    statement = sa.select(current.c.version_id).where(current.c.product_id.in_(concerned_products(article.id)))
    known = article_words(article.id)
    for version_id in db.session.scalars(statement).all():
        if version_id not in known:
            db.session.add(ArticleVersion(article_id=article.id, version_id=version_id, decided_by_id=actor.id))
    db.session.flush()
    request_sync(ARTICLE, article.id)


def plan_review(article: Article) -> None:
    """Set the date of the next look from the last one and the article's rhythm, or the site's."""
    days = kb_terms().review_days if article.review_every_days is None else article.review_every_days
    article.next_review_at = article.verified_at + timedelta(days=days) if days and article.verified_at else None


def set_rhythm(actor: Actor, *, article_id: int, days: int | None) -> Article:
    """Say after how many days somebody should look at an article again; 0 never, None as the site says.

    Raises NotFound, Forbidden, Invalid("days").
    """
    article = _load(actor, article_id)
    if days is not None and not 0 <= days <= DAYS_MAX:
        raise Invalid(_("Please use a number of days from 0 to %(days_max)s.", days_max=separated(DAYS_MAX)), "days")
    article.review_every_days = days
    plan_review(article)
    db.session.flush()
    return article


def check_version(actor: Actor, *, article_id: int, version_id: int, works: bool | None) -> Article:
    """Say whether an article holds on a published version; None takes that back.

    Raises NotFound (also for a version that is not published), Forbidden.
    """
    article = _load(actor, article_id)
    if version_id not in released_version_ids():
        raise NotFound
    row = db.session.get(ArticleVersion, (article_id, version_id))
    if works is None:
        if row is not None:
            db.session.delete(row)
    else:
        row = row or ArticleVersion(article_id=article_id, version_id=version_id)
        row.works, row.decided_by_id, row.decided_at = works, actor.id, now()
        db.session.add(row)
    db.session.flush()
    request_sync(ARTICLE, article_id)
    return article


def set_versions(actor: Actor, *, article_id: int, works: Iterable[int], fails: Iterable[int] = ()) -> Article:
    """Say on which published versions an article holds and on which not; others are not known.

    A word that stays as it was keeps its date and person. Raises NotFound, Forbidden, Invalid("version").
    """
    article = _load(actor, article_id)
    wanted = {**dict.fromkeys(fails, False), **dict.fromkeys(works, True)}
    known = article_words(article_id)
    if len(wanted) > MOST_VERSIONS:
        raise Invalid(_("Please choose at most %(most_versions)s versions.", most_versions=MOST_VERSIONS), "version")
    if not set(wanted) <= released_version_ids() | set(known):
        raise Invalid(_("One of these versions is gone. Please choose again."), "version")
    changed = {version_id for version_id in known if wanted.get(version_id) != known[version_id]}
    gone = sa.and_(ArticleVersion.article_id == article_id, ArticleVersion.version_id.in_(changed))
    db.session.execute(sa.delete(ArticleVersion).where(gone))
    for version_id in sorted(set(wanted) - set(known) | changed & set(wanted)):
        row = ArticleVersion(article_id=article_id, version_id=version_id, works=wanted[version_id], decided_by_id=actor.id)
        db.session.add(row)
    db.session.flush()
    request_sync(ARTICLE, article_id)
    return article


def take_versions_over(article_id: int, thread_id: int) -> None:
    """Let an article concern the versions that a thread it is built from is about."""
    require_unit_of_work()
    named = sa.select(ThreadVersion.version_id, ThreadVersion.word).where(ThreadVersion.thread_id == thread_id)
    known = article_words(article_id)
    for version_id, word in db.session.execute(named).all():
        if version_id not in known:
            db.session.add(ArticleVersion(article_id=article_id, version_id=version_id, works=word != "fails"))
    db.session.flush()
    request_sync(ARTICLE, article_id)


def tell_of_due_reviews() -> int:
    """Tell of published articles whose date came, each date once; return of how many."""
    require_unit_of_work()
    moment = now()
    due = sa.and_(
        Article.state == ArticleState.PUBLISHED, Article.next_review_at <= moment,
        sa.or_(Article.review_told_at.is_(None), Article.review_told_at < Article.next_review_at),
    )  # fmt: skip
    ids = db.session.scalars(sa.select(Article.id).where(due).order_by(Article.id)).all()
    for article_id in ids:
        get_article_for_update(article_id).review_told_at = moment
        db.session.flush()
        emit(ReviewDue(article_id))
    return len(ids)


def _load(actor: Actor, article_id: int) -> Article:
    require_unit_of_work()
    article = get_article_for_update(article_id)
    ensure_can_publish_article(actor, article)
    return article
