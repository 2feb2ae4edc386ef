"""Keeping canned answers: writing, changing, deleting and counting their use."""

from collections.abc import Iterable

import sqlalchemy as sa

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import separated
from app.core.text import clean_line, clean_text
from app.core.uow import require_unit_of_work
from app.desk.models import CannedAnswer
from app.desk.models.canned import CANNED_TITLE_MAX
from app.desk.policies import ensure_can_edit_canned, ensure_can_see_canned, ensure_can_use_desk, visible_canned
from app.desk.queries.canned import get_canned_for_update
from app.forum.models import Category
from app.forum.policies import can_see_category

CANNED_MAX = 10_000
"""Characters of one canned answer."""


def create_canned(actor: Actor, *, title: str, body: str, category_id: int | None = None, is_shared: bool = True) -> CannedAnswer:
    """Keep a new text of the actor's. Raises NotFound unless they work at the desk, Invalid("title", "body" or "category_id")."""
    require_unit_of_work()
    ensure_can_use_desk(actor)
    canned = CannedAnswer(owner_id=actor.id, created_at=now())
    _write(actor, canned, title, body, category_id, is_shared)
    db.session.add(canned)
    db.session.flush()
    return canned


def change_canned(
    actor: Actor, *, canned_id: int, title: str, body: str, category_id: int | None = None, is_shared: bool = True
) -> CannedAnswer:
    """Change a text: one's own, or as an admin any shared one. Raises NotFound, Forbidden, Invalid as `create_canned`."""
    canned = get_canned_for_update(canned_id)
    ensure_can_see_canned(actor, canned)
    ensure_can_edit_canned(actor, canned)
    if canned.owner_id is None and not is_shared:
        raise Invalid(_("This text belongs to nobody alone, so it stays shared."), field="is_shared")
    _write(actor, canned, title, body, category_id, is_shared)
    return canned


def delete_canned(actor: Actor, *, canned_id: int) -> None:
    """Delete a text; answers written with it stay. Raises NotFound, Forbidden."""
    canned = get_canned_for_update(canned_id)
    ensure_can_see_canned(actor, canned)
    ensure_can_edit_canned(actor, canned)
    db.session.delete(canned)


def count_uses(actor: Actor, canned_ids: Iterable[int]) -> None:
    """Count one use of each of these texts that the actor may use; others are left out."""
    require_unit_of_work()
    ids = sorted(set(canned_ids))
    if not ids:
        return
    change = {"use_count": CannedAnswer.use_count + 1, "last_used_at": now()}
    statement = sa.update(CannedAnswer).where(CannedAnswer.id.in_(ids), visible_canned(actor)).values(change)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _write(actor: Actor, canned: CannedAnswer, title: str, body: str, category_id: int | None, is_shared: bool) -> None:
    errors: dict[str, str] = {}
    name, text = clean_line(title), clean_text(body).strip()
    if not name:
        errors["title"] = _("Please give it a name, so that you find it again.")
    elif len(name) > CANNED_TITLE_MAX:
        errors["title"] = _("A name has at most %(most)s characters.", most=CANNED_TITLE_MAX)
    if not text:
        errors["body"] = _("Please write the text.")
    elif len(text) > CANNED_MAX:
        errors["body"] = _(
            "At most %(most)s characters are possible; this has %(length)s.",
            most=separated(CANNED_MAX),
            length=separated(len(text)),
        )
    category = db.session.get(Category, category_id) if category_id is not None else None
    if category_id is not None and (category is None or not can_see_category(actor, category)):
        errors["category_id"] = _("Please choose one of the categories.")
    if errors:
        raise Invalid(errors)
    canned.title, canned.body_source, canned.category_id, canned.is_shared = name, text, category_id, is_shared
    canned.changed_at = now()
