"""Undoing a decision of the log by doing its opposite, once, with a reason."""

from app.core.actor import Actor
from app.core.errors import Conflict, NotFound
from app.core.i18n import gettext, lazy_pgettext
from app.core.markup import Rendered
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import get_thread
from app.moderation.models import LogEntry
from app.moderation.policies import ensure_can_decide
from app.moderation.queries import exists_undo, get_log_entry_for_update
from app.moderation.services.logging import unsaid, write_log
from app.moderation.services.own_matters import ensure_may_undo
from app.moderation.undoing.articles import ARTICLE
from app.moderation.undoing.base import Undo
from app.moderation.undoing.comments import COMMENT
from app.moderation.undoing.edits import EDIT, undo_comment_edit, undo_edit
from app.moderation.undoing.newest import ensure_newest
from app.moderation.undoing.people import PERSON
from app.moderation.undoing.posts import POST
from app.moderation.undoing.rules import RULE
from app.moderation.undoing.searches import ALIAS, GAP
from app.moderation.undoing.threads import THREAD
from app.moderation.undoing.waves import WAVE

_UNDONE = lazy_pgettext("decision", "Undone")
# The column of the log that names the target, what the log page calls that kind of target, and what undoes each action about it.
TARGETS: tuple[tuple[str, str, dict[str, Undo]], ...] = (
    ("thread_id", "thread", THREAD),
    ("post_id", "post", POST),
    ("comment_id", "comment", COMMENT),
    ("person_id", "person", PERSON),
    ("article_id", "article", ARTICLE),
    ("gap_id", "search", GAP),
    ("alias_id", "meaning", ALIAS),
    ("rule_id", "rule", RULE),
    ("wave_id", "wave", WAVE),
)

# What the log page may offer to undo: pairs of target and action.
UNDOABLE = frozenset([(kind, action) for _, kind, undos in TARGETS for action in undos] + [("post", EDIT), ("comment", EDIT)])


def find_undo(entry: LogEntry, text: Rendered | None = None) -> Undo | None:
    """Return what undoes an entry, or None for decisions that stand (a promotion, a lifted suspension)."""
    if entry.action == EDIT and entry.post_id is not None:
        return lambda actor, one, reason: undo_edit(actor, one, reason, text)
    if entry.action == EDIT and entry.comment_id is not None:
        return lambda actor, one, reason: undo_comment_edit(actor, one, reason, text)
    if entry.article_id is not None and not entry.before:
        return None
    for column, _, undos in TARGETS:
        if getattr(entry, column) is not None:
            return undos.get(entry.action)
    return None


def undo_decision(actor: Actor, *, entry_id: int, reason: str, text: Rendered | None = None) -> LogEntry:
    """Undo one entry of the log and return the entry that says so. `text`: what `render_earlier` gave for it.

    Raises NotFound, Forbidden, Conflict (undone already, cannot be undone, or the thing changed meanwhile).
    """
    ensure_can_decide(actor)
    entry = get_log_entry_for_update(entry_id)
    if entry is None:
        raise NotFound
    undo = find_undo(entry, text)
    if undo is None:
        raise Conflict(gettext("This decision cannot be undone here."))
    if exists_undo(entry.id):
        raise Conflict(gettext("This was undone already."))
    _ensure_known(actor, entry)
    ensure_may_undo(actor, entry)
    ensure_newest(entry)
    undo(actor, entry, reason or unsaid(_UNDONE))
    about = {column: getattr(entry, column) for column, _, _ in TARGETS}
    return write_log(actor.id, "undo", reason, **about, before=entry.action, undoes_id=entry.id)


def _ensure_known(actor: Actor, entry: LogEntry) -> None:
    """Entries about threads the moderator may not read are not theirs to undo. Locks nothing: what undoes locks categories first."""
    if entry.thread_id is not None:
        ensure_can_moderate(actor, get_thread(actor, entry.thread_id))
