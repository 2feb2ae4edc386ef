"""Following a thread: hearing of new posts, or having left on purpose. Following a tag or category: hearing of new threads."""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db, upsert
from app.core.errors import Forbidden, NotFound
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.forum.models import Category, CategoryFollow, Follow, Tag, TagFollow, Thread
from app.forum.policies import ensure_can_follow
from app.forum.queries.categories import find_topic
from app.forum.queries.lists import find_known_tag
from app.forum.queries.threads import get_thread


def follow(actor: Actor, *, thread_id: int, value: bool | int) -> bool:
    """Follow a thread, or with a false `value` leave it for good: mentions aside, nothing subscribes the person again.

    Returns whether the person follows it now. Doing it twice changes nothing. Raises NotFound, Forbidden.
    """
    thread = get_thread(actor, thread_id)
    ensure_can_follow(actor, thread)
    row = {"thread_id": thread.id, "person_id": actor.id, "is_muted": not value, "created_at": now()}
    upsert(Follow.__table__, [row], ["thread_id", "person_id"], ["is_muted"])
    return bool(value)


def follow_tag(actor: Actor, *, name: str, value: bool | int) -> bool:
    """Hear of new threads with a tag, or no more with a false `value`; return whether the person does now. Twice changes nothing.

    Also what somebody cannot see any more can be left, which says nothing of what there is. Raises NotFound, Forbidden.
    """
    person_id = _signed_in(actor)
    if not value:
        is_it = TagFollow.tag_id.in_(sa.select(Tag.id).where(Tag.name == name))
        db.session.execute(sa.delete(TagFollow).where(is_it, TagFollow.person_id == person_id))
        return False
    tag = find_known_tag(actor, name)
    if tag is None:
        raise NotFound
    row = {"tag_id": tag.id, "person_id": person_id, "created_at": now()}
    upsert(TagFollow.__table__, [row], ["tag_id", "person_id"], [])
    return True


def follow_category(actor: Actor, *, slug: str, value: bool | int) -> bool:
    """Hear of new threads in a category, or no more. As `follow_tag`."""
    person_id = _signed_in(actor)
    if not value:
        is_it = CategoryFollow.category_id.in_(sa.select(Category.id).where(Category.slug == slug))
        db.session.execute(sa.delete(CategoryFollow).where(is_it, CategoryFollow.person_id == person_id))
        return False
    category = find_topic(actor, slug)
    if category is None:
        raise NotFound
    row = {"category_id": category.id, "person_id": person_id, "created_at": now()}
    upsert(CategoryFollow.__table__, [row], ["category_id", "person_id"], [])
    return True


def _signed_in(actor: Actor) -> int:
    require_unit_of_work()
    if actor.id is None:
        raise Forbidden(_("Please sign in first."))
    return actor.id


def follow_own(actor: Actor, thread: Thread) -> None:
    """Let somebody follow a thread they take part in, unless they left it on purpose."""
    if actor.id is not None:
        row = {"thread_id": thread.id, "person_id": actor.id, "is_muted": False, "created_at": now()}
        upsert(Follow.__table__, [row], ["thread_id", "person_id"], [])


def list_follower_ids(thread_id: int) -> list[int]:
    """Return the people who want to hear of new posts in a thread."""
    return list(db.session.scalars(sa.select(Follow.person_id).where(Follow.thread_id == thread_id, Follow.is_muted.is_(False))))
