"""Which kinds of mail a person wants. A row means: switched off."""

from collections.abc import Collection

import sqlalchemy as sa

from app.accounts.queries import get_person
from app.core.actor import Actor
from app.core.db import db, upsert
from app.core.errors import Forbidden
from app.core.uow import require_unit_of_work
from app.notifications.models import MailPreference, NotificationKind


def kinds_for(actor: Actor) -> list[NotificationKind]:
    """Return the kinds that can concern a person: word from the desk is for staff."""
    return [kind for kind in NotificationKind if kind != NotificationKind.DESK or actor.is_staff]


def choose_mails(actor: Actor, *, wanted: Collection[str]) -> None:
    """Switch the kinds in `wanted` on and all others that can concern the actor off."""
    require_unit_of_work()
    if actor.id is None:
        raise Forbidden("Please sign in first.")
    db.session.execute(sa.delete(MailPreference).where(MailPreference.person_id == actor.id))
    switch_off(actor.id, [kind for kind in kinds_for(actor) if kind not in wanted])


def switch_off(person_id: int, kinds: Collection[str]) -> None:
    """Send no more mails of these kinds to a person; doing it again changes nothing. Raises NotFound."""
    require_unit_of_work()
    get_person(person_id)
    upsert(MailPreference.__table__, [{"person_id": person_id, "kind": str(kind)} for kind in kinds], ["person_id", "kind"], [])
