"""The facts of threads for the page contract (app/web/contract.py decides), and the SQL twin of what it lists in the sitemap."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Role
from app.core.likeness import is_nearly_the_same
from app.core.trust import Ability, trust_table
from app.forum.models import Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.thread import ThreadKind
from app.forum.policies import public_only
from app.forum.queries.thread_rows import ThreadHead
from app.web.contract import CONFIRMED, ThreadFacts
from app.web.seo import contract_of


def is_trusted_author(level: int, role: str) -> bool:
    """Whether an author's level says that search engines may find what they write, or they work for the community."""
    return trust_table().gives(level, Ability.BE_FOUND) or role in (Role.STAFF, Role.MODERATOR, Role.ADMIN)


def _known_authors() -> sa.ColumnElement[bool]:
    """SQL twin of `not is_author_new`."""
    lowest = trust_table().lowest[Ability.BE_FOUND]
    is_trusted = Person.role != Role.MEMBER if lowest is None else sa.or_(Person.role != Role.MEMBER, Person.level >= lowest)
    return sa.or_(Thread.author_id.is_(None), sa.exists().where(Person.id == Thread.author_id, is_trusted))


def has_voted_answer() -> sa.ColumnElement[bool]:
    """Return the criterion of threads with a visible answer that has a positive score."""
    answer = aliased(Post)
    return sa.exists().where(
        answer.thread_id == Thread.id, answer.kind == PostKind.ANSWER, answer.score > 0, answer.hidden_at.is_(None),
        answer.held_at.is_(None),
    )  # fmt: skip


def facts_of(head: ThreadHead, twin_path: str = "") -> ThreadFacts:
    """Return the facts of a thread that was read for its page."""
    is_trusted = is_trusted_author(head.author_level, head.author_role)
    return ThreadFacts(
        kind=head.kind, audience=head.category.audience, status=head.status, is_listed=head.is_listed,
        is_duplicate=head.duplicate_of_id is not None, answer_count=head.answer_count, accepted_count=head.accepted_count,
        has_voted_answer=head.has_voted_answer, text_length=len(head.opening.text),
        is_author_trusted=is_trusted, created_at=head.created_at, is_author_new=head.author_id is not None and not is_trusted,
        is_open=head.is_open, is_removed=head.hidden_at is not None and head.held_at is None, twin_path=twin_path,
    )  # fmt: skip


def twin_path(head: ThreadHead, original: ThreadHead | None) -> str:
    """Return the path of a duplicate's original, where that one is indexed and says nearly the same; '' otherwise."""
    if original is None or not contract_of(facts_of(original)).is_indexable:
        return ""
    one, other = (f"{thread.title}\n{thread.opening.text}" for thread in (head, original))
    return original.path if is_nearly_the_same(one, other) else ""


def sitemap_threads() -> sa.ColumnElement[bool]:
    """SQL twin of `decide(ThreadFacts).in_sitemap`. The statement must join Category."""
    is_proven = sa.or_(Thread.accepted_count > 0, Thread.status.in_(tuple(CONFIRMED)), has_voted_answer())
    question = sa.and_(Thread.kind == ThreadKind.QUESTION, is_proven)
    discussion = sa.and_(Thread.kind == ThreadKind.DISCUSSION, Thread.answer_count > 0, _known_authors())
    return sa.and_(public_only(), Thread.duplicate_of_id.is_(None), sa.or_(question, discussion))
