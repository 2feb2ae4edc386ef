"""Sources of articles that changed, as items of the inbox."""

from app.core.actor import Actor
from app.core.errors import Conflict, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.forum.urls import post_path
from app.kb.models import SourceChange
from app.kb.services.refreshing import acknowledge_source
from app.kb.urls import article_permalink, article_sources_path
from app.moderation.inbox.item import Choice, ContextPiece, Decision, InboxDetail, InboxItem, ItemLink, Voice, sentence
from app.moderation.inbox.order import Harm
from app.moderation.inbox.registry import InboxSource
from app.moderation.policies import ensure_can_decide
from app.moderation.queries.broken import BrokenRow, count_broken, find_broken, list_broken
from app.moderation.services.logging import write_log

KEEP = "keep_article"
_KEEP = Decision(
    "keep", lazy_gettext("Keep the article"), "p", lazy_gettext("the article stays as it is"),
    lazy_gettext("Noted: the article stays as it is."), needs_reason=True,
    reason_label=lazy_gettext("Why is it still right?"), icon="check",
)  # fmt: skip
_SUMMARIES = {
    SourceChange.EDITED: lazy_gettext("A source was edited since"),
    SourceChange.HIDDEN: lazy_gettext("A source is hidden, or not for all readers any more"),
    SourceChange.WITHDRAWN: lazy_gettext("A source is no longer accepted"),
    SourceChange.REFUTED: lazy_gettext("A source is disputed: it does not work for everybody any more"),
}


def _item(row: BrokenRow) -> InboxItem:
    links = (
        ItemLink(_("Compare the texts"), article_sources_path(row.article_id), "c", "edit"),
        ItemLink(_("The article"), article_permalink(row.article_id)),
    )
    return InboxItem(
        kind="source", id=row.id, title=row.article_title, path=post_path(row.post_id), harm=Harm.BROKEN, since=row.changed_at,
        summary=_SUMMARIES[SourceChange(row.change)], pill="source_changed", decisions=(_KEEP,), links=links,
        person_id=row.author_id, person_name=row.author_name, person_path=row.author_path, seen=str(row.revision),
    )  # fmt: skip


def _list(actor: Actor, limit: int) -> list[InboxItem]:
    return [_item(row) for row in list_broken(actor, limit)]


def _find(actor: Actor, _kind: str, source_id: int) -> InboxItem | None:
    row = find_broken(actor, source_id)
    return _item(row) if row else None


def _show(actor: Actor, item: InboxItem) -> InboxDetail:
    row = find_broken(actor, item.id)
    if row is None:
        return InboxDetail()
    then = ContextPiece(
        _("What the article was built from"), article_sources_path(row.article_id), row.author_name, row.text_then
    )
    today = ContextPiece(_("What stands there now"), post_path(row.post_id), row.author_name, row.text_now, row.changed_at)
    return InboxDetail(voices=(Voice(sentence(item.summary)),), context=(then, today))


def _decide(actor: Actor, choice: Choice) -> object:
    """Keep the article although its source changed; Conflict when the source changed again, or somebody has looked at it."""
    if choice.decision != _KEEP.name:
        raise NotFound
    ensure_can_decide(actor)
    row = find_broken(actor, choice.id)
    if row is None:
        raise Conflict(_("Somebody has looked at this source already."))
    seen = int(choice.seen) if choice.seen.isascii() and choice.seen.isdigit() else row.revision
    article = acknowledge_source(actor, source_id=choice.id, revision=seen)
    return write_log(actor.id, KEEP, choice.reason, article_id=article.id)


CHANGED = InboxSource("sources", lazy_gettext("Changed sources"), ("source",), _list, count_broken, _decide, _show, _find)
