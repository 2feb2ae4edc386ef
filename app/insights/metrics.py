"""The registry of figures. Each stands on a named predicate; docs/metrics.md explains every one of them."""

from app.core.i18n import lazy_gettext
from app.forum.models.thread import Status
from app.insights import predicates as are
from app.insights.cohorts import Cohort
from app.insights.measures import Figure, Group, Metric, Unit
from app.insights.predicates import Amount, Predicate, Test
from app.insights.queries.listing import MetricRow
from app.insights.queries.waits import Wait

__all__ = ["METRICS", "Figure", "Group", "Metric", "MetricRow", "Unit", "metrics_of"]

STATUS = lazy_gettext("status of the question, derived from its outcome events")
FIRST = lazy_gettext("first listed answer by somebody other than the asker")
ACCEPTED = lazy_gettext("listed answers accepted now")


def _count(key: str, title: str, sentence: str, test: Test, group: Group, source: str, cohort: Cohort = Cohort.ASKED) -> Metric:
    formula = lazy_gettext("number of questions %(sentence)s", sentence=sentence)
    return Metric(key, title, Predicate(key, sentence, test, cohort), formula, source, group)


def _people(key: str, title: str, sentence: str, test: Test, amount: Amount, formula: str, source: str) -> Metric:
    predicate = Predicate(key, sentence, test, amount=amount)
    return Metric(key, title, predicate, formula, source, Group.PEOPLE, Unit.PEOPLE, is_weighted=True)


def _share(key: str, title: str, part: Metric, whole: Metric) -> Metric:
    formula = lazy_gettext("%(part)s / %(whole)s, with the 95 %% Wilson interval", part=part.key, whole=whole.key)
    return Metric(key, title, part.predicate, formula, part.source, part.group, Unit.SHARE, denominator=whole.predicate)


def _time(key: str, title: str, listed: Metric, wait: Wait, source: str, *, quantile: float = 0.5, censored: bool) -> Metric:
    word = quantile_word(quantile)
    if censored:
        formula = lazy_gettext(
            "Kaplan-Meier %(quantile)s: open questions are censored now, closed ones when they were closed", quantile=word
        )
    else:
        formula = lazy_gettext(
            "%(quantile)s of %(figure)s; questions that still wait are left out", quantile=word, figure=listed.key
        )
    group = Group.SOLUTION if wait in (Wait.SOLUTION, Wait.ACCEPTANCE) else Group.RESPONSE
    return Metric(
        key, title, listed.predicate, formula, source, group, Unit.HOURS, wait=wait, quantile=quantile, is_censored=censored
    )


def quantile_word(quantile: float) -> str:
    """Return what a quantile is called in formulas."""
    if quantile == 0.5:
        return lazy_gettext("median")
    return lazy_gettext("%(percent)s %% quantile", percent=round(quantile * 100))


QUESTIONS = _count(
    "questions",
    lazy_gettext("Questions asked"),
    lazy_gettext("asked in the period"),
    are.everything,
    Group.VOLUME,
    lazy_gettext("date of the question"),
)
ANSWERED = _count(
    "answered", lazy_gettext("Answered"), lazy_gettext("that somebody else answered"), are.is_answered, Group.VOLUME, FIRST
)
UNANSWERED = _count(
    "unanswered", lazy_gettext("Not answered"), lazy_gettext("that nobody else answered"), are.is_unanswered, Group.VOLUME, FIRST
)
ACCEPTED_ANSWER = _count(
    "accepted",
    lazy_gettext("With an accepted answer"),
    lazy_gettext("that have an accepted answer now"),
    are.is_accepted,
    Group.OUTCOME,
    ACCEPTED,
)
SOLVED_IN = _count(
    "solved_in_period", lazy_gettext("Solved in the period"), lazy_gettext("that were solved in the period, whenever they were asked"),
    are.has_status(Status.SOLVED), Group.VOLUME, lazy_gettext("date of the earliest event that makes the question solved now"), Cohort.SOLVED,
)  # fmt: skip


def _standing(key: str, title: str, sentence: str, *statuses: Status) -> Metric:
    return _count(key, title, sentence, are.has_status(*statuses), Group.OUTCOME, STATUS)


