"""Copies of people's data: asking for one, having it made by a job, and removing it when its time is over."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Forbidden, TooMany
from app.core.i18n import gettext as _
from app.core.uow import require_unit_of_work, unit_of_work
from app.jobs.queue import enqueue
from app.notifications.decisions import copy_ready
from app.notifications.services.notifying import notify_of_self, queue_account_mail
from app.privacy.models import DataExport
from app.privacy.services.copying import remove_copy, write_copy
from app.privacy.terms import privacy_terms
from app.privacy.urls import PRIVACY

EXPORT_JOB = "privacy.export"
EXPIRE_JOB = "privacy.expire_exports"
EXPIRE_EVERY = timedelta(hours=6)
PAUSE = timedelta(hours=1)


def request_export(actor: Actor) -> DataExport:
    """Have a copy made of what is kept about the actor, whose password was verified before. One that is being made counts.

    Raises Forbidden for visitors, TooMany within an hour of the last one.
    """
    require_unit_of_work()
    if actor.id is None:
        raise Forbidden(_("Please sign in first."))
    newest = sa.select(DataExport).where(DataExport.person_id == actor.id).order_by(DataExport.id.desc()).limit(1)
    last = db.session.scalar(newest)
    if last is not None and last.ready_at is None:
        return last
    if last is not None and last.asked_at > now() - PAUSE:
        raise TooMany(_("You asked for a copy within the last hour. It is on this page."), retry_after=3600)
    export = DataExport(person_id=actor.id)
    db.session.add(export)
    db.session.flush()
    enqueue(EXPORT_JOB, {"export_id": export.id}, dedupe_key=f"{EXPORT_JOB}:{export.id}")
    return export


def export_job(payloads: list[dict[str, Any]]) -> None:
    """Job `privacy.export`: write the file, then say that it is there. Done twice, it says so once."""
    terms = privacy_terms()
    for payload in payloads:
        export = db.session.get(DataExport, payload["export_id"])
        if export is None or export.ready_at is not None:
            continue
        name, size = write_copy(export.person_id, terms.exports, terms.instance)
        db.session.rollback()
        if not _tell_ready(payload["export_id"], name, size):
            remove_copy(name, terms.exports)


def expire_exports_job(_payloads: list[dict[str, Any]]) -> None:
    """Job `privacy.expire_exports`: remove files whose time is over, files of nobody, and rows without a file."""
    folder, moment = privacy_terms().exports, now()
    with unit_of_work():
        db.session.execute(sa.delete(DataExport).where(DataExport.expires_at <= moment))
        kept = set(db.session.scalars(sa.select(DataExport.name).where(DataExport.name != "")))
    for path in folder.glob("*"):
        is_young = path.stat().st_mtime > (moment - timedelta(hours=1)).timestamp()
        if path.name not in kept and not is_young:  # a young one may be written at this moment
            path.unlink(missing_ok=True)


def _tell_ready(export_id: int, name: str, size: int) -> bool:
    """Note the finished file and tell its person; False when the copy is not wanted any more or was made meanwhile."""
    terms = privacy_terms()
    with unit_of_work():
        statement = sa.select(DataExport).where(DataExport.id == export_id).with_for_update(key_share=True)
        export = db.session.scalar(statement.execution_options(populate_existing=True))
        if export is None or export.ready_at is not None:
            return False
        export.name, export.size_bytes, export.ready_at = name, size, now()
        export.expires_at = now() + terms.keep_exports
        notify_of_self(export.person_id, copy_ready(terms.keep_exports.days), path=PRIVACY)
        queue_account_mail("export_ready", export.person_id)
    return True
