"""How we know where a question stands: its standing evidence in words, for everybody. Pure; knows no request.

Readers are counted, never named; who is in charge, the asker and our own inference are named, each with date and way.
"""

from collections.abc import Iterable
from datetime import datetime

from markupsafe import Markup, escape

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, separated
from app.core.records import Struct
from app.forum.inference import grounds_in_words
from app.forum.models.resolution import OutcomeKind, OutcomeSource, Voice
from app.forum.models.thread import Status
from app.forum.queries.people import PersonCard
from app.forum.queries.resolution import OutcomeRow
from app.forum.queries.thread_page import ThreadPage
from app.forum.queries.thread_rows import PostRow

# What an event says: of the question, and of one answer.
_SAYS = {
    OutcomeKind.ACCEPTED: (lazy_gettext("%(who)s marked a solution"), lazy_gettext("%(who)s marked this answer as the solution")),
    OutcomeKind.CONFIRMED_BY_ASKER: (
        lazy_gettext("%(who)s confirmed that it is solved"),
        lazy_gettext("%(who)s confirmed that this answer solved it"),
    ),
    OutcomeKind.JUDGED_BY_STAFF: (
        lazy_gettext("%(who)s judged that it is solved"),
        lazy_gettext("%(who)s judged that this answer solves it"),
    ),
    OutcomeKind.SOLVED_ELSEWHERE: (lazy_gettext("%(who)s said that it was solved in another way"),) * 2,
    OutcomeKind.WORKAROUND: (
        lazy_gettext("%(who)s said that there is a way around it"),
        lazy_gettext("%(who)s said that this answer is a way around it"),
    ),
    OutcomeKind.NO_LONGER_RELEVANT: (lazy_gettext("%(who)s said that it does not matter any more"),) * 2,
    OutcomeKind.NEEDS_INFO: (lazy_gettext("%(who)s asked for more details"),) * 2,
    OutcomeKind.REFUTED: (
        lazy_gettext("%(who)s said that it is not solved"),
        lazy_gettext("%(who)s said that this answer did not solve it"),
    ),
}
_HOW = {
    OutcomeSource.MAIL: lazy_gettext("by mail"),
    OutcomeSource.API: lazy_gettext("through the API"),
    OutcomeSource.IMPORT: lazy_gettext("on its former site"),
    OutcomeSource.INFERENCE: lazy_gettext("inferred"),
}


class EvidenceLine(Struct, frozen=True):
    """One piece of evidence: what was said, by `who` (None for readers and for us), `how` it reached us, when, and about which answer."""

    text: str
    at: datetime | None
    who: PersonCard | None = None
    by_asker: bool = False
    reason: str = ""
    how: str = ""
    post_path: str = ""

    def said(self, who: Markup) -> Markup:
        """Return the sentence without its full stop; `who` is how the page names who said it."""
        sentence = escape(self.text).replace("%(who)s", who)
        if not self.reason:
            return sentence
        return escape(_("%(sentence)s (“%(reason)s”)")) % {"sentence": sentence, "reason": self.reason}


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
        return EvidenceLine(_likely(event.reason), event.created_at, how=how, post_path=path)
    says = str(_SAYS[OutcomeKind(event.kind)][event.post_id is not None])
    return EvidenceLine(says, event.created_at, event.actor, event.voice == Voice.ASKER, event.reason, how, path)


def _likely(reason: str) -> str:
    if not reason:
        return _("Nobody said so, but it is probably solved")
    words = grounds_in_words(reason).rstrip(". ")
    return _("Nobody said so, but it is probably solved: %(reason)s", reason=words[:1].lower() + words[1:])


def _words(rows: Iterable[PostRow]) -> list[EvidenceLine]:
    """Return what readers said of each answer of the page."""
    return [
        EvidenceLine(
            _of_readers(row.worked_count, row.worked_count + row.failed_count),
            row.last_worked_at,
            how=_("last confirmed") if row.last_worked_at else "",
            post_path=f"#post-{row.id}",
        )
        for row in rows
        if row.is_listed and row.worked_count + row.failed_count
    ]


def _of_readers(worked: int, total: int) -> str:
    if total > 1:
        values = {"worked": separated(worked), "total": separated(total)}
        return _("Of %(total)s readers who said so, this answer worked for %(worked)s", **values)
    if worked:
        return _("One reader said that this answer worked for them")
    return _("One reader said that this answer did not work for them")
