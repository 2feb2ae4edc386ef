"""Periods in words, in the language that is spoken: in sentences, as names, in tables and under axes. Pure but for that."""

from datetime import date

from babel.dates import format_date, format_interval, format_skeleton

from app.core.i18n import SOURCE, current_speech, ngettext
from app.core.i18n import gettext as _
from app.insights.period import ALL, Period
from app.insights.period import say_day as say_source_day
from app.web.filters import human_month

# Names of months within a sentence, where the long ones are not what people write.
_MONTHS = {"zh": "LLL"}


def say_label(period: Period) -> str:
    """Return the name of a period: Last 90 days, October 2026, January to March 2026, 5 January 2026 to 11 January 2026."""
    if period.key == ALL:
        return _("All time")
    if period.key == "1d":
        return _("Today")
    if period.key.endswith("d"):
        return ngettext("Last %(num)s day", "Last %(num)s days", period.days)
    if ".." in period.key:
        if period.days == 1:
            return say_day(period.first_day)
        return _("%(first)s to %(last)s", first=say_day(period.first_day), last=say_day(period.last_day))
    if "Q" in period.key:
        return _("%(first)s to %(last)s %(year)s", **_months_of(period))
    return human_month(period.first_day) if "-" in period.key else period.key


def say_period(period: Period) -> str:
    """Return when, as it stands in a sentence: in the last 90 days, in October 2026, from 5 to 11 January 2026."""
    if period.key == ALL:
        return _("so far")
    if period.key == "1d":
        return _("today")
    if period.key.endswith("d"):
        return ngettext("in the last %(num)s day", "in the last %(num)s days", period.days)
    if ".." in period.key:
        if period.days == 1:
            return _("on %(day)s", day=say_day(period.first_day))
        return _("from %(first)s to %(last)s", first=say_day(period.first_day), last=say_day(period.last_day))
    if "Q" in period.key:
        return _("from %(first)s to %(last)s %(year)s", **_months_of(period))
    if "-" in period.key:
        return _("in %(month)s", month=human_month(period.first_day))
    return _("in %(year)s", year=period.key)


def say_short(period: Period) -> str:
    """Return the shortest name of a period for a table: 3 Oct, 5–11 Jan, Oct 2026, Jan–Mar 2026, 2026."""
    first, last = period.first_day, period.last_day
    if period.days > 1 and "-" not in period.key:
        return say_label(period)
    if current_speech().code != SOURCE:
        return _short(period)
    begin, end = f"{first.day} {first:%b}", f"{last.day} {last:%b}"
    if period.days == 1:
        return begin
    if ".." in period.key:
        year = "" if period.days <= 7 else f" {last.year}"
        return f"{first.day}–{end}{year}" if (first.month, first.year) == (last.month, last.year) else f"{begin} – {end}{year}"
    return f"{first:%b}–{last:%b} {last.year}" if "Q" in period.key else f"{first:%b} {first.year}"


def say_axis(period: Period) -> str:
    """Return the word of a part of a period under an axis: 3 Oct, Oct 26, 2026."""
    day, speech = period.first_day, current_speech()
    if period.days > 92:
        return str(day.year)
    if speech.code == SOURCE:
        return f"{day.day} {day:%b}" if period.days <= 7 else f"{day:%b %y}"
    return format_skeleton("MMMd" if period.days <= 7 else "yMMM", day, locale=speech.locale)


def say_day(day: date) -> str:
    """Return a day in words: 5 January 2026."""
    speech = current_speech()
    return say_source_day(day) if speech.code == SOURCE else format_date(day, "long", locale=speech.locale)


def _short(period: Period) -> str:
    first, last, locale = period.first_day, period.last_day, current_speech().locale
    if period.days == 1:
        return format_skeleton("MMMd", first, locale=locale)
    if ".." in period.key:
        return format_interval(first, last, "MMMd" if period.days <= 7 else "yMMMd", locale=locale)
    if "Q" in period.key:
        return format_interval(first, last, "yMMM", locale=locale)
    return format_skeleton("yMMM", first, locale=locale)


def _months_of(period: Period) -> dict[str, str]:
    """Return the names of the first and last month of a quarter, and its year."""
    speech = current_speech()
    pattern = _MONTHS.get(speech.code, "LLLL")
    first, last = (format_date(day, pattern, locale=speech.locale) for day in (period.first_day, period.last_day))
    return {"first": first, "last": last, "year": str(period.first_day.year)}
