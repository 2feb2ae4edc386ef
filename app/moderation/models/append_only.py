"""The log of decisions is only ever added to. Two locks hold that: one in the program, one in the database.

The program's lock refuses every change and removal through the ORM, of loaded entries and of many at once. The database's
lock is a trigger, made by the migrations, which refuses whoever comes another way.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState, Session

from app.moderation.models.log import LogEntry

REFUSED = "The log of moderation is only added to: write another entry."


class LogIsAppendOnly(RuntimeError):
    """Something tried to change or to remove an entry of the log. A mistake of the program, never of a person."""


def _refuse(*_event: Any) -> None:
    raise LogIsAppendOnly(REFUSED)


def _table_of(statement: Any) -> str:
    return str(getattr(statement.table, "name", ""))


@sa.event.listens_for(Session, "do_orm_execute")
def _refuse_many(state: ORMExecuteState) -> None:
    if (state.is_update or state.is_delete) and _table_of(state.statement) == LogEntry.__tablename__:
        raise LogIsAppendOnly(REFUSED)


sa.event.listen(LogEntry, "before_update", _refuse)
sa.event.listen(LogEntry, "before_delete", _refuse)

_SQLITE = (
    "CREATE TRIGGER moderation_log_kept BEFORE DELETE ON moderation_log"
    " BEGIN SELECT RAISE(ABORT, 'moderation_log is append-only'); END",
    "CREATE TRIGGER moderation_log_unchanged BEFORE UPDATE ON moderation_log"
    " BEGIN SELECT RAISE(ABORT, 'moderation_log is append-only'); END",
)
_POSTGRESQL = (
    "CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'moderation_log is append-only'; END $$",
    "CREATE TRIGGER moderation_log_unchanged BEFORE UPDATE OR DELETE ON moderation_log"
    " FOR EACH ROW EXECUTE FUNCTION refuse_log_change()",
    "CREATE TRIGGER moderation_log_kept BEFORE TRUNCATE ON moderation_log"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change()",
)
_SQLITE_AWAY = ("DROP TRIGGER moderation_log_kept", "DROP TRIGGER moderation_log_unchanged")
_POSTGRESQL_AWAY = (
    "DROP TRIGGER moderation_log_unchanged ON moderation_log",
    "DROP TRIGGER moderation_log_kept ON moderation_log",
    "DROP FUNCTION refuse_log_change()",
)


def lock_statements(dialect: str) -> tuple[str, ...]:
    """Return the statements that lock the table in a database. A migration that copies the table has to run them again."""
    return _POSTGRESQL if dialect == "postgresql" else _SQLITE


def unlock_statements(dialect: str) -> tuple[str, ...]:
    """Return the statements that take the lock off again, for going back a migration."""
    return _POSTGRESQL_AWAY if dialect == "postgresql" else _SQLITE_AWAY
