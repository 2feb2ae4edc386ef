"""Triggers that write down what changed. No way of writing can forget them: services, bulk statements, imports, other programs."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy import event

from app.core.records import Struct


class Watched(Struct, frozen=True):
    """A table whose rows pages show.

    `tag` is an SQL expression over `{row}` (NEW or OLD) that names what changed. `columns`: only updates of these count; empty:
    all do. `moves`: rows can go to another place; then the old one changed too. `only_updates`: no page shows all rows, so that
    new and deleted ones change nothing.
    """

    table: str
    tag: str
    columns: tuple[str, ...] = ()
    moves: bool = False
    only_updates: bool = False

    @property
    def _verbs(self) -> tuple[str, ...]:
        return ("UPDATE",) if self.only_updates else ("INSERT", "UPDATE", "DELETE")

    def statements(self, dialect: str) -> Iterator[str]:
        """Yield what creates the triggers on a database of this dialect."""
        for verb in self._verbs:
            yield from (self._sqlite if dialect == "sqlite" else self._postgresql)(verb)

    def drops(self, dialect: str) -> Iterator[str]:
        """Yield what takes the triggers away again."""
        for verb in self._verbs:
            name = self._name(verb)
            if dialect == "sqlite":
                yield f"DROP TRIGGER IF EXISTS {name}"
            else:
                yield f"DROP TRIGGER IF EXISTS {name} ON {self.table}"
                yield f"DROP FUNCTION IF EXISTS {name}()"

    def _name(self, verb: str) -> str:
        return f"page_change_{self.table}_{verb.lower()}"

    def _when(self, verb: str) -> str:
        return f"UPDATE OF {', '.join(self.columns)}" if self.columns and verb == "UPDATE" else verb

    def _condition(self, verb: str, differs: str) -> str:
        if not self.columns or verb != "UPDATE":
            return ""
        return " WHEN (" + " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in self.columns) + ")"

    def _inserts(self, verb: str, values: str, extra: str = "") -> str:
        """Return what writes the change down; of a row that moved, at its old place too."""
        new, old = self.tag.format(row="NEW"), self.tag.format(row="OLD")
        into = f"INSERT INTO page_change (tag, created_at{extra}) SELECT"
        text = f"{into} {old if verb == 'DELETE' else new}, {values};"
        if verb == "UPDATE" and self.moves:
            text += f" {into} {old}, {values} WHERE {old} <> {new};"
        return text

    def _sqlite(self, verb: str) -> Iterator[str]:
        condition = self._condition(verb, "IS NOT")
        body = self._inserts(verb, "strftime('%Y-%m-%d %H:%M:%f000', 'now')")
        yield f"CREATE TRIGGER {self._name(verb)} AFTER {self._when(verb)} ON {self.table}{condition} BEGIN {body} END"

    def _postgresql(self, verb: str) -> Iterator[str]:
        body = self._inserts(verb, "now(), pg_current_xact_id()::text::bigint", ", xid")
        name = self._name(verb)
        condition = self._condition(verb, "IS DISTINCT FROM")
        yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
        yield f"CREATE TRIGGER {name} AFTER {self._when(verb)} ON {self.table} FOR EACH ROW{condition} EXECUTE FUNCTION {name}()"


def create_with_tables(metadata: sa.MetaData, watched: Sequence[Watched]) -> None:
    """Let `metadata.create_all` create the triggers too (migrations do it by themselves)."""

    @event.listens_for(metadata, "after_create")
    def create(_metadata: sa.MetaData, connection: sa.Connection, **_values: object) -> None:
        for one in watched:
            for statement in (*one.drops(connection.dialect.name), *one.statements(connection.dialect.name)):
                connection.exec_driver_sql(statement)

    @event.listens_for(metadata, "before_drop")
    def drop(_metadata: sa.MetaData, connection: sa.Connection, **_values: object) -> None:
        for one in watched:
            if sa.inspect(connection).has_table(one.table):
                for statement in one.drops(connection.dialect.name):
                    connection.exec_driver_sql(statement)
