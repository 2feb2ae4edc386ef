"""What somebody asks of the log, as they typed it, and the filter it means. Reads; decides nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.accounts.queries import find_person_by_name
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.records import Struct, field_names
from app.moderation.queries.log import LOG_KINDS, SYSTEM_ID, LogFilter

# The name under which decisions of no person are found; people cannot have it.
SYSTEM = "system"
_LONGEST = 80
_YEARS = (2000, 2200)


class LogQuery(Struct, frozen=True):
    """The fields of the filter as they were typed. `by` and `about` are names, `since` and `until` days, both included."""

    action: str = ""
    by: str = ""
    about: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    words: str = ""

    @classmethod
    def read(cls, get: Callable[[str, int], str]) -> "LogQuery":
        """Return the query whose fields `get(name, longest)` gives."""
        return cls(**{name: get(name, _LONGEST) for name in field_names(cls)})

    @property
    def given(self) -> dict[str, str]:
        """The fields that are filled in."""
        return {name: value for name in field_names(self) if (value := str(getattr(self, name)))}


def resolve_query(query: LogQuery, zone: ZoneInfo) -> LogFilter:
    """Return what a query means; its days are days of the site. Raises Invalid with the problem of each field."""
    problems: dict[str, str] = {}
    by, about = _person(query.by, "by", problems), _person(query.about, "about", problems)
    first, last = _day(query.since, "since", problems), _day(query.until, "until", problems)
    if first and last and first > last:
        problems["until"] = _("The last day is before the first one.")
    if query.kind and query.kind not in LOG_KINDS:
        problems["kind"] = _("Nothing of this kind is in the log.")
    if problems:
        raise Invalid(problems)
    return LogFilter(
        action=query.action, by_id=by, about_id=about, kind=query.kind, since=_begin(first, zone),
        until=_begin(last + timedelta(days=1), zone) if last else None, words=query.words,
    )  # fmt: skip


def _person(name: str, field: str, problems: dict[str, str]) -> int | None:
    if not name:
        return None
    if field == "by" and name.casefold() == SYSTEM:
        return SYSTEM_ID
    person = find_person_by_name(name.removeprefix("@"))
    if person is None:
        problems[field] = _("Nobody has this name.")
        return None
    return person.id


def _day(raw: str, field: str, problems: dict[str, str]) -> date | None:
    if not raw:
        return None
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        day = date.min
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        problems[field] = _("Please give a day as year-month-day, such as 2026-01-31.")
        return None
    return day


def _begin(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time.min, zone).astimezone(UTC) if day else None
