"""Let people follow tags and categories, and hear of new threads there."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import app.core.db

revision = "06"
down_revision = "05"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KINDS = ("answer", "comment", "mention", "accepted", "article", "moderation", "outcome", "desk", "keeping", "helped", "report")
# What is followed, and what becomes of the row when that is removed.
_FOLLOWED = {"tag": None, "category": "CASCADE"}


def _know(kinds: Sequence[str]) -> None:
    """Let lines and preferences be of these kinds."""
    condition = "kind IN (" + ", ".join(f"'{kind}'" for kind in kinds) + ")"
    for table in ("notification", "mail_preference"):
        name = op.f(f"ck_{table}_kind_known")
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(name, type_="check")
            batch.create_check_constraint(name, condition)


def upgrade() -> None:
    for followed, ending in _FOLLOWED.items():
        table = f"{followed}_follow"
        op.create_table(
            table,
            sa.Column(f"{followed}_id", _ID, nullable=False),
            sa.Column("person_id", _ID, nullable=False),
            sa.Column("created_at", app.core.db.UTCDateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(
                [f"{followed}_id"], [f"{followed}.id"], name=op.f(f"fk_{table}_{followed}_id"), ondelete=ending
            ),
            sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id")),
            sa.PrimaryKeyConstraint(f"{followed}_id", "person_id", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"])
    _know((*_KINDS, "started"))


def downgrade() -> None:
    """Take it back. Lines about new threads, and who wants them by mail, go with it."""
    for table in ("mail_preference", "notification"):
        op.execute(f"DELETE FROM {table} WHERE kind = 'started'")  # noqa: S608 (our own tables)
    _know(_KINDS)
    for followed in reversed(_FOLLOWED):
        op.drop_table(f"{followed}_follow")
