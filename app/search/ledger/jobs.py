"""Background work of the ledger: ending and forgetting sessions, finding gaps, searching again for what was not found."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from app.core.clock import now
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.jobs.queue import enqueue
from app.search import aliases
from app.search.gaps.rerun import (
    began_as,
    fill_gap,
    find_written,
    list_missing_threads,
    list_written,
    missing_texts,
    release_gaps,
    settle_rerun,
)
from app.search.gaps.scanning import GapScan, scan_gaps
from app.search.ledger.sessions import BATCH, end_old_sessions, forget_sessions

logger = logging.getLogger(__name__)
END_JOB = "search.end_sessions"
END_EVERY = timedelta(minutes=10)
GAPS_JOB = "search.find_gaps"
GAPS_EVERY = timedelta(hours=6)
RERUN_JOB = "search.search_again"
RERUN_AFTER = timedelta(minutes=1)
"""Time for the index to follow, and for what was noted to be written."""
Handler = Callable[[list[dict[str, Any]]], None]


def request_rerun(thread_id: int) -> None:
    """Have what a thread began as searched for again soon; call it inside the unit of work that solves the thread."""
    enqueue(RERUN_JOB, {"thread_id": thread_id}, dedupe_key=f"{RERUN_JOB}:{thread_id}", delay=RERUN_AFTER)


def rerun_job(payloads: list[dict[str, Any]]) -> None:
    """Search again for what solved threads began as."""
    for payload in payloads:
        search_again(int(payload["thread_id"]))


def search_again(thread_id: int) -> bool:
    """Search again for what one thread began as; return whether every search finds it now (also when there was none)."""
    aliases.refresh()
    texts = began_as(thread_id)
    if not texts:
        return True
    missing = missing_texts(thread_id, texts)
    with unit_of_work():
        if missing is None:
            release_gaps(thread_id)
        else:
            settle_rerun(thread_id, texts, missing)
    if missing:
        logger.warning("search.solved_but_not_found", extra={"thread_id": thread_id, "searches": len(missing)})
    return not missing


def end_sessions_job(_payloads: list[dict[str, Any]]) -> None:
    """End sessions in which nothing happens any more, in short units of work."""
    full = True
    while full:
        with unit_of_work():
            full = end_old_sessions() == BATCH


def find_gaps(settings: Settings) -> GapScan:
    """Forget what is too old, end what is over, and find the gaps in what is left."""
    moment = now()
    since = moment - timedelta(days=settings.search_ledger_days)
    full = True
    while full:
        with unit_of_work():
            full = forget_sessions(since) == BATCH
    end_sessions_job([])
    with unit_of_work():
        scanned = scan_gaps(settings.search_gap_people, since, moment)
    _look_again()
    return scanned


def _look_again() -> None:
    """Close gaps whose article is found by now, and threads that are."""
    aliases.refresh()
    for gap in list_written():
        card = find_written(gap.text, gap.audience, gap.decided_at or gap.first_at)
        if card is not None:
            with unit_of_work():
                fill_gap(gap.id, card.title)
    for thread_id in list_missing_threads():
        search_again(thread_id)


def make_gaps_handler(settings: Settings) -> Handler:
    """Return the handler of GAPS_JOB for these settings."""

    def handle(_payloads: list[dict[str, Any]]) -> None:
        find_gaps(settings)

    return handle