SOLVED = _standing("solved", lazy_gettext("Solved, confirmed"), lazy_gettext("that are confirmed as solved now"), Status.SOLVED)
LIKELY = _standing(
    "likely_solved",
    lazy_gettext("Probably solved"),
    lazy_gettext("that are probably solved: nobody said so"),
    Status.LIKELY_SOLVED,
)
SOLVED_OR_LIKELY = _standing(
    "solved_or_likely",
    lazy_gettext("Solved or probably solved"),
    lazy_gettext("that are solved or probably solved now"),
    Status.SOLVED,
    Status.LIKELY_SOLVED,
)
STANDINGS = (
    SOLVED,
    LIKELY,
    _standing("disputed", lazy_gettext("Disputed"), lazy_gettext("of which the solution is disputed now"), Status.DISPUTED),
    _standing(
        "needs_info", lazy_gettext("Waiting on the asker"), lazy_gettext("that wait on their asker now"), Status.NEEDS_INFO
    ),
    _standing("closed", lazy_gettext("Closed"), lazy_gettext("that are closed now"), Status.CLOSED),
    _standing(
        "open_answered",
        lazy_gettext("Open, with answers"),
        lazy_gettext("that have answers and no known outcome"),
        Status.ANSWERED,
    ),
    _standing(
        "open_unanswered",
        lazy_gettext("Open, without an answer"),
        lazy_gettext("that are open and have no answer at all"),
        Status.UNANSWERED,
    ),
)

STAFF_ANSWERED = _count(
    "answered_by_staff",
    lazy_gettext("Answered by staff"),
    lazy_gettext("that staff answered"),
    are.staff_answered,
    Group.RESPONSE,
    lazy_gettext("%(first)s: official ones", first=FIRST),
)
PEER_ANSWERED = _count(
    "answered_by_peers", lazy_gettext("Answered by peers"), lazy_gettext("that somebody other than staff answered"), are.peer_answered,
    Group.RESPONSE,
    lazy_gettext("%(first)s: those that are not official", first=FIRST),
)  # fmt: skip
STAFF_FIRST = _count(
    "first_answered_by_staff", lazy_gettext("First answered by staff"), lazy_gettext("that staff answered first"), are.staff_was_first,
    Group.RESPONSE,
    lazy_gettext("%(first)s, and whether it is official", first=FIRST),
)  # fmt: skip
PEER_FIRST = _count(
    "first_answered_by_peers", lazy_gettext("First answered by peers"), lazy_gettext("that a peer answered first"), are.peer_was_first,
    Group.RESPONSE,
    lazy_gettext("%(first)s, and whether it is official", first=FIRST),
)  # fmt: skip

SOLVED_BY_ANSWER = _count(
    "solved_by_answer", lazy_gettext("Solved by an answer"), lazy_gettext("that are confirmed as solved and have an accepted answer"),
    are.is_solved_by_answer, Group.SOLUTION, lazy_gettext("%(first)s; %(second)s", first=STATUS, second=ACCEPTED),
)  # fmt: skip


def _solution(key: str, title: str, sentence: str, test: Test) -> Metric:
    predicate = Predicate(key, sentence, test, about_solution=True)
    source = lazy_gettext("%(status)s; the listed answer that was accepted first", status=STATUS)
    return Metric(
        key, title, predicate, lazy_gettext("number of questions %(sentence)s", sentence=sentence), source, Group.SOLUTION
    )


SOLVED_BY_STAFF = _solution(
    "solved_by_staff",
    lazy_gettext("Solved by staff"),
    lazy_gettext("of which staff gave the accepted answer"),
    are.solved_by_staff,
)
SOLVED_BY_PEERS = _solution(
    "solved_by_peers",
    lazy_gettext("Solved by peers"),
    lazy_gettext("of which a peer gave the accepted answer"),
    are.solved_by_peer,
)
SOLVED_BY_ASKER = _solution(
    "solved_by_asker",
    lazy_gettext("Solved by the asker"),
    lazy_gettext("of which the asker gave the accepted answer"),
    are.solved_by_asker,
)
SOLVED_BY_FIRST = _solution(
    "solved_by_first_answer",
    lazy_gettext("Solved by the first answer"),
    lazy_gettext("of which the first answer is the accepted one"),
    are.solved_by_first,
)
SOLVED_BY_HELPERS = _count(
    "solved_by_helpers", lazy_gettext("Solved by helpers"), lazy_gettext("that were solved in the period with an accepted answer by a helper"),
    are.solved_by_helper, Group.PEOPLE, lazy_gettext("%(status)s; %(accepted)s, and who wrote them", status=STATUS, accepted=ACCEPTED), Cohort.SOLVED,
)  # fmt: skip


