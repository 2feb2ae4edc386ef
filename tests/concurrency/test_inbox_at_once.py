"""Several moderators at one item of the inbox at the same moment: one claim, one decision, one taking back."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app.core.db import db
from app.core.errors import Conflict
from app.moderation.inbox.batches import decide_batch, undo_batch
from app.moderation.inbox.claiming import ClaimedByOther, claim_item
from app.moderation.inbox.deciding import decide_item
from app.moderation.models import InboxClaim, LogEntry
from tests.concurrency.test_forum_at_once import at_once, call
from tests.concurrency.test_reshaping_at_once import moderators
from tests.moderation.inbox import scenes


def log_of(*actions: str) -> list[str]:
    return list(db.session.scalars(sa.select(LogEntry.action).where(LogEntry.action.in_(actions))))


def test_of_three_who_decide_one_does(app):
    key = f"post-{scenes.reported().id}"
    jobs = [
        call(decide_item, mo, key=key, decision=name, reason="Seen")
        for mo, name in zip(moderators(3), ("uphold", "decline", "spam"), strict=True)
    ]
    results = at_once(app, jobs)
    assert sum(isinstance(result, Conflict) for result in results) == 2, results
    assert len(log_of("uphold", "decline")) == 1


def test_of_three_who_claim_one_does(app):
    key = f"post-{scenes.reported().id}"
    results = at_once(app, [call(claim_item, mo, key=key, lasts=timedelta(minutes=5)) for mo in moderators(3)])
    assert sum(isinstance(result, ClaimedByOther) for result in results) == 2, results
    assert db.session.scalar(sa.select(sa.func.count()).select_from(InboxClaim)) == 1


def test_batches_about_the_same_items_decide_each_once_and_are_taken_back_once(app):
    keys = [f"post-{scenes.reported().id}" for _ in range(4)]
    one, two = moderators(2)
    batches = at_once(
        app, [lambda: decide_batch(one, keys, "uphold", reason="x"), lambda: decide_batch(two, keys[::-1], "uphold", reason="x")]
    )
    done = [row["key"] for batch in batches for row in batch.results if row["done"]]
    assert sorted(done) == sorted(keys) and len(log_of("uphold")) == 4
    (first,) = [batch for batch in batches if batch.person_id == one.id]
    results = at_once(app, [lambda: undo_batch(one, first.id), lambda: undo_batch(one, first.id)])
    assert sum(isinstance(result, Conflict) for result in results) == 1, results
    assert len(log_of("undo")) == sum(row["done"] for row in first.results)
