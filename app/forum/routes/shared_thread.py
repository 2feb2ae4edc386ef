"""The page of a thread as its readers share it, with what is each one's own filled in.

Members who are named nowhere on the page, and visitors, see the same but for their votes, what they follow and the menu with their
name. Whoever wrote something on it, curators, and who has begun an answer get a page of their own.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import sqlalchemy as sa
from flask import Response, request

from app.core.actor import Actor
from app.core.db import read
from app.core.i18n import current_language
from app.core.records import Struct, replace
from app.forum.models import Post
from app.forum.queries.judging import person_key
from app.forum.queries.resolution import OwnMarks, own_marks
from app.forum.queries.thread_page import ThreadPage
from app.pagecache.sharing import SharedPage, common_reader, filled_in, find_page, may_share, shared_pages
from app.web.context import acting_as
from app.web.pieces import for_many
from app.web.render import macro

_NOTHING = OwnMarks({}, {}, said_me_too=False, follows=False)
_HELD_AUTHORS = sa.select(Post.author_id).where(Post.thread_id == sa.bindparam("thread_id"), Post.held_at.is_not(None)).distinct()


class SharedKey(Struct, frozen=True):
    """Which page a request may share: address, order, number, and the reader for whom it is made, who is nobody."""

    address: str
    sort: str
    number: int
    language: str
    reader: Actor


class SharedThread(Struct, frozen=True):
    """What is known of a shared page: its thread, whom it names (they get another one), and the scores of its posts."""

    thread_id: int
    author_id: int | None
    named: frozenset[int]
    scores: Mapping[int, int]
    me_too_count: int


def key_of_request(actor: Actor, given: Mapping[str, str], sort: str, number: int) -> SharedKey | None:
    """Return which page the running request, whose query is `given`, may share; None where it needs one of its own."""
    is_own = "worked" in given or "answer" in given or given.get("page") == "1"
    if is_own or not may_share(actor):
        return None
    return SharedKey(f"{request.host}{request.path}", sort, number, current_language(), common_reader(actor))


def find_shared(actor: Actor, key: SharedKey) -> tuple[Response, SharedThread] | None:
    """Return the shared page with what is the actor's own, if there is a current one and the actor may share it."""
    page = find_page(key)
    if page is None:
        return None
    facts = cast(SharedThread, page.facts)
    own = _NOTHING
    if actor.id is not None:
        if actor.id in facts.named:
            return None
        own = own_marks(actor.id, person_key(actor.id), facts.thread_id, list(facts.scores))
    response = _fill(actor, page, own)
    return (response, facts) if response is not None else None


def share(actor: Actor, key: SharedKey, found: ThreadPage, make: Callable[[Actor, ThreadPage], Response]) -> Response | None:
    """Make the page that the actor shares with others, and return it with what is their own; None if they may not share it.

    `make` makes the page of a thread for a reader.
    """
    pages = shared_pages()
    named = _named_on(found) if actor.id is not None else frozenset()  # a page for visitors names nobody who might ask for it
    is_plain = {"sort", "page"}.issuperset(request.args)
    # The thread itself and the one it repeats: authors see their own also while it waits.
    is_for_all = all(head is None or head.is_listed for head in (found.head, found.original))
    if pages is None or not is_plain or not is_for_all or (actor.id is not None and actor.id in named):
        return None
    with acting_as(key.reader), for_many():
        made = make(key.reader, replace(found, own=_NOTHING if found.own else None))
    posts = (found.head.opening, *found.posts.items)
    head = found.head
    facts = SharedThread(head.id, head.author_id, named, {post.id: post.score for post in posts}, head.me_too_count)
    return _fill(actor, pages.keep(key, made, facts), found.own or _NOTHING)


def _named_on(found: ThreadPage) -> frozenset[int]:
    """Return who wrote what stands on a page, or what waits in its thread for a moderator and only they see."""
    head = found.head
    held = read(_HELD_AUTHORS, {"thread_id": head.id}).scalars()
    comments = (comment.author_id for comments in found.comments.values() for comment in comments)
    written = (head.author_id, head.opening.author_id, *(post.author_id for post in found.posts.items), *comments, *held)
    return frozenset(author_id for author_id in written if author_id is not None)


def _fill(actor: Actor, page: SharedPage, own: OwnMarks) -> Response | None:
    """Return a shared page with the actor's own marks in it; None where there is no place for what they did."""
    if own.words or own.has_draft:
        return None
    parts = _own_parts(cast(SharedThread, page.facts), own) if actor.is_authenticated else {}
    return filled_in(actor, page, parts)


def _own_parts(facts: SharedThread, own: OwnMarks) -> dict[str, str]:
    """Return what stands in the places of votes and marks that the actor gave."""
    parts: dict[str, Any] = {}
    for post_id, value in own.votes.items():
        parts[f"vote-{post_id}"] = macro("components/post.html", "vote_buttons")(facts.scores[post_id], value)
    if own.said_me_too:
        button = macro("components/thread_marks.html", "me_too_button")
        parts["me-too"], parts["me-too-short"] = button(True, facts.me_too_count, False), button(True, facts.me_too_count, True)
    if own.follows:
        parts["follow"] = macro("components/thread_marks.html", "follow_button")(True)
    return parts
