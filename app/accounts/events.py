"""Facts about accounts."""

from app.core.events import Event


class PersonSignedUp(Event, frozen=True):
    """A new account exists; its address waits for confirmation.

    Told in the same way when somebody else has confirmed that address: whether the mail is a confirmation or a word to the
    owner is decided when it is sent, so that signing up costs the same time either way.
    """

    person_id: int


class AddressChangeRequested(Event, frozen=True):
    """A person typed a new address, kept as pending until confirmed."""

    person_id: int


class ConfirmationRequested(Event, frozen=True):
    """A person wants the link to their pending address once more."""

    person_id: int


class PasswordResetRequested(Event, frozen=True):
    """Somebody asked for a reset link to a confirmed address; None when nobody has it (the same work is done)."""

    person_id: int | None


class ClaimOffered(Event, frozen=True):
    """An admin set the pending address of an account; whoever reads mail there may choose its password."""

    person_id: int


class PasswordChanged(Event, frozen=True):
    """A password was changed or set."""

    person_id: int


class RoleChanged(Event, frozen=True):
    """`actor_id` gave a person another role (None: the command line)."""

    person_id: int
    actor_id: int | None
    old_role: str
    new_role: str


class ErasureRequested(Event, frozen=True):
    """Somebody wants their account erased; they confirm it by the link in a mail, when they have an address."""

    person_id: int


class ErasureConfirmed(Event, frozen=True):
    """An account will be erased at the date stored with the wish, unless its owner signs in before."""

    person_id: int


class ErasureCancelled(Event, frozen=True):
    """The account stays."""

    person_id: int


class PersonErased(Event, frozen=True):
    """An account is erased: told in the transaction that takes the name from its row. `actor_id`: the admin who had it done.

    `address` is where the last mail goes, "" for none; `name` is what nobody is to keep from here on.
    """

    person_id: int
    actor_id: int | None
    reason: str
    address: str
    name: str = ""


class PeopleMerged(Event, frozen=True):
    """What belonged to `from_id` belongs to `into_id` now, by an admin's decision."""

    from_id: int
    into_id: int
    actor_id: int | None
    reason: str
