"""Improving title and tags of somebody else's question."""

from werkzeug.wrappers import Response

from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.text import shorten
from app.core.uow import unit_of_work
from app.forum.forms import TitleForm
from app.forum.models import Thread
from app.forum.policies import ensure_can_improve_title
from app.forum.queries.threads import get_opening, get_thread, list_tag_names
from app.forum.routes.blueprint import blueprint
from app.forum.services.editing import EditConflict
from app.forum.services.retitling import improve_title
from app.forum.services.tagging import split_tags
from app.web.access import members
from app.web.context import current_actor
from app.web.ratelimit import TYPING, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.get("/threads/<id:thread_id>/title")
@members
def title_page(thread_id: int) -> Response:
    """Show title and tags of a question, to be improved."""
    thread = get_thread(current_actor(), thread_id)
    ensure_can_improve_title(current_actor(), thread)
    standing = {
        "title": thread.title,
        "tags": ", ".join(list_tag_names(thread_id)),
        "base_revision": get_opening(thread_id).revision,
    }
    return _title_page(thread, TitleForm(formdata=None, data=standing))


@blueprint.post("/threads/<id:thread_id>/title")
@members
@limiter.limit(TYPING)
def save_title(thread_id: int) -> Response:
    """Save title and tags, or show what was typed with what to correct, or with what somebody else changed meanwhile."""
    thread, form = get_thread(current_actor(), thread_id), TitleForm()
    ensure_can_improve_title(current_actor(), thread)
    try:
        form.ensure_valid()
        with unit_of_work():
            thread = improve_title(
                current_actor(), thread_id=thread_id, title=form.title.data or "", tags=split_tags(form.tags.data or ""),
                reason=form.reason.data or "", base_revision=form.base_revision.data,
            )  # fmt: skip
    except Invalid as error:
        form.add_errors(error)
        return _title_page(thread, form, 400)
    except EditConflict as error:
        return _changed_page(thread_id, form, error)
    return see_other(thread.path)


def _changed_page(thread_id: int, form: TitleForm, error: Conflict) -> Response:
    """Show what stands there now beside what was typed; saving again is a decision then."""
    thread = get_thread(current_actor(), thread_id)
    form.base_revision.data, form.base_revision.raw_data = get_opening(thread_id).revision, None
    return _title_page(thread, form, 409, conflict=error.message)


def _title_page(thread: Thread, form: TitleForm, status: int = 200, conflict: str = "") -> Response:
    crumbs = [(shorten(thread.title, 60), thread.path), (_("Title and tags"), "")]
    head = Head(_("Improve title and tags"), crumbs=crumbs)
    standing_tags = list_tag_names(thread.id) if conflict else []
    return page(
        "forum/improve_title.html", head, status, form=form, thread=thread, conflict=conflict, standing_tags=standing_tags
    )
