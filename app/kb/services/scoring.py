"""How much a thread deserves an article: a pure function from facts to an explained score. Must not read anything."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.actor import Audience
from app.core.settings import Settings
from app.forum.models.thread import Status, ThreadKind

# Younger threads are still being answered; what looks like an answer today may be refuted tomorrow.
MIN_AGE = timedelta(days=2)
WINDOW_DAYS = 30


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    """What the score depends on. Counts are people or posts; scores are votes for minus votes against; views are human."""

    thread_id: int
    kind: str
    audience: str
    status: str
    created_at: datetime
    views_30d: int = 0
    answer_count: int = 0
    accepted_count: int = 0
    question_score: int = 0
    best_answer_score: int = 0
    me_too_count: int = 0
    duplicate_count: int = 0
    is_listed: bool = True
    is_locked: bool = False
    is_duplicate: bool = False
    has_article: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One reason, in points and in words a moderator reads."""

    key: str
    points: float
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of its parts. `obstacle` says in words why the thread is no candidate at all, and is empty otherwise."""

    total: float
    parts: tuple[Part, ...]
    obstacle: str = ""


def score_thread(facts: ThreadFacts, settings: Settings, moment: datetime) -> Score:
    """Return the score of a thread at `moment`, with its parts in the order shown.

    total = V log2(1 + views / PROMOTION_MIN_VIEWS) + O outcome + W log2(1 + votes) + M log2(1 + me-toos) + D duplicates

    with the weights V, O, W, M, D of the settings; outcome is 1 for a solved question, 0.5 for one whose best answer has votes
    and 0 otherwise; votes are those on the question plus those on its best answer, each at least 0. Views, votes and me-toos
    enter by their logarithm because such counts are heavy-tailed: the step from 50 readers to 100 tells as much as the one from
    500 to 1,000. Duplicates enter one by one: each is a person who asked again although the answer existed.

    Source: KCS v6 (Consortium for Service Innovation), "reuse is review": knowledge earns maintenance by demand, and only once
    a resolution exists. Demand is views, me-toos and repeated questions; the resolution is the outcome and its votes.
    """
    parts = (
        _views_part(facts, settings),
        _outcome_part(facts, settings),
        _votes_part(facts, settings),
        _me_too_part(facts, settings),
        _duplicates_part(facts, settings),
        Part("coverage", 0.0, "an article covers it" if facts.has_article else "no article covers it"),
    )
    shown = tuple(part for part in parts if part.text)
    return Score(round(sum(part.points for part in shown), 2), shown, find_obstacle(facts, moment))


def is_proposed(facts: ThreadFacts, score: Score, settings: Settings) -> bool:
    """Return whether the thread goes into the queue: nothing is against it, and both views and score reach their bounds."""
    enough = facts.views_30d >= settings.promotion_min_views and score.total >= settings.promotion_min_score
    return not score.obstacle and enough


def find_obstacle(facts: ThreadFacts, moment: datetime) -> str:
    """Return why a thread cannot become an article by itself, in words, or "" when it can."""
    obstacles = (
        (facts.has_article, "An article covers it already."),
        (facts.kind != ThreadKind.QUESTION, "It is a discussion, not a question."),
        (not facts.is_listed, "It is hidden or waits for approval."),
        (facts.audience == Audience.STAFF, "Only staff can read it."),
        (facts.is_duplicate, "It is a duplicate; the original counts."),
        (facts.status == Status.CLOSED, "It is closed."),
        (facts.status == Status.DISPUTED, "Its solution is disputed."),
        (facts.is_locked and not facts.accepted_count, "It is locked without a solution."),
        (facts.answer_count == 0, "Nobody has answered it yet."),
        (moment - facts.created_at < MIN_AGE, "It is less than two days old."),
    )
    return next((text for applies, text in obstacles if applies), "")


def _log(count: int) -> float:
    return math.log2(1 + max(0, count))


def _views_part(facts: ThreadFacts, settings: Settings) -> Part:
    unit = max(1, settings.promotion_min_views)
    points = settings.promotion_view_weight * math.log2(1 + max(0, facts.views_30d) / unit)
    return Part("views", round(points, 2), f"{_plural(facts.views_30d, 'view')} in {WINDOW_DAYS} days")


def _outcome_part(facts: ThreadFacts, settings: Settings) -> Part:
    weight = settings.promotion_outcome_weight
    if facts.accepted_count:
        words = "accepted answer" if facts.accepted_count == 1 else f"{facts.accepted_count} accepted answers"
        return Part("outcome", weight, words)
    if facts.status == Status.SOLVED:
        return Part("outcome", weight, "confirmed as solved")
    if facts.best_answer_score > 0:
        return Part("outcome", round(weight / 2, 2), "answered with votes, not confirmed")
    return Part("outcome", 0.0, "answered, nobody voted or confirmed")


def _votes_part(facts: ThreadFacts, settings: Settings) -> Part:
    votes = max(0, facts.question_score) + max(0, facts.best_answer_score)
    points = round(settings.promotion_vote_weight * _log(votes), 2)
    return Part("votes", points, f"{_plural(votes, 'vote')} on question and best answer" if votes else "")


def _me_too_part(facts: ThreadFacts, settings: Settings) -> Part:
    points = round(settings.promotion_me_too_weight * _log(facts.me_too_count), 2)
    who = "1 other person has" if facts.me_too_count == 1 else f"{facts.me_too_count:,} others have"
    return Part("me_too", points, f"{who} the same problem" if facts.me_too_count > 0 else "")


def _duplicates_part(facts: ThreadFacts, settings: Settings) -> Part:
    count = max(0, facts.duplicate_count)
    return Part("duplicates", settings.promotion_duplicate_weight * count, _plural(count, "duplicate") if count else "")


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"
