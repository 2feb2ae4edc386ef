"""Finding ahead what is like an article, so that its page need not ask the search index, which takes the longer the more it holds."""

import time
from datetime import timedelta

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db, upsert
from app.core.text import shorten
from app.core.uow import unit_of_work
from app.kb.models import Article, ArticleState
from app.kb.queries.article_page import DESCRIPTION
from app.kb.queries.related import MOST_SIMILAR
from app.search.documents import ARTICLE
from app.search.engines import current_engine
from app.search.models import ReadNext
from app.search.relating import similar_for_all

# What is stored is looked up again after so long: new threads are named under older articles so much later.
GROWS_OLD_AFTER = timedelta(days=1)
BATCH = 25
MOST_SECONDS = 1.0

_STORED = sa.and_(ReadNext.kind == ARTICLE, ReadNext.target_id == Article.id)


def relate_articles() -> bool:
    """Look for MOST_SECONDS what is like published articles, store it, and return whether there are more. Opens units of its own.

    First those of which nothing is stored, then those that were changed since, then what is old. Nothing is stored while there is no
    search index.
    """
    until = time.monotonic() + MOST_SECONDS
    while current_engine().generation():
        wanted = _list_wanted()
        if not wanted:
            return False
        _relate(wanted)
        if time.monotonic() > until:
            return True
    return False


def _list_wanted() -> list[int]:
    is_old = sa.or_(ReadNext.made_at < Article.modified_at, ReadNext.made_at < now() - GROWS_OLD_AFTER)
    wanted = (
        sa.select(Article.id)
        .outerjoin(ReadNext, _STORED)
        .where(Article.state == ArticleState.PUBLISHED, sa.or_(ReadNext.target_id.is_(None), is_old))
        .order_by(ReadNext.made_at.is_not(None), ReadNext.made_at, Article.id)
        .limit(BATCH)
    )
    return list(db.session.scalars(wanted))


def _relate(article_ids: list[int]) -> None:
    """Store what is like some articles, by the words that their pages would ask with."""
    made_at = now()
    texts = sa.select(Article.id, Article.title, Article.summary, sa.func.substr(Article.body_text, 1, DESCRIPTION + 1))
    found = db.session.execute(texts.where(Article.id.in_(article_ids)))
    given = {article_id: (title, summary or shorten(text, DESCRIPTION)) for article_id, title, summary, text in found}
    similar = similar_for_all(current_engine(), ARTICLE, given, MOST_SIMILAR)
    rows = [
        {
            "kind": ARTICLE,
            "target_id": article_id,
            "made_at": made_at,
            "similar": " ".join(hit.key for hit in hits),
            "together": "",
        }
        for article_id, hits in sorted(similar.items())
    ]
    db.session.rollback()  # reading is over
    with unit_of_work():
        upsert(ReadNext.__table__, rows, ["kind", "target_id"], ["similar", "made_at"])
