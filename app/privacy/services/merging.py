"""Making two accounts one: an admin's decision, carried out by a job in one transaction. There is no way back, and it says so."""

from typing import Any

import sqlalchemy as sa

from app.accounts.queries import get_person
from app.accounts.services.joining import close_merged, get_pair_for_update
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import AppError, Conflict
from app.core.holdings import Holding, OnMerging, holdings
from app.core.i18n import gettext as _
from app.core.reasons import FOR_THE_LOG, checked_reason
from app.core.uow import unit_of_work
from app.forum.models import MeToo, Post, Thread, Vote
from app.forum.services.judging import drop_doubled_words
from app.jobs.queue import TryLaterError, enqueue
from app.notifications.decisions import accounts_merged
from app.notifications.services.notifying import notify_of_self
from app.privacy.models import PersonMerge
from app.privacy.services.erasing import request_recounts
from app.privacy.services.locking import find_threads_of, lock_threads_of
from app.privacy.urls import PRIVACY

MERGE_JOB = "privacy.merge"


def request_merge(actor: Actor, *, from_id: int, into_id: int, reason: str) -> PersonMerge:
    """Have two accounts made one. Raises NotFound for others than admins, Invalid("reason"), and what `get_pair_for_update` raises."""
    get_pair_for_update(actor, from_id, into_id)
    why = checked_reason(reason, is_required=True, ask=FOR_THE_LOG)
    if db.session.scalar(sa.select(PersonMerge.id).where(PersonMerge.from_id == from_id)) is not None:
        raise Conflict(_("This account is being merged already."))
    merge = PersonMerge(from_id=from_id, into_id=into_id, asked_by_id=actor.id, reason=why)
    db.session.add(merge)
    db.session.flush()
    enqueue(MERGE_JOB, {"merge_id": merge.id}, dedupe_key=f"{MERGE_JOB}:{merge.id}")
    return merge


class _WritingError(TryLaterError):
    """Something new came from the account that goes while its threads were locked."""


def merge_job(payloads: list[dict[str, Any]]) -> None:
    """Job `privacy.merge`: carry decisions out, each once. One that cannot be any more is dropped."""
    for payload in payloads:
        try:
            _carry_out(payload["merge_id"])
        except _WritingError:
            _carry_out(payload["merge_id"])


def _carry_out(merge_id: int) -> None:
    with unit_of_work():
        statement = sa.select(PersonMerge).where(PersonMerge.id == merge_id).with_for_update(key_share=True)
        merge = db.session.scalar(statement.execution_options(populate_existing=True))
        if merge is None or merge.done_at is not None:
            return
        try:
            merge_people(_admin(merge), merge)
        except AppError:
            db.session.delete(merge)


def merge_people(actor: Actor, merge: PersonMerge) -> None:
    """Let everything that names one account name the other, without doubles: two votes on one post are one vote.

    Threads are locked first, then both accounts: what the one that goes was writing came before, or is refused. Raises
    TryLaterError when that was in yet another thread.
    """
    locked = lock_threads_of(merge.from_id)
    gone, stays = get_pair_for_update(actor, merge.from_id, merge.into_id, against_texts=True)
    threads = find_threads_of(gone.id)
    if not threads <= locked:
        raise _WritingError("They are writing right now.")
    for holding in holdings():
        _move_rows(holding, gone.id, stays.id)
    _drop_own_support(stays.id)
    drop_doubled_words(stays.id)
    close_merged(actor, gone, stays, merge.reason)
    request_recounts(sorted(threads))
    merge.done_at = now()
    notify_of_self(stays.id, accounts_merged(gone.name, merge.reason), path=PRIVACY)


def _admin(merge: PersonMerge) -> Actor:
    """Return whoever decided, with the rights that they have now."""
    return get_person(merge.asked_by_id or 0).as_actor(now())


def _move_rows(holding: Holding, from_id: int, into_id: int) -> None:
    """Do with the rows of one column what its line says; where a key would be doubled, the row of the account that stays counts."""
    table, column = holding.table, holding.sql
    if holding.merging == OnMerging.STAY:
        return
    if holding.merging == OnMerging.DROP:
        db.session.execute(sa.delete(table).where(holding.names(from_id)))
        return
    if holding.unique_with:
        other = table.alias()
        is_same = (other.c[name] == table.c[name] for name in holding.unique_with)
        double = sa.exists().where(other.c[column.name] == holding.value_of(into_id), *is_same)
        db.session.execute(sa.delete(table).where(holding.names(from_id), double))
    db.session.execute(sa.update(table).where(holding.names(from_id)).values({column.name: holding.value_of(into_id)}))


def _drop_own_support(person_id: int) -> None:
    """Nobody votes for their own posts or shares their own problem: such rows came from the account that goes."""
    posts, threads = (
        sa.select(Post.id).where(Post.author_id == person_id),
        sa.select(Thread.id).where(Thread.author_id == person_id),
    )
    for statement in (
        sa.delete(Vote).where(Vote.person_id == person_id, Vote.post_id.in_(posts)),
        sa.delete(MeToo).where(MeToo.person_id == person_id, MeToo.thread_id.in_(threads)),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
