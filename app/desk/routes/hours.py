"""Admins set the working hours that the desk's clocks count in."""

from datetime import date

from flask import flash
from werkzeug.wrappers import Response

from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.desk.forms import HolidayForm, WeekForm
from app.desk.queries.calendar import list_holidays, load_hours
from app.desk.routes.blueprint import blueprint
from app.desk.services.scheduling import add_holiday, remove_holiday, set_week
from app.desk.urls import HOURS
from app.web.access import admins
from app.web.context import current_actor
from app.web.forms import posted_line
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


def _hours_page(week: WeekForm | None = None, holiday: HolidayForm | None = None, status: int = 200) -> Response:
    hours = load_hours()
    return page(
        "desk/hours.html",
        Head(title=_("Working hours · Desk")),
        status=status,
        form=week or WeekForm(hours.week, formdata=None),
        holiday_form=holiday or HolidayForm(formdata=None),
        holidays=list_holidays(),
        zone=hours.zone.key,
    )


@blueprint.get("/desk/hours")
@admins
def hours() -> Response:
    """Show the week and the free days."""
    return _hours_page()


@blueprint.post("/desk/hours")
@admins
def change_hours() -> Response:
    """Set the hours of the week."""
    form = WeekForm()
    try:
        week = form.week()
        with unit_of_work():
            set_week(current_actor(), week=week)
    except Invalid as error:
        form.add_errors(error)
        return _hours_page(week=form, status=400)
    flash(_("The hours are saved. Due dates follow in a moment."), "success")
    return see_other(HOURS)


@blueprint.post("/desk/hours/holidays")
@admins
def add_free_day() -> Response:
    """Add a free day."""
    form = HolidayForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            add_holiday(current_actor(), day=form.day.data, name=form.name.data or "")
    except Invalid as error:
        form.add_errors(error)
        return _hours_page(holiday=form, status=400)
    flash(_("Nobody works on that day."), "success")
    return see_other(f"{HOURS}#free")


@blueprint.post("/desk/hours/holidays/remove")
@admins
def remove_free_day() -> Response:
    """Let a free day be a working day again."""
    try:
        day = date.fromisoformat(posted_line("day", 10))
    except ValueError:
        raise NotFound(_("That day is not in the list.")) from None
    with unit_of_work():
        remove_holiday(current_actor(), day=day)
    flash(_("That day counts again."))
    return see_other(f"{HOURS}#free")
