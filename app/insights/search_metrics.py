"""The registry of figures about search: what searches find, how they end, and what suggestions while asking are worth.

docs/metrics.md explains each. All count sessions that are over, and name nobody.
"""

from app.core.i18n import lazy_gettext
from app.insights import search_predicates as are
from app.insights.cohorts import Cohort, Subject
from app.insights.measures import Group, Metric, Unit
from app.insights.predicates import Predicate, Test, everything
from app.search.models import Ending

LEDGER = lazy_gettext("ledger of searches")
RESULTS = lazy_gettext("%(ledger)s: number of results", ledger=LEDGER)
CLICKS = lazy_gettext("%(ledger)s: results that were opened", ledger=LEDGER)
ENDINGS = lazy_gettext("%(ledger)s: endings", ledger=LEDGER)
ASKING = lazy_gettext("%(ledger)s: the page to ask on, and what was asked", ledger=LEDGER)
DESK = lazy_gettext("%(asking)s; escalations of the desk", asking=ASKING)
COMPARED = lazy_gettext("%(asking)s; who was held out", asking=ASKING)
COMPARED_DESK = lazy_gettext("%(desk)s; who was held out", desk=DESK)


def _count(key: str, title: str, sentence: str, test: Test, group: Group, source: str, cohort: Cohort) -> Metric:
    predicate = Predicate(key, sentence, test, cohort)
    if cohort.subject is Subject.SEARCH:
        formula = lazy_gettext("number of searches %(sentence)s", sentence=sentence)
    else:
        formula = lazy_gettext("number of sessions %(sentence)s", sentence=sentence)
    return Metric(key, title, predicate, formula, source, group)


def _search(key: str, title: str, sentence: str, test: Test, source: str) -> Metric:
    return _count(key, title, sentence, test, Group.SEARCHES, source, Cohort.SEARCHED)


def _session(key: str, title: str, sentence: str, test: Test, source: str, group: Group = Group.ENDINGS) -> Metric:
    return _count(key, title, sentence, test, group, source, Cohort.SESSIONS)


def _share(key: str, title: str, part: Metric, whole: Metric) -> Metric:
    formula = lazy_gettext("%(part)s / %(whole)s, with the 95 %% Wilson interval", part=part.key, whole=whole.key)
    return Metric(key, title, part.predicate, formula, part.source, part.group, Unit.SHARE, denominator=whole.predicate)


SEARCHES = _search("searches", lazy_gettext("Searches"), lazy_gettext("made in the period"), everything, LEDGER)
EMPTY = _search("searches_empty", lazy_gettext("Found nothing"), lazy_gettext("that found nothing"), are.found_nothing, RESULTS)
OPENED = _search(
    "searches_opened", lazy_gettext("Opened a result"), lazy_gettext("from which a result was opened"), are.was_opened, CLICKS
)
RANKS = (
    _search("opened_1", lazy_gettext("Opened the first"), lazy_gettext("from which the first result was opened"), are.opened(1, 1), CLICKS),
    _search("opened_2", lazy_gettext("Opened the second or third"), lazy_gettext("from which the second or third result was opened"),
    are.opened(2, 3), CLICKS),
    _search("opened_4", lazy_gettext("Opened the fourth to tenth"), lazy_gettext("from which the fourth to tenth result was opened"),
    are.opened(4, 10), CLICKS),
    _search("opened_11", lazy_gettext("Opened a later one"), lazy_gettext("from which a result after the tenth was opened"), are.opened(11), CLICKS),
    _search(
        "opened_unknown", lazy_gettext("Opened, place not known"), lazy_gettext("from which a result was opened of which the place is not known"),
        are.opened_unranked, CLICKS,
    ),
)  # fmt: skip
SEARCH_ENDINGS = (
    _search("searches_clicked", lazy_gettext("Ended at a result"), lazy_gettext("that ended at a result"), are.search_ended(Ending.CLICKED), ENDINGS),
    _search("searches_solved", lazy_gettext("Solved"), lazy_gettext("of which somebody said that it solved their problem"),
    are.search_ended(Ending.SOLVED), ENDINGS),
    _search("searches_refined", lazy_gettext("Other words followed"), lazy_gettext("after which the same person tried other words"),
    are.search_ended(Ending.REFINED), ENDINGS),
    _search("searches_asked", lazy_gettext("Asked in the end"), lazy_gettext("after which somebody asked"), are.search_ended(Ending.ASKED), ENDINGS),
    _search("searches_left", lazy_gettext("Left"), lazy_gettext("after which nothing followed"), are.search_ended(Ending.LEFT), ENDINGS),
)  # fmt: skip

