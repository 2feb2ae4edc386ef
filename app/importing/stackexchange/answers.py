"""Answers of the other site, and the acceptances that their askers gave."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.records import Struct
from app.forum.models import Acceptance, Outcome, Thread
from app.forum.models.post import PostKind
from app.forum.models.resolution import OutcomeKind, OutcomeSource, Voice
from app.importing.stackexchange.context import Import
from app.importing.stackexchange.posts import Prepared, account_for_votes, insert_posts, prepare_posts
from app.importing.stackexchange.records import ANSWER, QUESTION, add_records, find_local
from app.importing.stackexchange_rows import PostKind as RowKind
from app.importing.stackexchange_rows import PostRow


class _Answer(Struct, frozen=True):
    """An answer that can be written. `accepted_at` is None unless its asker accepted it."""

    post: Prepared
    thread_id: int
    accepted_at: datetime | None


def import_answers(run: Import) -> None:
    """Import all answers whose question was imported. Call it after the questions."""
    report = run.report.of("answers")
    accepted = run.report.of("accepted")
    for rows in run.batches(run.dump.posts(), "", lambda row: row.kind is RowKind.ANSWER):
        known = find_local(run.source, ANSWER, [row.id for row in rows])
        report.known += len(known)
        accepted.known += sum(_take_acceptance(run, row) for row in rows if row.id in known)
        account_for_votes(run, list(known), are_new=False)
        threads = find_local(run.source, QUESTION, [row.parent_id for row in rows])
        fresh = [row for row in rows if row.id not in known and _has_question(run, row, threads)]
        if not fresh:
            continue
        prepared = prepare_posts(run, fresh)
        answers = [_Answer(post, threads[post.row.parent_id or 0], _accepted_at(run, post.row)) for post in prepared]
        with run.writing():
            ids = insert_posts([(answer.post, _more(answer)) for answer in answers])
            _accept(answers, ids)
            add_records(run.source, ANSWER, zip((row.id for row in fresh), ids, strict=True))
        report.imported += len(fresh)
        accepted.imported += sum(answer.accepted_at is not None for answer in answers)
        account_for_votes(run, [row.id for row in fresh], are_new=True)
    for answer_id, question_id in sorted(run.accepted):
        accepted.skip("accepted answers that are not in the dump, or not to that question", f"{question_id} -> {answer_id}")


def _has_question(run: Import, row: PostRow, threads: dict[int, int]) -> bool:
    if row.parent_id in threads:
        return True
    reason = "answers that name no question" if row.parent_id is None else "answers to questions that are not in the dump"
    run.report.of("answers").skip(reason, row.id)
    return False


def _take_acceptance(run: Import, row: PostRow) -> bool:
    """Return whether the answer's own question accepted it; each acceptance is taken once."""
    pair = (row.id, row.parent_id or 0)
    if pair not in run.accepted:
        return False
    run.accepted.remove(pair)
    return True


def _accepted_at(run: Import, row: PostRow) -> datetime | None:
    """Return when an answer was accepted: the day of the vote, but not before the answer was there; without a vote, at once."""
    if not _take_acceptance(run, row):
        return None
    totals = run.votes.get(row.id)
    voted_at = totals.accepted_at if totals else None
    return max(row.created_at, voted_at) if voted_at else row.created_at


def _more(answer: _Answer) -> dict[str, Any]:
    return {"thread_id": answer.thread_id, "kind": PostKind.ANSWER, "accepted_at": answer.accepted_at}


def _accept(answers: Sequence[_Answer], post_ids: Sequence[int]) -> None:
    """Write the events and the acceptances, in the asker's name."""
    pairs = [(answer, post_id) for answer, post_id in zip(answers, post_ids, strict=True) if answer.accepted_at is not None]
    if not pairs:
        return
    asked = sa.select(Thread.id, Thread.author_id).where(Thread.id.in_({answer.thread_id for answer, _ in pairs}))
    askers = dict(db.session.execute(asked).all())
    events = [
        {
            "thread_id": answer.thread_id, "post_id": post_id, "kind": OutcomeKind.ACCEPTED, "source": OutcomeSource.IMPORT,
            "voice": Voice.ASKER, "actor_id": askers[answer.thread_id], "created_at": answer.accepted_at,
        }
        for answer, post_id in pairs
    ]  # fmt: skip
    ids = db.session.scalars(sa.insert(Outcome).returning(Outcome.id, sort_by_parameter_order=True), events).all()
    rows = [
        {
            "post_id": event["post_id"], "thread_id": event["thread_id"], "accepted_by_id": event["actor_id"],
            "accepted_at": event["created_at"], "outcome_id": outcome_id,
        }
        for event, outcome_id in zip(events, ids, strict=True)
    ]  # fmt: skip
    db.session.execute(sa.insert(Acceptance), rows)
