"""What the page asks readers about answers, and what it says of their words. Pure; knows no request.

Readers are asked under solutions, and under the best answer of a question that has none.
"""

from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from app.core.actor import Actor
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.records import Struct
from app.forum import policies
from app.forum.models import Post, Thread
from app.forum.models.resolution import OutcomeKind, RefutationReason
from app.forum.models.thread import Status
from app.forum.outcomes import CONFIRMATIONS_NEEDED, Words
from app.forum.queries.judging import ReasonCount, reason_words, voices
from app.forum.queries.resolution import OwnWord
from app.forum.queries.thread_page import ThreadPage
from app.forum.queries.thread_rows import PostRow
from app.forum.services.judging import Word

# Value and label, as the page offers them. kb.presenters says the same of articles; a test holds them together.
REASONS = (
    (RefutationReason.OUTDATED, lazy_gettext("It is out of date")),
    (RefutationReason.OTHER_VERSION, lazy_gettext("I have a different version")),
    (RefutationReason.UNCLEAR, lazy_gettext("I did not understand it")),
    (RefutationReason.WRONG, lazy_gettext("I followed it, and it did not work")),
)
# What the page may say after a word: thanks, the question why, thanks for the reason, or that it was taken back.
STATES = ("yes", "no", "told", "undone")
Said = tuple[int, str]
_OTHERWISE = (OutcomeKind.SOLVED_ELSEWHERE, OutcomeKind.WORKAROUND)


class Verdict(Struct, frozen=True):
    """The question under one answer. `state` is "ask" or one of STATES; `is_fresh`: the reader said it just now.

    `voices` says what others said; `why` gives their reasons, for the people who look after answers.
    """

    post_id: int
    state: str = "ask"
    is_fresh: bool = False
    voices: str = ""
    why: str = ""

    @property
    def url(self) -> str:
        return f"/posts/{self.post_id}/worked"

    @property
    def anchor(self) -> str:
        return f"worked-{self.post_id}"

    @property
    def reasons(self) -> tuple[tuple[str, str], ...]:
        """Why it may not have worked: value and label."""
        return REASONS


def parse_said(state: str, answer: str) -> Said | None:
    """Return what the address says that a visitor said just now, or None for anything else."""
    if state not in STATES or not (answer.isascii() and answer.isdigit()) or len(answer) > 19:
        return None
    return int(answer), state


def present_verdicts(actor: Actor, page: ThreadPage, said: Said | None) -> dict[int, Verdict]:
    """Return the question under each answer of the page about which the actor is asked."""
    thread = cast(Thread, page.head)
    return {
        row.id: Verdict(
            row.id,
            *_state(row.id, page.own.words if page.own else None, said),
            voices=voices(row.worked_count, row.failed_count),
            why=_why(page.reasons.get(row.id, ())) if actor.is_curator else "",
        )
        for row in asked_about(page)
        if policies.can_say_worked(actor, cast(Post, row), thread)
    }


def solution_rows(page: ThreadPage) -> tuple[PostRow, ...]:
    """Return the answers of the page that are shown as solutions, before the others: on the first page in the best order.

    Those are the accepted ones. When the question is solved and nobody marked an answer or said that it was solved in
    another way, it is the one that worked for the most readers, of those that worked for enough.
    """
    if page.posts.number > 1 or page.sort != "best":
        return ()
    accepted = tuple(row for row in page.posts.items if row.accepted_at is not None)
    is_told = page.head.accepted_count or any(outcome.kind in _OTHERWISE for outcome in page.outcomes)
    if accepted or is_told or page.head.status != Status.SOLVED:
        return accepted
    proven = [
        row for row in page.posts.items if row.is_listed and row.worked_count >= max(CONFIRMATIONS_NEEDED, row.failed_count)
    ]
    return (max(proven, key=lambda row: row.worked_count),) if proven else ()


def disputed_solutions(page: ThreadPage) -> frozenset[int]:
    """Return which solutions of a disputed question are meant: those that readers refute, or all when it is none of them."""
    if page.head.status != Status.DISPUTED:
        return frozenset()
    rows = solution_rows(page)
    return frozenset(row.id for row in rows if Words(row.worked_count, row.failed_count).is_refuted) or frozenset(
        row.id for row in rows
    )


def asked_about(page: ThreadPage) -> tuple[PostRow, ...]:
    """Return the answers about which readers are asked: solutions, or without any the best answer that has a vote."""
    listed = [row for row in page.posts.items if policies.is_answer(cast(Post, row)) and row.is_listed]
    solutions = tuple(row for row in listed if row.accepted_at is not None) or solution_rows(page)
    if solutions or page.head.accepted_count or page.sort != "best" or page.posts.number > 1:
        return solutions
    return tuple(row for row in listed[:1] if row.score > 0)


def present_word(word: Word, thread_path: str) -> tuple[Verdict, str]:
    """Return the question after a word was said, and the address at which a page shows it."""
    if word.worked is None:
        state = "undone"
    else:
        state = "yes" if word.worked else "told" if word.reason_kind else "no"
    verdict = Verdict(word.post_id, state, True, voices(word.worked_count, word.failed_count))
    return verdict, f"{thread_path}?{urlencode({'worked': state, 'answer': word.post_id})}#{verdict.anchor}"


def _state(post_id: int, own: Mapping[int, OwnWord] | None, said: Said | None) -> tuple[str, bool]:
    """Return the state and whether it is news. Members are told what they said; visitors only what they say just now."""
    now = said[1] if said and said[0] == post_id else ""
    if own is None:
        return now or "ask", bool(now)
    word = own.get(post_id)
    if word is None:
        return ("undone", True) if now == "undone" else ("ask", False)
    state = "yes" if word.worked else "told" if word.reason else "no"
    return state, now == state


def _why(counts: Sequence[ReasonCount]) -> str:
    words = reason_words(counts)
    return _("Where it did not work: %(reasons)s.", reasons=words) if words else ""
