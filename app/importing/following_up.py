"""The background work that much new content needs: a new search index, a scan for articles, the usual wait in each category."""

from app.jobs.queue import enqueue

# Handled by search.sync, kb.jobs and forum.services.expecting; a test holds that all have a handler.
FOLLOW_UP_JOBS = ("search.rebuild", "kb.scan_promotions", "forum.waiting")


def enqueue_follow_up() -> None:
    """Put the work into the queue, in the unit of work that ends a load."""
    for kind in FOLLOW_UP_JOBS:
        enqueue(kind, {}, dedupe_key=kind)
