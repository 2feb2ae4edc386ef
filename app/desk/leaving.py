"""What the desk does when an account is erased."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.accounts.events import PersonErased
from app.core.db import db
from app.core.events import Event
from app.desk.models import CannedAnswer


def drop_private_answers(event: PersonErased) -> None:
    """Answers that nobody else uses go with their owner."""
    own = sa.delete(CannedAnswer).where(CannedAnswer.owner_id == event.person_id, CannedAnswer.is_shared.is_(False))
    db.session.execute(own.execution_options(synchronize_session=False))


SUBSCRIPTIONS: tuple[tuple[type[Event], Callable[[Any], None]], ...] = ((PersonErased, drop_private_answers),)
