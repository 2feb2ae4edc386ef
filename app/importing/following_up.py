"""The background work that much new content needs: a new search index, and a scan for threads worth an article."""

from app.jobs.queue import enqueue

# Handled by search.sync and kb.jobs; a test holds that both have a handler.
FOLLOW_UP_JOBS = ("search.rebuild", "kb.scan_promotions")


def enqueue_follow_up() -> None:
    """Put the work into the queue, in the unit of work that ends a load."""
    for kind in FOLLOW_UP_JOBS:
        enqueue(kind, {}, dedupe_key=kind)
