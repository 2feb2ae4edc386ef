"""Every role, every state, every audience: what lists show is exactly what pages allow."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.actor import ANONYMOUS, SYSTEM, Actor
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum import policies
from app.forum.models import Category, Comment, Post, Thread
from app.forum.queries.threads import get_thread
from tests.factories import actor_of, make_answer, make_category, make_person, make_thread, opening_of

pytestmark = pytest.mark.usefixtures("app")

STATES = {"listed": (), "held": ("held_at",), "hidden": ("hidden_at",), "rejected": ("held_at", "hidden_at")}
READERS = {
    "public": {"visitor", "member", "author", "suspended", "staff", "moderator", "admin", "system"},
    "members": {"member", "author", "suspended", "staff", "moderator", "admin", "system"},
    "staff": {"staff", "admin", "system"},
}
MODERATORS = {"moderator", "admin", "system"}


@pytest.fixture
def actors() -> dict[str, Actor]:
    return {
        "visitor": ANONYMOUS,
        "member": actor_of(make_person()),
        "author": actor_of(make_person("author")),
        "suspended": actor_of(make_person(suspended_until=now() + timedelta(days=1))),
        "staff": actor_of(make_person(role="staff")),
        "moderator": actor_of(make_person(role="moderator")),
        "admin": actor_of(make_person(role="admin")),
        "system": SYSTEM,
    }


def author():
    from app.accounts.queries import find_person_by_name

    return find_person_by_name("author")


def may_see(name: str, audience: str, state: str) -> bool:
    """The rule once more, in other words than the policies'."""
    if name not in READERS[audience]:
        return False
    if state == "listed" or name in MODERATORS:
        return True
    return name == "author" and state == "held"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("audience", READERS)
def test_a_thread_is_in_a_list_exactly_when_its_page_may_be_seen(actors, audience, state):
    category = make_category(audience=audience)
    thread = make_thread(author(), category=category, **dict.fromkeys(STATES[state], now()))
    for name, actor in actors.items():
        statement = sa.select(Thread.id).join(Category).where(policies.visible_threads(actor))
        listed = sa.select(Thread.id).join(Category).where(policies.listed_threads(actor))
        expected = may_see(name, audience, state)
        assert policies.can_see_thread(actor, thread) is expected, name
        assert (db.session.scalars(statement).all() == [thread.id]) is expected, name
        assert (db.session.scalars(listed).all() == [thread.id]) is (name in READERS[audience] and state == "listed"), name
    public = sa.select(Thread.id).join(Category).where(policies.public_only())
    assert bool(db.session.scalars(public).all()) is (audience == "public" and state == "listed")


@pytest.mark.parametrize("thread_state", STATES)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("audience", READERS)
def test_a_post_is_in_a_list_exactly_when_it_may_be_seen(actors, audience, state, thread_state):
    category = make_category(audience=audience)
    thread = make_thread(author(), category=category, **dict.fromkeys(STATES[thread_state], now()))
    post = make_answer(thread, author(), **dict.fromkeys(STATES[state], now()))
    for name, actor in actors.items():
        statement = sa.select(Post.id).join(Thread).join(Category)
        statement = statement.where(Post.id == post.id, policies.visible_threads(actor), policies.visible_posts(actor))
        expected = may_see(name, audience, thread_state) and may_see(name, audience, state)
        assert policies.can_see_post(actor, post, thread) is expected, name
        assert (db.session.scalars(statement).all() == [post.id]) is expected, name


@pytest.mark.parametrize("is_hidden", [False, True])
def test_a_comment_is_in_a_list_exactly_when_it_may_be_seen(actors, is_hidden):
    post = opening_of(make_thread())
    with unit_of_work():
        comment = Comment(
            post_id=post.id, body_source="x", body_html="x", body_text="x", hidden_at=now() if is_hidden else None
        )  # fmt: skip
        db.session.add(comment)
    for name, actor in actors.items():
        expected = not is_hidden or name in MODERATORS
        found = db.session.scalars(sa.select(Comment.id).where(policies.visible_comments(actor))).all()
        assert policies.can_see_comment(actor, comment) is expected, name
        assert (found == [comment.id]) is expected, name


@pytest.mark.parametrize("audience", READERS)
def test_a_category_is_in_a_list_exactly_when_it_may_be_seen(actors, audience):
    category = make_category(audience=audience)
    for name, actor in actors.items():
        expected = name in READERS[audience]
        found = db.session.scalars(sa.select(Category.id).where(policies.visible_categories(actor))).all()
        assert policies.can_see_category(actor, category) is expected, name
        assert (found == [category.id]) is expected, name


WRITERS = {"member", "author", "staff", "moderator", "admin", "system"}


@pytest.mark.parametrize("state", ["open", "locked", "closed", "held"])
def test_who_may_do_what_in_a_public_question(actors, state):
    values = {"open": {}, "locked": {"locked_at": now()}, "closed": {"closed_at": now()}, "held": {"held_at": now()}}[state]
    post = make_answer(make_thread(author(), **values), author())
    thread = get_thread(SYSTEM, post.thread_id)
    seers = {"author", *MODERATORS} if state == "held" else set(actors)
    listed = set() if state == "held" else WRITERS
    posting = {"open": WRITERS, "locked": MODERATORS, "closed": MODERATORS, "held": set()}[state]
    in_charge = {"staff", "moderator", "admin", "system"} & seers
    expected = {
        "can_add_post": posting,
        "can_comment": posting,
        "can_vote": (WRITERS - {"author"}) & seers,
        "can_say_me_too": listed - {"author"},
        "can_follow": (set(actors) - {"visitor", "system"}) & seers,
        "can_edit_post": in_charge | (set() if state == "locked" else {"author"}),
        "can_accept": (in_charge | {"author"}) & listed,
        "can_report_outcome": (in_charge | {"author"}) & listed,
        "can_moderate": MODERATORS,
        "can_flag": WRITERS & seers,
    }
    for rule, allowed in expected.items():
        check = getattr(policies, rule)
        takes_post = rule in ("can_comment", "can_vote", "can_edit_post")
        answer = {name for name, actor in actors.items() if (check(actor, post, thread) if takes_post else check(actor, thread))}
        assert answer == allowed, f"{rule} in {state}"


def test_a_suspended_moderator_moderates_nothing():
    suspended = actor_of(make_person(role="moderator", suspended_until=now() + timedelta(days=1)))
    assert not policies.can_moderate(suspended, make_thread())


def test_only_members_wait_for_approval(actors):
    category = make_category(needs_approval=True)
    waiting = {name for name, actor in actors.items() if policies.is_held_on_arrival(actor, category)}
    assert waiting == {"visitor", "member", "author", "suspended"}
