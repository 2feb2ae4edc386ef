"""A log of what changed that pages show, written by triggers, for the cache of visitors' pages."""

from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa
from alembic import op

import app.core.db

revision = "03"
down_revision = "02"
branch_labels = None
depends_on = None


class Watched(NamedTuple):
    table: str
    tag: str
    columns: tuple[str, ...]
    moves: bool
    only_updates: bool


WATCHED = (
    Watched("thread", "'thread:' || {row}.id", (), False, False),
    Watched("post", "'thread:' || {row}.thread_id", (), True, False),
    Watched("comment", "'thread:' || (SELECT thread_id FROM post WHERE id = {row}.post_id)", (), True, False),
    Watched("outcome", "'thread:' || {row}.thread_id", (), True, False),
    Watched("thread_tag", "'thread:' || {row}.thread_id", (), True, False),
    Watched("thread_version", "'thread:' || {row}.thread_id", (), True, False),
    Watched("redirect", "'threads'", (), False, False),
    Watched("article", "'article:' || {row}.id", (), False, False),
    Watched("article_revision", "'article:' || {row}.article_id", (), False, False),
    Watched("article_version", "'article:' || {row}.article_id", (), False, False),
    Watched("article_source", "'article:' || {row}.article_id", (), False, False),
    Watched("article_slug", "'articles'", (), False, False),
    Watched(
        "person",
        "'people'",
        (
            "name",
            "display_name",
            "role",
            "level",
            "about_html",
            "website",
            "suspended_until",
            "muted_until",
            "banned_at",
            "erased_at",
            "merged_into_id",
        ),
        False,
        True,
    ),
    Watched(
        "category",
        "'site'",
        ("slug", "name", "description", "position", "audience", "needs_approval", "usual_answer_minutes"),
        False,
        False,
    ),
    Watched("tag", "'site'", ("name", "description"), False, True),
    Watched("section", "'site'", (), False, False),
    Watched("product", "'site'", (), False, False),
    Watched("product_version", "'site'", (), False, False),
)


def verbs(one: Watched) -> tuple[str, ...]:
    return ("UPDATE",) if one.only_updates else ("INSERT", "UPDATE", "DELETE")


def triggers(one: Watched, dialect: str) -> Iterator[str]:
    """Yield what creates the triggers of a table: each writes the tag of the changed row, and of the place it left."""
    is_sqlite = dialect == "sqlite"
    stamp = "strftime('%Y-%m-%d %H:%M:%f000', 'now')" if is_sqlite else "now(), pg_current_xact_id()::text::bigint"
    into = f"INSERT INTO page_change (tag, created_at{'' if is_sqlite else ', xid'}) SELECT"
    new, old = one.tag.format(row="NEW"), one.tag.format(row="OLD")
    for verb in verbs(one):
        name = f"page_change_{one.table}_{verb.lower()}"
        body = f"{into} {old if verb == 'DELETE' else new}, {stamp};"
        if verb == "UPDATE" and one.moves:
            body += f" {into} {old}, {stamp} WHERE {old} <> {new};"
        when, condition = verb, ""
        if one.columns and verb == "UPDATE":
            when = f"UPDATE OF {', '.join(one.columns)}"
            differs = "IS NOT" if is_sqlite else "IS DISTINCT FROM"
            condition = " WHEN (" + " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in one.columns) + ")"
        if is_sqlite:
            yield f"CREATE TRIGGER {name} AFTER {when} ON {one.table}{condition} BEGIN {body} END"
            continue
        yield f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
        yield f"CREATE TRIGGER {name} AFTER {when} ON {one.table} FOR EACH ROW{condition} EXECUTE FUNCTION {name}()"


def upgrade() -> None:
    op.create_table(
        "page_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=True),
        sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_page_change_written", "page_change", ["created_at"])
    op.create_index("ix_page_change_xid", "page_change", ["xid"])
    op.create_index("ix_thread_modified", "thread", ["modified_at"])
    connection = op.get_bind()
    for one in WATCHED:
        for statement in triggers(one, connection.dialect.name):
            connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    for one in WATCHED:
        for verb in verbs(one):
            name = f"page_change_{one.table}_{verb.lower()}"
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER {name} ON {one.table}")
                connection.exec_driver_sql(f"DROP FUNCTION {name}()")
    op.drop_index("ix_thread_modified", "thread")
    op.drop_table("page_change")
