"""Comments of the other site."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.markup import Rendered
from app.forum.models import Comment, Post
from app.forum.models.post import PostKind
from app.importing.stackexchange.bodies import render_comment
from app.importing.stackexchange.context import Import
from app.importing.stackexchange.records import ANSWER, COMMENT, PERSON, QUESTION, add_records, find_local
from app.importing.stackexchange_rows import CommentRow


def import_comments(run: Import) -> None:
    """Import the comments under imported posts. Call it after the answers."""
    report = run.report.of("comments")
    for rows in run.batches(run.dump.comments(), "comments"):
        known = find_local(run.source, COMMENT, [row.id for row in rows])
        report.known += len(known)
        posts = _find_posts(run.source, rows)
        fresh = []
        for row in rows:
            if row.id in known:
                continue
            if row.post_id in posts:
                fresh.append(row)
            else:
                report.skip("comments on posts that were not imported", row.id)
        if not fresh:
            continue
        authors = find_local(run.source, PERSON, [row.owner_id for row in fresh])
        bodies = [_render(run, row) for row in fresh]
        values = [_values(row, posts[row.post_id], authors, body) for row, body in zip(fresh, bodies, strict=True)]
        with run.writing():
            ids = db.session.scalars(sa.insert(Comment).returning(Comment.id, sort_by_parameter_order=True), values).all()
            add_records(run.source, COMMENT, zip((row.id for row in fresh), ids, strict=True))
        report.imported += len(fresh)


def _find_posts(source: str, rows: Sequence[CommentRow]) -> dict[int, int]:
    """Return the post here for each post there that the comments are under."""
    wanted = [row.post_id for row in rows]
    threads = find_local(source, QUESTION, wanted)
    statement = sa.select(Post.thread_id, Post.id).where(Post.thread_id.in_(threads.values()), Post.kind == PostKind.OPENING)
    openings = dict(db.session.execute(statement).all())
    return {there: openings[thread_id] for there, thread_id in threads.items()} | find_local(source, ANSWER, wanted)


def _render(run: Import, row: CommentRow) -> Rendered:
    body, is_plain = render_comment(row.text, run.own_host)
    if is_plain:
        run.report.notes["comments are kept as plain text because their formatting nests too deeply"] += 1
    return body


def _values(row: CommentRow, post_id: int, authors: dict[int, int], body: Rendered) -> dict[str, Any]:
    return {
        "post_id": post_id, "author_id": authors.get(row.owner_id) if row.owner_id is not None else None,
        "body_source": body.source, "body_html": str(body.html), "body_text": body.text, "created_at": row.created_at,
    }  # fmt: skip
