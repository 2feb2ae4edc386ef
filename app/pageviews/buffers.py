"""Where views wait before they are written: memory in the embedded mode, Redis when several processes share the work."""

import threading
import time
from collections import Counter, OrderedDict
from datetime import date
from typing import Any, Protocol

import redis

from app.core.settings import Settings

SEEN_SECONDS = 6 * 3600
MAX_REMEMBERED = 200_000
Target = tuple[str, int, date]


class ViewBuffer(Protocol):
    """Counts views, each visitor once per target in SEEN_SECONDS."""

    def add(self, visitor: str, target: Target) -> bool:
        """Count a view; return False when this visitor was counted for the target already."""
        ...

    def take(self) -> dict[Target, int]:
        """Return the counts since the last call and start again from zero."""
        ...


class MemoryBuffer:
    """Counts in this process. A crash loses what was not flushed yet (at most one flush interval)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[tuple[str, str, int], float] = OrderedDict()
        self._counts: Counter[Target] = Counter()

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
        return True

    def take(self) -> dict[Target, int]:
        with self._lock:
            taken, self._counts = dict(self._counts), Counter()
        return taken


class RedisBuffer:
    """Counts in Redis, shared by all processes."""

    COUNTS = "threadwell:views"

    def __init__(self, url: str) -> None:
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=1.0, decode_responses=True)

    def add(self, visitor: str, target: Target) -> bool:
        kind, target_id, day = target
        if not self._redis.set(f"threadwell:seen:{visitor}:{kind}:{target_id}", 1, nx=True, ex=SEEN_SECONDS):
            return False
        self._redis.hincrby(self.COUNTS, f"{kind}|{target_id}|{day.isoformat()}", 1)
        return True

    def take(self) -> dict[Target, int]:
        taking = f"{self.COUNTS}:taking:{time.time_ns()}"
        try:
            self._redis.rename(self.COUNTS, taking)
        except redis.ResponseError:  # nothing was counted
            return {}
        counts = self._redis.hgetall(taking)
        self._redis.delete(taking)
        taken: dict[Target, int] = {}
        for name, views in counts.items():
            kind, target_id, day = name.split("|")
            taken[kind, int(target_id), date.fromisoformat(day)] = int(views)
        return taken


def choose_buffer(settings: Settings) -> ViewBuffer:
    """Return the buffer for the mode of this installation."""
    return RedisBuffer(settings.redis_url) if settings.redis_url else MemoryBuffer()
