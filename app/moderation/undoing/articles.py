"""What undoes decisions about articles: they go back to the state or the owner they had before."""

from app.core.actor import Actor
from app.kb.models import ArticleState
from app.kb.services import publishing
from app.kb.services.reviewing import give_back_owner
from app.moderation.models import LogEntry
from app.moderation.undoing.base import Undo, need_id


def _undo_article_owner(actor: Actor, entry: LogEntry, reason: str) -> None:
    give_back_owner(actor, article_id=need_id(entry.article_id), owner_id=int(entry.before) or None)


def _undo_article_state(actor: Actor, entry: LogEntry, reason: str) -> None:
    article_id = need_id(entry.article_id)
    if entry.before == ArticleState.PUBLISHED:
        publishing.publish(actor, article_id=article_id)
    elif entry.before == ArticleState.ARCHIVED:
        publishing.archive(actor, article_id=article_id, reason=reason)
    elif entry.before == ArticleState.IN_REVIEW:
        publishing.submit_for_review(actor, article_id=article_id)
    else:
        publishing.reopen(actor, article_id=article_id)


ARTICLE: dict[str, Undo] = {
    "draft": _undo_article_state,
    "in_review": _undo_article_state,
    "published": _undo_article_state,
    "archived": _undo_article_state,
    "owner": _undo_article_owner,
}
