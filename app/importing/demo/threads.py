"""Threads of the demo with their posts, revisions and comments, dated back. Figures are derived later from these rows."""

from app.core.db import db
from app.core.slugs import slugify
from app.forum.models import Comment, Post, PostRevision, Thread, ThreadTag
from app.forum.models.post import PostKind
from app.forum.models.thread import Status, ThreadKind
from app.importing.demo.preparing import PreparedPost, PreparedThread, Text
from app.importing.demo.written import Written, touch


def write_threads(written: Written, threads: list[PreparedThread]) -> None:
    """Write all threads in the order in which they were opened."""
    for thread in threads:
        _write_thread(written, thread)
        for post in thread.posts:
            _write_post(written, thread, post)
    for thread in threads:
        if original := thread.data.get("closed_as_duplicate_of"):
            written.threads[thread.stem].duplicate_of_id = written.threads[original].id
    db.session.flush()


def _write_thread(written: Written, thread: PreparedThread) -> None:
    data = thread.data
    opened = written.calendar.days_ago(data["days_ago"])
    is_question = data["kind"] == ThreadKind.QUESTION
    row = Thread(
        kind=data["kind"], title=data["title"], slug=slugify(data["title"]), category_id=written.categories[data["category"]].id,
        author_id=written.person_id(data["author"]), created_at=opened, last_activity_at=opened, modified_at=opened,
        status=Status.UNANSWERED if is_question else Status.OPEN, excerpt=thread.posts[0].versions[-1].body.excerpt,
        is_pinned=data.get("pinned", False), held_at=opened if data.get("held") else None,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    written.threads[thread.stem] = row
    for position, name in enumerate(data["tags"]):
        db.session.add(ThreadTag(thread_id=row.id, tag_id=written.tags[name].id, position=position))


def _kind(thread: PreparedThread, post: PreparedPost) -> PostKind:
    if post.number == 0:
        return PostKind.OPENING
    return PostKind.ANSWER if thread.data["kind"] == ThreadKind.QUESTION else PostKind.REPLY


def _write_post(written: Written, thread: PreparedThread, post: PreparedPost) -> None:
    first, last = post.versions[0], post.versions[-1]
    is_edited = last is not first
    row = Post(
        thread_id=written.threads[thread.stem].id, kind=_kind(thread, post), author_id=written.person_id(first.author),
        body_source=last.body.source, body_html=str(last.body.html), body_text=last.body.text, body_hash=last.body.hash,
        renderer_version=last.body.version, revision=len(post.versions), is_official=post.data.get("official", False),
        created_at=written.moment(thread.stem, first.hours_after),
        edited_at=written.moment(thread.stem, last.hours_after) if is_edited else None,
        edited_by_id=written.person_id(last.author) if is_edited else None,
        held_at=written.moment(thread.stem, first.hours_after) if post.data.get("waits") else None,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    written.posts[thread.stem, post.number] = row
    touch(written.threads[thread.stem], row.edited_at or row.created_at)
    for number, text in enumerate(post.versions, start=1):
        db.session.add(_revision(written, thread, row, number, text))
    for text in post.comments:
        db.session.add(_comment(written, thread, row, text))


def _revision(written: Written, thread: PreparedThread, post: Post, number: int, text: Text) -> PostRevision:
    is_opening = post.kind == PostKind.OPENING
    return PostRevision(
        post_id=post.id, number=number, title=thread.data["title"] if is_opening else "",
        tags=" ".join(thread.data["tags"]) if is_opening else "", body_source=text.body.source, body_hash=text.body.hash,
        editor_id=written.person_id(text.author), reason=text.reason, created_at=written.moment(thread.stem, text.hours_after),
    )  # fmt: skip


def _comment(written: Written, thread: PreparedThread, post: Post, text: Text) -> Comment:
    return Comment(
        post_id=post.id, author_id=written.person_id(text.author), body_source=text.body.source, body_html=str(text.body.html),
        body_text=text.body.text, created_at=written.moment(thread.stem, text.hours_after),
    )  # fmt: skip
