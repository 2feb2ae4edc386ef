"""The revisions of one post."""

from datetime import datetime

import sqlalchemy as sa

from app.accounts.models import Person
from app.accounts.urls import person_path
from app.core.db import db
from app.core.records import Struct
from app.forum.models import PostRevision


class Editor(Struct, frozen=True):
    """Who wrote a revision, as pages show people."""

    name: str
    display_name: str
    role: str

    @property
    def path(self) -> str:
        return person_path(self.name)


class RevisionRow(Struct, frozen=True):
    """One revision in the list; `editor` is None for somebody who was removed."""

    number: int
    created_at: datetime
    reason: str
    editor: Editor | None


class RevisionText(Struct, frozen=True):
    """All that a revision says. `title` and `tags` are those of an opening post."""

    number: int
    title: str
    tags: tuple[str, ...]
    body: str


def list_revisions(post_id: int) -> list[RevisionRow]:
    """Return all revisions of a post, newest first."""
    statement = (
        sa.select(
            PostRevision.number, PostRevision.created_at, PostRevision.reason, Person.name, Person.display_name, Person.role
        )
        .outerjoin(Person, Person.id == PostRevision.editor_id)
        .where(PostRevision.post_id == post_id)
        .order_by(PostRevision.number.desc())
    )  # fmt: skip
    return [
        RevisionRow(number, created_at, reason, Editor(name, display_name, role) if name else None)
        for number, created_at, reason, name, display_name, role in db.session.execute(statement)
    ]


def load_texts(post_id: int, *numbers: int) -> dict[int, RevisionText]:
    """Return the texts of some revisions of a post by number; unknown numbers are left out."""
    statement = sa.select(PostRevision).where(PostRevision.post_id == post_id, PostRevision.number.in_(numbers))
    return {
        row.number: RevisionText(row.number, row.title, tuple(row.tags.split()), row.body_source)
        for row in db.session.scalars(statement)
    }
