"""How far one is trusted oneself and what comes next; and levels set by hand, by staff and moderators."""

from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Response

from app.accounts.models import Person
from app.accounts.queries import get_person
from app.core.clock import now
from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.trust import Level
from app.core.uow import unit_of_work
from app.moderation.forms.trust import FREE, LOWER, LevelForm
from app.moderation.routes.acting import decided
from app.moderation.routes.blueprint import blueprint
from app.moderation.trust.policies import ensure_can_set_level
from app.moderation.trust.records import record_of
from app.moderation.trust.setting import free_level, lower_level, pin_level
from app.moderation.trust.showing import find_reason, progress_of
from app.moderation.urls import level_path
from app.web.access import curators, members
from app.web.context import current_actor
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/settings/trust")
@members
def own_trust() -> Response:
    """Show the reader's own level, what it brings, and what the next one takes."""
    actor = current_actor()
    if actor.id is None:
        return see_other("/trust")
    person = get_person(actor.id)
    return page("moderation/trust.html", Head(title=_("Your level of trust")), **_facts(person))


def _facts(person: Person) -> dict[str, Any]:
    """Return what both pages about one person's level show."""
    is_lowered = person.level_ceiling is not None and person.ceiling_until is not None and person.ceiling_until > now()
    is_set = is_lowered or person.pinned_level is not None
    return {
        "person": person,
        "progress": progress_of(record_of(person.id), Level(person.level)),
        "ceiling": Level(person.level_ceiling).label if is_lowered and person.level_ceiling is not None else "",
        "set_reason": find_reason(person.id) if is_set else "",
    }


@blueprint.get("/moderation/people/<id:person_id>/level")
@curators
def level_page(person_id: int) -> Response:
    """Show a member's record and level, and what can be set by hand."""
    return _level_page(person_id, LevelForm(formdata=None))


def _level_page(person_id: int, form: LevelForm, status: int = 200, refusal: str = "") -> Response:
    person = get_person(person_id)
    ensure_can_set_level(current_actor(), person)
    head = Head(title=_("Level of %(name)s", name=person.name))
    return page("moderation/level.html", head, status, form=form, refusal=refusal, **_facts(person))


@blueprint.post("/moderation/people/<id:person_id>/level")
@curators
def set_level(person_id: int) -> Response:
    """Pin a level, lower it for a while, or leave it to the record again."""
    form = LevelForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            _set(person_id, form)
    except Invalid as error:
        form.add_errors(error)
        return _level_page(person_id, form, 400)
    except Conflict as error:
        return _level_page(person_id, form, 409, error.message)
    return decided(_("The level is set."), level_path(person_id))


def _set(person_id: int, form: LevelForm) -> None:
    actor, reason, level = current_actor(), form.reason.data or "", int(form.level.data)
    if form.decision.data == FREE:
        free_level(actor, person_id=person_id, reason=reason)
    elif form.decision.data == LOWER:
        until = now() + timedelta(days=int(form.days.data))
        lower_level(actor, person_id=person_id, level=level, until=until, reason=reason)
    else:
        pin_level(actor, person_id=person_id, level=level, reason=reason)
