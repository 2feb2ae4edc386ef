"""From evidence to status: pure functions over the events of one question. No database, no time.

Three voices are heard. The asker's word, and that of staff and moderators for them, decides: the latest of these counts.
Readers' words (`worked for me`, `did not`) are counted, answer by answer, and only those that came after it: many of them make
a solved question disputed, and solve one whose asker is silent. Our own inference counts while nobody said anything.
The formulas, with reasons and sources, are in docs/metrics.md.
"""

from collections.abc import Iterable, Mapping

from app.core.records import Struct
from app.core.statistics import wilson_interval
from app.forum.models.resolution import OutcomeKind, Voice
from app.forum.models.thread import Status

CONFIRMED = frozenset(
    {
        OutcomeKind.ACCEPTED,
        OutcomeKind.CONFIRMED_BY_ASKER,
        OutcomeKind.JUDGED_BY_STAFF,
        OutcomeKind.SOLVED_ELSEWHERE,
        OutcomeKind.WORKAROUND,
    }
)
# So many readers must confirm one answer before their word stands for an asker who never came back.
CONFIRMATIONS_NEEDED = 3
# Unless so many readers say that an answer fails nothing is disputed: a few clicks are no finding. Only the noes count here, so
# that one more reader for whom it works never disputes.
FAILURES_NEEDED = 4
# Of each answer the newest words count: what worked two years ago may not work now.
FRESH_WORDS = 30
# Disputed when the true share of readers for whom it fails is above this with 97.5 % certainty (lower Wilson bound).
TOLERATED_FAILURES = 0.25


class OutcomeFact(Struct, frozen=True):
    """What the status depends on: one event of the log, in the order of ids. `voice` is whose word it is."""

    id: int
    kind: str
    voice: str = Voice.ASKER
    post_id: int | None = None
    withdraws_id: int | None = None


class Words(Struct, frozen=True):
    """The readers' words about one answer that count now: for how many it worked, and for how many not."""

    worked: int = 0
    failed: int = 0

    @property
    def is_refuted(self) -> bool:
        """Whether enough readers say that it does not work, and too many of all who say something."""
        total = self.worked + self.failed
        return self.failed >= FAILURES_NEEDED and wilson_interval(self.failed, total)[0] > TOLERATED_FAILURES

    @property
    def is_confirmed(self) -> bool:
        """Whether enough readers say that it works, more than say that it does not."""
        return self.worked >= CONFIRMATIONS_NEEDED and self.worked > self.failed and not self.is_refuted


class Evidence(Struct, frozen=True):
    """The standing events of one question, weighed.

    `good` are the confirmations by the asker or staff since their last refutation `bad`; `since` is the last of all these:
    only readers' words after it are in `words` (by post). `likely` and `asked` are the last inference and the last
    request for information.
    """

    standing: tuple[OutcomeFact, ...]
    good: tuple[OutcomeFact, ...]
    bad: OutcomeFact | None
    since: int
    words: Mapping[int, Words]
    likely: OutcomeFact | None
    asked: OutcomeFact | None

    @property
    def is_gone(self) -> bool:
        """Whether somebody in charge said that the question is not relevant any more."""
        return any(event.kind == OutcomeKind.NO_LONGER_RELEVANT for event in self.standing)

    @property
    def claimed(self) -> tuple[OutcomeFact, ...]:
        """What the last refutation spoke against: the confirmations and inferences before it."""
        if self.bad is None:
            return ()
        return tuple(e for e in self.standing if e.id < self.bad.id and (e.kind in CONFIRMED or e.kind == OutcomeKind.LIKELY))

    @property
    def confirmed_by_readers(self) -> frozenset[int]:
        """The answers that readers confirm for a silent asker; never one that the asker or staff refuted last.

        A refutation that names no answer means those that were taken for the solution before it.
        """
        if self.good:
            return frozenset()
        refuted = {self.bad.post_id} if self.bad and self.bad.post_id else {event.post_id for event in self.claimed}
        return frozenset(post_id for post_id, words in self.words.items() if words.is_confirmed and post_id not in refuted)

    @property
    def is_disputed(self) -> bool:
        """Whether something was taken for the solution, and the asker, staff or many readers say that it does not work.

        A refutation with nothing to refute leaves a question open: its asker is still stuck.
        """
        if not self.good:
            return bool(self.claimed)
        return any(self.words[e.post_id].is_refuted for e in self.good if e.post_id is not None and e.post_id in self.words)

    @property
    def is_solved(self) -> bool:
        return not self.is_gone and (bool(self.confirmed_by_readers) or (bool(self.good) and not self.is_disputed))

    @property
    def is_waiting(self) -> bool:
        """Whether the asker was asked for more after the last word that confirms or refutes."""
        return self.asked is not None and self.asked.id > self.since

    @property
    def is_likely(self) -> bool:
        """Whether our inference stands, and readers do not say that its answer fails."""
        if self.likely is None or self.good or self.bad:
            return False
        about = self.words.get(self.likely.post_id or 0)
        return about is None or not about.is_refuted


