"""Keep what pages would reckon anew for each reader: recent views and what to read next; find the posts of a page in an index."""

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


def downgrade() -> None:
    op.drop_index("ix_post_thread", table_name="post")
    op.create_index("ix_post_thread", "post", _POSTS)
    op.drop_table("read_next")
    op.drop_index("ix_pageview_recent_views", table_name="pageview_recent")
    op.drop_table("pageview_recent")
