"""Which pages search engines are asked to index, and which the sitemap lists: one rule for page, sitemap and audit.

The reasons are Google's: thin, unanswered and unvetted pages lower a whole site, so they wait until somebody vouches for them.
Pure functions over facts; `sitemap_threads` is the SQL twin of `ThreadFacts` -> `in_sitemap`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Audience, Role
from app.core.trust import Ability, trust_table
from app.forum.models import Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.thread import Status, ThreadKind
from app.forum.policies import public_only
from app.forum.queries.thread_rows import ThreadHead

MIN_TEXT = 120
"""Characters of an opening text below which an unanswered thread is thin."""
MIN_ITEMS = 3
"""Threads from which a category or tag page is worth a search engine's time."""
_CONFIRMED = frozenset({Status.SOLVED, Status.LIKELY_SOLVED})


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    """What the decision depends on. `has_voted_answer`: some visible answer has a positive score. `is_author_new`: whoever began it
    is known, and not trusted to be found yet."""

    kind: str
    audience: str
    status: str
    is_listed: bool
    is_duplicate: bool
    answer_count: int
    accepted_count: int
    has_voted_answer: bool
    text_length: int
    is_author_trusted: bool
    created_at: datetime
    is_author_new: bool = False


@dataclass(frozen=True, slots=True)
class IndexDecision:
    """What a page tells search engines, and why."""

    is_indexable: bool
    in_sitemap: bool
    reason: str


def _no(reason: str) -> IndexDecision:
    return IndexDecision(False, False, reason)


def decide_thread(facts: ThreadFacts, moment: datetime, unanswered_days: int) -> IndexDecision:
    """Return whether a thread is indexed and listed in the sitemap.

    Confirmed or voted-for answers: both. Answered without either: indexed only, unless somebody new asked. Unanswered: indexed for
    `unanswered_days` days if it has MIN_TEXT characters and a trusted author. Not public, held, hidden, duplicate: neither.
    """
    if facts.audience != Audience.PUBLIC:
        return _no("not public")
    if not facts.is_listed:
        return _no("held or hidden")
    if facts.is_duplicate:
        return _no("duplicate")
    if facts.kind == ThreadKind.QUESTION and (facts.accepted_count or facts.status in _CONFIRMED or facts.has_voted_answer):
        return IndexDecision(True, True, "confirmed or voted-for answer")
    if facts.answer_count and facts.is_author_new:
        return _no("author still new")
    if facts.answer_count:
        is_discussed = facts.kind == ThreadKind.DISCUSSION
        return IndexDecision(True, is_discussed, "replies" if is_discussed else "answers nobody has voted for yet")
    return _decide_unanswered(facts, moment, unanswered_days)


def _decide_unanswered(facts: ThreadFacts, moment: datetime, unanswered_days: int) -> IndexDecision:
    if moment - facts.created_at >= timedelta(days=unanswered_days):
        return _no("unanswered for long")
    if facts.text_length < MIN_TEXT:
        return _no("thin")
    if not facts.is_author_trusted:
        return _no("author without reputation")
    return IndexDecision(True, False, "fresh question")


def is_trusted_author(level: int, role: str) -> bool:
    """Whether an author's level says that search engines may find what they write, or they work for the community."""
    return trust_table().gives(level, Ability.BE_FOUND) or role in (Role.STAFF, Role.MODERATOR, Role.ADMIN)


def _known_authors() -> sa.ColumnElement[bool]:
    """SQL twin of `not is_author_new`."""
    lowest = trust_table().lowest[Ability.BE_FOUND]
    is_trusted = Person.role != Role.MEMBER if lowest is None else sa.or_(Person.role != Role.MEMBER, Person.level >= lowest)
    return sa.or_(Thread.author_id.is_(None), sa.exists().where(Person.id == Thread.author_id, is_trusted))


def facts_of(head: ThreadHead) -> ThreadFacts:
    """Return the facts of a thread that was read for its page."""
    is_trusted = is_trusted_author(head.author_level, head.author_role)
    return ThreadFacts(
        kind=head.kind, audience=head.category.audience, status=head.status, is_listed=head.is_listed,
        is_duplicate=head.duplicate_of_id is not None, answer_count=head.answer_count, accepted_count=head.accepted_count,
        has_voted_answer=head.has_voted_answer, text_length=len(head.opening.text),
        is_author_trusted=is_trusted, created_at=head.created_at, is_author_new=head.author_id is not None and not is_trusted,
    )  # fmt: skip


def is_list_indexable(thread_count: int, is_default_view: bool) -> bool:
    """Whether a page of a category or tag is indexed: the default view only, and only with enough in it."""
    return is_default_view and thread_count >= MIN_ITEMS


def sitemap_threads() -> sa.ColumnElement[bool]:
    """SQL twin of `decide_thread(...).in_sitemap`. The statement must join Category."""
    answer = aliased(Post)
    voted = sa.exists().where(
        answer.thread_id == Thread.id, answer.kind == PostKind.ANSWER, answer.score > 0, answer.hidden_at.is_(None),
        answer.held_at.is_(None),
    )  # fmt: skip
    question = sa.and_(
        Thread.kind == ThreadKind.QUESTION, sa.or_(Thread.accepted_count > 0, Thread.status.in_(tuple(_CONFIRMED)), voted)
    )
    discussion = sa.and_(Thread.kind == ThreadKind.DISCUSSION, Thread.answer_count > 0, _known_authors())
    return sa.and_(public_only(), Thread.duplicate_of_id.is_(None), sa.or_(question, discussion))
