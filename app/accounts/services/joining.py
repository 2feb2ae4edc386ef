"""Two accounts of one person become one: what happens to the accounts themselves. What else names them: app/privacy."""

import sqlalchemy as sa

from app.accounts.events import PeopleMerged
from app.accounts.models import Person, PersonSession
from app.accounts.policies import ensure_can_manage_people, ensure_still_there
from app.accounts.queries import get_people_for_update
from app.accounts.services.erasing import ensure_not_last_admin
from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work


def get_pair_for_update(actor: Actor, from_id: int, into_id: int, *, against_texts: bool = False) -> tuple[Person, Person]:
    """Lock two accounts, in the order of their ids, and return them when the actor may make them one.

    `against_texts`: what the one that goes is writing comes first.
    Raises NotFound, Forbidden for the actor's own account as the one that goes, Conflict for the same account twice, the last
    admin, accounts that are erased or merged already, and a ban (or for other than members anything) that holds only who goes.
    """
    require_unit_of_work()
    ensure_can_manage_people(actor)
    if from_id == into_id:
        raise Conflict(_("These are the same account."))
    if actor.id == from_id:
        raise Forbidden(_("Your own account stays; choose it as the one that remains."))
    ensure_not_last_admin(from_id)
    people = get_people_for_update((from_id, into_id), against_texts_of=from_id if against_texts else 0)
    if len(people) < 2:
        raise NotFound(_("We could not find that person."))
    for person in people.values():
        ensure_still_there(person)
    _ensure_no_way_out(people[from_id], people[into_id])
    return people[from_id], people[into_id]


def _ensure_no_way_out(gone: Person, stays: Person) -> None:
    """Raise Conflict where merging would end a ban, or let what counts against one account count against somebody who works here."""
    moment = now()
    is_held = gone.is_suspended_at(moment) or gone.is_muted_at(moment)
    if (gone.is_banned and not stays.is_banned) or (is_held and stays.role != Role.MEMBER):
        raise Conflict(
            _(
                "%(name)s is banned, suspended or muted. Please take that back first, or decide the same about %(other)s.",
                name=gone.name,
                other=stays.name,
            )
        )


def _carry_over(gone: Person, stays: Person) -> None:
    """What keeps one account from writing keeps the other one, for the longer time."""
    if gone.suspended_until is not None and (stays.suspended_until is None or gone.suspended_until > stays.suspended_until):
        stays.suspended_at, stays.suspended_until = gone.suspended_at, gone.suspended_until
        stays.suspended_reason = gone.suspended_reason
    if gone.muted_until is not None and (stays.muted_until is None or gone.muted_until > stays.muted_until):
        stays.muted_until = gone.muted_until
    stays.warned_at = stays.warned_at or gone.warned_at


def close_merged(actor: Actor, gone: Person, stays: Person, reason: str) -> None:
    """Close an account whose rows belong to another one now: nobody signs in to it, and its profile leads to the other."""
    require_unit_of_work()
    _carry_over(gone, stays)
    gone.email = gone.pending_email = gone.password_hash = None
    gone.about_source = gone.about_html = gone.website = ""
    gone.role, gone.trust = Role.MEMBER, 0
    gone.merged_into_id = stays.id
    db.session.execute(sa.delete(PersonSession).where(PersonSession.person_id == gone.id))
    emit(PeopleMerged(gone.id, stays.id, actor.id, reason))
