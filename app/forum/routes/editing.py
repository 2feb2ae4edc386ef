"""Changing a post, and what it said before."""

from typing import Any

from flask import flash, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.core.errors import Invalid, NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext
from app.core.listing import listed
from app.core.text import shorten
from app.core.textdiff import diff_lines
from app.core.uow import unit_of_work
from app.forum.forms import EditOpeningForm, EditPostForm
from app.forum.models import Post
from app.forum.models.post import PostKind
from app.forum.policies import can_edit_post, can_take_back_post, ensure_can_edit_post
from app.forum.queries.history import RevisionText, list_revisions, load_texts
from app.forum.queries.threads import get_post, list_tag_names
from app.forum.routes.blueprint import blueprint
from app.forum.routes.composing import HELD, compose_typed, is_asked_for, limit_posting
from app.forum.services.drafting import SavedDraft, discard_draft, find_draft
from app.forum.services.editing import EditConflict, edit_post
from app.forum.services.tagging import split_tags
from app.forum.services.taking_back import take_back_post
from app.forum.urls import history_path, post_path
from app.web.access import members, public
from app.web.context import current_actor
from app.web.diffs import inline_lines, side_rows
from app.web.ratelimit import REACTING, TYPING, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

# What is changed -> how its page is called: somebody else's, one's own.
_TITLES = {
    "question": (lazy_gettext("Edit this question"), lazy_gettext("Edit your question")),
    "discussion": (lazy_gettext("Edit this discussion"), lazy_gettext("Edit your discussion")),
    "answer": (lazy_gettext("Edit this answer"), lazy_gettext("Edit your answer")),
    "reply": (lazy_gettext("Edit this reply"), lazy_gettext("Edit your reply")),
}


@blueprint.get("/posts/<id:post_id>/edit")
@members
def edit_page(post_id: int) -> Response:
    """Show a post to change: as it stands, or as an unfinished change left it."""
    post = get_post(current_actor(), post_id)
    ensure_can_edit_post(current_actor(), post, post.thread)
    draft = find_draft(current_actor(), f"edit:{post_id}")
    standing = {"body": post.body_source, "base_revision": post.revision}
    if post.kind == PostKind.OPENING:
        standing |= {"title": post.thread.title, "tags": ", ".join(list_tag_names(post.thread_id))}
    return _edit_page(post, _form_of(post)(formdata=None, data={**standing, **_kept(draft)}), draft=draft)


@blueprint.post("/posts/<id:post_id>/edit")
@members
@limiter.limit(TYPING)
@limit_posting
def save(post_id: int) -> Response:
    """Save a new revision, or show the form again: with a preview, what to correct, or what somebody else changed meanwhile."""
    post = get_post(current_actor(), post_id)
    ensure_can_edit_post(current_actor(), post, post.thread)
    form = _form_of(post)()
    try:
        if is_asked_for("preview"):
            return _edit_page(post, form, preview=compose_typed(form.body.data or "").body.html)
        form.ensure_valid()
        _flash_wait(_save(post_id, form))
    except Invalid as error:
        form.add_errors(error)
        return _edit_page(post, form, 400)
    except EditConflict as error:
        return _conflict_page(post_id, form, error.message)
    return see_other(post_path(post_id))


@blueprint.post("/posts/<id:post_id>/take-back")
@members
@limiter.limit(REACTING)
def take_post_back(post_id: int) -> Response:
    """Take back one's own answer or reply."""
    with unit_of_work():
        gone = take_back_post(current_actor(), post_id=post_id)
        back = gone.thread.path
    flash(_("Taken back: nobody but moderators can read it now."), "success")
    return see_other(back)


def _save(post_id: int, form: EditPostForm) -> Post:
    actor, composed = current_actor(), compose_typed(form.body.data)
    extra: dict[str, Any] = {}
    if isinstance(form, EditOpeningForm):
        extra = {"title": form.title.data, "tags": split_tags(form.tags.data or "")}
    with unit_of_work():
        saved = edit_post(
            actor, post_id=post_id, body=composed.body, reason=form.reason.data or "", base_revision=form.base_revision.data,
            mentions=composed.mentions, **extra,
        )  # fmt: skip
        discard_draft(actor, key=f"edit:{post_id}")
    return saved


