"""Cutting what visitors said loose from the hash of their address, when it has kept them from counting twice for long enough."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Outcome
from app.kb.models import ArticleFeedback
from app.privacy.terms import privacy_terms

FORGET_JOB = "privacy.forget_readers"
FORGET_EVERY = timedelta(days=1)
FORGOTTEN = "forgotten:"


def forget_readers_job(_payloads: list[dict[str, Any]]) -> None:
    """Job `privacy.forget_readers`: give old words a key of their own. They count on; whose they were cannot be told any more."""
    before = now() - privacy_terms().keep_reader_keys
    with unit_of_work():
        for model, who in ((Outcome, Outcome.actor_id.is_(None)), (ArticleFeedback, sa.true())):
            is_old = sa.and_(model.created_at < before, model.reader_key != "", model.reader_key.not_like(f"{FORGOTTEN}%"), who)
            new_key = sa.literal(FORGOTTEN) + sa.cast(model.id, sa.String)
            statement = sa.update(model).where(is_old).values(reader_key=new_key)
            db.session.execute(statement.execution_options(synchronize_session=False))
