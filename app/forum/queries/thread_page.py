"""Reading one thread page: the head, a page of posts and their comments.

Core statements, no entities, a fixed number of statements whatever the number of posts. Who may see the thread is decided by
the policies; which posts and comments are read is decided here by their SQL twins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.db import db, read
from app.core.pagination import Page
from app.forum.models import Category, Comment, Post, Tag, Thread, ThreadTag
from app.forum.models.post import PostKind
from app.forum.models.thread import Status
from app.forum.policies import can_see_thread, shows_card, visible_comments, visible_posts
from app.forum.queries.judging import ReasonCount, person_key, reasons_of
from app.forum.queries.people import PERSON_WIDTH, PersonCard, person_card, person_columns
from app.forum.queries.resolution import (
    AcceptanceRow,
    OutcomeRow,
    OwnMarks,
    Resolution,
    has_outcome,
    own_marks,
    resolution_of,
)  # fmt: skip
from app.forum.queries.thread_rows import CategoryCard, CommentRow, PostRow, StoredNext, ThreadHead
from app.pageviews.models import PageviewTotal
from app.search.models import ReadNext

PER_PAGE = 20
SORTS = ("best", "newest", "oldest")

_THREAD = (
    Thread.id, Thread.kind, Thread.title, Thread.slug, Thread.author_id, Thread.created_at, Thread.last_activity_at,
    Thread.modified_at, Thread.status, Thread.excerpt, Thread.answer_count, Thread.accepted_count, Thread.me_too_count,
    Thread.duplicate_count, Thread.is_pinned, Thread.slow_minutes, Thread.archived_at, Thread.locked_at, Thread.lock_note,
    Thread.held_at, Thread.hidden_at, Thread.hidden_reason,
    Thread.closed_at, Thread.close_reason, Thread.duplicate_of_id, Thread.article_title, Thread.article_path,
    Thread.version_words, Thread.card_post_id,
)  # fmt: skip
_CATEGORY = (Category.id, Category.slug, Category.name, Category.audience)
_POST = (
    Post.id, Post.kind, Post.author_id, Post.body_html, Post.body_text, Post.created_at, Post.edited_at, Post.revision,
    Post.score, Post.comment_count, Post.accepted_at, Post.is_official, Post.held_at, Post.hidden_at, Post.hidden_reason,
    Post.worked_count, Post.failed_count, Post.last_worked_at, Person.trust,
)  # fmt: skip
_answer = aliased(Post)
_HAS_VOTED_ANSWER = sa.exists().where(
    _answer.thread_id == Thread.id, _answer.kind == PostKind.ANSWER, _answer.score > 0, _answer.hidden_at.is_(None),
    _answer.held_at.is_(None),
)  # fmt: skip
# Names do not sort by themselves in the order that their author gave: each brings its number.
_LINE_BREAK: Any = sa.literal_column("'\n'")
_TAGS = (
    sa.select(sa.func.aggregate_strings(ThreadTag.position.cast(sa.String) + " " + Tag.name, _LINE_BREAK))
    .select_from(ThreadTag)
    .join(Tag, Tag.id == ThreadTag.tag_id)
    .where(ThreadTag.thread_id == Thread.id)
    .correlate(Thread)
    .scalar_subquery()
)
_NEXT = (ReadNext.similar, ReadNext.together, ReadNext.made_at)
_AROUND = (Person.level, Person.role, _HAS_VOTED_ANSWER, PageviewTotal.views, _TAGS, *_NEXT, *_CATEGORY)
_HEAD = (
    sa.select(*_THREAD, *_AROUND, *_POST, *person_columns())
    .select_from(Thread)
    .join(Category, Category.id == Thread.category_id)
    .join(Post, sa.and_(Post.thread_id == Thread.id, Post.kind == PostKind.OPENING))
    .outerjoin(Person, Person.id == Thread.author_id)
    .outerjoin(PageviewTotal, sa.and_(PageviewTotal.kind == "thread", PageviewTotal.target_id == Thread.id))
    .outerjoin(ReadNext, sa.and_(ReadNext.kind == "thread", ReadNext.target_id == Thread.id))
    .where(Thread.id == sa.bindparam("thread_id"))
)


def _post_row(values: Sequence[Any], author: PersonCard | None) -> PostRow:
    """Return a post of the values of `_POST`, which know its author, too; stored HTML is sanitised when it is written."""
    post_id, kind, author_id, html, text, *rest = values
    return PostRow(post_id, kind, author_id, author, Markup(html), text, *rest)  # noqa: S704


def find_thread_head(thread_id: int) -> ThreadHead | None:
    """Return a thread whoever asks (the caller checks the policy), or None."""
    row = read(_HEAD, {"thread_id": thread_id}).first()
    if row is None:
        return None
    found: tuple[Any, ...] = tuple(row)
    facts, values = found[: len(_THREAD)], found[len(_THREAD) :]
    level, role, has_voted, views, tags, *stored = values[:8]
    category, post = values[8:12], values[12 : 12 + len(_POST)]
    opening = _post_row(post, person_card(values[-PERSON_WIDTH:]))
    rest: tuple[Any, ...] = (
        level or 0, role or "", bool(has_voted), views or 0, _tag_names(tags), CategoryCard(*category), opening,
        StoredNext(*stored) if stored[-1] is not None else None,
    )  # fmt: skip
    return ThreadHead(*facts, *rest)


def _tag_names(tags: str | None) -> tuple[str, ...]:
    """Return the names of tags in their order."""
    found = [tag.partition(" ") for tag in tags.split("\n")] if tags else []
    return tuple(name for _position, _space, name in sorted(found, key=lambda tag: (int(tag[0]), tag[2])))


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
        sa.select(*_POST, *person_columns())
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
    found = [tuple(row) for row in read(statement, parameters)]
    return tuple(_post_row(row[: len(_POST)], person_card(row[-PERSON_WIDTH:])) for row in found)


@lru_cache(maxsize=4)
def _count_statement(reader: Actor) -> sa.Select[int]:
    of_thread = Post.thread_id == sa.bindparam("thread_id")
    return (
        sa.select(sa.func.count())
        .select_from(Post)
        .where(of_thread, Post.kind != PostKind.OPENING, visible_posts(reader, _READER_ID))
    )


def count_posts(actor: Actor, head: ThreadHead) -> int:
    """Return how many answers or replies the actor sees. For visitors the stored count, which leaves out held and hidden ones."""
    if not actor.is_authenticated:
        return head.answer_count
    return read(_count_statement(_reader_of(actor)), {"thread_id": head.id, "reader_id": actor.id}).scalar_one()


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


@dataclass(frozen=True, slots=True)
class ThreadPage:
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


def load_thread_page(actor: Actor, head: ThreadHead, sort: str, number: int) -> ThreadPage:
    """Return page `number` of a thread that the actor may see. Raises NotFound past the end."""
    posts: Page[PostRow] = Page.of_total((), number, PER_PAGE, count_posts(actor, head))
    if posts.has_next or head.answer_count or actor.is_authenticated:
        posts = Page(list_posts(actor, head, sort, number), number, PER_PAGE, posts.has_next, posts.total_pages)
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
        new_answers=_new_answers(actor, head, resolution.outcomes),
        card=_find_card(head, posts.items) if number == 1 else None,
    )


_CARD = (
    sa.select(*_POST, *person_columns())
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
    return _post_row(tuple(row)[: len(_POST)], person_card(tuple(row)[-PERSON_WIDTH:])) if row else None


def _find_original(actor: Actor, head: ThreadHead) -> ThreadHead | None:
    original = find_thread_head(head.duplicate_of_id) if head.duplicate_of_id else None
    return original if original and can_see_thread(actor, original) else None  # type: ignore[arg-type]


def _new_answers(actor: Actor, head: ThreadHead, outcomes: Sequence[OutcomeRow]) -> tuple[PostRow, ...]:
    """Return up to five listed answers by others that are newer than anything the asker wrote or said about the outcome."""
    is_asker = actor.id is not None and actor.id == head.author_id and head.is_question
    if not is_asker or head.accepted_count or head.status in (Status.SOLVED, Status.CLOSED) or not head.is_listed:
        return ()
    own = aliased(Post)
    last_word = sa.select(sa.func.max(own.created_at)).where(own.thread_id == head.id, own.author_id == actor.id)
    said_at = max((outcome.created_at for outcome in outcomes if outcome.actor_id == actor.id), default=None)
    statement = _posts_statement(
        visible_posts(Actor()),
        "newest",
        True,
        sa.or_(Post.author_id.is_(None), Post.author_id != actor.id),
        Post.created_at > last_word.scalar_subquery(),
        *([Post.created_at > said_at] if said_at else []),
    )
    found = [tuple(row) for row in read(statement, {"thread_id": head.id, "offset": 0, "limit": 5})]
    return tuple(_post_row(row[: len(_POST)], person_card(row[-PERSON_WIDTH:])) for row in found)
