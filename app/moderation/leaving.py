"""What moderation forgets when somebody is erased: their name where it stands as a word, in waves and results of batches."""

import json

import sqlalchemy as sa

from app.accounts.events import PersonErased
from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.db import db
from app.moderation.models import InboxBatch, Wave
from app.moderation.models.wave import SUMMARY_MAX
from app.moderation.waves.criteria import Criteria, forget_account, from_json, in_words

_NAMELESS = "[removed]"


def forget_in_waves(event: PersonErased) -> None:
    """Take the account out of what waves were looked for by, and say that anew."""
    for wave in db.session.scalars(sa.select(Wave).order_by(Wave.id)):
        before = from_json(wave.criteria)
        after = forget_account(before, event.name, _own_host(before, event.address))
        if after != before:
            wave.criteria, wave.summary = after.as_json(), in_words(after)[:SUMMARY_MAX]


def _own_host(criteria: Criteria, address: str) -> str:
    """Return the mail host of the account if a wave was looked for by it and nobody else has an address there."""
    host = address.rpartition("@")[2].lower()
    if not host or host != criteria.mail_host:
        return ""
    theirs = sa.func.lower(sa.func.coalesce(Person.email, Person.pending_email)).endswith(f"@{host}", autoescape=True)
    return "" if db.session.scalar(sa.select(sa.exists().where(theirs))) else host


def forget_in_batches(event: PersonErased) -> None:
    """Take the account's name out of what came of decisions about many reported people."""
    path = person_path(event.name)
    named = sa.cast(InboxBatch.results, sa.Text).contains(json.dumps(path), autoescape=True)
    for batch in db.session.scalars(sa.select(InboxBatch).where(named)):
        batch.results = [{**row, "title": _NAMELESS, "path": ""} if row["path"] == path else row for row in batch.results]


SUBSCRIPTIONS = (
    (PersonErased, forget_in_waves),
    (PersonErased, forget_in_batches),
)
