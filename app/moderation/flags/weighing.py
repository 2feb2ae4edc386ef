"""How much a report counts: by what became of earlier reports of the same person. Pure; hundredths of an ordinary report."""

from app.core.i18n import gettext as _
from app.core.records import Struct
from app.web.filters import decimal

ORDINARY = 100
# Nobody is judged by one or two reports: as if this many had been upheld, and as many declined, before the first one.
_BEFORE = 2
# From so many declined reports on, somebody who is right less than one time in five is not counted any more.
SINK_FROM = 5
_SINK_SHARE = 5
# What the role, or being trusted here, makes of it, in per cent.
_STAFF_PER_CENT = 150
_MODERATOR_PER_CENT = 200


class FlagRecord(Struct, frozen=True):
    """What became of a person's reports within a year, and as whom they report. `is_trusted`: their level makes reports weigh more."""

    upheld: int = 0
    declined: int = 0
    is_trusted: bool = False
    is_staff: bool = False
    is_moderator: bool = False

    @property
    def is_sunk(self) -> bool:
        """Whether reports of this person are mostly wrong, so that they count nothing and are limited. Never staff or moderators."""
        if self.is_staff or self.is_moderator or self.declined < SINK_FROM:
            return False
        return self.upheld * _SINK_SHARE < self.upheld + self.declined


def flag_weight(record: FlagRecord) -> int:
    """Return how much a report counts: 100 for somebody without a record, up to 200 for those who are always right, down to 0.

    Staff and people trusted here count half as much again, moderators double.
    """
    if record.is_sunk:
        return 0
    decided = record.upheld + record.declined
    weight = 2 * ORDINARY * (record.upheld + _BEFORE) / (decided + 2 * _BEFORE)
    per_cent = _MODERATOR_PER_CENT if record.is_moderator else _STAFF_PER_CENT if record.is_staff or record.is_trusted else 100
    return round(weight * per_cent / 100)


def weight_words(weight: int) -> str:
    """Return how much a report counted, where that is out of the ordinary."""
    if weight == 0:
        return _("counts nothing: mostly wrong before")
    return _("counts %(times)s times", times=decimal(weight / ORDINARY)) if weight != ORDINARY else ""
