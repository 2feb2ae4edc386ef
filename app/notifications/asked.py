"""Reading the requests for a word: which mails are due, and what the page behind their link shows."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from app.accounts.models import Person
from app.core.db import db
from app.core.records import Struct
from app.forum.models import Acceptance, Category, Comment, Follow, MeToo, Outcome, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.resolution import OutcomeKind, Voice
from app.forum.outcomes import CONFIRMATIONS_NEEDED
from app.forum.queries.outcomes import list_standing_outcomes
from app.notifications.models import AskedRole, MailPreference, NotificationKind, OutcomeRequest
from app.notifications.policies import can_be_asked

MOST_ANSWERS = 5
_LISTED = sa.and_(Post.hidden_at.is_(None), Post.held_at.is_(None))


class Ask(Struct, frozen=True):
    """A request with everything that decides whether its mail may still leave.

    `is_unwanted`: the person switched these mails off or left the thread. `has_spoken`: the asker wrote or judged
    something there since the answer came, or the person with the same problem said already what worked. `has_answer`: somebody else's is visible.
    """

    request: OutcomeRequest
    thread: Thread
    person: Person
    is_unwanted: bool
    has_spoken: bool
    has_answer: bool

    def is_due_at(self, moment: datetime) -> bool:
        """Return whether the mail should (still) be sent."""
        if self.is_unwanted or self.has_spoken or not self.has_answer or self.request.answered_at is not None:
            return False
        return can_be_asked(self.person, self.thread, self.request, moment)


def _spoken() -> sa.ColumnElement[bool]:
    """Whether the asker said anything in the thread since then, or another person has judged its answers at any time."""
    person, thread, since = OutcomeRequest.person_id, OutcomeRequest.thread_id, OutcomeRequest.waiting_since
    judged = sa.exists().where(
        Outcome.thread_id == thread, Outcome.actor_id == person,
        sa.or_(Outcome.created_at >= since, Outcome.voice == Voice.READER),
    )  # fmt: skip
    posted = sa.exists().where(Post.thread_id == thread, Post.author_id == person, Post.created_at >= since)
    edited = sa.exists().where(Post.thread_id == thread, Post.edited_by_id == person, Post.edited_at >= since)
    commented = sa.exists().where(
        Post.thread_id == thread, Comment.post_id == Post.id, Comment.author_id == person, Comment.created_at >= since
    )
    return sa.or_(judged, sa.and_(OutcomeRequest.role == AskedRole.ASKER, sa.or_(posted, edited, commented)))


def _asks() -> sa.Select[OutcomeRequest, Thread, Person, bool, bool, bool]:
    refused = sa.exists().where(
        MailPreference.person_id == OutcomeRequest.person_id, MailPreference.kind == NotificationKind.OUTCOME
    )
    muted = sa.exists().where(
        Follow.thread_id == OutcomeRequest.thread_id, Follow.person_id == OutcomeRequest.person_id, Follow.is_muted
    )
    answered = sa.exists().where(
        Post.thread_id == OutcomeRequest.thread_id, Post.kind == PostKind.ANSWER, _LISTED,
        sa.or_(Post.author_id.is_(None), Post.author_id != Thread.author_id),
    )  # fmt: skip
    return (
        sa.select(OutcomeRequest, Thread, Person, sa.or_(refused, muted), _spoken(), answered)
        .join(Thread, Thread.id == OutcomeRequest.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .join(Person, Person.id == OutcomeRequest.person_id)
        .options(contains_eager(Thread.category))
    )


def list_due(moment: datetime, limit: int) -> list[Ask]:
    """Lock and return up to `limit` requests whose mail is due, the longest waiting first; others' locked ones are left out."""
    statement = (
        _asks()
        .where(OutcomeRequest.next_at <= moment)
        .order_by(OutcomeRequest.next_at, OutcomeRequest.id)
        .limit(limit)
        .with_for_update(of=OutcomeRequest, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    return [Ask(*(row[:3]), *map(bool, row[3:])) for row in db.session.execute(statement)]


def find_ask(request_id: int) -> Ask | None:
    """Return one request with what decides about its mail, or None."""
    row = db.session.execute(_asks().where(OutcomeRequest.id == request_id)).first()
    return Ask(*(row[:3]), *map(bool, row[3:])) if row else None


def find_request(thread_id: int, person_id: int) -> OutcomeRequest | None:
    """Return the request to one person about one thread, or None."""
    return db.session.scalar(_request(thread_id, person_id))


def get_request_for_update(thread_id: int, person_id: int) -> OutcomeRequest | None:
    """Return that request locked and fresh. The thread is locked before it."""
    statement = _request(thread_id, person_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    return db.session.scalar(statement)


def _request(thread_id: int, person_id: int) -> sa.Select[OutcomeRequest]:
    return sa.select(OutcomeRequest).where(OutcomeRequest.thread_id == thread_id, OutcomeRequest.person_id == person_id)


def find_thread(thread_id: int) -> Thread | None:
    """Return a thread with its category, whoever may see it: the caller asks the policy."""
    return db.session.scalar(sa.select(Thread).where(Thread.id == thread_id).options(joinedload(Thread.category)))


def list_answers(thread: Thread) -> Sequence[Post]:
    """Return up to five visible answers by others than the asker, with their authors: solutions, then the best, then the newest."""
    statement = (
        sa.select(Post)
        .options(joinedload(Post.author))
        .where(
            Post.thread_id == thread.id, Post.kind == PostKind.ANSWER, _LISTED,
            sa.or_(Post.author_id.is_(None), Post.author_id != thread.author_id),
        )
        .order_by(Post.accepted_at.is_(None), Post.score.desc(), Post.created_at.desc(), Post.id.desc())
        .limit(MOST_ANSWERS)
    )  # fmt: skip
    return db.session.scalars(statement).all()


def find_answer(post_id: int | None) -> Post | None:
    """Return a visible answer with its author, or None."""
    if post_id is None:
        return None
    statement = sa.select(Post).options(joinedload(Post.author))
    return db.session.scalar(statement.where(Post.id == post_id, Post.kind == PostKind.ANSWER, _LISTED))


def asker_has_decided(thread: Thread) -> bool:
    """Return whether a word of the asker about how the question ended stands (then nothing is left to ask)."""
    later = aliased(Outcome)
    statement = sa.select(Outcome.id).where(
        Outcome.thread_id == thread.id,
        Outcome.voice == Voice.ASKER,
        Outcome.kind.in_(
            (
                OutcomeKind.ACCEPTED, OutcomeKind.CONFIRMED_BY_ASKER, OutcomeKind.SOLVED_ELSEWHERE, OutcomeKind.WORKAROUND,
                OutcomeKind.NO_LONGER_RELEVANT,
            )
        ),
        ~sa.exists().where(later.withdraws_id == Outcome.id),
    )  # fmt: skip
    return thread.status in ("solved", "closed") and db.session.scalar(statement.limit(1)) is not None


def find_solution(thread_id: int) -> int | None:
    """Return the answer that solved a question: its main accepted one, otherwise the one that readers proved.

    None when somebody said that it was solved in another way. The page shows the same one (forum.verdicts).
    """
    accepted = (
        sa.select(Post.id)
        .join(Acceptance, Acceptance.post_id == Post.id)
        .where(Post.thread_id == thread_id, _LISTED)
        .order_by(Acceptance.accepted_at, Post.id)
    )
    found = db.session.scalar(accepted.limit(1))
    if found is not None or list_standing_outcomes(thread_id, OutcomeKind.SOLVED_ELSEWHERE, OutcomeKind.WORKAROUND):
        return found
    worked = (
        sa.select(Post.id)
        .where(
            Post.thread_id == thread_id, Post.kind == PostKind.ANSWER, _LISTED, Post.worked_count >= CONFIRMATIONS_NEEDED,
            Post.worked_count >= Post.failed_count, Post.score > 0,
        )
        .order_by(Post.worked_count.desc(), Post.id)
    )  # fmt: skip
    return db.session.scalar(worked.limit(1))


def _issue_of(thread_id: int) -> sa.Select[int]:
    """The question and its duplicates."""
    return sa.select(Thread.id).where(sa.or_(Thread.id == thread_id, Thread.duplicate_of_id == thread_id))


def has_affected(thread_id: int) -> bool:
    """Return whether anybody but the asker may wait for the solution: they said so, or asked the same in a duplicate."""
    statement = sa.select(sa.or_(Thread.me_too_count > 0, Thread.duplicate_count > 0)).where(Thread.id == thread_id)
    return bool(db.session.scalar(statement))


def list_affected(thread: Thread, limit: int, solver_id: int | None = None) -> list[int]:
    """Return people with the same problem who were not told yet: not the asker, nobody who left the thread or has judged it.

    These are who said so here or in a duplicate, and who asked a duplicate that is neither held nor hidden. Leaving the duplicate
    counts like leaving the thread. `solver_id` wrote the solution, and need not be told of it.
    """
    said = sa.select(MeToo.person_id.label("person_id")).where(MeToo.thread_id.in_(_issue_of(thread.id)))
    asked = sa.select(Thread.author_id).where(
        Thread.duplicate_of_id == thread.id, Thread.author_id.is_not(None), Thread.hidden_at.is_(None), Thread.held_at.is_(None)
    )
    person = sa.union(said, asked).subquery().c.person_id
    statement = (
        sa.select(person)
        .where(
            person.not_in([thread.author_id or 0, solver_id or 0]),
            ~sa.exists().where(OutcomeRequest.thread_id == thread.id, OutcomeRequest.person_id == person),
            ~sa.exists().where(Follow.thread_id.in_(_issue_of(thread.id)), Follow.person_id == person, Follow.is_muted),
            ~sa.exists().where(Outcome.thread_id == thread.id, Outcome.actor_id == person, Outcome.voice == Voice.READER),
        )
        .order_by(person)
        .limit(limit)
    )
    return list(db.session.scalars(statement))
