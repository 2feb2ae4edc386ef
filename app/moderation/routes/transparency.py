"""The page that tells everybody how much is moderated here, on sites that want it."""

from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.moderation.presenters.transparency import FEWEST, current_report
from app.moderation.routes.blueprint import blueprint
from app.moderation.urls import TRANSPARENCY
from app.web.access import public
from app.web.context import site_settings
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/transparency")
@public
def transparency() -> Response:
    """Show the figures of the last year. Raises NotFound unless the site publishes them."""
    settings = site_settings()
    if settings.transparency != "on":
        raise NotFound
    head = Head(
        _("Transparency"),
        _("How much is moderated at %(site_name)s, month by month.", site_name=settings.site_name),
        TRANSPARENCY,
    )
    return page("moderation/transparency.html", head, report=current_report(settings.time_zone), fewest=FEWEST)
