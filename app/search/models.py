"""Tables of the search ledger: what people looked for and how it ended, what they did not find, and words that mean the same;
and what else readers of a document may want.

What is kept names nobody: texts are normalised and rid of personal data, whoever searched is known by a keyed hash of the day,
which is forgotten when the session is over. Documents are named by kind and number, without a reference to their tables.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import Person as Person  # the tables below refer to people
from app.core.actor import Audience
from app.core.clock import now
from app.core.db import BigId, Model, UTCDateTime, one_of

TEXT_MAX = 120


class Ending(StrEnum):
    """How a search, or a whole session, ended. A session takes the ending of its last search, or a stronger one."""

    LEFT = "left"
    REFINED = "refined"
    CLICKED = "clicked"
    ASKED = "asked"
    SOLVED = "solved"


class GapState(StrEnum):
    """What became of a gap."""

    OPEN = "open"
    WRITING = "writing"
    ALIAS = "alias"
    NOT_OURS = "not_ours"
    FILLED = "filled"


class SearchSession(Model):
    """The searches of one person with at most half an hour between them.

    `visitor` is a keyed hash of the day, and NULL once the session is over: only sessions that are over are counted.
    `audience` is the widest text the person may read. `reached_ask`: the page to ask on was opened. `asked_thread_id`: the thread
    that was started in the end. `hold_out`: the share (per cent) that was held out when it began, 0 when nobody was; only sessions
    above 0 are compared. `is_held_out`: it asked without suggestions, for comparison.
    """

    __tablename__ = "search_session"
    __table_args__ = (
        one_of("ending", list(Ending)),
        one_of("audience", list(Audience)),
        sa.Index("ix_search_session_started", "started_at"),
        sa.Index("ix_search_session_last", "last_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visitor: Mapped[str | None] = mapped_column(sa.String(48), unique=True)
    audience: Mapped[str] = mapped_column(sa.String(10), default=Audience.PUBLIC)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ending: Mapped[str] = mapped_column(sa.String(10), default=Ending.LEFT)
    searches: Mapped[int] = mapped_column(sa.Integer, default=0)
    reached_ask: Mapped[bool] = mapped_column(default=False)
    asked_thread_id: Mapped[int | None] = mapped_column(BigId, index=True)
    is_held_out: Mapped[bool] = mapped_column(default=False)
    hold_out: Mapped[int] = mapped_column(sa.Integer, default=0)


class SearchStep(Model):
    """One search of a session: the same words with other filters or pages are the same search.

    `hits` is how many documents were found at most; `rank` (from 1), `kind` and `target_id` say which was opened last. `shown`
    holds the keys of the first results until the session is over.
    """

    __tablename__ = "search_step"
    __table_args__ = (
        one_of("ending", list(Ending)),
        sa.Index("ix_search_step_session", "session_id", "id"),
        sa.Index("ix_search_step_target", "kind", "target_id", "at"),
        sa.Index("ix_search_step_text", "text"),
        sa.Index("ix_search_step_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("search_session.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    text: Mapped[str] = mapped_column(sa.String(TEXT_MAX))
    hits: Mapped[int] = mapped_column(sa.Integer, default=0)
    ending: Mapped[str] = mapped_column(sa.String(10), default=Ending.LEFT)
    clicks: Mapped[int] = mapped_column(sa.Integer, default=0)
    rank: Mapped[int | None] = mapped_column(sa.Integer)
    kind: Mapped[str | None] = mapped_column(sa.String(10))
    target_id: Mapped[int | None] = mapped_column(BigId)
    shown: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)


class SearchNear(Model):
    """A document that stood near the top of a search that failed: the search was near it, and did not end there."""

    __tablename__ = "search_near"
    __table_args__ = (sa.Index("ix_search_near_target", "kind", "target_id"),)

    step_id: Mapped[int] = mapped_column(sa.ForeignKey("search_step.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.String(10))
    target_id: Mapped[int] = mapped_column(BigId)


class SearchGap(Model):
    """Searches in like words that find nothing, or nothing that anybody opens: something that we do not say, or not so.

    `people` counts sessions (after a decision: those since then), `searches` their searches, `empty` those without a hit.
    `audience`: the least that anybody may read who searched so; whoever reads less does not see the gap. `missing_thread_id`: a
    solved thread that began here and is still not found. `decided_at` is also when a decision was taken back.
    """

    __tablename__ = "search_gap"
    __table_args__ = (
        one_of("state", list(GapState)),
        one_of("audience", list(Audience)),
        sa.Index("ix_search_gap_list", "state", "people"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(TEXT_MAX), unique=True)
    audience: Mapped[str] = mapped_column(sa.String(10), default=Audience.PUBLIC)
    people: Mapped[int] = mapped_column(sa.Integer, default=0)
    searches: Mapped[int] = mapped_column(sa.Integer, default=0)
    empty: Mapped[int] = mapped_column(sa.Integer, default=0)
    first_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    scanned_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    state: Mapped[str] = mapped_column(sa.String(10), default=GapState.OPEN)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    missing_thread_id: Mapped[int | None] = mapped_column(BigId)


class GapWording(Model):
    """One of the texts of a gap, with the sessions that searched for it in vain."""

    __tablename__ = "search_gap_wording"
    __table_args__ = (sa.Index("ix_search_gap_wording_gap", "gap_id", "people"),)

    text: Mapped[str] = mapped_column(sa.String(TEXT_MAX), primary_key=True)
    gap_id: Mapped[int] = mapped_column(sa.ForeignKey("search_gap.id", ondelete="CASCADE"))
    audience: Mapped[str] = mapped_column(sa.String(10), default=Audience.PUBLIC)
    people: Mapped[int] = mapped_column(sa.Integer, default=0)
    searches: Mapped[int] = mapped_column(sa.Integer, default=0)
    empty: Mapped[int] = mapped_column(sa.Integer, default=0)


class SearchAlias(Model):
    """Whoever searches for `said` finds what says `means`; with `is_mutual` also the other way round.

    `removed_at`: taken out again, and kept for the log. `gap_id`: the gap it was made for.
    """

    __tablename__ = "search_alias"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    said: Mapped[str] = mapped_column(sa.String(80))
    means: Mapped[str] = mapped_column(sa.String(80))
    is_mutual: Mapped[bool] = mapped_column(default=False)
    gap_id: Mapped[int | None] = mapped_column(sa.ForeignKey("search_gap.id", ondelete="SET NULL"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ReadNext(Model):
    """What to read after a document, as the index and the visits said when a job asked them last.

    Keys of documents (`documents.make_key`) with a space between them, best first: `similar` for all audiences, of whom each reader
    gets what they may see; `together`: read in the same visits. No row: nobody was asked yet, or its words changed since.
    """

    __tablename__ = "read_next"

    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    target_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    similar: Mapped[str] = mapped_column(sa.Text, default="")
    together: Mapped[str] = mapped_column(sa.Text, default="")
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
