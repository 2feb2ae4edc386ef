"""Facts about accounts."""

from dataclasses import dataclass

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class PersonSignedUp(Event):
    """A new account exists; its address waits for confirmation.

    Told in the same way when somebody else has confirmed that address: whether the mail is a confirmation or a word to the
    owner is decided when it is sent, so that signing up costs the same time either way.
    """

    person_id: int


@dataclass(frozen=True, slots=True)
class AddressChangeRequested(Event):
    """A person typed a new address, kept as pending until confirmed."""

    person_id: int


@dataclass(frozen=True, slots=True)
class ConfirmationRequested(Event):
    """A person wants the link to their pending address once more."""

    person_id: int


@dataclass(frozen=True, slots=True)
class PasswordResetRequested(Event):
    """Somebody asked for a reset link to a confirmed address; None when nobody has it (the same work is done)."""

    person_id: int | None


@dataclass(frozen=True, slots=True)
class ClaimOffered(Event):
    """An admin set the pending address of an account; whoever reads mail there may choose its password."""

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
class ErasureRequested(Event):
    """Somebody wants their account erased; they confirm it by the link in a mail, when they have an address."""

    person_id: int


@dataclass(frozen=True, slots=True)
class ErasureConfirmed(Event):
    """An account will be erased at the date stored with the wish, unless its owner signs in before."""

    person_id: int


@dataclass(frozen=True, slots=True)
class ErasureCancelled(Event):
    """The account stays."""

    person_id: int


@dataclass(frozen=True, slots=True)
class PersonErased(Event):
    """An account is erased: told in the transaction that takes the name from its row. `actor_id`: the admin who had it done.

    `address` is where the last mail goes, "" for none; `name` is what nobody is to keep from here on.
    """

    person_id: int
    actor_id: int | None
    reason: str
    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class PeopleMerged(Event):
    """What belonged to `from_id` belongs to `into_id` now, by an admin's decision."""

    from_id: int
    into_id: int
    actor_id: int | None
    reason: str
