"""What somebody changed in an article's editor and has not saved: theirs alone, one for each article, kept until saved or discarded.

Owns `article_draft`. Nothing here reaches readers or other curators.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db, upsert
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.records import Struct, field, replace
from app.core.uow import require_unit_of_work
from app.kb.models import ArticleDraft, ArticleRevision, ArticleSource
from app.kb.policies import ensure_can_edit_article
from app.kb.queries.articles import get_article
from app.kb.services.assembling import read_blocks
from app.kb.services.blocks import Block, Origin, dump_blocks, load_blocks
from app.kb.services.writing import ARTICLE_MAX

# The texts of the form that are kept, with the most characters of each; more than allowed, so that they can be shortened later.
FIELDS = {
    "title": 600, "summary": 2_000, "applies_to": 600, "asked_as": 20_000, "note": 600, "slug": 200, "kind": 20,
    "section_id": 20, "audience": 20, "was_section_id": 20, "was_audience": 20, "was_slug": 200, "was_kind": 20,
}  # fmt: skip
REMOVED_KEPT = 20


class Edit(Struct, frozen=True):
    """What an editor holds: the texts of its form, the blocks, and the blocks that were taken out and can be put back."""

    base_revision: int
    fields: Mapping[str, str]
    blocks: tuple[Block, ...]
    removed: tuple[Block, ...] = field(default=())
    updated_at: datetime | None = None

    @property
    def known_blocks(self) -> tuple[Block, ...]:
        """All blocks whose sources are known here."""
        return (*self.blocks, *self.removed)


def save_draft(actor: Actor, *, article_id: int, edit: Edit) -> None:
    """Keep an edit, in place of the last one. Raises Invalid when it is too long to keep, NotFound, Forbidden."""
    require_unit_of_work()
    ensure_can_edit_article(actor, get_article(actor, article_id))
    fields = {name: edit.fields[name] for name in FIELDS if name in edit.fields}
    total = sum(len(block.title) + len(block.body) for block in edit.known_blocks)
    if total > 3 * ARTICLE_MAX or any(len(text) > FIELDS[name] for name, text in fields.items()):
        raise Invalid(_("This is too long to be kept. Please shorten it."))
    stored = {**fields, "blocks": dump_blocks(edit.blocks), "removed": dump_blocks(edit.removed[-REMOVED_KEPT:])}
    row = {
        "article_id": article_id, "person_id": actor.id, "base_revision": edit.base_revision, "fields": stored, "updated_at": now(),
    }  # fmt: skip
    upsert(ArticleDraft.__table__, [row], ["article_id", "person_id"], ["base_revision", "fields", "updated_at"])


def find_draft(actor: Actor, article_id: int) -> Edit | None:
    """Return what the actor changed and has not saved."""
    statement = sa.select(ArticleDraft.base_revision, ArticleDraft.fields, ArticleDraft.updated_at).where(
        ArticleDraft.article_id == article_id, ArticleDraft.person_id == actor.id
    )
    row = db.session.execute(statement).first()
    if row is None:
        return None
    fields = {name: str(row.fields[name]) for name in FIELDS if name in row.fields}
    blocks, removed = (load_blocks(row.fields.get(name, ())) for name in ("blocks", "removed"))
    return Edit(row.base_revision, fields, blocks, removed, row.updated_at)


def discard_draft(actor: Actor, *, article_id: int) -> None:
    """Forget what the actor changed and has not saved, if anything."""
    require_unit_of_work()
    db.session.execute(sa.delete(ArticleDraft).where(ArticleDraft.article_id == article_id, ArticleDraft.person_id == actor.id))


def blocks_of(revision: ArticleRevision) -> tuple[Block, ...]:
    """Return the blocks of a revision; one written in one piece is read as blocks, with the sources the article has."""
    if revision.blocks:
        return load_blocks(revision.blocks)
    return read_blocks(revision.body_source, list_origins(revision.article_id))


def list_origins(article_id: int) -> list[tuple[str, Origin]]:
    """Return the sources of an article with the parts they play, in its order."""
    statement = sa.select(ArticleSource).where(ArticleSource.article_id == article_id).order_by(ArticleSource.position)
    return [
        (row.role, Origin(row.post_id, row.post_revision, row.post_hash, row.author_id, row.thread_id))
        for row in db.session.scalars(statement)
    ]


def edit_of(revision: ArticleRevision) -> Edit:
    """Return a revision as the editor begins with it."""
    fields = {name: getattr(revision, name) for name in ("title", "summary", "applies_to", "asked_as")}
    return Edit(revision.number, fields, blocks_of(revision))


def with_blocks(edit: Edit, blocks: tuple[Block, ...], removed: tuple[Block, ...] | None = None) -> Edit:
    """Return the edit with other blocks."""
    return replace(edit, blocks=blocks, removed=edit.removed if removed is None else removed)
