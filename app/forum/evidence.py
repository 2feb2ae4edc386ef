"""How we know where a question stands: its standing evidence in words, for everybody. Pure; knows no request.

Readers are counted, never named; who is in charge, the asker and our own inference are named, each with date and way.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.core.i18n import lazy_gettext
from app.forum.models.resolution import OutcomeKind, OutcomeSource, Voice
from app.forum.models.thread import Status
from app.forum.queries.people import PersonCard
from app.forum.queries.resolution import OutcomeRow
from app.forum.queries.thread_page import ThreadPage
from app.forum.queries.thread_rows import PostRow

# What an event says, as a sentence without its subject: of the question, and of one answer.
_SAYS = {
    OutcomeKind.ACCEPTED: (lazy_gettext("marked a solution"), lazy_gettext("marked this answer as the solution")),
    OutcomeKind.CONFIRMED_BY_ASKER: (
        lazy_gettext("confirmed that it is solved"),
        lazy_gettext("confirmed that this answer solved it"),
    ),
    OutcomeKind.JUDGED_BY_STAFF: (lazy_gettext("judged that it is solved"), lazy_gettext("judged that this answer solves it")),
    OutcomeKind.SOLVED_ELSEWHERE: (
        lazy_gettext("said that it was solved in another way"),
        lazy_gettext("said that it was solved in another way"),
    ),
    OutcomeKind.WORKAROUND: (
        lazy_gettext("said that there is a way around it"),
        lazy_gettext("said that this answer is a way around it"),
    ),
    OutcomeKind.NO_LONGER_RELEVANT: (
        lazy_gettext("said that it does not matter any more"),
        lazy_gettext("said that it does not matter any more"),
    ),
    OutcomeKind.NEEDS_INFO: (lazy_gettext("asked for more details"), lazy_gettext("asked for more details")),
    OutcomeKind.REFUTED: (lazy_gettext("said that it is not solved"), lazy_gettext("said that this answer did not solve it")),
}
_HOW = {
    OutcomeSource.MAIL: "by mail",
    OutcomeSource.API: lazy_gettext("through the API"),
    OutcomeSource.IMPORT: lazy_gettext("on its former site"),
    OutcomeSource.INFERENCE: "inferred",
}


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One piece of evidence: `who` (None for readers and for us) `text`, `how` it reached us, when, and about which answer."""

    text: str
    at: datetime | None
    who: PersonCard | None = None
    role: str = ""
    how: str = ""
    post_path: str = ""


def present_evidence(page: ThreadPage) -> tuple[EvidenceLine, ...]:
    """Return what stands about a question on the first page of it, oldest first, readers' words last; nothing elsewhere."""
    if not page.head.is_question or page.posts.number != 1:
        return ()
    on_page = {row.id for row in page.posts.items}
    events = [_line(event, event.post_id in on_page) for event in page.outcomes if _is_told(event, page.head.status)]
    return (*events, *_words(page.posts.items))


def _is_told(event: OutcomeRow, status: str) -> bool:
    """An inference is told only while it counts, and a request for details only while the asker is waited for."""
    if event.kind == OutcomeKind.LIKELY:
        return status == Status.LIKELY_SOLVED
    return event.kind in _SAYS and (event.kind != OutcomeKind.NEEDS_INFO or status == Status.NEEDS_INFO)


def _line(event: OutcomeRow, is_on_page: bool) -> EvidenceLine:
    path = f"#post-{event.post_id}" if is_on_page else ""
    how = _HOW.get(OutcomeSource(event.source), "")
    if event.kind == OutcomeKind.LIKELY:
        reason = f": {event.reason[:1].lower()}{event.reason[1:]}".rstrip(". ") if event.reason else ""
        return EvidenceLine(f"Nobody said so, but it is probably solved{reason}", event.created_at, how=how, post_path=path)
    says = _SAYS[OutcomeKind(event.kind)][event.post_id is not None]
    reason = f" (“{event.reason}”)" if event.reason else ""
    role = "the asker" if event.voice == Voice.ASKER else "for the asker"
    return EvidenceLine(says + reason, event.created_at, event.actor, role, how, path)


def _words(rows: Iterable[PostRow]) -> list[EvidenceLine]:
    """Return what readers said of each answer of the page."""
    return [
        EvidenceLine(
            f"Of {row.worked_count + row.failed_count:,} readers who said so, this answer worked for {row.worked_count:,}"
            if row.worked_count + row.failed_count > 1
            else f"One reader said that this answer {'worked' if row.worked_count else 'did not work'} for them",
            row.last_worked_at,
            how="last confirmed" if row.last_worked_at else "",
            post_path=f"#post-{row.id}",
        )
        for row in rows
        if row.is_listed and row.worked_count + row.failed_count
    ]
