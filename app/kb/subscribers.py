"""What the knowledge base does when something happens in the forum. Listed in the registry."""

import sqlalchemy as sa

from app.core.db import db
from app.forum.events import (
    SHOWS_OR_HIDES,
    AcceptanceWithdrawn,
    AnswerAccepted,
    CommentCurated,
    PostAdded,
    PostCurated,
    PostEdited,
    PostsMoved,
    StatusChanged,
    ThreadCurated,
    ThreadHeld,
)
from app.forum.models.thread import Status
from app.kb.events import ThreadPromoted
from app.kb.models import ArticleReuse, ArticleSource
from app.kb.queries.articles import get_article_for_update, list_article_ids_of_threads
from app.kb.services.checking import take_versions_over
from app.kb.services.deciding import follow_card
from app.kb.services.marking import mark_threads
from app.kb.services.refreshing import refresh_sources
from app.kb.services.reusing import record_reuse, record_reuse_in
from app.kb.services.wordings import follow_wordings
from app.search.ledger.jobs import request_rerun

# What moderators do to a thread that can change who reads it.
_WHO_READS = SHOWS_OR_HIDES | {"move"}
# ... what can change which of its posts are official answers, or for whom these are,
_OFFICIAL = frozenset({"to_question", "to_discussion", "move"})
# ... and what can change which wordings lead to an article.
_WORDINGS = _WHO_READS | {"duplicate", "unduplicate", "split", "unsplit"}


def on_post_changed(event: PostEdited | PostCurated | AnswerAccepted | AcceptanceWithdrawn) -> None:
    """Compare articles with a post that was edited, hidden, shown again, accepted, or is no longer accepted."""
    refresh_sources(ArticleSource.post_id == event.post_id)


def on_thread_curated(event: ThreadCurated) -> None:
    """Compare articles with a thread that other people read now than before; a moved one may not name its article any more.

    The queue of candidates follows answer cards.
    """
    if event.action in ("card", "uncard"):
        follow_card(thread_id=event.thread_id, actor_id=event.actor_id, is_pinned=event.action == "card", reason=event.reason)
    if event.action in _OFFICIAL:
        record_reuse_in(event.thread_id)
    if event.action not in _WHO_READS or not _is_source(event.thread_id):
        return
    refresh_sources(ArticleSource.thread_id == event.thread_id)
    if event.action == "move":
        for article_id in list_article_ids_of_threads([event.thread_id]):
            mark_threads(get_article_for_update(article_id), only=event.thread_id)


def on_thread_held(event: ThreadHeld) -> None:
    """As on_thread_curated and on_wording_curated, for a thread that has to be read first: nobody decided that."""
    if _is_source(event.thread_id):
        refresh_sources(ArticleSource.thread_id == event.thread_id)
    follow_wordings([event.thread_id])


def on_posts_moved(event: PostsMoved) -> None:
    """Sources and official answers follow to another thread, and both threads name the articles that they serve now."""
    before = list_article_ids_of_threads([event.thread_id, event.new_thread_id])
    for model in (ArticleSource, ArticleReuse):
        statement = sa.update(model).where(model.post_id.in_(event.post_ids)).values(thread_id=event.new_thread_id)
        db.session.execute(statement.execution_options(synchronize_session="fetch"))
    after = list_article_ids_of_threads([event.thread_id, event.new_thread_id])
    for article_id in sorted({*before, *after}):
        mark_threads(get_article_for_update(article_id))
    refresh_sources(ArticleSource.post_id.in_(event.post_ids))
    record_reuse_in(event.new_thread_id)


def on_comment_turned(event: CommentCurated) -> None:
    """A comment became an answer, which may lead to articles; or the answer that it was, and that articles are built from, is gone."""
    if event.action in ("to_answer", "from_answer"):
        record_reuse_in(event.thread_id)
        refresh_sources(ArticleSource.thread_id == event.thread_id)


def on_text_written(event: PostAdded | PostEdited) -> None:
    """Count the articles that an official answer leads to."""
    record_reuse(post_id=event.post_id, is_new=isinstance(event, PostAdded))


def on_status_changed(event: StatusChanged) -> None:
    """Compare articles with a question whose solution became disputed, or is not any more; search again for a solved one."""
    if event.new_status == Status.SOLVED:
        request_rerun(event.thread_id)
    if Status.DISPUTED in (event.old_status, event.new_status) and _is_source(event.thread_id):
        refresh_sources(ArticleSource.thread_id == event.thread_id)


def on_thread_promoted(event: ThreadPromoted) -> None:
    """An article concerns the versions that its thread is about."""
    take_versions_over(event.article_id, event.thread_id)


def on_wording_curated(event: ThreadCurated) -> None:
    """Have the index follow articles that are asked as this thread's title, or were until now."""
    if event.action in _WORDINGS:
        before = [int(event.before)] if event.action == "unduplicate" and event.before.isdigit() else []
        follow_wordings([event.thread_id, *before])


def on_wording_edited(event: PostEdited) -> None:
    """As on_wording_curated, for a title that its author may have changed."""
    follow_wordings([event.thread_id])


def _is_source(thread_id: int) -> bool:
    return db.session.scalar(sa.select(ArticleSource.id).where(ArticleSource.thread_id == thread_id).limit(1)) is not None


SUBSCRIPTIONS = (
    (PostAdded, on_text_written),
    (PostEdited, on_text_written),
    (PostEdited, on_post_changed),
    (PostCurated, on_post_changed),
    (AnswerAccepted, on_post_changed),
    (AcceptanceWithdrawn, on_post_changed),
    (PostsMoved, on_posts_moved),
    (CommentCurated, on_comment_turned),
    (ThreadCurated, on_thread_curated),
    (ThreadHeld, on_thread_held),
    (ThreadCurated, on_wording_curated),
    (PostEdited, on_wording_edited),
    (StatusChanged, on_status_changed),
    (ThreadPromoted, on_thread_promoted),
)
