"""Pages of waves: look for everything like something, see what would go, put it away, give it back or remove it."""

from flask import flash, request
from werkzeug.wrappers import Response

from app.core.clock import now
from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.markup import render_markdown
from app.core.pagination import parse_page
from app.core.text import parse_number
from app.core.uow import unit_of_work
from app.moderation.forms.waves import WaveForm
from app.moderation.routes.acting import decided
from app.moderation.routes.blueprint import blueprint
from app.moderation.urls import WAVES, wave_path
from app.moderation.waves.criteria import Criteria, in_words
from app.moderation.waves.ending import give_back, remove
from app.moderation.waves.finding import Found, find_everything_like
from app.moderation.waves.putting_away import put_away
from app.moderation.waves.reading import count_items, get_wave, list_items, list_waves
from app.moderation.waves.starting import Start, read_traits, start_from_comment, start_from_person, start_from_post
from app.moderation.waves.terms import AT_ONCE, wave_terms
from app.web.access import moderators
from app.web.context import current_actor
from app.web.forms import posted_line
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

SHOWN = 200
_STARTS = {"post_id": start_from_post, "comment_id": start_from_comment, "person_id": start_from_person}


@blueprint.get("/moderation/waves")
@moderators
def waves() -> Response:
    """Show what was put away, newest first."""
    rows = list_waves(current_actor(), page=parse_page(request.args.get("page")))
    return page(
        "moderation/waves.html", Head(title=_("Waves")), rows=rows, days=wave_terms().purge_after.days,
        page_url=lambda number: f"{WAVES}?page={number}",
    )  # fmt: skip


@blueprint.get("/moderation/waves/new")
@moderators
def new_wave() -> Response:
    """Show the form; with ?post_id=, ?comment_id= or ?person_id= it begins with what that one has."""
    form = WaveForm(formdata=None)
    form.begin_with(_start(), now())
    return _form_page(form)


def _start() -> Start:
    for name, start in _STARTS.items():
        number = parse_number(request.args.get(name))
        if number is not None:
            return start(current_actor(), number)
    return Start()


@blueprint.post("/moderation/waves/new")
@moderators
def look_for_wave() -> Response:
    """Show what belongs to the wave. Changes nothing."""
    form, moment = WaveForm(), now()
    form.seen_at.data = ""
    try:
        criteria = form.criteria(moment)
        found = _find(criteria)
    except Invalid as error:
        form.add_errors(error)
        return _form_page(form, status=400)
    form.seen_at.data = moment.isoformat()
    keys = [text.key for text in found.texts] + [person.key for person in found.people if person.belongs]
    return _form_page(form, criteria, found, frozenset(keys))


@blueprint.post("/moderation/waves")
@moderators
def put_away_wave() -> Response:
    """Put away what is checked."""
    form, checked = WaveForm(), frozenset(request.form.getlist("take"))
    criteria, found = None, None
    try:
        criteria = form.criteria(now())
        found = _find(criteria)
        with unit_of_work():
            left_out = _left_out(found, checked)
            wave = put_away(current_actor(), criteria=criteria, found=found, left_out=left_out, reason=form.reason.data or "")
    except Invalid as error:
        form.add_errors(error)
        return _form_page(form, criteria, found, checked, status=400)
    flash(
        _("Put away. Nobody but moderators sees it now.") if not wave.is_running else _("This is being put away now."), "success"
    )
    return see_other(wave_path(wave.id))


def _left_out(found: Found, checked: frozenset[str]) -> frozenset[str]:
    """Return the keys of what was listed and is not checked, and of people who were not proposed."""
    listed = frozenset(posted_line("listed", 10_000).split())
    others = {person.key for person in found.people if not person.belongs}
    return (listed | others) - checked


def _find(criteria: Criteria) -> Found:
    sample = read_traits(str(render_markdown(criteria.sample).html)) if criteria.sample else None
    return find_everything_like(current_actor(), criteria, sample)


def _form_page(
    form: WaveForm,
    criteria: Criteria | None = None,
    found: Found | None = None,
    checked: frozenset[str] = frozenset(),
    status: int = 200,
) -> Response:
    form.reason.flags.required = True  # asked for only when something is put away
    return page(
        "moderation/wave_new.html", Head(title=_("Everything like this")), status, form=form, found=found,
        checked=checked, words=in_words(criteria) if criteria else "", shown=SHOWN, at_once=AT_ONCE, days=wave_terms().purge_after.days,
    )  # fmt: skip


@blueprint.get("/moderation/waves/<id:wave_id>")
@moderators
def wave(wave_id: int) -> Response:
    """Show one wave with its texts and accounts."""
    row = get_wave(current_actor(), wave_id)
    return page(
        "moderation/wave.html", Head(title=_("Wave no. %(id)s", id=row.id)), row=row, counts=count_items(row.id),
        items=list_items(row.id, parse_page(request.args.get("page"))), page_url=lambda number: wave_path(row.id, number),
    )  # fmt: skip


@blueprint.post("/moderation/waves/<id:wave_id>/give-back")
@moderators
def give_wave_back(wave_id: int) -> Response:
    """Show everything again that the wave took."""
    with unit_of_work():
        given = give_back(current_actor(), wave_id=wave_id, reason=posted_line("reason"))
    return decided(_("Everything is back.") if not given.is_running else _("Everything is on its way back."), wave_path(wave_id))


@blueprint.post("/moderation/waves/<id:wave_id>/remove")
@moderators
def remove_wave(wave_id: int) -> Response:
    """Remove the texts of a wave for good."""
    with unit_of_work():
        gone = remove(current_actor(), wave_id=wave_id, reason=posted_line("reason"))
    flash(_("The texts are gone for good.") if not gone.is_running else _("The texts are being removed."), "success")
    return see_other(wave_path(wave_id))
