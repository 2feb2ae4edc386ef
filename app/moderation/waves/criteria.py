"""What a moderator looks for: hosts, a text to compare with, accounts by how they look, and when. Pure, and said in words."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.listing import listed
from app.core.records import Struct, asdict, replace
from app.web.filters import human_moment

LONGEST = timedelta(days=92)
"""Texts of a longer time are not looked through in one go."""
USUAL = timedelta(days=30)
HOSTS_MAX = 10
PEOPLE_MAX = 50
_LEAST_SIGNS = 2
_MOST_STARS = 3
"""More would let a name that nearly fits be compared for ever."""
_MOMENTS = ("written_from", "written_to", "joined_from", "joined_to")


class Criteria(Struct, frozen=True):
    """What belongs to a wave. Empty parts ask for nothing.

    A text belongs by its words: it leads to one of `hosts`, or says much the same as `sample`; or by its author: one of `people`
    (account names), or an account that is all of what is given: joined between `joined_from` and `joined_to`, named like
    `name_pattern`, with an address at `mail_host`. With `needs_both` it must be its words and its author.
    In any case it was written between `written_from` and `written_to`.
    """

    written_from: datetime
    written_to: datetime
    hosts: tuple[str, ...] = ()
    sample: str = ""
    people: tuple[str, ...] = ()
    joined_from: datetime | None = None
    joined_to: datetime | None = None
    name_pattern: str = ""
    mail_host: str = ""
    needs_both: bool = False

    @property
    def asks_for_words(self) -> bool:
        return bool(self.hosts or self.sample)

    @property
    def has_pattern(self) -> bool:
        """Whether accounts are looked for by how they look."""
        return bool(self.joined_from or self.joined_to or self.name_pattern or self.mail_host)

    @property
    def asks_for_authors(self) -> bool:
        return bool(self.people) or self.has_pattern

    def forget_text(self) -> "Criteria":
        """Return the same without the text to compare with: a removed wave keeps no words."""
        return replace(self, sample="")

    def as_json(self) -> dict[str, Any]:
        """Return the criteria as they are stored."""
        stored = asdict(self)
        for name in _MOMENTS:
            stored[name] = stored[name].isoformat() if stored[name] else None
        return {**stored, "hosts": list(self.hosts), "people": list(self.people)}


def from_json(stored: dict[str, Any]) -> Criteria:
    """Return stored criteria."""
    moments = {name: datetime.fromisoformat(stored[name]) if stored[name] else None for name in _MOMENTS}
    lists = {name: tuple(stored[name]) for name in ("hosts", "people")}
    return Criteria(**{**stored, **moments, **lists})


def ensure_sensible(criteria: Criteria) -> None:
    """Raise Invalid by field: nothing to look for, an empty or too long time, a pattern that fits everybody, too many names."""
    if criteria.written_from >= criteria.written_to:
        raise Invalid(_("Please choose a time that begins before it ends."), field="written_from")
    if criteria.written_to - criteria.written_from > LONGEST:
        raise Invalid(_("Please look at %(days)s days at most.", days=LONGEST.days), field="written_from")
    if not criteria.asks_for_words and not criteria.asks_for_authors:
        raise Invalid(_("Please say what to look for: where links lead, a text, or accounts."), field="hosts")
    if criteria.needs_both and not (criteria.asks_for_words and criteria.asks_for_authors):
        raise Invalid(_("Please give both: something about the texts, and something about the accounts."), field="needs_both")
    if criteria.joined_from and criteria.joined_to and criteria.joined_from >= criteria.joined_to:
        raise Invalid(_("Please choose a time that begins before it ends."), field="joined_from")
    is_only_name = criteria.name_pattern and not (criteria.joined_from or criteria.mail_host)
    if is_only_name and len(re.sub(r"\*", "", criteria.name_pattern)) < _LEAST_SIGNS:
        raise Invalid(_("Nearly every name fits this. Please add letters, or when the accounts joined."), field="name_pattern")
    if criteria.name_pattern.count("*") > _MOST_STARS:
        raise Invalid(_("Please use at most %(most_stars)s stars.", most_stars=_MOST_STARS), field="name_pattern")
    if criteria.joined_to and not criteria.joined_from:
        raise Invalid(
            _("Please say from when on, too: otherwise everybody who joined before belongs to it."), field="joined_from"
        )


def forget_account(criteria: Criteria, name: str, own_host: str = "") -> Criteria:
    """Return the criteria without the name of an account, a pattern that it fits, and (`own_host`) its mail host."""
    is_like = bool(criteria.name_pattern and name_expression(criteria.name_pattern).fullmatch(name))
    return replace(
        criteria, people=tuple(one for one in criteria.people if one.casefold() != name.casefold()),
        name_pattern="" if is_like else criteria.name_pattern,
        mail_host="" if own_host and own_host == criteria.mail_host else criteria.mail_host,
    )  # fmt: skip


def name_expression(pattern: str) -> re.Pattern[str]:
    """Return what a pattern of names stands for: `*` any letters, `#` one digit, `@` one letter, whatever their case."""
    signs = {"*": ".*", "#": "[0-9]", "@": r"[^\W\d_]"}
    return re.compile("".join(signs.get(sign) or re.escape(sign) for sign in pattern), re.IGNORECASE)


def pattern_of(name: str) -> str:
    """Return the pattern that a name looks like, if it ends in digits: `mary4711` looks like `*####`. Otherwise nothing."""
    digits = len(name) - len(name.rstrip("0123456789"))
    return "*" + "#" * digits if 2 <= digits < len(name) else ""


def like_expression(pattern: str) -> str:
    """Return a pattern of names for SQL's LIKE with `!` as its escape: wider than `name_expression`, never narrower."""
    signs = {"*": "%", "#": "_", "@": "_", "%": "!%", "_": "!_", "!": "!!"}
    return "".join(signs.get(sign, sign) for sign in pattern.casefold())


