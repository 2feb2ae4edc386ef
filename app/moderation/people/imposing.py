"""Deciding about people: a sanction begins, is taken back, or is put in force again. Each is one entry of the log."""

from datetime import datetime

import sqlalchemy as sa

from app.accounts.queries import get_person
from app.accounts.services.restricting import lock_for_decision, release, restrict
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.reasons import FOR_THE_PERSON, checked_reason
from app.core.uow import require_unit_of_work
from app.moderation.events import SanctionEnded, SanctionImposed
from app.moderation.models import AppealState, Sanction, SanctionKind
from app.moderation.services.logging import write_log

REPLACED = lazy_gettext("Another decision took its place; you can appeal against that one.")


def impose(
    actor: Actor, *, person_id: int, kind: str, reason: str, until: datetime | None = None, is_one_of_many: bool = False
) -> Sanction:
    """Warn, mute, suspend or ban somebody; the person is told the reason. A running one of the same kind is replaced.

    `until` (aware, at most ten years away) is for mute and suspend only. `is_one_of_many`: part of a decision that is logged as a
    whole elsewhere, so that this one is neither logged nor told. Raises NotFound, Forbidden, Invalid("kind", "reason", "until"),
    Conflict for somebody who is banned already.
    """
    if kind not in list(SanctionKind):
        raise Invalid(_("Please choose what is to happen."), "kind")
    reason = checked_reason(reason, is_required=True, ask=FOR_THE_PERSON)
    is_timed = kind in (SanctionKind.MUTE, SanctionKind.SUSPEND)
    person = restrict(actor, person_id=person_id, kind=kind, until=until if is_timed else None, reason=reason)
    earlier = _replace(actor, person.id, kind) if is_timed else []
    sanction = Sanction(
        person_id=person.id, kind=kind, reason=reason, until=until if is_timed else None, created_at=now(), created_by_id=actor.id
    )
    db.session.add(sanction)
    db.session.flush()
    if not is_one_of_many:
        before = ",".join(str(one) for one in (sanction.id, *earlier))
        write_log(actor.id, kind, reason, person_id=person.id, before=before)
        emit(SanctionImposed(sanction.id, person.id, actor.id))
    return sanction


def end_sanction(actor: Actor, *, sanction_id: int, reason: str, action: str = "lift", is_one_of_many: bool = False) -> Sanction:
    """Take a sanction back; an appeal that waits is granted with it. Raises NotFound, Forbidden, Invalid("reason"), Conflict when
    it is over or was taken back already."""
    reason = checked_reason(reason, is_required=True, ask=FOR_THE_PERSON)
    sanction = lock_sanction(actor, sanction_id)
    if sanction.ended_at is not None:
        raise Conflict(_("This was taken back already."))
    moment = now()
    if sanction.until is not None and sanction.until <= moment:
        raise Conflict(_("This is over already."))
    sanction.ended_at, sanction.ended_by_id, sanction.end_reason = moment, actor.id, reason
    if sanction.appeal_state == AppealState.OPEN:
        _close_appeal(sanction, AppealState.LIFTED, reason, actor.id, moment)
    db.session.flush()
    release(actor, person_id=sanction.person_id, kind=sanction.kind)
    # Another warning, or that of an account that became part of this one.
    if other := find_running(sanction.person_id, sanction.kind):
        _enforce(actor, other)
    if not is_one_of_many:
        write_log(actor.id, action, reason, person_id=sanction.person_id, before=str(sanction.id))
        emit(SanctionEnded(sanction.id, sanction.person_id, actor.id))
    return sanction


def lift(actor: Actor, *, person_id: int, kind: str, reason: str) -> Sanction | None:
    """Take back the running sanction of a kind. Raises as `end_sanction`, and Conflict when there is none."""
    lock_for_decision(actor, person_id)
    sanction = find_running(person_id, kind)
    if sanction is not None:
        return end_sanction(actor, sanction_id=sanction.id, reason=reason)
    reason, person = checked_reason(reason, is_required=True, ask=FOR_THE_PERSON), get_person(person_id)
    if kind != SanctionKind.SUSPEND or person.suspended_until is None or person.suspended_until <= now():
        raise Conflict(_NOT_SO[SanctionKind(kind)])
    release(actor, person_id=person_id, kind=kind)  # suspended before sanctions were kept
    write_log(actor.id, "lift", reason, person_id=person_id)
    return None


