"""Making accounts. Passwords come in hashed; mails are sent by whoever listens to the events."""

from collections.abc import Collection

from app.accounts.addresses import checked_address
from app.accounts.events import PersonSignedUp
from app.accounts.models import Person
from app.accounts.names import checked_name, name_key
from app.accounts.policies import ensure_can_manage_people
from app.accounts.queries import find_person_by_email, find_person_by_name
from app.accounts.services.passwords import check_password_rules
from app.core.actor import Actor, Role
from app.core.db import db
from app.core.errors import Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.text import clean_line
from app.core.uow import require_unit_of_work


def check_sign_up(name: str, email: str, password: str, blocked: Collection[str] = ()) -> tuple[str, str]:
    """Return name and address in their stored form, before anything slow is done; raise Invalid with all problems at once.

    `blocked`: hosts of throw-away mail.
    """
    errors: dict[str, str] = {}
    checked = address = ""
    try:
        checked = checked_name(name)
    except Invalid as error:
        errors |= error.errors
    try:
        address = checked_address(email, blocked=blocked)
    except Invalid as error:
        errors |= error.errors
    try:
        check_password_rules(password, checked or name, address or email)
    except Invalid as error:
        errors |= error.errors
    if errors:
        raise Invalid(errors)
    return checked, address


def sign_up(*, name: str, email: str, password_hash: str) -> Person:
    """Create a member whose address waits for confirmation.

    The answer does not depend on whether somebody else has confirmed that address. Raises Invalid("name"), Invalid("email").
    """
    require_unit_of_work()
    checked = checked_name(name)
    address = checked_address(email)
    person = _add_person(checked, password_hash=password_hash, pending_email=address)
    emit(PersonSignedUp(person.id))
    return person


def create_person(
    actor: Actor, *, name: str, password_hash: str | None, email: str = "", role: str = Role.MEMBER, display_name: str = ""
) -> Person:
    """Create an account on an admin's word: its address counts as confirmed and reserved names are possible.

    Raises NotFound for others than admins, Invalid("name"), Invalid("email"), Invalid("role").
    """
    require_unit_of_work()
    ensure_can_manage_people(actor)
    if role not in list(Role):
        raise Invalid(_("This role does not exist. Roles: %(roles)s.", roles=", ".join(Role)), "role")
    address = checked_address(email) if email else None
    if address and find_person_by_email(address):
        raise Invalid(_("Another account has confirmed this address."), "email")
    checked = checked_name(name, allow_reserved=True)
    return _add_person(checked, password_hash=password_hash, email=address, role=role, display_name=clean_line(display_name))


def _add_person(name: str, *, display_name: str = "", **values: str | None) -> Person:
    if find_person_by_name(name):
        raise Invalid(_("Somebody has this name already. Please choose another one."), "name")
    person = Person(name=name, name_key=name_key(name), display_name=display_name or name, **values)
    db.session.add(person)
    db.session.flush()
    return person