def in_words(criteria: Criteria) -> str:
    """Return what is looked for as part of a sentence."""
    words = []
    if criteria.hosts:
        words.append(_("leads to %(hosts)s", hosts=_any_of(criteria.hosts)))
    if criteria.sample:
        words.append(_("says much the same as a text"))
    authors = []
    if criteria.people:
        shown = listed(criteria.people[:3])
        authors.append(
            _("is by %(names)s and others", names=shown) if len(criteria.people) > 3 else _("is by %(names)s", names=shown)
        )
    if criteria.has_pattern:
        authors.append(_("is by somebody %(traits)s", traits=_pattern_words(criteria)))
    if not words and not authors:
        return _("What an account wrote that is erased")
    parts = [_any_of(some) for some in (words, authors) if some]
    if criteria.needs_both and len(parts) == 2:
        return _("What %(conditions)s", conditions=_("%(one)s and %(other)s", one=parts[0], other=parts[1]))
    return _("What %(conditions)s", conditions=_any_of(parts))


def _any_of(parts: Sequence[str]) -> str:
    found = parts[0]
    for part in parts[1:]:
        found = _("%(one)s or %(other)s", one=found, other=part)
    return found


def _pattern_words(criteria: Criteria) -> str:
    parts = []
    if criteria.joined_from:
        first, last = human_moment(criteria.joined_from), human_moment(criteria.joined_to) if criteria.joined_to else ""
        parts.append(
            _("who joined %(first)s to %(last)s", first=first, last=last)
            if last
            else _("who joined %(first)s or later", first=first)
        )
    if criteria.name_pattern:
        parts.append(_("named like %(pattern)s", pattern=criteria.name_pattern))
    if criteria.mail_host:
        parts.append(_("with an address at %(host)s", host=criteria.mail_host))
    return listed(parts)
