"""Joining questions to one issue and separating them again: a preview of what adds up where, then one action with an undo."""

from flask import request
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.forum.queries.issues import get_issue
from app.forum.queries.proposals import list_proposals_for
from app.forum.queries.threads import get_thread
from app.forum.services.curating import close_as_duplicate
from app.moderation.forms.joining import JoinForm, SeparateForm
from app.moderation.forms.numbers import parse_thread_number
from app.moderation.presenters.joining import present_joining
from app.moderation.queries.moderated import get_moderated
from app.moderation.routes.acting import decided
from app.moderation.routes.blueprint import blueprint
from app.moderation.services.separating import list_followers, separate_thread
from app.web.access import moderators
from app.web.context import current_actor
from app.web.forms import query_line
from app.web.redirects import local_path
from app.web.render import page
from app.web.seo import Head

_WHICH = lazy_gettext("Please paste the address or the number of the question that stays.")


def _number(form: JoinForm) -> int:
    number = parse_thread_number(form.original_id.data or "")
    if number is None:
        raise Invalid(_WHICH, field="original_id")
    return number


def _join_page(thread_id: int, form: JoinForm, back: str, status: int = 200) -> Response:
    """Return the preview, or the form alone where nothing (or nothing possible) was named."""
    actor = current_actor()
    thread, view = get_moderated(actor, thread_id), None
    if form.original_id.data:
        try:
            view = present_joining(actor, thread, _number(form), back)
        except Invalid as error:
            form.add_errors(error)
            status = 400
    proposals = list_proposals_for(actor, thread_id) if view is None else []
    head = Head(title=_("Join questions"))
    return page("moderation/join.html", head, status, thread=thread, view=view, form=form, proposals=proposals, back=back)


@blueprint.get("/moderation/threads/<id:thread_id>/join")
@moderators
def join_form(thread_id: int) -> Response:
    """Show what joining a question to another one would add up to."""
    form = JoinForm(formdata=None, data={"original_id": query_line("original_id")})
    return _join_page(thread_id, form, local_path(query_line("next"), ""))


@blueprint.post("/moderation/threads/<id:thread_id>/join")
@moderators
def join(thread_id: int) -> Response:
    """Join a question to another one."""
    form = JoinForm()
    try:
        form.ensure_valid()
        original_id = _number(form)
        with unit_of_work():
            joined = close_as_duplicate(
                current_actor(), thread_id=thread_id, original_id=original_id, reason=form.reason.data or ""
            )
    except Invalid as error:
        form.add_errors(error)
        return _join_page(thread_id, form, local_path(request.form.get("next"), ""), status=400)
    return decided(_("Joined: both are one issue now."), f"/questions/{joined.duplicate_of_id}")


def _separate_page(thread_id: int, form: SeparateForm, status: int = 200) -> Response:
    actor = current_actor()
    thread = get_moderated(actor, thread_id)
    original = get_thread(actor, thread.duplicate_of_id) if thread.duplicate_of_id is not None else None
    return page(
        "moderation/separate.html", Head(title=_("Separate questions")), status, thread=thread,
        original=original, issue=get_issue(original.id) if original else None, followers=list_followers(thread_id), form=form,
    )  # fmt: skip


@blueprint.get("/moderation/threads/<id:thread_id>/separate")
@moderators
def separate_form(thread_id: int) -> Response:
    """Show what taking a question out of its issue means."""
    return _separate_page(thread_id, SeparateForm(formdata=None, data={"followers": True}))


@blueprint.post("/moderation/threads/<id:thread_id>/separate")
@moderators
def separate(thread_id: int) -> Response:
    """Let a question stand on its own again."""
    form = SeparateForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            separate_thread(
                current_actor(), thread_id=thread_id, reason=form.reason.data or "", with_followers=form.followers.data
            )
    except Invalid as error:
        form.add_errors(error)
        return _separate_page(thread_id, form, status=400)
    return decided(_("The question stands on its own again."), f"/questions/{thread_id}")
