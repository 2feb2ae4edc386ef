"""Who looks at which item. A claim keeps nobody out: it tells others, who may decide all the same after a second question."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db, lock_name
from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.core.uow import require_unit_of_work
from app.moderation.inbox.collecting import find_item
from app.moderation.models import InboxClaim
from app.moderation.policies import ensure_can_decide

# Claims that are over for so long are deleted when the next one is taken.
_KEPT = timedelta(days=1)


class Claim(Struct, frozen=True):
    """Who looks at an item since when, and until when that counts."""

    key: str
    person_id: int
    person_name: str
    claimed_at: datetime
    expires_at: datetime

    def words(self, actor: Actor, moment: datetime) -> str:
        """Return what the inbox says about it."""
        minutes = int((moment - self.claimed_at).total_seconds() // 60)
        if self.person_id == actor.id:
            return (
                _("You have been looking at this for %(minutes)s min", minutes=minutes)
                if minutes
                else _("You are looking at this now")
            )
        if minutes:
            return _("%(name)s has been looking at this for %(minutes)s min", name=self.person_name, minutes=minutes)
        return _("%(name)s is looking at this now", name=self.person_name)


class ClaimedByOther(Conflict):
    """Another moderator looks at the item right now. `claim` says who."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(_("%(name)s is looking at this right now.", name=claim.person_name))
        self.claim = claim


def claim_item(actor: Actor, key: str, *, lasts: timedelta, take_over: bool = False) -> InboxClaim:
    """Tell others that the actor looks at an item, from now on for `lasts`; claiming again renews.

    Raises ClaimedByOther while somebody else does, unless `take_over`; NotFound, Conflict when it is decided already, Forbidden.
    """
    require_unit_of_work()
    ensure_can_decide(actor)
    if find_item(actor, key) is None:
        raise Conflict(_("Somebody has decided about this already."))
    lock_name("inbox", key)
    ensure_free(actor, key, is_sure=take_over)
    moment = now()
    db.session.execute(sa.delete(InboxClaim).where(InboxClaim.expires_at < moment - _KEPT))
    row = db.session.get(InboxClaim, key, populate_existing=True)
    if row is None:
        row = InboxClaim(key=key)
        db.session.add(row)
    if row.person_id != actor.id or row.expires_at <= moment:
        row.claimed_at = moment
    row.person_id, row.expires_at = int(actor.id or 0), moment + lasts
    db.session.flush()
    return row


def release_item(actor: Actor, key: str) -> bool:
    """Stop looking at an item. Returns False when the actor did not."""
    require_unit_of_work()
    gone = sa.delete(InboxClaim).where(InboxClaim.key == key, InboxClaim.person_id == actor.id)
    return bool(db.session.execute(gone).rowcount)  # type: ignore[attr-defined]


def end_claim(key: str) -> None:
    """Forget who looked at an item: it is decided."""
    db.session.execute(sa.delete(InboxClaim).where(InboxClaim.key == key))


def ensure_free(actor: Actor, key: str, *, is_sure: bool = False) -> None:
    """Raise ClaimedByOther while somebody else looks at an item, unless the actor `is_sure` to decide all the same."""
    claim = None if is_sure else list_claims([key]).get(key)
    if claim is not None and claim.person_id != actor.id:
        raise ClaimedByOther(claim)


def list_claims(keys: Collection[str]) -> dict[str, Claim]:
    """Return who looks at which of these items now, by key; one statement, none for no keys."""
    if not keys:
        return {}
    statement = (
        sa.select(InboxClaim.key, InboxClaim.person_id, Person.display_name, InboxClaim.claimed_at, InboxClaim.expires_at)
        .join(Person, Person.id == InboxClaim.person_id)
        .where(InboxClaim.key.in_(list(keys)), InboxClaim.expires_at > now())
    )
    return {row[0]: Claim(*row) for row in db.session.execute(statement)}
