"""Finding gaps: the failed searches of a time put together, and the tables of gaps kept true to them. What curators decided stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from app.core.actor import Audience
from app.core.db import db, upsert
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.core.uow import require_unit_of_work
from app.search.gaps.clustering import MOST_TEXTS, Cluster, Failure, Searched, cluster, is_gap, weigh
from app.search.ledger.reading import FAILED, FOUND, is_over
from app.search.models import GapState, GapWording, SearchGap, SearchSession, SearchStep

BATCH = 500
_WIDTH = tuple(str(audience) for audience in Audience)


class GapScan(Struct, frozen=True):
    """What a scan did."""

    texts: int
    gaps: int
    dropped: int


def scan_gaps(least: int, since: datetime, moment: datetime) -> GapScan:
    """Find the gaps in what was searched for since a moment, in sessions that are over; `least` people make one."""
    require_unit_of_work()
    gaps = {
        gap.id: gap for gap in db.session.scalars(sa.select(SearchGap).order_by(SearchGap.id).with_for_update(key_share=True))
    }
    known = dict(db.session.execute(sa.select(GapWording.text, GapWording.gap_id)).all())
    texts = [one.text for one in list_searched(since) if one.is_failing]
    failures = _failures(texts, since)
    leaders = {gap.id: gap.text for gap in gaps.values()}
    seen = set()
    for one in cluster(texts, known, leaders):
        gap = _store(one, gaps.get(one.gap_id or 0), failures, least, moment)
        if gap is not None:
            seen.add(gap.id)
    _forget_wordings(known, set(texts), gaps)
    return GapScan(len(texts), len(seen), _drop([gap for gap in gaps.values() if gap.id not in seen], moment))


def list_searched(since: datetime) -> list[Searched]:
    """Return what was searched for since a moment, the most people first, at most MOST_TEXTS."""
    sessions = sa.func.count(SearchStep.session_id.distinct())
    found = sa.func.count(sa.case((SearchStep.ending.in_(FOUND), SearchStep.session_id)).distinct())
    empty = sa.func.sum(sa.case((SearchStep.hits == 0, 1), else_=0))
    statement = (
        sa.select(SearchStep.text, sessions, sa.func.count(), empty, found)
        .join(SearchSession, SearchSession.id == SearchStep.session_id)
        .where(SearchStep.at >= since, is_over())
        .group_by(SearchStep.text)
        .having(sessions > found)
        .order_by((sessions - found).desc(), SearchStep.text)
        .limit(MOST_TEXTS)
    )
    return [
        Searched(text, count, searches, int(none or 0), hit) for text, count, searches, none, hit in db.session.execute(statement)
    ]


def _failures(texts: Sequence[str], since: datetime) -> dict[str, list[Failure]]:
    found: dict[str, list[Failure]] = defaultdict(list)
    for start in range(0, len(texts), BATCH):
        statement = (
            sa.select(SearchStep.text, SearchStep.session_id, SearchStep.at, SearchStep.hits, SearchSession.audience)
            .join(SearchSession, SearchSession.id == SearchStep.session_id)
            .where(
                SearchStep.text.in_(texts[start : start + BATCH]), SearchStep.at >= since, is_over(), SearchStep.ending.in_(FAILED)
            )
        )  # fmt: skip
        for text, session_id, at, hits, audience in db.session.execute(statement):
            found[text].append(Failure(text, session_id, at, not hits, audience))
    return found


def _store(
    one: Cluster, gap: SearchGap | None, failures: dict[str, list[Failure]], least: int, moment: datetime
) -> SearchGap | None:
    """Write the gap of a cluster with its wordings; None when it is none (yet)."""
    since = gap.decided_at if gap is not None else None
    counted = {text: [failure for failure in failures[text] if since is None or failure.at > since] for text in one.texts}
    weight = weigh(failure for some in counted.values() for failure in some)
    if weight is None or not (is_gap(weight, least) or (gap is not None and gap.decided_at is not None)):
        return None
    if gap is None:
        gap = SearchGap(text=_name(one, counted, weight.audience), state=GapState.OPEN, first_at=weight.first_at)
        db.session.add(gap)
    elif _WIDTH.index(weight.audience) < _WIDTH.index(gap.audience):  # its name is for fewer people than will see it now
        gap.text = _name(one, counted, weight.audience)
    if gap.state == GapState.FILLED and is_gap(weight, least):
        gap.state, gap.reason = GapState.OPEN, _("Searched for in vain again since it was filled.")
    gap.people, gap.searches, gap.empty, gap.audience = weight.people, weight.searches, weight.empty, weight.audience
    gap.last_at, gap.scanned_at = weight.last_at, moment
    db.session.flush()
    _store_wordings(gap.id, counted)
    return gap


def _name(one: Cluster, counted: dict[str, list[Failure]], audience: str) -> str:
    """The first text that the widest audience of the gap searched for."""
    return next((text for text in one.texts if any(failure.audience == audience for failure in counted[text])), one.text)


def _store_wordings(gap_id: int, counted: dict[str, list[Failure]]) -> None:
    rows = []
    for text, failures in counted.items():
        weight = weigh(failures)
        if weight is not None:
            rows.append(
                {"text": text, "gap_id": gap_id, "audience": weight.audience, "people": weight.people,
                 "searches": weight.searches, "empty": weight.empty}
            )  # fmt: skip
    upsert(GapWording.__table__, rows, ["text"], ["gap_id", "audience", "people", "searches", "empty"])


def _forget_wordings(known: Mapping[str, int], failing: Collection[str], gaps: Mapping[int, SearchGap]) -> None:
    """Delete the texts that fail no more, or that are too old to be known, also of gaps that stay for what was decided."""
    kept = {gap.text for gap in gaps.values()}
    missing = {gap.id for gap in gaps.values() if gap.missing_thread_id is not None}
    gone = [text for text, gap_id in known.items() if text not in failing and text not in kept and gap_id not in missing]
    for start in range(0, len(gone), BATCH):
        forgotten = sa.delete(GapWording).where(GapWording.text.in_(gone[start : start + BATCH]))
        db.session.execute(forgotten.execution_options(synchronize_session=False))


def _drop(gaps: Iterable[SearchGap], moment: datetime) -> int:
    """Forget gaps that nobody searches for any more; those that somebody decided about stay, with nobody in them."""
    ids = []
    for gap in gaps:
        if gap.decided_at is None and gap.missing_thread_id is None:
            ids.append(gap.id)
        elif gap.missing_thread_id is None:
            gap.people = gap.searches = gap.empty = 0
            gap.scanned_at = moment
    db.session.flush()
    if ids:
        quietly = {"synchronize_session": False}
        db.session.execute(sa.delete(GapWording).where(GapWording.gap_id.in_(ids)).execution_options(**quietly))
        db.session.execute(sa.delete(SearchGap).where(SearchGap.id.in_(ids)).execution_options(**quietly))
    return len(ids)
