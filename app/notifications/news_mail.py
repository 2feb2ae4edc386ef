"""Mails that tell of a text: what several of them share is loaded and written once, and the rights of each reader are checked.

An answer is mailed to all who follow a thread: their mails differ in the address, the name and the link that stops their kind.
"""

import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import joinedload

from app.accounts.models import Person, actor_of
from app.core.clock import now
from app.core.db import db, read
from app.core.i18n import current_language
from app.core.i18n import gettext as _
from app.core.records import replace
from app.core.text import shorten
from app.forum.models import Post, Thread
from app.notifications.letters import absolute, unsubscribe_address, write_letter
from app.notifications.mailer import Mail
from app.notifications.models import NotificationKind
from app.notifications.sentences import KIND_LABELS, desk_subject, lead
from app.notifications.targets import Target, can_see_target, load_target, path_for
from app.notifications.telling import about, unpack
from app.notifications.urls import unsubscribe_path

EXCERPT_MAX = 800
Payload = dict[str, Any]
# Mails that may tell of the same thing another day.
_AGAIN = (NotificationKind.DESK, NotificationKind.KEEPING, NotificationKind.HELPED)
_IDS = ("thread_id", "post_id", "comment_id", "article_id")
# Stands in a shared letter where each reader's own token belongs; nobody can write it into a text.
_TOKEN_PLACE = f"token-{secrets.token_hex(12)}"

_ids: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
# What makes an actor, where mails go, and in which language.
_PEOPLE = sa.select(
    Person.id, Person.name, Person.display_name, Person.role, Person.trust, Person.level, Person.suspended_until,
    Person.muted_until, Person.banned_at, Person.warned_at, Person.email, Person.language,
).where(Person.id.in_(_ids))  # fmt: skip
_THREADS = sa.select(Thread).where(Thread.id.in_(_ids)).options(joinedload(Thread.category))
_POSTS = sa.select(Post).where(Post.id.in_(_ids))


class News:
    """The mails of one moment. Lives in one transaction that reads.

    `people` are rows of all whom the payloads name, by id.
    """

    def __init__(self, payloads: Sequence[Payload]) -> None:
        self.moment = now()
        self.people = {row.id: row for row in read(_PEOPLE, {"ids": _named(payloads, "person_id", "actor_id")})}
        # The session forgets what nobody holds.
        self._held = [
            *db.session.scalars(_THREADS, {"ids": _named(payloads, "thread_id")}),
            *db.session.scalars(_POSTS, {"ids": _named(payloads, "post_id")}),
        ]
        self._targets: dict[tuple[int | None, ...], Target | None] = {}
        self._letters: dict[tuple[Any, ...], Mail] = {}

    def mail(self, person: Any, payload: Payload) -> Mail | None:
        """Return the mail that tells one of the people of a text, or None when they may not see it (any more)."""
        target = self._target(payload)
        if target is None or not can_see_target(actor_of(person, self.moment), target):
            return None
        is_own = target.thread is not None and target.thread.author_id == person.id
        letter, url = self._letter(payload, target, is_own), unsubscribe_address(person, payload["kind"])
        token = url.rpartition("/")[2]
        return replace(
            letter, to=person.email or "", message_id=f"{letter.message_id}.{person.id}", unsubscribe_url=url,
            text=letter.text.replace(_TOKEN_PLACE, token), html=letter.html.replace(_TOKEN_PLACE, token),
        )  # fmt: skip

    def _target(self, payload: Payload) -> Target | None:
        ids = tuple(payload.get(key) for key in _IDS)
        if ids not in self._targets:
            self._targets[ids] = load_target(*ids)
        return self._targets[ids]

    def _letter(self, payload: Payload, target: Target, is_own: bool) -> Mail:
        """Return the mail as everybody gets it who reads this language, and to whom the thread belongs or not."""
        same = tuple((key, value) for key, value in sorted(payload.items()) if key != "person_id")
        key = (current_language(), is_own, same)
        if key not in self._letters:
            writer = self.people.get(payload.get("actor_id"))
            said = partial(_said, payload, target, is_own, writer.display_name if writer else None)
            self._letters[key] = _write(payload, target, said, self.moment.strftime("%Y%m%d"))
        return self._letters[key]


def _write(payload: Payload, target: Target, said: Callable[[str], str], day: str) -> Mail:
    """Write the mail for nobody: without an address, with a place for the reader's token. `said` says what happened to a title."""
    kind, thread = payload["kind"], target.thread
    path, url = absolute(path_for(kind, target)), absolute(unsubscribe_path(_TOKEN_PLACE))
    root = f"thread.{thread.id}" if thread else f"article.{payload['article_id']}"
    numbers = [str(payload.get(key) or 0) for key in ("post_id", "comment_id", "article_id")]
    if kind in _AGAIN:  # the same question may wait too long again, another day
        numbers.append(day)
    subject = f"Re: {target.title}" if thread and kind != NotificationKind.STARTED else target.title
    if kind == NotificationKind.DESK:
        subject = desk_subject(unpack(payload.get("text", "")), target.title)
    return write_letter(
        "", subject, "notification", {"message_id": ".".join([kind, *numbers]), "references": (root,)},
        sentence=said(_("“%(title)s”", title=target.title)),
        linked=said(Markup('<a href="{}">{}</a>').format(path, target.title)),
        excerpt=shorten(target.text, EXCERPT_MAX), url=path, unsubscribe_url=url, kind_label=KIND_LABELS[kind],
    )  # fmt: skip


def _said(payload: Payload, target: Target, is_own: bool, writer: str | None, title: str) -> str:
    """Return what happened, with the title of what it is about in its place."""
    if payload.get("text"):
        return about(unpack(payload["text"]), title)
    thread_kind = target.thread.kind if target.thread else None
    return lead(payload["kind"], writer, title, thread_kind=thread_kind, is_own=is_own)


def _named(payloads: Sequence[Payload], *keys: str) -> list[int]:
    return sorted({payload[key] for payload in payloads for key in keys if payload.get(key)})
