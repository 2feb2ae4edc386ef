"""Readers' words: whether an answer worked for them, without an account. One standing word for each reader and answer.

A word is an event of the log like any other. Who says something else takes the old word back with an event and says the
new one. What many words mean for the status is decided in `outcomes`, not here.
"""

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.core.uow import require_unit_of_work
from app.forum.models import Outcome, Post, Thread
from app.forum.models.resolution import OutcomeKind, OutcomeSource, RefutationReason, Voice
from app.forum.policies import ensure_can_say_worked, is_proposed
from app.forum.queries.judging import find_word, person_key
from app.forum.queries.outcomes import IS_STANDING, count_words
from app.forum.queries.threads import get_post_for_update
from app.forum.services.figures import refresh_figures, settle
from app.forum.services.waiting import withdraw_by_inference


class Word(Struct, frozen=True):
    """What a reader says about an answer now, and what all readers say.

    `worked` is None when they took it back; `status` is the question's.
    """

    thread_id: int
    post_id: int
    worked: bool | None
    reason_kind: str
    status: str
    worked_count: int
    failed_count: int


def say_worked(
    actor: Actor,
    *,
    post_id: int,
    worked: bool,
    reader_key: str = "",
    reason_kind: str = "",
    source: str = OutcomeSource.PAGE,
) -> Word:
    """Record whether an answer worked for a reader; another word of the same reader is replaced, the same one kept.

    Members are known by who they are; for visitors `reader_key` is a keyed hash of what the request tells. A reason counts
    only for "no", and one that was given stays when "no" is repeated without. Raises NotFound, Forbidden (asker, author,
    suspended), Conflict for what is no visible or no proposed answer, Invalid("reason").
    """
    require_unit_of_work()
    if reason_kind not in list(RefutationReason):
        raise Invalid(_("Please choose one of the reasons."), field="reason")
    post = get_post_for_update(post_id)
    ensure_can_say_worked(actor, post, post.thread)
    key = _key(actor, reader_key)
    kind, reason = (OutcomeKind.CONFIRMED_BY_OTHER, "") if worked else (OutcomeKind.REFUTED, reason_kind)
    known = find_word(post.id, key)
    if known is None and not is_proposed(post):
        raise Conflict(_("This answer is not proposed as a solution any more. Vote for it if it helped you."))
    if known is not None and known.kind == kind and reason in ("", known.reason_kind):
        return _word(post, worked, known.reason_kind)
    if known is not None:
        _take_back(actor, post, known, source)
    db.session.add(
        Outcome(
            thread_id=post.thread_id, post_id=post.id, kind=kind, source=source, voice=Voice.READER, actor_id=actor.id,
            reader_key=key, reason_kind=reason, created_at=now(),
        )
    )  # fmt: skip
    _settle(post)
    return _word(post, worked, reason)


def take_back_word(actor: Actor, *, post_id: int, reader_key: str = "", source: str = OutcomeSource.PAGE) -> Word:
    """Take a reader's word about an answer back; nothing happens when there is none.

    Raises NotFound, Forbidden, Conflict as `say_worked` does.
    """
    require_unit_of_work()
    post = get_post_for_update(post_id)
    ensure_can_say_worked(actor, post, post.thread)
    known = find_word(post.id, _key(actor, reader_key))
    if known is not None:
        _take_back(actor, post, known, source)
        _settle(post)
    return _word(post, None, "")


def drop_doubled_words(person_id: int) -> None:
    """Take back, in our own name, what counts wrongly since two accounts became this one: all but the newest word about each
    answer, and every word about answers of their own or to their own questions. Callers hold the threads' locks, and settle them.
    """
    require_unit_of_work()
    words = (
        sa.select(Outcome.id, Outcome.post_id, Post.author_id, Thread)
        .join(Post, Post.id == Outcome.post_id)
        .join(Thread, Thread.id == Outcome.thread_id)
        .where(Outcome.reader_key == person_key(person_id), Outcome.voice == Voice.READER, IS_STANDING)
        .order_by(Outcome.id.desc())
    )
    known = set[int | None]()
    for word_id, post_id, author_id, thread in db.session.execute(words).all():
        if post_id in known or person_id in (author_id, thread.author_id):
            withdraw_by_inference(thread, word_id, post_id, "")
        known.add(post_id)
    db.session.flush()


def _key(actor: Actor, reader_key: str) -> str:
    if actor.id is not None:
        return person_key(actor.id)
    if not reader_key:
        raise ValueError("a visitor's word needs a reader key")
    return reader_key


def _take_back(actor: Actor, post: Post, known: Outcome, source: str) -> None:
    db.session.add(
        Outcome(
            thread_id=post.thread_id, post_id=post.id, kind=OutcomeKind.WITHDRAWN, source=source, voice=Voice.READER,
            actor_id=actor.id, reader_key=known.reader_key, withdraws_id=known.id, created_at=now(),
        )
    )  # fmt: skip


def _settle(post: Post) -> None:
    """Derive the figures of post and thread anew. Words alone are no news for searches and feeds; a changed status is."""
    db.session.flush()
    words = count_words([post.id])[post.id]
    post.worked_count, post.failed_count, post.last_worked_at = words.worked, words.failed, words.last_worked_at
    if "status" in refresh_figures(post.thread):
        settle(post.thread)


def _word(post: Post, worked: bool | None, reason_kind: str) -> Word:
    return Word(post.thread_id, post.id, worked, reason_kind, post.thread.status, post.worked_count, post.failed_count)