def _within(hours: int) -> tuple[Metric, ...]:
    """Return what was answered in time, what is old enough to judge, their share, and what is too young to judge."""
    span = lazy_gettext("1 hour") if hours == 1 else lazy_gettext("%(hours)s hours", hours=hours)
    date = lazy_gettext("date of the question")
    in_time = _count(
        f"answered_within_{hours}h", lazy_gettext("Answered within %(span)s", span=span),
        lazy_gettext("asked at least %(span)s ago and answered within %(span)s", span=span),
        are.answered_within(hours), Group.RESPONSE, FIRST,
    )  # fmt: skip
    old_enough = _count(
        f"judged_{hours}h", lazy_gettext("Asked at least %(span)s ago", span=span), lazy_gettext("asked at least %(span)s ago", span=span),
        are.is_judgeable(hours), Group.RESPONSE, date,
    )  # fmt: skip
    too_young = _count(
        f"not_judged_{hours}h", lazy_gettext("Asked less than %(span)s ago", span=span),
        lazy_gettext("asked less than %(span)s ago: too early to judge", span=span), are.is_too_young(hours), Group.RESPONSE, date,
    )  # fmt: skip
    share = _share(f"share_within_{hours}h", lazy_gettext("Share answered within %(span)s", span=span), in_time, old_enough)
    return share, in_time, old_enough, too_young


def _waiting(key: str, title: str, words: str, least: float, most: float | None) -> Metric:
    sentence = lazy_gettext("that still wait for an answer, %(asked)s", asked=words)
    source = lazy_gettext("%(first)s; %(second)s", first=FIRST, second=STATUS)
    return _count(key, title, sentence, are.waits_for(least, most), Group.WAITING, source, Cohort.NOW)


AGEING = (
    _waiting("waiting", lazy_gettext("Waiting for an answer"), lazy_gettext("whenever they were asked"), 0, None),
    _waiting("waiting_1h", lazy_gettext("Up to 1 hour"), lazy_gettext("asked less than an hour ago"), 0, 1),
    _waiting("waiting_24h", lazy_gettext("1 to 24 hours"), lazy_gettext("asked 1 to 24 hours ago"), 1, 24),
    _waiting("waiting_3d", lazy_gettext("1 to 3 days"), lazy_gettext("asked 1 to 3 days ago"), 24, 72),
    _waiting("waiting_7d", lazy_gettext("3 to 7 days"), lazy_gettext("asked 3 to 7 days ago"), 72, 168),
    _waiting("waiting_30d", lazy_gettext("7 to 30 days"), lazy_gettext("asked 7 to 30 days ago"), 168, 720),
    _waiting("waiting_older", lazy_gettext("More than 30 days"), lazy_gettext("asked 30 days ago or earlier"), 720, None),
)


def _times(key: str, title: str, wait: Wait, ended: Metric, source: str) -> tuple[Metric, ...]:
    """Return median and 90 % quantile of a wait, each with those that still wait and without them."""
    honest = lazy_gettext("%(source)s; all questions of the period", source=source)
    return (
        _time(key, lazy_gettext("%(title)s: median", title=title), QUESTIONS, wait, honest, censored=True),
        _time(f"{key}_p90", lazy_gettext("%(title)s: 9 of 10", title=title), QUESTIONS, wait, honest, quantile=0.9, censored=True),
        _time(f"{key}_known", lazy_gettext("%(title)s: median of those that have one", title=title), ended, wait, source, censored=False),
        _time(
            f"{key}_known_p90", lazy_gettext("%(title)s: 9 of 10 of those that have one", title=title), ended, wait, source, quantile=0.9,
            censored=False,
        ),
    )  # fmt: skip


