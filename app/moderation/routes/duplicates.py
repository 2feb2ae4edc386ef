"""The list of questions that may be duplicates: accept (join, with a preview) or dismiss."""

from flask import request
from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.pagination import parse_page
from app.core.uow import unit_of_work
from app.forum.models.proposal import ProposalState
from app.forum.queries.proposals import count_proposals, list_proposals
from app.forum.services.proposing import dismiss_proposal
from app.moderation.routes.acting import decided
from app.moderation.routes.blueprint import blueprint
from app.moderation.urls import DUPLICATES, duplicates_path, join_path
from app.web.access import moderators
from app.web.context import current_actor, site_settings
from app.web.forms import posted_line
from app.web.render import page
from app.web.seo import Head

_LABELS = (
    (ProposalState.OPEN, lazy_gettext("To decide")),
    (ProposalState.ACCEPTED, lazy_gettext("Joined")),
    (ProposalState.DISMISSED, lazy_gettext("Different")),
)


@blueprint.get("/moderation/duplicates")
@moderators
def duplicates() -> Response:
    """Show proposals in one state."""
    actor, state = current_actor(), request.args.get("state", ProposalState.OPEN)
    if state not in list(ProposalState):
        raise NotFound(_("There is no such list."))
    rows = list_proposals(actor, state=state, page=parse_page(request.args.get("page")))
    counts = count_proposals(actor)
    tabs = [(label, duplicates_path(name), counts[name], name == state) for name, label in _LABELS]
    return page(
        "moderation/duplicates.html", Head(title=_("Asked before?")), rows=rows, state=state, tabs=tabs,
        join_path=lambda row: join_path(row.thread.id, row.original.id, DUPLICATES), least=site_settings().duplicate_min_score,
        page_url=lambda number: duplicates_path(state, number),
    )  # fmt: skip


@blueprint.post("/moderation/duplicates/<id:proposal_id>/dismiss")
@moderators
def dismiss_duplicate(proposal_id: int) -> Response:
    """Say that two questions differ."""
    with unit_of_work():
        dismiss_proposal(current_actor(), proposal_id=proposal_id, reason=posted_line("reason"))
    return decided(_("Noted: these two are different."), DUPLICATES)
