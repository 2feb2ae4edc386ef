"""What search knows of threads: documents for the index, and cards of hits for an actor. Reads only.

A thread that is held or hidden has no document, so that the index drops it. Titles of duplicates are indexed as wordings of their
original, but only where everybody who may read the original may read the duplicate too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.accounts.models import Person
from app.core.actor import Actor, Audience
from app.core.db import db, read
from app.forum.models import Acceptance, Category, Post, Tag, Thread, ThreadTag
from app.forum.models.post import PostKind
from app.forum.models.thread import Status, ThreadKind
from app.forum.policies import card_shown, listed_of_named, neither_held_nor_hidden
from app.forum.queries.categories import reader_of
from app.forum.urls import thread_path
from app.pageviews.queries import total_views
from app.search.documents import THREAD, HitCard, SearchDocument, TitleCard

_LISTED = sa.and_(Thread.hidden_at.is_(None), Thread.held_at.is_(None))
_LISTED_POST = sa.and_(Post.hidden_at.is_(None), Post.held_at.is_(None))
ANSWER_CHARS = 4_000
"""Characters of an answer from which a snippet is cut."""
BEST_ANSWERS = 20
IDS_AT_ONCE = 1_000
_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)


def load_many(ids: Sequence[int]) -> dict[int, SearchDocument]:
    """Return the documents of the listed threads among `ids`, in five statements."""
    rows = read(_heads(), {"ids": list(ids)}).all()
    found = [row.id for row in rows]
    (answers, confirmed), tags, wordings, views = _answers(found), _tags(found), _wordings(found), total_views(THREAD, found)
    return {
        row.id: SearchDocument(
            kind=THREAD,
            id=row.id,
            audience=row.audience,
            category=row.category_slug,
            status=row.status,
            thread_kind=row.kind,
            tags=tuple(tags[row.id]),
            title=row.title,
            body=f"{row.body_text}\n{row.version_words}".rstrip(),
            answers="\n".join(answers[row.id]),
            asked_as="\n".join(wordings[row.id]),
            author=row.author or "",
            votes=row.score,
            views=views.get(row.id, 0),
            created_at=row.created_at,
            active_at=row.last_activity_at,
            is_solved=row.status == Status.SOLVED,
            is_card=row.card is not None,
            confirmed=confirmed[row.id],
        )
        for row in rows
    }


def all_ids() -> Iterator[int]:
    """Yield the ids of all listed threads, read in portions."""
    last = 0
    while True:
        statement = sa.select(Thread.id).where(_LISTED, Thread.id > last).order_by(Thread.id).limit(IDS_AT_ONCE)
        ids = list(db.session.scalars(statement))
        yield from ids
        if len(ids) < IDS_AT_ONCE:
            return
        last = ids[-1]


def present(ids: Sequence[int], actor: Actor) -> dict[int, HitCard]:
    """Return cards of the threads among `ids` that the actor finds in lists, in one statement."""
    return {row.id: _card(row) for row in read(_cards(reader_of(actor)), {"ids": list(ids)})}


def texts(ids: Sequence[int], actor: Actor) -> dict[int, HitCard]:
    """As present, with the beginnings of the best answers and the tags."""
    rows = read(_cards(reader_of(actor), with_texts=True), {"ids": list(ids)})
    return {row.id: _card(row, row.answers or "", tuple(row.tags.split("\n")) if row.tags else ()) for row in rows}


def titles(ids: Sequence[int], actor: Actor) -> dict[int, TitleCard]:
    """Return links to the threads among `ids` that the actor finds in lists, in one statement that reads no texts."""
    rows = read(_title_rows(reader_of(actor)), {"ids": list(ids)})
    return {
        row.id: TitleCard(
            THREAD, row.id, row.title, thread_path(row.kind, row.id, row.slug), row.status, row.kind, row.article_id
        )
        for row in rows
    }


def _card(row: sa.Row[*tuple[Any, ...]], answers: str = "", tags: tuple[str, ...] = ()) -> HitCard:
    return HitCard(
        kind=THREAD,
        id=row.id,
        title=row.title,
        path=thread_path(row.kind, row.id, row.slug),
        status=row.status,
        text=row.body_text,
        answers=answers,
        author=row.display_name or row.author or "",
        answer_count=row.answer_count,
        category_name=row.category_name,
        tags=tags,
        thread_kind=row.kind,
        is_solved=row.status == Status.SOLVED,
        answer=row.card or row.answer or "",
        is_card=row.card is not None,
        article_id=row.article_id,
    )


@lru_cache(maxsize=1)
def _heads() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Thread.id, Thread.kind, Thread.title, Thread.status, Thread.score, Thread.created_at, Thread.last_activity_at,
            Category.audience, Category.slug.label("category_slug"), Post.body_text, Person.name.label("author"),
            _card_text().label("card"), Thread.version_words,
        )
        .join(Category, Category.id == Thread.category_id)
        .join(Post, sa.and_(Post.thread_id == Thread.id, Post.kind == PostKind.OPENING))
        .outerjoin(Person, Person.id == Thread.author_id)
        .where(Thread.id.in_(_ids), neither_held_nor_hidden())
    )  # fmt: skip


@lru_cache(maxsize=8)
def _title_rows(reader: Actor) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Thread.id, Thread.kind, Thread.title, Thread.slug, Thread.status, Thread.article_id)
        .join(Category, Category.id == Thread.category_id)
        .where(Thread.id.in_(sa.bindparam("ids", expanding=True)), listed_of_named(reader))
    )


@lru_cache(maxsize=8)
def _cards(reader: Actor, with_texts: bool = False) -> sa.Select[*tuple[Any, ...]]:
    texts = (_answer_text().label("answers"), _tag_names().label("tags")) if with_texts else ()
    return (
        sa.select(
            Thread.id, Thread.kind, Thread.title, Thread.slug, Thread.status, Thread.answer_count, Thread.article_id,
            Category.name.label("category_name"), Post.body_text, Person.name.label("author"), Person.display_name,
            _accepted_text().label("answer"), _card_text().label("card"), *texts,
        )
        .join(Category, Category.id == Thread.category_id)
        .join(Post, sa.and_(Post.thread_id == Thread.id, Post.kind == PostKind.OPENING))
        .outerjoin(Person, Person.id == Thread.author_id)
        .where(Thread.id.in_(sa.bindparam("ids", expanding=True)), listed_of_named(reader))
    )  # fmt: skip


def _answer_text() -> sa.ScalarSelect[str]:
    """The starts of a thread's best answers, one a line. In the order of an index, so that more answers cost no more."""
    answer = aliased(Post)
    kind = sa.case((Thread.kind == ThreadKind.QUESTION, PostKind.ANSWER), else_=PostKind.REPLY)
    best = (
        sa.select(sa.func.substr(answer.body_text, 1, ANSWER_CHARS).label("text"))
        .where(answer.thread_id == Thread.id, answer.kind == kind, answer.hidden_at.is_(None), answer.held_at.is_(None))
        .order_by(answer.score.desc(), answer.created_at.desc())
        .limit(BEST_ANSWERS)
        .correlate(Thread)
        .subquery()
    )
    return sa.select(sa.func.aggregate_strings(best.c.text, "\n")).scalar_subquery()