TIMES = (
    *_times("first_response", lazy_gettext("Time to a first answer"), Wait.FIRST_ANSWER, ANSWERED, FIRST),
    *_times(
        "staff_response", lazy_gettext("Time to staff's first answer"), Wait.STAFF_ANSWER, STAFF_ANSWERED, STAFF_ANSWERED.source
    ),
    *_times(
        "peer_response", lazy_gettext("Time to a peer's first answer"), Wait.PEER_ANSWER, PEER_ANSWERED, PEER_ANSWERED.source
    ),
    *_times("solution_time", lazy_gettext("Time to a solution"), Wait.SOLUTION, SOLVED, SOLVED_IN.source),
    *_times(
        "acceptance_time",
        lazy_gettext("Time to an accepted answer"),
        Wait.ACCEPTANCE,
        ACCEPTED_ANSWER,
        lazy_gettext("earliest standing acceptance"),
    ),
)

PEOPLE = (
    _people(
        "people_affected", lazy_gettext("People with the problem"), lazy_gettext("of the period, each with the people it concerns"), are.everything,
        are.affected_people, lazy_gettext("sum over the questions of 1 (the asker) + everybody who said me-too"), lazy_gettext("me-toos"),
    ),
    _people(
        "people_helped", lazy_gettext("People whose problem is solved"), lazy_gettext("confirmed as solved, each with the people it concerns"),
        are.has_status(Status.SOLVED), are.affected_people, lazy_gettext("the same sum over the solved questions"),
        lazy_gettext("me-toos; %(status)s", status=STATUS),
    ),
    _people(
        "readers_helped", lazy_gettext("Readers for whom an answer worked"), lazy_gettext("of which readers say that an answer worked"),
        are.has_helped_readers, are.readers_helped, lazy_gettext("number of readers' standing words \"it worked\" about listed answers"),
        lazy_gettext("readers' words under answers"),
    ),
)  # fmt: skip

SHARES = (
    _share("answer_rate", lazy_gettext("Answer rate"), ANSWERED, QUESTIONS),
    _share("acceptance_rate", lazy_gettext("Share with an accepted answer"), ACCEPTED_ANSWER, QUESTIONS),
    _share("resolution_confirmed", lazy_gettext("Resolution rate, confirmed"), SOLVED, QUESTIONS),
    _share("resolution_likely", lazy_gettext("Resolution rate with probably solved ones"), SOLVED_OR_LIKELY, QUESTIONS),
    _share("staff_first_share", lazy_gettext("First answers by staff"), STAFF_FIRST, ANSWERED),
    _share("peer_first_share", lazy_gettext("First answers by peers"), PEER_FIRST, ANSWERED),
    _share("staff_solution_share", lazy_gettext("Solutions by staff"), SOLVED_BY_STAFF, SOLVED_BY_ANSWER),
    _share("peer_solution_share", lazy_gettext("Solutions by peers"), SOLVED_BY_PEERS, SOLVED_BY_ANSWER),
    _share("asker_solution_share", lazy_gettext("Solutions by the asker"), SOLVED_BY_ASKER, SOLVED_BY_ANSWER),
    _share("first_answer_share", lazy_gettext("Solved by the first answer"), SOLVED_BY_FIRST, SOLVED_BY_ANSWER),
)

_ALL = (
    QUESTIONS, ANSWERED, UNANSWERED, SOLVED_IN, *STANDINGS, SOLVED_OR_LIKELY, ACCEPTED_ANSWER, STAFF_ANSWERED, PEER_ANSWERED,
    STAFF_FIRST, PEER_FIRST, *_within(1), *_within(24), *_within(72), SOLVED_BY_ANSWER, SOLVED_BY_STAFF, SOLVED_BY_PEERS,
    SOLVED_BY_ASKER, SOLVED_BY_FIRST, SOLVED_BY_HELPERS, *AGEING, *TIMES, *PEOPLE, *SHARES,
)  # fmt: skip

# Every figure there is, by its word in addresses.
METRICS: dict[str, Metric] = {metric.key: metric for metric in _ALL}


def metrics_of(cohort: Cohort) -> tuple[Metric, ...]:
    """Return the metrics whose questions are of a cohort."""
    return tuple(metric for metric in METRICS.values() if metric.predicate.cohort is cohort)
