"""Undoing a decision of the log by doing its opposite, once, with a reason."""

from collections.abc import Callable

from app.accounts.services.roles import set_role
from app.accounts.services.suspending import lift_suspension
from app.core.actor import Actor
from app.core.errors import Conflict, NotFound
from app.core.markup import Rendered
from app.forum.models import Comment, Post, Thread
from app.forum.models.post import PostKind
from app.forum.policies import ensure_can_moderate
from app.forum.queries.threads import get_comment_for_update, get_post_for_update, get_thread_for_update
from app.forum.services import accepting, curating
from app.forum.services.converting import convert_thread, undo_convert
from app.forum.services.merging import undo_merge
from app.forum.services.proposing import dismiss_proposal, reopen_proposal
from app.forum.services.splitting import undo_split
from app.forum.services.turning import undo_into_comment, undo_into_post
from app.kb.models import ArticleState
from app.kb.services import publishing
from app.kb.services.deciding import dismiss_candidate, restore_candidate, snooze_again
from app.kb.services.reviewing import give_back_owner
from app.moderation.models import Flag, LogEntry
from app.moderation.policies import ensure_can_moderate_site
from app.moderation.queries import exists_undo, get_log_entry_for_update
from app.moderation.screening import keeping
from app.moderation.services.logging import write_log
from app.moderation.services.reediting import EDIT, undo_edit
from app.moderation.services.resolving import WAS_SHOWN, reopen_flags
from app.search.gaps import deciding as gap_deciding

Undo = Callable[[Actor, LogEntry, str], object]


def _thread(name: str) -> Undo:
    def undo(actor: Actor, entry: LogEntry, reason: str) -> None:
        getattr(curating, f"{name}_thread")(actor, thread_id=entry.thread_id, reason=reason)

    return undo


def _post(name: str) -> Undo:
    def undo(actor: Actor, entry: LogEntry, reason: str) -> None:
        getattr(curating, f"{name}_post")(actor, post_id=entry.post_id, reason=reason)

    return undo


def _move_back(actor: Actor, entry: LogEntry, reason: str) -> None:
    curating.move_thread(actor, thread_id=_id(entry.thread_id), category_id=int(entry.before), reason=reason)


def _convert_back(actor: Actor, entry: LogEntry, reason: str) -> None:
    """What an undoing converted is converted anew: it left nothing to take back."""
    if entry.before:
        undo_convert(actor, reshaping_id=int(entry.before), reason=reason)
    else:
        convert_thread(actor, thread_id=_id(entry.thread_id), reason=reason)


def _close_again(actor: Actor, entry: LogEntry, reason: str) -> None:
    curating.close_as_duplicate(actor, thread_id=_id(entry.thread_id), original_id=int(entry.before), reason=reason)


def _decide_again(actor: Actor, entry: LogEntry, reason: str) -> None:
    """Dismiss or put off once more what was proposed again."""
    if entry.before:
        snooze_again(actor, thread_id=_id(entry.thread_id), until=entry.before, reason=reason)
    else:
        dismiss_candidate(actor, thread_id=_id(entry.thread_id), reason=reason)


def _id(value: int | None) -> int:
    if value is None:
        raise NotFound
    return value


