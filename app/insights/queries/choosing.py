"""From the words of an address to a scope, with what is wrong said beside the field it was typed in. For pages, files and API alike."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from app.core.actor import Actor
from app.core.errors import Invalid, NotFound
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.core.text import clean_line
from app.insights.period import DEFAULT, Period, parse_period
from app.insights.queries.scopes import find_scope
from app.insights.scope import Named, Scope

WORDS = ("period", "from", "to", "category", "tag", "helper", "article")
_UNKNOWN = {
    "category": lazy_gettext("There is no such category. Please choose one from the list."),
    "tag": lazy_gettext("No question that you can read is tagged so."),
    "helper": lazy_gettext("There is nobody of that name."),
    "article": lazy_gettext("There is no such article."),
}
_LONGEST = 100


class Wish(Struct, frozen=True):
    """What an address asks for, as it was typed."""

    period: str = ""
    first: str = ""
    last: str = ""
    category: str = ""
    tag: str = ""
    helper: str = ""
    article: str = ""

    @classmethod
    def from_words(cls, words: Mapping[str, str]) -> "Wish":
        """Take what an address says; unknown words are left alone."""
        return cls(*(clean_line(words.get(name, ""))[:_LONGEST] for name in WORDS))


def choose_scope(actor: Actor, wish: Wish, *, moment: datetime, zone: ZoneInfo) -> Scope:
    """Return the scope that is meant; nothing means the last 90 days of everything (one statement for each name given).

    Raises Invalid with the fields `period`, `from`, `to`, `category`, `tag`, `helper` and `article`, all of those that are wrong at once.
    """
    errors: dict[str, str] = {}
    period = _period(wish, moment, zone, errors)
    named: dict[str, Named | None] = {}
    words = (("category", wish.category), ("tag", wish.tag.lower()), ("helper", wish.helper), ("article", wish.article))
    for field, word in words:
        try:
            named[field] = getattr(find_scope(actor, period=period, moment=moment, **{field: word}), field)
        except NotFound:
            errors[field] = _UNKNOWN[field]
    if errors:
        raise Invalid(errors)
    return Scope(actor, period, moment, **named)


def default_scope(actor: Actor, *, moment: datetime, zone: ZoneInfo) -> Scope:
    """Return the scope of an address that asks for nothing."""
    return Scope(actor, parse_period(DEFAULT, moment=moment, zone=zone), moment)


def _period(wish: Wish, moment: datetime, zone: ZoneInfo, errors: dict[str, str]) -> Period:
    try:
        return parse_period(wish.period or None, moment=moment, zone=zone, first=wish.first, last=wish.last)
    except Invalid as error:
        errors.update(error.errors)
        return parse_period(DEFAULT, moment=moment, zone=zone)
