"""What the parts of a score say to curators, by the case and the number that are kept with a candidate. Pure words."""

from collections.abc import Callable
from functools import reduce
from typing import Any

from app.core.i18n import gettext as _
from app.core.i18n import ngettext, pgettext, separated

WINDOW_DAYS = 30
STEADY_DAYS = 90
_SAID: dict[str, Callable[[int], str]] = {
    "views": lambda n: ngettext("%(num)s view in %(days)s days", "%(num)s views in %(days)s days", n, days=WINDOW_DAYS),
    "steady": lambda n: ngettext("%(num)s view in %(days)s days", "%(num)s views in %(days)s days", n, days=STEADY_DAYS),
    "more": lambda n: _("more readers than the %(count)s of the %(days)s days before", count=separated(n), days=WINDOW_DAYS),
    "fewer": lambda n: _("fewer readers than the %(count)s of the %(days)s days before", count=separated(n), days=WINDOW_DAYS),
    "duplicates": lambda n: ngettext("%(num)s duplicate", "%(num)s duplicates", n),
    "me_too": lambda n: ngettext("%(num)s other person has it too", "%(num)s others have it too", n),
    "accepted": lambda n: ngettext("accepted answer", "%(num)s accepted answers", n),
    "solved": lambda _n: _("solved"),
    "voted": lambda _n: _("answered with votes, not solved"),
    "answered": lambda _n: _("answered, nobody voted or confirmed"),
    "confirmed": lambda n: _("%(count)s confirmed", count=separated(n)),
    "votes": lambda n: ngettext("%(num)s vote on question and best answer", "%(num)s votes on question and best answer", n),
    "searches": lambda n: ngettext(
        "%(num)s search ended here in %(days)s days", "%(num)s searches ended here in %(days)s days", n, days=WINDOW_DAYS
    ),
    "failed_searches": lambda n: ngettext("%(num)s search failed near it", "%(num)s searches failed near it", n),
    "failed": lambda n: ngettext("did not work for %(num)s reader", "did not work for %(num)s readers", n),
    "covered": lambda _n: _("an article covers it"),
    "linked": lambda _n: _("an answer leads to an article"),
    "uncovered": lambda _n: _("no article"),
}


def say(case: str, number: int) -> str:
    """Return what a part says; "" for the case that says nothing."""
    return _SAID[case](number) if case else ""


def say_stored(part: dict[str, Any]) -> str:
    """Return what a stored part says; one stored without its case says what it said then."""
    case = part.get("case", "")
    return say(case, part["number"]) if case in _SAID else str(part["text"])


def say_list(texts: list[str]) -> str:
    """Return several short texts as one."""
    return (
        reduce(lambda first, following: pgettext("facts", "%(first)s, %(next)s", first=first, next=following), texts)
        if texts
        else ""
    )
