"""Searching again for what failed: a solved thread that began as a search must be found by it now, and a written article, too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from app.core.actor import SYSTEM, Audience
from app.core.clock import now
from app.core.db import db
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work
from app.search.documents import ARTICLE, THREAD, HitCard, make_key, source_of
from app.search.engines import current_engine
from app.search.engines.base import Scored
from app.search.events import SolvedButNotFound
from app.search.gaps.clustering import words_of
from app.search.ledger.reading import READERS, failed_texts_of
from app.search.models import GapState, GapWording, SearchGap, SearchSession, SearchStep
from app.search.querying import SearchForm, build, parse
from app.search.suggest import load_cards

FIRST = 10  # results among which something counts as found: those of the first page


def find_for(text: str, audience: str) -> tuple[Scored, ...]:
    """Return what the first page of results holds for readers who may read no more than `audience`."""
    query = build(parse(text), SearchForm(), READERS[Audience(audience)], limit=FIRST)
    return current_engine().search(query).hits


def began_as(thread_id: int) -> list[str]:
    """Return what was searched for in vain before a thread was asked, and the gaps that wait for it to be found.

    Of what was searched for only what shares a word with the last search: somebody may look for other things in the same half hour,
    and these are nobody's business.
    """
    texts = failed_texts_of(thread_id)
    words = words_of(texts[-1]) if texts else frozenset()
    related = [text for text in texts if text == texts[-1] or words & words_of(text)]
    waiting = db.session.scalars(sa.select(SearchGap.text).where(SearchGap.missing_thread_id == thread_id))
    return list(dict.fromkeys((*related, *waiting)))


def missing_texts(thread_id: int, texts: Sequence[str]) -> list[str] | None:
    """Return which of some searches find neither a solved thread nor the article that maintains it, now.

    Asked for those who may read the thread. None when it is not solved, or not to be read (any more).
    """
    card = source_of(THREAD).present([thread_id], SYSTEM).get(thread_id)
    if card is None or not card.is_solved:
        return None
    keys = {card.key} | ({make_key(ARTICLE, card.article_id)} if card.article_id else set())
    return [text for text in texts if keys.isdisjoint(hit.key for hit in find_for(text, card.audience))]


def settle_rerun(thread_id: int, texts: Sequence[str], missing: Sequence[str]) -> list[SearchGap]:
    """Keep or close the gaps of the searches that a solved thread began as; returns those that stay because it is not found.

    `texts` comes from `began_as`, `missing` from `missing_texts`. Curators are told once for each thread.
    """
    require_unit_of_work()
    gaps = _gaps_of(texts)
    kept = [_keep(text, gaps.get(text), thread_id) for text in missing]
    for gap in gaps.values():
        if gap not in kept and gap.missing_thread_id == thread_id:
            gap.missing_thread_id = None
        if not missing and gap.state == GapState.OPEN and gap.missing_thread_id is None:
            gap.state, gap.decided_at = GapState.FILLED, now()
            gap.reason = _("Question %(number)s answers it, and is found.", number=thread_id)
    return list(dict.fromkeys(kept))


def release_gaps(thread_id: int) -> None:
    """Let no gap wait any more for a thread that is not solved, or not to be read."""
    require_unit_of_work()
    waiting = sa.select(SearchGap).where(SearchGap.missing_thread_id == thread_id).order_by(SearchGap.id)
    for gap in db.session.scalars(waiting.with_for_update(key_share=True)):
        gap.missing_thread_id = None


def _gaps_of(texts: Sequence[str]) -> dict[str, SearchGap]:
    """The gaps that some texts name or belong to."""
    wordings = (
        sa.select(GapWording.text, SearchGap)
        .join(SearchGap, SearchGap.id == GapWording.gap_id)
        .where(GapWording.text.in_(texts))
        .order_by(SearchGap.id)
        .with_for_update(key_share=True, of=SearchGap)
    )
    found = {row.text: row.SearchGap for row in db.session.execute(wordings)}
    named = sa.select(SearchGap).where(SearchGap.text.in_(texts)).order_by(SearchGap.id).with_for_update(key_share=True)
    return {gap.text: gap for gap in db.session.scalars(named)} | found


def _keep(text: str, gap: SearchGap | None, thread_id: int) -> SearchGap:
    """Let the gap of a text say which solved thread it does not find; a gap is made of it if there is none."""
    if gap is None:
        gap = SearchGap(text=text, audience=_audience_of(text), people=1, searches=1, first_at=now(), last_at=now())
        db.session.add(gap)
        db.session.flush()
        db.session.add(GapWording(text=text, gap_id=gap.id, audience=gap.audience, people=1, searches=1))
    if gap.missing_thread_id != thread_id:
        gap.missing_thread_id = thread_id
        gap.state = GapState.OPEN if gap.state == GapState.FILLED else gap.state
        db.session.flush()
        emit(SolvedButNotFound(gap.id, thread_id, text))
    return gap


def _audience_of(text: str) -> str:
    """The least that anybody may read who searched for a text."""
    statement = (
        sa.select(SearchSession.audience)
        .distinct()
        .join(SearchStep, SearchStep.session_id == SearchSession.id)
        .where(SearchStep.text == text)
    )
    found = set(db.session.scalars(statement))
    return next((audience for audience in Audience if audience in found), Audience.STAFF)


def find_written(text: str, audience: str, since: datetime) -> HitCard | None:
    """Return the article published since a moment that a search for a text finds now, or None."""
    cards = load_cards([hit for hit in find_for(text, audience) if hit.kind == ARTICLE], SYSTEM)
    return next((card for card in cards if card.created_at is not None and card.created_at >= since), None)


def list_written() -> list[SearchGap]:
    """Return the gaps for which somebody writes an article."""
    return list(db.session.scalars(sa.select(SearchGap).where(SearchGap.state == GapState.WRITING)))


def list_missing_threads() -> list[int]:
    """Return the solved threads that searches did not find when they were asked last."""
    return list(
        db.session.scalars(sa.select(SearchGap.missing_thread_id).distinct().where(SearchGap.missing_thread_id.is_not(None)))
    )


def fill_gap(gap_id: int, title: str) -> None:
    """Close a gap whose article is written and found."""
    require_unit_of_work()
    gap = db.session.get(SearchGap, gap_id, with_for_update={"key_share": True}, populate_existing=True)
    if gap is not None and gap.state == GapState.WRITING:
        gap.state, gap.reason, gap.decided_at = GapState.FILLED, _("“%(title)s” is found now.", title=title)[:300], now()
