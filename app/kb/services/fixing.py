"""Threads linked to an article that should say better what they are about, instead of becoming an article of their own.

Owns `article_fix`. Changing the article is `writing`; a fix that is done makes the thread name the article while it is published.
"""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.forum.queries.threads import get_thread
from app.kb.events import FixRequested, FixSettled
from app.kb.models import Article, ArticleFix, ArticleState, Decision, FixState
from app.kb.policies import can_promote, ensure_can_publish_article, is_as_narrow
from app.kb.queries.articles import get_article_and_threads_for_update
from app.kb.services.deciding import accept_candidate
from app.kb.services.marking import mark_threads

FIX_NOTE_MAX = 500


def link_thread(actor: Actor, *, thread_id: int, article_id: int, note: str) -> ArticleFix:
    """Say that an article should be improved so that it serves a thread; the thread leaves the queue of candidates.

    Raises Invalid without a note, Conflict when the two are linked already, the article is archived, or not everybody who reads
    the article may read the thread; NotFound, Forbidden.
    """
    require_unit_of_work()
    if not can_promote(actor):
        raise Forbidden(_("You are not allowed to link threads to articles."))
    article = get_article_and_threads_for_update(article_id, [thread_id])
    ensure_can_publish_article(actor, article)
    thread = get_thread(actor, thread_id)
    words = note.strip()
    if not words:
        raise Invalid(_("Please say what the article should say better."), "note")
    _check(article, thread.category.audience, thread.is_listed)
    if _is_linked(article_id, thread_id):
        raise Conflict(_("This thread is linked to that article already."))
    fix = ArticleFix(article_id=article_id, thread_id=thread_id, note=words[:FIX_NOTE_MAX], created_by_id=actor.id)
    db.session.add(fix)
    db.session.flush()
    accept_candidate(actor, thread_id=thread_id, article_id=article_id, decision=Decision.LINKED, reason=fix.note)
    emit(FixRequested(article_id, thread_id, actor.id, fix.note))
    return fix


def settle_fix(actor: Actor, *, fix_id: int, state: FixState) -> Article:
    """Say that the article serves the thread now (done), that it should not change (refused), or take either back (open).

    Raises Conflict when it is so already, NotFound, Forbidden.
    """
    require_unit_of_work()
    article = get_article_and_threads_for_update(find_article_of_fix(fix_id))
    ensure_can_publish_article(actor, article)
    fix = db.session.get_one(ArticleFix, fix_id, with_for_update={"key_share": True}, populate_existing=True)
    if fix.state == state:
        raise Conflict(_("Somebody did this already. Please look again."))
    fix.state = state
    is_open = state is FixState.OPEN
    fix.settled_by_id, fix.settled_at = (None, None) if is_open else (actor.id, now())
    db.session.flush()
    emit(FixSettled(article.id, fix.thread_id, actor.id, state))
    mark_threads(article)
    return article


def find_article_of_fix(fix_id: int) -> int:
    """Return the article that a link is about. Raises NotFound."""
    known = db.session.get(ArticleFix, fix_id)
    if known is None:
        raise NotFound
    return known.article_id


def _is_linked(article_id: int, thread_id: int) -> bool:
    found = sa.select(ArticleFix.id).where(ArticleFix.article_id == article_id, ArticleFix.thread_id == thread_id)
    return db.session.scalar(found) is not None


def _check(article: Article, thread_audience: str, is_listed: bool) -> None:
    if article.state == ArticleState.ARCHIVED:
        raise Conflict(_("This article is archived. Reopen it first, or choose another one."))
    if not is_listed:
        raise Conflict(_("This thread is hidden or waits for approval."))
    if not is_as_narrow(thread_audience, than=article.audience):
        raise Conflict(_("Not everybody who reads this thread may read that article, so it cannot answer them."))
