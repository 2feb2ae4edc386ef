"""Reading one thread page: a page of posts and their comments; the head is read by thread_head.

Core statements, no entities, a fixed number of statements whatever the number of posts. Who may see the thread is decided by
the policies; which posts and comments are read is decided here by their SQL twins.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db, read
from app.core.pagination import Page
from app.core.records import Struct, replace
from app.forum.models import Comment, Outcome, Post, Thread
from app.forum.models.post import PostKind
from app.forum.models.thread import Status
from app.forum.policies import can_see_thread, shows_card, visible_comments, visible_posts
from app.forum.queries.judging import ReasonCount, person_key, reasons_of
from app.forum.queries.outcomes import IS_STANDING, NOT_READERS
from app.forum.queries.people import person_card, person_columns
from app.forum.queries.post_rows import POST_COLUMNS, post_row
from app.forum.queries.resolution import (
    AcceptanceRow,
    OutcomeRow,
    OwnMarks,
    Resolution,
    has_outcome,
    own_marks,
    resolution_of,
)  # fmt: skip
from app.forum.queries.thread_head import find_thread_head
from app.forum.queries.thread_rows import CommentRow, PostRow, ThreadHead

PER_PAGE = 20
SORTS = ("best", "newest", "oldest")


def _order(sort: str, is_question: bool) -> tuple[Any, ...]:
    """Return the order of answers: solutions, then votes, then age; replies by age."""
    if sort == "newest":
        return Post.created_at.desc(), Post.id.desc()
    if sort == "oldest" or not is_question:
        return Post.created_at, Post.id
    accepted_first = sa.case((Post.accepted_at.is_not(None), 0), else_=1)
    return accepted_first, Post.accepted_at, Post.score.desc(), Post.created_at, Post.id


_Seen = sa.ColumnElement[bool]


def _posts_statement(seen: _Seen, sort: str, is_question: bool, *also: _Seen) -> sa.Select[*tuple[Any, ...]]:
    """Return the statement of one page of posts. Which ones is found first: all others are sorted without their texts."""
    order = _order(sort, is_question)
    on_page = (
        sa.select(Post.id)
        .where(Post.thread_id == sa.bindparam("thread_id"), Post.kind != PostKind.OPENING, seen, *also)
        .order_by(*order)
        .offset(sa.bindparam("offset"))
        .limit(sa.bindparam("limit"))
        .correlate(None)
    )
    return (
        sa.select(*POST_COLUMNS)
        .select_from(Post)
        .outerjoin(Person, Person.id == Post.author_id)
        .where(Post.id.in_(on_page))
        .order_by(*order)
    )


_READER_ID: sa.BindParameter[int] = sa.bindparam("reader_id", type_=sa.BigInteger)


def _reader_of(actor: Actor) -> Actor:
    """Return for whom statements are built: moderators, members (who also see their own held posts) and visitors each see the same."""
    return Actor(role=actor.role) if actor.is_moderator else Actor(id=0) if actor.is_authenticated else Actor()


@lru_cache(maxsize=16)
def _common_posts_statement(reader: Actor, sort: str, is_question: bool) -> sa.Select[*tuple[Any, ...]]:
    return _posts_statement(visible_posts(reader, _READER_ID), sort, is_question)


def list_posts(actor: Actor, head: ThreadHead, sort: str, page: int) -> tuple[PostRow, ...]:
    """Return the answers or replies of one page."""
    statement = _common_posts_statement(_reader_of(actor), sort, head.is_question)
    parameters = {"thread_id": head.id, "offset": (page - 1) * PER_PAGE, "limit": PER_PAGE, "reader_id": actor.id}
    return tuple([post_row(row) for row in read(statement, parameters)])


@lru_cache(maxsize=4)
def _count_statement(reader: Actor) -> sa.Select[int]:
    of_thread = Post.thread_id == sa.bindparam("thread_id")
    return (
        sa.select(sa.func.count())
        .select_from(Post)
        .where(of_thread, Post.kind != PostKind.OPENING, visible_posts(reader, _READER_ID))
    )


def _count_posts(actor: Actor, head: ThreadHead) -> int:
    """Return how many answers or replies somebody who is signed in sees."""
    found: int = read(_count_statement(_reader_of(actor)), {"thread_id": head.id, "reader_id": actor.id}).scalar_one()
    return found


def page_of_post(actor: Actor, head: ThreadHead, post_id: int) -> int:
    """Return the number of the page on which the actor finds a visible answer or reply."""
    position = sa.func.row_number().over(order_by=_order("best", head.is_question)).label("position")
    ranked = (
        sa.select(Post.id, position)
        .where(Post.thread_id == head.id, Post.kind != PostKind.OPENING, visible_posts(actor))
        .subquery()
    )
    found = db.session.scalar(sa.select(ranked.c.position).where(ranked.c.id == post_id))
    return 1 + (found - 1) // PER_PAGE if found else 1


_COMMENTS = (
    sa.select(
        Comment.id, Comment.post_id, Comment.author_id, Comment.body_html, Comment.body_text, Comment.created_at,
        Comment.hidden_at, *person_columns(),
    )
    .select_from(Comment)
    .outerjoin(Person, Person.id == Comment.author_id)
    .where(Comment.post_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(Comment.post_id, Comment.created_at, Comment.id)
)  # fmt: skip
_LISTED_COMMENTS = _COMMENTS.where(visible_comments(Actor()))


def comments_of(actor: Actor, post_ids: Sequence[int]) -> dict[int, list[CommentRow]]:
    """Return the comments under each post that the actor sees, oldest first."""
    found: dict[int, list[CommentRow]] = {}
    if not post_ids:
        return found
    statement = _COMMENTS if actor.is_moderator else _LISTED_COMMENTS
    for row in read(statement, {"ids": list(post_ids)}):
        comment_id, post_id, author_id, html, text, created_at, hidden_at, *person = row
        comment = CommentRow(comment_id, post_id, author_id, person_card(person), Markup(html), text, created_at, hidden_at)  # noqa: S704
        found.setdefault(post_id, []).append(comment)
    return found


class ThreadPage(Struct, frozen=True):
    """All that one page of a thread shows. `original` is the thread this one duplicates, if the actor may see it.

    `new_answers` are answers by others since the asker's last word, for the asker of an unsolved question only. `reasons`
    tell by answer why it failed readers: of disputed questions, and for people who look after answers. `card` is the answer that
    is pinned on top, where it counts now.
    """

    head: ThreadHead
    sort: str
    posts: Page[PostRow]
    tags: tuple[str, ...]
    comments: Mapping[int, Sequence[CommentRow]]
    acceptances: Mapping[int, AcceptanceRow]
    outcomes: tuple[OutcomeRow, ...]
    reasons: Mapping[int, tuple[ReasonCount, ...]]
    own: OwnMarks | None
    original: ThreadHead | None
    new_answers: tuple[PostRow, ...]
    card: PostRow | None = None


def _posts_of_page(actor: Actor, head: ThreadHead, sort: str, number: int) -> Page[PostRow]:
    """Return a page of answers or replies. Raises NotFound past the end.

    For visitors the stored count says how many there are, which leaves out held and hidden ones. For others they are counted, unless
    all stand on the first page.
    """
    if not actor.is_authenticated:
        empty: Page[PostRow] = Page.of_total((), number, PER_PAGE, head.answer_count)
        return replace(empty, items=list_posts(actor, head, sort, number)) if head.answer_count else empty
    items = list_posts(actor, head, sort, number)
    are_all = number == 1 and len(items) < PER_PAGE
    return Page.of_total(items, number, PER_PAGE, len(items) if are_all else _count_posts(actor, head))


def load_thread_page(actor: Actor, head: ThreadHead, sort: str, number: int) -> ThreadPage:
    """Return page `number` of a thread that the actor may see. Raises NotFound past the end."""
    posts = _posts_of_page(actor, head, sort, number)
    shown = [head.opening, *posts.items]
    commented = [post.id for post in shown if post.comment_count or actor.is_moderator]
    resolution = resolution_of(head.id) if has_outcome(head) else Resolution()
    is_telling_why = head.status == Status.DISPUTED or actor.is_curator
    return ThreadPage(
        head=head,
        sort=sort,
        posts=posts,
        tags=head.tags,
        comments=comments_of(actor, commented),
        acceptances=resolution.acceptances,
        outcomes=resolution.outcomes,
        reasons=reasons_of([post.id for post in shown if post.failed_count]) if is_telling_why else {},
        own=own_marks(actor.id, person_key(actor.id), head.id, [post.id for post in shown]) if actor.id is not None else None,
        original=_find_original(actor, head),
        new_answers=_new_answers(actor, head),
        card=_find_card(head, posts.items) if number == 1 else None,
    )


_CARD = (
    sa.select(*POST_COLUMNS)
    .select_from(Post)
    .outerjoin(Person, Person.id == Post.author_id)
    .where(
        Post.id == sa.bindparam("post_id"), Post.thread_id == sa.bindparam("thread_id"), Post.kind == PostKind.ANSWER,
        visible_posts(Actor()),
    )
)  # fmt: skip


def _find_card(head: ThreadHead, shown: Sequence[PostRow]) -> PostRow | None:
    """Return the answer pinned on top, if it counts now; mostly it is on the page anyway."""
    if not shows_card(cast(Thread, head)):
        return None
    on_page = next((row for row in shown if row.id == head.card_post_id), None)
    if on_page is not None:
        return on_page if on_page.is_listed else None
    row = read(_CARD, {"post_id": head.card_post_id, "thread_id": head.id}).first()
    return post_row(row) if row else None


def _find_original(actor: Actor, head: ThreadHead) -> ThreadHead | None:
    original = find_thread_head(head.duplicate_of_id) if head.duplicate_of_id else None
    return original if original and can_see_thread(actor, original) else None  # type: ignore[arg-type]


_own = aliased(Post)
_LAST_WORD = sa.select(sa.func.max(_own.created_at)).where(
    _own.thread_id == sa.bindparam("thread_id"), _own.author_id == _READER_ID
)
_SAID_SINCE = sa.exists().where(
    Outcome.thread_id == sa.bindparam("thread_id"), Outcome.actor_id == _READER_ID, Outcome.created_at >= Post.created_at,
    NOT_READERS, IS_STANDING,
)  # fmt: skip
_NEW_ANSWERS = _posts_statement(
    visible_posts(Actor()),
    "newest",
    True,
    sa.or_(Post.author_id.is_(None), Post.author_id != _READER_ID),
    Post.created_at > _LAST_WORD.scalar_subquery(),
    ~_SAID_SINCE,
)


def _new_answers(actor: Actor, head: ThreadHead) -> tuple[PostRow, ...]:
    """Return up to five listed answers by others that are newer than anything the asker wrote or said about the outcome."""
    is_asker = actor.id is not None and actor.id == head.author_id and head.is_question
    if not is_asker or head.accepted_count or head.status in (Status.SOLVED, Status.CLOSED) or not head.is_listed:
        return ()
    given = {"thread_id": head.id, "reader_id": actor.id, "offset": 0, "limit": 5}
    return tuple([post_row(row) for row in read(_NEW_ANSWERS, given)])
