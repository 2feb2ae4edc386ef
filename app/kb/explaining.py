"""Why a thread is proposed for an article or not, in words for curators. Pure; knows no request and no database."""

from collections.abc import Sequence

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, lazy_pgettext, ngettext, separated
from app.core.records import Struct
from app.core.settings import Settings
from app.kb.models import Candidate, CandidateState, Decision
from app.kb.queries.decisions import DecisionRow, Precision
from app.kb.reasons import WINDOW_DAYS
from app.kb.services.scoring import IssueEvidence, Part, Score, is_proposed
from app.web.filters import decimal

# What is stored, and how it is said when one chooses.
DISMISSALS = (
    ("Too specific", lazy_gettext("It is too specific to one person")),
    ("Not our topic", lazy_gettext("It is not about what we support")),
    ("Already covered", lazy_gettext("An article covers it already")),
    ("Not good enough", lazy_gettext("The answers are not good enough")),
    ("Out of date", lazy_gettext("It is out of date")),
)
# ... and when it is read afterwards.
_REASONS = {
    "Too specific": lazy_gettext("Too specific"),
    "Not our topic": lazy_gettext("Not our topic"),
    "Already covered": lazy_gettext("Already covered"),
    "Not good enough": lazy_gettext("Not good enough"),
    "Out of date": lazy_gettext("Out of date"),
}
SNOOZES = ((7, lazy_gettext("For a week")), (30, lazy_gettext("For a month")), (90, lazy_gettext("For three months")))
# State and label of its tab.
TABS = (
    (CandidateState.PROPOSED, lazy_gettext("Proposed")),
    (CandidateState.SNOOZED, lazy_gettext("Later")),
    (CandidateState.CARD, lazy_gettext("Answer cards")),
    (CandidateState.PROMOTED, lazy_gettext("Promoted")),
    (CandidateState.DISMISSED, lazy_gettext("Dismissed")),
)
DECISIONS = {
    Decision.PROMOTED: lazy_gettext("Built an article from it"),
    Decision.LINKED: lazy_gettext("Linked it to an article that was there"),
    Decision.CARD: lazy_gettext("Pinned its answer as a card"),
    Decision.DISMISSED: lazy_gettext("Dismissed it"),
    Decision.SNOOZED: lazy_pgettext("it was done", "Put it off"),
    Decision.RESTORED: lazy_gettext("Took that back"),
}
_STANDING = {
    CandidateState.SNOOZED: lazy_gettext("It is put off for a while, and proposed again afterwards if it still deserves it."),
    CandidateState.DISMISSED: lazy_gettext("Somebody dismissed it, so it is not proposed again."),
    CandidateState.CARD: lazy_gettext("Its answer is pinned as a card, so it needs no article of its own."),
    CandidateState.PROMOTED: lazy_gettext("It became part of an article."),
}


class Bound(Struct, frozen=True):
    """A number that must be reached: what it is, what the thread has and what it needs."""

    label: str
    has: str
    needs: str
    is_met: bool


class Explanation(Struct, frozen=True):
    """Why a thread stands where it stands. `rank` counts from 1 in the queue; None outside of it.

    `state` is that of the candidate, or "" for a thread that was never proposed or decided. `is_waiting`: it deserves to be in
    the queue, and the next scan brings it there.
    """

    thread_id: int
    title: str
    verdict: str
    state: str
    rank: int | None
    is_waiting: bool
    obstacles: tuple[str, ...]
    bounds: tuple[Bound, ...]
    parts: tuple[Part, ...]
    total: float
    duplicate_count: int
    decisions: tuple[DecisionRow, ...]

    @property
    def is_proposed(self) -> bool:
        return self.state == CandidateState.PROPOSED


