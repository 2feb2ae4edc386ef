"""What ends by itself when an asker writes: waiting for them, and our own inference that their question is solved.

Both are events, so both end with an event: a withdrawal in our name, with the reason.
"""

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.i18n import lazy_gettext
from app.forum.models import Outcome, Thread
from app.forum.models.resolution import OutcomeKind, OutcomeSource, Voice
from app.forum.models.thread import Status
from app.forum.queries.outcomes import standing_ids

ASKER_WROTE = lazy_gettext("The asker wrote again")
ANSWER_CAME = lazy_gettext("An answer came")
# With these, and nothing else standing, no request and no inference can stand.
_NOTHING_STANDS = (Status.UNANSWERED, Status.ANSWERED)


def end_wait(thread: Thread, actor: Actor, *, is_answer: bool = False, is_evidence: bool = False) -> bool:
    """Call it before the figures of a locked question are settled, for whatever `actor` wrote or said about it.

    What its asker writes ends waiting for them and takes back the inference that all is well (evidence overrides that anyway,
    and may refute it); an answer by anybody ends the waiting. Others' comments and edits change nothing. Returns whether anything ended.
    """
    is_asker = actor.is_authenticated and thread.author_id == actor.id
    if not thread.is_question or thread.status in _NOTHING_STANDS or not (is_asker or is_answer):
        return False
    kinds = (OutcomeKind.NEEDS_INFO, OutcomeKind.LIKELY) if is_asker and not is_evidence else (OutcomeKind.NEEDS_INFO,)
    ended = standing_ids(thread.id, kinds)
    for event_id, post_id in ended:
        withdraw_by_inference(thread, event_id, post_id, ASKER_WROTE if is_asker else ANSWER_CAME)
    return bool(ended)


def withdraw_by_inference(thread: Thread, outcome_id: int, post_id: int | None, reason: str) -> None:
    """Take an event back in our own name."""
    db.session.add(
        Outcome(
            thread_id=thread.id, post_id=post_id, kind=OutcomeKind.WITHDRAWN, source=OutcomeSource.INFERENCE,
            voice=Voice.SYSTEM, reason=reason, withdraws_id=outcome_id, created_at=now(),
        )
    )  # fmt: skip
