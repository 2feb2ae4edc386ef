"""Telling people: lines in their lists and mails in the queue. Says nothing to anybody who may not see what it is about."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person, actor_of
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import BigId, connection, db, read
from app.core.prepared_writes import run_write
from app.core.records import Struct
from app.core.uow import require_unit_of_work
from app.forum.models import Follow
from app.jobs.queue import enqueue, enqueue_all
from app.notifications.models import OFF_BY_DEFAULT, MailPreference, Notification, NotificationKind
from app.notifications.targets import Target, can_see_target, load_target
from app.notifications.telling import pack

MAIL_JOB = "mail.send"
# What became of a person's line: written, renewed, or not needed.
_NEW, _RENEWED, _KNOWN = "new", "renewed", "known"
# Kinds that tell of a text; a person hears of one text once, whatever makes it concern them.
_OF_TEXT = (NotificationKind.ANSWER, NotificationKind.COMMENT, NotificationKind.MENTION)

# The statements of every text that is told of: built once.
_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_PEOPLE = sa.select(Person).where(Person.id.in_(_ids)).order_by(Person.id)
# What makes an actor, where mails go, and whether the kind was switched from what it is by default.
_READER = (
    sa.select(
        Person.id, Person.name, Person.display_name, Person.role, Person.trust, Person.level, Person.suspended_until,
        Person.muted_until, Person.banned_at, Person.warned_at, Person.email, MailPreference.person_id.label("switched"),
    )
    .outerjoin(MailPreference, sa.and_(MailPreference.person_id == Person.id, MailPreference.kind == sa.bindparam("kind")))
    .order_by(Person.id)
)  # fmt: skip
_READERS = _READER.where(Person.id.in_(_ids))
_FOLLOWERS = _READER.add_columns(Follow.is_muted).outerjoin(
    Follow, sa.and_(Follow.person_id == Person.id, Follow.thread_id == sa.bindparam("followed"))
).where(
    sa.or_(
        Person.id == sa.bindparam("and_person"),
        Person.id.in_(sa.select(Follow.person_id).where(Follow.thread_id == sa.bindparam("followed"))),
    )
)  # fmt: skip
_LINES = (
    sa.select(
        Notification.id, Notification.person_id, Notification.kind, Notification.thread_id, Notification.post_id,
        Notification.comment_id, Notification.article_id, Notification.read_at,
    )
    .where(
        Notification.person_id.in_(_ids),
        sa.or_(
            Notification.read_at.is_(None),
            sa.and_(
                Notification.post_id.is_not_distinct_from(sa.bindparam("post_id", type_=BigId)),
                Notification.comment_id.is_not_distinct_from(sa.bindparam("comment_id", type_=BigId)),
            ),
        ),
    )
    .order_by(Notification.id.desc())
)  # fmt: skip
_THREAD_LINES = _LINES.where(Notification.thread_id == sa.bindparam("about"))
_ARTICLE_LINES = _LINES.where(Notification.article_id == sa.bindparam("about"))
_NEW_LINES = sa.insert(Notification.__table__)  # type: ignore[arg-type]
_RENEWED_LINES = sa.select(Notification).where(Notification.id.in_(_ids))
_CHANGED = sa.select(MailPreference.person_id).where(
    MailPreference.kind == sa.bindparam("kind"), MailPreference.person_id.in_(_ids)
)


class Reader(Struct, frozen=True):
    """Somebody who may be told of something: as an actor, and whether they want mails of its kind."""

    actor: Actor
    wants_mail: bool

    @property
    def id(self) -> int:
        return self.actor.id or 0


def notify(
    person_ids: Iterable[int | None],
    kind: NotificationKind,
    *,
    actor_id: int | None,
    thread_id: int | None = None,
    post_id: int | None = None,
    comment_id: int | None = None,
    article_id: int | None = None,
    text: str = "",
    with_mail: bool = True,
) -> None:
    """Tell people about a post, comment or article that they may see; never the actor themself.

    `text` (a `Saying`) says what happened where the kind alone does not. An unread line about the same thing is renewed instead of doubled.
    Mails are queued for those who want that kind,
    unless the caller has a mail of its own.
    """
    require_unit_of_work()
    ids = {person_id for person_id in person_ids if person_id is not None and person_id != actor_id}
    values = {
        "kind": kind, "actor_id": actor_id, "thread_id": thread_id, "post_id": post_id, "comment_id": comment_id,
        "article_id": article_id, "text": text,
    }  # fmt: skip
    if ids:
        _tell(_readers(ids, kind), values, with_mail=with_mail)


def notify_followers(
    kind: NotificationKind, *, actor_id: int | None, thread_id: int, post_id: int, author_id: int | None
) -> None:
    """Tell everybody who follows a thread, and its author, about a post there as `notify` does; nobody who left it on purpose."""
    require_unit_of_work()
    db.session.flush()
    rows = read(_FOLLOWERS, {"kind": kind, "followed": thread_id, "and_person": author_id})
    readers = _as_readers((row for row in rows if not row.is_muted and row.id != actor_id), kind)
    values = {
        "kind": kind, "actor_id": actor_id, "thread_id": thread_id, "post_id": post_id, "comment_id": None, "article_id": None,
        "text": "",
    }  # fmt: skip
    if readers:
        _tell(readers, values, with_mail=True)


def _tell(readers: list[Reader], values: dict[str, Any], *, with_mail: bool) -> None:
    """Write or renew the lines of those who may see what it is about, and queue their mails."""
    kind, about = values["kind"], (values["post_id"], values["comment_id"], values["article_id"])
    target = load_target(values["thread_id"], *about)
    if target is None:
        return
    people = [reader for reader in readers if can_see_target(reader.actor, target)]
    known = _lines_about(people, target)
    steps = {person.id: _step(values, known.get(person.id, ())) for person in people}
    _write_lines([person_id for person_id, (step, _line) in steps.items() if step == _NEW], values)
    _renew_lines([line_id for step, line_id in steps.values() if step == _RENEWED], values)
    told = [person for person in people if steps[person.id][0] != _KNOWN and person.wants_mail]
    if not with_mail or not told:
        return
    payload = {key: value for key, value in values.items() if value not in (None, "")} | {"kind": str(kind)}
    payload |= {"text": pack(values["text"])} if values["text"] else {}
    key = ":".join(str(one or 0) for one in about)
    mails = [(f"mail:{kind}:{person.id}:{key}", payload | {"person_id": person.id}) for person in told]
    enqueue_all(MAIL_JOB, mails)


def notify_of_decision(
    person_id: int | None,
    sentence: str,
    *,
    actor_id: int | None,
    thread_id: int,
    post_id: int | None = None,
    comment_id: int | None = None,
) -> None:
    """Tell an author what moderators decided about their text, even when they cannot see it any more.

    Nothing is told about a thread in a category that the author may not read.
    """
    require_unit_of_work()
    target = load_target(thread_id) if person_id is not None and person_id != actor_id else None
    if target is None or target.thread is None or person_id is None:
        return
    for person in _people({person_id}):
        if not person.as_actor(now()).can_read(target.thread.category.audience):
            continue
        line = Notification(
            person_id=person.id, kind=NotificationKind.MODERATION, actor_id=actor_id, thread_id=thread_id, post_id=post_id,
            comment_id=comment_id, text=sentence,
        )  # fmt: skip
        db.session.add(line)
        db.session.flush()
        for reader in wanting_mail([person], NotificationKind.MODERATION):
            payload = {"kind": str(NotificationKind.MODERATION), "person_id": reader.id, "notification_id": line.id}
            enqueue(MAIL_JOB, payload, dedupe_key=f"mail:moderation:{line.id}")


def notify_of_self(person_id: int, sentence: str, *, path: str) -> Notification:
    """Tell somebody something about themself that no text is behind (a warning, a new level); the line leads to `path`. No mail."""
    require_unit_of_work()
    line = Notification(person_id=person_id, kind=NotificationKind.MODERATION, actor_id=None, text=sentence, path=path)
    db.session.add(line)
    return line


def queue_account_mail(kind: str, person_id: int | None) -> None:
    """Queue a mail about the account itself; no preference switches these off. None does the same work for nobody."""
    enqueue(MAIL_JOB, {"kind": kind, "person_id": person_id or 0}, dedupe_key=f"mail:{kind}:{person_id or 0}")


def _people(ids: set[int]) -> list[Person]:
    return list(db.session.scalars(_PEOPLE, {"ids": sorted(ids)}))


def _readers(ids: set[int], kind: NotificationKind) -> list[Reader]:
    return _as_readers(read(_READERS, {"ids": sorted(ids), "kind": kind}), kind)


def _as_readers(rows: Iterable[Any], kind: NotificationKind) -> list[Reader]:
    moment, is_off = now(), kind in OFF_BY_DEFAULT
    return [Reader(actor_of(row, moment), bool(row.email) and (row.switched is not None) == is_off) for row in rows]


def _lines_about(people: list[Reader], target: Target) -> dict[int, list[Any]]:
    """Return the lines of these people about the same thread or article that are unread or about this very text, newest first."""
    found: dict[int, list[Any]] = {}
    if not people:
        return found
    db.session.flush()
    about = target.article or target.thread
    values = {
        "ids": [person.id for person in people], "about": about.id if about else None,
        "post_id": target.post.id if target.post else None, "comment_id": target.comment.id if target.comment else None,
    }  # fmt: skip
    for line in read(_ARTICLE_LINES if target.article is not None else _THREAD_LINES, values):
        found.setdefault(line.person_id, []).append(line)
    return found


def _step(values: dict[str, Any], lines: Sequence[Any]) -> tuple[str, int]:
    """Return what becomes of a person's line: they need a new one, have one about the same that is renewed (its id), or know of this
    very text."""
    text = (values["post_id"], values["comment_id"])
    known = (*_OF_TEXT, values["kind"]) if values["kind"] in (*_OF_TEXT, NotificationKind.STARTED) else ()
    if any(line.kind in known and (line.post_id, line.comment_id) == text for line in lines):
        return _KNOWN, 0
    same = (line.id for line in lines if line.read_at is None and _is_same_matter(line, values))
    line_id = next(same, None)
    return (_NEW, 0) if line_id is None else (_RENEWED, line_id)


def _renew_lines(ids: list[int], values: dict[str, Any]) -> None:
    """Let lines say what happened now, once more."""
    for line in db.session.scalars(_RENEWED_LINES, {"ids": ids}) if ids else ():
        line.times += 1
        line.created_at = now()
        for key, value in values.items():
            setattr(line, key, value)


def _write_lines(person_ids: list[int], values: dict[str, Any]) -> None:
    """Write a new line for each person, in one statement however many they are."""
    if person_ids:
        run_write(connection(), _NEW_LINES, [{"person_id": person_id, **values} for person_id in person_ids])


def _is_same_matter(line: Any, values: dict[str, Any]) -> bool:
    """Answers collapse by thread, comments by post, everything else by its very target."""
    if line.kind != values["kind"]:
        return False
    if line.kind == NotificationKind.ANSWER:
        return bool(line.thread_id == values["thread_id"])
    if line.kind == NotificationKind.COMMENT:
        return bool(line.post_id == values["post_id"])
    return all(getattr(line, key) == values[key] for key in ("post_id", "comment_id", "article_id"))


def wanting_mail(people: list[Person], kind: NotificationKind) -> list[Person]:
    """Return those with a confirmed address who did not switch this kind off (or switched it on, if it is off by default)."""
    reachable = [person for person in people if person.email]
    if not reachable:
        return []
    changed = set(db.session.scalars(_CHANGED, {"kind": kind, "ids": [person.id for person in reachable]}))
    return [person for person in reachable if (person.id in changed) == (kind in OFF_BY_DEFAULT)]
