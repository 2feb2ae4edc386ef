"""Erasing people whose days of grace are over: their words (unless the posts stay), what names them, then their own row.

Each step can be done again: a process that dies is followed by another one that goes on.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Erasure
from app.accounts.services.erasing import begin_erasure, finish_erasure, list_due_erasures
from app.core.db import db
from app.core.holdings import Holding, OnErasing, holdings
from app.core.markup import Rendered, render_markdown
from app.core.uow import require_unit_of_work, unit_of_work
from app.forum.queries.contributions import list_thread_ids_of
from app.forum.services.recounting import recount_thread
from app.forum.services.sweeping import UNTITLED
from app.forum.services.wiping import next_thread_to_wipe, wipe_thread
from app.jobs.queue import enqueue, enqueue_all
from app.privacy.models import DataExport
from app.privacy.services.copying import remove_copy
from app.privacy.services.locking import lock_threads_of
from app.privacy.terms import privacy_terms
from app.uploads.services.cleaning import look_again

ERASE_JOB = "privacy.erase"
ERASE_EVERY = timedelta(hours=1)
RECOUNT_JOB = "privacy.recount"
THREADS_A_JOB = 100


def ask_to_erase_now() -> None:
    """Let the job look for due erasures at once instead of within the hour."""
    enqueue(ERASE_JOB, {}, dedupe_key=f"{ERASE_JOB}:now")


def erase_job(_payloads: list[dict[str, Any]]) -> None:
    """Job `privacy.erase`: erase everybody whose days of grace are over."""
    blank = render_markdown(UNTITLED)
    for person_id in list_due_erasures():
        db.session.rollback()
        erase_person(person_id, blank)


def erase_person(person_id: int, blank: Rendered) -> bool:
    """Erase a person who is due and return whether they were. Opens its own units of work, one for each thread that loses words.

    Raises Conflict for the last admin.
    """
    with unit_of_work():
        erasure = begin_erasure(person_id)
        if erasure is None:
            return False
        keeps_posts = erasure.keeps_posts
    if not keeps_posts:
        _wipe_words(person_id, blank)
    with unit_of_work():
        lock_threads_of(person_id)
        erasure = db.session.get_one(Erasure, person_id, populate_existing=True)
        copies = list(db.session.scalars(sa.select(DataExport.name).where(DataExport.person_id == person_id)))
        request_recounts(list_thread_ids_of(person_id))
        if not keeps_posts:
            look_again(person_id)
        for holding in holdings():
            _erase_rows(holding, person_id)
        finish_erasure(erasure)
    for name in copies:
        remove_copy(name, privacy_terms().exports)
    return True


def request_recounts(thread_ids: Iterable[int]) -> None:
    """Have figures and the search index of threads follow, in jobs of a hundred."""
    require_unit_of_work()
    ids = list(thread_ids)
    chunks = [ids[at : at + THREADS_A_JOB] for at in range(0, len(ids), THREADS_A_JOB)]
    enqueue_all(RECOUNT_JOB, [(f"{RECOUNT_JOB}:{chunk[0]}:{chunk[-1]}:{len(chunk)}", {"thread_ids": chunk}) for chunk in chunks])


def recount_job(payloads: list[dict[str, Any]]) -> None:
    """Job `privacy.recount`: derive figures and the search index of threads anew."""
    for payload in payloads:
        for thread_id in payload["thread_ids"]:
            with unit_of_work():
                recount_thread(int(thread_id))


def _wipe_words(person_id: int, blank: Rendered) -> None:
    while True:
        with unit_of_work():
            thread_id = next_thread_to_wipe(person_id, blank)
            if thread_id is None:
                return
            wipe_thread(person_id, thread_id, blank)


def _erase_rows(holding: Holding, person_id: int) -> None:
    """Do with the rows of one column what its line says."""
    table, mine = holding.table, holding.names(person_id)
    if holding.erasing == OnErasing.DELETE:
        db.session.execute(sa.delete(table).where(mine))
        return
    values: dict[str, Any] = dict.fromkeys(holding.blank, "")
    if holding.erasing == OnErasing.FORGET:
        values[holding.sql.name] = None
    if values:
        db.session.execute(sa.update(table).where(mine).values(values))