def _flash_wait(saved: Post) -> None:
    """Say that a change waits for a moderator, to its author."""
    is_held = (saved.thread if saved.kind == PostKind.OPENING else saved).held_at is not None
    if is_held and not current_actor().is_curator:
        flash(HELD, "info")


def _conflict_page(post_id: int, form: EditPostForm, message: str) -> Response:
    """Show both texts; the form starts from the newest revision now, so that saving again is a decision."""
    post = get_post(current_actor(), post_id)
    form.base_revision.data = post.revision
    form.base_revision.raw_data = None
    return _edit_page(post, form, 409, conflict=message, changes=inline_lines(diff_lines(post.body_source, form.body.data)))


def _form_of(post: Post) -> type[EditPostForm]:
    return EditOpeningForm if post.kind == PostKind.OPENING else EditPostForm


def _kept(draft: SavedDraft | None) -> dict[str, Any]:
    """Return the fields of an unfinished change, with the revision it started from."""
    if draft is None:
        return {}
    base = draft.fields.get("base_revision", "")
    return {**draft.fields, "base_revision": int(base) if base.isascii() and base.isdigit() and len(base) < 10 else None}


def _edit_page(
    post: Post,
    form: EditPostForm,
    status: int = 200,
    *,
    preview: Markup | None = None,
    draft: SavedDraft | None = None,
    conflict: str = "",
    changes: list[tuple[str, str]] | None = None,
) -> Response:
    is_own = post.author_id == current_actor().id
    title = str(_TITLES[post.thread.kind if post.kind == PostKind.OPENING else post.kind][is_own])
    head = Head(title, crumbs=[(shorten(post.thread.title, 60), post_path(post.id)), (_("Edit"), "")])
    return page(
        "forum/edit_post.html", head, status, form=form, post=post, thread=post.thread, preview=preview, draft=draft,
        draft_key=f"edit:{post.id}", conflict=conflict, changes=changes or [], back=post_path(post.id),
        is_own=is_own, history_path=history_path(post.id),
        can_take_back=can_take_back_post(current_actor(), post, post.thread),
    )  # fmt: skip


@blueprint.get("/posts/<id:post_id>/history")
@public
def history(post_id: int) -> Response:
    """Show what changed between two revisions: ?from= and ?to=, by default the last change; ?view=sides for side by side."""
    actor = current_actor()
    post = get_post(actor, post_id)
    revisions = list_revisions(post_id)
    newest = revisions[0].number if revisions else 1
    to = _number("to", newest)
    old, new = _number("from", to - 1 if to > 1 else 1), to
    texts = load_texts(post_id, old, new)
    if old not in texts or new not in texts:
        raise NotFound(_("There is no such revision."))
    diff = diff_lines(_whole(texts[old]), _whole(texts[new]))
    is_sides = request.args.get("view") == "sides"
    title = _("Changes: %(title)s", title=post.thread.title)
    crumbs = [(shorten(post.thread.title, 60), post_path(post_id)), (_("Changes"), "")]
    return page(
        "forum/history.html", Head(title, path=history_path(post_id), crumbs=crumbs), post=post,
        thread=post.thread, revisions=revisions, old=old, new=new, is_same=diff.is_empty, is_sides=is_sides,
        lines=[] if is_sides else inline_lines(diff), rows=side_rows(diff) if is_sides else [], path=history_path(post_id),
        can_edit=can_edit_post(actor, post, post.thread),
    )  # fmt: skip


def _number(name: str, default: int) -> int:
    """Return a revision number of the query string. Raises NotFound for anything else."""
    raw = request.args.get(name, "")
    if not raw:
        return default
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise NotFound(_("There is no such revision."))
    return int(raw)


def _whole(text: RevisionText) -> str:
    """Return title, tags and body as one text, so that a change of any of them is seen."""
    head = [_("Title: %(title)s", title=text.title)] if text.title else []
    head += [_("Tags: %(tags)s", tags=listed(text.tags))] if text.tags else []
    return "\n".join([*head, "", text.body]) if head else text.body
