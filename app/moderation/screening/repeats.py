"""Finding texts that were written before, word for word or nearly, and remembering new ones for a month."""

import hashlib
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import connection, db
from app.core.prepared_writes import run_write
from app.core.uow import unit_of_work
from app.moderation.models import ScreenedPiece, ScreenedText
from app.moderation.screening.traits import Traits

FORGET_JOB = "moderation.forget_texts"
FORGET_EVERY = timedelta(days=1)
KEPT_FOR = timedelta(days=30)
_ALIKE = 0.6
"""Share of a sketch from which two texts say much the same."""
_KEEP = sa.insert(ScreenedText.__table__).returning(ScreenedText.__table__.c.id)  # type: ignore[arg-type]
_KEEP_PIECES = sa.insert(ScreenedPiece.__table__)  # type: ignore[arg-type]


def digest_of(traits: Traits) -> str:
    """Return a short name of a text's folded words; empty for short texts without a link, which many people write."""
    return hashlib.blake2b(traits.readings.encode(), digest_size=16).hexdigest() if traits.sketch or traits.links else ""


def count_repeats(traits: Traits, *, person_id: int | None) -> tuple[int, int]:
    """Return how many texts of the last month say much the same, and how many of them other people wrote.

    Long texts are compared by their sketches; short ones that lead somewhere, word for word.
    """
    if not traits.sketch and not traits.links:
        return 0, 0
    same = says_same(traits)
    others = sa.func.count().filter(ScreenedText.person_id.is_distinct_from(person_id))
    row = db.session.execute(sa.select(sa.func.count(), others).where(same, ScreenedText.created_at > now() - KEPT_FOR)).one()
    return row[0], row[1]


def says_same(traits: Traits) -> sa.ColumnElement[bool]:
    """Return the criterion for rows of ScreenedText that say much the same. The text must have a sketch or a link."""
    alike = (
        sa.select(ScreenedPiece.text_id)
        .where(ScreenedPiece.value.in_(sorted(traits.sketch)))
        .group_by(ScreenedPiece.text_id)
        .having(sa.func.count() >= max(3, round(len(traits.sketch) * _ALIKE)))
    )
    return ScreenedText.id.in_(alike) if traits.sketch else ScreenedText.digest == digest_of(traits)


def remember(traits: Traits, actor: Actor, post_id: int, comment_id: int | None, *, is_edit: bool = False) -> None:
    """Keep digest and sketch of a text that says enough. A changed text takes the place of what it was."""
    if is_edit:
        same = ScreenedText.comment_id == comment_id if comment_id else ScreenedText.comment_id.is_(None)
        db.session.execute(sa.delete(ScreenedText).where(ScreenedText.post_id == post_id, same))
    if not (digest := digest_of(traits)):
        return
    values = {"person_id": actor.id, "post_id": post_id, "comment_id": comment_id, "digest": digest, "created_at": now()}
    text_id = run_write(connection(), _KEEP, values)[0][0]
    rows = [{"text_id": text_id, "value": value} for value in sorted(traits.sketch)]
    if rows:
        run_write(connection(), _KEEP_PIECES, rows)


def forget_job(_payloads: list[dict[str, Any]]) -> None:
    """Forget texts that are older than a month."""
    with unit_of_work():
        db.session.execute(sa.delete(ScreenedText).where(ScreenedText.created_at <= now() - KEPT_FOR))
