"""Searches of the demo's last weeks: how they ended, the gaps they leave, what curators decided about these, and words that mean the same.

Threads and articles must be written before; the queue of candidates after, because it counts what searches found.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core.actor import Audience
from app.core.db import db
from app.importing.demo.calendar import chance
from app.importing.demo.readers import DAYS
from app.importing.demo.written import Written
from app.kb.models import ArticleState
from app.kb.queries.wordings import searched_wordings
from app.moderation.models import LogEntry
from app.search.gaps.scanning import scan_gaps
from app.search.ledger.sessions import NEAR
from app.search.models import Ending, GapState, SearchAlias, SearchGap, SearchNear, SearchSession, SearchStep

LEAST = 2  # people that make a gap, as SEARCH_GAP_PEOPLE has it
# Of the people who find something, so many leave all the same, and so many say that it solved their problem.
LEAVE, SOLVED = 0.08, 0.2
# How often the first, the second, ... result is the one that is opened.
RANKS = (0.72, 0.87, 0.95)
# How a decision about a gap stands in the log of moderators.
_ACTIONS = {GapState.WRITING: "gap_write", GapState.NOT_OURS: "gap_not_ours", GapState.ALIAS: "gap_alias"}


def write_searches(written: Written, community: dict[str, Any]) -> None:
    """Write all of it, as it stands in community.toml. Nothing of it names anybody."""
    sessions = [(session, steps) for row in community["search"] for session, steps in _sessions(written, row)]
    db.session.add_all(session for session, _steps in sessions)
    db.session.flush()
    for session, steps in sessions:
        for step in steps:
            step.session_id = session.id
    db.session.add_all(step for _session, steps in sessions for step in steps)
    db.session.flush()
    _write_near(written, community["search"], [step for _session, steps in sessions for step in steps])
    _write_gaps(written, community)
    _keep_wordings(written)


def _target(written: Written, name: str) -> tuple[str, int]:
    if name.startswith("article:"):
        return "article", written.articles[name[8:]].id
    return "thread", written.threads[name].id


def _sessions(written: Written, row: dict[str, Any]) -> Iterator[tuple[SearchSession, list[SearchStep]]]:
    """Yield the sessions of one row with their searches, which do not know their session yet."""
    before = [(text, hits) for text, times, hits in row.get("tried", ()) for _ in range(times)]
    for text, times in [(row["query"], row["times"]), *row.get("also", ())]:
        for number in range(times):
            at = _moment(written, row, text, number)
            steps = [_step(text, row["hits"], at)]
            if text == row["query"] and "ends_at" in row:
                _end(steps[-1], _target(written, row["ends_at"]), chance(text, number, "end"), is_sure=number < len(before))
                if number < len(before):
                    steps.insert(0, _step(*before[number], at - timedelta(minutes=1), Ending.REFINED))
            asks = "asked" in row and text == row["query"] and not number
            if asks:
                steps[-1].ending, steps[-1].at = Ending.ASKED, written.threads[row["asked"]].created_at - timedelta(minutes=4)
            yield _session(steps, written.threads[row["asked"]].id if asks else None), steps


def _moment(written: Written, row: dict[str, Any], text: str, number: int) -> datetime:
    last = row.get("until_days_ago", 0)
    within = timedelta(days=DAYS - 1 - last)
    return written.calendar.scattered(written.calendar.days_ago(DAYS - 1), text, number, within=within)


def _step(text: str, hits: int, at: datetime, ending: Ending = Ending.LEFT) -> SearchStep:
    return SearchStep(at=at, text=text, hits=hits, ending=ending, clicks=0, shown=[])


def _end(step: SearchStep, target: tuple[str, int], drawn: float, is_sure: bool) -> None:
    """Let a search that finds what it looks for end as most of them do."""
    if drawn < LEAVE and not is_sure:
        return
    (step.kind, step.target_id), step.clicks = target, 1
    step.ending = Ending.SOLVED if drawn < SOLVED else Ending.CLICKED
    step.rank = 1 + sum(chance(step.at.isoformat(), "rank") >= share for share in RANKS)


def _session(steps: list[SearchStep], asked_id: int | None) -> SearchSession:
    return SearchSession(
        visitor=None, audience=Audience.PUBLIC, started_at=steps[0].at, last_at=steps[-1].at, ending=steps[-1].ending,
        searches=len(steps), reached_ask=asked_id is not None, asked_thread_id=asked_id, is_held_out=False,
    )  # fmt: skip


def _write_near(written: Written, rows: list[dict[str, Any]], steps: list[SearchStep]) -> None:
    """Note what stood near the top where nobody opened anything."""
    near = {row["query"]: [_target(written, name) for name in row.get("near", ())][:NEAR] for row in rows}
    for step in steps:
        for rank, (kind, target_id) in enumerate(near.get(step.text, ()) if not step.clicks else (), 1):
            db.session.add(SearchNear(step_id=step.id, rank=rank, kind=kind, target_id=target_id))
    db.session.flush()


def _write_gaps(written: Written, community: dict[str, Any]) -> None:
    """Find the gaps as the periodic scan does, decide about some, and count again, since decided ones count from then on."""
    since, today = written.calendar.days_ago(DAYS), written.calendar.today
    scan_gaps(LEAST, since, today)
    gaps = {gap.text: gap for gap in db.session.scalars(sa.select(SearchGap))}
    for row in community["search"]:
        if "decision" in row:
            _decide(written, gaps[row["query"]], row["decision"])
    for row in community["alias"]:
        _add_alias(written, row, gaps.get(row.get("gap", "")))
    db.session.flush()
    scan_gaps(LEAST, since, today)


def _decide(written: Written, gap: SearchGap, row: dict[str, Any]) -> None:
    gap.state, gap.reason = GapState(row["state"]), row.get("reason", "")
    gap.decided_by_id, gap.decided_at = written.person_id(row["by"]), written.calendar.days_ago(row["days_ago"])
    action = _ACTIONS.get(gap.state)
    if action is not None:
        written.log.append(
            LogEntry(
                action=action, actor_id=gap.decided_by_id, reason=gap.reason, gap_id=gap.id, before=GapState.OPEN,
                created_at=gap.decided_at,
            )
        )  # fmt: skip


def _add_alias(written: Written, row: dict[str, Any], gap: SearchGap | None) -> None:
    by, at = written.person_id(row["by"]), written.calendar.days_ago(row["days_ago"])
    alias = SearchAlias(
        said=row["said"], means=row["means"], is_mutual=row.get("is_mutual", False), gap_id=gap.id if gap else None,
        created_by_id=by, created_at=at,
    )  # fmt: skip
    db.session.add(alias)
    db.session.flush()
    written.log.append(LogEntry(action="alias_add", actor_id=by, alias_id=alias.id, created_at=at))


def _keep_wordings(written: Written) -> None:
    """Keep on the articles which searches failed before they ended there; the whole index is written after loading."""
    articles = [one for one in written.articles.values() if one.state == ArticleState.PUBLISHED]
    for article_id, texts in searched_wordings(articles).items():
        article = next(one for one in articles if one.id == article_id)
        article.searched_as, article.searched_audience = "\n".join(texts), article.audience
    db.session.flush()
