"""What everybody may know of moderation: how much of what was decided, without persons and texts.

Small numbers are not given: with few decisions a month, a number could point at somebody.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from app.core.clock import now
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.moderation.models import AppealState, FlagReason, FlagState
from app.moderation.queries.transparency import count_appeals, count_decisions, count_reports

MONTHS = 12
# Numbers from 1 to below this are shown as "fewer than".
FEWEST = 5
# For so long the figures are not counted again.
KEPT_FOR = timedelta(hours=1)

# What decisions are called here, and the actions of the log that count as such.
FAMILIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (lazy_gettext("Texts hidden"), ("hide", "reject")),
    (lazy_gettext("Texts set aside until a moderator looked"), ("hold", "set_aside")),
    (lazy_gettext("Texts let through after a look"), ("approve",)),
    (lazy_gettext("Texts shown again"), ("restore",)),
    (lazy_gettext("Texts of others edited"), ("edit",)),
    (lazy_gettext("Threads closed, locked, slowed or archived"), ("close", "lock", "slow", "archive")),
    (lazy_gettext("Threads opened again"), ("reopen", "unlock", "unarchive")),
    (lazy_gettext("Threads moved, joined, split or converted"), (
        "move", "merge", "split", "duplicate", "to_discussion", "to_question", "to_comment", "to_answer",
    )),
    (lazy_gettext("Reports upheld"), ("uphold",)),
    (lazy_gettext("Reports declined"), ("decline",)),
    (lazy_gettext("Warnings"), ("warn",)),
    (lazy_gettext("People muted"), ("mute",)),
    (lazy_gettext("People suspended"), ("suspend",)),
    (lazy_gettext("People banned"), ("ban",)),
    (lazy_gettext("Restrictions lifted"), ("lift", "appeal_lift")),
    (lazy_gettext("Waves of spam put away"), ("quarantine",)),
    (lazy_gettext("Decisions undone"), ("undo",)),
)  # fmt: skip
_REASONS = {
    FlagReason.SPAM: lazy_gettext("Spam"), FlagReason.RUDE: lazy_gettext("Rude"), FlagReason.OFF_TOPIC: lazy_gettext("Off topic"),
    FlagReason.WRONG: lazy_gettext("Wrong or dangerous"),
    FlagReason.DUPLICATE: lazy_gettext("Asked before"), FlagReason.OUTDATED: lazy_gettext("Outdated"),
    FlagReason.OTHER: lazy_gettext("Something else"),
}  # fmt: skip
_APPEALS = (
    (AppealState.LIFTED, lazy_gettext("The decision was taken back")), (AppealState.UPHELD, lazy_gettext("The decision stayed")),
    (AppealState.OPEN, lazy_gettext("Not decided yet")),
)  # fmt: skip


class FigureRow(Struct, frozen=True):
    """One line of a table: what was counted, and its cells. A cell is a number as text, or "" for fewer than FEWEST."""

    label: str
    cells: tuple[str, ...]


class TransparencyReport(Struct, frozen=True):
    """The figures of the last MONTHS months, the running one included. `months`: the first day of each, newest first."""

    months: tuple[date, ...]
    decisions: tuple[FigureRow, ...]
    reports: tuple[FigureRow, ...]
    appeals: tuple[FigureRow, ...]
    counted_at: datetime


def shown(count: int) -> str:
    """Return a count as everybody may see it: "" stands for fewer than FEWEST, and none is none."""
    return "" if 0 < count < FEWEST else f"{count:,}"


def last_months(today: date, number: int = MONTHS) -> tuple[date, ...]:
    """Return the first days of so many months, oldest first, the running one last."""
    counts = range(today.year * 12 + today.month - number, today.year * 12 + today.month)
    return tuple(date(count // 12, count % 12 + 1, 1) for count in counts)


def count_everything(zone: ZoneInfo, moment: datetime) -> TransparencyReport:
    """Count anew. Months are those of the site's time zone."""
    months = last_months(moment.astimezone(zone).date())
    began = [datetime.combine(month, time.min, zone).astimezone(UTC) for month in months]
    actions = {action for _, family in FAMILIES for action in family}
    decisions, reports, appeals = count_decisions(actions, began), count_reports(began[0]), count_appeals(began[0])
    newest_first = range(len(months) - 1, -1, -1)
    return TransparencyReport(
        months[::-1],
        tuple(_row(label, (sum(decisions.get((a, n), 0) for a in family) for n in newest_first)) for label, family in FAMILIES),
        tuple(_row(label, (reports.get((reason, state), 0) for state in FlagState)) for reason, label in _REASONS.items()),
        tuple(_row(label, [appeals.get(state, 0)]) for state, label in _APPEALS),
        moment,
    )


def _row(label: str, counts: Iterable[int]) -> FigureRow:
    return FigureRow(label, tuple(shown(count) for count in counts))


class _Kept:
    """The last report of this process. Whoever comes while it is counted waits for it instead of counting too."""

    def __init__(self) -> None:
        self.report: TransparencyReport | None = None
        self.lock = Lock()


_kept = _Kept()


def current_report(zone: ZoneInfo) -> TransparencyReport:
    """Return the figures, at most KEPT_FOR old."""
    with _kept.lock:
        moment = now()
        if _kept.report is None or not timedelta() <= moment - _kept.report.counted_at < KEPT_FOR:
            _kept.report = count_everything(zone, moment)
        return _kept.report


def forget_report() -> None:
    """Count anew next time."""
    with _kept.lock:
        _kept.report = None
