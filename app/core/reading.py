"""Reading without a session, for requests while they only look at things.

A session takes longer to make, to begin and to end than the statements of a small page. A request borrows a connection of its own
for its first statement, and gives it back at its end, or before it writes; in between it sees one state of the database. As soon as
anything asks for the session, statements run there (`db.read`): whoever writes reads what they wrote. On SQLite only: for PostgreSQL
a second connection costs more than a session.
"""

from contextvars import ContextVar
from sqlite3 import Connection
from typing import cast

from sqlalchemy.engine import Engine
from sqlalchemy.pool import PoolProxiedConnection


class Reader:
    """The connection of one request."""

    __slots__ = ("_borrowed", "engine", "has_ended")

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.has_ended = False
        self._borrowed: PoolProxiedConnection | None = None

    def driver(self) -> Connection | None:
        """Return the connection, in a transaction. None where somebody listens to statements, who would not hear of these."""
        if self._borrowed is None:
            if self.engine.dispatch.before_cursor_execute:
                return None
            self._borrowed = self.engine.raw_connection()
            cast(Connection, self._borrowed.driver_connection).execute("BEGIN")
        return cast(Connection, self._borrowed.driver_connection)

    def end(self) -> None:
        """Give the connection back, which ends its transaction."""
        self.has_ended = True
        if self._borrowed is not None:
            self._borrowed.close()
            self._borrowed = None


_current: ContextVar[Reader | None] = ContextVar("reader", default=None)


def current_reader() -> Reader | None:
    """Return what reads for the running request; None where the session does."""
    reader = _current.get()
    return None if reader is None or reader.has_ended else reader


def begin_reading(engine: Engine) -> Reader | None:
    """Let a request read without a session until `end` is called, or it begins to write. None where its session reads."""
    reader = Reader(engine) if engine.dialect.name == "sqlite" else None
    _current.set(reader)
    return reader


def end_reading() -> None:
    """Give back what the running request borrowed to read: from now on it reads what it writes."""
    reader = current_reader()
    if reader is not None:
        reader.end()
