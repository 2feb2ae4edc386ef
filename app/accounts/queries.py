"""Finding people and their sign-ins. Reads only."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from app.accounts.addresses import normal_address
from app.accounts.agents import shown_agent
from app.accounts.models import Person, PersonSession
from app.accounts.names import name_key
from app.core.clock import now
from app.core.db import db
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.pagination import Page, window
from app.core.records import Struct

PEOPLE_PER_PAGE = 50


class SignInCandidate(Struct, frozen=True):
    """Whose password a sign-in is checked against."""

    person_id: int
    password_hash: str | None


class NamedPerson(Struct, frozen=True):
    """Somebody who may be mentioned."""

    name: str
    display_name: str


class SessionRow(Struct, frozen=True):
    """One sign-in as its owner sees it."""

    agent: str
    created_at: datetime
    is_current: bool


class PersonRow(Struct, frozen=True):
    """One account as admins see it."""

    id: int
    name: str
    display_name: str
    path: str
    role: str
    email: str | None
    pending_email: str | None
    has_password: bool
    is_suspended: bool
    created_at: datetime


def find_person(person_id: int) -> Person | None:
    """Return a person by id, or None."""
    return db.session.get(Person, person_id)


def get_person(person_id: int) -> Person:
    """Return a person; raise NotFound."""
    person = find_person(person_id)
    if person is None:
        raise NotFound(_("We could not find that person."))
    return person


def get_person_for_update(person_id: int, *, against_texts: bool = False) -> Person:
    """Return a person whose row stays locked until the end of the transaction; raise NotFound.

    `against_texts`: waits for what they are writing, which comes first; what comes later waits. Whoever holds that lock must not
    wait for threads or posts.
    """
    locked = sa.select(Person).where(Person.id == person_id).with_for_update(key_share=not against_texts)
    person: Person | None = db.session.scalar(locked.execution_options(populate_existing=True))
    if person is None:
        raise NotFound(_("We could not find that person."))
    return person


def get_people_for_update(ids: Iterable[int], *, against_texts_of: int) -> dict[int, Person]:
    """Lock people in the order of their ids and return them by id; unknown ids are left out.

    Only one of them is locked against texts: whoever writes holds their own account and wants those of the people they tell.
    """
    people = {}
    for person_id in sorted(set(ids)):
        locked = sa.select(Person).where(Person.id == person_id).with_for_update(key_share=person_id != against_texts_of)
        person = db.session.scalar(locked.execution_options(populate_existing=True))
        if person is not None:
            people[person_id] = person
    return people


def find_person_by_name(name: str) -> Person | None:
    """Return the person of that name in any spelling (case, width), or None."""
    return db.session.scalar(sa.select(Person).where(Person.name_key == name_key(name)))


def find_people_by_names(names: Sequence[str]) -> list[Person]:
    """Return the people of those names in any spelling; unknown names are left out."""
    keys = {name_key(name) for name in names}
    return list(db.session.scalars(sa.select(Person).where(Person.name_key.in_(keys)))) if keys else []


def find_person_by_email(email: str) -> Person | None:
    """Return the person who has confirmed that address, or None."""
    return db.session.scalar(sa.select(Person).where(Person.email == normal_address(email)))


def find_sign_in(login: str) -> SignInCandidate | None:
    """Return whom a name or a confirmed address means, or None.

    An unconfirmed address never counts: whether it does could only depend on other people's accounts, and so would tell
    that they exist.
    """
    key, address = name_key(login), normal_address(login)
    statement = sa.select(Person.id, Person.password_hash, Person.name_key == key).where(
        sa.or_(Person.name_key == key, Person.email == address)
    )
    rows = sorted(db.session.execute(statement), key=lambda row: not row[2])
    return SignInCandidate(rows[0][0], rows[0][1]) if rows else None


def list_sessions(person_id: int, current_hash: str) -> list[SessionRow]:
    """Return the running sign-ins of a person, newest first; `current_hash` is the stored hash of this browser's token."""
    statement = (
        sa.select(PersonSession.agent, PersonSession.created_at, PersonSession.token_hash == current_hash)
        .where(PersonSession.person_id == person_id, PersonSession.expires_at > now())
        .order_by(PersonSession.created_at.desc())
        .limit(100)
    )
    return [SessionRow(shown_agent(agent), created, is_this) for agent, created, is_this in db.session.execute(statement)]


def list_people(text: str = "", page: int = 1) -> Page[PersonRow]:
    """Return accounts for admins, newest first; `text` is the start of a name or part of a display name or address."""
    statement = sa.select(Person).order_by(Person.id.desc())
    if text:
        part = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        statement = statement.where(
            sa.or_(
                Person.name_key.like(f"{name_key(part)}%", escape="\\"),
                Person.display_name.ilike(f"%{part}%", escape="\\"),
                Person.email.ilike(f"%{part}%", escape="\\"),
                Person.pending_email.ilike(f"%{part}%", escape="\\"),
            )
        )
    offset, limit = window(page, PEOPLE_PER_PAGE)
    people = db.session.scalars(statement.offset(offset).limit(limit))
    return Page.from_rows([_person_row(person) for person in people], page, PEOPLE_PER_PAGE)


def _person_row(person: Person) -> PersonRow:
    return PersonRow(
        id=person.id, name=person.name, display_name=person.display_name, path=person.path, role=person.role, email=person.email,
        pending_email=person.pending_email, has_password=person.password_hash is not None,
        is_suspended=person.is_suspended_at(now()), created_at=person.created_at,
    )  # fmt: skip


def list_people_named(start: str, limit: int = 6) -> Sequence[NamedPerson]:
    """Return people whose name begins so and who can be spoken to, in order of their names; for nothing typed, nobody."""
    key = name_key(start.strip())
    if not key:
        return []
    is_there = (Person.erased_at.is_(None), Person.merged_into_id.is_(None), Person.banned_at.is_(None))
    # A stretch of the unique index rather than LIKE, which few collations can use it for: what follows in their order is left out.
    stretch = sa.select(Person.name_key, Person.name, Person.display_name).where(Person.name_key >= key, *is_there)
    rows = db.session.execute(stretch.order_by(Person.name_key).limit(4 * limit))
    return [NamedPerson(name, display_name) for found, name, display_name in rows if found.startswith(key)][:limit]