SESSIONS = _session(
    "search_sessions",
    lazy_gettext("Sessions with a search"),
    lazy_gettext("in which somebody searched"),
    are.has_searched,
    LEDGER,
)
FOUND = _session(
    "sessions_found",
    lazy_gettext("Sessions that found"),
    lazy_gettext("that ended at a result, or with a solved problem"),
    are.has_found,
    ENDINGS,
)
SESSION_ENDINGS = (
    _session("sessions_clicked", lazy_gettext("Ended at a result"), lazy_gettext("that ended at a result"),
    are.session_ended(Ending.CLICKED), ENDINGS),
    _session("sessions_solved", lazy_gettext("Solved"), lazy_gettext("that ended with a solved problem"), are.session_ended(Ending.SOLVED), ENDINGS),
    _session("sessions_asked", lazy_gettext("Asked"), lazy_gettext("that ended in asking"), are.session_ended(Ending.ASKED), ENDINGS),
    _session("sessions_left", lazy_gettext("Left"), lazy_gettext("that somebody left without opening anything"),
    are.session_ended(Ending.LEFT, Ending.REFINED), ENDINGS),
)  # fmt: skip

ABOUT_TO_ASK = _session(
    "ask_sessions",
    lazy_gettext("About to ask"),
    lazy_gettext("in which the page to ask on was opened"),
    are.reached_ask,
    ASKING,
    Group.ASKING,
)
ASKED = _session(
    "ask_asked",
    lazy_gettext("Asked a question"),
    lazy_gettext("in which somebody was about to ask, and asked"),
    are.has_asked,
    ASKING,
    Group.ASKING,
)
ASK_SOLVED = _session(
    "ask_solved", lazy_gettext("Solved while asking"),
    lazy_gettext("in which somebody was about to ask, and said that what they were shown solved it"),
    are.was_solved, lazy_gettext("%(asking)s; “This solved it”", asking=ASKING), Group.ASKING,
)  # fmt: skip
ESCALATED = _session(
    "ask_escalated",
    lazy_gettext("Escalated"),
    lazy_gettext("in which a question was asked that had to be escalated"),
    are.was_escalated,
    DESK,
    Group.ASKING,
)


def _on_side(text: str, side: str) -> str:
    return lazy_gettext("%(text)s, %(side)s", text=text, side=side)


def _side(name: str, words: str, *, is_held_out: bool) -> tuple[Metric, ...]:
    """Return the figures of one side of the comparison: sessions, asked, escalated, and their shares."""

    def one(key: str, title: str, sentence: str, test: Test, source: str) -> Metric:
        narrowed = are.compared(test, is_held_out=is_held_out)
        return _session(f"{name}_{key}", _on_side(title, words), _on_side(sentence, words), narrowed, source, Group.DEFLECTION)

    sessions = one("sessions", lazy_gettext("Compared sessions"), lazy_gettext("about to ask and compared"), everything, COMPARED)
    asked = one("asked", lazy_gettext("Asked"), lazy_gettext("compared, in which a question was asked"), are.has_asked, COMPARED)
    escalated = one(
        "escalated",
        lazy_gettext("Escalated"),
        lazy_gettext("compared, in which a question had to be escalated"),
        are.was_escalated,
        COMPARED_DESK,
    )
    shares = (
        _share(f"{name}_ask_rate", _on_side(lazy_gettext("Share that asked"), words), asked, sessions),
        _share(f"{name}_escalation_rate", _on_side(lazy_gettext("Share escalated"), words), escalated, sessions),
    )
    return sessions, asked, escalated, *shares


SHOWN = _side("shown", lazy_gettext("with suggestions"), is_held_out=False)
HELD_OUT = _side("held_out", lazy_gettext("without suggestions"), is_held_out=True)

SHARES = (
    _share("zero_result_share", lazy_gettext("Share that found nothing"), EMPTY, SEARCHES),
    _share("click_share", lazy_gettext("Share with an opened result"), OPENED, SEARCHES),
    _share("first_rank_share", lazy_gettext("Share that opened the first"), RANKS[0], OPENED),
    _share("found_share", lazy_gettext("Share of sessions that found"), FOUND, SESSIONS),
    _share("ask_rate", lazy_gettext("Share that asked"), ASKED, ABOUT_TO_ASK),
    _share("ask_solved_share", lazy_gettext("Share solved while asking"), ASK_SOLVED, ABOUT_TO_ASK),
)
_ALL = (
    SEARCHES, EMPTY, OPENED, *RANKS, *SEARCH_ENDINGS, SESSIONS, FOUND, *SESSION_ENDINGS, ABOUT_TO_ASK, ASKED, ASK_SOLVED, ESCALATED,
    *SHOWN, *HELD_OUT, *SHARES,
)  # fmt: skip

# Every figure about search, by its word in addresses.
SEARCHING: dict[str, Metric] = {metric.key: metric for metric in _ALL}


def searching_of(cohort: Cohort) -> tuple[Metric, ...]:
    """Return the figures about search of a cohort."""
    return tuple(metric for metric in SEARCHING.values() if metric.predicate.cohort is cohort)
