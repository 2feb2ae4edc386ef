"""Pages for those who look after search: what was not found, and words that mean the same."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import flash, request
from werkzeug.wrappers import Response

from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.search.gaps import deciding
from app.search.gaps.forms import AliasForm
from app.search.gaps.queries import count_gaps, get_gap, list_aliases, list_gap_texts, list_gaps
from app.search.models import GapState
from app.search.routes.blueprint import blueprint
from app.search.urls import ALIASES, GAPS, aliases_path, gaps_path
from app.web.access import curators
from app.web.context import current_actor, site_settings
from app.web.forms import posted_line, query_line
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

_LABELS = (
    (GapState.OPEN, lazy_gettext("To decide")), (GapState.WRITING, lazy_gettext("Being written")), (GapState.ALIAS, lazy_gettext("Other words")),
    (GapState.FILLED, lazy_gettext("Filled")), (GapState.NOT_OURS, lazy_gettext("Not ours")),
)  # fmt: skip
_IN_ADDRESS = 10  # wordings that go along to a new article


@blueprint.get("/moderation/gaps")
@curators
def gaps() -> Response:
    """Show what people searched for in vain, in one state."""
    actor, state = current_actor(), request.args.get("state", GapState.OPEN)
    if state not in list(GapState):
        raise NotFound(_("There is no such list."))
    rows, counts = list_gaps(actor, state=state, page=parse_page(request.args.get("page"))), count_gaps(actor)
    settings = site_settings()
    return page(
        "search/gaps.html", Head(title=_("Not found")), rows=rows, state=state,
        tabs=[(label, gaps_path(name), counts[name], name == state) for name, label in _LABELS],
        page_url=lambda number: gaps_path(state, number), alias_path=lambda row: aliases_path(row.id),
        days=settings.search_ledger_days, least=settings.search_gap_people,
    )  # fmt: skip


@blueprint.post("/moderation/gaps/<id:gap_id>/write")
@curators
def write_for_gap(gap_id: int) -> Response:
    """Note that the article is written, and lead to a new one that knows how people ask."""
    actor = current_actor()
    with unit_of_work():
        gap = deciding.begin_article(actor, gap_id=gap_id)
    texts = [text for text in list_gap_texts(actor, gap_id) if text != gap.text][:_IN_ADDRESS]
    flash(_("Noted: you write it. The gap closes by itself once searches find the published article."), "info")
    query = [("title", gap.text[:1].upper() + gap.text[1:]), *(("asked_as", text) for text in texts)]
    return see_other(f"/kb/articles/new?{urlencode(query)}")


@blueprint.post("/moderation/gaps/<id:gap_id>/not-ours")
@curators
def set_gap_aside(gap_id: int) -> Response:
    """Say that a gap is not ours to fill, and why."""
    with unit_of_work():
        deciding.set_aside(current_actor(), gap_id=gap_id, reason=posted_line("reason"))
    flash(_("Set aside. You find it under “Not ours”."))
    return see_other(GAPS)


@blueprint.post("/moderation/gaps/<id:gap_id>/reopen")
@curators
def reopen_gap(gap_id: int) -> Response:
    """Take a decision about a gap back."""
    with unit_of_work():
        deciding.reopen_gap(current_actor(), gap_id=gap_id)
    flash(_("The gap is open again."))
    return see_other(GAPS)


@blueprint.get("/moderation/aliases")
@curators
def aliases() -> Response:
    """Show words that mean the same, and where to add some; ?gap= takes the words of a gap over."""
    raw = query_line("gap", 18)
    form = AliasForm(formdata=None)
    if raw:
        gap = get_gap(current_actor(), int(raw) if raw.isascii() and raw.isdigit() else 0)
        form.said.data, form.gap.data = gap.text, gap.id
    return _aliases_page(form)


@blueprint.post("/moderation/aliases")
@curators
def add_alias() -> Response:
    """Let searches for some words find what says others."""
    form = AliasForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            alias = deciding.add_alias(
                current_actor(), said=form.said.data or "", means=form.means.data or "",
                is_mutual=bool(form.is_mutual.data), gap_id=form.gap.data,
            )  # fmt: skip
    except Invalid as error:
        form.add_errors(error)
        return _aliases_page(form, status=400)
    flash(_("Searches for “%(said)s” find “%(means)s” from now on.", said=alias.said, means=alias.means), "success")
    return see_other(GAPS if form.gap.data else ALIASES)


@blueprint.post("/moderation/aliases/<id:alias_id>/remove")
@curators
def remove_alias(alias_id: int) -> Response:
    """Let words mean only themselves again."""
    with unit_of_work():
        deciding.remove_alias(current_actor(), alias_id=alias_id)
    flash(_("Removed. You find it under “Removed” if you want it back."))
    return see_other(ALIASES)


@blueprint.post("/moderation/aliases/<id:alias_id>/restore")
@curators
def restore_alias(alias_id: int) -> Response:
    """Put words that mean the same back."""
    with unit_of_work():
        deciding.restore_alias(current_actor(), alias_id=alias_id)
    flash(_("In use again."))
    return see_other(ALIASES)


def _aliases_page(form: AliasForm, status: int = 200) -> Response:
    is_removed = request.args.get("state") == "removed"
    rows = list_aliases(is_removed=is_removed, page=parse_page(request.args.get("page")))
    tabs = [(_("In use"), ALIASES, None, not is_removed), (_("Removed"), aliases_path(is_removed=True), None, is_removed)]
    return page(
        "search/aliases.html", Head(title=_("Same meaning")), status, form=form, rows=rows, tabs=tabs,
        is_removed=is_removed, page_url=lambda number: aliases_path(is_removed=is_removed, page=number),
    )  # fmt: skip
