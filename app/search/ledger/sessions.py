"""Putting notes together to sessions, ending them, and forgetting them. The only writer of the tables of sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from app.core.actor import Audience
from app.core.clock import now
from app.core.db import db
from app.core.uow import require_unit_of_work
from app.search.documents import make_key, split_key
from app.search.ledger.notes import MOST_SHOWN, Note, What, lay, place
from app.search.ledger.reading import FAILED
from app.search.models import Ending, SearchNear, SearchSession, SearchStep

PAUSE = timedelta(minutes=30)
ASK_PAUSE = timedelta(hours=3)  # who opened the page to ask on may write for so long
MOST_STEPS = 50  # searches of one session that are kept; whoever searches more is not looking for something
NEAR = 3  # first results of a failed search that it was near
BATCH = 500
# A sign-in on the way to the page to ask on does not end a session.
_CARRIED_OVER = (What.ASK, What.ASKED)

# What people may read, the least first.
_WIDTH = tuple(str(audience) for audience in Audience)

_Open = tuple[SearchSession, list[SearchStep]]


def store_notes(notes: Iterable[Note]) -> int:
    """Add notes to the open sessions of their visitors, or begin new ones; return how many sessions were touched."""
    require_unit_of_work()
    ordered = sorted(notes, key=lambda note: note.at)
    open_ones = _load({name for note in ordered for name in (note.visitor, note.also) if name})
    touched = set()
    for note in ordered:
        found = _session_for(note, open_ones)
        if found is None:
            continue
        _TAKE[What(note.what)](*found, note)
        session = found[0]
        session.last_at = max(session.last_at, _moment(note))
        session.audience = max(session.audience, note.audience, key=_WIDTH.index)
        _settle(*found)
        touched.add(note.visitor)
    db.session.flush()
    return len(touched)


def _load(visitors: set[str]) -> dict[str, _Open]:
    """The open sessions of some visitors with their searches, in two statements for each BATCH of visitors."""
    names, sessions = sorted(visitors), list[SearchSession]()
    for start in range(0, len(names), BATCH):
        statement = sa.select(SearchSession).where(SearchSession.visitor.in_(names[start : start + BATCH]))
        statement = statement.order_by(SearchSession.id).with_for_update(key_share=True)
        sessions += db.session.scalars(statement)
    steps = defaultdict[int, list[SearchStep]](list)
    ids = [session.id for session in sessions]
    for start in range(0, len(ids), BATCH):
        rows = sa.select(SearchStep).where(SearchStep.session_id.in_(ids[start : start + BATCH])).order_by(SearchStep.id)
        for step in db.session.scalars(rows):
            steps[step.session_id].append(step)
    return {session.visitor or "": (session, steps[session.id]) for session in sessions}


def _moment(note: Note) -> datetime:
    return datetime.fromtimestamp(note.at, UTC)


def _session_for(note: Note, open_ones: dict[str, _Open]) -> _Open | None:
    """The session that a note belongs to; None when there is none and the note begins none."""
    found = open_ones.get(note.visitor)
    if found is None and note.what in _CARRIED_OVER and note.also in open_ones:
        found = open_ones[note.visitor] = open_ones.pop(note.also)
        found[0].visitor = note.visitor
    if found is not None and _moment(note) - found[0].last_at > (ASK_PAUSE if note.what == What.ASKED else PAUSE):
        end_sessions([found[0]], found[1])
        found = None
        open_ones.pop(note.visitor)
    if found is None and (note.what == What.ASKED or not (note.text or note.what == What.ASK)):
        return None
    return found or _begin(note, open_ones)


def _begin(note: Note, open_ones: dict[str, _Open]) -> _Open:
    moment = _moment(note)
    session = SearchSession(
        visitor=note.visitor, audience=note.audience, started_at=moment, last_at=moment, ending=Ending.LEFT, searches=0,
        reached_ask=False, is_held_out=note.is_held_out, hold_out=note.hold_out,
    )  # fmt: skip
    db.session.add(session)
    db.session.flush()
    open_ones[note.visitor] = (session, [])
    return open_ones[note.visitor]


def _step_for(session: SearchSession, steps: list[SearchStep], note: Note, hits: int) -> SearchStep | None:
    """The running search for the words of a note: the last one if it was for them, else a new one; None beyond MOST_STEPS."""
    if steps and steps[-1].text == note.text:
        return steps[-1]
    if len(steps) >= MOST_STEPS:
        return None
    if steps and steps[-1].ending == Ending.LEFT:
        steps[-1].ending = Ending.REFINED
    step = SearchStep(
        session_id=session.id, at=_moment(note), text=note.text, hits=hits, ending=Ending.LEFT, clicks=0, shown=[]
    )  # fmt: skip
    db.session.add(step)
    db.session.flush()
    steps.append(step)
    return step


def _take_search(session: SearchSession, steps: list[SearchStep], note: Note) -> None:
    step = _step_for(session, steps, note, note.hits)
    if step is None:
        return
    step.hits = max(step.hits, note.hits)
    step.shown = lay(step.shown, note.shown, note.offset)
    if step.target_id is not None and step.rank is None:  # another process was faster to tell that it was opened
        step.rank = place(step.shown, make_key(step.kind or "", step.target_id))


def _take_click(session: SearchSession, steps: list[SearchStep], note: Note) -> None:
    """A document was opened. If it was not among the results of the page it was opened from, a suggestion led there: told apart."""
    if steps and (steps[-1].kind, steps[-1].target_id) == (note.kind, note.target_id):
        return
    same = next((step for step in reversed(steps) if step.text == note.text), None)
    rank = place(same.shown, make_key(note.kind, note.target_id)) if same is not None else None
    if same is not None and same.shown and rank is None and len(same.shown) < MOST_SHOWN:
        return
    step = same or _step_for(session, steps, note, 1)
    if step is None or (step.kind, step.target_id) == (note.kind, note.target_id):
        return
    step.kind, step.target_id, step.rank, step.clicks = note.kind, note.target_id, rank, step.clicks + 1
    if step.ending in (Ending.LEFT, Ending.REFINED):
        step.ending = Ending.CLICKED


def _take_ask(session: SearchSession, _steps: list[SearchStep], _note: Note) -> None:
    session.reached_ask = True


def _take_asked(session: SearchSession, steps: list[SearchStep], note: Note) -> None:
    session.asked_thread_id = session.asked_thread_id or note.target_id
    session.ending = Ending.ASKED
    if steps and steps[-1].ending != Ending.SOLVED:
        steps[-1].ending = Ending.ASKED


def _take_solved(session: SearchSession, steps: list[SearchStep], note: Note) -> None:
    """A document solved it: one that was opened from the results or, with a text, one shown while somebody was asking."""
    opened = (step for step in reversed(steps) if (step.kind, step.target_id) == (note.kind, note.target_id))
    step = _step_for(session, steps, note, 1) if note.text else next(opened, None)
    if step is None:
        return
    if note.text:
        session.reached_ask = True
        step.kind, step.target_id, step.clicks = note.kind, note.target_id, max(1, step.clicks)
    step.ending = session.ending = Ending.SOLVED


_TAKE = {
    What.SEARCH: _take_search,
    What.CLICK: _take_click,
    What.ASK: _take_ask,
    What.ASKED: _take_asked,
    What.SOLVED: _take_solved,
}


def _settle(session: SearchSession, steps: Sequence[SearchStep]) -> None:
    session.searches = len(steps)
    if session.ending not in (Ending.ASKED, Ending.SOLVED) and steps:
        session.ending = steps[-1].ending


def end_sessions(sessions: Sequence[SearchSession], steps: Iterable[SearchStep]) -> None:
    """End sessions: forget who they were, and keep which documents their failed searches were near."""
    require_unit_of_work()
    for session in sessions:
        session.visitor = None
    for step in steps:
        if step.ending in FAILED and not step.clicks:
            for rank, keys in enumerate(step.shown[:NEAR], 1):
                if keys:
                    kind, target_id = split_key(keys[0])
                    db.session.add(SearchNear(step_id=step.id, rank=rank, kind=kind, target_id=target_id))
        step.shown = []
    db.session.flush()


def end_old_sessions(moment: datetime | None = None) -> int:
    """End up to BATCH sessions in which nothing happened for PAUSE, the oldest first, and return how many.

    Those that opened the page to ask on and neither asked nor found what they needed are left open for ASK_PAUSE.
    """
    require_unit_of_work()
    moment = moment or now()
    is_writing = sa.and_(SearchSession.reached_ask, SearchSession.ending.not_in((Ending.ASKED, Ending.SOLVED)))
    statement = (
        sa.select(SearchSession)
        .where(
            SearchSession.visitor.is_not(None), SearchSession.last_at < moment - PAUSE,
            sa.or_(sa.not_(is_writing), SearchSession.last_at < moment - ASK_PAUSE),
        )
        .order_by(SearchSession.last_at)
        .limit(BATCH)
        .with_for_update(key_share=True)
    )  # fmt: skip
    sessions = list(db.session.scalars(statement))
    steps = db.session.scalars(sa.select(SearchStep).where(SearchStep.session_id.in_([session.id for session in sessions])))
    end_sessions(sessions, steps.all())
    return len(sessions)


def forget_sessions(before: datetime) -> int:
    """Delete up to BATCH sessions that began before a moment, with all that was noted of them; return how many."""
    require_unit_of_work()
    old = sa.select(SearchSession.id).where(SearchSession.started_at < before).limit(BATCH)
    ids = list(db.session.scalars(old))
    steps = sa.select(SearchStep.id).where(SearchStep.session_id.in_(ids))
    quietly = {"synchronize_session": False}
    db.session.execute(sa.delete(SearchNear).where(SearchNear.step_id.in_(steps)).execution_options(**quietly))
    db.session.execute(sa.delete(SearchStep).where(SearchStep.session_id.in_(ids)).execution_options(**quietly))
    db.session.execute(sa.delete(SearchSession).where(SearchSession.id.in_(ids)).execution_options(**quietly))
    return len(ids)
