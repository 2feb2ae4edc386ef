"""The log of evidence about questions: its events, those that stand, and what the status of a question depends on.

Readers' words can be thousands. Only `list_outcomes` (the whole log of one question) reads all of them; the facts that a
status needs are the newest ones about each answer, and the first confirmations.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from app.core.db import db, read
from app.core.records import Struct, field
from app.forum.models import Outcome, Post
from app.forum.models.resolution import OutcomeKind, Voice
from app.forum.outcomes import CONFIRMATIONS_NEEDED, CONFIRMED, FRESH_WORDS, OutcomeFact


class Standing(Struct):
    """The events of one question that count now, and when each happened (by id)."""

    facts: list[OutcomeFact] = field(default_factory=list)
    moments: dict[int, datetime] = field(default_factory=dict)


class WordCount(Struct, frozen=True):
    """All standing readers' words about one answer, and when it last worked for somebody."""

    worked: int = 0
    failed: int = 0
    last_worked_at: datetime | None = None


def _stands(event: Any) -> sa.ColumnElement[bool]:
    """Criterion that nobody took an event (Outcome, or an alias of it) back."""
    withdrawal = aliased(Outcome)
    taken_back = sa.exists().where(withdrawal.withdraws_id == event.id).correlate(event)
    return sa.and_(event.kind != OutcomeKind.WITHDRAWN, ~taken_back)


def _is_word(event: Any) -> sa.ColumnElement[bool]:
    """Criterion that an event is a standing word of a reader."""
    kinds = (OutcomeKind.CONFIRMED_BY_OTHER, OutcomeKind.REFUTED)
    return sa.and_(event.voice == Voice.READER, event.kind.in_(kinds), _stands(event))


IS_STANDING = _stands(Outcome)
# Named one by one, so that an index finds the few among thousands of readers' words.
NOT_READERS = Outcome.voice.in_([voice for voice in Voice if voice != Voice.READER])
_IS_LISTED = sa.and_(Post.hidden_at.is_(None), Post.held_at.is_(None))
_IS_ABOUT_LISTED = sa.or_(Outcome.post_id.is_(None), _IS_LISTED)
_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_columns = (Outcome.thread_id, Outcome.id, Outcome.kind, Outcome.voice, Outcome.post_id, Outcome.created_at)

_OWN_FACTS = (
    sa.select(*_columns)
    .outerjoin(Post, Post.id == Outcome.post_id)
    .where(Outcome.thread_id.in_(_ids), NOT_READERS, IS_STANDING, _IS_ABOUT_LISTED)
)
# The last standing word of the asker or staff that confirms or refutes: only readers' words after it are fresh.
_last = (
    sa.select(Outcome.thread_id, sa.func.max(Outcome.id).label("event_id"))
    .outerjoin(Post, Post.id == Outcome.post_id)
    .where(
        Outcome.thread_id.in_(_ids), NOT_READERS, IS_STANDING, _IS_ABOUT_LISTED,
        Outcome.kind.in_((*CONFIRMED, OutcomeKind.REFUTED)),
    )
    .group_by(Outcome.thread_id)
    .cte("last_own")
)  # fmt: skip
_since = sa.func.coalesce(_last.c.event_id, 0)
# Where the newest words of a post begin, and where its first confirmations that suffice end: found by the index, word by word.
_newer, _earlier = aliased(Outcome), aliased(Outcome)
_newest_begin = (
    sa.select(_newer.id)
    .where(_newer.post_id == Post.id, _is_word(_newer))
    .order_by(_newer.id.desc())
    .limit(1)
    .offset(FRESH_WORDS - 1)
    .correlate(Post)
    .scalar_subquery()
)
_enough_at = (
    sa.select(_earlier.id)
    .where(
        _earlier.post_id == Post.id, _is_word(_earlier), _earlier.kind == OutcomeKind.CONFIRMED_BY_OTHER, _earlier.id > _since
    )
    .order_by(_earlier.id)
    .limit(1)
    .offset(CONFIRMATIONS_NEEDED - 1)
    .correlate(Post, _last)
    .scalar_subquery()
)  # fmt: skip
_fresh = (
    sa.select(*_columns)
    .select_from(Post)
    .outerjoin(_last, _last.c.thread_id == Post.thread_id)
    .join(Outcome, Outcome.post_id == Post.id)
    .where(Post.thread_id.in_(_ids), _IS_LISTED, _is_word(Outcome), Outcome.id > _since)
)
_WORDS = sa.union(
    _fresh.where(Outcome.id >= sa.func.coalesce(_newest_begin, 0)),
    _fresh.where(Outcome.kind == OutcomeKind.CONFIRMED_BY_OTHER, Outcome.id <= _enough_at),
)
_WORD_COUNTS = (
    sa.select(
        Outcome.post_id,
        sa.func.count(sa.case((Outcome.kind == OutcomeKind.CONFIRMED_BY_OTHER, 1))),
        sa.func.count(sa.case((Outcome.kind == OutcomeKind.REFUTED, 1))),
        sa.func.max(sa.case((Outcome.kind == OutcomeKind.CONFIRMED_BY_OTHER, Outcome.created_at))),
    )
    .where(Outcome.post_id.in_(_ids), _is_word(Outcome))
    .group_by(Outcome.post_id)
)
_STANDING_OF_KINDS = (
    sa.select(Outcome.id, Outcome.post_id)
    .where(
        Outcome.thread_id == sa.bindparam("of_thread"),
        NOT_READERS,
        IS_STANDING,
        Outcome.kind.in_(sa.bindparam("kinds", expanding=True)),
    )
    .order_by(Outcome.id)
)


