"""Where views wait before they are written: memory in the embedded mode, Redis when several processes share the work."""

import threading
import time
from collections import Counter, OrderedDict
from datetime import date
from typing import Any, Protocol

from app.core.heavy import redis
from app.core.settings import Settings
from app.pageviews.visits import MOST_BEFORE, MOST_IN_VISIT, VISIT_SECONDS, Pair, Visits, pair

SEEN_SECONDS = 6 * 3600
MAX_REMEMBERED = 200_000
Target = tuple[str, int, date]


class ViewBuffer(Protocol):
    """Counts views, each visitor once per target in SEEN_SECONDS, and which targets are read in one visit."""

    def add(self, visitor: str, target: Target) -> bool:
        """Count a view; return False when this visitor was counted for the target already."""
        ...

    def take(self) -> dict[Target, int]:
        """Return the counts since the last call and start again from zero."""
        ...

    def take_pairs(self) -> dict[Pair, int]:
        """Return how often two targets were read in one visit since the last call, and start again from zero."""
        ...

    def put_back(self, counts: dict[Target, int], pairs: dict[Pair, int]) -> None:
        """Count again what was taken and could not be written."""
        ...


class MemoryBuffer:
    """Counts in this process. A crash loses what was not flushed yet (at most one flush interval)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str, int], float] = OrderedDict()
        self._counts: Counter[Target] = Counter()
        self._visits = Visits()

    def add(self, visitor: str, target: Target) -> bool:
        moment = time.monotonic()
        key = (visitor, target[0], target[1])
        with self._lock:
            seen_at = self._seen.get(key)
            if seen_at is not None and moment - seen_at < SEEN_SECONDS:
                return False
            self._seen[key] = moment
            self._seen.move_to_end(key)
            while self._seen and (len(self._seen) > MAX_REMEMBERED or moment - next(iter(self._seen.values())) >= SEEN_SECONDS):
                self._seen.popitem(last=False)
            self._counts[target] += 1
        self._visits.follow(visitor, target[:2], target[2])
        return True

    def take(self) -> dict[Target, int]:
        with self._lock:
            taken, self._counts = dict(self._counts), Counter()
        return taken

    def take_pairs(self) -> dict[Pair, int]:
        return self._visits.take()

    def put_back(self, counts: dict[Target, int], pairs: dict[Pair, int]) -> None:
        with self._lock:
            self._counts.update(counts)
        self._visits.put_back(pairs)


class RedisBuffer:
    """Counts in Redis, shared by all processes."""

    COUNTS = "threadwell:views"
    PAIRS = "threadwell:pairs"

    def __init__(self, url: str) -> None:
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=1.0, decode_responses=True)

    def add(self, visitor: str, target: Target) -> bool:
        kind, target_id, day = target
        if not self._redis.set(f"threadwell:seen:{visitor}:{kind}:{target_id}", 1, nx=True, ex=SEEN_SECONDS):
            return False
        self._redis.hincrby(self.COUNTS, _target_name(target), 1)
        self._follow(visitor, (kind, target_id), day)
        return True

    def _follow(self, visitor: str, page: tuple[str, int], day: date) -> None:
        visit = f"threadwell:visit:{visitor}"
        read = self._redis.lrange(visit, 0, -1)
        name = f"{page[0]}|{page[1]}"
        if name not in read and len(read) < MOST_IN_VISIT:
            self._redis.rpush(visit, name)
            for before in read[-MOST_BEFORE:]:
                self._redis.hincrby(self.PAIRS, _pair_name(pair(day, page, _page_of(before))), 1)
        self._redis.expire(visit, VISIT_SECONDS)

    def take(self) -> dict[Target, int]:
        taken: dict[Target, int] = {}
        for name, views in self._take(self.COUNTS).items():
            kind, target_id, day = name.split("|")
            taken[kind, int(target_id), date.fromisoformat(day)] = int(views)
        return taken

    def take_pairs(self) -> dict[Pair, int]:
        taken: dict[Pair, int] = {}
        for name, visits in self._take(self.PAIRS).items():
            week, one, other = name.split(" ")
            taken[date.fromisoformat(week), _page_of(one), _page_of(other)] = int(visits)
        return taken

    def put_back(self, counts: dict[Target, int], pairs: dict[Pair, int]) -> None:
        for target, views in counts.items():
            self._redis.hincrby(self.COUNTS, _target_name(target), views)
        for read, visits in pairs.items():
            self._redis.hincrby(self.PAIRS, _pair_name(read), visits)

    def _take(self, counts: str) -> dict[str, str]:
        """Return a hash of counts, which begins anew."""
        taking = f"{counts}:taking:{time.time_ns()}"
        try:
            self._redis.rename(counts, taking)
        except redis.ResponseError:  # nothing was counted
            return {}
        taken: dict[str, str] = self._redis.hgetall(taking)
        self._redis.delete(taking)
        return taken


def _page_of(name: str) -> tuple[str, int]:
    kind, target_id = name.split("|")
    return kind, int(target_id)


def _target_name(target: Target) -> str:
    kind, target_id, day = target
    return f"{kind}|{target_id}|{day.isoformat()}"


def _pair_name(read: Pair) -> str:
    week, one, other = read
    return f"{week.isoformat()} {one[0]}|{one[1]} {other[0]}|{other[1]}"


def choose_buffer(settings: Settings) -> ViewBuffer:
    """Return the buffer for the mode of this installation."""
    return RedisBuffer(settings.redis_url) if settings.redis_url else MemoryBuffer()
