"""Proposing that questions are duplicates of older ones, by the search engine's similarity. Never joins anything by itself.

The job `forum.propose_duplicates` compares every question once, and again when its words change, with all older ones: title and
tags, and the telling words of its text. The score of a pair is the older one's score for these words as a share of the
question's own score for them: 1 means that the older one says as much of it as it does itself. Pairs from DUPLICATE_MIN_SCORE
per cent on are proposed, at most MOST_PROPOSALS for a question. How well that finds real duplicates is in docs/metrics.md.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor, Audience
from app.core.clock import now
from app.core.db import db, upsert
from app.core.errors import Conflict, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import checked_reason
from app.core.records import Struct
from app.core.settings import Settings
from app.core.uow import require_unit_of_work, unit_of_work
from app.forum.events import ThreadCurated
from app.forum.models import DuplicateProposal, Thread
from app.forum.models.proposal import ProposalState
from app.forum.models.thread import ThreadKind
from app.forum.policies import ensure_can_moderate, is_as_open
from app.forum.queries.proposals import (
    Original,
    Unchecked,
    find_originals,
    find_proposal_threads,
    get_proposal_for_update,
    list_unchecked,
)
from app.forum.queries.threads import get_threads_for_update
from app.jobs.queue import enqueue
from app.search.documents import THREAD, make_key
from app.search.engines import current_engine
from app.search.engines.base import Scored
from app.search.suggest import closest

PROPOSE_JOB = "forum.propose_duplicates"
PROPOSE_EVERY = timedelta(hours=1)
# A new question is in the index after so long.
INDEXED_AFTER = timedelta(minutes=2)
BATCH = 50
# So many questions are compared in one run at most; the job then goes on where it ended.
MOST_COMPARED = 500
MOST_PROPOSALS = 3
PAUSE = timedelta(seconds=5)

logger = logging.getLogger(__name__)


class Proposed(Struct, frozen=True):
    """How many questions were compared and pairs proposed; `next_id` when there is more to do."""

    compared: int = 0
    proposed: int = 0
    next_id: int | None = None


def propose_duplicates(min_score: float, *, after_id: int = 0, limit: int = MOST_COMPARED) -> Proposed:
    """Compare up to `limit` questions after this id that were not compared since they were written. Call it outside a unit.

    Questions that the index does not hold yet stay for a later run.
    """
    compared = proposed = 0
    while compared < limit:
        questions, started = list_unchecked(after_id, min(BATCH, limit - compared)), now()
        found = [(question, _find_like(question, min_score)) for question in questions]
        known = [(question, hits) for question, hits in found if hits is not None]
        originals = find_originals(sorted({hit.id for _, hits in known for hit in hits}))
        db.session.rollback()  # reading is over
        if not questions:
            return Proposed(compared, proposed)
        rows = [row for question, hits in known for row in _choose(question, hits, originals, started)]
        with unit_of_work():
            upsert(DuplicateProposal.__table__, rows, ["thread_id", "original_id"], ["score"])
            _drop_unlike([question.id for question, _ in known], rows)
            _note_compared([question.id for question, _ in known], started)
        compared, proposed, after_id = compared + len(questions), proposed + len(rows), questions[-1].id
    return Proposed(compared, proposed, after_id)


def compare_again() -> int:
    """Let all questions that are no duplicates be compared anew; return how many there are. Call it outside a unit."""
    with unit_of_work():
        statement = sa.update(Thread).where(Thread.kind == ThreadKind.QUESTION, Thread.duplicate_of_id.is_(None))
        return db.session.execute(statement.values(duplicates_checked_at=None)).rowcount  # type: ignore[attr-defined,no-any-return]


def make_propose_handler(settings: Settings) -> Callable[[list[dict[str, Any]]], None]:
    """Return the handler of PROPOSE_JOB for these settings."""

    def handle(payloads: list[dict[str, Any]]) -> None:
        after_id = min(int(payload.get("after_id", 0)) for payload in payloads)
        done = propose_duplicates(settings.duplicate_min_score / 100, after_id=after_id)
        logger.info("forum.duplicates_proposed", extra={"questions": done.compared, "proposed": done.proposed})
        if done.next_id is not None:
            with unit_of_work():
                enqueue(PROPOSE_JOB, {"after_id": done.next_id}, dedupe_key=f"{PROPOSE_JOB}:next", delay=PAUSE)

    return handle


def request_comparison() -> None:
    """Have new and changed questions compared soon; call it inside the unit of work that writes one."""
    enqueue(PROPOSE_JOB, {}, dedupe_key=PROPOSE_JOB, delay=INDEXED_AFTER)


def compared_words(title: str, tags: tuple[str, ...]) -> str:
    """Return the words of a question that count in full: its title and its tags; those of its text count half."""
    return " ".join([title, *(tag.replace("-", " ") for tag in tags)])


def _find_like(question: Unchecked, min_score: float) -> list[Scored] | None:
    """Return the threads that are like a question; None when the index does not hold it yet."""
    audiences = tuple(audience for audience in Audience if is_as_open(audience, question.audience))
    words = compared_words(question.title, question.tags)
    hits = closest(current_engine(), make_key(THREAD, question.id), words, question.text, audiences)
    return None if hits is None else [hit for hit in hits if hit.kind == THREAD and hit.score >= min_score]


def _choose(question: Unchecked, hits: list[Scored], originals: dict[int, Original], moment: datetime) -> list[dict[str, Any]]:
    """Return the pairs to propose: older threads that all readers of the question may read, each issue once, the best first."""
    best: dict[int, float] = {}
    for hit in hits:
        original = originals.get(hit.id)
        if original is None or not original.is_listed or not is_as_open(original.audience, question.audience):
            continue
        if (original.created_at, original.id) < (question.created_at, question.id):
            best.setdefault(original.id, hit.score)
    return [
        {
            "thread_id": question.id, "original_id": original_id, "score": round(score, 4), "state": ProposalState.OPEN,
            "reason": "", "created_at": moment,
        }
        for original_id, score in list(best.items())[:MOST_PROPOSALS]
    ]  # fmt: skip


def _drop_unlike(ids: list[int], rows: list[dict[str, Any]]) -> None:
    """Delete the open proposals of compared questions that were not found again: their words have changed.

    Decisions stay, and so does what people proposed.
    """
    found = {(row["thread_id"], row["original_id"]) for row in rows}
    is_open = sa.and_(
        DuplicateProposal.thread_id.in_(ids), DuplicateProposal.state == ProposalState.OPEN,
        DuplicateProposal.proposed_by_id.is_(None),
    )  # fmt: skip
    for proposal in db.session.scalars(sa.select(DuplicateProposal).where(is_open).with_for_update(key_share=True)):
        if (proposal.thread_id, proposal.original_id) not in found:
            db.session.delete(proposal)


def _note_compared(ids: list[int], started: datetime) -> None:
    """A question that was edited while it was compared is compared again."""
    statement = sa.update(Thread).where(Thread.id.in_(ids), Thread.modified_at <= started).values(duplicates_checked_at=started)
    db.session.execute(statement.execution_options(synchronize_session=False))


def dismiss_proposal(actor: Actor, *, proposal_id: int, reason: str = "") -> DuplicateProposal:
    """Say that two questions differ; the pair is never proposed again. Logged as `not_duplicate`; `before`: the proposal's id.

    Raises NotFound, Forbidden, Conflict when it is decided already.
    """
    proposal = _locked(actor, proposal_id)
    why = checked_reason(reason)
    if proposal.state != ProposalState.OPEN:
        raise Conflict(_("Somebody has decided about this pair already."))
    _decide(proposal, ProposalState.DISMISSED, actor.id, why)
    emit(ThreadCurated(proposal.thread_id, "not_duplicate", actor.id, why, str(proposal.id)))
    return proposal


def reopen_proposal(actor: Actor, *, proposal_id: int, reason: str = "") -> DuplicateProposal:
    """Propose a dismissed pair again. Raises NotFound, Forbidden, Conflict when it was not dismissed."""
    proposal = _locked(actor, proposal_id)
    why = checked_reason(reason)
    if proposal.state != ProposalState.DISMISSED:
        raise Conflict(_("This pair is not dismissed."))
    _decide(proposal, ProposalState.OPEN)
    emit(ThreadCurated(proposal.thread_id, "propose_duplicate", actor.id, why, str(proposal.id)))
    return proposal


def note_joined(actor: Actor, thread_id: int, root_id: int) -> None:
    """Keep with the proposal of a pair, in either order, that a moderator joined it. The threads are locked."""
    for proposal in _proposals_between(thread_id, root_id):
        if proposal.state != ProposalState.ACCEPTED:
            _decide(proposal, ProposalState.ACCEPTED, actor.id)


def note_separated(actor: Actor, thread_id: int, *, differs: bool, reason: str = "") -> None:
    """Decide anew about the accepted proposals of a thread that left its issue: open again, or dismissed when the threads differ.

    Pairs with threads that are duplicates of this one stay accepted.
    """
    require_unit_of_work()
    own = sa.select(Thread.id).where(Thread.duplicate_of_id == thread_id)
    left = sa.or_(
        DuplicateProposal.thread_id == thread_id,
        sa.and_(DuplicateProposal.original_id == thread_id, DuplicateProposal.thread_id.not_in(own)),
    )
    statement = (
        sa.select(DuplicateProposal)
        .where(left, DuplicateProposal.state == ProposalState.ACCEPTED)
        .with_for_update(key_share=True)
    )
    for proposal in db.session.scalars(statement):
        if differs:
            _decide(proposal, ProposalState.DISMISSED, actor.id, reason)
        else:
            _decide(proposal, ProposalState.OPEN)


def _proposals_between(thread_id: int, root_id: int) -> list[DuplicateProposal]:
    """Return the proposals of a thread and an issue that it was joined to, locked."""
    require_unit_of_work()
    group = sa.select(Thread.id).where(sa.or_(Thread.id == root_id, Thread.duplicate_of_id == root_id), Thread.id != thread_id)
    pair = sa.or_(
        sa.and_(DuplicateProposal.thread_id == thread_id, DuplicateProposal.original_id.in_(group)),
        sa.and_(DuplicateProposal.original_id == thread_id, DuplicateProposal.thread_id.in_(group)),
    )
    return list(db.session.scalars(sa.select(DuplicateProposal).where(pair).with_for_update(key_share=True)))


def _locked(actor: Actor, proposal_id: int) -> DuplicateProposal:
    """Lock a proposal after its threads, which the actor must moderate."""
    pair = find_proposal_threads(proposal_id)
    if pair is None:
        raise NotFound
    for thread in get_threads_for_update(sorted(pair)).values():
        ensure_can_moderate(actor, thread)
    proposal = get_proposal_for_update(proposal_id)
    if proposal is None:
        raise NotFound
    return proposal


def _decide(proposal: DuplicateProposal, state: ProposalState, actor_id: int | None = None, reason: str = "") -> None:
    proposal.state, proposal.reason, proposal.decided_by_id = state, reason, actor_id
    proposal.decided_at = None if state == ProposalState.OPEN else now()