_THREAD: dict[str, Undo] = {
    "hide": _thread("restore"),
    "restore": _thread("hide"),
    "approve": _thread("hold"),
    "hold": _thread("approve"),
    "reject": _thread("restore"),
    "lock": _thread("unlock"),
    "unlock": lambda actor, entry, reason: curating.lock_thread(
        actor, thread_id=_id(entry.thread_id), reason=reason, note=entry.before
    ),
    "archive": _thread("unarchive"),
    "unarchive": _thread("archive"),
    "slow": lambda actor, entry, reason: curating.slow_thread(
        actor, thread_id=_id(entry.thread_id), minutes=int(entry.before), reason=reason
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
        actor, thread_id=_id(entry.thread_id), reason=reason, give_back=entry.before
    ),
    "unduplicate": _close_again,
    "not_duplicate": lambda actor, entry, reason: reopen_proposal(actor, proposal_id=int(entry.before), reason=reason),
    "propose_duplicate": lambda actor, entry, reason: dismiss_proposal(actor, proposal_id=int(entry.before), reason=reason),
    "dismiss": lambda actor, entry, reason: restore_candidate(actor, thread_id=_id(entry.thread_id)),
    "snooze": lambda actor, entry, reason: restore_candidate(actor, thread_id=_id(entry.thread_id)),
    "propose_again": lambda actor, entry, reason: _decide_again(actor, entry, reason),
    "card": lambda actor, entry, reason: curating.undo_card(
        actor, thread_id=_id(entry.thread_id), reason=reason, give_back=entry.before
    ),
    "uncard": lambda actor, entry, reason: curating.repin_card(
        actor, thread_id=_id(entry.thread_id), post_id=int(entry.before), reason=reason
    ),
}
_POST: dict[str, Undo] = {
    "hide": _post("restore"),
    "restore": _post("hide"),
    "approve": _post("hold"),
    "hold": _post("approve"),
    "reject": _post("restore"),
    "accept": lambda actor, entry, reason: accepting.withdraw_acceptance(actor, post_id=_id(entry.post_id), reason=reason),
    "withdraw": lambda actor, entry, reason: accepting.accept_answer(actor, post_id=_id(entry.post_id)),
    "uphold": lambda actor, entry, reason: _undo_post_flags(actor, entry, reason),
    "decline": lambda actor, entry, reason: _undo_post_flags(actor, entry, reason),
    "to_comment": lambda actor, entry, reason: undo_into_comment(actor, reshaping_id=int(entry.before), reason=reason),
}
_COMMENT: dict[str, Undo] = {
    "to_answer": lambda actor, entry, reason: undo_into_post(actor, reshaping_id=int(entry.before), reason=reason),
    "approve": lambda actor, entry, reason: curating.hold_comment(actor, comment_id=_id(entry.comment_id), reason=reason),
    "hold": lambda actor, entry, reason: curating.approve_comment(actor, comment_id=_id(entry.comment_id), reason=reason),
    "reject": lambda actor, entry, reason: curating.restore_comment(actor, comment_id=_id(entry.comment_id), reason=reason),
    "hide": lambda actor, entry, reason: curating.restore_comment(actor, comment_id=_id(entry.comment_id), reason=reason),
    "restore": lambda actor, entry, reason: curating.hide_comment(actor, comment_id=_id(entry.comment_id), reason=reason),
    "uphold": lambda actor, entry, reason: _undo_comment_flags(actor, entry, reason),
    "decline": lambda actor, entry, reason: _undo_comment_flags(actor, entry, reason),
}
_PERSON: dict[str, Undo] = {
    "suspend": lambda actor, entry, reason: lift_suspension(actor, person_id=_id(entry.person_id), reason=reason),
    "role": lambda actor, entry, reason: set_role(actor, person_id=_id(entry.person_id), role=entry.before),
}


_GAP: dict[str, Undo] = {
    name: lambda actor, entry, reason: gap_deciding.reopen_gap(actor, gap_id=_id(entry.gap_id), reason=reason)
    for name in ("gap_write", "gap_alias", "gap_not_ours")
}
_ALIAS: dict[str, Undo] = {
    "alias_add": lambda actor, entry, reason: gap_deciding.remove_alias(actor, alias_id=_id(entry.alias_id), reason=reason),
    "alias_restore": lambda actor, entry, reason: gap_deciding.remove_alias(actor, alias_id=_id(entry.alias_id), reason=reason),
    "alias_remove": lambda actor, entry, reason: gap_deciding.restore_alias(actor, alias_id=_id(entry.alias_id), reason=reason),
}

_RULE: dict[str, Undo] = {
    "watch": lambda actor, entry, reason: keeping.remove_rule(actor, rule_id=_id(entry.rule_id), reason=reason),
    "unwatch": lambda actor, entry, reason: keeping.restore_rule(actor, rule_id=_id(entry.rule_id), reason=reason),
}


def _undo_post_flags(actor: Actor, entry: LogEntry, reason: str) -> None:
    """Open the reports again, and show the text again if deciding about them hid it and nobody has shown it since."""
    post: Post = get_post_for_update(_id(entry.post_id))
    ensure_can_moderate(actor, post.thread)
    reopen_flags(Flag.post_id == post.id)
    if entry.before == WAS_SHOWN and post.kind == PostKind.OPENING and post.thread.hidden_at is not None:
        curating.restore_thread(actor, thread_id=post.thread_id, reason=reason)
    elif entry.before == WAS_SHOWN and post.hidden_at is not None:
        curating.restore_post(actor, post_id=post.id, reason=reason)


