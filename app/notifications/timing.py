"""When people are asked how a question ended: days after an answer, never in quiet hours. Pure: no database, no clock."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.core.records import Struct


class Timing(Struct, frozen=True):
    """The settings that decide when a mail that asks may leave.

    `days` are those after an answer on which its asker is reminded (none: nobody is asked by mail); `quiet` is (first hour,
    end) of the night in `zone`, or None.
    """

    days: tuple[int, ...]
    quiet: tuple[int, int] | None
    zone: ZoneInfo

    def is_quiet(self, moment: datetime) -> bool:
        """Return whether no mail that asks may leave now."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        hour = moment.astimezone(self.zone).hour
        return start <= hour < end if start < end else hour >= start or hour < end

    def after_quiet(self, moment: datetime) -> datetime:
        """Return the moment itself, or the end of the quiet hours it lies in."""
        if self.quiet is None or not self.is_quiet(moment):
            return moment
        local, end = moment.astimezone(self.zone), self.quiet[1]
        day = local.date() if local.hour < end else local.date() + timedelta(days=1)
        return datetime.combine(day, time(end), tzinfo=self.zone).astimezone(moment.tzinfo)

    def reminder_due(self, sent_count: int, moment: datetime) -> datetime | None:
        """Return when the next reminder is due, counted from an answer (none was sent) or from the last reminder.

        None when all were sent.
        """
        if sent_count >= len(self.days):
            return None
        before = self.days[sent_count - 1] if sent_count else 0
        return self.after_quiet(moment + timedelta(days=self.days[sent_count] - before))

    def renewed_due(self, sent_count: int, moment: datetime) -> datetime | None:
        """Return when an asker who spoke is asked about an answer that came later: as about a first one. None: all were sent."""
        return self.after_quiet(moment + timedelta(days=self.days[0])) if sent_count < len(self.days) else None
