"""What people read of the moderators' decisions about them: on their own page, in notifications and in mails. Reads and words only."""

from datetime import datetime

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.moderation.models import AppealState, Sanction, SanctionKind
from app.moderation.policies import can_appeal
from app.web.filters import human_moment

STANDING_SHOWN = 50
_CONSEQUENCES = {
    SanctionKind.WARN: lazy_gettext("Nothing is taken from you. Please say that you have read this; then you can go on writing."),
    SanctionKind.MUTE: lazy_gettext("Until then you can read, vote and follow, but write no texts."),
    SanctionKind.SUSPEND: lazy_gettext("Until then you can sign in and read, but you cannot write, vote or report."),
    SanctionKind.BAN: lazy_gettext("You cannot sign in any more. What you wrote stays where it is."),
}
_TAKEN_BACK = {
    SanctionKind.WARN: lazy_gettext("The moderators took back a warning."),
    SanctionKind.MUTE: lazy_gettext("The moderators took back that you could write no texts."),
    SanctionKind.SUSPEND: lazy_gettext("The moderators took back your suspension."),
    SanctionKind.BAN: lazy_gettext("The moderators took back your ban."),
}


class Told(Struct, frozen=True):
    """What somebody reads about one decision: what it is, why, and what follows from it."""

    title: str
    reason: str
    consequence: str


class StandingRow(Struct, frozen=True):
    """One decision as the person concerned reads it; moderators are not named. `state`: running, over, or back (taken back)."""

    id: int
    kind: str
    told: Told
    created_at: datetime
    until: datetime | None
    state: str
    ended_at: datetime | None
    end_reason: str
    is_replaced: bool
    needs_reading: bool
    can_appeal: bool
    appeal_state: str
    appeal_note: str
    appealed_at: datetime | None
    appeal_answer: str


def told(kind: str, reason: str, until: datetime | None) -> Told:
    """Return what somebody reads who is warned, muted, suspended or banned for this reason."""
    return Told(_title(SanctionKind(kind), human_moment(until) if until else ""), reason, _CONSEQUENCES[SanctionKind(kind)])


def _title(kind: SanctionKind, end: str) -> str:
    match kind:
        case SanctionKind.WARN:
            return _("A warning from the moderators")
        case SanctionKind.MUTE:
            return _("You cannot write texts until %(when)s", when=end) if end else _("You cannot write texts")
        case SanctionKind.SUSPEND:
            return _("Your account is suspended until %(when)s", when=end) if end else _("Your account is suspended")
        case SanctionKind.BAN:
            return _("Your account is banned")


def taken_back(kind: str) -> str:
    """Return what somebody reads when a decision about them was taken back."""
    return str(_TAKEN_BACK[SanctionKind(kind)])


def find_sanction(sanction_id: int) -> Sanction | None:
    """Return one sanction, or None."""
    return db.session.get(Sanction, sanction_id)


def list_standing(person_id: int) -> tuple[StandingRow, ...]:
    """Return what was decided about a person, newest first, as they read it themselves."""
    statement = sa.select(Sanction).where(Sanction.person_id == person_id).order_by(Sanction.id.desc()).limit(STANDING_SHOWN)
    moment = now()
    return tuple(_row(one, moment) for one in db.session.scalars(statement))


def _row(one: Sanction, moment: datetime) -> StandingRow:
    is_over = one.until is not None and one.until <= moment
    state = "back" if one.ended_at is not None else "over" if is_over else "running"
    if one.kind == SanctionKind.WARN and one.ended_at is None and one.acknowledged_at is not None:
        state = "over"
    return StandingRow(
        id=one.id, kind=one.kind, told=told(one.kind, one.reason, one.until), created_at=one.created_at, until=one.until,
        state=state, ended_at=one.ended_at, end_reason=one.end_reason, is_replaced=one.is_replaced,
        needs_reading=one.kind == SanctionKind.WARN and one.runs_at(moment), can_appeal=can_appeal(one.person_id, one, moment),
        appeal_state=one.appeal_state or AppealState.NONE, appeal_note=one.appeal_note, appealed_at=one.appealed_at,
        appeal_answer=one.appeal_answer,
    )  # fmt: skip