def _undo_comment_flags(actor: Actor, entry: LogEntry, reason: str) -> None:
    comment: Comment = get_comment_for_update(_id(entry.comment_id))
    ensure_can_moderate(actor, comment.post.thread)
    reopen_flags(Flag.comment_id == comment.id)
    if entry.before == WAS_SHOWN and comment.hidden_at is not None:
        curating.restore_comment(actor, comment_id=comment.id, reason=reason)


def _undo_article_owner(actor: Actor, entry: LogEntry, reason: str) -> None:
    give_back_owner(actor, article_id=_id(entry.article_id), owner_id=int(entry.before) or None)


def _undo_article_state(actor: Actor, entry: LogEntry, reason: str) -> None:
    article_id = _id(entry.article_id)
    if entry.before == ArticleState.PUBLISHED:
        publishing.publish(actor, article_id=article_id)
    elif entry.before == ArticleState.ARCHIVED:
        publishing.archive(actor, article_id=article_id, reason=reason)
    elif entry.before == ArticleState.IN_REVIEW:
        publishing.submit_for_review(actor, article_id=article_id)
    else:
        publishing.reopen(actor, article_id=article_id)


# What the log page may offer to undo: pairs of target and action; articles go back to any earlier state.
UNDOABLE = frozenset(
    [("thread", action) for action in _THREAD] + [("post", action) for action in (*_POST, EDIT)]
    + [("comment", action) for action in _COMMENT] + [("person", action) for action in _PERSON]
    + [("search", action) for action in _GAP] + [("meaning", action) for action in _ALIAS]
    + [("rule", action) for action in _RULE]
    + [("article", state) for state in ("draft", "in_review", "published", "archived", "owner")]
)  # fmt: skip


def find_undo(entry: LogEntry, text: Rendered | None = None) -> Undo | None:
    """Return what undoes an entry, or None for decisions that stand (a promotion, a lifted suspension)."""
    if entry.action == EDIT and entry.post_id is not None:
        return lambda actor, one, reason: undo_edit(actor, one, reason, text)
    if entry.thread_id is not None:
        return _THREAD.get(entry.action)
    if entry.post_id is not None:
        return _POST.get(entry.action)
    if entry.comment_id is not None:
        return _COMMENT.get(entry.action)
    if entry.person_id is not None:
        return _PERSON.get(entry.action)
    if entry.gap_id is not None:
        return _GAP.get(entry.action)
    if entry.alias_id is not None:
        return _ALIAS.get(entry.action)
    if entry.rule_id is not None:
        return _RULE.get(entry.action)
    if entry.action == "owner":
        return _undo_article_owner
    return _undo_article_state if entry.before else None


def undo_decision(actor: Actor, *, entry_id: int, reason: str, text: Rendered | None = None) -> LogEntry:
    """Undo one entry of the log and return the entry that says so. `text`: what `render_earlier` gave for it.

    Raises NotFound, Forbidden, Conflict (undone already, cannot be undone, or the thing changed meanwhile).
    """
    ensure_can_moderate_site(actor)
    entry = get_log_entry_for_update(entry_id)
    if entry is None:
        raise NotFound
    undo = find_undo(entry, text)
    if undo is None:
        raise Conflict("This decision cannot be undone here.")
    if exists_undo(entry.id):
        raise Conflict("This was undone already.")
    _ensure_known(actor, entry)
    undo(actor, entry, reason or "Undone")
    return write_log(
        actor.id, "undo", reason, thread_id=entry.thread_id, post_id=entry.post_id, comment_id=entry.comment_id,
        person_id=entry.person_id, article_id=entry.article_id, gap_id=entry.gap_id, alias_id=entry.alias_id, rule_id=entry.rule_id,
        before=entry.action, undoes_id=entry.id,
    )  # fmt: skip


def _ensure_known(actor: Actor, entry: LogEntry) -> None:
    """Entries about threads the moderator may not read are not theirs to undo."""
    if entry.thread_id is not None:
        thread: Thread = get_thread_for_update(entry.thread_id)
        ensure_can_moderate(actor, thread)
