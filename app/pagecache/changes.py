"""What changed since a page was made: told by the database, asked before every answer from the cache.

SQLite tells in microseconds whether any other connection has committed (`PRAGMA data_version`); only then the log of changes is
read. PostgreSQL has no such word: there the log is asked each time, by one indexed statement.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from typing import Protocol

import sqlalchemy as sa

logger = logging.getLogger(__name__)
# What is computed and not written (views, related threads, what was asked when) may be so old, in seconds.
LONGEST = 300.0
# The log keeps an hour. Who has not looked for half of it may have missed something.
FORGET_AFTER = 1_800.0
# So many changes at once are not worth telling apart.
MOST_ROWS = 5_000
MOST_TAGS = 50_000


class Feed(Protocol):
    """Where changes are read. `read` returns the tags that are new since it was last called, or None when they are too many or
    cannot be told."""

    def read(self) -> list[str] | None: ...

    def close(self) -> None:
        """Let the connection go. Whoever reads again connects anew, and misses nothing."""


class SqliteFeed:
    """The log in a SQLite file, on a connection of its own that never writes."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connected: sqlite3.Connection | None = None
        self._version = -1
        self._seen: int | None = None

    @property
    def _connection(self) -> sqlite3.Connection:
        """The connection, made at the first look: an application may be built before there is a database."""
        if self._connected is None:
            self._connected = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=15)
        return self._connected

    def read(self) -> list[str] | None:
        """As the protocol says. The version is read first: what is committed after it shows at the next call."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return []
        if self._seen is None:
            self._seen, self._version = self._newest(), version
            return []
        rows = self._connection.execute(
            "SELECT id, tag FROM page_change WHERE id > ? ORDER BY id LIMIT ?", (self._seen, MOST_ROWS)
        ).fetchall()
        self._version = version
        is_older = not rows and self._newest() < self._seen  # an earlier state of the database was put in its place
        if is_older or len(rows) == MOST_ROWS:
            self._seen = self._newest()
            return None
        if rows:
            self._seen = rows[-1][0]
        return [tag for _id, tag in rows]

    def _newest(self) -> int:
        """Return the last id that was given, whether its row is still there or was trimmed."""
        found = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'page_change'").fetchone()
        return found[0] if found else 0

    def close(self) -> None:
        if self._connected is not None:
            self._connected.close()
            self._connected, self._version = None, -1  # each connection counts versions by itself


class PostgresFeed:
    """The log in PostgreSQL. Rows of transactions that were running at the last look are read again: they may be visible only now."""

    _STATEMENT = sa.text(
        "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon, 0 AS id, '' AS tag"
        " UNION ALL (SELECT 0, id, tag FROM page_change WHERE xid >= :horizon LIMIT :most)"
    )

    def __init__(self, engine: sa.Engine) -> None:
        # One statement needs no transaction: to begin and to end one, the server has to be asked twice more.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._horizon: int | None = None
        self._known: set[int] = set()

    def read(self) -> list[str] | None:
        with self._engine.connect() as connection:
            rows = connection.execute(self._STATEMENT, {"horizon": self._horizon or 0, "most": MOST_ROWS}).all()
        is_first, self._horizon = self._horizon is None, max(row.horizon for row in rows)
        found = {row.id: row.tag for row in rows if row.id}
        fresh = [tag for number, tag in found.items() if number not in self._known]
        self._known = set(found)
        if is_first:
            return []
        return None if len(found) == MOST_ROWS else fresh

    def close(self) -> None:
        self._known.clear()


class Changes:
    """When each tag changed last, counted in looks at the log. A moment is a number of looks; all calls are safe between threads."""

    def __init__(self, feed: Feed, widen: Callable[[str], Iterable[str]], clock: Callable[[], float] = time.monotonic) -> None:
        """`widen` names the tags that change together with one (a thread changes the lists it may stand in)."""
        self._feed, self._widen, self._clock = feed, widen, clock
        self._lock = threading.Lock()
        self._moment = 1
        self._forgotten = 0
        self._changed: dict[str, int] = {}
        self._looked = clock()

    def look(self) -> int:
        """Read what is new and return the moment: whatever is committed by now changed at it or before.

        Where the log cannot be read nothing that is kept is current: the application is asked, and says that the database is away.
        """
        with self._lock:
            try:
                tags = self._feed.read()
            except (sqlite3.Error, sa.exc.SQLAlchemyError) as error:
                logger.warning("pagecache.log_unreadable", extra={"error": type(error).__name__})
                tags = None
            looked = self._clock()
            is_long_ago = looked - self._looked > FORGET_AFTER
            if tags is None or is_long_ago or len(self._changed) > MOST_TAGS:
                self._moment += 1
                self._forgotten = self._moment
                self._changed.clear()
            elif tags:
                self._moment += 1
                for tag in tags:
                    for each in self._widen(tag):
                        self._changed[each] = self._moment
            self._looked = looked
            return self._moment

    def is_current(self, tags: Iterable[str], moment: int) -> bool:
        """Whether nothing behind the tags changed since a moment, as far as was looked."""
        if moment < self._forgotten:
            return False
        return moment == self._moment or all(self._changed.get(tag, 0) <= moment for tag in tags)

    def close(self) -> None:
        """Let the connection go: before this process makes others, which must not share one. The next look makes another."""
        with self._lock:
            self._feed.close()
