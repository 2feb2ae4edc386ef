"""The seam at which texts are looked at before they are seen. Owns what is asked and what is answered, and no rule of its own.

Packages above the forum say what they think of a text (`use_screeners`); the services that write ask them all. Staff, moderators
and the program itself are not screened.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum

from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.markup import Rendered
from app.core.records import Struct


class Measure(StrEnum):
    """What follows from a reason: nothing but a note (or tags), waiting for a moderator, or refusal."""

    NOTE = "note"
    HOLD = "hold"
    BLOCK = "block"


class Submission(Struct, frozen=True):
    """A text that somebody is about to post or change.

    `kind` is thread, post or comment. `is_held`: it waits for a moderator whatever the screeners say. `holds_first`: here the
    first texts of new people wait. `before`: the HTML (and `before_title` the title) that an edit replaces; what stood there
    before is not held against it.
    """

    actor: Actor
    kind: str
    body: Rendered
    title: str = ""
    thread_id: int | None = None
    is_held: bool = False
    holds_first: bool = False
    is_edit: bool = False
    before: str = ""
    before_title: str = ""


class Reason(Struct, frozen=True):
    """Why a text is noted, held or refused: which check, and one sentence in words. `rule_id`: the moderators' rule it broke."""

    check: str
    words: str
    measure: Measure = Measure.HOLD
    rule_id: int | None = None


class Verdict(Struct, frozen=True):
    """What all screeners think of a text, with the tags they want on a new thread."""

    reasons: tuple[Reason, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def is_held(self) -> bool:
        return any(reason.measure == Measure.HOLD for reason in self.reasons)


Screener = Callable[[Submission], Verdict]
Preparer = Callable[[Rendered], object]
Recorder = Callable[[Submission, Verdict, int, int, int | None], None]
_screeners: list[Screener] = []
_preparers: list[Preparer] = []
_recorders: list[Recorder] = []
PASSED = Verdict()


def use_screeners(screeners: Sequence[Screener], preparers: Sequence[Preparer] = (), recorders: Sequence[Recorder] = ()) -> None:
    """Ask these from now on, instead of whom was asked before.

    `preparers` get each text before its unit of work begins; `recorders` get what was screened and found, with the ids of thread,
    post and comment, in the same transaction, once it is stored.
    """
    _screeners[:], _preparers[:], _recorders[:] = screeners, preparers, recorders


def is_screened(actor: Actor) -> bool:
    """Whether anybody looks at what the actor writes."""
    return bool(_screeners) and actor.is_authenticated and not actor.is_curator


def prepare(body: Rendered) -> None:
    """Let screeners do what is slow about a text. Call it before the unit of work; forgetting it costs only time."""
    for preparer in _preparers:
        preparer(body)


def note_screened(submission: Submission, verdict: Verdict, thread_id: int, post_id: int, comment_id: int | None = None) -> None:
    """Tell the recorders what a stored text was found to be. `comment_id` None: it is a post."""
    if is_screened(submission.actor):
        for recorder in _recorders:
            recorder(submission, verdict, thread_id, post_id, comment_id)


def screen(submission: Submission) -> Verdict:
    """Return what the screeners think. Raises Invalid("body") with all reasons when one of them refuses the text."""
    if not is_screened(submission.actor):
        return PASSED
    verdicts = [screener(submission) for screener in _screeners]
    reasons = tuple(reason for verdict in verdicts for reason in verdict.reasons)
    refusals = [str(reason.words) for reason in reasons if reason.measure == Measure.BLOCK]
    if refusals:
        raise Invalid(" ".join(refusals), field="body")
    return Verdict(reasons, tuple(dict.fromkeys(tag for verdict in verdicts for tag in verdict.tags)))
