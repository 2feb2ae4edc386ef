"""Keeping the working hours and free days: admins only. What was due by the old hours is put in order in the background."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import db, upsert
from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import require_unit_of_work
from app.desk.calendar import DAY_MINUTES, LEAST_WEEK_MINUTES, Span
from app.desk.models import Holiday, WorkingDay
from app.desk.policies import ensure_can_arrange_desk
from app.desk.services.settling import RESETTLE_JOB
from app.jobs.queue import enqueue

DAY_NAMES = (
    lazy_gettext("Monday"),
    lazy_gettext("Tuesday"),
    lazy_gettext("Wednesday"),
    lazy_gettext("Thursday"),
    lazy_gettext("Friday"),
    lazy_gettext("Saturday"),
    lazy_gettext("Sunday"),
)
NAME_MAX = 80
# More free days than this in one calendar is a mistake, and would leave clocks without an end.
MOST_HOLIDAYS = 400


def set_week(actor: Actor, *, week: Sequence[Span | None]) -> None:
    """Set the hours of all seven days (Monday first; minutes after midnight, None: closed).

    Raises NotFound, Invalid (a field is named `day_0` to `day_6`).
    """
    ensure_can_arrange_desk(actor)
    require_unit_of_work()
    if len(week) != len(DAY_NAMES):
        raise Invalid(_("A week has seven days."))
    errors = {
        f"day_{number}": _("Work begins before it ends, within one day.")
        for number, span in enumerate(week)
        if span is not None and not 0 <= span[0] < span[1] <= DAY_MINUTES
    }
    if not errors and sum(span[1] - span[0] for span in week if span is not None) < LEAST_WEEK_MINUTES:
        raise Invalid(_("A week needs at least one working hour: otherwise nothing would ever be due."))
    if errors:
        raise Invalid(errors)
    rows = [
        {"weekday": number, "opens": span[0] if span else None, "closes": span[1] if span else None}
        for number, span in enumerate(week)
    ]
    upsert(WorkingDay.__table__, rows, ["weekday"], ["opens", "closes"])
    _put_in_order()


def add_holiday(actor: Actor, *, day: date, name: str) -> None:
    """Add a free day; adding it again renames it. Raises NotFound, Invalid("day" or "name")."""
    ensure_can_arrange_desk(actor)
    require_unit_of_work()
    if len(name) > NAME_MAX:
        raise Invalid(_("Please use at most %(most)s characters.", most=NAME_MAX), field="name")
    if not 2000 <= day.year <= 2200:
        raise Invalid(_("Please choose a day between 2000 and 2200."), field="day")
    if (db.session.scalar(sa.select(sa.func.count()).select_from(Holiday)) or 0) >= MOST_HOLIDAYS:
        raise Invalid(_("There are very many free days already. Please remove those that are past."), field="day")
    upsert(Holiday.__table__, [{"day": day, "name": name}], ["day"], ["name"])
    _put_in_order()


def remove_holiday(actor: Actor, *, day: date) -> None:
    """Let a day be a working day again. Raises NotFound."""
    ensure_can_arrange_desk(actor)
    require_unit_of_work()
    if not db.session.execute(sa.delete(Holiday).where(Holiday.day == day)).rowcount:  # type: ignore[attr-defined]
        raise NotFound(_("That day is not in the list."))
    _put_in_order()


def _put_in_order() -> None:
    enqueue(RESETTLE_JOB, {}, dedupe_key=RESETTLE_JOB)
