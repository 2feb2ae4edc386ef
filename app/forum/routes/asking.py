"""The ask page and its twin for discussions: check first, write, preview, post."""

from typing import Any

from flask import Response, flash, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.uow import unit_of_work
from app.forum.forms import ThreadForm
from app.forum.models import Thread
from app.forum.models.thread import ThreadKind
from app.forum.queries.threads import list_categories_to_post
from app.forum.queries.versions import list_version_labels
from app.forum.queries.waiting import list_usual_waits
from app.forum.routes.blueprint import blueprint
from app.forum.routes.checking import similar_rows
from app.forum.routes.composing import HELD, compose_typed, is_asked_for, limit_posting
from app.forum.services.asking import start_thread
from app.forum.services.drafting import discard_draft, find_draft
from app.forum.services.tagging import split_tags
from app.forum.services.versions import set_thread_versions
from app.search.ledger.recorder import note_ask, note_asked
from app.web.access import members, public
from app.web.context import current_actor
from app.web.forms import query_line
from app.web.ratelimit import TYPING, limiter
from app.web.redirects import login_path, see_other
from app.web.render import page
from app.web.seo import Head

PATHS = {ThreadKind.QUESTION: "/ask", ThreadKind.DISCUSSION: "/discussions/new"}
DRAFT_KEYS = {ThreadKind.QUESTION: "ask", ThreadKind.DISCUSSION: "discuss"}
_TITLES = {ThreadKind.QUESTION: lazy_gettext("Ask a question"), ThreadKind.DISCUSSION: lazy_gettext("Start a discussion")}


@blueprint.get("/ask", defaults={"kind": ThreadKind.QUESTION})
@blueprint.get("/discussions/new", defaults={"kind": ThreadKind.DISCUSSION})
@public
@limiter.limit(TYPING)
def new_thread(kind: ThreadKind) -> Response:
    """Show the form, filled from the draft or from the address (?title=, ?category=, ?tags=). Visitors may check for answers.

    A text that was begun stands there until it is posted or discarded: what is typed over it would be kept in its place.
    """
    actor = current_actor()
    if kind is ThreadKind.QUESTION:
        note_ask()
    title = query_line("title")
    draft = find_draft(actor, DRAFT_KEYS[kind])
    kept = draft.fields if draft and (draft.fields.get("body") or not title) else {}
    form = ThreadForm(formdata=None, data=kept or {"title": title, "tags": query_line("tags")})
    slugs = _offer_categories(form, actor)
    form.category.data = _category_id(query_line("category") or kept.get("category", ""), slugs)
    return _page(kind, form, similar_rows(title, "") if title and not kept else [], is_restored=bool(kept))


@blueprint.post("/ask", defaults={"kind": ThreadKind.QUESTION})
@blueprint.post("/discussions/new", defaults={"kind": ThreadKind.DISCUSSION})
@members
@limiter.limit(TYPING)
@limit_posting
def start(kind: ThreadKind) -> BaseResponse:
    """Post a thread, or show the form again: with similar threads, with a preview, or with what to correct."""
    if not current_actor().can_post:
        raise Forbidden(current_actor().silence)
    form = ThreadForm()
    _offer_categories(form, current_actor())
    if is_asked_for("check"):
        return _page(kind, form, similar_rows(form.title.data or "", form.body.data or ""), is_checked=True)
    try:
        if is_asked_for("preview"):
            return _page(kind, form, preview=compose_typed(form.body.data or "").body.html)
        form.ensure_valid()
        thread = _post(kind, form)
    except Invalid as error:
        form.add_errors(error)
        return _page(kind, form, status=400)
    note_asked(thread.id)
    if thread.held_at is not None:
        flash(HELD, "info")
    return see_other(thread.path)


def _post(kind: ThreadKind, form: ThreadForm) -> Thread:
    """Start the thread that a valid form describes. Raises Invalid."""
    actor, composed = current_actor(), compose_typed(form.body.data)
    with unit_of_work():
        thread = start_thread(
            actor, kind=kind, category_id=form.category.data, title=form.title.data, body=composed.body,
            tags=split_tags(form.tags.data or ""), mentions=composed.mentions,
        )  # fmt: skip
        if form.version.data is not None:
            set_thread_versions(actor, thread_id=thread.id, version_ids=[form.version.data])
        discard_draft(actor, key=DRAFT_KEYS[kind])
    return thread


def _offer_categories(form: ThreadForm, actor: Actor) -> dict[str, int]:
    """Offer the versions, and the categories in which the actor may post; return their ids by slug."""
    categories = list_categories_to_post(actor)
    form.version.choices = [("", _("I do not know")), *list_version_labels()]
    form.category.choices = [(category.id, category.name) for category in categories]
    if len(categories) > 1:
        form.category.choices.insert(0, ("", _("Choose a category")))
    return {category.slug: category.id for category in categories}


def _category_id(wanted: str, ids: dict[str, int]) -> int | None:
    """Return the id of a category given by slug or id, if it is among those offered."""
    if wanted in ids:
        return ids[wanted]
    by_number = {str(number): number for number in ids.values()}
    return by_number.get(wanted)


def _page(
    kind: ThreadKind,
    form: ThreadForm,
    similar: list[dict[str, Any]] | None = None,
    *,
    status: int = 200,
    preview: Markup | None = None,
    is_restored: bool = False,
    is_checked: bool = False,
) -> Response:
    title, path = _TITLES[kind], PATHS[kind]
    description = _("Describe your problem, see whether it was solved before, and ask the community.")
    back = path + (f"?{request.query_string.decode(errors='replace')}" if request.query_string else "")
    return page(
        "forum/ask.html" if kind == ThreadKind.QUESTION else "forum/discuss.html",
        Head(title, description if kind == ThreadKind.QUESTION else "", path),
        status,
        form=form,
        kind=kind,
        action=path,
        similar=similar or [],
        is_checked=is_checked or bool(similar),
        preview=preview,
        is_restored=is_restored,
        draft_key=DRAFT_KEYS[kind],
        back=back,
        login_path=login_path(back),
        can_post=current_actor().can_post,
        has_categories=bool(form.category.choices),
        waits=list_usual_waits(current_actor()) if kind == ThreadKind.QUESTION else (),
    )
