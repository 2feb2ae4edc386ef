"""What is read together: the pages of one visit, kept for as long as the visit lasts, and counts of pairs until they are written.

A visit ends when nothing was read for VISIT_SECONDS. Who made it is never written anywhere. No SQL here.
"""

import threading
import time
from collections import Counter, OrderedDict
from datetime import date, timedelta

from app.core.records import Struct, field

VISIT_SECONDS = 30 * 60
# A page goes together with so many that were read before it: what somebody read an hour of clicks ago says little.
MOST_BEFORE = 5
# Nobody reads more in one visit; whatever opens more pages is not reading them.
MOST_IN_VISIT = 20
MAX_VISITS = 50_000
Page = tuple[str, int]
Pair = tuple[date, Page, Page]


def week_of(day: date) -> date:
    """Return the Monday of the week of a day; pairs are counted by week."""
    return day - timedelta(days=day.weekday())


def pair(day: date, one: Page, other: Page) -> Pair:
    """Return two pages read together in the week of a day, in the order that each pair has."""
    return (week_of(day), min(one, other), max(one, other))


class _Visit(Struct):
    seen_at: float
    pages: list[Page] = field(default_factory=list)


class Visits:
    """The visits that this process is following. A restart ends them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._visits: OrderedDict[str, _Visit] = OrderedDict()
        self._pairs: Counter[Pair] = Counter()

    def follow(self, visitor: str, page: Page, day: date) -> None:
        """Note that a visitor read a page, together with what they read before it in this visit."""
        moment = time.monotonic()
        with self._lock:
            self._forget(moment)
            visit = self._visits.setdefault(visitor, _Visit(moment))
            visit.seen_at = moment
            self._visits.move_to_end(visitor)
            if page in visit.pages or len(visit.pages) >= MOST_IN_VISIT:
                return
            self._pairs.update(pair(day, page, before) for before in visit.pages[-MOST_BEFORE:])
            visit.pages.append(page)

    def take(self) -> dict[Pair, int]:
        """Return the counts since the last call and start again from zero."""
        with self._lock:
            taken, self._pairs = dict(self._pairs), Counter()
        return taken

    def put_back(self, pairs: dict[Pair, int]) -> None:
        """Count again what was taken and could not be written."""
        with self._lock:
            self._pairs.update(pairs)

    def _forget(self, moment: float) -> None:
        while self._visits:
            oldest = next(iter(self._visits.values()))
            if len(self._visits) <= MAX_VISITS and moment - oldest.seen_at < VISIT_SECONDS:
                return
            self._visits.popitem(last=False)
