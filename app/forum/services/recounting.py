"""Every denormalised figure derived anew from rows, and a report of those that had drifted. Opens units of work of its own.

Used by `threadwell recount`, the nightly job `forum.recount`, and after imports. Figures are right when written (see figures,
listing); a drift means that something wrote rows around the services.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from app.core.actor import Audience
from app.core.db import db
from app.core.records import Struct, field
from app.core.uow import require_unit_of_work, unit_of_work
from app.forum.models import Acceptance, Category, Post, Tag, Thread, ThreadTag
from app.forum.queries.threads import get_categories_for_update, get_threads_for_update
from app.forum.services.figures import FIGURES, POST_FIGURES, derive_figures, derive_post_figures, follow, refresh_figures
from app.search.documents import THREAD, request_sync

BATCH = 200
Progress = Callable[[int, int], None]
# What packages above derive from rows as well: a name, and what corrects it and returns how often it was wrong.
_others: dict[str, Callable[[], int]] = {}


class Drift(Struct):
    """How many rows were looked at, and how often each figure was wrong (as `post.score`)."""

    checked: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.wrong.values())


def register_recount(name: str, recount: Callable[[], int]) -> None:
    """Have `threadwell recount` derive another package's figure as well. `recount` opens units of work of its own."""
    _others[name] = recount


def recount_others() -> Counter[str]:
    """Derive the figures of other packages anew; return how often each was wrong. Call it outside a unit of work."""
    return Counter({name: recount() for name, recount in _others.items()})


def recount_thread(thread_id: int) -> tuple[str, ...]:
    """Derive the figures of one thread and its posts in the caller's unit of work; return the names of those that were wrong."""
    require_unit_of_work()
    drift = Drift()
    _correct([thread_id], drift)
    return tuple(drift.wrong)


def recount_all(progress: Progress | None = None) -> Drift:
    """Derive the figures of all threads, posts, categories and tags; tell `progress` (done, all); return what was wrong.

    Threads are compared without any lock, in a few statements a batch; only those that look wrong are locked, derived again
    and corrected. Call it outside a unit of work. It may be interrupted and run again at any time, also while people write.
    """
    drift, last, done = Drift(), 0, 0
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Thread)) or 0
    while ids := list(db.session.scalars(sa.select(Thread.id).where(Thread.id > last).order_by(Thread.id).limit(BATCH))):
        suspects = _find_suspects(ids, drift)
        db.session.rollback()  # the comparison is over; the next batch reads what is stored then
        if suspects:
            with unit_of_work():
                _correct(suspects, drift)
        last, done = ids[-1], done + len(ids)
        if progress:
            progress(done, max(total, done))
    with unit_of_work():
        _recount_categories(drift)
        _recount_tags(drift)
    return drift


def _find_suspects(ids: Sequence[int], drift: Drift) -> list[int]:
    """Return the threads of which a figure, or a figure of a post, differs from its rows."""
    statement = sa.select(Thread).where(Thread.id.in_(ids)).execution_options(populate_existing=True)
    threads = list(db.session.scalars(statement))
    right = derive_figures(threads)
    suspects = {thread.id for thread in threads if any(getattr(thread, n) != getattr(right[thread.id], n) for n in FIGURES)}
    posts = _compare_posts(ids)
    drift.checked += len(threads) + len(posts)
    return sorted(suspects | {thread_id for _post_id, thread_id, wrong in posts if wrong})


def _correct(ids: Sequence[int], drift: Drift) -> None:
    """Lock threads and write every figure that differs from its rows."""
    threads = get_threads_for_update(ids)
    for post_id, _thread_id, wrong in _compare_posts(ids):
        if wrong:
            db.session.execute(sa.update(Post).where(Post.id == post_id).values(wrong))
            drift.wrong.update(f"post.{name}" for name in wrong)
    for thread in threads.values():
        names = refresh_figures(thread)
        drift.wrong.update(f"thread.{name}" for name in names)
        follow(thread)


def _compare_posts(thread_ids: Sequence[int]) -> list[tuple[int, int, dict[str, Any]]]:
    """Return (post, thread, right values of its wrong columns) of all posts: figures and date of acceptance."""
    statement = (
        sa.select(
            Post.id, Post.thread_id, *(getattr(Post, name) for name in POST_FIGURES), Post.accepted_at,
            Acceptance.accepted_at.label("really"),
        )
        .outerjoin(Acceptance, Acceptance.post_id == Post.id)
        .where(Post.thread_id.in_(thread_ids))
    )  # fmt: skip
    rows = db.session.execute(statement).all()
    figures = derive_post_figures([row.id for row in rows])
    compared = []
    for row in rows:
        right = {name: getattr(figures[row.id], name) for name in POST_FIGURES}
        right["accepted_at"] = row.really
        wrong = {name: value for name, value in right.items() if getattr(row, name) != value}
        compared.append((row.id, row.thread_id, wrong))
    return compared


_IS_LISTED = sa.and_(Thread.hidden_at.is_(None), Thread.held_at.is_(None))


def _recount_categories(drift: Drift) -> None:
    categories = get_categories_for_update(db.session.scalars(sa.select(Category.id)))
    right = _counts(sa.select(Thread.category_id, sa.func.count()).where(_IS_LISTED).group_by(Thread.category_id))
    for category in categories.values():
        drift.checked += 1
        if category.thread_count != right.get(category.id, 0):
            category.thread_count = right.get(category.id, 0)
            drift.wrong["category.thread_count"] += 1


def _recount_tags(drift: Drift) -> None:
    tags = list(
        db.session.scalars(
            sa.select(Tag).order_by(Tag.id).with_for_update(key_share=True).execution_options(populate_existing=True)
        )
    )
    right = _counts(
        sa.select(ThreadTag.tag_id, sa.func.count())
        .join(Thread, Thread.id == ThreadTag.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(_IS_LISTED, Category.audience == Audience.PUBLIC)
        .group_by(ThreadTag.tag_id)
    )
    for tag in tags:
        drift.checked += 1
        if tag.thread_count != right.get(tag.id, 0):
            tag.thread_count = right.get(tag.id, 0)
            drift.wrong["tag.thread_count"] += 1


def _counts(statement: sa.Select[int, int]) -> dict[int, int]:
    return dict(db.session.execute(statement).all())


def recount_issue_job(payloads: list[dict[str, Any]]) -> None:
    """Job `forum.recount_issue`: something changed in a duplicate; what its main thread says of the whole issue follows."""
    for thread_id in sorted({int(payload["thread_id"]) for payload in payloads}):
        with unit_of_work():
            for thread in get_threads_for_update([thread_id]).values():
                if refresh_figures(thread):
                    request_sync(THREAD, thread_id)


def recount_job(_payloads: list[dict[str, Any]]) -> None:
    """Job `forum.recount`, nightly."""
    recount_all()
