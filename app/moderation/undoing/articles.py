"""What undoes decisions about articles: they go back to the state or the owner they had before."""

from app.core.actor import Actor
from app.kb.services import publishing
from app.kb.services.reviewing import give_back_owner
from app.moderation.models import LogEntry
from app.moderation.undoing.base import Undo, need_id


def _undo_article_owner(actor: Actor, entry: LogEntry, reason: str) -> None:
    give_back_owner(actor, article_id=need_id(entry.article_id), owner_id=int(entry.before) or None)


def _undo_article_state(actor: Actor, entry: LogEntry, reason: str) -> None:
    publishing.put_back(actor, article_id=need_id(entry.article_id), was=entry.action, state=entry.before, reason=reason)


ARTICLE: dict[str, Undo] = {
    "draft": _undo_article_state,
    "in_review": _undo_article_state,
    "published": _undo_article_state,
    "archived": _undo_article_state,
    "owner": _undo_article_owner,
}
