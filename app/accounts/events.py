"""Facts about accounts."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class PersonSignedUp(Event):
    """A new account exists; its address waits for confirmation."""

    person_id: int


@dataclass(frozen=True, slots=True)
class SignupAddressTaken(Event):
    """Somebody signed up with the confirmed address of `owner_id`."""

    owner_id: int


@dataclass(frozen=True, slots=True)
class AddressChangeRequested(Event):
    """A person typed a new address, kept as pending until confirmed."""

    person_id: int


@dataclass(frozen=True, slots=True)
class PasswordResetRequested(Event):
    """A reset link is to be mailed to the person's confirmed (or `address`, set by an admin) address."""

    person_id: int


@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    """A password was changed or set."""

    person_id: int


@dataclass(frozen=True, slots=True)
class RoleChanged(Event):
    """`actor_id` gave a person another role (None: the command line)."""

    person_id: int
    actor_id: int | None
    old_role: str
    new_role: str


@dataclass(frozen=True, slots=True)
class PersonSuspended(Event):
    """A person may not post until the date stored with them."""

    person_id: int
    actor_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class SuspensionLifted(Event):
    """A person may post again."""

    person_id: int
    actor_id: int | None
    reason: str
