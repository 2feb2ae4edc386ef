"""The queue: one page of questions for each view of the desk, and how many each view holds. Frozen rows, few statements."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.i18n import gettext as _
from app.core.pagination import Page, window
from app.core.records import Struct
from app.desk.models import DeskItem, DeskState, StaffGroup
from app.desk.policies import desk_threads, ensure_can_use_desk
from app.desk.queries.facts import OPEN_STATUSES
from app.desk.queries.people import group_ids_of, staff_people
from app.desk.urls import item_path
from app.forum.models import Category, Tag, Thread, ThreadTag
from app.forum.models.thread import ThreadKind
from app.forum.queries.tags import tags_of_threads

PER_PAGE = 25
# Views are counted up to this number: more is "99+", and costs no more.
COUNT_MOST = 100
VIEWS = ("queue", "mine", "groups", "taken", "asker", "escalated", "open")


class DeskFilter(Struct, frozen=True):
    """What is left out: a category's id, a tag's name, who is in charge (`p12` a person, `g3` a group, `none` nobody)."""

    category_id: int | None = None
    tag: str = ""
    in_charge: str = ""

    @property
    def is_set(self) -> bool:
        return bool(self.category_id or self.tag or self.in_charge)


class DeskRow(Struct, frozen=True):
    """One question as the queue shows it. `taken_by` and `taken_until` are set while the lock holds only.

    `asker_open_count` counts the asker's other open questions; `in_charge` names a person or group, or is empty.
    """

    thread_id: int
    title: str
    status: str
    state: str
    waiting_reason: str
    since: datetime
    due_at: datetime | None
    escalated_at: datetime | None
    affected_count: int
    answer_count: int
    category_name: str
    tags: tuple[str, ...]
    asker_name: str
    asker_open_count: int
    taken_by_id: int | None
    taken_by: str
    taken_until: datetime | None
    in_charge: str
    is_group: bool

    @property
    def path(self) -> str:
        return item_path(self.thread_id)


_Asker, _Holder, _Assignee, _Other = aliased(Person), aliased(Person), aliased(Person), aliased(Thread)
_asker_open = (
    sa.select(sa.func.count())
    .select_from(_Other)
    .where(
        _Other.author_id == Thread.author_id, _Other.id != Thread.id, _Other.kind == ThreadKind.QUESTION,
        _Other.status.in_(OPEN_STATUSES), _Other.hidden_at.is_(None), _Other.held_at.is_(None),
    )
    .correlate(Thread)
    .scalar_subquery()
)  # fmt: skip
_COLUMNS = (
    Thread.id, Thread.title, Thread.status, DeskItem.state, DeskItem.waiting_reason, DeskItem.since, DeskItem.due_at,
    DeskItem.escalated_at, DeskItem.clock_since, Thread.affected_count,
    Thread.answer_count, Category.name.label("category_name"), _Asker.display_name.label("asker_name"),
    _asker_open.label("asker_open_count"), DeskItem.taken_by_id, DeskItem.taken_until, _Holder.display_name.label("taken_by"),
    _Assignee.display_name.label("assignee_name"), StaffGroup.name.label("group_name"),
)  # fmt: skip


def list_desk(
    actor: Actor, *, view: str = "queue", chosen: DeskFilter | None = None, page: int = 1, with_tags: bool = True
) -> Page[DeskRow]:
    """Return one numbered page of a view, the most urgent first: two statements, one without tags. Raises NotFound past the end."""
    ensure_can_use_desk(actor)
    moment = now()
    # The desk's side leads: its indexes hold the order, so that a page costs the same whatever the number of questions. As a case
    # the rule of who sees what is asked for each row; as plain conditions it would lead over an index of all listed threads.
    is_ours = sa.case((desk_threads(actor), sa.true()), else_=sa.false())
    statement = (
        sa.select(*_COLUMNS)
        .select_from(DeskItem)
        .join(Thread, Thread.id == DeskItem.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .outerjoin(_Asker, _Asker.id == Thread.author_id)
        .outerjoin(_Holder, _Holder.id == DeskItem.taken_by_id)
        .outerjoin(_Assignee, _Assignee.id == DeskItem.assignee_id)
        .outerjoin(StaffGroup, StaffGroup.id == DeskItem.group_id)
        .where(_in_view(actor, view, moment), is_ours, *_conditions(chosen or DeskFilter()))
        .order_by(*_ORDERS[view])
    )
    offset, limit = window(page, PER_PAGE)
    found = db.session.execute(statement.offset(offset).limit(limit)).all()
    tags = tags_of_threads([row.id for row in found]) if with_tags else {}
    return Page.from_rows([_row(row, tags.get(row.id, ()), moment) for row in found], page, PER_PAGE)


def count_views(actor: Actor) -> dict[str, int]:
    """Return how many questions each view holds, COUNT_MOST at most, in one statement. What is listed is what items say."""
    ensure_can_use_desk(actor)
    moment = now()
    counts = []
    for view in VIEWS:
        some = sa.select(DeskItem.thread_id).where(_in_view(actor, view, moment)).limit(COUNT_MOST).subquery()
        counts.append(sa.select(sa.func.count()).select_from(some).scalar_subquery())
    return dict(zip(VIEWS, db.session.execute(sa.select(*counts)).one(), strict=True))


def list_in_charge() -> list[tuple[str, str]]:
    """Return everybody who can be in charge as (key, name): groups, then people, in one statement."""
    groups = sa.select(sa.literal("g").label("kind"), StaffGroup.id.label("id"), StaffGroup.name.label("name"))
    people = sa.select(sa.literal("p"), Person.id, Person.display_name).where(staff_people(now()))
    both = sa.union_all(groups, people).subquery()
    found = db.session.execute(sa.select(both).order_by(both.c.kind, both.c.name, both.c.id))
    return [(f"{kind}{number}", name) for kind, number, name in found]


def parse_in_charge(key: str) -> tuple[int | None, int | None]:
    """Return (person's id, group's id) of a key like `p12` or `g3`; (None, None) for anything else."""
    digits = key[1:]
    if key[:1] not in ("p", "g") or not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        return None, None
    return (int(digits), None) if key[0] == "p" else (None, int(digits))


def _in_view(actor: Actor, view: str, moment: datetime) -> sa.ColumnElement[bool]:
    """The criterion of a view; it names columns of the item only."""
    is_open = DeskItem.since.is_not(None)
    if view == "queue":
        return DeskItem.due_at.is_not(None)
    if view == "mine":
        taken = sa.and_(DeskItem.taken_by_id == actor.id, DeskItem.taken_until > moment)
        return sa.and_(is_open, sa.or_(taken, DeskItem.assignee_id == actor.id))
    if view == "groups":
        return sa.and_(is_open, DeskItem.group_id.in_(group_ids_of(actor.id or 0)))
    if view == "taken":
        return sa.and_(is_open, DeskItem.taken_until > moment)
    if view == "asker":
        return DeskItem.state == DeskState.ASKER
    if view == "escalated":
        return sa.and_(DeskItem.escalated_at.is_not(None), DeskItem.clock_since.is_not(None))
    if view == "open":
        return is_open
    raise ValueError(f"There is no view {view!r}.")


# Where only few match, what waits comes before what does not; elsewhere an index holds the order.
_waiting_first = (DeskItem.due_at.is_(None), DeskItem.due_at, DeskItem.since, DeskItem.thread_id)
_ORDERS: dict[str, tuple[sa.ColumnElement[Any], ...]] = {
    "queue": (DeskItem.due_at, DeskItem.thread_id),  # type: ignore[dict-item]
    "mine": _waiting_first,  # type: ignore[dict-item]
    "groups": _waiting_first,  # type: ignore[dict-item]
    "taken": (DeskItem.taken_until, DeskItem.thread_id),  # type: ignore[dict-item]
    "asker": (DeskItem.since, DeskItem.thread_id),  # type: ignore[dict-item]
    "escalated": (DeskItem.escalated_at, DeskItem.thread_id),  # type: ignore[dict-item]
    "open": (DeskItem.since, DeskItem.thread_id),  # type: ignore[dict-item]
}


def _conditions(chosen: DeskFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if chosen.category_id is not None:
        conditions.append(Thread.category_id == chosen.category_id)
    if chosen.tag:
        tagged = sa.select(ThreadTag.thread_id).join(Tag, Tag.id == ThreadTag.tag_id)
        conditions.append(tagged.where(Tag.name == chosen.tag, ThreadTag.thread_id == Thread.id).exists())
    if chosen.in_charge == "none":
        conditions.append(sa.and_(DeskItem.assignee_id.is_(None), DeskItem.group_id.is_(None)))
    elif chosen.in_charge:
        person_id, group_id = parse_in_charge(chosen.in_charge)
        column, wanted = (DeskItem.assignee_id, person_id) if group_id is None else (DeskItem.group_id, group_id)
        conditions.append(column == (wanted or 0))
    return conditions


def _row(row: sa.Row[*tuple[Any, ...]], tags: tuple[str, ...], moment: datetime) -> DeskRow:
    is_taken = row.taken_until is not None and row.taken_until > moment
    return DeskRow(
        thread_id=row.id, title=row.title, status=row.status, state=row.state, waiting_reason=row.waiting_reason, since=row.since,
        due_at=row.due_at, escalated_at=row.escalated_at if row.clock_since is not None else None,
        affected_count=row.affected_count, answer_count=row.answer_count, category_name=row.category_name, tags=tags,
        asker_name=row.asker_name or "", asker_open_count=row.asker_open_count,
        taken_by_id=row.taken_by_id if is_taken else None, taken_by=(row.taken_by or _("Somebody")) if is_taken else "",
        taken_until=row.taken_until if is_taken else None, in_charge=row.assignee_name or row.group_name or "",
        is_group=row.group_name is not None,
    )  # fmt: skip
