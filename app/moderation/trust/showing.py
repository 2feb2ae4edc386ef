"""The table of trust in words, and how far a record has come in it. Pure but for `find_reason`."""

import sqlalchemy as sa

from app.core.db import db
from app.core.i18n import gettext, lazy_gettext, ngettext, separated
from app.core.records import Struct
from app.core.trust import Ability, Bound, Level, Record, TrustTable, trust_table, words_of
from app.moderation.models import LogEntry
from app.moderation.trust.setting import LOWER, PIN


class Step(Struct, frozen=True):
    """One thing that a level takes. `have` and `need` in words; `is_limit`: no more than that, instead of at least."""

    label: str
    have: str
    need: str
    is_met: bool
    is_limit: bool = False


class LevelView(Struct, frozen=True):
    """A level: what it takes, what it brings beyond the one below. `steps`: for one record, empty in the table for everybody."""

    level: Level
    takes: tuple[str, ...]
    brings: tuple[str, ...]
    steps: tuple[Step, ...] = ()

    @property
    def label(self) -> str:
        return self.level.label


class Progress(Struct, frozen=True):
    """Where somebody stands: what they have, all that they can, and the level after the one their record earns (None: none is)."""

    level: Level
    earned: Level
    abilities: tuple[str, ...]
    next: LevelView | None


def list_levels(table: TrustTable | None = None) -> tuple[LevelView, ...]:
    """Return all levels from the lowest on, as the public page shows them."""
    table = table or trust_table()
    return tuple(LevelView(level, _takes(table.bounds.get(level)), _brings(table, level)) for level in Level)


def list_staff_only(table: TrustTable | None = None) -> tuple[str, ...]:
    """Return the abilities that no level brings here."""
    table = table or trust_table()
    return tuple(words_of(ability) for ability in Ability if table.lowest[ability] is None)


def progress_of(record: Record, level: Level, table: TrustTable | None = None) -> Progress:
    """Return how far a record has come. `level`: what its owner has, which somebody may have set by hand."""
    table = table or trust_table()
    earned = table.level(record)
    following = Level(earned + 1) if earned < max(Level) else None
    view = None
    if following is not None:
        bound = table.bounds[following]
        view = LevelView(following, _takes(bound), _brings(table, following), steps_of(record, bound))
    return Progress(level, earned, tuple(words_of(ability) for ability in Ability if table.gives(level, ability)), view)


def steps_of(record: Record, bound: Bound) -> tuple[Step, ...]:
    """Return what a bound takes, and how much of it a record has. What the bound does not ask for is left out, limits are not."""
    days = record.age.total_seconds() / 86400
    rows = (
        (
            lazy_gettext("Time here"),
            days_in_words(min(days, 9999)),
            days_in_words(bound.days),
            days >= bound.days,
            bound.days > 0,
        ),
        (
            lazy_gettext("Visible texts"),
            separated(record.texts),
            separated(bound.texts),
            record.texts >= bound.texts,
            bound.texts > 0,
        ),
        (
            lazy_gettext("Answers that helped"),
            separated(record.helps),
            separated(bound.helps),
            record.helps >= bound.helps,
            bound.helps > 0,
        ),
    )
    limits = (
        (lazy_gettext("Texts rightly reported"), record.upheld, bound.upheld),
        (lazy_gettext("Warnings and worse"), record.sanctions, bound.sanctions),
    )
    return (
        *(Step(label, have, need, is_met) for label, have, need, is_met, is_asked in rows if is_asked),
        *(Step(label, str(have), str(most), have <= most, is_limit=True) for label, have, most in limits),
    )


def days_in_words(days: float) -> str:
    """Return a time in hours below two days, in days above."""
    if days < 2 and days != 1:
        return ngettext("%(num)s hour", "%(num)s hours", round(days * 24))
    return ngettext("%(num)s day", "%(num)s days", int(days))


def _brings(table: TrustTable, level: Level) -> tuple[str, ...]:
    return tuple(words_of(ability) for ability in table.new_at(level))


def _takes(bound: Bound | None) -> tuple[str, ...]:
    if bound is None:
        return ()
    asked = (
        (bound.days, gettext("%(time)s since you joined", time=days_in_words(bound.days))),
        (bound.texts, ngettext("%(num)s text that everybody can see", "%(num)s texts that everybody can see", bound.texts)),
        (
            bound.helps,
            ngettext(
                "%(num)s answer that helped: accepted, or confirmed by others",
                "%(num)s answers that helped: accepted, or confirmed by others",
                bound.helps,
            ),
        ),
    )
    return (
        *(words for number, words in asked if number),
        gettext(
            "%(reports)s against your texts that turned out right, %(warnings)s in half a year",
            reports=_reports(bound.upheld),
            warnings=_warnings(bound.sanctions),
        ),
    )


def _reports(most: int) -> str:
    return ngettext("at most %(num)s report", "at most %(num)s reports", most) if most else gettext("no reports")


def _warnings(most: int) -> str:
    return ngettext("at most %(num)s warning", "at most %(num)s warnings", most) if most else gettext("no warnings")


def find_reason(person_id: int) -> str:
    """Return why a level was last set by hand and not left to the record again; "" if nobody said."""
    statement = (
        sa.select(LogEntry.reason)
        .where(LogEntry.person_id == person_id, LogEntry.action.in_((PIN, LOWER)))
        .order_by(LogEntry.id.desc()).limit(1)
    )  # fmt: skip
    return db.session.scalar(statement) or ""
