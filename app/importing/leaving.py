"""What importing does when an account is erased: it forgets who that was on the site they came from."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.accounts.events import PersonErased
from app.core.db import db
from app.core.events import Event
from app.importing.models import ImportRecord


def forget_origin(event: PersonErased) -> None:
    """Remove the person's id elsewhere. Importing the same dump again would make them anew: that is for who imports to know."""
    record = sa.delete(ImportRecord).where(ImportRecord.kind == "person", ImportRecord.local_id == event.person_id)
    db.session.execute(record.execution_options(synchronize_session=False))


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = ((PersonErased, forget_origin),)
