"""Values kept in one process until something behind them changes.

A value is never older than the last change that was committed before the request began: its moment is taken before the request reads
anything, so that what it reads is at least as new.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, cast

from flask import Flask, current_app, g, request

from app.core.records import Struct
from app.pagecache.changes import LONGEST, Changes
from app.web.remembering import MEMORY

MOST = 2_000


def moment_of(changes: Changes) -> int:
    """Return the moment of the running request, looked for at the first call: whatever it reads after that is as new, or newer.

    For a SQLite transaction, which sees the database as it was at its first read, `note_moment` looks before that.
    """
    moment: int | None = g.get("moment")
    if moment is None:
        moment = g.moment = changes.look()
    return moment


class _Value(Struct, frozen=True):
    value: Any
    tags: tuple[str, ...]
    moment: int
    until: float


class Memory:
    """The values of one process, those asked for longest ago let go first. Safe between threads."""

    def __init__(self, changes: Changes, looks_first: bool, most: int = MOST) -> None:
        """`looks_first`: a transaction of this database sees nothing that is committed after its first read, so that `note_moment`
        has to look before. Elsewhere it is early enough to look right before a statement."""
        self._changes, self.looks_first, self._most = changes, looks_first, most
        self._values: OrderedDict[Hashable, _Value] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def moment(self) -> int:
        """Return the moment of the running request."""
        return moment_of(self._changes)

    def get(self, key: Hashable, tags: tuple[str, ...], make: Callable[[], Any]) -> Any:
        """Return the value of a key, made now unless it is kept and current."""
        if self.looks_first and "moment" not in g:
            return make()
        moment = self.moment()
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
        if found is not None and found.until > time.monotonic() and self._changes.is_current(found.tags, found.moment):
            return found.value
        value = make()
        self._keep({key: _Value(value, tags, moment, time.monotonic() + LONGEST)})
        return value

    def get_each(
        self, keys: Mapping[Hashable, tuple[str, ...]], make: Callable[[list[Hashable]], Mapping[Hashable, Any]]
    ) -> dict[Hashable, Any]:
        """Return the values of some keys, each with its tags; `make` makes those that are not kept and current, all at once."""
        if self.looks_first and "moment" not in g:
            return dict(make(list(keys)))
        moment, now, values = self.moment(), time.monotonic(), {}
        with self._lock:
            for key in keys:
                found = self._values.get(key)
                if found is not None and found.until > now and self._changes.is_current(found.tags, found.moment):
                    self._values.move_to_end(key)
                    values[key] = found.value
        missing = [key for key in keys if key not in values]
        if missing:
            made = make(missing)
            self._keep({key: _Value(made[key], keys[key], moment, now + LONGEST) for key in missing})
            values |= made
        return values

    def _keep(self, values: Mapping[Hashable, _Value]) -> None:
        with self._lock:
            self._values |= values
            for key in values:
                self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)


def note_moment() -> None:
    """Before anything is read in a request: look what has changed until now, where that has to be done first (it costs little there)."""
    memory = cast(Memory | None, current_app.extensions.get(MEMORY))
    if memory is not None and memory.looks_first and request.method == "GET":
        memory.moment()


def install_memory(app: Flask, memory: Memory) -> None:
    """Let pages remember, and look before anything else is done for a request: even recognising people reads."""
    app.extensions[MEMORY] = memory
    app.before_request_funcs.setdefault(None, []).insert(0, note_moment)
