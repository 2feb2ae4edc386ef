"""Taking the title of a duplicate, or what people searched for, out of an article's wordings, and putting it back.

The duplicate itself is not touched, nor what is noted of searches.
"""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.forum.models import Thread
from app.kb.models import Article, ArticleState, RemovedSearch, RemovedWording
from app.kb.policies import ensure_can_edit_article
from app.kb.queries.articles import get_article_for_update
from app.kb.queries.wordings import list_articles_of_issue, list_wordings, searched_wordings
from app.search.documents import ARTICLE, request_sync


def remove_wording(actor: Actor, *, article_id: int, thread_id: int) -> None:
    """Keep a duplicate's title from leading to the article. Raises NotFound, Conflict when it does not lead there (any more)."""
    article = _load(actor, article_id, thread_id)
    if all(one.thread_id != thread_id for one in list_wordings(article.id)):
        raise Conflict(_("This wording is not among those of the article any more."))
    db.session.add(RemovedWording(article_id=article.id, thread_id=thread_id, removed_by_id=actor.id, removed_at=now()))
    db.session.flush()
    request_sync(ARTICLE, article.id)


def restore_wording(actor: Actor, *, article_id: int, thread_id: int) -> None:
    """Let a duplicate's title lead to the article again. Raises NotFound, Conflict when nobody took it out."""
    article = _load(actor, article_id, thread_id)
    removed = db.session.get(RemovedWording, (article.id, thread_id))
    if removed is None:
        raise Conflict(_("This wording is there already."))
    db.session.delete(removed)
    db.session.flush()
    request_sync(ARTICLE, article.id)


def remove_search(actor: Actor, *, article_id: int, text: str) -> None:
    """Keep what people searched for from leading to the article. Raises NotFound, Conflict when it does not lead there (any more)."""
    article = _load_article(actor, article_id)
    if text not in article.searched_as_lines:
        raise Conflict(_("This wording is not among those of the article any more."))
    db.session.add(RemovedSearch(article_id=article.id, text=text, removed_by_id=actor.id, removed_at=now()))
    db.session.flush()
    _store_searches(article, [line for line in article.searched_as_lines if line != text])


def restore_search(actor: Actor, *, article_id: int, text: str) -> None:
    """Let what people searched for lead to the article again, if they still do. Raises NotFound, Conflict when nobody took it out."""
    article = _load_article(actor, article_id)
    removed = db.session.get(RemovedSearch, (article.id, text))
    if removed is None:
        raise Conflict(_("This wording is there already."))
    db.session.delete(removed)
    db.session.flush()
    if article.state == ArticleState.PUBLISHED:
        _store_searches(article, searched_wordings([article]).get(article.id, []))


def follow_wordings(thread_ids: list[int]) -> None:
    """Have the index follow the articles whose wordings these threads give, or gave."""
    require_unit_of_work()
    for article_id in list_articles_of_issue(thread_ids):
        request_sync(ARTICLE, article_id)


def follow_searches() -> int:
    """Store on published articles which searches failed before they ended there, as the ledger has it now; return how many changed.

    The index follows those.
    """
    require_unit_of_work()
    articles = list(db.session.scalars(sa.select(Article).where(Article.state == ArticleState.PUBLISHED).order_by(Article.id)))
    found, changed = searched_wordings(articles), 0
    for article in articles:
        texts = found.get(article.id, [])
        if texts != article.searched_as_lines:
            changed += 1
            _store_searches(article, texts)
    return changed


def _store_searches(article: Article, texts: list[str]) -> None:
    article.searched_as, article.searched_audience = "\n".join(texts), article.audience
    db.session.flush()
    request_sync(ARTICLE, article.id)


def _load_article(actor: Actor, article_id: int) -> Article:
    require_unit_of_work()
    article = get_article_for_update(article_id)
    ensure_can_edit_article(actor, article)
    return article


def _load(actor: Actor, article_id: int, thread_id: int) -> Article:
    article = _load_article(actor, article_id)
    if db.session.get(Thread, thread_id) is None:
        raise NotFound
    return article
