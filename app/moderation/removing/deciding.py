"""The decisions: remove what a person wrote, give it back. Jobs do the work (see working), one thread at a time."""

import sqlalchemy as sa

from app.accounts.queries import get_person_for_update
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.reasons import FOR_THE_PERSON, checked_reason
from app.core.uow import require_unit_of_work
from app.forum.models import Category, Thread
from app.jobs.queue import enqueue
from app.moderation.events import ContentRemoved, ContentRestored
from app.moderation.models import Removal, RemovalState, RemovalThread
from app.moderation.people.policies import ensure_can_sanction
from app.moderation.policies import moderated_categories
from app.moderation.services.logging import write_log

REMOVE_JOB = "moderation.remove_content"
RESTORE_JOB = "moderation.restore_content"
REMOVE = "remove_content"


def remove_content(actor: Actor, *, person_id: int, reason: str) -> Removal:
    """Take everything out of sight that a person wrote so far, where the moderator moderates. One entry of the log, undone there.

    Raises NotFound, Forbidden, Invalid("reason"), Conflict while another removal of the same person is under way.
    """
    require_unit_of_work()
    if not actor.is_moderator:
        raise Forbidden(_("Only moderators can do that."))
    person = get_person_for_update(person_id)
    ensure_can_sanction(actor, person)
    why = checked_reason(reason, is_required=True, ask=FOR_THE_PERSON)
    at_work = Removal.state.in_((RemovalState.REMOVING, RemovalState.RESTORING))
    if db.session.scalar(sa.select(Removal.id).where(Removal.person_id == person_id, at_work)) is not None:
        raise Conflict(_("Somebody is removing or restoring what this person wrote right now."))
    removal = Removal(person_id=person_id, asked_by_id=actor.id, reason=why)
    db.session.add(removal)
    db.session.flush()
    write_log(actor.id, REMOVE, why, person_id=person_id, before=str(removal.id))
    enqueue(REMOVE_JOB, {"removal_id": removal.id}, dedupe_key=f"{REMOVE_JOB}:{removal.id}")
    emit(ContentRemoved(person_id, actor.id, why))
    return removal


def restore_content(actor: Actor, *, removal_id: int, reason: str) -> Removal:
    """Give back exactly what a removal hid; what was shown or hidden anew by hand meanwhile stays as it is. The undo of the log.

    Raises NotFound, Forbidden, Conflict when it was given back already.
    """
    require_unit_of_work()
    removal = get_removal_for_update(removal_id)
    if removal is None:
        raise NotFound
    ensure_can_sanction(actor, get_person_for_update(removal.person_id))
    _ensure_reads_all(actor, removal)
    if removal.state in (RemovalState.RESTORING, RemovalState.RESTORED):
        raise Conflict(_("This was given back already."))
    removal.state, removal.changed_at = RemovalState.RESTORING, now()
    payload = {"removal_id": removal.id, "reason": checked_reason(reason)}
    enqueue(RESTORE_JOB, payload, dedupe_key=f"{RESTORE_JOB}:{removal.id}")
    emit(ContentRestored(removal.person_id, actor.id))
    return removal


def _ensure_reads_all(actor: Actor, removal: Removal) -> None:
    """Raise Forbidden when texts were removed that the actor may not read: an admin decides about those."""
    beyond = (
        sa.select(RemovalThread.thread_id)
        .join(Thread, Thread.id == RemovalThread.thread_id)
        .join(Category, Category.id == Thread.category_id)
        .where(RemovalThread.removal_id == removal.id, sa.not_(moderated_categories(actor)))
    )
    if db.session.scalar(beyond.limit(1)) is not None:
        raise Forbidden(_("Only an admin can take this back."))


def get_removal_for_update(removal_id: int) -> Removal | None:
    """Lock a removal and return it fresh, or None."""
    statement = sa.select(Removal).where(Removal.id == removal_id).with_for_update(key_share=True)
    return db.session.scalar(statement.execution_options(populate_existing=True))
