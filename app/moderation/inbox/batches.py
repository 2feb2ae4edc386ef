"""One decision about many items: what would happen to which, doing it one by one, and taking all of it back.

Each item is decided in its own unit of work: what somebody else decided meanwhile is skipped, and keeps nothing else from happening.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import AppError, Conflict, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.core.uow import unit_of_work
from app.moderation.inbox.claiming import Claim, list_claims
from app.moderation.inbox.collecting import find_items
from app.moderation.inbox.decided import find_last_decision
from app.moderation.inbox.deciding import NO_REASON, decide_item
from app.moderation.inbox.item import Decision, InboxItem
from app.moderation.models import InboxBatch
from app.moderation.policies import ensure_can_moderate_site
from app.moderation.undoing import undo_decision

MOST_IN_BATCH = 50
# What came of a batch can be read for so long; the log keeps the decisions.
KEPT_FOR = timedelta(days=90)


class BatchRow(Struct, frozen=True):
    """One chosen item: what happens to it, or (`is_skipped`) why nothing does. `title` and `path` may be empty for one that is gone."""

    key: str
    item: InboxItem | None
    words: str
    is_skipped: bool = False
    title: str = ""
    path: str = ""


class BatchPreview(Struct, frozen=True):
    """What one decision would do to the chosen items."""

    decision: Decision
    rows: tuple[BatchRow, ...]

    @property
    def keys(self) -> list[str]:
        """Return the items to which something happens."""
        return [row.key for row in self.rows if not row.is_skipped]

    @property
    def needs_reason(self) -> bool:
        """Return whether nothing happens without a reason."""
        chosen = (row.item.find_decision(self.decision.name) for row in self.rows if row.item is not None)
        return any(one.needs_reason for one in chosen if one is not None)


def offered_decisions(items: Sequence[InboxItem]) -> list[Decision]:
    """Return the decisions that can be made about several of these items, each name once, in the order of the items."""
    found: dict[str, Decision] = {}
    for item in items:
        for decision in item.decisions:
            if decision.in_batch:
                found.setdefault(decision.name, decision)
    return list(found.values())


def preview_batch(actor: Actor, keys: Sequence[str], decision: str) -> BatchPreview:
    """Return what a decision would do to each chosen item; reads only, each source once.

    What was chosen beyond MOST_IN_BATCH is skipped. Raises Invalid when nothing, or no decision that any of them offers, is chosen.
    """
    ensure_can_moderate_site(actor)
    chosen = list(dict.fromkeys(keys))
    if not chosen:
        raise Invalid(_("Please choose the items first."), field="item")
    items = find_items(actor, chosen)
    offered = {one.name: one for one in offered_decisions(list(items.values()))}
    if items and decision not in offered:
        raise Invalid(_("Please choose what to decide: none of these items can be decided so."), field="decision")
    claims = list_claims(list(items))
    rows = [_row(actor, key, items.get(key), claims.get(key), decision) for key in chosen[:MOST_IN_BATCH]]
    rows += [_too_many(key, items.get(key)) for key in chosen[MOST_IN_BATCH:]]
    return BatchPreview(offered.get(decision) or Decision(decision, _("Decide"), "", "", ""), tuple(rows))


def _row(actor: Actor, key: str, item: InboxItem | None, claim: Claim | None, name: str) -> BatchRow:
    if item is None:
        return _gone(actor, key)
    decision = item.find_decision(name)
    if decision is None or not decision.in_batch:
        return _skipped(item, _("cannot be decided so"))
    if claim is not None and claim.person_id != actor.id:
        return _skipped(item, _("%(name)s is looking at it", name=claim.person_name))
    return BatchRow(key, item, decision.effect, title=item.title, path=item.path)


def _skipped(item: InboxItem, words: str) -> BatchRow:
    return BatchRow(item.key, item, words, is_skipped=True, title=item.title, path=item.path)


def _gone(actor: Actor, key: str) -> BatchRow:
    last = find_last_decision(actor, key)
    if last is None:
        return BatchRow(key, None, _("decided already"), is_skipped=True)
    is_own = last.actor_id == actor.id
    words = _("decided already") if is_own else _("%(name)s has decided already", name=last.actor_name)
    return BatchRow(key, None, words, is_skipped=True, title=last.target_text, path=last.target_path)


def _too_many(key: str, item: InboxItem | None) -> BatchRow:
    words = _("more than %(most)s at a time: it waits on", most=MOST_IN_BATCH)
    return _skipped(item, words) if item else BatchRow(key, None, words, is_skipped=True)


def decide_batch(
    actor: Actor, keys: Sequence[str], decision: str, *, reason: str = "", seen: dict[str, str] | None = None
) -> InboxBatch:
    """Decide about many items, each in its own unit of work, and keep what came of it. Call it outside a unit of work.

    `seen`: which text of each item the preview showed. Raises Invalid as `preview_batch` does, or without a reason that is needed.
    """
    preview = preview_batch(actor, keys, decision)
    if preview.needs_reason and not reason.strip():
        raise Invalid(NO_REASON, field="reason")
    results = [_decide_one(actor, row, decision, reason, (seen or {}).get(row.key, "")) for row in preview.rows]
    with unit_of_work():
        db.session.execute(sa.delete(InboxBatch).where(InboxBatch.created_at < now() - KEPT_FOR))
        batch = InboxBatch(person_id=actor.id, label=str(preview.decision.label), reason=reason.strip()[:300], results=results)
        db.session.add(batch)
        db.session.flush()
    return batch


def _decide_one(actor: Actor, row: BatchRow, decision: str, reason: str, seen: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "key": row.key, "title": row.title, "path": row.path, "entry": None, "said": str(row.words), "done": False,
    }  # fmt: skip
    if row.is_skipped:
        return result
    try:
        with unit_of_work():
            decided = decide_item(actor, row.key, decision, reason=reason, seen=seen)
    except AppError as refusal:
        return result | {"said": str(refusal.message)}
    return result | {"entry": decided.entry_id, "done": True}


def get_batch(actor: Actor, batch_id: int) -> InboxBatch:
    """Return a batch of the actor's own; admins see all. Raises NotFound."""
    ensure_can_moderate_site(actor)
    batch = db.session.get(InboxBatch, batch_id)
    if batch is None or (batch.person_id != actor.id and not actor.is_admin):
        raise NotFound
    return batch


def undo_batch(actor: Actor, batch_id: int, *, reason: str = "") -> InboxBatch:
    """Take back all of a batch that can be taken back, the last decision first; the results say what could not.

    Call it outside a unit of work. Raises NotFound, Conflict when it was taken back already.
    """
    get_batch(actor, batch_id)
    with unit_of_work():
        open_batch = sa.and_(InboxBatch.id == batch_id, InboxBatch.undone_at.is_(None))
        taken = db.session.execute(sa.update(InboxBatch).where(open_batch).values(undone_at=now()))
        if not taken.rowcount:  # type: ignore[attr-defined]
            raise Conflict(_("All of this was taken back already."))
    results = [dict(row) for row in get_batch(actor, batch_id).results]
    for row in reversed(results):
        if row["entry"] is not None:
            row["said"] = _undo_one(actor, row["entry"], reason)
    with unit_of_work():
        batch = db.session.get_one(InboxBatch, batch_id, populate_existing=True)
        batch.results = results
    return batch


def _undo_one(actor: Actor, entry_id: int, reason: str) -> str:
    try:
        with unit_of_work():
            undo_decision(actor, entry_id=entry_id, reason=reason)
    except AppError as refusal:
        return str(refusal.message)
    return _("taken back")
