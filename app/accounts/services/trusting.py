"""Writing what a person earned. How it is earned is known to the packages above."""

from collections.abc import Mapping

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.db import db
from app.core.uow import require_unit_of_work


def set_trust(trust: Mapping[int, int]) -> None:
    """Write the trust of people by their ids."""
    require_unit_of_work()
    for person_id, value in sorted(trust.items()):
        db.session.execute(sa.update(Person).where(Person.id == person_id, Person.trust != value).values(trust=value))
