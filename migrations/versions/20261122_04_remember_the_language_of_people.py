"""Remember the language that people chose to read in."""

import sqlalchemy as sa
from alembic import op

revision = "04"
down_revision = "03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("language", sa.String(length=8), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "language")
