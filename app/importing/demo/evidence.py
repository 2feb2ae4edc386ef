"""How the questions of the demo ended: acceptances, withdrawals, and the other events of evidence, in the order they happened."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from app.core.actor import Role
from app.core.db import db
from app.core.records import Struct
from app.forum.models import Acceptance, Outcome, Post
from app.forum.models.resolution import OutcomeKind, OutcomeSource, Voice
from app.forum.queries.judging import person_key
from app.importing.demo.preparing import PreparedThread
from app.importing.demo.written import Written
from app.moderation.models import LogEntry

# When the file does not say when an answer was accepted: so many hours after it was written.
ACCEPTED_HOURS_LATER = 5.0


class _Event(Struct):
    """One event. `accepts` is the number of the answer that stands accepted by it; `withdraws` the event it takes back.

    `reader` is set for the word of a visitor, who has no name.
    """

    at: datetime
    kind: str
    by: str | None
    answer: int | None = None
    note: str = ""
    accepts: int | None = None
    withdraws: "_Event | None" = None
    reader: str = ""
    why: str = ""
    row: Outcome | None = None


def write_evidence(written: Written, threads: list[PreparedThread]) -> None:
    """Write the events of all questions, and the acceptances that stand."""
    for thread in threads:
        events = [*_acceptances(written, thread), *_withdrawals(written, thread), *_others(written, thread)]
        events += _words(written, thread)
        for event in sorted(_merged(events), key=lambda event: event.at):
            _write(written, thread, event)


def _acceptance_kind(thread: PreparedThread, by: str) -> str:
    """The asker accepts; whoever does it for them judges."""
    return OutcomeKind.ACCEPTED if by == thread.data["author"] else OutcomeKind.JUDGED_BY_STAFF


def _acceptances(written: Written, thread: PreparedThread) -> list[_Event]:
    by = thread.data.get("accepted_by", thread.data["author"])
    hours = thread.data.get("accepted_hours_after", [])
    events = []
    for position, answer in enumerate(thread.data.get("accepted", [])):
        later = thread.posts[answer].versions[0].hours_after + ACCEPTED_HOURS_LATER
        at = written.moment(thread.stem, hours[position] if position < len(hours) else later)
        events.append(_Event(at, _acceptance_kind(thread, by), by, answer, accepts=answer))
    return events


def _withdrawals(written: Written, thread: PreparedThread) -> list[_Event]:
    events = []
    for row in thread.data.get("withdrawn", []):
        at = written.moment(thread.stem, row["accepted_hours_after"])
        given = _Event(at, _acceptance_kind(thread, row["by"]), row["by"], row["answer"])
        later = written.moment(thread.stem, row["hours_after"])
        back = _Event(later, OutcomeKind.WITHDRAWN, row["by"], row["answer"], withdraws=given)
        events += [given, back]
    return events


def _others(written: Written, thread: PreparedThread) -> list[_Event]:
    events = []
    for row in thread.data.get("outcome", []):
        at = written.moment(thread.stem, row["hours_after"])
        events.append(_Event(at, row["kind"], row.get("by"), row.get("answer"), row.get("note", "")))
    if asked := thread.data.get("needs_info"):
        at = written.moment(thread.stem, asked["hours_after"])
        events.append(_Event(at, OutcomeKind.NEEDS_INFO, asked["by"], note=asked["note"]))
    return events


def _merged(events: list[_Event]) -> list[_Event]:
    """Staff who accept for the asker judge: where a file names both, they are one event, which keeps the note."""
    judgements = [event for event in events if event.kind == OutcomeKind.JUDGED_BY_STAFF]
    judged = {(event.by, event.answer): event for event in judgements if event.accepts is None}
    kept = []
    for event in events:
        same = judged.get((event.by, event.answer)) if event.accepts and event.kind == OutcomeKind.JUDGED_BY_STAFF else None
        if same is None or same is event:
            kept.append(event)
        else:
            same.accepts, same.at = event.accepts, event.at
    return kept


def _words(written: Written, thread: PreparedThread) -> list[_Event]:
    """Return what visitors said of the answers: for some it worked, for others not, some of these with a reason."""
    events = []
    for post in thread.posts:
        said = post.data.get("worked", {})
        reasons = [reason for reason, count in said.get("reasons", {}).items() for _ in range(count)]
        for number in range(said.get("yes", 0)):
            events.append(_word(written, thread, post.number, f"yes {number}", kind=OutcomeKind.CONFIRMED_BY_OTHER))
        for number in range(said.get("no", 0)):
            why = reasons[number] if number < len(reasons) else ""
            events.append(_word(written, thread, post.number, f"no {number}", kind=OutcomeKind.REFUTED, why=why))
    return events


def _word(written: Written, thread: PreparedThread, answer: int, reader: str, **what: Any) -> _Event:
    key = hashlib.sha256(f"demo {thread.stem} {answer} {reader}".encode()).hexdigest()
    since = written.posts[thread.stem, answer].created_at + timedelta(hours=ACCEPTED_HOURS_LATER)
    at = written.calendar.scattered(since, thread.stem, answer, reader, within=timedelta(days=3650))
    return _Event(at, by=None, answer=answer, reader=key, **what)


def _voice(written: Written, thread: PreparedThread, event: _Event) -> Voice:
    if event.by is None:
        return Voice.READER if event.reader else Voice.SYSTEM
    if event.by == thread.data["author"]:
        return Voice.ASKER
    return Voice.READER if written.people[event.by].role == Role.MEMBER else Voice.STAFF


def _write(written: Written, thread: PreparedThread, event: _Event) -> None:
    post = None if event.answer is None else written.posts[thread.stem, event.answer]
    voice, by = _voice(written, thread, event), written.person_id(event.by) if event.by else None
    event.row = Outcome(
        thread_id=written.threads[thread.stem].id, post_id=post.id if post else None, kind=event.kind, reason=event.note,
        source=OutcomeSource.INFERENCE if event.kind == OutcomeKind.LIKELY else OutcomeSource.PAGE, voice=voice, actor_id=by,
        reader_key=person_key(by) if by and voice == Voice.READER else event.reader, reason_kind=event.why, created_at=event.at,
        withdraws_id=event.withdraws.row.id if event.withdraws and event.withdraws.row else None,
    )  # fmt: skip
    db.session.add(event.row)
    db.session.flush()
    if post and event.accepts is not None:
        _accept(written, thread, event, post)


def _accept(written: Written, thread: PreparedThread, event: _Event, post: Post) -> None:
    post.accepted_at = event.at
    if event.row is None:
        return
    db.session.add(
        Acceptance(
            post_id=post.id, thread_id=post.thread_id, accepted_by_id=event.row.actor_id, accepted_at=event.at,
            outcome_id=event.row.id,
        )
    )  # fmt: skip
    _log_foreign_acceptance(written, thread, event)


def _log_foreign_acceptance(written: Written, thread: PreparedThread, event: _Event) -> None:
    if event.row and event.by != thread.data["author"]:
        written.log.append(
            LogEntry(
                action="accept", actor_id=event.row.actor_id, reason="Accepted for the asker", post_id=event.row.post_id,
                created_at=event.at,
            )
        )  # fmt: skip
