"""Drafts: what somebody typed in a form and has not posted. Theirs alone, a few of them, and no more than the form's fields."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import connection, db, upsert
from app.core.errors import Forbidden, Invalid
from app.core.i18n import gettext as _
from app.core.markup import MAX_BODY
from app.core.prepared_writes import run_write
from app.core.text import clean_text
from app.forum.models import Draft

DRAFTS_KEPT = 20
_KEY = re.compile(r"(ask|discuss|article:new|(answer|edit|comment|edit-comment|article):[1-9][0-9]{0,18})")
# Field names that drafts keep, with the most characters of each; the body may be longer than allowed, to be shortened later.
_FIELDS = {
    "title": 600, "body": 3 * MAX_BODY, "tags": 600, "category": 20, "version": 20, "reason": 600, "base_revision": 20,
    "summary": 1_000, "applies_to": 600, "asked_as": 10_000, "note": 600,  # of articles
}  # fmt: skip

_DISCARD = sa.delete(Draft.__table__).where(  # type: ignore[arg-type]
    Draft.person_id == sa.bindparam("of_person"), Draft.key == sa.bindparam("of_key")
)


class SavedDraft(NamedTuple):
    """A draft as a form takes it back."""

    fields: dict[str, str]
    updated_at: datetime


def save_draft(actor: Actor, *, key: str, fields: Mapping[str, Any]) -> bool:
    """Keep what was typed under the key of its form; the newest 20 of a person stay. With nothing typed, the draft goes.

    Returns whether a draft is kept now. Raises Forbidden for visitors, Invalid("key" or a field).
    """
    if not actor.is_authenticated:
        raise Forbidden
    if not _KEY.fullmatch(key):
        raise Invalid(_("There is no form of that name."), field="key")
    kept = {name: clean_text(str(fields[name])) for name in _FIELDS if fields.get(name)}
    for name, text in kept.items():
        if len(text) > _FIELDS[name]:
            raise Invalid(_("This is too long to be kept as a draft."), field=name)
    if not any(kept.get(name, "").strip() for name in ("title", "body")):
        discard_draft(actor, key=key)
        return False
    row = {"person_id": actor.id, "key": key, "fields": kept, "updated_at": now()}
    upsert(Draft.__table__, [row], ["person_id", "key"], ["fields", "updated_at"])
    _forget_oldest(actor)
    return True


def find_draft(actor: Actor, key: str) -> SavedDraft | None:
    """Return what the actor typed in a form and did not post."""
    if not actor.is_authenticated:
        return None
    statement = sa.select(Draft.fields, Draft.updated_at).where(Draft.person_id == actor.id, Draft.key == key)
    row = db.session.execute(statement).first()
    return SavedDraft({name: str(text) for name, text in row.fields.items() if name in _FIELDS}, row.updated_at) if row else None


def discard_draft(actor: Actor, *, key: str) -> None:
    """Forget a draft, if there is one."""
    run_write(connection(), _DISCARD, {"of_person": actor.id, "of_key": key})


def _forget_oldest(actor: Actor) -> None:
    own = sa.select(Draft.id).where(Draft.person_id == actor.id)
    keep = list(db.session.scalars(own.order_by(Draft.updated_at.desc(), Draft.id.desc()).limit(DRAFTS_KEPT)))
    db.session.execute(sa.delete(Draft).where(Draft.person_id == actor.id, Draft.id.not_in(keep)))
