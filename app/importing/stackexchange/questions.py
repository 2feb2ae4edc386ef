"""Questions of the other site: threads with their opening post, tags and lifetime views."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.core.db import db
from app.core.slugs import slugify
from app.core.text import shorten
from app.forum.models import Thread, ThreadTag
from app.forum.models.post import PostKind
from app.forum.models.thread import TITLE_MAX, Status, ThreadKind
from app.importing.stackexchange.context import Import
from app.importing.stackexchange.posts import MOST, Prepared, account_for_votes, insert_posts, prepare_posts
from app.importing.stackexchange.records import QUESTION, add_records, find_local
from app.importing.stackexchange.tags import ensure_tags, find_tags, normal_tag
from app.importing.stackexchange_rows import PostKind as RowKind
from app.importing.stackexchange_rows import PostRow
from app.pageviews.importing import import_views

REVISION_TAGS_MAX = 300
CLOSED_THERE = "Closed on the site it was imported from"


def import_questions(run: Import) -> None:
    """Import all questions, and note which answers they accepted."""
    report = run.report.of("questions")
    for rows in run.batches(run.dump.posts(), "posts", lambda row: row.kind is RowKind.QUESTION):
        run.accepted |= {(row.accepted_answer_id, row.id) for row in rows if row.accepted_answer_id is not None}
        known = find_local(run.source, QUESTION, [row.id for row in rows])
        report.known += len(known)
        account_for_votes(run, list(known), are_new=False)
        fresh = [row for row in rows if row.id not in known]
        if not fresh:
            continue
        prepared = prepare_posts(run, fresh)
        tags = [_normal_tags(run, row) for row in fresh]
        with run.writing():
            ids = _insert_threads(run, prepared, tags)
            add_records(run.source, QUESTION, zip((row.id for row in fresh), ids, strict=True))
        report.imported += len(fresh)
        account_for_votes(run, [row.id for row in fresh], are_new=True)


def _normal_tags(run: Import, row: PostRow) -> list[str]:
    names = [normal_tag(name) for name in row.tags]
    if None in names:
        run.report.notes["tags of questions cannot be a tag here"] += names.count(None)
    return list(dict.fromkeys(name for name in names if name is not None))


def _insert_threads(run: Import, prepared: Sequence[Prepared], tags: Sequence[list[str]]) -> list[int]:
    statement = sa.insert(Thread).returning(Thread.id, sort_by_parameter_order=True)
    ids = list(db.session.scalars(statement, [_thread_values(run, post) for post in prepared]))
    openings: list[tuple[Prepared, dict[str, Any]]] = [
        (post, {"thread_id": thread_id, "kind": PostKind.OPENING, "title": _title(post.row), "tags": _joined(names)})
        for thread_id, post, names in zip(ids, prepared, tags, strict=True)
    ]
    insert_posts(openings)
    _insert_tags(run, ids, tags)
    views = [(thread_id, min(MOST, post.row.views), post.row.created_at) for thread_id, post in zip(ids, prepared, strict=True)]
    import_views("thread", views)
    return ids


def _thread_values(run: Import, post: Prepared) -> dict[str, Any]:
    row = post.row
    moments = [moment for moment in (row.edited_at, row.active_at, row.closed_at) if moment is not None]
    return {
        "kind": ThreadKind.QUESTION, "title": _title(row), "slug": slugify(row.title), "category_id": run.category_id,
        "author_id": post.author_id, "created_at": row.created_at, "last_activity_at": row.created_at,
        "modified_at": max([row.created_at, *moments]), "status": Status.CLOSED if row.closed_at else Status.UNANSWERED,
        "excerpt": post.body.excerpt, "score": post.score, "closed_at": row.closed_at,
        "close_reason": CLOSED_THERE if row.closed_at else "",
    }  # fmt: skip


def _title(row: PostRow) -> str:
    return shorten(row.title, TITLE_MAX)


def _joined(names: list[str]) -> str:
    return shorten(" ".join(names), REVISION_TAGS_MAX)


def _insert_tags(run: Import, thread_ids: Sequence[int], tags: Sequence[list[str]]) -> None:
    used = {name for names in tags for name in names}
    if missing := len(used) - len(find_tags(used)):
        run.report.notes["tags of questions are not in Tags.xml; they come in all the same"] += missing
    ids = ensure_tags(used)
    rows = [
        {"thread_id": thread_id, "tag_id": ids[name], "position": position}
        for thread_id, names in zip(thread_ids, tags, strict=True)
        for position, name in enumerate(names)
    ]
    if rows:
        db.session.execute(sa.insert(ThreadTag), rows)
