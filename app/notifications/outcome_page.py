"""The page behind the link of a mail that asks: whose link it is, and what the page shows. Reads only."""

from collections.abc import Sequence
from datetime import datetime

from app.accounts.models import Person
from app.accounts.queries import find_person
from app.core.clock import now
from app.core.errors import Forbidden, Gone
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.core.text import shorten
from app.forum.models import Post, Thread
from app.forum.models.thread import Status
from app.forum.urls import post_path
from app.notifications.asked import asker_has_decided, find_answer, find_request, find_thread, list_answers
from app.notifications.models import Answer, AskedRole, OutcomeRequest
from app.notifications.policies import can_answer
from app.notifications.services.hearing import UNDO_FOR
from app.notifications.tokens import address_mark, read_outcome_token

EXCERPT_MAX = 280
_ELSEWHERE = lazy_gettext("If you have a minute, tell the others how: an answer of your own helps the next person.")
THANKS: dict[str, tuple[str, str]] = {
    Answer.SOLVED: (
        lazy_gettext("You said: this answer solved it."),
        lazy_gettext("Everybody sees that now, and the person who helped you is told."),
    ),
    Answer.ELSEWHERE: (lazy_gettext("You said: I solved it another way."), _ELSEWHERE),
    Answer.STUCK: (
        lazy_gettext("You said: I am still stuck."),
        lazy_gettext(
            "The people who look after open questions see that now. Details help them: add what you tried as a comment."
        ),
    ),
    Answer.IRRELEVANT: (
        lazy_gettext("You said: it does not matter any more."),
        lazy_gettext("The question is closed, and nobody will spend time on it."),
    ),
    Answer.WORKED: (
        lazy_gettext("You said: it worked for me."),
        lazy_gettext("The next person with this problem sees that it did."),
    ),
    Answer.FAILED: (
        lazy_gettext("You said: it did not work."),
        lazy_gettext("That is worth knowing. When several people say so, the question is open again."),
    ),
    Answer.GONE: (lazy_gettext("You said: I do not have this problem any more."), lazy_gettext("Good. We will not ask again.")),
}


_SOLVED = frozenset({Answer.SOLVED, Answer.ELSEWHERE, Answer.WORKED, Answer.GONE})


class AnswerView(Struct, frozen=True):
    """One answer that may have solved it."""

    id: int
    path: str
    author: str
    is_official: bool
    created_at: datetime
    excerpt: str


class OutcomeView(Struct, frozen=True):
    """What the page shows. `said` and `then` are the answer that was given, in words; while both are empty, it asks.

    `is_solved`: what was said is that the problem is gone.
    `settled` says why there is nothing to ask any more ("" while there is).
    """

    token: str
    person: str
    title: str
    path: str
    is_asker: bool
    answers: Sequence[AnswerView]
    said: str
    then: str
    is_solved: bool
    can_undo: bool
    settled: str


def load_outcome_page(secret: str, token: str) -> OutcomeView:
    """Return what the link of a mail shows. Raises Gone (not ours, too old, or no longer this person's), Forbidden (suspended)."""
    thread, person, request = identify(secret, token)
    is_asker = request.role == AskedRole.ASKER
    said, then = THANKS.get(request.answer, ("", "")) if request.answered_at else ("", "")
    can_undo = request.answered_at is not None and now() - request.answered_at <= UNDO_FOR
    answers = _answers(thread, request) if not said else ()
    return OutcomeView(
        token=token, person=person.display_name, title=thread.title, path=thread.path, is_asker=is_asker, answers=answers, said=said,
        then=then, is_solved=request.answer in _SOLVED, can_undo=can_undo, settled="" if said else _settled(thread, request, answers),
    )  # fmt: skip


def identify(secret: str, token: str) -> tuple[Thread, Person, OutcomeRequest]:
    """Return whose link this is, and about which question. Raises Gone or Forbidden."""
    thread_id, person_id, mark = read_outcome_token(secret, token)
    thread, person, request = find_thread(thread_id), find_person(person_id), find_request(thread_id, person_id)
    if thread is None or person is None or request is None or mark != address_mark(secret, person.email):
        raise Gone(_("This link does not belong to a question of yours any more."))
    actor = person.as_actor(now())
    if actor.is_suspended:
        raise Forbidden(_("Your account is suspended, so your answer cannot be counted for now."))
    if not can_answer(actor, thread, request):
        raise Gone(_("This question is not open to you any more."))
    return thread, person, request


def _answers(thread: Thread, request: OutcomeRequest) -> tuple[AnswerView, ...]:
    if request.role == AskedRole.ASKER:
        return tuple(_view(post) for post in list_answers(thread))
    solution = find_answer(request.post_id)
    return (_view(solution),) if solution else ()


def _view(post: Post) -> AnswerView:
    author = post.author.display_name if post.author else _("[removed]")
    return AnswerView(
        post.id, post_path(post.id), author, post.is_official, post.created_at, shorten(post.body_text, EXCERPT_MAX)
    )  # fmt: skip


def _settled(thread: Thread, request: OutcomeRequest, answers: Sequence[AnswerView]) -> str:
    if request.role == AskedRole.ASKER:
        if asker_has_decided(thread):
            return _("You told us already how this ended. Thank you.")
        return _("This question was closed meanwhile.") if thread.status == Status.CLOSED else ""
    if thread.status != Status.SOLVED:
        return _("This question is open again: the solution did not hold.")
    return "" if answers else _("This was solved in another way than by an answer here.")
