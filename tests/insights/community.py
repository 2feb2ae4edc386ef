"""A small community in which every figure has something to count: for tests of pages, files and API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Acceptance, Category, Outcome, Post, Thread
from app.forum.services.recounting import recount_all
from tests.factories import make_answer, make_category, make_person, make_question


@dataclass(frozen=True)
class Community:
    """Who and what there is."""

    lead: Person
    printers: Category
    looms: Category
    secret: Category
    mira: Person
    tom: Person


def _ask(category: Category, author: Person, age: timedelta, title: str, tags: tuple[str, ...] = ()) -> Thread:
    return make_question(category=category, author=author, created_at=now() - age, title=title, tags=tags)


def _accept(post: Post, by: Person, at: datetime) -> None:
    with unit_of_work():
        event = Outcome(thread_id=post.thread_id, post_id=post.id, kind="accepted", actor_id=by.id, voice="asker", created_at=at)
        db.session.add(event)
        db.session.flush()
        db.session.add(
            Acceptance(post_id=post.id, thread_id=post.thread_id, accepted_by_id=by.id, outcome_id=event.id, accepted_at=at)
        )
        db.session.execute(sa.update(Post).where(Post.id == post.id).values(accepted_at=at))


def _say(thread: Thread, kind: str, voice: str, by: Person | None = None) -> None:
    source = "inference" if voice == "system" else "page"
    with unit_of_work():
        db.session.add(
            Outcome(thread_id=thread.id, kind=kind, voice=voice, source=source, actor_id=by.id if by else None, created_at=now())
        )


def make_community() -> Community:
    """Write it: nine questions in two categories, of each standing at least one, and one that only staff may read."""
    lead, mira, tom, staff = make_person("lead", "staff"), make_person("mira"), make_person("tom"), make_person("stella", "staff")
    printers, looms = make_category("printers", name="Printers"), make_category("looms", name="Looms")
    secret = make_category("secret", "staff", name="Secret")
    day, hour = timedelta(days=1), timedelta(hours=1)
    for number in range(3):
        thread = _ask(printers, mira, 40 * day - number * day, f"Why does printer {number} hum?", ("noise",))
        first = make_answer(thread, tom, created_at=thread.created_at + 2 * hour)
        official = make_answer(thread, staff, created_at=thread.created_at + 5 * hour, is_official=True)
        _accept(first if number else official, mira, thread.created_at + (number + 1) * day)
    likely = _ask(printers, mira, 20 * day, "=HYPERLINK(1) prints nothing, why?")
    make_answer(likely, tom, created_at=likely.created_at + 30 * hour)
    _say(likely, "likely", "system")
    disputed = _ask(looms, tom, 18 * day, "Why does the loom stop at night?", ("noise", "night"))
    _accept(make_answer(disputed, mira, created_at=disputed.created_at + hour), tom, disputed.created_at + day)
    _say(disputed, "refuted", "asker", tom)
    asked_back = _ask(looms, tom, 10 * day, "Which thread is right for this loom?")
    _say(asked_back, "needs_info", "staff", staff)
    for age, title in (
        (2 * hour, "Who knows the newest loom?"),
        (5 * day, "Does the loom like rain?"),
        (100 * day, "Is it old?"),
    ):
        _ask(looms, mira, age, title)
    _ask(secret, lead, 3 * day, "What is the secret plan?")
    recount_all()
    return Community(lead, printers, looms, secret, mira, tom)
