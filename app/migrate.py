"""Flask-Migrate's object, the import of every table so that migrations see the whole schema, and changing a constraint."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations
from flask_migrate import Migrate

from app.accounts import models as accounts_models
from app.core.db import Base
from app.desk import models as desk_models
from app.forum import models as forum_models
from app.importing import models as importing_models
from app.jobs import models as jobs_models
from app.kb import models as kb_models
from app.moderation import models as moderation_models
from app.notifications import models as notifications_models
from app.pagecache import models as pagecache_models
from app.pagecache.triggers import create_with_tables
from app.pageviews import models as pageviews_models
from app.search import models as search_models
from app.uploads import models as uploads_models
from app.watched import WATCHED

ALL_MODELS = (
    accounts_models, desk_models, forum_models, importing_models, jobs_models, kb_models, moderation_models, notifications_models,
    pagecache_models, pageviews_models, search_models, uploads_models,
)  # fmt: skip

create_with_tables(Base.metadata, WATCHED)

migrate = Migrate(render_as_batch=True)


@contextmanager
def altering(table: str, checks: Mapping[str, str]) -> Iterator[BatchOperations]:
    """Alter a table and give its CHECKs of these full names these conditions, in place of those of the same names.

    SQLite copies the table, and Alembic would forget its CHECKs on the way, because reflection leaves them out. Only for tables
    whose constraints change: a column that refers to nothing is added without a copy.
    """
    known = sa.inspect(op.get_bind()).get_check_constraints(table)
    kept = {str(check["name"]): str(check["sqltext"]) for check in known}
    if op.get_bind().dialect.name == "sqlite":
        conditions = tuple(sa.CheckConstraint(text, name=op.f(name)) for name, text in {**kept, **checks}.items())
        with op.batch_alter_table(table, recreate="always", table_args=conditions) as batch:
            yield batch
        return
    with op.batch_alter_table(table) as batch:
        yield batch
        for name, text in checks.items():
            if name in kept:
                batch.drop_constraint(op.f(name), type_="check")
            batch.create_check_constraint(op.f(name), text)
