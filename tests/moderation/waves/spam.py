"""A wave of spam among honest texts, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post, Thread
from app.forum.services.recounting import recount_all
from app.moderation.models import Wave
from app.moderation.waves.criteria import Criteria
from app.moderation.waves.finding import Found, find_everything_like
from app.moderation.waves.putting_away import put_away
from tests.factories import actor_of, body, make_answer, make_category, make_person, make_question, make_thread, opening_of

HOST = "pills.example"
SPAM = f"Zorblax tablets at half the price, ask for them at https://{HOST}/now and be quick."


@dataclass
class Scene:
    """`spam`: a thread, an answer in an honest thread and a comment there, by two accounts; `honest`: the thread they stand in."""

    moderator: Actor
    spammer: Person
    other: Person
    honest: Thread
    thread: Thread
    answer: Post
    comment: Comment


def add_comment_row(post: Post, author: Person, text: str = SPAM, **values) -> Comment:
    rendered = body(text)
    with unit_of_work():
        comment = Comment(
            post_id=post.id, author_id=author.id, body_source=rendered.source, body_html=str(rendered.html), body_text=rendered.text,
            created_at=values.pop("created_at", now()), **values,
        )  # fmt: skip
        db.session.add(comment)
        db.session.get_one(Post, post.id).comment_count += 1
    return comment


def build_scene() -> Scene:
    category = make_category()
    spammer, other = make_person("buyer4711"), make_person("buyer4712")
    honest = make_question(category=category, tags=("pump",), title="Why does my pump hum at night?")
    make_answer(honest)
    thread = make_thread(spammer, "Zorblax for everybody", SPAM, category=category, tags=("pump",))
    answer = make_answer(honest, other, SPAM)
    comment = add_comment_row(opening_of(honest), other)
    recount_all()
    return Scene(actor_of(make_person(role="moderator")), spammer, other, honest, thread, answer, comment)


def looking_for(**values) -> Criteria:
    moment = now()
    values.setdefault("written_from", moment - timedelta(days=1))
    values.setdefault("written_to", moment)
    return Criteria(**values)


def find(actor: Actor, **values) -> Found:
    return find_everything_like(actor, looking_for(**values))


def put(actor: Actor, *, left_out: tuple[str, ...] = (), reason: str = "Advertising", **values) -> Wave:
    criteria = looking_for(**(values or {"hosts": (HOST,)}))
    found = find_everything_like(actor, criteria)
    with unit_of_work():
        return put_away(actor, criteria=criteria, found=found, left_out=left_out, reason=reason)
