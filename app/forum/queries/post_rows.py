"""How pages select posts with their authors: the columns, and the row made of them. Knows no page."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from app.accounts.models import Person
from app.forum.models import Post
from app.forum.queries.people import person_card, person_columns
from app.forum.queries.thread_rows import PostRow

# A statement of them joins Person, the author.
POST_COLUMNS = (
    Post.id, Post.kind, Post.author_id, *person_columns(), Post.body_html, Post.body_text, Post.created_at, Post.edited_at,
    Post.revision, Post.score, Post.comment_count, Post.accepted_at, Post.is_official, Post.held_at, Post.hidden_at,
    Post.hidden_reason, Post.worked_count, Post.failed_count, Post.last_worked_at, Person.trust,
)  # fmt: skip


def post_row(values: Sequence[Any]) -> PostRow:
    """Return a post of the values of POST_COLUMNS; stored HTML is sanitised when it is written."""
    post_id, kind, author_id, name, display_name, role, html, *rest = values
    return PostRow(post_id, kind, author_id, person_card((name, display_name, role)), Markup(html), *rest)  # noqa: S704
