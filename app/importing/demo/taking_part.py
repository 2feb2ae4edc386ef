"""What people of the demo did beside writing: votes, me-toos, following. The moments are scattered, always in the same way."""

from datetime import datetime

from app.core.db import db
from app.forum.models import Follow, MeToo, Post, Vote
from app.importing.demo.preparing import PreparedThread
from app.importing.demo.written import Written


def write_participation(written: Written, threads: list[PreparedThread]) -> None:
    """Write votes, me-toos and follows of all threads."""
    for thread in threads:
        for post in thread.posts:
            _vote(written, written.posts[thread.stem, post.number], post.data.get("up", []), 1)
            _vote(written, written.posts[thread.stem, post.number], post.data.get("down", []), -1)
        _say_me_too(written, thread)
        _follow(written, thread)
    db.session.flush()


def _vote(written: Written, post: Post, handles: list[str], value: int) -> None:
    for handle in handles:
        at = written.calendar.scattered(post.created_at, "vote", post.body_hash, handle)
        db.session.add(Vote(post_id=post.id, person_id=written.person_id(handle), value=value, created_at=at))


def _say_me_too(written: Written, thread: PreparedThread) -> None:
    row = written.threads[thread.stem]
    for handle in thread.data.get("me_too", []):
        at = written.calendar.scattered(row.created_at, "me too", thread.stem, handle)
        db.session.add(MeToo(thread_id=row.id, person_id=written.person_id(handle), created_at=at))


def _follow(written: Written, thread: PreparedThread) -> None:
    """Who posted follows from then on; the others from some later moment."""
    row = written.threads[thread.stem]
    since: dict[str, datetime] = {}
    for post in thread.posts:
        first = post.versions[0]
        since.setdefault(first.author, written.moment(thread.stem, first.hours_after))
    for handle in thread.data.get("followers", []):
        since.setdefault(handle, written.calendar.scattered(row.created_at, "follow", thread.stem, handle))
    for handle, at in since.items():
        db.session.add(Follow(thread_id=row.id, person_id=written.person_id(handle), created_at=at))
