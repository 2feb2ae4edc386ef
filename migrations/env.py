"""Runs migrations with the application's engine and tables. One transaction a migration where the database can do that."""

from alembic import context
from flask import current_app

config = context.config
database = current_app.extensions["migrate"].db
# A migration that cannot get its lock soon should fail and be tried again rather than queue every reader behind it.
LOCK_TIMEOUT = "SET lock_timeout = '10s'"


def run_migrations() -> None:
    """Connect and run what is asked for (upgrade, downgrade, autogenerate)."""
    options = dict(current_app.extensions["migrate"].configure_args)
    options["render_as_batch"] = True
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(LOCK_TIMEOUT)
            connection.commit()
        context.configure(connection=connection, target_metadata=database.metadata, transaction_per_migration=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run_migrations()
