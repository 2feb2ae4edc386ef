"""What undoes decisions about threads."""

from app.core.actor import Actor
from app.forum.queries.threads import get_opening
from app.forum.services import curating
from app.forum.services.confirming import withdraw_outcome
from app.forum.services.converting import convert_thread, undo_convert
from app.forum.services.merging import undo_merge
from app.forum.services.proposing import dismiss_proposal, reopen_proposal
from app.forum.services.setting_aside import release_post, set_aside_post
from app.forum.services.splitting import undo_split
from app.kb.services.deciding import dismiss_candidate, restore_candidate, snooze_again
from app.moderation.models import LogEntry
from app.moderation.undoing.base import Undo, need_id


def _thread(name: str) -> Undo:
    def undo(actor: Actor, entry: LogEntry, reason: str) -> None:
        getattr(curating, f"{name}_thread")(actor, thread_id=entry.thread_id, reason=reason)

    return undo


def _move_back(actor: Actor, entry: LogEntry, reason: str) -> None:
    curating.move_thread(actor, thread_id=need_id(entry.thread_id), category_id=int(entry.before), reason=reason)


def _convert_back(actor: Actor, entry: LogEntry, reason: str) -> None:
    """What an undoing converted is converted anew: it left nothing to take back."""
    if entry.before:
        undo_convert(actor, reshaping_id=int(entry.before), reason=reason)
    else:
        convert_thread(actor, thread_id=need_id(entry.thread_id), reason=reason)


def _close_again(actor: Actor, entry: LogEntry, reason: str) -> None:
    curating.close_as_duplicate(actor, thread_id=need_id(entry.thread_id), original_id=int(entry.before), reason=reason)


def _decide_again(actor: Actor, entry: LogEntry, reason: str) -> None:
    """Dismiss or put off once more what was proposed again."""
    if entry.before:
        snooze_again(actor, thread_id=need_id(entry.thread_id), until=entry.before, reason=reason)
    else:
        dismiss_candidate(actor, thread_id=need_id(entry.thread_id), reason=reason)


def _release(actor: Actor, entry: LogEntry, reason: str) -> None:
    release_post(actor, post_id=get_opening(need_id(entry.thread_id)).id, reason=reason)


def _set_aside(actor: Actor, entry: LogEntry, reason: str) -> None:
    set_aside_post(actor, post_id=get_opening(need_id(entry.thread_id)).id, reason=reason)


THREAD: dict[str, Undo] = {
    "set_aside": _release,
    "release": _set_aside,
    "hide": _thread("restore"),
    "restore": _thread("hide"),
    "approve": _thread("hold"),
    "hold": _thread("approve"),
    "reject": _thread("restore"),
    "lock": _thread("unlock"),
    "unlock": lambda actor, entry, reason: curating.lock_thread(
        actor, thread_id=need_id(entry.thread_id), reason=reason, note=entry.before
    ),
    "archive": _thread("unarchive"),
    "unarchive": _thread("archive"),
    "slow": lambda actor, entry, reason: curating.slow_thread(
        actor, thread_id=need_id(entry.thread_id), minutes=int(entry.before), reason=reason
    ),
    "split": lambda actor, entry, reason: undo_split(actor, reshaping_id=int(entry.before), reason=reason),
    "merge": lambda actor, entry, reason: undo_merge(actor, reshaping_id=int(entry.before), reason=reason),
    "to_discussion": lambda actor, entry, reason: _convert_back(actor, entry, reason),
    "to_question": lambda actor, entry, reason: _convert_back(actor, entry, reason),
    "pin": _thread("unpin"),
    "unpin": _thread("pin"),
    "close": _thread("reopen"),
    "reopen": _thread("close"),
    "move": _move_back,
    "duplicate": lambda actor, entry, reason: curating.undo_duplicate(
        actor, thread_id=need_id(entry.thread_id), reason=reason, give_back=entry.before
    ),
    "unduplicate": _close_again,
    "solution_holds": lambda actor, entry, reason: withdraw_outcome(actor, outcome_id=int(entry.before), reason=reason),
    "not_duplicate": lambda actor, entry, reason: reopen_proposal(actor, proposal_id=int(entry.before), reason=reason),
    "propose_duplicate": lambda actor, entry, reason: dismiss_proposal(actor, proposal_id=int(entry.before), reason=reason),
    "dismiss": lambda actor, entry, reason: restore_candidate(actor, thread_id=need_id(entry.thread_id)),
    "snooze": lambda actor, entry, reason: restore_candidate(actor, thread_id=need_id(entry.thread_id)),
    "propose_again": lambda actor, entry, reason: _decide_again(actor, entry, reason),
    "card": lambda actor, entry, reason: curating.undo_card(
        actor, thread_id=need_id(entry.thread_id), reason=reason, give_back=entry.before
    ),
    "uncard": lambda actor, entry, reason: curating.repin_card(
        actor, thread_id=need_id(entry.thread_id), post_id=int(entry.before), reason=reason
    ),
}
