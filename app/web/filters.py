"""Filters for templates: dates, counts, lengths of time, as the language that is spoken writes them. Pure but for that."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from math import ceil

from babel.dates import format_date, format_skeleton
from babel.numbers import format_compact_decimal, format_decimal
from markupsafe import Markup, escape

from app.core.i18n import SOURCE, current_language, current_speech, ngettext, speech_of
from app.core.i18n import gettext as _
from app.core.listing import listed, quoted, run_on, sentences

# The time zone of the site: what day it is, and what the clock says, where no script says it in the reader's own.
_zone: list[tzinfo] = [UTC]
# How days are written, where the usual short form of a language is not what we want.
_DAYS = {"en": "d MMM y", "de": "d. MMM y", "zh": "y年M月d日"}


def machine_date(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def use_zone(zone: tzinfo) -> None:
    """Say days and times as clocks in this zone show them; set once when the application starts."""
    _zone[0] = zone
    _time.cache_clear()


def local_day(moment: date) -> date:
    """Return the day of a moment in the zone of the site; a day stays what it is."""
    return moment.astimezone(_zone[0]).date() if isinstance(moment, datetime) else moment


@lru_cache(maxsize=4096)
def _day(language: str, day: date) -> str:
    return format_date(day, _DAYS.get(language, "medium"), locale=speech_of(language).locale)


def human_date(moment: date) -> str:
    """Return a moment as a date people read: 3 Nov 2026."""
    return _day(current_language(), local_day(moment))


def human_moment(moment: datetime) -> str:
    """Return a moment with its time of day: 3 Nov 2026, 14:05 UTC, in the zone of the site."""
    local = moment.astimezone(_zone[0])
    return _("%(day)s, %(time)s %(zone)s", day=human_date(moment), time=local.strftime("%H:%M"), zone=_zone_name(local))


def _zone_name(local: datetime) -> str:
    """Return how far a clock is from UTC: UTC, UTC+1, UTC−3:30."""
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"


@lru_cache(maxsize=512)
def _month(language: str, month: date, is_short: bool) -> str:
    return format_skeleton("yMMM" if is_short else "yMMMM", month, locale=speech_of(language).locale)


def human_month(month: date, is_short: bool = False) -> str:
    """Return a month as people name it: November 2026, or Nov 2026."""
    return _month(current_language(), date(month.year, month.month, 1), is_short)


def time_element(moment: datetime) -> Markup:
    """Return a <time> element; a script makes it relative and puts the exact moment into its title; without one the date stands there."""
    return _time(current_language(), moment)


@lru_cache(maxsize=4096)
def _time(_language: str, moment: datetime) -> Markup:
    day = human_date(moment)  # dates hold nothing to escape
    return Markup(f'<time datetime="{moment.isoformat()[:16]}Z">{day}</time>')  # noqa: S704


def day_element(moment: date) -> Markup:
    """Return a <time> element of a calendar day, which stays a day: no script makes it relative."""
    return _day_element(current_language(), local_day(moment))


@lru_cache(maxsize=4096)
def _day_element(language: str, day: date) -> Markup:
    return Markup(f'<time datetime="{day.isoformat()}">{_day(language, day)}</time>')  # noqa: S704 (dates hold nothing to escape)


def count(number: int) -> str:
    """Return a number with thousands separators."""
    return current_speech().count(number)


@lru_cache(maxsize=4096)
def _decimal(language: str, number: float, digits: int, is_share: bool, is_fixed: bool = False) -> str:
    pattern = ("#,##0." + ("0" if is_fixed else "#") * digits) if digits else "#,##0"
    return format_decimal(number, pattern + "%" if is_share else pattern, locale=speech_of(language).locale)


def decimal(number: float, digits: int = 1, is_fixed: bool = False) -> str:
    """Return a number with at most so many digits after the point (or the comma); exactly so many if they are fixed."""
    return _decimal(current_language(), round(number, digits), digits, False, is_fixed)


def short_count(number: int) -> str:
    """Return a number in few characters: 950, 1.2k, 34k, 5.6M; as other languages shorten theirs."""
    return _short(current_language(), number)


@lru_cache(maxsize=4096)
def _short(language: str, number: int) -> str:
    if language != SOURCE:
        compact = format_compact_decimal(number, locale=speech_of(language).locale, fraction_digits=1)
        return speech_of(language).count(number) if compact.lstrip("-").isdigit() else compact
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if abs(number) >= size:
            scaled = number / size
            return f"{scaled:.1f}".removesuffix(".0") + letter if abs(scaled) < 10 else f"{scaled:.0f}{letter}"
    return str(number)


def plural(number: int, singular: str, plural_form: str = "") -> str:
    """Return the number with its English noun: 1 answer, 2 answers. For what is never translated; pages use ngettext."""
    return f"{count(number)} {singular if number == 1 else plural_form or singular + 's'}"


def span(minutes: float) -> str:
    """Return a length of time in its two largest units: 40 min, 3 h 20 min, 2 days 4 h, 75 days."""
    total = round(minutes)
    if total < 1:
        return _("under 1 min")
    hours, rest = divmod(total, 60)
    if hours < 1:
        return _("%(minutes)s min", minutes=rest)
    if hours < 48:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=rest) if rest else _("%(hours)s h", hours=hours)
    days, hours = divmod(round(minutes / 60), 24)
    if hours and days < 10:
        return ngettext("%(num)s day %(hours)s h", "%(num)s days %(hours)s h", days, hours=hours)
    return ngettext("%(num)s day", "%(num)s days", days)


def within(minutes: float) -> str:
    """Return a length of time as people promise it, never less than it is: 20 minutes, an hour, 3 hours, a day, 4 days, 3 weeks."""
    hours, days = minutes / 60, minutes / 1440
    if minutes <= 50:
        return ngettext("%(num)s minute", "%(num)s minutes", max(10, ceil(minutes / 10) * 10))
    if hours <= 1:
        return _("an hour")
    if hours <= 20:
        return ngettext("%(num)s hour", "%(num)s hours", ceil(hours))
    if days <= 1:
        return _("a day")
    weeks = ceil(days / 7)
    return ngettext("%(num)s day", "%(num)s days", ceil(days)) if days <= 13 else ngettext("%(num)s week", "%(num)s weeks", weeks)


def paragraphs(text: str) -> Markup:
    """Return plain text as paragraphs, escaped."""
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in part.splitlines())) for part in parts
    )


FILTERS = {
    "datetime": time_element,
    "day": day_element,
    "machine_date": machine_date,
    "human_date": human_date,
    "human_moment": human_moment,
    "human_month": human_month,
    "count": count,
    "decimal": decimal,
    "short_count": short_count,
    "plural": plural,
    "span": span,
    "within": within,
    "listed": listed,
    "quoted": quoted,
    "sentences": sentences,
    "run_on": run_on,
    "paragraphs": paragraphs,
}
