"""The public page that says how trust grows, printed from the table that the policies ask."""

from werkzeug.wrappers import Response

from app.core.i18n import gettext as _
from app.moderation.trust.showing import list_levels, list_staff_only
from app.pages.blueprint import blueprint
from app.web.access import public
from app.web.contract import FixedFacts
from app.web.render import page
from app.web.seo import Head, contract_of


@blueprint.get("/trust")
@public
def trust() -> Response:
    """Show all levels: what each takes and brings."""
    description = _("The levels of trust here: what each takes, what it brings, and how a level is lost.")
    head = Head(title=_("How trust grows"), path="/trust", description=description, contract=contract_of(FixedFacts()))
    return page("pages/trust.html", head, levels=list_levels(), staff_only=list_staff_only())
