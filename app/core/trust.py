"""How far people are trusted: levels, the record that earns them, and what each brings. The one table; pure, reads nothing.

Policies ask `actor.has(Ability.X)`; the page about trust, the settings and the docs are printed from the same table.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import IntEnum, StrEnum

from app.core.i18n import lazy_gettext
from app.core.records import Struct, field, field_names, replace

# So far back reports that moderators upheld, and what moderators had to do about a person, count.
WINDOW = timedelta(days=180)


class Level(IntEnum):
    """How far somebody is trusted. Everybody begins as new; staff, moderators and admins have every ability whatever their level."""

    NEW = 0
    MEMBER = 1
    REGULAR = 2
    TRUSTED = 3

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Level.NEW: lazy_gettext("New"),
    Level.MEMBER: lazy_gettext("Member"),
    Level.REGULAR: lazy_gettext("Regular"),
    Level.TRUSTED: lazy_gettext("Trusted"),
}


class Ability(StrEnum):
    """Something that takes a record."""

    POST_LINKS = "post_links"
    POST_IMAGES = "post_images"
    POST_AT_ONCE = "post_at_once"
    BE_FOUND = "be_found"
    SHOW_WEBSITE = "show_website"
    WRITE_FREELY = "write_freely"
    EDIT_TITLES = "edit_titles"
    WEIGHTY_REPORTS = "weighty_reports"
    PROPOSE_ARTICLES = "propose_articles"


# Ability -> (lowest level, what it is, in words that follow "you can").
ABILITIES: Mapping[Ability, tuple[Level, str]] = {
    Ability.POST_LINKS: (Level.MEMBER, lazy_gettext("link to as many other sites as you need")),
    Ability.POST_IMAGES: (Level.MEMBER, lazy_gettext("show images")),
    Ability.POST_AT_ONCE: (Level.MEMBER, lazy_gettext("post at once where first texts wait for a moderator")),
    Ability.BE_FOUND: (Level.MEMBER, lazy_gettext("be found: search engines may list your profile and your fresh questions")),
    Ability.SHOW_WEBSITE: (Level.MEMBER, lazy_gettext("link to your website from your profile")),
    Ability.WRITE_FREELY: (
        Level.REGULAR,
        lazy_gettext("write without being looked over by the screening, except for watched words and sites"),
    ),
    Ability.EDIT_TITLES: (Level.REGULAR, lazy_gettext("improve titles and tags of other people's questions")),
    Ability.WEIGHTY_REPORTS: (Level.REGULAR, lazy_gettext("report with more weight")),
    Ability.PROPOSE_ARTICLES: (Level.TRUSTED, lazy_gettext("write and change articles, which are published after a review")),
}


class Record(Struct, frozen=True):
    """What somebody did here. `texts`: visible posts and comments; `accepted`: answers that others accepted; `confirmed`: further
    answers of which others said that they worked; `upheld`, `sanctions`: reports against their texts that moderators upheld, and
    warnings or worse, both within WINDOW."""

    age: timedelta = timedelta(0)
    texts: int = 0
    accepted: int = 0
    confirmed: int = 0
    upheld: int = 0
    sanctions: int = 0

    @property
    def helps(self) -> int:
        """Answers that helped somebody else."""
        return self.accepted + self.confirmed


class Bound(Struct, frozen=True):
    """What a level takes: at least `days`, `texts` and `helps`; at most `upheld` reports and `sanctions`."""

    days: float = 0
    texts: int = 0
    helps: int = 0
    upheld: int = 0
    sanctions: int = 0

    def is_met_by(self, record: Record) -> bool:
        """Return whether the record is good enough."""
        grown = record.age >= timedelta(days=self.days) and record.texts >= self.texts and record.helps >= self.helps
        return grown and record.upheld <= self.upheld and record.sanctions <= self.sanctions


BOUNDS: Mapping[Level, Bound] = {
    Level.MEMBER: Bound(days=1, texts=2, helps=0, upheld=3, sanctions=1),
    Level.REGULAR: Bound(days=30, texts=20, helps=3, upheld=1, sanctions=0),
    Level.TRUSTED: Bound(days=90, texts=50, helps=10, upheld=0, sanctions=0),
}


class TrustTable(Struct, frozen=True):
    """What holds here. `lowest`: the level from which an ability is had; None: staff and moderators alone have it."""

    bounds: Mapping[Level, Bound] = field(default_factory=lambda: dict(BOUNDS))
    lowest: Mapping[Ability, Level | None] = field(
        default_factory=lambda: {one: level for one, (level, _words) in ABILITIES.items()}
    )

    def level(self, record: Record) -> Level:
        """Return the highest level whose bound, and every one below it, the record meets."""
        reached = Level.NEW
        for level in sorted(self.bounds):
            if not self.bounds[level].is_met_by(record):
                break
            reached = level
        return reached

    def gives(self, level: int, ability: Ability) -> bool:
        """Return whether people of this level have the ability."""
        lowest = self.lowest[ability]
        return lowest is not None and level >= lowest

    def new_at(self, level: int) -> tuple[Ability, ...]:
        """Return the abilities that this level brings."""
        return tuple(ability for ability in Ability if self.lowest[ability] == level)


_table = [TrustTable()]


def use_table(table: TrustTable) -> None:
    """Let everybody be trusted by this table from now on; set once when the application starts."""
    _table[0] = table


def trust_table() -> TrustTable:
    """Return the table that holds."""
    return _table[0]


def words_of(ability: Ability) -> str:
    """Return what an ability is, in words that follow "you can"."""
    return ABILITIES[ability][1]


def level_named(name: str) -> Level:
    """Return the level called so ("regular"). Raises ValueError for anything else."""
    try:
        return Level[name.strip().upper()]
    except KeyError:
        raise ValueError(f"{name.strip() or 'nothing'} is not a level; levels are {_names(Level.__members__)}") from None


def _names(names: Mapping[str, object]) -> str:
    return ", ".join(names).lower()


def _pairs(raw: str, take: Callable[[str, str], None]) -> None:
    for part in raw.replace(",", " ").split():
        name, separator, value = part.partition("=")
        if not separator:
            raise ValueError(f"{part} is not of the form name=value")
        take(name.strip().lower(), value.strip().lower())


def parse_abilities(raw: str) -> dict[Ability, Level | None]:
    """Read `propose_articles=never show_website=regular`. Raises ValueError, in words."""
    found: dict[Ability, Level | None] = {}

    def take(name: str, value: str) -> None:
        if name not in list(Ability):
            raise ValueError(f"{name} is not an ability; abilities are {', '.join(Ability)}")
        found[Ability(name)] = None if value == "never" else level_named(value)

    _pairs(raw, take)
    return found


def parse_bounds(raw: str) -> dict[Level, dict[str, int]]:
    """Read `regular.days=60 trusted.helps=20` as changes of BOUNDS. Raises ValueError, in words."""
    found: dict[Level, dict[str, int]] = {}

    def take(name: str, value: str) -> None:
        level, _dot, what = name.partition(".")
        if level_named(level) is Level.NEW or what not in field_names(Bound):
            raise ValueError(
                f"{name} is not a bound; write member, regular or trusted, a dot, and one of {', '.join(field_names(Bound))}"
            )
        if not value.isascii() or not value.isdigit() or len(value) > 6:
            raise ValueError(f"{name} must be a whole number from 0")
        found.setdefault(level_named(level), {})[what] = int(value)

    _pairs(raw, take)
    return found


def member_bound(texts: int, hours: int) -> Bound:
    """Return what it takes not to be new: so many visible texts and hours; 0 texts: nobody counts as new for these two."""
    return replace(BOUNDS[Level.MEMBER], days=hours / 24 if texts else 0, texts=texts)


def make_table(abilities: str = "", bounds: str = "", *, member: Bound | None = None) -> TrustTable:
    """Return the table with the changes of two settings; `member`: what it takes not to be new, before the changes."""
    base, changes = {**BOUNDS, Level.MEMBER: member or BOUNDS[Level.MEMBER]}, parse_bounds(bounds)
    changed = {level: replace(bound, **changes.get(level, {})) for level, bound in base.items()}
    return TrustTable(changed, {**TrustTable().lowest, **parse_abilities(abilities)})
