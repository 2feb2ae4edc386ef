"""Figures that a thread row repeats for fast lists: how each derives from rows, and the only code that writes them.

Callers hold the thread's lock. Rules:
* `answer_count` counts answers (in a discussion: replies) that are neither held nor hidden;
* `accepted_count` counts acceptances of such answers: hiding an accepted answer withdraws nothing, it is only not counted;
* `status` follows from the standing events, those about a post only while the post is neither held nor hidden; `solved_at`
  is when the earliest event happened that makes the question solved, None unless it is;
* `first_answer_at` is when the earliest such answer came from somebody other than the asker (an answer whose author is
  gone counts as somebody else's), `first_staff_answer_at` and `first_peer_answer_at` the same among official and other ones;
* `affected_count` is the asker and everybody who said me-too, with duplicates the people of the whole issue (queries/issues);
  1 of a discussion, from which nobody suffers;
* `score` is the opening post's; `last_activity_at` is the newest listed post or visible comment under one;
* a post's `worked_count`, `failed_count` and `last_worked_at` are of the readers' words about it that stand.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from app.core.clock import now
from app.core.db import connection, db, read
from app.core.events import emit
from app.core.prepared_writes import run_write
from app.core.records import Struct, field_names, replace
from app.forum.events import StatusChanged, ThreadChanged
from app.forum.models import Acceptance, Comment, ImportedVotes, MeToo, Post, Thread, Vote
from app.forum.models.post import PostKind
from app.forum.models.thread import Status
from app.forum.outcomes import derive_status, solving_event
from app.forum.queries.issues import count_people
from app.forum.queries.outcomes import Standing, count_words, standing_facts
from app.jobs.queue import enqueue
from app.search.documents import THREAD, request_sync

ISSUE_JOB = "forum.recount_issue"
LISTED_POST = sa.and_(Post.hidden_at.is_(None), Post.held_at.is_(None))

# The statements of every write: built once.
_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_is_answer = sa.and_(Post.kind != PostKind.OPENING, LISTED_POST)
_is_by_other = sa.and_(
    Post.kind == PostKind.ANSWER, LISTED_POST,
    sa.or_(Post.author_id.is_(None), Thread.author_id.is_(None), Post.author_id != Thread.author_id),
)  # fmt: skip
_POSTS = (
    sa.select(
        Post.thread_id,
        sa.func.count(sa.case((_is_answer, 1))),
        sa.func.count(sa.case((sa.and_(_is_answer, Acceptance.post_id.is_not(None)), 1))),
        sa.func.max(sa.case((Post.kind == PostKind.OPENING, Post.score))),
        sa.func.max(sa.case((sa.or_(Post.kind == PostKind.OPENING, LISTED_POST), Post.created_at))),
        sa.func.min(sa.case((_is_by_other, Post.created_at))),
        sa.func.min(sa.case((sa.and_(_is_by_other, Post.is_official), Post.created_at))),
        sa.func.min(sa.case((sa.and_(_is_by_other, sa.not_(Post.is_official)), Post.created_at))),
    )
    .join(Thread, Thread.id == Post.thread_id)
    .outerjoin(Acceptance, Acceptance.post_id == Post.id)
    .where(Post.thread_id.in_(_ids))
    .group_by(Post.thread_id)
)
_LAST_COMMENTS = (
    sa.select(Post.thread_id, sa.func.max(Comment.created_at))
    .join(Comment, Comment.post_id == Post.id)
    .where(Post.thread_id.in_(_ids), LISTED_POST, Comment.hidden_at.is_(None))
    .group_by(Post.thread_id)
)
_ME_TOOS = sa.select(MeToo.thread_id, sa.func.count()).where(MeToo.thread_id.in_(_ids)).group_by(MeToo.thread_id)
_DUPLICATES = (
    sa.select(Thread.duplicate_of_id, sa.func.count()).where(Thread.duplicate_of_id.in_(_ids)).group_by(Thread.duplicate_of_id)
)
_VOTES = sa.select(Vote.post_id, sa.func.sum(Vote.value)).where(Vote.post_id.in_(_ids)).group_by(Vote.post_id)
_IMPORTED_VOTES = sa.select(ImportedVotes.post_id, ImportedVotes.up_count - ImportedVotes.down_count).where(
    ImportedVotes.post_id.in_(_ids)
)
_COMMENTS = (
    sa.select(Comment.post_id, sa.func.count())
    .where(Comment.post_id.in_(_ids), Comment.hidden_at.is_(None))
    .group_by(Comment.post_id)
)
# What a new post changes about its thread.
_MOVED = (
    "status", "answer_count", "last_activity_at", "modified_at", "first_answer_at", "first_staff_answer_at", "first_peer_answer_at",
)  # fmt: skip
_WITH_NEW_POST = (
    sa.update(Thread.__table__)  # type: ignore[arg-type]
    .where(Thread.id == sa.bindparam("of_thread"))
    .values({name: sa.bindparam(f"new_{name}", type_=Thread.__table__.c[name].type) for name in _MOVED})
)


class Figures(Struct, frozen=True):
    """What the rows say about one thread."""

    status: str
    answer_count: int = 0
    accepted_count: int = 0
    score: int = 0
    me_too_count: int = 0
    duplicate_count: int = 0
    affected_count: int = 1
    last_activity_at: datetime | None = None
    first_answer_at: datetime | None = None
    first_staff_answer_at: datetime | None = None
    first_peer_answer_at: datetime | None = None
    solved_at: datetime | None = None


class PostFigures(Struct, frozen=True):
    """What the rows say about one post."""

    score: int = 0
    comment_count: int = 0
    worked_count: int = 0
    failed_count: int = 0
    last_worked_at: datetime | None = None


FIGURES = field_names(Figures)
POST_FIGURES = field_names(PostFigures)


def derive_figures(threads: Sequence[Thread]) -> dict[int, Figures]:
    """Return the figures of threads by id, from rows alone, in six statements (nine with duplicates) however many threads.

    Changes of entities count once they are flushed.
    """
    ids = {"ids": [thread.id for thread in threads]}
    posts = {
        thread_id: Figures("", answers, accepted, score or 0, 0, 0, 1, *moments)
        for thread_id, answers, accepted, score, *moments in read(_POSTS, ids)
    }
    comments = dict(read(_LAST_COMMENTS, ids).all())
    me_toos, duplicates = dict(read(_ME_TOOS, ids).all()), dict(read(_DUPLICATES, ids).all())
    standing, people = standing_facts(ids["ids"]), count_people([one for one in duplicates if one is not None])
    found = {}
    for thread in threads:
        own = posts.get(thread.id, Figures(status=""))
        moments = [moment for moment in (own.last_activity_at, comments.get(thread.id)) if moment is not None]
        status, solved_at = _status(thread, standing[thread.id], own.answer_count)
        found[thread.id] = replace(
            own,
            status=status,
            solved_at=solved_at,
            me_too_count=me_toos.get(thread.id, 0),
            duplicate_count=duplicates.get(thread.id, 0),
            affected_count=people.get(thread.id, 1 + me_toos.get(thread.id, 0)) if thread.is_question else 1,
            last_activity_at=max(moments, default=thread.created_at),
        )
    return found


def refresh_figures(thread: Thread) -> tuple[str, ...]:
    """Write a locked thread's figures anew, tell of a changed status, and return the names of those that differed."""
    db.session.flush()
    derived = derive_figures([thread])[thread.id]
    changed = tuple(name for name in FIGURES if getattr(thread, name) != getattr(derived, name))
    old_status = thread.status
    for name in changed:
        setattr(thread, name, getattr(derived, name))
    if "status" in changed:
        emit(StatusChanged(thread.id, old_status, derived.status))
    return changed


