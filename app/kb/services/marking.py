"""Telling threads which article maintains them. Writes through the forum's own service, never to its tables."""

from app.core.uow import require_unit_of_work
from app.forum.services import curating
from app.kb.models import Article, ArticleState
from app.kb.policies import is_as_narrow
from app.kb.queries.articles import list_source_threads
from app.kb.queries.fixes import list_linked_threads
from app.kb.urls import article_path
from app.search.documents import ARTICLE, request_sync


def mark_threads(article: Article, only: int | None = None) -> None:
    """Make all source threads of the article, and those it was fixed for, say that it maintains them, or no longer say so.

    A thread names its article only while it is published and everybody who reads the thread may read the article. The caller
    has locked the threads before the article; who holds but one of them names it (`only`).
    """
    require_unit_of_work()
    path = article_path(article.section.slug, article.slug)
    served = [(*row, True) for row in list_source_threads(article.id)]
    known = {row[0] for row in served}
    served += [row for row in list_linked_threads(article.id) if row[0] not in known]
    for thread_id, audience, marked_with, is_served in served:
        if only not in (None, thread_id):
            continue
        if is_served and article.state == ArticleState.PUBLISHED and is_as_narrow(audience, than=article.audience):
            curating.mark_promoted(thread_id=thread_id, article_id=article.id, title=article.title, path=path)
        elif marked_with == article.id:
            curating.unmark_promoted(thread_id=thread_id)
    request_sync(ARTICLE, article.id)
