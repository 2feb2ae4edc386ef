"""Where notes of searches wait before they are written: memory in the embedded mode, Redis when several processes share the work."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from typing import Any, Protocol

from app.core.heavy import redis
from app.core.settings import Settings
from app.search.ledger.notes import Note

MOST_WAITING = 20_000  # notes; beyond them new ones are dropped, a site is not slowed down by its figures


class NoteBuffer(Protocol):
    """Keeps notes in the order of their coming."""

    def add(self, note: Note) -> None:
        """Keep a note until it is taken, unless too many wait."""
        ...

    def take(self) -> list[Note]:
        """Return all notes since the last call."""
        ...

    def put_back(self, notes: list[Note]) -> None:
        """Keep notes that were taken and could not be written: before those that came meanwhile, unless too many wait."""
        ...


class MemoryNotes:
    """Notes in this process. A crash loses those of one flush interval at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes: deque[Note] = deque()

    def add(self, note: Note) -> None:
        """As NoteBuffer.add."""
        with self._lock:
            if len(self._notes) < MOST_WAITING:
                self._notes.append(note)

    def take(self) -> list[Note]:
        """As NoteBuffer.take."""
        with self._lock:
            taken, self._notes = list(self._notes), deque()
        return taken

    def put_back(self, notes: list[Note]) -> None:
        """As NoteBuffer.put_back."""
        with self._lock:
            self._notes.extendleft(reversed(notes[: MOST_WAITING - len(self._notes)]))


class RedisNotes:
    """Notes in Redis, shared by all processes."""

    KEY = "threadwell:searches"

    def __init__(self, url: str) -> None:
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=1.0, decode_responses=True)

    def add(self, note: Note) -> None:
        """As NoteBuffer.add; raises redis.RedisError when it cannot be reached."""
        pipe = self._redis.pipeline()
        pipe.rpush(self.KEY, json.dumps(note.as_dict()))
        pipe.ltrim(self.KEY, 0, MOST_WAITING - 1)
        pipe.execute()

    def put_back(self, notes: list[Note]) -> None:
        """As NoteBuffer.put_back."""
        pipe = self._redis.pipeline()
        pipe.lpush(self.KEY, *(json.dumps(note.as_dict()) for note in reversed(notes)))
        pipe.ltrim(self.KEY, 0, MOST_WAITING - 1)
        pipe.execute()

    def take(self) -> list[Note]:
        """As NoteBuffer.take."""
        taking = f"{self.KEY}:taking:{time.time_ns()}"
        try:
            self._redis.rename(self.KEY, taking)
        except redis.ResponseError:  # nothing was noted
            return []
        notes = [Note(**json.loads(line)) for line in self._redis.lrange(taking, 0, -1)]
        self._redis.delete(taking)
        return notes


def choose_buffer(settings: Settings) -> NoteBuffer:
    """Return the buffer for the mode of this installation."""
    return RedisNotes(settings.redis_url) if settings.redis_url else MemoryNotes()
