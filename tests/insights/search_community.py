"""A ledger in which every figure about search has something to count, written straight into the tables."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.core.actor import Audience
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.search.models import Ending, SearchSession, SearchStep

DAY = timedelta(days=1)
# Words, hits, ending, clicks, rank.
Search = tuple[str, int, Ending, int, int | None]


def add_session(
    *searches: Search, at: datetime | None = None, ending: Ending = Ending.LEFT, audience: str = Audience.PUBLIC,
    is_over: bool = True, **values: object,
) -> SearchSession:  # fmt: skip
    """A session of a week ago that is over; it ends like its last search."""
    begun = at or now() - 7 * DAY
    with unit_of_work():
        session = SearchSession(
            visitor=None if is_over else f"v{begun.timestamp()}", audience=audience, started_at=begun, last_at=begun,
            ending=searches[-1][2] if searches else ending, searches=len(searches), **values,
        )  # fmt: skip
        db.session.add(session)
        db.session.flush()
        for number, (text, hits, end, clicks, rank) in enumerate(searches):
            moment = begun + timedelta(seconds=number)
            db.session.add(
                SearchStep(session_id=session.id, at=moment, text=text, hits=hits, ending=end, clicks=clicks, rank=rank, shown=[])
            )
    return session


def add_asking(count: int, asked: int = 0, *, is_held_out: bool = False, hold_out: int = 5, thread_id: int | None = None) -> None:
    """So many sessions about to ask, `asked` of them with a question."""
    for number in range(count):
        values = {"asked_thread_id": thread_id, "ending": Ending.ASKED} if number < asked else {}
        add_session(reached_ask=True, is_held_out=is_held_out, hold_out=hold_out, **values)  # type: ignore[arg-type]


def make_searches() -> None:
    """Seven searches in five sessions, and one session that is not over."""
    found = ("pump hums", 4, Ending.CLICKED, 1, 1)
    add_session(found)
    add_session(("hose", 0, Ending.REFINED, 0, None), ("pump hums", 4, Ending.CLICKED, 2, 3))
    add_session(("pump hums", 4, Ending.SOLVED, 1, 12), ending=Ending.SOLVED)
    add_session(("ada lovelace invoice", 0, Ending.LEFT, 0, None))
    add_session(
        ("keys of the house", 9, Ending.CLICKED, 1, None), ("secret keys", 2, Ending.LEFT, 0, None), audience=Audience.STAFF
    )
    add_session(found, is_over=False)
