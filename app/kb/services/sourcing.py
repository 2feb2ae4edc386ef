"""The table of sources follows the blocks of an article. Owns which rows of `article_source` exist and in which order.

What readers see and what comes next both count: a source stays while the published revision or the newest one has it. What
happened to a source (`change`) is `refreshing`; a revision that was written in one piece says nothing, so its rows stay.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.records import Struct
from app.core.uow import require_unit_of_work
from app.kb.models import Article, ArticleRevision, ArticleSource, SourceChange
from app.kb.services.blocks import Block, Origin, load_blocks
from app.kb.services.refreshing import PostState, derive_change, is_readable, load_states


class _Wanted(Struct, frozen=True):
    origin: Origin
    position: int


def sync_sources(article: Article, *, is_older_text: bool = False) -> None:
    """Add the sources of new blocks, forget those that no block has any more, and keep the order of the text.

    A block that took over a newer revision of its post counts as looked at; with `is_older_text` one that has an older revision
    again does not any more. Two blocks of one post and part share a row.
    """
    require_unit_of_work()
    texts = _texts_in_use(article)
    wanted = _wanted(texts)
    rows = _rows(article.id)
    states = load_states(want.origin.post_id for want in wanted.values())
    for key, want in wanted.items():
        if key[0] not in states:
            continue
        row = rows.pop(key, None)
        if row is None:
            row = _new_row(article, key, want.origin, states[key[0]], rows)
            db.session.add(row)
        _update(row, want, states[key[0]], article.audience, is_older_text)
        _note_readers(row, key, texts[-1])
    for key, row in rows.items():
        if all(texts):
            db.session.delete(row)
        else:
            _note_readers(row, key, texts[-1])
    db.session.flush()
    _sum_up(article)


def _texts_in_use(article: Article) -> list[tuple[Block, ...]]:
    """Return the blocks of the newest revision, and last those of the one that readers see; none for one written in one piece."""
    numbers = [article.revision, *([article.published_revision] if article.published_revision else [])]
    statement = sa.select(ArticleRevision.blocks).where(
        ArticleRevision.article_id == article.id, ArticleRevision.number.in_(numbers)
    )
    stored = db.session.scalars(statement.order_by(ArticleRevision.number.desc()))
    return [load_blocks(blocks) for blocks in stored]


def _note_readers(row: ArticleSource, key: tuple[int, str], shown: Sequence[Block]) -> None:
    """Note whether the text that readers see has the source; one without blocks keeps those that it had."""
    if shown:
        row.is_shown = any(key == (origin.post_id, block.role) for block in shown for origin in block.sources)
    elif row.id is None:
        row.is_shown = False


def _wanted(texts: Sequence[Sequence[Block]]) -> dict[tuple[int, str], _Wanted]:
    """Return the sources of texts, the first of which says from which revision of a post its words are."""
    wanted: dict[tuple[int, str], _Wanted] = {}
    for blocks in texts:
        settled = frozenset(wanted)
        for key, origin in [((origin.post_id, block.role), origin) for block in blocks for origin in block.sources]:
            known = wanted.get(key)
            if known is None or (key not in settled and known.origin.revision < origin.revision):
                wanted[key] = _Wanted(origin, known.position if known else len(wanted))
    return wanted


def _rows(article_id: int) -> dict[tuple[int, str], ArticleSource]:
    statement = sa.select(ArticleSource).where(ArticleSource.article_id == article_id).order_by(ArticleSource.position)
    found = db.session.scalars(statement.with_for_update(key_share=True).execution_options(populate_existing=True))
    return {(row.post_id, row.role): row for row in found}


def _new_row(
    article: Article, key: tuple[int, str], origin: Origin, state: PostState, left: dict[tuple[int, str], ArticleSource]
) -> ArticleSource:
    """Return the row of a new source; one that only plays another part now keeps what was looked at."""
    post_id, role = key
    before = next((row for row in left.values() if row.post_id == post_id), None)
    row = ArticleSource(
        article_id=article.id, thread_id=origin.thread_id, post_id=post_id, post_revision=origin.revision, post_hash=origin.hash,
        author_id=origin.author_id, role=role, was_accepted=state.is_accepted, was_listed=is_readable(state, article.audience),
        was_refuted=state.is_refuted, change=SourceChange.NONE,
    )  # fmt: skip
    if before is None:
        row.change = derive_change(row, state, article.audience)
        row.changed_at = now() if row.change else None
    else:
        row.post_revision, row.post_hash = before.post_revision, before.post_hash
        row.was_accepted, row.was_listed, row.was_refuted = before.was_accepted, before.was_listed, before.was_refuted
        row.change, row.changed_at = before.change, before.changed_at
    return row


def _update(row: ArticleSource, want: _Wanted, state: PostState, audience: str, is_older_text: bool) -> None:
    row.position = want.position
    if want.origin.revision > row.post_revision or (is_older_text and want.origin.revision < row.post_revision):
        row.post_revision, row.post_hash = want.origin.revision, want.origin.hash
        row.change = derive_change(row, state, audience)
        row.changed_at = (row.changed_at or now()) if row.change else None


def _sum_up(article: Article) -> None:
    article.source_changed_at = db.session.scalar(
        sa.select(sa.func.max(ArticleSource.changed_at)).where(ArticleSource.article_id == article.id, ArticleSource.change != "")
    )
    db.session.flush()
