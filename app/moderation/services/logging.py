"""Writing the log of decisions. Nothing ever changes or deletes an entry."""

from app.core.db import db
from app.core.i18n import speaking
from app.core.reasons import REASON_MAX
from app.core.uow import require_unit_of_work
from app.moderation.models import LogEntry


def unsaid(reason: object) -> str:
    """Return a reason that nobody typed, in the language of the site: it is kept, and read by whoever reads the log."""
    with speaking(None):
        return str(reason)


def write_log(
    actor_id: int | None,
    action: str,
    reason: str,
    *,
    thread_id: int | None = None,
    post_id: int | None = None,
    comment_id: int | None = None,
    person_id: int | None = None,
    article_id: int | None = None,
    gap_id: int | None = None,
    alias_id: int | None = None,
    rule_id: int | None = None,
    wave_id: int | None = None,
    before: str = "",
    undoes_id: int | None = None,
) -> LogEntry:
    """Add an entry about exactly one target (the table refuses any other number)."""
    require_unit_of_work()
    entry = LogEntry(
        actor_id=actor_id, action=action, reason=reason[:REASON_MAX], thread_id=thread_id, post_id=post_id,
        comment_id=comment_id, person_id=person_id, article_id=article_id, gap_id=gap_id, alias_id=alias_id,
        rule_id=rule_id, wave_id=wave_id, before=before[:300], undoes_id=undoes_id,
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    return entry
