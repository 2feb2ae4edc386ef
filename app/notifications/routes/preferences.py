"""Choosing mails, signed in or by the link in a mail."""

from flask import current_app, flash, request
from werkzeug.wrappers import Response

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.notifications.models import NotificationKind
from app.notifications.queries import list_refused_kinds
from app.notifications.routes.blueprint import blueprint
from app.notifications.sentences import KIND_LABELS
from app.notifications.services import preferences
from app.notifications.tokens import read_unsubscribe_token
from app.web.access import members, public
from app.web.context import current_actor
from app.web.csrf import csrf
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

_UNSUBSCRIBE = Head(lazy_gettext("Fewer mails"))


@blueprint.get("/settings/notifications")
@members
def mail_settings() -> Response:
    """Show which mails the person gets."""
    refused = list_refused_kinds(current_actor().id or 0)
    kinds = [(kind.value, KIND_LABELS[kind], kind not in refused) for kind in preferences.kinds_for(current_actor())]
    return page("notifications/settings.html", Head(_("Mails")), kinds=kinds)


@blueprint.post("/settings/notifications")
@members
def choose_mails() -> Response:
    """Save which mails the person wants."""
    with unit_of_work():
        preferences.choose_mails(current_actor(), wanted=request.form.getlist("kind"))
    flash(_("Your choice of mails is saved."), "success")
    return see_other("/settings/notifications")


@blueprint.get("/unsubscribe/<token>")
@public
def unsubscribe_page(token: str) -> Response:
    """Show the button; mail scanners follow links, so the link itself changes nothing."""
    _person_id, kind = read_unsubscribe_token(str(current_app.secret_key), token)
    return page("notifications/unsubscribe.html", _UNSUBSCRIBE, label=KIND_LABELS[kind], token=token, is_done=False)


@blueprint.post("/unsubscribe/<token>")
@csrf.exempt
@public
def unsubscribe(token: str) -> Response:
    """Switch a kind of mail off (scope=all: every kind).

    Mail programs post here by themselves (RFC 8058), so it is answered without a redirect.
    """
    person_id, kind = read_unsubscribe_token(str(current_app.secret_key), token)
    kinds = list(NotificationKind) if request.form.get("scope") == "all" else [NotificationKind(kind)]
    with unit_of_work():
        preferences.switch_off(person_id, kinds)
    label = _("Mails about threads and posts") if len(kinds) > 1 else KIND_LABELS[kind]
    return page("notifications/unsubscribe.html", _UNSUBSCRIBE, label=label, token=token, is_done=True)
