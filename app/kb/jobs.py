"""Background work of the knowledge base: the scan for threads worth an article, and the recount, each in short units of work."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup

from app.core.clock import now
from app.core.db import db
from app.core.records import Struct
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.jobs.queue import enqueue
from app.kb.services import scanning, scheduling
from app.kb.services.checking import tell_of_due_reviews
from app.kb.services.feedback import recount_feedback
from app.kb.services.judging import tell_of_help
from app.kb.services.publishing import derive_text, list_wrong_texts
from app.kb.services.relating import relate_articles
from app.kb.services.reusing import find_uses, record_reuse
from app.kb.services.wordings import follow_searches

logger = logging.getLogger(__name__)
SCAN_JOB = "kb.scan_promotions"
SCAN_EVERY = timedelta(hours=6)
RECOUNT_JOB = "kb.recount"
RECOUNT_EVERY = timedelta(days=1)
PUBLISH_JOB = "kb.publish_due"
PUBLISH_EVERY = timedelta(minutes=1)
CARE_JOB = "kb.care"
CARE_EVERY = timedelta(hours=6)
RELATE_JOB = "kb.relate"
RELATE_EVERY = timedelta(minutes=15)
RELATE_PAUSE = timedelta(seconds=2)
USES_BATCH = 100


class ScanReport(Struct, frozen=True):
    """What a scan did."""

    read: int
    proposed: int
    dropped: int


def count_threads() -> int:
    """Return how many threads a scan will read."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Thread)) or 0


def scan(settings: Settings, on_progress: Callable[[int], None] | None = None) -> ScanReport:
    """Score all threads batch by batch and return what happened; `on_progress` gets the number of threads of each batch.

    It may be interrupted and run again: each batch is a transaction of its own, and old proposals go only at the end.
    """
    started, after_id, read, proposed = now(), 0, 0, 0
    with unit_of_work():
        scanning.wake_snoozed(started)
    while True:
        batch = scanning.score_batch(settings, after_id, started)
        if batch.last_id is None:
            break
        with unit_of_work():
            scanning.store_proposals(batch.proposals, started)
        after_id, read, proposed = batch.last_id, read + batch.read, proposed + len(batch.proposals)
        if on_progress:
            on_progress(batch.read)
    with unit_of_work():
        dropped = scanning.drop_stale(started)
    return ScanReport(read, proposed, dropped)


def make_scan_handler(settings: Settings) -> Callable[[list[dict[str, Any]]], None]:
    """Return the handler of SCAN_JOB for these settings."""

    def handle(_payloads: list[dict[str, Any]]) -> None:
        scan(settings)

    return handle


def recount_articles() -> int:
    """Correct the helpful counts of articles, and return how many were wrong. Call it outside a unit of work."""
    with unit_of_work():
        return recount_feedback()


def recount_texts() -> int:
    """As recount_articles, for the plain texts of published articles; nobody waits while all of them are compared."""
    wrong = list_wrong_texts()
    for article_id in wrong:
        with unit_of_work():
            derive_text(article_id)
    return len(wrong)


def recount_job(_payloads: list[dict[str, Any]]) -> None:
    """Correct the helpful counts and plain texts of articles, and log how many were wrong (which should be none)."""
    if wrong := recount_articles() + recount_texts():
        logger.warning("kb.recounted", extra={"articles": wrong})


def publish_due_job(_payloads: list[dict[str, Any]]) -> None:
    """Publish what was planned for now, each article in a unit of work of its own."""
    for article_id in scheduling.list_due():
        with unit_of_work():
            scheduling.publish_due(article_id, lambda text: str(Markup("<p>{}</p>").format(text)))


def uses_job(payloads: list[dict[str, Any]]) -> None:
    """Count in which answers articles were used, batch by batch."""
    for payload in payloads:
        post_ids = find_uses(int(payload["article_id"]))
        db.session.rollback()
        for start in range(0, len(post_ids), USES_BATCH):
            with unit_of_work():
                for post_id in post_ids[start : start + USES_BATCH]:
                    record_reuse(post_id=post_id)


def relate_job(_payloads: list[dict[str, Any]]) -> None:
    """Find ahead what is like articles; what is left waits a little, so that other work does not."""
    if relate_articles():
        with unit_of_work():
            enqueue(RELATE_JOB, {}, dedupe_key=f"{RELATE_JOB}:next", delay=RELATE_PAUSE)


def care_job(_payloads: list[dict[str, Any]]) -> None:
    """Tell owners of due articles and authors whom readers thank; store what people searched for before they found articles."""
    with unit_of_work():
        tell_of_due_reviews()
    with unit_of_work():
        tell_of_help()
    with unit_of_work():
        follow_searches()
