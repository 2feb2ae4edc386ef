"""Who follows a tag or category hears of each new thread there: in a job, because they may be thousands."""

from collections.abc import Callable
from typing import Any

from app.core.errors import NotFound
from app.core.events import Event
from app.core.uow import require_unit_of_work, unit_of_work
from app.forum.events import ThreadStarted
from app.forum.queries.followed import list_followers
from app.forum.queries.threads import get_opening, get_thread_for_update
from app.jobs.queue import enqueue
from app.notifications.models import NotificationKind
from app.notifications.sentences import started
from app.notifications.services.notifying import notify

STARTED_JOB = "notifications.started"
BATCH = 100


def plan_telling(event: ThreadStarted) -> None:
    """A thread became visible for the first time: those who follow where it stands are told after that."""
    enqueue(STARTED_JOB, {"thread_id": event.thread_id}, dedupe_key=f"{STARTED_JOB}:{event.thread_id}")


def started_job(payloads: list[dict[str, Any]]) -> None:
    """Job `notifications.started`: tell the followers, batch by batch. May be interrupted and run again; nobody is told twice."""
    for payload in payloads:
        after: int | None = 0
        while after is not None:
            with unit_of_work():
                after = tell_followers(payload["thread_id"], after)


def tell_followers(thread_id: int, after: int) -> int | None:
    """Tell the next followers, from this number on, of a thread that is (still) listed. Returns the last one, None when all are told."""
    require_unit_of_work()
    try:
        thread = get_thread_for_update(thread_id)  # its lock lets no second worker tell the same people
    except NotFound:
        return None
    followers = list_followers(thread_id, after, BATCH) if thread.is_listed else []
    if not followers:
        return None
    opening_id = get_opening(thread_id).id
    places: dict[str, list[int]] = {}
    for follower in followers:
        places.setdefault(f"#{follower.tag}" if follower.tag else thread.category.name, []).append(follower.person_id)
    for place, people in places.items():
        notify(
            people, NotificationKind.STARTED, actor_id=thread.author_id, thread_id=thread_id, post_id=opening_id,
            text=started(thread.kind, place),
        )  # fmt: skip
    return followers[-1].person_id if len(followers) == BATCH else None


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = ((ThreadStarted, plan_telling),)
