"""The desk in words: how long something waits and is overdue, why it is in the queue. Pure functions over rows and hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.core.actor import Actor
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, lazy_pgettext
from app.core.pagination import Page
from app.core.records import Struct
from app.desk.calendar import WorkingHours, working_minutes_between
from app.desk.models import DeskState, WaitingReason
from app.desk.queries.place import Place
from app.desk.queries.queue import DeskFilter, DeskRow
from app.web.filters import human_date

VIEW_LABELS = {
    "queue": lazy_gettext("Needs an answer"),
    "mine": lazy_gettext("Mine"),
    "groups": lazy_gettext("My groups"),
    "taken": lazy_gettext("Taken"),
    "asker": lazy_gettext("Waiting on the asker"),
    "escalated": lazy_gettext("Escalated"),
    "open": lazy_gettext("All open"),
}
VIEW_HINTS = {
    "queue": lazy_gettext("What is due first stands first: age, people affected and the usual wait in working hours decide."),
    "mine": lazy_gettext("Questions you have taken, and those you are in charge of."),
    "groups": lazy_gettext("Open questions that your groups are in charge of."),
    "taken": lazy_gettext("Questions that somebody is working on now. Each is free again when its time runs out."),
    "asker": lazy_gettext("We asked for details. They come back to the queue when the asker replies."),
    "escalated": lazy_gettext("Too long without an official or accepted answer. Whoever is in charge has been told."),
    "open": lazy_gettext("Every question that is not solved, whoever's turn it is, the oldest first."),
}
REASONS = {
    WaitingReason.NEW: (lazy_pgettext("question", "New"), "plus", ""),
    WaitingReason.DISPUTED: (lazy_gettext("Disputed"), "warning", "wait"),
    WaitingReason.STUCK: (lazy_gettext("Still stuck"), "help", "wait"),
    WaitingReason.REPLIED: (lazy_gettext("Asker replied"), "chat", ""),
    WaitingReason.REOPENED: (lazy_gettext("Reopened"), "undo", ""),
}
# From so many working hours on a date says more than a number of hours.
HOURS_IN_WORDS = 100


class DeskLine(Struct, frozen=True):
    """A row with its words. `path` leads to it and keeps the place in the list; `is_current`: it stands open beside the list.

    `due` is empty where nothing is due; `tone` is "" or "late".
    """

    row: DeskRow
    path: str
    title: str
    is_current: bool
    pill: tuple[str, str, str]
    due: str
    tone: str
    waits: str
    taken: str
    is_mine: bool


def working_span(minutes: int) -> str:
    """Return a length of working time: under a minute, 40 min, 3 h, 3 h 20 min, 25 h."""
    if minutes < 1:
        return _("under a minute")
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min", minutes=rest)
    if rest and hours < 10:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)
    return _("%(hours)s h", hours=hours)


def clock_time(moment: datetime, zone: ZoneInfo) -> str:
    """Return the time of day on the site's clock."""
    return moment.astimezone(zone).strftime("%H:%M")


def day_in_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return the day on the site's calendar: 3 Nov 2026."""
    return human_date(moment.astimezone(zone))


def due_words(hours: WorkingHours, due_at: datetime, moment: datetime) -> tuple[str, str]:
    """Return until when an answer is expected, and "late" when that is past. In working time, or as a date when it is far away."""
    if due_at <= moment:
        late = working_minutes_between(hours, due_at, moment)
        if late >= HOURS_IN_WORDS * 60:
            return _("Overdue since %(day)s", day=day_in_words(due_at, hours.zone)), "late"
        return (_("Overdue by %(span)s", span=working_span(late)) if late else _("Due now")), "late"
    left = working_minutes_between(hours, moment, due_at)
    if left >= HOURS_IN_WORDS * 60:
        return _("Due on %(day)s", day=day_in_words(due_at, hours.zone)), ""
    return _("Due in %(span)s", span=working_span(left)), ""


def waiting_words(hours: WorkingHours, since: datetime, moment: datetime) -> str:
    """Return how long it has waited in working time, or since which day."""
    waited = working_minutes_between(hours, since, moment)
    if waited >= HOURS_IN_WORDS * 60:
        return _("since %(day)s", day=day_in_words(since, hours.zone))
    return _("for %(span)s", span=working_span(waited))


def desk_lines(
    rows: Page[DeskRow], place: Place, actor: Actor, hours: WorkingHours, moment: datetime, current_id: int = 0
) -> list[DeskLine]:
    """Put a page of a list into words. Beside `current_id`, the question that is open, links lead past the list to the question."""
    part = "#item" if current_id else ""
    paths = [f"{place.item_path(row.thread_id)}{part}" for row in rows.items]
    return [
        _line(row, path, actor, hours, moment, row.thread_id == current_id) for row, path in zip(rows.items, paths, strict=True)
    ]


def _line(row: DeskRow, path: str, actor: Actor, hours: WorkingHours, moment: datetime, is_current: bool) -> DeskLine:
    due, tone = due_words(hours, row.due_at, moment) if row.due_at is not None else ("", "")
    is_mine = row.taken_by_id is not None and row.taken_by_id == actor.id
    taken = ""
    if row.taken_until is not None:
        until = clock_time(row.taken_until, hours.zone)
        if is_mine:
            taken = _("You have it until %(time)s", time=until)
        else:
            taken = _("%(person)s has it until %(time)s", person=row.taken_by, time=until)
    waits = waiting_words(hours, row.since, moment)
    return DeskLine(row, path, row.title, is_current, _pill(row), due, tone, waits, taken, is_mine)


def _pill(row: DeskRow) -> tuple[str, str, str]:
    if row.state == DeskState.ASKER:
        return _("Waiting on the asker"), "clock", "wait"
    if row.state == DeskState.ANSWERED:
        return _("Answered"), "chat", ""
    return REASONS[WaitingReason(row.waiting_reason)]


def view_tabs(view: str, counts: dict[str, int], chosen: DeskFilter) -> list[tuple[str, str, str, bool]]:
    """Return the views as tabs: (label, path with the same filters, number in words, whether it is this one)."""
    return [
        (label, queue_path(name, chosen), number_words(counts.get(name, 0)), name == view) for name, label in VIEW_LABELS.items()
    ]


def queue_path(view: str, chosen: DeskFilter) -> str:
    """Return the address of a view with its filters."""
    return Place(view, chosen).path


def number_words(number: int) -> str:
    """Return a count up to 99, then "99+"; nothing for none."""
    return "" if not number else str(number) if number < 100 else "99+"
