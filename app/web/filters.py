"""Filters for templates: dates, counts, plurals. Pure functions."""

from datetime import datetime
from math import ceil

from markupsafe import Markup, escape


def machine_date(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def human_date(moment: datetime) -> str:
    """Return a moment as a date people read: 3 Nov 2026."""
    return f"{moment.day} {moment.strftime('%b %Y')}"


def human_moment(moment: datetime) -> str:
    """Return a moment with its time of day: 3 Nov 2026, 14:05 UTC."""
    return f"{human_date(moment)}, {moment.strftime('%H:%M')} UTC"


def time_element(moment: datetime) -> Markup:
    """Return a <time> element; a script makes it relative, without one the date stands there."""
    day = human_date(moment)  # dates hold nothing to escape, and lists show many of them
    return Markup(f'<time datetime="{machine_date(moment)}" title="{human_moment(moment)}" data-ago>{day}</time>')  # noqa: S704


def count(number: int) -> str:
    """Return a number with thousands separators."""
    return f"{number:,}"


def short_count(number: int) -> str:
    """Return a number in at most four characters: 950, 1.2k, 34k, 5.6M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if abs(number) >= size:
            scaled = number / size
            return f"{scaled:.1f}".removesuffix(".0") + letter if abs(scaled) < 10 else f"{scaled:.0f}{letter}"
    return str(number)


def plural(number: int, singular: str, plural_form: str = "") -> str:
    """Return the number with its noun: 1 answer, 2 answers."""
    return f"{count(number)} {singular if number == 1 else plural_form or singular + 's'}"


def span(minutes: float) -> str:
    """Return a length of time in its two largest units: 40 min, 3 h 20 min, 2 days 4 h, 75 days."""
    total = round(minutes)
    if total < 1:
        return "under 1 min"
    hours, rest = divmod(total, 60)
    if hours < 1:
        return f"{rest} min"
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, hours = divmod(round(minutes / 60), 24)
    return f"{plural(days, 'day')} {hours} h" if hours and days < 10 else plural(days, "day")


def within(minutes: float) -> str:
    """Return a length of time as people promise it, never less than it is: 20 minutes, an hour, 3 hours, a day, 4 days, 3 weeks."""
    hours, days = minutes / 60, minutes / 1440
    if minutes <= 50:
        return plural(max(10, ceil(minutes / 10) * 10), "minute")
    if hours <= 1:
        return "an hour"
    if hours <= 20:
        return plural(ceil(hours), "hour")
    if days <= 1:
        return "a day"
    return plural(ceil(days), "day") if days <= 13 else plural(ceil(days / 7), "week")


def paragraphs(text: str) -> Markup:
    """Return plain text as paragraphs, escaped."""
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in part.splitlines())) for part in parts
    )


FILTERS = {
    "datetime": time_element,
    "machine_date": machine_date,
    "human_date": human_date,
    "human_moment": human_moment,
    "count": count,
    "short_count": short_count,
    "plural": plural,
    "span": span,
    "within": within,
    "paragraphs": paragraphs,
}
