"""Turning a thread into an article draft that knows where each passage came from.

Everything happens in one transaction: draft, sources, the candidate's state, the event. Publishing is `publishing`.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.core.records import Struct, replace
from app.core.uow import require_unit_of_work
from app.forum.models import Post, Thread
from app.forum.policies import ensure_can_see_thread
from app.forum.queries.threads import get_thread_for_update
from app.kb.events import ThreadPromoted
from app.kb.models import Article, ArticleSource, ArticleState, SourceRole
from app.kb.policies import can_promote, is_as_narrow
from app.kb.services.assembling import join_wordings
from app.kb.services.blocks import origins_of
from app.kb.services.deciding import accept_candidate
from app.kb.services.writing import ArticleText, Placement, create_article

MAX_SOURCES = 30


class Chosen(Struct, frozen=True):
    """A passage that a curator chose: the post, the revision they saw, and the part it plays in the article."""

    post_id: int
    revision: int
    role: SourceRole


def promote_thread(actor: Actor, *, thread_id: int, chosen: Sequence[Chosen], place: Placement, text: ArticleText) -> Article:
    """Build a draft from passages of a thread and return it. `text` was assembled from exactly these passages: its blocks, if it
    has any, name no other posts.

    Raises Conflict when another article covers the thread or a passage changed meanwhile, Invalid when nothing was chosen, no
    passage is a solution, or the article would have more readers than the thread; Forbidden, NotFound.
    """
    require_unit_of_work()
    if not can_promote(actor):
        raise Forbidden(_("You are not allowed to promote threads."))
    thread = get_thread_for_update(thread_id)
    ensure_can_see_thread(actor, thread)
    _check(thread, chosen, place)
    posts = _load_posts(thread, chosen)
    if {(o.post_id, o.revision) for o in origins_of(text.blocks)} - {(one.post_id, one.revision) for one in chosen}:
        raise Conflict(_("A passage changed while you were choosing. Please look at it again."))
    wordings = join_wordings([thread.title, *text.asked_as.splitlines()])  # duplicates' titles lead there by themselves
    draft = replace(text, asked_as=wordings)
    with speaking(None):  # kept in the language of the site
        note = _("Built from “%(title)s”", title=thread.title)
    article = create_article(actor, place=place, text=draft, note=note)
    if not text.blocks:
        db.session.add_all(_source(article, posts[one.post_id], one.role, position) for position, one in enumerate(chosen))
        db.session.flush()
    accept_candidate(actor, thread_id=thread_id, article_id=article.id)
    emit(ThreadPromoted(thread_id, article.id, actor.id))
    return article


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
        raise Conflict(_("This thread is hidden or waits for approval."))
    if find_article_of(thread.id) is not None:
        raise Conflict(_("An article was already built from this thread."))
    if not chosen or len(chosen) > MAX_SOURCES:
        raise Invalid(_("Please choose between one and %(max_sources)s passages.", max_sources=MAX_SOURCES), "passages")
    if all(one.role in (SourceRole.PROBLEM, SourceRole.ENVIRONMENT) for one in chosen):
        raise Invalid(_("Please choose at least one passage as the solution."), "passages")
    if not is_as_narrow(place.audience, than=thread.category.audience):
        refusal = (
            _("Only staff can read this thread, so the article cannot be for more people than that.")
            if thread.category.audience == "staff"
            else _("Only members can read this thread, so the article cannot be for more people than that.")
        )
        raise Invalid(refusal, "audience")


def _load_posts(thread: Thread, chosen: Sequence[Chosen]) -> dict[int, Post]:
    """Return the chosen posts. Raises Conflict unless all are listed posts of the thread in the revision that was seen."""
    statement = sa.select(Post).where(Post.thread_id == thread.id, Post.id.in_([one.post_id for one in chosen]))
    posts = {post.id: post for post in db.session.scalars(statement.execution_options(populate_existing=True))}
    for one in chosen:
        post = posts.get(one.post_id)
        if post is None or not post.is_listed or post.revision != one.revision:
            raise Conflict(_("A passage changed while you were choosing. Please look at it again."))
    return posts


def _source(article: Article, post: Post, role: SourceRole, position: int) -> ArticleSource:
    return ArticleSource(
        article_id=article.id, thread_id=post.thread_id, post_id=post.id, post_revision=post.revision, post_hash=post.body_hash,
        author_id=post.author_id, role=role, position=position, was_accepted=post.accepted_at is not None,
    )  # fmt: skip
