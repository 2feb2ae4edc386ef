"""Who is asking for something: a frozen value, so that policies run without a request."""

from enum import StrEnum

from app.core.i18n import gettext, lazy_gettext
from app.core.records import Struct
from app.core.trust import Ability, Level, trust_table

CONFIRM_FIRST = lazy_gettext(
    "Please confirm your mail address first: open the link in the mail we sent you. A new one: Settings, Account."
)


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


class Actor(Struct, frozen=True):
    """The person (or visitor) behind a request, a command or a job.

    `trust` is how many answers of theirs were accepted, `level` how far they are trusted for their whole record (app/core/trust.py).
    `is_suspended` people read like members and write nothing (who is banned is not even let in); `is_muted` people write no
    texts, but vote and follow; `is_warned` people have a warning to read before they write on. `is_unconfirmed` people
    have to confirm their mail address first, on sites that ask for it. `is_system` is the program itself (imports, periodic
    jobs); it has no id and may do everything.
    """

    id: int | None = None
    name: str = ""
    display_name: str = ""
    role: Role | None = None
    trust: int = 0
    level: Level = Level.NEW
    is_suspended: bool = False
    is_muted: bool = False
    is_warned: bool = False
    is_unconfirmed: bool = False
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

    def has(self, ability: Ability) -> bool:
        """Return whether the actor's level brings the ability; staff and moderators have all. Whether they may write is another rule."""
        return self.is_curator or (self.is_authenticated and trust_table().gives(self.level, ability))

    @property
    def can_write(self) -> bool:
        """Return whether the actor may take part at all: vote, follow, report, decide. For texts see `can_post`."""
        return self.is_system or (self.is_authenticated and not self.is_suspended and not self.is_unconfirmed)

    @property
    def can_post(self) -> bool:
        """Return whether the actor may write texts: neither suspended nor muted, and no warning waits to be read."""
        return self.can_write and not self.is_muted and not self.is_warned

    @property
    def silence(self) -> str:
        """Return in words why somebody who is signed in may write no texts for now; empty where they may."""
        if not self.is_authenticated or self.can_post:
            return ""
        if self.is_suspended:
            return gettext("Your account is suspended, so you cannot post for now. Why and until when: Settings, Standing.")
        if self.is_unconfirmed:
            return CONFIRM_FIRST
        if self.is_muted:
            return gettext(
                "You cannot write texts for now, but you can read, vote and follow. Why and until when: Settings, Standing."
            )
        return gettext("You have a warning from the moderators. Please read it first: Settings, Standing. Then you can go on.")


ANONYMOUS = Actor()
SYSTEM = Actor(name="system", is_system=True)
