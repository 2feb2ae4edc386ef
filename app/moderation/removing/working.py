"""The jobs: hide what a removal is about, or give it back, one thread in one transaction. A killed one goes on where it was."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.accounts.queries import find_person
from app.core.actor import SYSTEM, Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.uow import unit_of_work
from app.forum.models import Category, Comment, Post, Thread
from app.forum.queries.contributions import list_thread_ids_of
from app.forum.queries.threads import get_categories_for_update, get_threads_for_update
from app.forum.services.sweeping import Swept, sweep, unsweep
from app.moderation.models import Removal, RemovalState, RemovalThread
from app.moderation.policies import moderated_categories
from app.moderation.removing.deciding import get_removal_for_update


def remove_job(payloads: list[dict[str, Any]]) -> None:
    """Job `moderation.remove_content`."""
    for payload in payloads:
        removal = db.session.get(Removal, payload["removal_id"])
        if removal is None:
            continue
        thread_ids = _moderated_threads(_decider(removal), removal.person_id)
        db.session.rollback()
        if all(_remove_in(removal.id, thread_id) for thread_id in thread_ids):
            _end(removal.id, RemovalState.REMOVING, RemovalState.REMOVED)


def restore_job(payloads: list[dict[str, Any]]) -> None:
    """Job `moderation.restore_content`."""
    for payload in payloads:
        removal_id = int(payload["removal_id"])
        left = sa.select(RemovalThread.thread_id).where(
            RemovalThread.removal_id == removal_id, RemovalThread.restored_at.is_(None)
        )
        thread_ids = list(db.session.scalars(left.order_by(RemovalThread.thread_id)))
        db.session.rollback()
        for thread_id in thread_ids:
            _restore_in(removal_id, thread_id, str(payload["reason"]))
        _end(removal_id, RemovalState.RESTORING, RemovalState.RESTORED)


def _decider(removal: Removal) -> Actor:
    """Return who decided, with the rights that they have now."""
    person = find_person(removal.asked_by_id) if removal.asked_by_id is not None else None
    return person.as_actor(now()) if person else SYSTEM


def _moderated_threads(actor: Actor, person_id: int) -> list[int]:
    """Return the threads that the person wrote in, of the categories that the moderator moderates."""
    statement = (
        sa.select(Thread.id)
        .join(Category, Category.id == Thread.category_id)
        .where(Thread.id.in_(list_thread_ids_of(person_id)), moderated_categories(actor))
    )
    return list(db.session.scalars(statement.order_by(Thread.id)))


def _remove_in(removal_id: int, thread_id: int) -> bool:
    """Hide what the person wrote in a thread, once; False when the removal is not under way any more."""
    with unit_of_work():
        removal = get_removal_for_update(removal_id)
        if removal is None or removal.state != RemovalState.REMOVING:
            return False
        if db.session.get(RemovalThread, (removal_id, thread_id)) is not None:
            return True
        here = sa.select(Post.id).where(Post.thread_id == thread_id)
        posts = set(db.session.scalars(here.where(Post.author_id == removal.person_id)))
        own_comments = sa.select(Comment.id).where(Comment.post_id.in_(here), Comment.author_id == removal.person_id)
        comments = set(db.session.scalars(own_comments))
        swept = sweep(SYSTEM, thread_id=thread_id, post_ids=posts, comment_ids=comments, reason=removal.reason)
        if not swept.is_empty:
            db.session.add(RemovalThread(removal_id=removal_id, thread_id=thread_id, swept=pack(swept)))
            removal.text_count += len(swept.posts) + len(swept.comments)
    return True


def _restore_in(removal_id: int, thread_id: int, reason: str) -> None:
    """Give back what was hidden in a thread, wherever it was split or merged to meanwhile, once."""
    swept = unpack(db.session.get_one(RemovalThread, (removal_id, thread_id)).swept)
    with unit_of_work():
        homes = _homes_of(swept)
        get_categories_for_update(homes.values())
        get_threads_for_update(sorted(homes))
        if _homes_of(swept) != homes:
            raise Conflict
        row = db.session.get_one(RemovalThread, (removal_id, thread_id), populate_existing=True)
        if row.restored_at is None:
            for home in sorted(homes):
                unsweep(SYSTEM, swept, thread_id=home, reason=reason)
            row.restored_at = now()


def _homes_of(swept: Swept) -> dict[int, int]:
    """Return the threads, with their categories, in which texts stand now that were swept."""
    above = sa.select(Comment.post_id).where(Comment.id.in_(swept.comments))
    statement = sa.select(Thread.id, Thread.category_id).join(Post, Post.thread_id == Thread.id)
    return dict(db.session.execute(statement.where(sa.or_(Post.id.in_(swept.posts), Post.id.in_(above)))).all())


def _end(removal_id: int, old: RemovalState, new: RemovalState) -> None:
    with unit_of_work():
        removal = get_removal_for_update(removal_id)
        if removal is not None and removal.state == old:
            removal.state, removal.changed_at = new, now()


def pack(swept: Swept) -> dict[str, Any]:
    """Return what was swept as it is stored."""
    return {
        "moment": swept.moment.isoformat(), "posts": sorted(swept.posts), "comments": sorted(swept.comments),
        "waiting": sorted(swept.waiting), "from": swept.changed_from.isoformat(), "to": swept.changed_to.isoformat(),
    }  # fmt: skip


def unpack(stored: dict[str, Any]) -> Swept:
    """Return what was stored as it was swept."""
    return Swept(
        datetime.fromisoformat(stored["moment"]), frozenset(stored["posts"]), frozenset(stored["comments"]),
        frozenset(stored["waiting"]), datetime.fromisoformat(stored["from"]), datetime.fromisoformat(stored["to"]),
    )  # fmt: skip
