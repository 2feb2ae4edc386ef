"""What moderators of the demo did and have yet to do: closed, hidden, locked and held threads, open flags, and the log."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from app.accounts.models import Person
from app.core.db import db
from app.forum.models import Thread
from app.importing.demo.preparing import PreparedThread
from app.importing.demo.written import Written, touch
from app.moderation.models import AppealState, Flag, FlagReason, LogEntry, Sanction, SanctionKind

REASON_WORDS = {
    "duplicate": "Duplicate", "no_longer_relevant": "No longer relevant", "off_topic": "Off topic", "spam": "Spam",
    "rude": "Rude",
}  # fmt: skip
# The files know reasons that the application files under another name.
FLAG_REASONS = {"unsafe": FlagReason.WRONG}
# Whose threads were hidden as spam so often may not post for so long.
SPAM_THREADS = 2
SUSPENDED_FOR = timedelta(days=365)
# What they say to that.
APPEAL = "I only wanted to show people our summer offers. I have read the rules now and will not do it again."
APPEALED_AFTER = timedelta(hours=5)


def write_curation(written: Written, threads: list[PreparedThread]) -> None:
    """Write states, flags and log entries of all threads, then the suspension of spammers."""
    for thread in threads:
        row = written.threads[thread.stem]
        _close(written, thread, row)
        _hide(written, thread, row)
        _lock(written, thread, row)
        _calm(written, thread, row)
        for flag in thread.data.get("flags", []):
            _flag(written, thread, flag)
    _suspend_spammers(written, threads)
    db.session.flush()


def _close(written: Written, thread: PreparedThread, row: Thread) -> None:
    closed = thread.data.get("closed")
    if closed is None:
        return
    row.closed_at = written.moment(thread.stem, closed["hours_after"])
    touch(row, row.closed_at)
    if row.duplicate_of_id is not None:
        _log(written, "duplicate", closed, row.closed_at, closed.get("note", ""), thread_id=row.id)
    else:
        row.close_reason = _words(closed)
        _log(written, "close", closed, row.closed_at, row.close_reason, thread_id=row.id)


def _hide(written: Written, thread: PreparedThread, row: Thread) -> None:
    if hidden := thread.data.get("hidden"):
        row.hidden_at = written.moment(thread.stem, hidden["hours_after"])
        row.hidden_reason = _words(hidden)
        _log(written, "hide", hidden, row.hidden_at, row.hidden_reason, thread_id=row.id)


def _lock(written: Written, thread: PreparedThread, row: Thread) -> None:
    if locked := thread.data.get("locked"):
        row.locked_at = written.moment(thread.stem, locked["hours_after"])
        touch(row, row.locked_at)
        row.lock_note = locked["reason"]
        _log(written, "lock", locked, row.locked_at, locked["reason"], thread_id=row.id)


def _calm(written: Written, thread: PreparedThread, row: Thread) -> None:
    """Archive a thread, or slow it down."""
    if archived := thread.data.get("archived"):
        row.archived_at = written.moment(thread.stem, archived["hours_after"])
        _log(written, "archive", archived, row.archived_at, archived["reason"], thread_id=row.id)
    if slowed := thread.data.get("slowed"):
        row.slow_minutes, at = slowed["minutes"], written.moment(thread.stem, slowed["hours_after"])
        written.log.append(
            LogEntry(
                action="slow", actor_id=written.person_id(slowed["by"]), reason=slowed["reason"], created_at=at, before="0",
                thread_id=row.id,
            )
        )  # fmt: skip


def _flag(written: Written, thread: PreparedThread, flag: dict[str, Any]) -> None:
    post = written.posts[thread.stem, flag["post"]]
    db.session.add(
        Flag(
            thread_id=post.thread_id, post_id=post.id, reporter_id=written.person_id(flag["by"]),
            reason=FLAG_REASONS.get(flag["reason"], flag["reason"]), note=flag.get("note", ""),
            created_at=written.moment(thread.stem, flag["hours_after"]),
        )
    )  # fmt: skip


def _suspend_spammers(written: Written, threads: list[PreparedThread]) -> None:
    spam = [thread for thread in threads if thread.data.get("hidden", {}).get("reason") == "spam"]
    counts = Counter(thread.data["author"] for thread in spam)
    for thread in spam:
        author = thread.data["author"]
        if counts[author] >= SPAM_THREADS and not written.people[author].suspended_at:
            last = max(written.threads[other.stem].hidden_at or written.calendar.today for other in spam)
            _suspend(written, written.people[author], thread.data["hidden"], last)


def _suspend(written: Written, person: Person, hidden: dict[str, Any], at: datetime) -> None:
    person.suspended_at, person.suspended_until = at, at + SUSPENDED_FOR
    person.suspended_reason = "Advertising in several threads"
    sanction = Sanction(
        person_id=person.id, kind=SanctionKind.SUSPEND, reason=person.suspended_reason, until=person.suspended_until, created_at=at,
        created_by_id=written.person_id(hidden["by"]), appeal_state=AppealState.OPEN, appeal_note=APPEAL, appealed_at=at + APPEALED_AFTER,
    )  # fmt: skip
    db.session.add(sanction)
    db.session.flush()
    written.log.append(
        LogEntry(
            action="suspend", actor_id=sanction.created_by_id, reason=sanction.reason, created_at=at, before=str(sanction.id),
            person_id=person.id,
        )
    )  # fmt: skip


def _words(row: dict[str, Any]) -> str:
    """Return a reason as people read it: the word for it, and the note."""
    word = REASON_WORDS[row["reason"]]
    return f"{word}: {row['note']}" if row.get("note") else word


def _log(written: Written, action: str, row: dict[str, Any], at: datetime, reason: str, **target: int) -> None:
    written.log.append(LogEntry(action=action, actor_id=written.person_id(row["by"]), reason=reason, created_at=at, **target))
