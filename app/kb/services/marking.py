"""Telling threads which article maintains them. Writes through the forum's own service, never to its tables."""

from app.core.uow import require_unit_of_work
from app.forum.services import curating
from app.kb.models import Article, ArticleState
from app.kb.policies import is_as_narrow
from app.kb.queries.served import list_served_threads
from app.kb.urls import article_path
from app.search.documents import ARTICLE, request_sync


def mark_threads(article: Article, only: int | None = None) -> None:
    """Make the threads that the article serves say that it maintains them, and the others no longer say so.

    A thread names its article only while it is published and everybody who reads the thread may read the article. The caller
    has locked the threads before the article; who holds but one of them names it (`only`).
    """
    require_unit_of_work()
    path = article_path(article.section.slug, article.slug)
    for thread in list_served_threads(article.id):
        if only not in (None, thread.id):
            continue
        is_readable = article.state == ArticleState.PUBLISHED and is_as_narrow(thread.audience, than=article.audience)
        if thread.is_served and is_readable:
            curating.mark_promoted(thread_id=thread.id, article_id=article.id, title=article.title, path=path)
        elif thread.marked_with == article.id:
            curating.unmark_promoted(thread_id=thread.id)
    request_sync(ARTICLE, article.id)