def standing_events(events: Iterable[OutcomeFact]) -> tuple[OutcomeFact, ...]:
    """Return the events that no later `withdrawn` event took back, in order."""
    ordered = sorted(events, key=lambda event: event.id)
    taken_back = {event.withdraws_id for event in ordered if event.kind == OutcomeKind.WITHDRAWN}
    return tuple(e for e in ordered if e.kind != OutcomeKind.WITHDRAWN and e.id not in taken_back)


def weigh(events: Iterable[OutcomeFact]) -> Evidence:
    """Return the evidence of a question's events, in whatever order they are given."""
    standing = standing_events(events)
    confirmations = [event for event in standing if event.kind in CONFIRMED]
    refutations = [event for event in standing if event.kind == OutcomeKind.REFUTED and event.voice != Voice.READER]
    bad = refutations[-1] if refutations else None
    since = max((event.id for event in (*confirmations, *refutations)), default=0)
    return Evidence(
        standing=standing,
        good=tuple(event for event in confirmations if bad is None or event.id > bad.id),
        bad=bad,
        since=since,
        words=_count_words(standing, since),
        likely=_last(standing, OutcomeKind.LIKELY),
        asked=_last(standing, OutcomeKind.NEEDS_INFO),
    )


def derive_status(events: Iterable[OutcomeFact], answer_count: int, is_closed: bool) -> Status:
    """Return the status of a question with so many answers. The first rule that fits decides; docs/metrics.md has the table."""
    if is_closed:
        return Status.CLOSED
    evidence = weigh(events)
    if evidence.is_gone:
        return Status.CLOSED
    if evidence.is_solved:
        return Status.SOLVED
    if evidence.is_waiting:
        return Status.NEEDS_INFO
    if evidence.is_disputed:
        return Status.DISPUTED
    if not answer_count:
        return Status.UNANSWERED
    return Status.LIKELY_SOLVED if evidence.is_likely else Status.ANSWERED


def solving_event(events: Iterable[OutcomeFact]) -> OutcomeFact | None:
    """Return the earliest standing event that makes a question solved, or None when nothing does.

    That is the first confirmation by the asker or staff since they last refuted one; without such, the reader's word with
    which the first answer had enough of them.
    """
    evidence = weigh(events)
    if not evidence.is_solved:
        return None
    if evidence.good:
        return evidence.good[0]
    return min((_deciding_word(evidence, post_id) for post_id in evidence.confirmed_by_readers), key=lambda event: event.id)


def is_word(event: OutcomeFact) -> bool:
    """Whether the event is a reader's word about an answer."""
    kinds = (OutcomeKind.CONFIRMED_BY_OTHER, OutcomeKind.REFUTED)
    return event.voice == Voice.READER and event.post_id is not None and event.kind in kinds


def _last(standing: tuple[OutcomeFact, ...], kind: OutcomeKind) -> OutcomeFact | None:
    return next((event for event in reversed(standing) if event.kind == kind), None)


def _count_words(standing: tuple[OutcomeFact, ...], since: int) -> dict[int, Words]:
    """Count the newest readers' words of each answer that came after the event `since`."""
    kinds: dict[int, list[str]] = {}
    for event in reversed(standing):
        if event.id > since and event.post_id is not None and is_word(event):
            newest = kinds.setdefault(event.post_id, [])
            if len(newest) < FRESH_WORDS:
                newest.append(event.kind)
    return {post: Words(k.count(OutcomeKind.CONFIRMED_BY_OTHER), k.count(OutcomeKind.REFUTED)) for post, k in kinds.items()}


def _deciding_word(evidence: Evidence, post_id: int) -> OutcomeFact:
    """Return the confirmation by which the answer had enough of them, also when newer ones are counted by now."""
    own = [e for e in evidence.standing if e.post_id == post_id and e.id > evidence.since and is_word(e)]
    return [e for e in own if e.kind == OutcomeKind.CONFIRMED_BY_OTHER][CONFIRMATIONS_NEEDED - 1]
