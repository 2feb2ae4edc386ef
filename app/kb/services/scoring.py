"""How much an issue deserves an article: a pure function from facts to an explained score. Must not read anything.

A new kind of evidence is one more fact in `IssueEvidence`, one function in `_PARTS` and one weight in the settings; scan, queue,
page and record follow.
"""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app.core.actor import Audience
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.records import Struct
from app.core.settings import Settings
from app.forum.models.thread import Status, ThreadKind
from app.kb.reasons import say


class IssueEvidence(Struct, frozen=True):
    """What the score depends on: of the issue (a thread with its duplicates) where it says so, otherwise of the main thread.

    Views are human. `people`: others who said me-too, in all threads of the issue. `confirmed`: people whose word that it worked
    stands. `searches` ended at it within 30 days, `failed_searches` had it near the top or led to asking it. `failed`: readers
    for whom an answer did not work. `votes`: those for the questions and the best answer of each. `is_linked`: an official
    answer leads to an article.
    """

    thread_id: int
    kind: str
    audience: str
    status: str
    created_at: datetime
    views_30d: int = 0
    views_90d: int = 0
    views_before: int = 0
    duplicate_count: int = 0
    me_too_count: int = 0
    confirmed: int = 0
    votes: int = 0
    searches: int = 0
    failed_searches: int = 0
    failed: int = 0
    answer_count: int = 0
    accepted_count: int = 0
    best_answer_score: int = 0
    is_listed: bool = True
    is_locked: bool = False
    is_duplicate: bool = False
    has_article: bool = False
    has_card: bool = False
    is_linked: bool = False


class Part(Struct, frozen=True):
    """One reason, in points (below 0: against it). `case` and `number` are what it says (app/kb/reasons.py); "" says nothing."""

    key: str
    points: float
    case: str = ""
    number: int = 0

    @property
    def text(self) -> str:
        """What it says, in words a moderator reads."""
        return say(self.case, self.number)

    def to_store(self) -> dict[str, Any]:
        """Return it as it is kept with a candidate, to be said again by `say_stored` in any language."""
        return {"key": self.key, "points": self.points, "text": self.text, "case": self.case, "number": self.number}


class Score(Struct, frozen=True):
    """The sum of its parts. `obstacles` say in words why the thread is no candidate at all; none for most."""

    total: float
    parts: tuple[Part, ...]
    obstacles: tuple[str, ...] = ()

    @property
    def obstacle(self) -> str:
        """The most important obstacle, or ""."""
        return self.obstacles[0] if self.obstacles else ""


def score_issue(facts: IssueEvidence, settings: Settings, moment: datetime) -> Score:
    """Return the score of an issue at `moment`, with its parts in the order shown; parts with nothing to say are left out.

    total = V log2(1 + views30 / m) + L log2(1 + views90 / 3m) + T trend + D duplicates + M log2(1 + people) + O outcome
            + C log2(1 + confirmed) + W log2(1 + votes) + S log2(1 + searches) + N log2(1 + failed searches) - F log2(1 + failed) - A linked

    with the weights of the settings, m = PROMOTION_MIN_VIEWS, outcome 1 for a solved question, 0.5 for one whose best answer has
    votes, else 0, and trend = log2((views30 + m) / (views of the 30 days before + m)) held within -1 and 1: adding m keeps a few
    readers from looking like a wave. Counts enter by their logarithm because they are heavy-tailed: the step from 50 readers to
    100 tells as much as the one from 500 to 1,000. Duplicates enter one by one: each is a person who asked again.

    Source: KCS v6 (Consortium for Service Innovation), "reuse is review": knowledge earns maintenance by demand, and only once
    a resolution exists. Demand is views, me-toos and repeated questions; the resolution is the outcome and who confirmed it.
    """
    shown = tuple(part for part in (make(facts, settings) for make in _PARTS) if part.case)
    return Score(round(sum(part.points for part in shown), 2), shown, find_obstacles(facts, settings, moment))


def is_proposed(facts: IssueEvidence, score: Score, settings: Settings) -> bool:
    """Return whether the issue goes into the queue: nothing is against it, and both views and score reach their bounds."""
    enough = facts.views_30d >= settings.promotion_min_views and score.total >= settings.promotion_min_score
    return not score.obstacles and enough


