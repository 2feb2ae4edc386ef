"""What a thread page shows of threads, posts and comments.

They carry the attributes that the policies look at, so that one rule serves rows and entities. No SQL here.
"""

from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from app.core.records import Struct
from app.forum.models.thread import ThreadKind
from app.forum.queries.people import PersonCard
from app.forum.urls import category_path, thread_path


class CategoryCard(NamedTuple):
    """The board of a thread."""

    id: int
    slug: str
    name: str
    audience: str

    @property
    def path(self) -> str:
        return category_path(self.slug)


class PostRow(Struct, frozen=True):
    """A post with its author. `comment_count` is the stored one; the comments themselves come from `comments_of`.

    `author_trust`: how many answers of its author were accepted by others.
    """

    id: int
    kind: str
    author_id: int | None
    author: PersonCard | None
    html: Markup
    text: str
    created_at: datetime
    edited_at: datetime | None
    revision: int
    score: int
    comment_count: int
    accepted_at: datetime | None
    is_official: bool
    held_at: datetime | None
    hidden_at: datetime | None
    hidden_reason: str
    worked_count: int = 0
    failed_count: int = 0
    last_worked_at: datetime | None = None
    author_trust: int | None = None

    @property
    def is_listed(self) -> bool:
        return self.hidden_at is None and self.held_at is None


class StoredNext(NamedTuple):
    """What a job found last to read after a thread: keys of documents (search.models.ReadNext)."""

    similar: str
    together: str
    made_at: datetime


class ThreadHead(NamedTuple):
    """A thread with its board, its author and its opening post. `has_voted_answer`: some visible answer has a positive score.
    `views` counts all times. `next`: None as long as no job looked.
    """

    id: int
    kind: str
    title: str
    slug: str
    author_id: int | None
    created_at: datetime
    last_activity_at: datetime
    modified_at: datetime
    status: str
    excerpt: str
    answer_count: int
    accepted_count: int
    me_too_count: int
    duplicate_count: int
    is_pinned: bool
    slow_minutes: int
    archived_at: datetime | None
    locked_at: datetime | None
    lock_note: str
    held_at: datetime | None
    hidden_at: datetime | None
    hidden_reason: str
    closed_at: datetime | None
    close_reason: str
    duplicate_of_id: int | None
    article_title: str
    article_path: str
    version_words: str
    card_post_id: int | None
    author_level: int
    author_role: str
    has_voted_answer: bool
    views: int
    tags: tuple[str, ...]
    category: CategoryCard
    opening: PostRow
    next: StoredNext | None = None

    @property
    def author(self) -> PersonCard | None:
        return self.opening.author

    @property
    def path(self) -> str:
        return thread_path(self.kind, self.id, self.slug)

    @property
    def is_question(self) -> bool:
        return self.kind == ThreadKind.QUESTION

    @property
    def is_listed(self) -> bool:
        return self.hidden_at is None and self.held_at is None

    @property
    def is_open(self) -> bool:
        return self.locked_at is None and self.closed_at is None and self.archived_at is None


class CommentRow(Struct, frozen=True):
    """A comment with its author."""

    id: int
    post_id: int
    author_id: int | None
    author: PersonCard | None
    html: Markup
    text: str
    created_at: datetime
    hidden_at: datetime | None
