"""What the home page shows to one person who is signed in: own questions with what is new, what waits for their help or decision.

Visitors' home knows nothing of this. Each part is read only for whom it is for.
"""

from app.core.actor import Actor
from app.core.records import Struct, field
from app.desk.policies import can_use_desk
from app.desk.presenters import VIEW_LABELS, queue_path
from app.desk.queries.queue import DeskFilter, DeskRow, count_views, list_desk
from app.forum.queries.lists import ThreadRow
from app.forum.queries.personal import list_followed, list_own_questions, list_wanted
from app.moderation.inbox.collecting import count_inbox
from app.moderation.inbox.registry import list_sources
from app.moderation.urls import queue_path as inbox_path
from app.notifications.queries import count_unread_of_threads

# Views of the desk that home names, also when nothing is in them; the others when something is.
ALWAYS = ("queue", "mine")
SOMETIMES = ("groups", "escalated")
MINE_SHOWN = 5

Place = tuple[str, str, int]  # label, path, how many


class PersonalHome(Struct, frozen=True):
    """`news`: how much is new for the person, by the id of a thread. `desk`, `inbox`: what waits, with the way to it; None for others."""

    own: tuple[ThreadRow, ...]
    followed: tuple[ThreadRow, ...]
    wanted: tuple[ThreadRow, ...]
    news: dict[int, int] = field(default_factory=dict)
    desk: tuple[Place, ...] | None = None
    mine: tuple[DeskRow, ...] = ()
    inbox: tuple[Place, ...] | None = None

    @property
    def has_threads(self) -> bool:
        """Whether there is anything of the person's own; who is new sees what visitors see."""
        return bool(self.own or self.followed)


def personal_home(actor: Actor) -> PersonalHome | None:
    """Return what is the person's own on the home page; None for visitors, whom it costs nothing."""
    if not actor.is_authenticated:
        return None
    own, followed, wanted = list_own_questions(actor), list_followed(actor), list_wanted(actor)
    news = count_unread_of_threads(actor, {row.id for row in (*own, *followed)})
    works = can_use_desk(actor)
    return PersonalHome(
        own, followed, wanted, news,
        desk=_desk(actor) if works else None,
        mine=list_desk(actor, view="mine").items[:MINE_SHOWN] if works else (),
        inbox=_inbox(actor) if actor.is_moderator else None,
    )  # fmt: skip


def _desk(actor: Actor) -> tuple[Place, ...]:
    counts = count_views(actor)
    shown = [view for view in (*ALWAYS, *SOMETIMES) if counts[view] or view in ALWAYS]
    return tuple((VIEW_LABELS[view], queue_path(view, DeskFilter()), counts[view]) for view in shown)


def _inbox(actor: Actor) -> tuple[Place, ...]:
    counts = count_inbox(actor)
    waiting = [source for source in list_sources() if counts[source.name]]
    return tuple((source.label, inbox_path(chosen=source.name), counts[source.name]) for source in waiting)
