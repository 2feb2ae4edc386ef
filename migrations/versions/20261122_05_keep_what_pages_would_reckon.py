"""Keep what pages would reckon anew for each reader: recent views and what to read next; find the posts of a page in an index;
log what readers say of articles and which wordings curators take out.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "05"
down_revision = "04"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_POSTS = ["thread_id", "kind", "score", "created_at"]
# Views count as recent for 30 days.
_SUM_UP = (
    "INSERT INTO pageview_recent (kind, target_id, views, counted_on)"
    " SELECT kind, target_id, sum(views), :today FROM pageview_day WHERE day >= :since GROUP BY kind, target_id"
)
_LOGGED = ("article_feedback", "removed_wording")
_VERBS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def _triggers(table: str, dialect: str) -> Iterator[str]:
    """Yield what creates the triggers of a table, each of which writes down the article of the changed row."""
    for verb, row in _VERBS.items():
        name, tag = f"page_change_{table}_{verb.lower()}", f"'article:' || {row}.article_id"
        if dialect == "sqlite":
            stamp = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
            body = f"INSERT INTO page_change (tag, created_at) SELECT {tag}, {stamp};"
            yield f"CREATE TRIGGER {name} AFTER {verb} ON {table} BEGIN {body} END"
            continue
        body = f"INSERT INTO page_change (tag, created_at, xid) SELECT {tag}, now(), pg_current_xact_id()::text::bigint;"
        yield f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
        yield f"CREATE TRIGGER {name} AFTER {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"


def upgrade() -> None:
    op.create_table(
        "pageview_recent",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("target_id", _ID, nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "target_id", name=op.f("pk_pageview_recent")),
    )
    op.create_index("ix_pageview_recent_views", "pageview_recent", ["kind", "views", "target_id"])
    today = datetime.now(UTC).date()
    op.execute(
        sa.text(_SUM_UP).bindparams(
            sa.bindparam("today", today, type_=sa.Date()), sa.bindparam("since", today - timedelta(days=29), type_=sa.Date())
        )
    )
    op.create_table(
        "read_next",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("target_id", _ID, nullable=False),
        sa.Column("similar", sa.Text(), nullable=False),
        sa.Column("together", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "target_id", name=op.f("pk_read_next")),
    )
    op.drop_index("ix_post_thread", table_name="post")
    op.create_index("ix_post_thread", "post", [*_POSTS, "accepted_at", "hidden_at", "held_at"])
    connection = op.get_bind()
    for table in _LOGGED:
        for statement in _triggers(table, connection.dialect.name):
            connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    for table in _LOGGED:
        for verb in _VERBS:
            name = f"page_change_{table}_{verb.lower()}"
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")
                connection.exec_driver_sql(f"DROP FUNCTION {name}()")
    op.drop_index("ix_post_thread", table_name="post")
    op.create_index("ix_post_thread", "post", _POSTS)
    op.drop_table("read_next")
    op.drop_index("ix_pageview_recent_views", table_name="pageview_recent")
    op.drop_table("pageview_recent")
