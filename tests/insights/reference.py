"""What the figures should be, in plain Python over all rows: slow, without SQL, and with other formulas than the application's.

Status and `solved_at` are taken as they are (the forum's own tests hold them); everything else is found anew from posts,
acceptances and me-toos.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa

from app.core.db import db
from app.forum.models import Acceptance, Category, MeToo, Outcome, Post, Thread, ThreadTag
from app.insights.metrics import Metric, Unit
from app.insights.queries.waits import Wait
from app.insights.scope import Scope
from tests.insights.xml_figures import hours, product_limit


@dataclass
class Known:
    """One question with everything that figures ask about it."""

    thread: Thread
    tags: set[int]
    affected: int
    worked: int
    first: datetime | None
    first_staff: datetime | None
    first_peer: datetime | None
    solutions: list[Post]
    accepted: datetime | None
    closed: datetime | None

    @property
    def main(self) -> Post:
        return self.solutions[0]

    def is_own(self, post: Post) -> bool:
        return post.author_id is not None and post.author_id == self.thread.author_id

    @property
    def is_solved_by_answer(self) -> bool:
        return self.thread.status == "solved" and bool(self.solutions)


def everything_known(scope: Scope) -> list[Known]:
    """All questions that may be counted in the scope, whatever the period."""
    audiences = {c.id: c.audience for c in db.session.scalars(sa.select(Category))}
    return [
        know(thread)
        for thread in db.session.scalars(sa.select(Thread))
        if thread.kind == "question" and thread.hidden_at is None and thread.held_at is None and thread.duplicate_of_id is None
        and audiences[thread.category_id] in scope.actor.audiences
        and (scope.category is None or scope.category.id == thread.category_id)
        and (scope.tag is None or scope.tag.id in tags_of(thread))
    ]  # fmt: skip


def tags_of(thread: Thread) -> set[int]:
    return set(db.session.scalars(sa.select(ThreadTag.tag_id).where(ThreadTag.thread_id == thread.id)))


def know(thread: Thread) -> Known:
    posts = [
        post for post in db.session.scalars(sa.select(Post).where(Post.thread_id == thread.id, Post.kind == "answer"))
        if post.hidden_at is None and post.held_at is None
    ]  # fmt: skip
    others = [post for post in posts if post.author_id is None or post.author_id != thread.author_id]
    by_id = {post.id: post for post in posts}
    acceptances = sorted(
        (row.accepted_at, row.post_id)
        for row in db.session.scalars(sa.select(Acceptance).where(Acceptance.thread_id == thread.id))
        if row.post_id in by_id
    )
    given_up = [e.created_at for e in events_of(thread) if e.kind == "no_longer_relevant"]
    closed = thread.closed_at or (min(given_up) if thread.status == "closed" and given_up else None)
    me_toos = db.session.scalars(sa.select(MeToo).where(MeToo.thread_id == thread.id)).all()
    return Known(
        thread=thread,
        tags=tags_of(thread),
        affected=1 + len(me_toos),
        worked=sum(e.kind == "confirmed_by_other" and e.post_id in by_id for e in events_of(thread)),
        first=min((p.created_at for p in others), default=None),
        first_staff=min((p.created_at for p in others if p.is_official), default=None),
        first_peer=min((p.created_at for p in others if not p.is_official), default=None),
        solutions=[by_id[post_id] for _at, post_id in acceptances],
        accepted=acceptances[0][0] if acceptances else None,
        closed=closed,
    )


def events_of(thread: Thread) -> list[Outcome]:
    return list(db.session.scalars(sa.select(Outcome).where(Outcome.thread_id == thread.id)))


Rule = Callable[[Known, Scope], bool]


def stands(*statuses: str) -> Rule:
    return lambda known, _scope: known.thread.status in statuses


def age(known: Known, scope: Scope) -> timedelta:
    return scope.moment - known.thread.created_at


def in_time(limit: int) -> Rule:
    def rule(known: Known, scope: Scope) -> bool:
        window = timedelta(hours=limit)
        return age(known, scope) >= window and known.first is not None and known.first - known.thread.created_at <= window

    return rule


def waits(least: float, most: float) -> Rule:
    def rule(known: Known, scope: Scope) -> bool:
        is_open = known.thread.status in ("unanswered", "answered", "disputed")
        return is_open and known.first is None and least <= age(known, scope).total_seconds() / 3600 < most

    return rule


def helped(known: Known, scope: Scope) -> bool:
    helpers = {post.author_id for post in known.solutions if post.author_id is not None and not known.is_own(post)}
    wanted = {scope.helper.id} if scope.helper else helpers
    return known.thread.status == "solved" and bool(helpers & wanted)


def solved_by(rule: Callable[[Known], bool]) -> Rule:
    return lambda known, _scope: known.is_solved_by_answer and rule(known)


RULES: dict[str, Rule] = {
    "questions": lambda known, scope: True,
    "answered": lambda known, scope: known.first is not None,
    "unanswered": lambda known, scope: known.first is None,
    "solved_in_period": stands("solved"),
    "solved": stands("solved"),
    "likely_solved": stands("likely_solved"),
    "solved_or_likely": stands("solved", "likely_solved"),
    "disputed": stands("disputed"),
    "needs_info": stands("needs_info"),
    "closed": stands("closed"),
    "open_answered": stands("answered"),
    "open_unanswered": stands("unanswered"),
    "accepted": lambda known, scope: bool(known.solutions),
    "answered_by_staff": lambda known, scope: known.first_staff is not None,
    "answered_by_peers": lambda known, scope: known.first_peer is not None,
    "first_answered_by_staff": lambda known, scope: known.first_staff is not None and known.first_staff == known.first,
    "first_answered_by_peers": lambda known, scope: known.first is not None and known.first_staff != known.first,
    **{f"answered_within_{limit}h": in_time(limit) for limit in (1, 24, 72)},
    "judged_1h": lambda known, scope: age(known, scope) >= timedelta(hours=1),
    "judged_24h": lambda known, scope: age(known, scope) >= timedelta(hours=24),
    "judged_72h": lambda known, scope: age(known, scope) >= timedelta(hours=72),
    "not_judged_1h": lambda known, scope: age(known, scope) < timedelta(hours=1),
    "not_judged_24h": lambda known, scope: age(known, scope) < timedelta(hours=24),
    "not_judged_72h": lambda known, scope: age(known, scope) < timedelta(hours=72),
    "solved_by_answer": solved_by(lambda known: True),
    "solved_by_asker": solved_by(lambda known: known.is_own(known.main)),
    "solved_by_staff": solved_by(lambda known: not known.is_own(known.main) and known.main.is_official),
    "solved_by_peers": solved_by(lambda known: not known.is_own(known.main) and not known.main.is_official),
    "solved_by_first_answer": solved_by(lambda known: not known.is_own(known.main) and known.main.created_at == known.first),
    "solved_by_helpers": helped,
    "waiting": waits(0, 10**9),
    "waiting_1h": waits(0, 1),
    "waiting_24h": waits(1, 24),
    "waiting_3d": waits(24, 72),
    "waiting_7d": waits(72, 168),
    "waiting_30d": waits(168, 720),
    "waiting_older": waits(720, 10**9),
    "people_affected": lambda known, scope: True,
    "people_helped": stands("solved"),
    "readers_helped": lambda known, scope: known.worked > 0,
}
AMOUNTS: dict[str, Callable[[Known], int]] = {
    "people_affected": lambda known: known.affected,
    "people_helped": lambda known: known.affected,
    "readers_helped": lambda known: known.worked,
}


def chosen(metric: Metric, scope: Scope, known: list[Known], key: str = "") -> list[Known]:
    """The questions that the list of the metric (or of a share's denominator, by its key) should have."""
    dates = {"asked in the period": "created_at", "solved in the period, whenever asked": "solved_at"}
    column = dates.get(metric.cohort)
    rule = RULES[key or metric.predicate.key]
    return [
        each for each in known
        if rule(each, scope)
        and (column is None or ((at := getattr(each.thread, column)) and scope.period.start <= at < scope.period.end))
    ]  # fmt: skip


def value_of(metric: Metric, scope: Scope, known: list[Known]) -> float | int | None:
    """The value that the metric should have."""
    listed = chosen(metric, scope, known)
    if metric.unit is Unit.HOURS:
        return quantile_of(metric, scope, listed)
    if metric.unit is Unit.SHARE:
        assert metric.of is not None
        total = len(chosen(metric, scope, known, metric.of))
        return len(listed) / total if total else None
    return sum(AMOUNTS.get(metric.key, lambda _known: 1)(each) for each in listed)


def quantile_of(metric: Metric, scope: Scope, listed: list[Known]) -> float | None:
    ends: dict[Wait | None, Callable[[Known], datetime | None]] = {
        Wait.FIRST_ANSWER: lambda known: known.first,
        Wait.STAFF_ANSWER: lambda known: known.first_staff,
        Wait.PEER_ANSWER: lambda known: known.first_peer,
        Wait.SOLUTION: lambda known: known.thread.solved_at,
        Wait.ACCEPTANCE: lambda known: known.accepted,
    }
    end = ends[metric.wait]
    ended = [hours(k.thread.created_at, at) for k in listed if (at := end(k)) is not None]
    if metric.is_censored:
        open_ones = [hours(k.thread.created_at, k.closed or scope.moment) for k in listed if end(k) is None]
        return product_limit(ended, open_ones, Fraction(str(metric.quantile)))
    if len(ended) < 2:
        return ended[0] if ended else None
    return statistics.quantiles(ended, n=10, method="inclusive")[round(metric.quantile * 10) - 1]
