"""Tables of people and their sign-ins. Columns, constraints and derived properties only."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.urls import person_path
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of
from app.core.trust import Level

NAME_MAX = 60
DISPLAY_NAME_MAX = 60
EMAIL_MAX = 254


class Person(Model):
    """Somebody with an account, or an imported author who has not claimed theirs (no password, no address).

    `email` is verified and unique; `pending_email` is what was typed and not confirmed yet. `trust` counts accepted answers; `level` is
    how far they are trusted: what their record earns, or `pinned_level`, and until `ceiling_until` never more than `level_ceiling`.
    `language`: what they chose to read in; None: what their browser asks for.
    `erased_at`: the row has no name any more; `merged_into_id`: it turned out to be the account of somebody who has another one.
    """

    __tablename__ = "person"
    __table_args__ = (
        one_of("role", list(Role)),
        # Levels grow with time: who has been here for so many days since a moment ago.
        sa.Index("ix_person_joined", "created_at"),
        # Few people are more than members: the desk finds them without looking at the others.
        sa.Index(
            "ix_person_role", "role", sqlite_where=sa.text("role <> 'member'"), postgresql_where=sa.text("role <> 'member'")
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_MAX))
    name_key: Mapped[str] = mapped_column(sa.String(NAME_MAX), unique=True)
    display_name: Mapped[str] = mapped_column(sa.String(DISPLAY_NAME_MAX))
    email: Mapped[str | None] = mapped_column(sa.String(EMAIL_MAX), unique=True)
    pending_email: Mapped[str | None] = mapped_column(sa.String(EMAIL_MAX), index=True)
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    role: Mapped[str] = mapped_column(sa.String(16), default=Role.MEMBER)
    trust: Mapped[int] = mapped_column(sa.Integer, default=0)
    level: Mapped[int] = mapped_column(sa.SmallInteger, default=0, server_default=sa.text("0"))
    pinned_level: Mapped[int | None] = mapped_column(sa.SmallInteger)
    level_ceiling: Mapped[int | None] = mapped_column(sa.SmallInteger)
    ceiling_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    about_source: Mapped[str] = mapped_column(sa.Text, default="")
    about_html: Mapped[str] = mapped_column(sa.Text, default="")
    website: Mapped[str] = mapped_column(sa.String(200), default="")
    language: Mapped[str | None] = mapped_column(sa.String(8))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    suspended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    suspended_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    suspended_reason: Mapped[str] = mapped_column(sa.Text, default="")
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    muted_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    banned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def path(self) -> str:
        return person_path(self.name)

    def is_suspended_at(self, moment: datetime) -> bool:
        """Return whether the person may write nothing at `moment`: suspended, or banned."""
        return self.is_banned or _lasts(self.suspended_until, moment)

    @property
    def is_banned(self) -> bool:
        """Whether the person is not let in any more."""
        return self.banned_at is not None

    def is_muted_at(self, moment: datetime) -> bool:
        """Return whether the person may write no texts at `moment`, though they may vote and follow."""
        return _lasts(self.muted_until, moment)

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the person signed up and has not confirmed any address yet; who never gave one has nothing to confirm."""
        return _is_unconfirmed(self)

    def level_for(self, earned: Level, moment: datetime) -> Level:
        """Return how far the person is trusted at `moment` if their record earns `earned`."""
        level = earned if self.pinned_level is None else Level(self.pinned_level)
        if self.level_ceiling is None or self.ceiling_until is None or self.ceiling_until <= moment:
            return level
        return min(level, Level(self.level_ceiling))

    def as_actor(self, moment: datetime, needs_address: bool = False) -> Actor:
        """Return the person as an actor at `moment`. `needs_address`: the site lets only people with a confirmed address write."""
        return actor_of(self, moment, needs_address)


def actor_of(person: Any, moment: datetime, needs_address: bool = False) -> Actor:
    """As `Person.as_actor`, of a person or of a row with the columns that this reads."""
    return Actor(
        id=person.id,
        name=person.name,
        display_name=person.display_name,
        role=Role(person.role),
        trust=person.trust,
        level=Level(person.level or 0),
        is_unconfirmed=needs_address and _is_unconfirmed(person),
        **restrictions_of(person, moment),
    )


def restrictions_of(person: Any, moment: datetime) -> dict[str, Any]:
    """Return in the words of an actor what a person may not do at `moment`: of a person, or of a row with the columns that this reads."""
    return {
        "is_suspended": person.banned_at is not None or _lasts(person.suspended_until, moment),
        "is_muted": _lasts(person.muted_until, moment),
        "is_warned": person.warned_at is not None,
    }


def _lasts(until: datetime | None, moment: datetime) -> bool:
    return until is not None and until > moment


def _is_unconfirmed(person: Any) -> bool:
    return person.email is None and person.pending_email is not None


class PersonSession(Model):
    """One sign-in. The cookie holds a random token, the table only its hash; deleting the row ends the session."""

    __tablename__ = "person_session"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    agent: Mapped[str] = mapped_column(sa.String(120), default="")

    person: Mapped[Person] = relationship(lazy="raise_on_sql")


class Erasure(Model):
    """A wish that an account be erased: its owner's, or (with `asked_by_id`) an admin's. At most one a person.

    `due_at` is None until the owner followed the link in the mail; signing in before it takes the wish back. `begun_at`: from
    then on there is no way back; `done_at`: nothing of the person is left but the row without a name.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        sa.Index(
            "ix_erasure_due", "due_at", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
        ),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    keeps_posts: Mapped[bool] = mapped_column(default=True)
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
