"""Pages of screening: watched words and hosts, what came of them, and a place to try a text."""

from flask import flash, request
from werkzeug.wrappers import Response

from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.markup import render_markdown
from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.moderation.forms.screening import RuleForm, TryForm
from app.moderation.models import RuleKind
from app.moderation.routes.acting import decided
from app.moderation.routes.blueprint import blueprint
from app.moderation.screening.keeping import add_rule, remove_rule, restore_rule
from app.moderation.screening.listing import count_rules, find_model, list_rules
from app.moderation.screening.terms import screening_terms
from app.moderation.screening.trying import try_text
from app.moderation.urls import SCREENING, screening_path
from app.web.access import moderators
from app.web.context import current_actor
from app.web.forms import posted_line
from app.web.redirects import local_path, see_other
from app.web.render import page
from app.web.seo import Head

_LISTS = ((RuleKind.WORD, lazy_gettext("Words")), (RuleKind.HOST, lazy_gettext("Hosts")))


@blueprint.get("/moderation/screening")
@moderators
def screening() -> Response:
    """Show the rules of one kind (?kind=word|host), or those that were removed (?removed=1)."""
    kind = request.args.get("kind", RuleKind.WORD)
    if kind not in list(RuleKind):
        raise NotFound(_("There is no such list."))
    return _rules_page(RuleForm(formdata=None), kind)


def _rules_page(form: RuleForm, kind: str, status: int = 200) -> Response:
    is_removed, counts = request.args.get("removed") == "1", count_rules()
    form.offer(kind)
    tabs = [
        (label, screening_path(name), counts.get((name, False), 0), name == kind and not is_removed) for name, label in _LISTS
    ]
    tabs.append((_("Removed"), screening_path(kind, is_removed=True), counts.get((kind, True), 0), is_removed))
    return page(
        "moderation/screening.html", Head(title=_("Screening")), status, form=form, kind=kind, tabs=tabs,
        is_removed=is_removed, rows=list_rules(kind=kind, is_removed=is_removed, page=parse_page(request.args.get("page"))),
        page_url=lambda number: screening_path(kind, is_removed=is_removed, page=number), model=find_model(),
        terms=screening_terms(),
    )  # fmt: skip


@blueprint.post("/moderation/screening")
@moderators
def watch() -> Response:
    """Watch a word or a host."""
    form = RuleForm()
    kind = form.kind.data if form.kind.data in list(RuleKind) else RuleKind.WORD
    form.offer(kind)
    try:
        form.ensure_valid()
        with unit_of_work():
            rule = add_rule(
                current_actor(), kind=kind, text=form.text.data or "", measure=form.measure.data or "",
                tag=form.tag.data or "", note=form.note.data or "",
            )  # fmt: skip
    except Invalid as error:
        form.add_errors(error)
        return _rules_page(form, kind, status=400)
    flash(_("“%(text)s” is watched from now on.", text=rule.text), "success")
    return see_other(screening_path(kind))


@blueprint.post("/moderation/screening/<id:rule_id>/remove")
@moderators
def unwatch(rule_id: int) -> Response:
    """Stop watching."""
    with unit_of_work():
        rule = remove_rule(current_actor(), rule_id=rule_id, reason=posted_line("reason"))
    return decided(_("Not watched any more."), screening_path(rule.kind))


@blueprint.post("/moderation/screening/<id:rule_id>/restore")
@moderators
def watch_again(rule_id: int) -> Response:
    """Watch again."""
    with unit_of_work():
        rule = restore_rule(current_actor(), rule_id=rule_id, reason=posted_line("reason"))
    return decided(_("Watched again."), local_path(request.form.get("next"), screening_path(rule.kind)))


@blueprint.get("/moderation/screening/try")
@moderators
def try_form() -> Response:
    """Show where to try a text."""
    return _try_page(TryForm(formdata=None))


@blueprint.post("/moderation/screening/try")
@moderators
def try_it() -> Response:
    """Say what screening would make of a text by somebody new."""
    form = TryForm()
    try:
        form.ensure_valid()
        body = render_markdown(form.text.data or "")
    except Invalid as error:
        form.add_errors(error)
        return _try_page(form, status=400)
    return _try_page(form, try_text(body))


def _try_page(form: TryForm, reasons: list[tuple[str, str]] | None = None, status: int = 200) -> Response:
    head = Head(title=_("Try screening"))
    return page("moderation/screening_try.html", head, status, form=form, reasons=reasons, back=SCREENING)
