"""People as moderators see them: a list, a person's record, decisions with a preview, and appeals."""

from flask import request
from werkzeug.wrappers import Response

from app.core.clock import now
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.moderation.forms.people import AnswerForm, DecideForm, EndForm
from app.moderation.models import SanctionKind
from app.moderation.people.appealing import decide_appeal
from app.moderation.people.appeals import list_open_appeals
from app.moderation.people.imposing import end_sanction, impose
from app.moderation.people.listing import list_people_to_moderate
from app.moderation.people.record import PersonRecord, person_record
from app.moderation.presenters.log import action_label, kind_label
from app.moderation.queries.log import LogFilter, list_log
from app.moderation.queries.standing import find_sanction, told
from app.moderation.routes.acting import decided
from app.moderation.routes.blueprint import blueprint
from app.moderation.urls import people_path, record_path
from app.web.access import moderators
from app.web.context import current_actor
from app.web.forms import query_line
from app.web.render import page
from app.web.seo import Head

_DONE = {
    SanctionKind.WARN: lazy_gettext("Warned: they must read it before they write on."),
    SanctionKind.MUTE: lazy_gettext("Muted: no texts until then."),
    SanctionKind.SUSPEND: lazy_gettext("The account is suspended."),
    SanctionKind.BAN: lazy_gettext("Banned, and signed out everywhere."),
}


@blueprint.get("/moderation/people")
@moderators
def people() -> Response:
    """List people about whom something counts now, or those who match ?q=, and the appeals that wait."""
    text = query_line("q", 60)
    rows = list_people_to_moderate(current_actor(), text, parse_page(request.args.get("page")))
    return page(
        "moderation/people.html", Head(title=_("People")), rows=rows, q=text,
        appeals=() if text else list_open_appeals(current_actor()), page_url=lambda number: people_path(text, number),
    )  # fmt: skip


@blueprint.get("/moderation/people/<id:person_id>")
@moderators
def person(person_id: int) -> Response:
    """Show what moderators know of a person."""
    return _record_page(person_id)


def _record_page(
    person_id: int,
    status: int = 200,
    refusal: str = "",
    end: EndForm | None = None,
    answer: AnswerForm | None = None,
    about: int = 0,
) -> Response:
    """Return the record; a form that was refused is shown again at the sanction it is `about`."""
    actor = current_actor()
    record = person_record(actor, person_id)
    return page(
        "moderation/person.html", Head(title=_("Record of %(name)s", name=record.name)), status, record=record,
        log=list_log(actor, LogFilter(about_id=person_id), limit=20).items, action_label=action_label, kind_label=kind_label,
        refusal=refusal, about=about,
        end_form=end or EndForm(formdata=None), answer_form=answer or AnswerForm(formdata=None),
        appeals={row.sanction_id: row for row in list_open_appeals(actor, person_id=person_id)},
    )  # fmt: skip


@blueprint.get("/moderation/people/<id:person_id>/decide")
@moderators
def decide_form(person_id: int) -> Response:
    """Show what can be decided about a person."""
    kind = request.args.get("kind", "")
    return _decide_page(person_record(current_actor(), person_id), DecideForm(formdata=None, kind=kind or None))


def _decide_page(
    record: PersonRecord, form: DecideForm, status: int = 200, *, is_preview: bool = False, refusal: str = ""
) -> Response:
    preview = None
    if is_preview:
        preview = told(form.kind.data, form.reason(), form.until(now()))
        form.seen.data = form.digest()
    return page(
        "moderation/decide.html", Head(title=_("Decide about %(name)s", name=record.name)), status, record=record, form=form,
        preview=preview, refusal=refusal,
    )  # fmt: skip


@blueprint.post("/moderation/people/<id:person_id>/decide")
@moderators
def decide(person_id: int) -> Response:
    """Show how the person will read a decision and, once that was seen, make it."""
    actor, form = current_actor(), DecideForm()
    try:
        form.ensure_valid()
        kind, reason, until = form.kind.data, form.reason(), form.until(now())
        if form.seen.data != form.digest():
            return _decide_page(person_record(actor, person_id), form, is_preview=True)
        with unit_of_work():
            impose(actor, person_id=person_id, kind=kind, reason=reason, until=until)
    except Invalid as error:
        form.add_errors(error)
        return _decide_page(person_record(actor, person_id), form, 400)
    except Conflict as error:
        return _decide_page(person_record(actor, person_id), form, 409, refusal=error.message)
    return decided(_DONE[kind], record_path(person_id))


def _ensure_about(person_id: int, sanction_id: int) -> None:
    """Raise NotFound unless the sanction is about the person of the address."""
    sanction = find_sanction(sanction_id)
    if sanction is None or sanction.person_id != person_id:
        raise NotFound(_("We could not find that decision."))


@blueprint.post("/moderation/people/<id:person_id>/sanctions/<id:sanction_id>/lift")
@moderators
def lift(person_id: int, sanction_id: int) -> Response:
    """Take a sanction back."""
    _ensure_about(person_id, sanction_id)
    form = EndForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            end_sanction(current_actor(), sanction_id=sanction_id, reason=form.reason.data)
    except Invalid as error:
        form.add_errors(error)
        return _record_page(person_id, 400, end=form, about=sanction_id)
    except Conflict as error:
        return _record_page(person_id, 409, error.message)
    return decided(_("Taken back. The person is told."), record_path(person_id))


@blueprint.post("/moderation/people/<id:person_id>/sanctions/<id:sanction_id>/appeal")
@moderators
def answer_appeal(person_id: int, sanction_id: int) -> Response:
    """Decide about an appeal."""
    _ensure_about(person_id, sanction_id)
    form = AnswerForm()
    try:
        form.ensure_valid()
        is_lifted = form.decision.data == "lift"
        with unit_of_work():
            decide_appeal(current_actor(), sanction_id=sanction_id, is_lifted=is_lifted, answer=form.answer.data)
    except Invalid as error:
        form.add_errors(error)
        return _record_page(person_id, 400, answer=form, about=sanction_id)
    except Conflict as error:
        return _record_page(person_id, 409, error.message)
    return decided(
        _("Taken back, and the person is told.") if is_lifted else _("It stays, and the person is told."),
        record_path(person_id),
    )
