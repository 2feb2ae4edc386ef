"""What readers said about answers: one reader's word, and everybody's reasons as counts. Readers themselves are named nowhere."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import reduce

import sqlalchemy as sa

from app.core.db import db, read
from app.core.i18n import gettext as _
from app.core.i18n import ngettext, separated
from app.core.records import Struct
from app.forum.models import Outcome
from app.forum.models.resolution import OutcomeKind, RefutationReason, Voice
from app.forum.queries.outcomes import IS_STANDING

# In this order reasons are told: what one can do something about first.
REASON_ORDER = (
    RefutationReason.OUTDATED,
    RefutationReason.OTHER_VERSION,
    RefutationReason.UNCLEAR,
    RefutationReason.WRONG,
    RefutationReason.NONE,
)
_REASONS = (
    sa.select(Outcome.post_id, Outcome.reason_kind, sa.func.count())
    .where(
        Outcome.post_id.in_(sa.bindparam("ids", expanding=True)), Outcome.voice == Voice.READER,
        Outcome.kind == OutcomeKind.REFUTED, IS_STANDING,
    )
    .group_by(Outcome.post_id, Outcome.reason_kind)
)  # fmt: skip


class ReasonCount(Struct, frozen=True):
    """How many readers gave one reason why an answer failed them; "" counts those who gave none."""

    reason: str
    count: int


def person_key(person_id: int) -> str:
    """Return the reader key of a member: the same on every device and in mails, so that they count once."""
    return hashlib.blake2b(f"person:{person_id}".encode(), digest_size=24).hexdigest()


def find_word(post_id: int, reader_key: str) -> Outcome | None:
    """Return a reader's standing word about an answer, or None when there is none or they took it back."""
    statement = (
        sa.select(Outcome)
        .where(Outcome.post_id == post_id, Outcome.reader_key == reader_key, Outcome.voice == Voice.READER)
        .order_by(Outcome.id.desc())
        .limit(1)
    )
    last = db.session.scalar(statement)
    return last if last is not None and last.kind != OutcomeKind.WITHDRAWN else None


def reasons_of(post_ids: Sequence[int]) -> dict[int, tuple[ReasonCount, ...]]:
    """Return why readers say that answers failed them, by answer, in a fixed order; answers that failed nobody are left out."""
    if not post_ids:
        return {}
    found: dict[int, dict[str, int]] = {}
    for post_id, reason, count in read(_REASONS, {"ids": list(post_ids)}):
        found.setdefault(post_id or 0, {})[reason] = count
    return {
        post_id: tuple(ReasonCount(reason, counts[reason]) for reason in REASON_ORDER if counts.get(reason))
        for post_id, counts in found.items()
    }


def voices(worked: int, failed: int) -> str:
    """Return what readers said, in words; nothing of a single one."""
    total = worked + failed
    if total < 2:
        return ""
    return _("It worked for %(worked)s of %(total)s readers", worked=separated(worked), total=separated(total))


def reason_words(counts: Sequence[ReasonCount]) -> str:
    """Return why an answer failed readers: "3 say it is out of date, 1 has a different version"; "" for nobody."""
    if all(one.reason == RefutationReason.NONE for one in counts):
        return ""
    return reduce(_joined, (_told(RefutationReason(one.reason), one.count) for one in counts), "")


def _joined(first: str, second: str) -> str:
    return _("%(first)s, %(second)s", first=first, second=second) if first else second


def _told(reason: RefutationReason, number: int) -> str:
    match reason:
        case RefutationReason.OUTDATED:
            return ngettext("%(num)s says it is out of date", "%(num)s say it is out of date", number)
        case RefutationReason.OTHER_VERSION:
            return ngettext("%(num)s has a different version", "%(num)s have a different version", number)
        case RefutationReason.UNCLEAR:
            return ngettext("%(num)s did not understand it", "%(num)s did not understand it", number)
        case RefutationReason.WRONG:
            return ngettext("%(num)s followed it without success", "%(num)s followed it without success", number)
        case _:
            return ngettext("%(num)s gave no reason", "%(num)s gave no reason", number)


def total_reasons(reasons: Mapping[int, Sequence[ReasonCount]]) -> tuple[ReasonCount, ...]:
    """Return the reasons of several answers together, in the order of the first."""
    totals: dict[str, int] = {}
    for counts in reasons.values():
        for one in counts:
            totals[one.reason] = totals.get(one.reason, 0) + one.count
    return tuple(ReasonCount(reason, totals[reason]) for reason in REASON_ORDER if reason in totals)