def settle(thread: Thread, *, is_content_changed: bool = True) -> None:
    """End every change of a locked thread: figures, date of change (not for votes and the like), search index."""
    refresh_figures(thread)
    if is_content_changed:
        thread.modified_at = now()
    _tell_changed(thread, is_content_changed)


def _tell_changed(thread: Thread, is_content_changed: bool) -> None:
    if is_content_changed:
        emit(ThreadChanged(thread.id))
    follow(thread)


def follow(thread: Thread) -> None:
    """Have what repeats figures of a locked thread follow: the search index, and of a duplicate its main thread."""
    request_sync(THREAD, thread.id)
    if thread.duplicate_of_id is not None:  # its main thread is not locked here
        enqueue(ISSUE_JOB, {"thread_id": thread.duplicate_of_id}, dedupe_key=f"{ISSUE_JOB}:{thread.duplicate_of_id}")


def settle_new_post(thread: Thread, post: Post) -> None:
    """As `settle`, for a listed answer or reply that was added to a locked thread and is all that changed: its figures follow from
    those it had. Only whether something else stands about a question without answers is asked of the rows."""
    values = {name: getattr(thread, name) for name in _MOVED}
    values |= {"answer_count": thread.answer_count + 1, "modified_at": now()}
    values["last_activity_at"] = max(thread.last_activity_at, post.created_at)
    if post.kind == PostKind.ANSWER and (thread.author_id is None or post.author_id != thread.author_id):
        for name in ("first_answer_at", "first_staff_answer_at" if post.is_official else "first_peer_answer_at"):
            values[name] = values[name] or post.created_at
    old_status = thread.status
    if old_status == Status.UNANSWERED:
        values["status"], _moment = _status(thread, standing_facts([thread.id])[thread.id], values["answer_count"])
    run_write(connection(), _WITH_NEW_POST, {"of_thread": thread.id} | {f"new_{name}": values[name] for name in _MOVED})
    for name in _MOVED:
        set_committed_value(thread, name, values[name])
    if thread.status != old_status:
        emit(StatusChanged(thread.id, old_status, thread.status))
    _tell_changed(thread, is_content_changed=True)


def derive_scores(post_ids: Sequence[int]) -> dict[int, int]:
    """Return the score of each post: its votes plus what it was imported with."""
    scores = dict.fromkeys(post_ids, 0)
    for statement in (_VOTES, _IMPORTED_VOTES):
        for post_id, value in db.session.execute(statement, {"ids": list(post_ids)}):
            scores[post_id] += int(value)
    return scores


def derive_comment_counts(post_ids: Sequence[int]) -> dict[int, int]:
    """Return the number of visible comments of each post."""
    found = db.session.execute(_COMMENTS, {"ids": list(post_ids)}).all()
    return {**dict.fromkeys(post_ids, 0), **dict(found)}


def derive_post_figures(post_ids: Sequence[int]) -> dict[int, PostFigures]:
    """Return the figures of posts by id, from rows alone, in four statements."""
    scores, comments, words = derive_scores(post_ids), derive_comment_counts(post_ids), count_words(post_ids)
    return {
        post_id: PostFigures(
            scores[post_id], comments[post_id], words[post_id].worked, words[post_id].failed, words[post_id].last_worked_at
        )
        for post_id in post_ids
    }


def _status(thread: Thread, standing: Standing, answer_count: int) -> tuple[str, datetime | None]:
    """Return status and, of a solved question, since when it is."""
    is_closed = thread.closed_at is not None
    if not thread.is_question:
        return Status.CLOSED if is_closed else Status.OPEN, None
    status = derive_status(standing.facts, answer_count, is_closed)
    event = solving_event(standing.facts) if status == Status.SOLVED else None
    return status, standing.moments[event.id] if event else None
