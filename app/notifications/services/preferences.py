"""Which kinds of mail a person wants. A row means: otherwise than by default, which is on for most."""

from collections.abc import Collection

import sqlalchemy as sa

from app.accounts.queries import get_person
from app.core.actor import Actor
from app.core.db import db, upsert
from app.core.errors import Forbidden
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.notifications.models import OFF_BY_DEFAULT, MailPreference, NotificationKind


def kinds_for(actor: Actor) -> list[NotificationKind]:
    """Return the kinds that can concern a person: word from the desk is for staff."""
    return [kind for kind in NotificationKind if kind != NotificationKind.DESK or actor.is_staff]


def choose_mails(actor: Actor, *, wanted: Collection[str]) -> None:
    """Switch the kinds in `wanted` on and all others that can concern the actor off."""
    require_unit_of_work()
    if actor.id is None:
        raise Forbidden(_("Please sign in first."))
    db.session.execute(sa.delete(MailPreference).where(MailPreference.person_id == actor.id))
    changed = [kind for kind in kinds_for(actor) if (kind in wanted) == (kind in OFF_BY_DEFAULT)]
    _keep(actor.id, changed)


def switch_off(person_id: int, kinds: Collection[str]) -> None:
    """Send no more mails of these kinds to a person; doing it again changes nothing. Raises NotFound."""
    require_unit_of_work()
    get_person(person_id)
    gone = [str(kind) for kind in kinds if kind in OFF_BY_DEFAULT]
    is_gone = sa.and_(MailPreference.person_id == person_id, MailPreference.kind.in_(gone))
    db.session.execute(sa.delete(MailPreference).where(is_gone))
    _keep(person_id, [kind for kind in kinds if kind not in OFF_BY_DEFAULT])


def _keep(person_id: int, kinds: Collection[str]) -> None:
    """Keep that a person wants these kinds otherwise than by default."""
    upsert(MailPreference.__table__, [{"person_id": person_id, "kind": str(kind)} for kind in kinds], ["person_id", "kind"], [])
