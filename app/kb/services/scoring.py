"""How much an issue deserves an article: a pure function from facts to an explained score. Must not read anything.

A new kind of evidence is one more fact in `IssueEvidence`, one function in `_PARTS` and one weight in the settings; scan, queue,
page and record follow.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.actor import Audience
from app.core.settings import Settings
from app.forum.models.thread import Status, ThreadKind

WINDOW_DAYS = 30
STEADY_DAYS = 90


@dataclass(frozen=True, slots=True)
class IssueEvidence:
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


@dataclass(frozen=True, slots=True)
class Part:
    """One reason, in points (below 0: against it) and in words a moderator reads."""

    key: str
    points: float
    text: str


@dataclass(frozen=True, slots=True)
class Score:
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
    shown = tuple(part for part in (make(facts, settings) for make in _PARTS) if part.text)
    return Score(round(sum(part.points for part in shown), 2), shown, find_obstacles(facts, settings, moment))


def is_proposed(facts: IssueEvidence, score: Score, settings: Settings) -> bool:
    """Return whether the issue goes into the queue: nothing is against it, and both views and score reach their bounds."""
    enough = facts.views_30d >= settings.promotion_min_views and score.total >= settings.promotion_min_score
    return not score.obstacles and enough


def find_obstacles(facts: IssueEvidence, settings: Settings, moment: datetime) -> tuple[str, ...]:
    """Return what keeps a thread from becoming an article by itself, in words, the most important first."""
    is_new = moment - facts.created_at < timedelta(days=settings.promotion_min_age_days)
    days = _plural(settings.promotion_min_age_days, "day")
    obstacles = (
        (facts.has_article, "An article covers it already."),
        (facts.is_duplicate, "It is a duplicate; the original counts."),
        (facts.has_card, "Its answer is pinned as a card."),
        (facts.kind != ThreadKind.QUESTION, "It is a discussion, not a question."),
        (not facts.is_listed, "It is hidden or waits for approval."),
        (facts.audience == Audience.STAFF, "Only staff can read it."),
        (facts.status == Status.CLOSED and not facts.is_duplicate, "It is closed."),
        (facts.status == Status.DISPUTED, "Its solution is disputed."),
        (facts.is_locked and not facts.accepted_count, "It is locked without a solution."),
        (facts.answer_count == 0, "Nobody has answered it yet."),
        (is_new, f"It is too new: less than {days} old, so answers may still change."),
    )
    return tuple(text for applies, text in obstacles if applies)


def _log(count: int) -> float:
    return math.log2(1 + max(0, count))


def _unit(settings: Settings) -> int:
    return max(1, settings.promotion_min_views)


def _views(facts: IssueEvidence, settings: Settings) -> Part:
    points = settings.promotion_view_weight * math.log2(1 + max(0, facts.views_30d) / _unit(settings))
    return Part("views", round(points, 2), f"{_plural(facts.views_30d, 'view')} in {WINDOW_DAYS} days")


def _steady(facts: IssueEvidence, settings: Settings) -> Part:
    points = settings.promotion_steady_weight * math.log2(1 + max(0, facts.views_90d) / (3 * _unit(settings)))
    text = f"{_plural(facts.views_90d, 'view')} in {STEADY_DAYS} days" if facts.views_90d > 0 else ""
    return Part("steady", round(points, 2), text)


def _trend(facts: IssueEvidence, settings: Settings) -> Part:
    unit = _unit(settings)
    ratio = math.log2((max(0, facts.views_30d) + unit) / (max(0, facts.views_before) + unit))
    points = round(settings.promotion_trend_weight * max(-1.0, min(1.0, ratio)), 2)
    way = "more" if points > 0 else "fewer"
    if not facts.views_before or not points:
        return Part("trend", 0.0, "")
    return Part("trend", points, f"{way} readers than the {facts.views_before:,} of the {WINDOW_DAYS} days before")


def _duplicates(facts: IssueEvidence, settings: Settings) -> Part:
    count = max(0, facts.duplicate_count)
    return Part("duplicates", settings.promotion_duplicate_weight * count, _plural(count, "duplicate") if count else "")


def _me_too(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_me_too_weight * _log(facts.me_too_count), 2)
    who = "1 other person has it too" if facts.me_too_count == 1 else f"{facts.me_too_count:,} others have it too"
    return Part("me_too", points, who if facts.me_too_count > 0 else "")


def _outcome(facts: IssueEvidence, settings: Settings) -> Part:
    weight = settings.promotion_outcome_weight
    if facts.accepted_count:
        words = "accepted answer" if facts.accepted_count == 1 else f"{facts.accepted_count} accepted answers"
        return Part("outcome", weight, words)
    if facts.status == Status.SOLVED:
        return Part("outcome", weight, "solved")
    if facts.best_answer_score > 0:
        return Part("outcome", round(weight / 2, 2), "answered with votes, not solved")
    return Part("outcome", 0.0, "answered, nobody voted or confirmed")


def _confirmed(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_confirmed_weight * _log(facts.confirmed), 2)
    return Part("confirmed", points, f"{facts.confirmed:,} confirmed" if facts.confirmed > 0 else "")


def _votes(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_vote_weight * _log(facts.votes), 2)
    return Part("votes", points, f"{_plural(facts.votes, 'vote')} on question and best answer" if facts.votes > 0 else "")


def _searches(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_search_weight * _log(facts.searches), 2)
    words = "1 search" if facts.searches == 1 else f"{facts.searches:,} searches"
    return Part("searches", points, f"{words} ended here in {WINDOW_DAYS} days" if facts.searches > 0 else "")


def _failed_searches(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_failed_search_weight * _log(facts.failed_searches), 2)
    words = "1 search" if facts.failed_searches == 1 else f"{facts.failed_searches:,} searches"
    return Part("failed_searches", points, f"{words} failed near it" if facts.failed_searches > 0 else "")


def _failed(facts: IssueEvidence, settings: Settings) -> Part:
    points = round(settings.promotion_refuted_weight * _log(facts.failed), 2)
    return Part("failed", 0.0 - points, f"did not work for {_plural(facts.failed, 'reader')}" if facts.failed > 0 else "")


def _coverage(facts: IssueEvidence, settings: Settings) -> Part:
    if facts.has_article:
        return Part("coverage", 0.0, "an article covers it")
    if facts.is_linked:
        return Part("coverage", 0.0 - settings.promotion_covered_weight, "an answer leads to an article")
    return Part("coverage", 0.0, "no article")


_PARTS: tuple[Callable[[IssueEvidence, Settings], Part], ...] = (
    _views, _steady, _trend, _duplicates, _me_too, _outcome, _confirmed, _votes, _searches, _failed_searches, _failed, _coverage,
)  # fmt: skip


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"
