"""Appeals that wait for a decision. Reads only, two statements."""

from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import db, read
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.forum.queries.categories import reader_of
from app.moderation.models import AppealState, Sanction
from app.moderation.people.policies import can_decide_appeal, can_sanction
from app.moderation.policies import ensure_can_moderate_site
from app.moderation.urls import record_path

APPEALS_SHOWN = 50


class AppealRow(Struct, frozen=True):
    """One note of somebody who asks to think again.

    `can_decide` is false for whoever made the sanction while somebody else could decide.
    """

    sanction_id: int
    person_id: int
    person_name: str
    person_path: str
    record_path: str
    kind: str
    reason: str
    until: datetime | None
    sanctioned_at: datetime
    by_id: int | None
    by_name: str
    note: str
    appealed_at: datetime
    can_decide: bool


def list_open_appeals(actor: Actor, limit: int = APPEALS_SHOWN, *, person_id: int | None = None) -> tuple[AppealRow, ...]:
    """Return the open appeals (of one person) about people whom this moderator may decide about, oldest first. Raises Forbidden."""
    ensure_can_moderate_site(actor)
    author = aliased(Person)
    statement = (
        sa.select(Sanction, Person, author.display_name)
        .join(Person, Person.id == Sanction.person_id)
        .join(author, author.id == Sanction.created_by_id, isouter=True)
        .where(*_open_for(actor), *([Sanction.person_id == person_id] if person_id is not None else []))
        .order_by(Sanction.appealed_at, Sanction.id)
        .limit(limit)
    )
    found = db.session.execute(statement).all()
    others = list_deciders() if any(sanction.created_by_id == actor.id for sanction, _, _ in found) else {}
    return tuple(_row(actor, *row, others) for row in found if can_sanction(actor, row[1]))


def count_open_appeals(actor: Actor) -> int:
    """Return how many appeals wait that this moderator may look at."""
    return read(_counting_open(reader_of(actor)), {"asking": actor.id or 0}).scalar() or 0


@lru_cache(maxsize=8)
def _counting_open(actor: Actor) -> sa.Select[int]:
    joined = sa.select(sa.func.count()).select_from(Sanction).join(Person, Person.id == Sanction.person_id)
    return joined.where(*_open_for(actor))


def _open_for(actor: Actor) -> list[sa.ColumnElement[bool]]:
    """SQL twin of `can_sanction` for appeals that wait."""
    rules = [Sanction.appeal_state == AppealState.OPEN, Sanction.person_id != sa.bindparam("asking", actor.id or 0)]
    return rules if actor.is_admin else [*rules, Person.role == Role.MEMBER]


def list_deciders() -> dict[int, str]:
    """Return the roles, by id, of moderators and admins who could decide today: let in, not suspended, with a password."""
    statement = sa.select(Person.id, Person.role).where(
        Person.role.in_((Role.MODERATOR, Role.ADMIN)), Person.banned_at.is_(None), Person.password_hash.is_not(None),
        sa.or_(Person.suspended_until.is_(None), Person.suspended_until <= now()),
    )  # fmt: skip
    return {row.id: row.role for row in db.session.execute(statement)}


def has_others(actor: Actor, person: Person, deciders: dict[int, str]) -> bool:
    """Whether anybody but the actor and the person could decide about that person."""
    needed = (Role.MODERATOR, Role.ADMIN) if person.role == Role.MEMBER else (Role.ADMIN,)
    return any(role in needed and one not in (actor.id, person.id) for one, role in deciders.items())


def _row(actor: Actor, sanction: Sanction, person: Person, by: str | None, deciders: dict[int, str]) -> AppealRow:
    return AppealRow(
        sanction_id=sanction.id, person_id=person.id, person_name=person.display_name, person_path=person_path(person.name),
        record_path=record_path(person.id), kind=sanction.kind, reason=sanction.reason, until=sanction.until,
        sanctioned_at=sanction.created_at, by_id=sanction.created_by_id, by_name=by or lazy_gettext("the system"), note=sanction.appeal_note,
        appealed_at=sanction.appealed_at or sanction.created_at,
        can_decide=can_decide_appeal(actor, sanction, person, has_others=has_others(actor, person, deciders)),
    )  # fmt: skip
