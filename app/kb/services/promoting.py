"""Turning a thread into an article draft that knows where each passage came from.

Everything happens in one transaction: draft, sources, the candidate's state, the event. Publishing is `publishing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.events import emit
from app.core.uow import require_unit_of_work
from app.forum.models import Category, Post, Thread
from app.forum.policies import ensure_can_see_thread
from app.forum.queries.threads import get_thread_for_update
from app.kb.events import ThreadPromoted
from app.kb.models import Article, ArticleSource, ArticleState, Candidate, CandidateState, SourceRole
from app.kb.policies import NARROWING, can_promote, is_as_narrow
from app.kb.services.assembling import join_wordings
from app.kb.services.writing import ArticleText, Placement, create_article

MAX_SOURCES = 30
MAX_WORDINGS = 50


@dataclass(frozen=True, slots=True)
class Chosen:
    """A passage that a curator chose: the post, the revision they saw, and the part it plays in the article."""

    post_id: int
    revision: int
    role: SourceRole


def promote_thread(actor: Actor, *, thread_id: int, chosen: Sequence[Chosen], place: Placement, text: ArticleText) -> Article:
    """Build a draft from passages of a thread and return it. `text` was assembled from exactly these passages.

    Raises Conflict when another article covers the thread or a passage changed meanwhile, Invalid when nothing was chosen, no
    passage is a solution, or the article would have more readers than the thread; Forbidden, NotFound.
    """
    require_unit_of_work()
    if not can_promote(actor):
        raise Forbidden("You are not allowed to promote threads.")
    thread = get_thread_for_update(thread_id)
    ensure_can_see_thread(actor, thread)
    _check(thread, chosen, place)
    posts = _load_posts(thread, chosen)
    wordings = join_wordings([*find_wordings(thread, place.audience), *text.asked_as.splitlines()])
    draft = ArticleText(text.title, text.body, text.summary, text.applies_to, wordings)
    article = create_article(actor, place=place, text=draft, note=f"Built from “{thread.title}”"[:300])
    for position, one in enumerate(chosen):
        db.session.add(_source(article, posts[one.post_id], one.role, position))
    _decide(actor, thread_id, article.id)
    emit(ThreadPromoted(thread_id, article.id, actor.id))
    return article


def find_wordings(thread: Thread, audience: str) -> list[str]:
    """Return the title of a thread and those of its duplicates which everybody of `audience` may read."""
    readable = [narrower for narrower in NARROWING if is_as_narrow(audience, than=narrower)]
    duplicates = (
        sa.select(Thread.title)
        .join(Category, Category.id == Thread.category_id)
        .where(
            Thread.duplicate_of_id == thread.id, Thread.hidden_at.is_(None), Thread.held_at.is_(None),
            Category.audience.in_(readable),
        )
        .order_by(Thread.id)
        .limit(MAX_WORDINGS)
    )  # fmt: skip
    return [thread.title, *db.session.scalars(duplicates)]


def find_article_of(thread_id: int) -> int | None:
    """Return the id of a living article, or draft, that was built from a thread."""
    statement = (
        sa.select(Article.id)
        .join(ArticleSource, ArticleSource.article_id == Article.id)
        .where(ArticleSource.thread_id == thread_id, Article.state != ArticleState.ARCHIVED)
        .limit(1)
    )
    return db.session.scalar(statement)


def _check(thread: Thread, chosen: Sequence[Chosen], place: Placement) -> None:
    if not thread.is_listed:
        raise Conflict("This thread is hidden or waits for approval.")
    if find_article_of(thread.id) is not None:
        raise Conflict("An article was already built from this thread.")
    if not chosen or len(chosen) > MAX_SOURCES:
        raise Invalid(f"Please choose between one and {MAX_SOURCES} passages.", "passages")
    if not any(one.role is SourceRole.SOLUTION for one in chosen):
        raise Invalid("Please choose at least one passage as the solution.", "passages")
    if not is_as_narrow(place.audience, than=thread.category.audience):
        readers = "staff" if thread.category.audience == "staff" else "members"
        raise Invalid(f"Only {readers} can read this thread, so the article cannot be for more people than that.", "audience")


def _load_posts(thread: Thread, chosen: Sequence[Chosen]) -> dict[int, Post]:
    """Return the chosen posts. Raises Conflict unless all are listed posts of the thread in the revision that was seen."""
    statement = sa.select(Post).where(Post.thread_id == thread.id, Post.id.in_([one.post_id for one in chosen]))
    posts = {post.id: post for post in db.session.scalars(statement.execution_options(populate_existing=True))}
    for one in chosen:
        post = posts.get(one.post_id)
        if post is None or not post.is_listed or post.revision != one.revision:
            raise Conflict("A passage changed while you were choosing. Please look at it again.")
    return posts


def _source(article: Article, post: Post, role: SourceRole, position: int) -> ArticleSource:
    return ArticleSource(
        article_id=article.id, thread_id=post.thread_id, post_id=post.id, post_revision=post.revision, post_hash=post.body_hash,
        author_id=post.author_id, role=role, position=position, was_accepted=post.accepted_at is not None,
    )  # fmt: skip


def _decide(actor: Actor, thread_id: int, article_id: int) -> None:
    """Remember the decision; a thread that was never proposed was chosen by hand and has no score."""
    candidate = db.session.get(Candidate, thread_id, with_for_update={"key_share": True}, populate_existing=True)
    if candidate is None:
        candidate = Candidate(thread_id=thread_id, score=0.0, parts=[], views_30d=0)
        db.session.add(candidate)
    candidate.state, candidate.reason, candidate.article_id = CandidateState.PROMOTED, "", article_id
    candidate.decided_by_id, candidate.decided_at = actor.id, now()
    db.session.flush()