_NOT_SO = {
    SanctionKind.WARN: lazy_gettext("This person is not warned."),
    SanctionKind.MUTE: lazy_gettext("This person is not muted."),
    SanctionKind.SUSPEND: lazy_gettext("This person is not suspended."),
    SanctionKind.BAN: lazy_gettext("This person is not banned."),
}


def revive(actor: Actor, *, sanction_id: int, reason: str, is_if_possible: bool = False) -> Sanction | None:
    """Put a sanction in force again that was taken back, until the date it had. Raises NotFound, Forbidden, Conflict when that date
    is over, it still counts, or another one of its kind does (with `is_if_possible` nothing happens then)."""
    sanction = lock_sanction(actor, sanction_id)
    moment = now()
    is_over = sanction.ended_at is None or (sanction.until is not None and sanction.until <= moment)
    if is_over or (sanction.kind != SanctionKind.WARN and find_running(sanction.person_id, sanction.kind)):
        if is_if_possible:
            return None
        raise Conflict(_("Its time is over, or something like it counts already. Please decide anew on the page of the person."))
    if sanction.appeal_decided_at == sanction.ended_at:
        _close_appeal(sanction, AppealState.OPEN, "", None, None)
    sanction.ended_at, sanction.ended_by_id, sanction.end_reason, sanction.is_replaced = None, None, "", False
    if sanction.runs_at(moment):
        _enforce(actor, sanction)
    why = checked_reason(reason, is_required=True, ask=FOR_THE_PERSON)
    write_log(actor.id, sanction.kind, why, person_id=sanction.person_id, before=str(sanction.id))
    emit(SanctionImposed(sanction.id, sanction.person_id, actor.id))
    return sanction


def lock_sanction(actor: Actor, sanction_id: int) -> Sanction:
    """Lock the person, then the sanction, and ask the policy. Raises NotFound, Forbidden."""
    require_unit_of_work()
    person_id = db.session.scalar(sa.select(Sanction.person_id).where(Sanction.id == sanction_id))
    if person_id is None:
        raise NotFound(_("We could not find that decision."))
    lock_for_decision(actor, person_id)
    return get_sanction_for_update(sanction_id)


def get_sanction_for_update(sanction_id: int) -> Sanction:
    """Return a sanction, locked and fresh. Raises NotFound."""
    statement = sa.select(Sanction).where(Sanction.id == sanction_id).with_for_update(key_share=True)
    found: Sanction | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("We could not find that decision."))
    return found


def find_running(person_id: int, kind: str) -> Sanction | None:
    """Return the sanction of a kind that counts now, the one that lasts longest, then the newest, or None."""
    moment = now()
    statement = (
        sa.select(Sanction)
        .where(
            Sanction.person_id == person_id, Sanction.kind == kind, Sanction.ended_at.is_(None),
            sa.or_(Sanction.until.is_(None), Sanction.until > moment),
            sa.or_(Sanction.kind != SanctionKind.WARN, Sanction.acknowledged_at.is_(None)),
        )
        .order_by(Sanction.until.desc(), Sanction.id.desc())
        .limit(1)
    )  # fmt: skip
    return db.session.scalar(statement)


def _replace(actor: Actor, person_id: int, kind: str) -> list[int]:
    """End what runs of this kind, because a new one begins, and return it, the longest first: more than one where two accounts were
    merged. An appeal against it has no object any more."""
    ended, moment = [], now()
    while earlier := find_running(person_id, kind):
        earlier.ended_at, earlier.ended_by_id, earlier.end_reason, earlier.is_replaced = moment, actor.id, REPLACED, True
        if earlier.appeal_state == AppealState.OPEN:
            _close_appeal(earlier, AppealState.UPHELD, REPLACED, actor.id, moment)
        db.session.flush()
        ended.append(earlier.id)
    return ended


def _close_appeal(sanction: Sanction, state: AppealState, answer: str, actor_id: int | None, moment: datetime | None) -> None:
    sanction.appeal_state, sanction.appeal_answer = state, answer
    sanction.appeal_decided_at, sanction.appeal_decided_by_id = moment, actor_id


def _enforce(actor: Actor, sanction: Sanction) -> None:
    """Let an earlier sanction count (again)."""
    person = restrict(actor, person_id=sanction.person_id, kind=sanction.kind, until=sanction.until, reason=sanction.reason)
    if sanction.kind == SanctionKind.SUSPEND:
        person.suspended_at = sanction.created_at  # as it was: a wave knows its suspensions by their moment
