"""The mark that the knowledge base leaves on a thread: this is maintained in an article. The caller decides who may."""

from app.forum.models import Thread
from app.forum.models.thread import TITLE_MAX
from app.forum.queries.threads import get_thread_for_update
from app.forum.services.figures import settle


def mark_promoted(*, thread_id: int, article_id: int, title: str, path: str) -> Thread:
    """Say which article maintains the thread (again, after the article's title or path changed). Raises NotFound."""
    thread = get_thread_for_update(thread_id)
    wanted = (article_id, title[:TITLE_MAX], path)
    if (thread.article_id, thread.article_title, thread.article_path) != wanted:
        thread.article_id, thread.article_title, thread.article_path = wanted
        settle(thread)
    return thread


def unmark_promoted(*, thread_id: int) -> Thread:
    """Say that no article maintains the thread any more. Raises NotFound."""
    thread = get_thread_for_update(thread_id)
    if thread.article_id is not None:
        thread.article_id, thread.article_title, thread.article_path = None, "", ""
        settle(thread)
    return thread
