"""Runs migrations with the application's engine and tables. One transaction a migration where the database can do that."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

config = context.config
database = current_app.extensions["migrate"].db
# A migration that cannot get its lock soon should fail and be tried again rather than queue every reader behind it.
LOCK_TIMEOUT = "SET lock_timeout = '10s'"


def rest_foreign_keys(connection: sa.Connection) -> None:
    """SQLite changes a constraint by copying the table and dropping the old one, whose rows others refer to.

    The pragma is deaf inside a transaction, which SQLAlchemy would begin: it goes to the driver.
    """
    connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")


def check_foreign_keys(connection: sa.Connection) -> None:
    """Look at every reference once more, and hold them again from now on."""
    cursor = connection.connection.cursor()
    broken = cursor.execute("PRAGMA foreign_key_check").fetchall()
    cursor.execute("PRAGMA foreign_keys=ON")
    if broken:
        raise RuntimeError(f"After the migration {len(broken)} rows refer to nothing, the first one in the table {broken[0][0]}.")


def run_migrations() -> None:
    """Connect and run what is asked for (upgrade, downgrade, autogenerate)."""
    options = dict(current_app.extensions["migrate"].configure_args)
    options["render_as_batch"] = True
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(LOCK_TIMEOUT)
            connection.commit()
        if connection.dialect.name == "sqlite":
            rest_foreign_keys(connection)
        context.configure(connection=connection, target_metadata=database.metadata, transaction_per_migration=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if connection.dialect.name == "sqlite":
            check_foreign_keys(connection)


run_migrations()