def find_obstacles(facts: IssueEvidence, settings: Settings, moment: datetime) -> tuple[str, ...]:
    """Return what keeps a thread from becoming an article by itself, in words, the most important first."""
    is_new = moment - facts.created_at < timedelta(days=settings.promotion_min_age_days)
    obstacles = (
        (facts.has_article, _("An article covers it already.")),
        (facts.is_duplicate, _("It is a duplicate; the original counts.")),
        (facts.has_card, _("Its answer is pinned as a card.")),
        (facts.kind != ThreadKind.QUESTION, _("It is a discussion, not a question.")),
        (not facts.is_listed, _("It is hidden or waits for approval.")),
        (facts.audience == Audience.STAFF, _("Only staff can read it.")),
        (facts.status == Status.CLOSED and not facts.is_duplicate, _("It is closed.")),
        (facts.status == Status.DISPUTED, _("Its solution is disputed.")),
        (facts.is_locked and not facts.accepted_count, _("It is locked without a solution.")),
        (facts.answer_count == 0, _("Nobody has answered it yet.")),
        (is_new, _too_new(settings.promotion_min_age_days)),
    )
    return tuple(text for applies, text in obstacles if applies)


def _too_new(days: int) -> str:
    return ngettext(
        "It is too new: less than %(num)s day old, so answers may still change.",
        "It is too new: less than %(num)s days old, so answers may still change.",
        days,
    )


def _log(count: int) -> float:
    return math.log2(1 + max(0, count))


def _unit(settings: Settings) -> int:
    return max(1, settings.promotion_min_views)


def _views(facts: IssueEvidence, settings: Settings) -> Part:
    points = settings.promotion_view_weight * math.log2(1 + max(0, facts.views_30d) / _unit(settings))
    return Part("views", round(points, 2), "views", facts.views_30d)


def _steady(facts: IssueEvidence, settings: Settings) -> Part:
    points = settings.promotion_steady_weight * math.log2(1 + max(0, facts.views_90d) / (3 * _unit(settings)))
    return Part("steady", round(points, 2), "steady" if facts.views_90d > 0 else "", facts.views_90d)


def _trend(facts: IssueEvidence, settings: Settings) -> Part:
    unit = _unit(settings)
    ratio = math.log2((max(0, facts.views_30d) + unit) / (max(0, facts.views_before) + unit))
    points = round(settings.promotion_trend_weight * max(-1.0, min(1.0, ratio)), 2)
    if not facts.views_before or not points:
        return Part("trend", 0.0)
    return Part("trend", points, "more" if points > 0 else "fewer", facts.views_before)


def _duplicates(facts: IssueEvidence, settings: Settings) -> Part:
    count = max(0, facts.duplicate_count)
    return Part("duplicates", settings.promotion_duplicate_weight * count, "duplicates" if count else "", count)


def _me_too(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_me_too_weight * _log(facts.me_too_count), 2)
    return Part("me_too", points, "me_too" if facts.me_too_count > 0 else "", facts.me_too_count)


def _outcome(facts: IssueEvidence, settings: Settings) -> Part:
    weight = settings.promotion_outcome_weight
    if facts.accepted_count:
        return Part("outcome", weight, "accepted", facts.accepted_count)
    if facts.status == Status.SOLVED:
        return Part("outcome", weight, "solved")
    if facts.best_answer_score > 0:
        return Part("outcome", round(weight / 2, 2), "voted")
    return Part("outcome", 0.0, "answered")


def _confirmed(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_confirmed_weight * _log(facts.confirmed), 2)
    return Part("confirmed", points, "confirmed" if facts.confirmed > 0 else "", facts.confirmed)


def _votes(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_vote_weight * _log(facts.votes), 2)
    return Part("votes", points, "votes" if facts.votes > 0 else "", facts.votes)


def _searches(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_search_weight * _log(facts.searches), 2)
    return Part("searches", points, "searches" if facts.searches > 0 else "", facts.searches)


def _failed_searches(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_failed_search_weight * _log(facts.failed_searches), 2)
    return Part("failed_searches", points, "failed_searches" if facts.failed_searches > 0 else "", facts.failed_searches)


def _failed(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_refuted_weight * _log(facts.failed), 2)
    return Part("failed", 0.0 - points, "failed" if facts.failed > 0 else "", facts.failed)


def _coverage(facts: IssueEvidence, settings: Settings) -> Part:
    if facts.has_article:
        return Part("coverage", 0.0, "covered")
    if facts.is_linked:
        return Part("coverage", 0.0 - settings.promotion_covered_weight, "linked")
    return Part("coverage", 0.0, "uncovered")


_PARTS: tuple[Callable[[IssueEvidence, Settings], Part], ...] = (
    _views, _steady, _trend, _duplicates, _me_too, _outcome, _confirmed, _votes, _searches, _failed_searches, _failed, _coverage,
)  # fmt: skip