def explain(
    facts: IssueEvidence,
    score: Score,
    settings: Settings,
    candidate: Candidate | None,
    rank: int | None,
    decisions: Sequence[DecisionRow],
) -> Explanation:
    """Return why a thread is or is not in the queue, from its evidence now and what was decided."""
    state = candidate.state if candidate else ""
    deserves = is_proposed(facts, score, settings)
    bounds = _bounds(facts, score, settings)
    return Explanation(
        thread_id=facts.thread_id,
        title=_("Why is this thread proposed?") if state == CandidateState.PROPOSED else _("Why is this thread not proposed?"),
        verdict=_verdict(state, rank, deserves, score, bounds),
        state=state,
        rank=rank,
        is_waiting=deserves and not state,
        obstacles=score.obstacles,
        bounds=bounds,
        parts=score.parts,
        total=score.total,
        duplicate_count=facts.duplicate_count,
        decisions=tuple(decisions),
    )


def _bounds(facts: IssueEvidence, score: Score, settings: Settings) -> tuple[Bound, ...]:
    least_views, least_score = settings.promotion_min_views, settings.promotion_min_score
    return (
        Bound(
            _("Views in %(days)s days", days=WINDOW_DAYS), separated(facts.views_30d), separated(least_views),
            facts.views_30d >= least_views,
        ),
        Bound(_("Score"), decimal(score.total, 1, True), decimal(least_score, 1, True), score.total >= least_score),
    )  # fmt: skip


def _verdict(state: str, rank: int | None, deserves: bool, score: Score, bounds: Sequence[Bound]) -> str:
    if state in _STANDING:
        return str(_STANDING[CandidateState(state)])
    if state == CandidateState.PROPOSED:
        return _place(rank, deserves)
    if deserves:
        return _("It deserves an article. The next scan proposes it, at the latest in six hours.")
    if score.obstacles:
        return score.obstacles[0]
    views, points = bounds
    if points.is_met:
        return _("Nothing speaks against it, but it does not have enough yet: views in %(days)s days.", days=WINDOW_DAYS)
    if views.is_met:
        return _("Nothing speaks against it, but it does not have enough yet: score.")
    return _("Nothing speaks against it, but it does not have enough yet: views in %(days)s days and score.", days=WINDOW_DAYS)


def _place(rank: int | None, deserves: bool) -> str:
    if not rank:
        return _("Nothing stands in its way.") if deserves else _("The next scan takes it out, for the reasons below.")
    if deserves:
        return _("It is number %(rank)s in the queue. Nothing stands in its way.", rank=separated(rank))
    return _("It is number %(rank)s in the queue. The next scan takes it out, for the reasons below.", rank=separated(rank))


def say_reason(reason: str) -> str:
    """Return a stored reason as it is read: one of ours in the reader's language, with the note as it was written."""
    chosen, _colon, note = reason.partition(": ")
    if chosen not in _REASONS:
        return reason
    said = str(_REASONS[chosen])
    return _("%(reason)s: %(note)s", reason=said, note=note) if note else said


def describe_bounds(settings: Settings) -> str:
    """Return from when a thread is proposed, in one sentence."""
    return _(
        "Proposed are solved or answered questions with at least %(views)s views in %(days)s days and %(points)s points that no"
        " article covers. The list is renewed every six hours.",
        views=separated(settings.promotion_min_views), days=WINDOW_DAYS, points=decimal(settings.promotion_min_score, 0),
    )  # fmt: skip


def describe_precision(precision: Precision) -> str:
    """Return how good the queue is, in one sentence with the interval."""
    if precision.share is None:
        return _("How often the first ten are taken is shown here once somebody has decided about one of them.")
    share, low, high = (round(100 * value) for value in (precision.share, precision.low, precision.high))
    return ngettext(
        "Precision of the first ten: %(share)s %% taken, %(taken)s of %(num)s thread judged (95 %% interval %(low)s to %(high)s %%).",
        "Precision of the first ten: %(share)s %% taken, %(taken)s of %(num)s threads judged (95 %% interval %(low)s to %(high)s %%).",
        precision.judged, share=str(share), taken=separated(precision.taken), low=str(low), high=str(high),
    )  # fmt: skip
