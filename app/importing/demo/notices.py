"""What people of the demo were told lately, as the site itself would have told them; the newest lines are unread."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from app.core.actor import Audience
from app.core.db import db
from app.core.records import Struct
from app.forum.models import Post, Thread
from app.forum.services.mentioning import people_linked_in
from app.importing.demo.preparing import Prepared, PreparedPost, PreparedThread
from app.importing.demo.written import Written
from app.kb.models import ArticleState
from app.notifications.models import Notification, NotificationKind

TOLD_FOR = timedelta(days=60)
UNREAD_FOR = timedelta(days=21)
READ_AFTER = timedelta(hours=20)


class _Notice(Struct, frozen=True):
    """One thing a person is told. Notices with the same matter become one line, the newest."""

    person_id: int
    kind: NotificationKind
    matter: int
    actor_id: int | None
    at: datetime
    thread_id: int | None = None
    post_id: int | None = None
    article_id: int | None = None


def write_notices(written: Written, prepared: Prepared) -> None:
    """Write the lines of the last two months, oldest first, for people who may read what they are about."""
    newest: dict[tuple[int, str, int], _Notice] = {}
    for notice in sorted(_all(written, prepared), key=lambda notice: notice.at):
        if notice.person_id != notice.actor_id and written.calendar.today - notice.at <= TOLD_FOR:
            newest[notice.person_id, notice.kind, notice.matter] = notice
    for notice in sorted(newest.values(), key=lambda notice: notice.at):
        is_unread = written.calendar.today - notice.at <= UNREAD_FOR
        db.session.add(
            Notification(
                person_id=notice.person_id, kind=notice.kind, actor_id=notice.actor_id, thread_id=notice.thread_id,
                post_id=notice.post_id, article_id=notice.article_id, created_at=notice.at,
                read_at=None if is_unread else notice.at + READ_AFTER,
            )
        )  # fmt: skip
    db.session.flush()


def _all(written: Written, prepared: Prepared) -> Iterator[_Notice]:
    for thread in prepared.threads:
        row = written.threads[thread.stem]
        if row.is_listed:
            readers = _readers(written, row)
            yield from (notice for notice in _of_thread(written, thread, row) if notice.person_id in readers)
    for article in prepared.articles:
        shown = written.articles[article.stem]
        if shown.state == ArticleState.PUBLISHED and shown.audience == Audience.PUBLIC:
            for source in article.data["sources"]:
                author = written.posts[source["thread"], source["answer"]].author_id or 0
                yield _Notice(author, NotificationKind.ARTICLE, shown.id, shown.owner_id, shown.modified_at, article_id=shown.id)


def _readers(written: Written, thread: Thread) -> set[int]:
    audience = next(category.audience for category in written.categories.values() if category.id == thread.category_id)
    people = written.people.values()
    return {person.id for person in people if person.as_actor(written.calendar.today).can_read(audience)}


def _of_thread(written: Written, thread: PreparedThread, row: Thread) -> Iterator[_Notice]:
    taking_part = {written.person_id(thread.data["author"]), *map(written.person_id, thread.data.get("followers", []))}
    for prepared in thread.posts:
        post = written.posts[thread.stem, prepared.number]
        if post.held_at is not None:
            continue
        if prepared.number:
            yield from _tell(taking_part, NotificationKind.ANSWER, row.id, post.author_id, post.created_at, post)
            taking_part.add(post.author_id or 0)
        mentioned = people_linked_in(post.body_html)
        yield from _tell(mentioned, NotificationKind.MENTION, post.id, post.author_id, post.created_at, post)
        if post.accepted_at is not None:
            accepted_by = written.person_id(thread.data.get("accepted_by", thread.data["author"]))
            yield from _tell([post.author_id or 0], NotificationKind.ACCEPTED, post.id, accepted_by, post.accepted_at, post)
        yield from _of_comments(written, thread, prepared, post)


def _of_comments(written: Written, thread: PreparedThread, prepared: PreparedPost, post: Post) -> Iterator[_Notice]:
    for comment in prepared.comments:
        at, author = written.moment(thread.stem, comment.hours_after), written.person_id(comment.author)
        yield from _tell([post.author_id or 0], NotificationKind.COMMENT, post.id, author, at, post)
        yield from _tell(people_linked_in(str(comment.body.html)), NotificationKind.MENTION, post.id, author, at, post)


def _tell(
    people: Iterable[int], kind: NotificationKind, matter: int, actor_id: int | None, at: datetime, post: Post
) -> Iterator[_Notice]:
    for person_id in people:
        yield _Notice(person_id, kind, matter, actor_id, at, thread_id=post.thread_id, post_id=post.id)
