"""Comments: posting, changing, taking back."""

from flask import flash
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.text import shorten
from app.core.uow import unit_of_work
from app.forum.forms import CommentForm, EditCommentForm
from app.forum.models import Comment
from app.forum.policies import ensure_can_edit_comment
from app.forum.queries.thread_head import find_thread_head
from app.forum.queries.thread_page import page_of_post
from app.forum.queries.threads import get_comment, get_post
from app.forum.routes.blueprint import blueprint
from app.forum.routes.composing import compose_comment, limit_posting
from app.forum.routes.thread_page import render_thread
from app.forum.services.commenting import add_comment, delete_comment, edit_comment
from app.forum.urls import comment_path, post_path
from app.web.access import members
from app.web.context import current_actor
from app.web.ratelimit import REACTING, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head


@blueprint.post("/posts/<id:post_id>/comments")
@members
@limit_posting
def comment(post_id: int) -> Response:
    """Post a comment, or show the thread again with what was typed."""
    actor, form = current_actor(), CommentForm()
    try:
        form.ensure_valid()
        composed = compose_comment(form.body.data)
        with unit_of_work():
            added = add_comment(actor, post_id=post_id, body=composed.body, mentions=composed.mentions)
    except Invalid as error:
        return _thread_again(post_id, form.body.data or "", error.message)
    return _shown(added)


def _shown(comment: Comment) -> Response:
    """Lead to a comment, or say that it waits: then its place is its post."""
    if comment.held_at is None:
        return see_other(comment_path(comment.id))
    flash(_("Thank you. A moderator reads your comment first; until then only moderators see it."), "info")
    return see_other(post_path(comment.post_id))


def _thread_again(post_id: int, text: str, error: str) -> Response:
    actor = current_actor()
    thread = get_post(actor, post_id).thread
    head = find_thread_head(thread.id)
    number = page_of_post(actor, head, post_id) if head else 1
    return render_thread(actor, thread.id, page=number, status=400, comment=(post_id, text, error))


@blueprint.get("/comments/<id:comment_id>/edit")
@members
def edit_comment_page(comment_id: int) -> Response:
    """Show a comment to change."""
    found = get_comment(current_actor(), comment_id)
    ensure_can_edit_comment(current_actor(), found, found.post.thread)
    return _edit_page(found, EditCommentForm(formdata=None, data={"body": found.body_source}))


@blueprint.post("/comments/<id:comment_id>/edit")
@members
@limiter.limit(REACTING)
def change_comment(comment_id: int) -> Response:
    """Save a changed comment, or show the form again."""
    actor, form = current_actor(), EditCommentForm()
    try:
        form.ensure_valid()
        composed = compose_comment(form.body.data)
        with unit_of_work():
            changed = edit_comment(
                actor, comment_id=comment_id, body=composed.body, mentions=composed.mentions, reason=form.reason.data or ""
            )
    except Invalid as error:
        form.add_errors(error)
        found = get_comment(actor, comment_id)
        ensure_can_edit_comment(actor, found, found.post.thread)
        return _edit_page(found, form, 400)
    return _shown(changed)


@blueprint.post("/comments/<id:comment_id>/delete")
@members
@limiter.limit(REACTING)
def take_back(comment_id: int) -> Response:
    """Take back one's own comment."""
    with unit_of_work():
        gone = delete_comment(current_actor(), comment_id=comment_id)
    flash(_("Taken back: nobody but moderators can read it now."), "success")
    return see_other(post_path(gone.post_id))


def _edit_page(found: Comment, form: EditCommentForm, status: int = 200) -> Response:
    thread, is_own = found.post.thread, found.author_id == current_actor().id
    if not is_own:
        form.body.label.text, form.reason.flags.required = _("The comment"), True
    title = _("Change your comment") if is_own else _("Change this comment")
    head = Head(title, crumbs=[(shorten(thread.title, 60), post_path(found.post_id)), (title, "")])
    return page(
        "forum/edit_comment.html", head, status, form=form, comment=found, thread=thread,
        is_own=is_own, back=comment_path(found.id),
    )  # fmt: skip
