"""Reporting a post or a comment."""

from flask import flash
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.core.uow import unit_of_work
from app.forum.queries.threads import get_comment, get_post
from app.forum.urls import comment_path, post_path
from app.moderation.forms import FlagForm
from app.moderation.routes.blueprint import blueprint
from app.moderation.services.flagging import flag_comment, flag_post
from app.web.access import members
from app.web.context import current_actor
from app.web.ratelimit import REACTING, limiter
from app.web.redirects import see_other
from app.web.render import page
from app.web.seo import Head

THANKS = "Thank you. A moderator will look at it."


def _form_page(form: FlagForm, what: str, text: str, back: str, status: int = 200) -> Response:
    head = Head(title=f"Report this {what}", is_indexable=False)
    return page("moderation/flag.html", head, status=status, form=form, what=what, text=text, back=back, action=f"{back}/flag")


@blueprint.get("/posts/<id:post_id>/flag")
@members
def flag_post_form(post_id: int) -> Response:
    """Show the form with the post that is meant."""
    post = get_post(current_actor(), post_id)
    return _form_page(FlagForm(), "post", post.body_text, post_path(post_id))


@blueprint.post("/posts/<id:post_id>/flag")
@members
@limiter.limit(REACTING)
def flag_post_action(post_id: int) -> Response:
    """Report a post."""
    actor, form = current_actor(), FlagForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            flag_post(actor, post_id=post_id, reason=form.reason.data, note=form.note.data or "")
    except Invalid as error:
        form.add_errors(error)
        return _form_page(form, "post", get_post(actor, post_id).body_text, post_path(post_id), status=400)
    flash(THANKS)
    return see_other(post_path(post_id))


@blueprint.get("/comments/<id:comment_id>/flag")
@members
def flag_comment_form(comment_id: int) -> Response:
    """Show the form with the comment that is meant."""
    comment = get_comment(current_actor(), comment_id)
    return _form_page(FlagForm(), "comment", comment.body_text, comment_path(comment_id))


@blueprint.post("/comments/<id:comment_id>/flag")
@members
@limiter.limit(REACTING)
def flag_comment_action(comment_id: int) -> Response:
    """Report a comment."""
    actor, form = current_actor(), FlagForm()
    try:
        form.ensure_valid()
        with unit_of_work():
            flag_comment(actor, comment_id=comment_id, reason=form.reason.data, note=form.note.data or "")
    except Invalid as error:
        form.add_errors(error)
        return _form_page(form, "comment", get_comment(actor, comment_id).body_text, comment_path(comment_id), status=400)
    flash(THANKS)
    return see_other(comment_path(comment_id))
