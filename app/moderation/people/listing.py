"""Lists of people for moderators: those about whom something counts now, or those who match a name. Reads only, one statement."""

from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.names import name_key
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.pagination import Page, window
from app.core.records import Struct
from app.moderation.models import Sanction, SanctionKind
from app.moderation.people.record import restrictions_of
from app.moderation.policies import ensure_can_moderate_site
from app.moderation.urls import record_path

PEOPLE_PER_PAGE = 30


class PersonLine(Struct, frozen=True):
    """One person of the list. `decisions`: how many sanctions there ever were; `last_at`: when the newest was made."""

    id: int
    name: str
    display_name: str
    role: str
    record_path: str
    created_at: datetime
    is_warned: bool
    restrictions: tuple[tuple[str, datetime | None], ...]
    decisions: int
    last_at: datetime | None


def list_people_to_moderate(actor: Actor, text: str = "", page: int = 1) -> Page[PersonLine]:
    """Return people whose name begins with `text` or whose shown name has it, by name; without a text those about whom something
    counts now, the newest decision first. Raises Forbidden."""
    ensure_can_moderate_site(actor)
    count, last = sa.func.count(Sanction.id), sa.func.max(Sanction.id)
    statement = sa.select(Person, count, sa.func.max(Sanction.created_at)).group_by(Person.id)
    if text:
        part = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        named = sa.or_(
            Person.name_key.like(f"{name_key(part)}%", escape="\\"), Person.display_name.ilike(f"%{part}%", escape="\\")
        )
        statement = statement.join(Sanction, Sanction.person_id == Person.id, isouter=True).where(named).order_by(Person.name_key)
    else:
        statement = (
            statement.join(Sanction, Sanction.person_id == Person.id).where(Person.id.in_(_restricted())).order_by(last.desc())
        )
    offset, limit = window(page, PEOPLE_PER_PAGE)
    moment = now()
    rows = [_line(*row, moment) for row in db.session.execute(statement.offset(offset).limit(limit))]
    return Page.from_rows(rows, page, PEOPLE_PER_PAGE)


def _restricted() -> sa.Select[int]:
    """The people about whom something counts now, found from the sanctions, of which there are few."""
    moment = now()
    unread = sa.or_(Sanction.kind != SanctionKind.WARN, Sanction.acknowledged_at.is_(None))
    return sa.select(Sanction.person_id).where(
        Sanction.ended_at.is_(None), sa.or_(Sanction.until.is_(None), Sanction.until > moment), unread
    )


def _line(person: Person, decisions: int, last_at: datetime | None, moment: datetime) -> PersonLine:
    return PersonLine(
        id=person.id, name=person.name, display_name=person.display_name, role=person.role, record_path=record_path(person.id),
        created_at=person.created_at, is_warned=person.warned_at is not None, restrictions=restrictions_of(person, moment),
        decisions=decisions, last_at=last_at,
    )  # fmt: skip
