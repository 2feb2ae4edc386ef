"""The background work that much new content needs.

A new search index, a scan for articles, the usual wait in each category, what is probably solved, the desk's queue, and how far
people are trusted.
"""

from app.jobs.queue import enqueue

# In this order they are done; a test holds that all have a handler.
FOLLOW_UP_JOBS = ("search.rebuild", "kb.scan_promotions", "forum.waiting", "forum.infer", "desk.tick", "moderation.trust_quietly")


def enqueue_follow_up() -> None:
    """Put the work into the queue, in the unit of work that ends a load."""
    for kind in FOLLOW_UP_JOBS:
        enqueue(kind, {}, dedupe_key=kind)
