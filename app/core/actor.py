"""Who is asking for something: a frozen value, so that policies run without a request."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is in the community. A visitor has no row and no role here."""

    MEMBER = "member"
    STAFF = "staff"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Audience(StrEnum):
    """Who may read a category or an article."""

    PUBLIC = "public"
    MEMBERS = "members"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or visitor) behind a request, a command or a job.

    `is_suspended` people read like members and write nothing. `is_system` is the program itself
    (imports, periodic jobs); it has no id and may do everything.
    """

    id: int | None = None
    name: str = ""
    display_name: str = ""
    role: Role | None = None
    trust: int = 0
    is_suspended: bool = False
    is_system: bool = False

    @property
    def is_authenticated(self) -> bool:
        return self.id is not None

    @property
    def is_admin(self) -> bool:
        return self.is_system or self.role is Role.ADMIN

    @property
    def is_staff(self) -> bool:
        return self.is_system or self.role in (Role.STAFF, Role.ADMIN)

    @property
    def is_moderator(self) -> bool:
        return self.is_system or self.role in (Role.MODERATOR, Role.ADMIN)

    @property
    def is_curator(self) -> bool:
        """Whether the actor looks after knowledge-base articles."""
        return self.is_staff or self.is_moderator

    @property
    def audiences(self) -> tuple[str, ...]:
        """The audiences whose text the actor may read."""
        if self.is_staff:
            return (Audience.PUBLIC, Audience.MEMBERS, Audience.STAFF)
        if self.is_authenticated:
            return (Audience.PUBLIC, Audience.MEMBERS)
        return (Audience.PUBLIC,)

    def can_read(self, audience: str) -> bool:
        """Return whether text of this audience may be shown to the actor."""
        return audience in self.audiences

    @property
    def can_write(self) -> bool:
        """Return whether the actor may post at all."""
        return self.is_system or (self.is_authenticated and not self.is_suspended)


ANONYMOUS = Actor()
SYSTEM = Actor(name="system", is_system=True)
