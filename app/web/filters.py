"""Filters for templates: dates, counts, plurals. Pure functions."""

from datetime import datetime

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
    "paragraphs": paragraphs,
}
