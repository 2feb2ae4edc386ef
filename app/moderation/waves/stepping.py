"""How a wave proceeds: batch by batch, each in a transaction of its own, each text exactly once whatever fails in between.

A step locks the wave and does the next texts of what was decided last. Small waves are done while the moderator waits.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import SYSTEM, Actor, Audience
from app.core.clock import now
from app.core.db import db
from app.core.events import emit
from app.core.markup import Rendered, render_markdown
from app.core.uow import after_commit, unit_of_work
from app.forum.models import Category, Comment, Post, Thread
from app.forum.queries.threads import get_categories_for_update, get_threads_for_update
from app.forum.services.sweeping import Swept, blank_texts, sweep, unsweep
from app.jobs.queue import enqueue
from app.moderation.events import WaveCameBack, WaveWentAway
from app.moderation.models import ItemState, Removal, RemovalState, ScreenedText, Wave, WaveItem, WaveState
from app.moderation.waves.choosing import add_late
from app.moderation.waves.criteria import from_json
from app.moderation.waves.finding import is_spared
from app.moderation.waves.reading import count_texts, lock_wave
from app.moderation.waves.terms import AT_ONCE
from app.uploads.services.cleaning import look_again

WORK_JOB = "moderation.work_on_wave"
logger = logging.getLogger(__name__)
BATCH = 25
"""So many texts a transaction: on SQLite nobody else writes meanwhile."""
BATCHES_A_RUN = 40
"""After so many batches a job lets others have their turn."""
_TO_DO = {
    WaveState.TAKING: ItemState.WAITING, WaveState.RESTORING: ItemState.TAKEN, WaveState.PURGING: ItemState.TAKEN,
}  # fmt: skip


def go_on(wave: Wave, left_out: Sequence[str] | None = None) -> None:
    """Have done what was decided about a locked wave: right after the commit if it is small, otherwise in the background.

    Not in the transaction of the decision: that holds the accounts, for which others wait who hold the threads of the texts.
    `left_out`: take what the accounts were writing meanwhile, too, without these (see choosing).
    """
    db.session.flush()
    payload = _go_on_later(wave, left_out)
    if count_texts(wave.id, _TO_DO[WaveState(wave.state)]) <= AT_ONCE:
        after_commit(lambda: _go_on_now(payload))


def _go_on_now(payload: dict[str, Any]) -> None:
    """Do the work of the job at once; whatever stops it, the job is there."""
    try:
        work_job([payload])
    except Exception:
        db.session.rollback()
        logger.exception("wave.waits", extra=payload)


def work_job(payloads: list[dict[str, Any]]) -> None:
    """Job `moderation.work_on_wave`: the next batches of a wave, unless something else was decided about it since."""
    for payload in payloads:
        if "left_out" in payload:
            add_late(payload["wave_id"], payload["revision"], payload["left_out"])
        for _ in range(BATCHES_A_RUN):
            with unit_of_work():
                wave = lock_wave(int(payload["wave_id"]))
                if wave.revision != payload["revision"] or wave.state not in _TO_DO or step(wave):
                    break
        else:
            with unit_of_work():
                _go_on_later(lock_wave(int(payload["wave_id"])))


def _go_on_later(wave: Wave, left_out: Sequence[str] | None = None) -> dict[str, Any]:
    payload: dict[str, Any] = {"wave_id": wave.id, "revision": wave.revision}
    if left_out is not None:
        payload["left_out"] = list(left_out)
    enqueue(WORK_JOB, payload, dedupe_key=f"{WORK_JOB}:{wave.id}")
    return payload


def step(wave: Wave) -> bool:
    """Do the next texts of a locked wave and return whether it is done with that."""
    state = WaveState(wave.state)
    items = _next_items(wave, _TO_DO[state])
    if items:
        _lock_places(items)
        _STEPS[state](wave, items)
        db.session.flush()
        return False
    _END[state](wave)
    db.session.flush()
    return True


def _next_items(wave: Wave, state: ItemState) -> list[tuple[WaveItem, Any]]:
    """Return the next texts with thread, category, author and what they are hidden by, in one statement. Newest first when they
    come back, so that threads end as they were."""
    post, above = aliased(Post), aliased(Post)
    newest_first = state == ItemState.TAKEN
    statement = (
        sa.select(
            WaveItem, Thread.id.label("thread_id"), Thread.category_id, Category.audience, Person.id.label("author_id"),
            Person.role, Person.level, Comment.hidden_at.label("comment_hidden_at"),
            sa.case((post.kind == "opening", Thread.hidden_at), else_=post.hidden_at).label("post_hidden_at"),
        )
        .outerjoin(post, post.id == WaveItem.post_id)
        .outerjoin(Comment, Comment.id == WaveItem.comment_id)
        .outerjoin(above, above.id == Comment.post_id)
        .join(Thread, Thread.id == sa.func.coalesce(post.thread_id, above.thread_id))
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(Person, Person.id == sa.func.coalesce(post.author_id, Comment.author_id))
        .where(WaveItem.wave_id == wave.id, WaveItem.state == state, WaveItem.person_id.is_(None))
        .order_by(WaveItem.id.desc() if newest_first else WaveItem.id)
        .limit(BATCH)
        .execution_options(populate_existing=True)
    )  # fmt: skip
    return [(row[0], row) for row in db.session.execute(statement)]


def _lock_places(items: Iterable[tuple[WaveItem, Any]]) -> None:
    """Lock all categories, then all threads of a batch, each in the order of ids."""
    rows = [row for _, row in items]
    get_categories_for_update({row.category_id for row in rows})
    get_threads_for_update(sorted({row.thread_id for row in rows}))


def _take(wave: Wave, items: list[tuple[WaveItem, Any]]) -> None:
    """Hide the next texts. Texts of people who are trusted by now, and those in places that the moderator may not see, stay."""
    audiences = _audiences_of(wave)
    by_thread: dict[int, list[WaveItem]] = defaultdict(list)
    for item, row in items:
        if is_spared(row.role, row.level) or row.audience not in audiences:
            item.state = ItemState.SKIPPED
        else:
            by_thread[row.thread_id].append(item)
    taken: list[WaveItem] = []
    for thread_id, mine in sorted(by_thread.items()):
        posts, comments = _ids_of(mine)
        reason = f"Spam wave no. {wave.id}: {wave.reason}"[:300]
        swept = sweep(_as_actor(wave), thread_id=thread_id, post_ids=posts, comment_ids=comments, reason=reason)
        for item in mine:
            taken += [item] if _note_taken(item, swept) else []
    wave.text_count += len(taken)
    emit(WaveWentAway(wave.id, wave.created_at, *map(tuple, _ids_of(taken))))


def _note_taken(item: WaveItem, swept: Swept) -> bool:
    is_taken = item.post_id in swept.posts if item.post_id is not None else item.comment_id in swept.comments
    item.state = ItemState.TAKEN if is_taken else ItemState.SKIPPED
    if is_taken:
        item.taken_at = swept.moment
        item.before = {
            "changed_from": swept.changed_from.isoformat(), "changed_to": swept.changed_to.isoformat(),
            "waited": item.comment_id in swept.waiting,
        }  # fmt: skip
    return is_taken


def _give_back(wave: Wave, items: list[tuple[WaveItem, Any]]) -> None:
    """Show the next texts again that are still hidden by the wave, but not where all that their author wrote was removed since."""
    groups: dict[tuple[datetime, int], list[WaveItem]] = defaultdict(list)
    removed = _removed_since({row.author_id for _, row in items if row.author_id is not None})
    for item, row in items:
        moment = item.taken_at or wave.created_at
        if removed.get(row.author_id, moment) > moment:
            item.state = ItemState.SKIPPED
        else:
            groups[(moment, row.thread_id)].append(item)
    back: list[WaveItem] = []
    for (moment, thread_id), mine in sorted(groups.items(), reverse=True, key=lambda one: one[0]):
        posts, comments = unsweep(_as_actor(wave), _swept(moment, mine), thread_id=thread_id, reason="")
        for item in mine:
            is_back = item.post_id in posts or item.comment_id in comments
            item.state = ItemState.RESTORED if is_back else ItemState.SKIPPED
            back += [item] if is_back else []
    emit(WaveCameBack(wave.id, wave.created_at, *map(tuple, _ids_of(back))))


def _removed_since(author_ids: Collection[int]) -> dict[int | None, datetime]:
    """Return when moderators last removed everything that one of these people wrote, where that still holds."""
    holds = Removal.state.in_((RemovalState.REMOVING, RemovalState.REMOVED))
    newest = sa.select(Removal.person_id, sa.func.max(Removal.created_at)).where(Removal.person_id.in_(sorted(author_ids)), holds)
    return dict(db.session.execute(newest.group_by(Removal.person_id)).all()) if author_ids else {}


def _swept(moment: datetime, items: list[WaveItem]) -> Swept:
    posts, comments = _ids_of(items)
    waiting = frozenset(item.comment_id for item in items if item.comment_id is not None and item.before.get("waited"))
    changed = (datetime.fromisoformat(items[0].before[name]) for name in ("changed_from", "changed_to"))
    return Swept(moment, frozenset(posts), frozenset(comments), waiting, *changed)


def _remove(wave: Wave, items: list[tuple[WaveItem, Any]]) -> None:
    """Remove the next texts for good that are still hidden by the wave, with what was remembered of them and their images."""
    mine = []
    for item, row in items:
        hidden_at = row.post_hidden_at if item.post_id is not None else row.comment_hidden_at
        item.state = ItemState.PURGED if hidden_at == item.taken_at else ItemState.SKIPPED
        mine += [item] if item.state == ItemState.PURGED else []
    posts, comments = _ids_of(mine)
    db.session.flush()
    known = sa.or_(
        sa.and_(ScreenedText.post_id.in_(posts), ScreenedText.comment_id.is_(None)), ScreenedText.comment_id.in_(comments)
    )
    db.session.execute(sa.delete(ScreenedText).where(known).execution_options(synchronize_session=False))
    for author_id in sorted({row.author_id for item, row in items if item.state == ItemState.PURGED and row.author_id}):
        look_again(author_id)
    blank_texts(posts, comments, _blank())


@lru_cache(maxsize=1)
def _blank() -> Rendered:
    return render_markdown("[removed]")


def _ids_of(items: Iterable[WaveItem]) -> tuple[list[int], list[int]]:
    posts, comments = [], []
    for item in items:
        if item.post_id is not None:
            posts.append(item.post_id)
        elif item.comment_id is not None:
            comments.append(item.comment_id)
    return posts, comments


def _as_actor(wave: Wave) -> Actor:
    """What was decided by a moderator is done by the system in their name, whatever became of them since."""
    return Actor(id=wave.created_by_id, name=SYSTEM.name, is_system=True)


def _audiences_of(wave: Wave) -> tuple[str, ...]:
    """Return what the moderator who decided may read."""
    person = db.session.get(Person, wave.created_by_id) if wave.created_by_id else None
    return person.as_actor(now()).audiences if person else (Audience.PUBLIC, Audience.MEMBERS)


def _end_taking(wave: Wave) -> None:
    wave.state = WaveState.QUARANTINED


def _end_giving_back(wave: Wave) -> None:
    wave.state, wave.ended_at, wave.text_count = WaveState.RESTORED, now(), 0


def _end_removing(wave: Wave) -> None:
    wave.state, wave.ended_at = WaveState.PURGED, now()
    wave.criteria = from_json(wave.criteria).forget_text().as_json()
    mine = sa.and_(WaveItem.wave_id == wave.id, WaveItem.person_id.is_not(None), WaveItem.state == ItemState.TAKEN)
    statement = sa.update(WaveItem).where(mine).values(state=ItemState.PURGED)
    db.session.execute(statement.execution_options(synchronize_session=False))


_STEPS: dict[WaveState, Callable[[Wave, list[tuple[WaveItem, Any]]], None]] = {
    WaveState.TAKING: _take, WaveState.RESTORING: _give_back, WaveState.PURGING: _remove,
}  # fmt: skip
_END: dict[WaveState, Callable[[Wave], None]] = {
    WaveState.TAKING: _end_taking, WaveState.RESTORING: _end_giving_back, WaveState.PURGING: _end_removing,
}  # fmt: skip
