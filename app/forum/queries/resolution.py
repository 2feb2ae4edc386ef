"""Reading what happened to a question: acceptances, evidence, and what the actor did to the thread."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.accounts.models import Person
from app.core.db import read
from app.core.records import Struct, field
from app.forum.models import Acceptance, Draft, Follow, MeToo, Outcome, Vote
from app.forum.models.resolution import OutcomeKind, OutcomeSource, RefutationReason, Voice
from app.forum.models.thread import Status
from app.forum.queries.outcomes import NOT_READERS
from app.forum.queries.people import PersonCard, person_card, person_columns
from app.forum.queries.thread_rows import ThreadHead


class AcceptanceRow(NamedTuple):
    """Who marked an answer as a solution, and when."""

    by_id: int | None
    by: PersonCard | None
    at: datetime


class OutcomeRow(NamedTuple):
    """One standing event of evidence about a question, with who gave it."""

    id: int
    kind: str
    post_id: int | None
    actor_id: int | None
    actor: PersonCard | None
    reason: str
    created_at: datetime
    voice: str = Voice.ASKER
    source: str = OutcomeSource.PAGE


class Resolution(Struct, frozen=True):
    """What the asker, staff and our inference said of a question, and its acceptances by post, the main solution first.

    Readers' words may be thousands; the posts carry their counts.
    """

    outcomes: tuple[OutcomeRow, ...] = ()
    acceptances: Mapping[int, AcceptanceRow] = field(default_factory=dict)


class OwnWord(Struct, frozen=True):
    """What a member says of an answer: whether it worked for them, and if not, why."""

    worked: bool
    reason: str


class OwnMarks(Struct, frozen=True):
    """What the actor did to a thread: votes and words by post id, me-too, follow, and whether an answer is begun."""

    votes: dict[int, int]
    words: dict[int, OwnWord]
    said_me_too: bool
    follows: bool
    has_draft: bool = False


_RESOLUTION = (
    sa.select(
        Outcome.id, Outcome.kind, Outcome.post_id, Outcome.actor_id, Outcome.reason, Outcome.created_at, Outcome.voice,
        Outcome.source, Outcome.withdraws_id, Acceptance.post_id, Acceptance.accepted_by_id, Acceptance.accepted_at,
        *person_columns(),
    )
    .select_from(Outcome)
    .outerjoin(Acceptance, sa.and_(Acceptance.thread_id == Outcome.thread_id, Acceptance.outcome_id == Outcome.id))
    .outerjoin(Person, Person.id == sa.func.coalesce(Acceptance.accepted_by_id, Outcome.actor_id))
    .where(Outcome.thread_id == sa.bindparam("thread_id"), NOT_READERS)
    .order_by(Outcome.id)
)  # fmt: skip


def resolution_of(thread_id: int) -> Resolution:
    """Return the acceptances of a question and the events that nobody took back, oldest first, without readers' words."""
    events: list[OutcomeRow] = []
    taken_back: set[int] = set()
    acceptances: list[tuple[int, AcceptanceRow]] = []
    rows: list[Any] = list(read(_RESOLUTION, {"thread_id": thread_id}))
    for row in rows:
        event_id, kind, post_id, actor_id, reason, at, voice, source = row[:8]
        withdraws_id, accepted_id, accepted_by, accepted_at = row[8:12]
        person = person_card(row[12:])
        if withdraws_id is None:
            events.append(OutcomeRow(event_id, kind, post_id, actor_id, person, reason, at, voice, source))
        else:
            taken_back.add(withdraws_id)
        if accepted_id is not None:
            acceptances.append((accepted_id, AcceptanceRow(accepted_by, person, accepted_at)))
    return Resolution(
        outcomes=tuple(event for event in events if event.id not in taken_back),
        acceptances=dict(sorted(acceptances, key=lambda pair: (pair[1].at, pair[0]))),
    )


# A reader's last word about an answer, as one number that grows with time: the event's id, and behind it what it says.
_WORDS = (
    (OutcomeKind.WITHDRAWN, ""),
    (OutcomeKind.CONFIRMED_BY_OTHER, ""),
    *((OutcomeKind.REFUTED, r) for r in RefutationReason),
)
_WORD_CODE = Outcome.id * len(_WORDS) + sa.case(
    *((sa.and_(Outcome.kind == kind, Outcome.reason_kind == reason), code) for code, (kind, reason) in enumerate(_WORDS)),
    else_=0,
)


_IDS: sa.BindParameter[Any] = sa.bindparam("post_ids", expanding=True)
_PERSON: sa.BindParameter[int] = sa.bindparam("person_id", type_=sa.BigInteger)
_THREAD: sa.BindParameter[int] = sa.bindparam("thread_id", type_=sa.BigInteger)
_OWN_MARKS: sa.CompoundSelect[Any] = sa.union_all(
    sa.select(sa.literal_column("'vote'").label("name"), Vote.post_id, Vote.value).where(
        Vote.person_id == _PERSON, Vote.post_id.in_(_IDS)
    ),
    sa.select(sa.literal_column("'word'"), Outcome.post_id, sa.func.max(_WORD_CODE))
    .where(Outcome.post_id.in_(_IDS), Outcome.reader_key == sa.bindparam("reader_key"), Outcome.voice == Voice.READER)
    .group_by(Outcome.post_id),
    sa.select(sa.literal_column("'me_too'"), MeToo.thread_id, sa.literal_column("1")).where(
        MeToo.person_id == _PERSON, MeToo.thread_id == _THREAD
    ),
    sa.select(sa.literal_column("'follow'"), Follow.thread_id, sa.literal_column("1")).where(
        Follow.person_id == _PERSON, Follow.thread_id == _THREAD, sa.not_(Follow.is_muted)
    ),
    sa.select(sa.literal_column("'draft'"), Draft.id, sa.literal_column("1")).where(
        Draft.person_id == _PERSON, Draft.key == sa.bindparam("draft_key")
    ),
)


def own_marks(person_id: int, reader_key: str, thread_id: int, post_ids: Sequence[int]) -> OwnMarks:
    """Return what a person did to a thread and the given posts of it (one statement)."""
    rows: list[Any] = list(
        read(
            _OWN_MARKS,
            {
                "person_id": person_id,
                "reader_key": reader_key,
                "thread_id": thread_id,
                "post_ids": list(post_ids),
                "draft_key": f"answer:{thread_id}",
            },
        )
    )
    said = {target: _WORDS[value % len(_WORDS)] for name, target, value in rows if name == "word"}
    return OwnMarks(
        votes={target: value for name, target, value in rows if name == "vote"},
        words={
            target: OwnWord(kind == OutcomeKind.CONFIRMED_BY_OTHER, reason)
            for target, (kind, reason) in said.items()
            if kind != OutcomeKind.WITHDRAWN
        },
        said_me_too=any(name == "me_too" for name, _, _ in rows),
        follows=any(name == "follow" for name, _, _ in rows),
        has_draft=any(name == "draft" for name, _, _ in rows),
    )


def has_outcome(head: ThreadHead) -> bool:
    """Whether there can be evidence about the question that its page tells about."""
    told = (Status.SOLVED, Status.DISPUTED, Status.CLOSED, Status.LIKELY_SOLVED, Status.NEEDS_INFO)
    return head.accepted_count > 0 or head.status in told