def standing_facts(thread_ids: Sequence[int]) -> dict[int, Standing]:
    """Return what the status of each question depends on, in two statements: events about a post only while it is listed.

    Changes of entities count once they are flushed. Questions without evidence give an empty entry.
    """
    found: dict[int, Standing] = defaultdict(Standing)
    for statement in (_OWN_FACTS, _WORDS):
        for thread_id, event_id, kind, voice, post_id, moment in read(statement, {"ids": list(thread_ids)}):
            found[thread_id].facts.append(OutcomeFact(event_id, kind, voice, post_id))
            found[thread_id].moments[event_id] = moment
    return found


def count_words(post_ids: Sequence[int]) -> dict[int, WordCount]:
    """Return the standing readers' words about each of these posts, also of those that have none."""
    counts = {row[0]: WordCount(*row[1:]) for row in read(_WORD_COUNTS, {"ids": list(post_ids)})}
    return {post_id: counts.get(post_id, WordCount()) for post_id in post_ids}


def find_outcome(outcome_id: int) -> Outcome | None:
    """Return one event."""
    return db.session.get(Outcome, outcome_id)


def is_standing(outcome_id: int) -> bool:
    """Return whether an event was never taken back."""
    return db.session.scalar(sa.select(Outcome.id).where(Outcome.id == outcome_id, IS_STANDING)) is not None


def list_outcomes(thread_id: int) -> list[Outcome]:
    """Return all events of a question with who gave them, in order, withdrawals and readers' words among them."""
    statement = sa.select(Outcome).options(joinedload(Outcome.actor)).where(Outcome.thread_id == thread_id).order_by(Outcome.id)
    return list(db.session.scalars(statement))


def standing_ids(thread_id: int, kinds: Sequence[str]) -> list[tuple[int, int | None]]:
    """Return (id, id of the post it is about) of the events of these kinds that nobody took back, in order; never readers' words."""
    db.session.flush()
    return [(row.id, row.post_id) for row in read(_STANDING_OF_KINDS, {"of_thread": thread_id, "kinds": list(kinds)})]


def list_standing_outcomes(thread_id: int, *kinds: str) -> list[Outcome]:
    """Return the events (of these kinds; all when none is named) that nobody took back, in order; never readers' words."""
    statement = sa.select(Outcome).where(Outcome.thread_id == thread_id, NOT_READERS, IS_STANDING).order_by(Outcome.id)
    if kinds:
        statement = statement.where(Outcome.kind.in_(kinds))
    return list(db.session.scalars(statement))