def _accepted_text() -> sa.ScalarSelect[str]:
    """The beginning of the main accepted answer."""
    answer = aliased(Post)
    return (
        sa.select(sa.func.substr(answer.body_text, 1, ANSWER_CHARS))
        .join(Acceptance, Acceptance.post_id == answer.id)
        .where(Acceptance.thread_id == Thread.id, answer.hidden_at.is_(None), answer.held_at.is_(None))
        .order_by(Acceptance.accepted_at, answer.id)
        .limit(1)
        .correlate(Thread)
        .scalar_subquery()
    )


def _card_text() -> sa.ScalarSelect[str]:
    """The text of the answer that is pinned as the answer card, where the card counts now; mostly there is none."""
    answer = aliased(Post)
    return (
        sa.select(answer.body_text)
        .where(
            answer.id == Thread.card_post_id, answer.thread_id == Thread.id, answer.kind == PostKind.ANSWER,
            answer.hidden_at.is_(None), answer.held_at.is_(None), card_shown(),
        )
        .correlate(Thread)
        .scalar_subquery()
    )  # fmt: skip


def _tag_names() -> sa.ScalarSelect[str]:
    return (
        sa.select(sa.func.aggregate_strings(Tag.name, "\n"))
        .join(ThreadTag, ThreadTag.tag_id == Tag.id)
        .where(ThreadTag.thread_id == Thread.id)
        .correlate(Thread)
        .scalar_subquery()
    )


_ANSWERS = (
    sa.select(Post.thread_id, Post.body_text, Post.worked_count - Post.failed_count)
    .where(Post.thread_id.in_(_ids), Post.kind != PostKind.OPENING, _LISTED_POST)
    .order_by(Post.thread_id, Post.accepted_at.is_(None), Post.score.desc(), Post.id)
)
_TAGS = (
    sa.select(ThreadTag.thread_id, Tag.name)
    .join(Tag, Tag.id == ThreadTag.tag_id)
    .where(ThreadTag.thread_id.in_(_ids))
    .order_by(ThreadTag.thread_id, ThreadTag.position)
)


def _answers(ids: Sequence[int]) -> tuple[dict[int, list[str]], dict[int, int]]:
    """Return the texts of each thread's answers, the best first, and for how many more readers one of them worked than did not."""
    texts: dict[int, list[str]] = defaultdict(list)
    confirmed: dict[int, int] = defaultdict(int)
    for thread_id, text, more in read(_ANSWERS, {"ids": ids}):
        texts[thread_id].append(text)
        confirmed[thread_id] = max(confirmed[thread_id], more)
    return texts, confirmed


def _tags(ids: Sequence[int]) -> dict[int, list[str]]:
    return _grouped(read(_TAGS, {"ids": ids}))


@lru_cache(maxsize=1)
def _duplicates() -> sa.Select[*tuple[Any, ...]]:
    original, home = aliased(Thread), aliased(Category)
    is_as_open = sa.or_(
        Category.audience == Audience.PUBLIC,
        Category.audience == home.audience,
        sa.and_(Category.audience == Audience.MEMBERS, home.audience == Audience.STAFF),
    )
    return (
        sa.select(Thread.duplicate_of_id, Thread.title)
        .join(Category, Category.id == Thread.category_id)
        .join(original, original.id == Thread.duplicate_of_id)
        .join(home, home.id == original.category_id)
        .where(Thread.duplicate_of_id.in_(_ids), neither_held_nor_hidden(), is_as_open)
        .order_by(Thread.duplicate_of_id, Thread.id)
    )


def _wordings(ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the titles of each thread's duplicates that all its readers may read."""
    return _grouped(read(_duplicates(), {"ids": ids}))


def _grouped(pairs: Iterable[tuple[Any, str]]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped
