"""Changing what proves who somebody is: password and address. Passwords come in hashed."""

from collections.abc import Collection

import sqlalchemy as sa

from app.accounts.addresses import checked_address
from app.accounts.events import (
    AddressChangeRequested,
    ClaimOffered,
    ConfirmationRequested,
    PasswordChanged,
    PasswordResetRequested,
)
from app.accounts.models import Person, PersonSession
from app.accounts.policies import ensure_can_manage_people, ensure_still_there
from app.accounts.queries import find_person_by_email, get_person_for_update
from app.accounts.services.tokens import ResetLink, ensure_confirm_is_fresh, ensure_reset_is_fresh, is_confirmed_already
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import require_unit_of_work

TAKEN = lazy_gettext("Another account has confirmed this address meanwhile. Sign in there, or use a different address here.")


def _own_account(actor: Actor) -> Person:
    if actor.id is None:
        raise Forbidden(_("Please sign in first."))
    return get_person_for_update(actor.id)


def change_password(actor: Actor, *, old_hash: str | None, new_hash: str) -> Person:
    """Set a new password for the actor; `old_hash` is the one that the old password was verified against.

    The caller ends the other sessions. Raises Conflict when the password was changed meanwhile.
    """
    person = _own_account(actor)
    if person.password_hash != old_hash:
        raise Conflict(_("Your password was changed meanwhile. Please try again."))
    person.password_hash = new_hash
    emit(PasswordChanged(person.id))
    return person


def request_reset(email: str) -> None:
    """Ask for a reset link to an address. Does the same work and tells nothing, whether or not somebody has it."""
    require_unit_of_work()
    person = find_person_by_email(email)
    emit(PasswordResetRequested(person.id if person else None))


def reset_password(link: ResetLink, *, secret: str, new_hash: str) -> Person:
    """Set the password by a link from a mail, once, and end every session of the person.

    A claim also confirms the pending address. Raises Gone for a used link, Conflict when the address was taken meanwhile.
    """
    require_unit_of_work()
    person = _linked(link.person_id)
    ensure_reset_is_fresh(secret, link, person)
    if link.is_claim and person.pending_email:
        _confirm(person)
    person.password_hash = new_hash
    db.session.execute(sa.delete(PersonSession).where(PersonSession.person_id == person.id))
    emit(PasswordChanged(person.id))
    return person


def request_address_change(actor: Actor, *, email: str, blocked: Collection[str] = ()) -> Person:
    """Keep a new address as pending and have a confirmation link sent there.

    Tells nothing about other accounts with that address. `blocked`: hosts of throw-away mail. Raises Invalid("email").
    """
    person = _own_account(actor)
    address = checked_address(email, blocked=blocked)
    if address == person.email:
        raise Invalid(_("This is your address already."), "email")
    person.pending_email = address
    emit(AddressChangeRequested(person.id))
    return person


def resend_confirmation(actor: Actor) -> Person:
    """Have the confirmation link sent again. Raises Conflict when nothing waits for confirmation."""
    person = _own_account(actor)
    if person.pending_email is None:
        raise Conflict(_("There is no address waiting for confirmation."))
    emit(ConfirmationRequested(person.id))
    return person


def drop_pending_address(actor: Actor) -> Person:
    """Forget the address that waits for confirmation; the confirmed one stays."""
    person = _own_account(actor)
    if person.email is None:
        raise Conflict(_("This is the only address of your account. Type another one instead."))
    person.pending_email = None
    return person


def confirm_address(person_id: int, *, fingerprint: str, secret: str) -> Person:
    """Make the pending address the confirmed one, or leave it so. Raises Gone for an old link, Conflict when it was taken meanwhile."""
    require_unit_of_work()
    person = _linked(person_id)
    if is_confirmed_already(secret, fingerprint, person):
        return person
    ensure_confirm_is_fresh(secret, fingerprint, person)
    _confirm(person)
    return person


def offer_claim(actor: Actor, *, person_id: int, email: str) -> Person:
    """Let whoever reads mail at `email` choose the password of an account (imported people, lost addresses).

    The address is confirmed by following the link. Raises NotFound for others than admins, Invalid("email"), Conflict for accounts
    that are erased or merged.
    """
    require_unit_of_work()
    ensure_can_manage_people(actor)
    person = get_person_for_update(person_id)
    ensure_still_there(person)
    address = checked_address(email)
    owner = find_person_by_email(address)
    if owner is not None and owner.id != person.id:
        raise Invalid(_("The account %(name)s has confirmed this address.", name=owner.name), "email")
    person.pending_email = address
    emit(ClaimOffered(person.id))
    return person


def _linked(person_id: int) -> Person:
    try:
        return get_person_for_update(person_id)
    except NotFound:
        raise Gone(_("The account of this link does not exist any more.")) from None


def _confirm(person: Person) -> None:
    """Whoever confirms first has the address; for the others it is as if they had mistyped it."""
    owner = find_person_by_email(person.pending_email or "")
    if owner is not None and owner.id != person.id:
        raise Conflict(TAKEN)
    person.email = person.pending_email
    person.pending_email = None
    db.session.flush()
