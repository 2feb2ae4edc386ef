"""Which versions a thread is about, and on which its solution was checked. Products themselves: `products`."""

from collections.abc import Iterable

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.text import shorten
from app.core.uow import require_unit_of_work
from app.forum.events import VersionChecked
from app.forum.models import Product, ProductVersion, Thread, ThreadVersion
from app.forum.models.product import VersionWord
from app.forum.policies import ensure_can_check_version, ensure_can_set_versions
from app.forum.queries.threads import get_thread_for_update
from app.forum.queries.versions import released_version_ids, thread_words
from app.search.documents import THREAD, request_sync

MOST_VERSIONS = 10
WORDS_MAX = 300


def set_thread_versions(actor: Actor, *, thread_id: int, version_ids: Iterable[int]) -> Thread:
    """Let a thread be about exactly these published versions; on which its solution was checked is kept.

    Raises NotFound, Forbidden, Invalid("versions").
    """
    require_unit_of_work()
    thread = get_thread_for_update(thread_id)
    ensure_can_set_versions(actor, thread)
    wanted, known = set(version_ids), thread_words(thread_id)
    asked = {version_id for version_id, word in known.items() if word is VersionWord.ASKED}
    if not wanted - set(known) <= released_version_ids():
        raise Invalid(_("One of these versions is gone. Please choose again."), "versions")
    if len(wanted) > MOST_VERSIONS:
        raise Invalid(_("Please choose at most %(most_versions)s versions.", most_versions=MOST_VERSIONS), "versions")
    gone = sa.and_(ThreadVersion.thread_id == thread_id, ThreadVersion.version_id.in_(asked - wanted))
    db.session.execute(sa.delete(ThreadVersion).where(gone))
    for version_id in sorted(wanted - set(known)):
        db.session.add(ThreadVersion(thread_id=thread_id, version_id=version_id, decided_by_id=actor.id))
    db.session.flush()
    refresh_version_words([thread_id])
    return thread


def check_thread(actor: Actor, *, thread_id: int, version_id: int, works: bool | None) -> Thread:
    """Say whether a question's solution holds on a published version; None takes that word back.

    Raises NotFound (also for a version that is not published), Forbidden.
    """
    require_unit_of_work()
    thread = get_thread_for_update(thread_id)
    ensure_can_check_version(actor, thread)
    if version_id not in released_version_ids():
        raise NotFound
    row = db.session.get(ThreadVersion, (thread_id, version_id))
    if works is None:
        if row is not None and row.word != VersionWord.ASKED:
            db.session.delete(row)
    else:
        row = row or ThreadVersion(thread_id=thread_id, version_id=version_id)
        row.word = VersionWord.WORKS if works else VersionWord.FAILS
        row.decided_by_id, row.decided_at = actor.id, now()
        db.session.add(row)
        emit(VersionChecked(thread_id, version_id, actor.id, works))
    db.session.flush()
    refresh_version_words([thread_id])
    return thread


def note_outdated(thread: Thread) -> None:
    """Let the versions of a locked thread be checked again, because somebody says that it is out of date."""
    require_unit_of_work()
    thread.outdated_at = now()


def refresh_version_words(thread_ids: Iterable[int]) -> None:
    """Write into threads the names of the versions they are about, newest first: "Pump 4.2, Pump 4.1".

    A version on which the solution fails is left out.
    """
    require_unit_of_work()
    ids = list(thread_ids)
    statement = (
        sa.select(ThreadVersion.thread_id, Product.name, ProductVersion.name)
        .join(ProductVersion, ProductVersion.id == ThreadVersion.version_id)
        .join(Product, Product.id == ProductVersion.product_id)
        .where(ThreadVersion.thread_id.in_(ids), ThreadVersion.word != VersionWord.FAILS)
        .order_by(ThreadVersion.thread_id, Product.position, Product.name, ProductVersion.released_at.desc())
    )
    words: dict[int, list[str]] = {thread_id: [] for thread_id in ids}
    for thread_id, product, version in db.session.execute(statement):
        words[thread_id].append(f"{product} {version}")
    for thread_id, names in words.items():
        text = shorten(", ".join(names), WORDS_MAX)
        db.session.execute(sa.update(Thread).where(Thread.id == thread_id).values(version_words=text))
        request_sync(THREAD, thread_id)
