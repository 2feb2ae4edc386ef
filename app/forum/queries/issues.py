"""Issues: a question together with the ones that were joined to it. The only place that adds their figures up.

An issue is a main thread and its duplicates; it has no table of its own. A duplicate counts where every reader of the main
thread may read it too: neither held nor hidden, and in a category that is at least as open. So the sums tell nobody anything
they may not know, and are the same for all readers of the main thread. Reads only, a fixed number of statements.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.db import read
from app.core.records import Struct
from app.forum.models import Category, MeToo, Outcome, Post, Thread
from app.forum.models.post import PostKind
from app.forum.outcomes import CONFIRMED
from app.forum.policies import is_as_open
from app.forum.queries.outcomes import IS_STANDING, NOT_READERS
from app.forum.urls import thread_path
from app.pageviews.queries import Windows, total_views, views_by_window

THREAD_VIEWS = "thread"


class IssueThread(Struct, frozen=True):
    """One thread of an issue, as lists of duplicates show it."""

    id: int
    title: str
    path: str
    status: str
    author_id: int | None
    created_at: datetime
    me_too_count: int
    answer_count: int
    score: int
    audience: str
    is_listed: bool

    def counts_for(self, main: "IssueThread") -> bool:
        """Whether everybody who may read the main thread may know of this one."""
        return self.is_listed and is_as_open(self.audience, main.audience)


class IssueFacts(Struct, frozen=True):
    """What the threads of an issue add up to. `threads`: the main thread first, then its duplicates, oldest first.

    `me_toos` are distinct people who said so in any of them, `people` these and everybody who asked (an author who is gone
    counts as one person). Views are human. `confirmed` counts the people whose word that something solved it stands: askers
    and staff, and readers for whom an answer worked. `votes` are those on the questions and on the best answer of each, where
    they are for it.
    """

    main_id: int
    threads: tuple[IssueThread, ...]
    me_toos: int = 0
    people: int = 0
    views: int = 0
    views_30d: int = 0
    views_90d: int = 0
    views_previous_30d: int = 0
    confirmed: int = 0
    votes: int = 0

    @property
    def thread_ids(self) -> tuple[int, ...]:
        return tuple(thread.id for thread in self.threads)

    @property
    def duplicates(self) -> tuple[IssueThread, ...]:
        return self.threads[1:]

    @property
    def wordings(self) -> tuple[str, ...]:
        """The titles of the duplicates in the words of their askers, each once and none that is the main title again."""
        known = {self.threads[0].title.casefold()}
        found = []
        for thread in self.duplicates:
            if thread.title.casefold() not in known:
                known.add(thread.title.casefold())
                found.append(thread.title)
        return tuple(found)


_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_ROOTS = sa.select(sa.func.coalesce(Thread.duplicate_of_id, Thread.id)).where(Thread.id.in_(_ids)).distinct()
_THREADS = (
    sa.select(
        Thread.duplicate_of_id, Thread.id, Thread.title, Thread.kind, Thread.slug, Thread.status, Thread.author_id,
        Thread.created_at, Thread.me_too_count, Thread.answer_count, Thread.score, Category.audience, Thread.hidden_at,
        Thread.held_at,
    )
    .join(Category, Category.id == Thread.category_id)
    .where(sa.or_(Thread.id.in_(_ids), Thread.duplicate_of_id.in_(_ids)))
    .order_by(Thread.created_at, Thread.id)
)  # fmt: skip
_ME_TOOS = sa.select(MeToo.thread_id, MeToo.person_id).where(MeToo.thread_id.in_(_ids))
_LISTED = sa.and_(Post.hidden_at.is_(None), Post.held_at.is_(None))
_ANSWERS = (
    sa.select(Post.thread_id, sa.func.max(Post.score), sa.func.sum(Post.worked_count))
    .where(Post.thread_id.in_(_ids), Post.kind == PostKind.ANSWER, _LISTED)
    .group_by(Post.thread_id)
)
_CONFIRMED = (
    sa.select(Outcome.thread_id, sa.func.count(sa.distinct(sa.func.coalesce(Outcome.actor_id, 0))))
    .outerjoin(Post, Post.id == Outcome.post_id)
    .where(
        Outcome.thread_id.in_(_ids), NOT_READERS, Outcome.kind.in_(CONFIRMED), IS_STANDING,
        sa.or_(Outcome.post_id.is_(None), _LISTED),
    )
    .group_by(Outcome.thread_id)
)  # fmt: skip


class _Evidence(Struct, frozen=True):
    """What is known of single threads, by id."""

    me_toos: Mapping[int, set[int]]
    answers: Mapping[int, tuple[int, int]]
    confirmed: Mapping[int, int]
    recent: Mapping[int, Windows]
    ever: Mapping[int, int]


class Joining(Struct, frozen=True):
    """What joining one issue to another would add up to: the issue that ends, the one that stays, and both together."""

    ending: IssueFacts
    staying: IssueFacts
    together: IssueFacts


def issue_facts(thread_ids: Sequence[int]) -> dict[int, IssueFacts]:
    """Return the issues that these threads belong to, by the id of their main thread, in seven statements.

    A thread without duplicates is an issue of one; ids without a thread are left out. Whoever shows a fact has asked before
    whether the actor may see the main thread.
    """
    members = _read_members(thread_ids)
    evidence = _read_evidence([thread.id for threads in members.values() for thread in threads])
    return {main_id: _add_up(threads, evidence) for main_id, threads in members.items()}


def count_people(main_ids: Sequence[int]) -> dict[int, int]:
    """Return how many people each issue concerns, by its main thread: `IssueFacts.people` in three statements."""
    members = _read_members(main_ids)
    ids = [thread.id for threads in members.values() for thread in threads]
    me_toos = _read_me_toos(ids)
    return {main_id: _count_people(threads, me_toos) for main_id, threads in members.items()}


def get_issue(thread_id: int) -> IssueFacts | None:
    """Return the issue of one thread, or None when there is no such thread."""
    return next(iter(issue_facts([thread_id]).values()), None)


def preview_joining(thread_id: int, original_id: int) -> Joining | None:
    """Return what joining a thread (with its duplicates) to another would add up to; None when one is missing or they are one."""
    members = _read_members([thread_id, original_id])
    ending, staying = (_find_issue(members, number) for number in (thread_id, original_id))
    if ending is None or staying is None or ending is staying:
        return None
    evidence = _read_evidence([thread.id for thread in (*ending, *staying)])
    joined = sorted(
        (thread for thread in (*ending, *staying[1:]) if thread.counts_for(staying[0])),
        key=lambda thread: (thread.created_at, thread.id),
    )
    return Joining(_add_up(ending, evidence), _add_up(staying, evidence), _add_up([staying[0], *joined], evidence))


def _find_issue(members: Mapping[int, list[IssueThread]], thread_id: int) -> list[IssueThread] | None:
    return next((threads for threads in members.values() if any(thread.id == thread_id for thread in threads)), None)


def _read_members(thread_ids: Sequence[int]) -> dict[int, list[IssueThread]]:
    """Return the threads of each issue that count, the main one first."""
    if not thread_ids:
        return {}
    roots = [row[0] for row in read(_ROOTS, {"ids": list(thread_ids)})]
    mains: dict[int, IssueThread] = {}
    duplicates: dict[int, list[IssueThread]] = defaultdict(list)
    for row in read(_THREADS, {"ids": roots}):
        duplicate_of_id, thread_id, title, kind, slug, status, author_id, created_at, me_toos, answers, score, audience, *gone = (
            row
        )
        path, is_listed = thread_path(kind, thread_id, slug), gone == [None, None]
        thread = IssueThread(thread_id, title, path, status, author_id, created_at, me_toos, answers, score, audience, is_listed)
        if thread_id in roots:
            mains[thread_id] = thread
        if duplicate_of_id is not None:
            duplicates[duplicate_of_id].append(thread)
    return {root: [main, *(one for one in duplicates[root] if one.counts_for(main))] for root, main in mains.items()}


def _read_evidence(thread_ids: Sequence[int]) -> _Evidence:
    if not thread_ids:
        return _Evidence({}, {}, {}, {}, {})
    ids = {"ids": list(thread_ids)}
    return _Evidence(
        me_toos=_read_me_toos(thread_ids),
        answers={row[0]: (max(0, row[1] or 0), int(row[2] or 0)) for row in read(_ANSWERS, ids)},
        confirmed={row[0]: row[1] for row in read(_CONFIRMED, ids)},
        recent=views_by_window(THREAD_VIEWS, thread_ids),
        ever=total_views(THREAD_VIEWS, thread_ids),
    )


def _read_me_toos(thread_ids: Sequence[int]) -> dict[int, set[int]]:
    me_toos: dict[int, set[int]] = defaultdict(set)
    for thread_id, person_id in read(_ME_TOOS, {"ids": list(thread_ids)}) if thread_ids else ():
        me_toos[thread_id].add(person_id)
    return me_toos


def _count_people(threads: Sequence[IssueThread], me_toos: Mapping[int, set[int]]) -> int:
    """Everybody who asked or said me-too, each once; an author who is gone is one person."""
    known = {thread.author_id for thread in threads if thread.author_id is not None}
    known.update(*(me_toos.get(thread.id, ()) for thread in threads))
    return len(known) + sum(thread.author_id is None for thread in threads)


def _add_up(threads: Sequence[IssueThread], evidence: _Evidence) -> IssueFacts:
    me_toos = {person for thread in threads for person in evidence.me_toos.get(thread.id, ())}
    windows = [evidence.recent.get(thread.id, Windows()) for thread in threads]
    answers = [evidence.answers.get(thread.id, (0, 0)) for thread in threads]
    return IssueFacts(
        main_id=threads[0].id,
        threads=tuple(threads),
        me_toos=len(me_toos),
        people=_count_people(threads, evidence.me_toos),
        views=sum(evidence.ever.get(thread.id, 0) for thread in threads),
        views_30d=sum(window.last_30 for window in windows),
        views_90d=sum(window.last_90 for window in windows),
        views_previous_30d=sum(window.previous_30 for window in windows),
        confirmed=sum(evidence.confirmed.get(thread.id, 0) for thread in threads) + sum(worked for _, worked in answers),
        votes=sum(max(0, thread.score) for thread in threads) + sum(best for best, _ in answers),
    )
