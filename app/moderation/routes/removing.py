"""Removing everything that a person wrote: first what it would be, then the reason."""

from werkzeug.wrappers import Response

from app.accounts.queries import get_person
from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.moderation.forms.people import RemoveForm
from app.moderation.people.policies import ensure_can_sanction
from app.moderation.people.record import count_figures
from app.moderation.removing.deciding import remove_content
from app.moderation.routes.acting import decided
from app.moderation.routes.blueprint import blueprint
from app.moderation.urls import record_path
from app.web.access import moderators
from app.web.context import current_actor
from app.web.render import page
from app.web.seo import Head


def _page(person_id: int, form: RemoveForm, status: int = 200) -> Response:
    person, actor = get_person(person_id), current_actor()
    ensure_can_sanction(actor, person)
    return page(
        "moderation/remove_content.html", Head(_("Remove what %(name)s wrote", name=person.name)), status, person=person,
        form=form, figures=count_figures(actor, person_id), back=record_path(person_id),
    )  # fmt: skip


@blueprint.get("/moderation/people/<id:person_id>/remove-content")
@moderators
def remove_content_page(person_id: int) -> Response:
    """Show how much it is."""
    return _page(person_id, RemoveForm(formdata=None))


@blueprint.post("/moderation/people/<id:person_id>/remove-content")
@moderators
def remove_content_action(person_id: int) -> Response:
    """Have it done."""
    form = RemoveForm()
    if not form.validate():
        return _page(person_id, form, 400)
    try:
        with unit_of_work():
            remove_content(current_actor(), person_id=person_id, reason=form.reason.data)
    except (Invalid, Conflict) as error:
        form.add_errors(Invalid(error.message, "reason"))
        return _page(person_id, form, 409 if isinstance(error, Conflict) else 400)
    return decided(_("What they wrote is going out of sight. This takes a moment."), record_path(person_id))
