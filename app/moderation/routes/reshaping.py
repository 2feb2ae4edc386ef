"""Splitting, merging and converting threads: a page that shows what will happen, then one action with an undo."""

from flask import request
from werkzeug.wrappers import Response

from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.text import parse_number
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.forum.queries.categories import list_categories
from app.forum.services.converting import convert_thread
from app.forum.services.merging import merge_threads
from app.forum.services.splitting import split_thread
from app.moderation.forms.numbers import parse_thread_number
from app.moderation.forms.reshaping import MergeForm, ReasonForm, SplitForm
from app.moderation.presenters.reshaping import (
    PostChoice,
    convert_effects,
    find_target,
    list_choices,
    merge_cautions,
    merge_effects,
    split_effects,
)
from app.moderation.queries.moderated import get_moderated
from app.moderation.routes.acting import decided
from app.moderation.routes.blueprint import blueprint
from app.web.access import moderators
from app.web.context import current_actor
from app.web.forms import posted_ids, query_line
from app.web.render import page
from app.web.seo import Head

_WHICH = lazy_gettext("Please paste the address or the number of the thread that stays.")


def _with_categories(form: SplitForm, thread: Thread) -> SplitForm:
    form.category.choices = [(row.id, row.name) for row in list_categories(current_actor())]
    if not form.is_submitted():
        form.category.data = thread.category_id
        form.kind.data = thread.kind
    return form


def _asked_ids() -> set[int]:
    return {number for raw in request.args.getlist("posts")[:300] if (number := parse_number(raw)) is not None}


def _split_page(thread: Thread, form: SplitForm, wanted: set[int], status: int = 200, refusal: str = "") -> Response:
    """Return the posts to choose from or, once some are chosen, what will happen with them."""
    posts = [post for post in list_choices(thread.id) if post.kind != "opening"]
    chosen: list[PostChoice] = [post for post in posts if post.id in wanted]
    return page(
        "moderation/split.html", Head(title=_("Split a thread")), status, thread=thread, posts=posts,
        chosen=chosen, form=form, effects=split_effects(thread, chosen) if chosen else [], refusal=refusal,
    )  # fmt: skip


@blueprint.get("/moderation/threads/<id:thread_id>/split")
@moderators
def split_form(thread_id: int) -> Response:
    """Show what can be split off a thread: ?posts= names the chosen ones."""
    thread = get_moderated(current_actor(), thread_id)
    return _split_page(thread, _with_categories(SplitForm(formdata=None), thread), _asked_ids())


@blueprint.post("/moderation/threads/<id:thread_id>/split")
@moderators
def split(thread_id: int) -> Response:
    """Make a thread of some posts of another one."""
    thread = get_moderated(current_actor(), thread_id)
    form, ids = _with_categories(SplitForm(), thread), posted_ids("posts", 300)
    try:
        form.ensure_valid()
        with unit_of_work():
            new = split_thread(
                current_actor(), thread_id=thread_id, post_ids=ids, kind=form.kind.data, category_id=form.category.data,
                title=form.title.data or "", reason=form.reason.data,
            )  # fmt: skip
    except Invalid as error:
        form.add_errors(error)
        return _split_page(get_moderated(current_actor(), thread_id), form, ids, 400)
    except Conflict as error:
        return _split_page(get_moderated(current_actor(), thread_id), form, ids, 409, error.message)
    return decided(_("Split: the posts have a thread of their own now."), new.path)


def _merge_page(thread_id: int, form: MergeForm, status: int = 200, refusal: str = "") -> Response:
    """Return the preview, or the form alone where nothing (or nothing possible) was named."""
    actor = current_actor()
    thread, target = get_moderated(actor, thread_id), None
    number = parse_thread_number(form.target_id.data or "")
    if form.target_id.data and not refusal:
        try:
            if number is None:
                raise Invalid(_WHICH, field="target_id")
            target = find_target(actor, thread, number)
        except Invalid as error:
            form.add_errors(error)
            status = 400
        except Conflict as error:
            refusal, status = error.message, 409
    return page(
        "moderation/merge.html", Head(title=_("Merge threads")), status, thread=thread, target=target, form=form,
        effects=merge_effects(thread, target) if target else [], refusal=refusal,
        cautions=merge_cautions(thread, target) if target else [],
    )  # fmt: skip


@blueprint.get("/moderation/threads/<id:thread_id>/merge")
@moderators
def merge_form(thread_id: int) -> Response:
    """Show what merging a thread into another one (?target_id=) would do."""
    return _merge_page(thread_id, MergeForm(formdata=None, data={"target_id": query_line("target_id")}))


@blueprint.post("/moderation/threads/<id:thread_id>/merge")
@moderators
def merge(thread_id: int) -> Response:
    """Let a thread end in another one."""
    form = MergeForm()
    try:
        form.ensure_valid()
        target_id = parse_thread_number(form.target_id.data)
        if target_id is None:
            raise Invalid(_WHICH, field="target_id")
        with unit_of_work():
            target = merge_threads(
                current_actor(), thread_id=thread_id, target_id=target_id, opening=form.opening.data, reason=form.reason.data
            )
    except Invalid as error:
        form.add_errors(error)
        return _merge_page(thread_id, form, 400)
    except Conflict as error:
        return _merge_page(thread_id, form, 409, error.message)
    return decided(_("Merged: its posts are here now, and its address leads here."), target.path)


def _convert_page(thread_id: int, form: ReasonForm, status: int = 200) -> Response:
    thread, refusal = get_moderated(current_actor(), thread_id), ""
    try:
        effects = convert_effects(thread)
    except Conflict as error:
        effects, refusal = [], error.message
    head = Head(title=_("Make it a discussion") if thread.is_question else _("Make it a question"))
    return page("moderation/convert.html", head, status, thread=thread, form=form, effects=effects, refusal=refusal)


@blueprint.get("/moderation/threads/<id:thread_id>/convert")
@moderators
def convert_form(thread_id: int) -> Response:
    """Show what making a question a discussion (or the other way round) means."""
    return _convert_page(thread_id, ReasonForm(formdata=None))


@blueprint.post("/moderation/threads/<id:thread_id>/convert")
@moderators
def convert(thread_id: int) -> Response:
    """Make a question a discussion, or a discussion a question."""
    form = ReasonForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            thread = convert_thread(current_actor(), thread_id=thread_id, reason=form.reason.data)
    except Invalid as error:
        form.add_errors(error)
        return _convert_page(thread_id, form, 400)
    return decided(_("It is a question now.") if thread.is_question else _("It is a discussion now."), thread.path)
