"""Turning answers into comments and comments into answers: a page that shows how it will look, then one action with an undo."""

from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from app.core.errors import Conflict, Invalid
from app.core.i18n import gettext as _
from app.core.text import shorten
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post
from app.forum.services.checking import COMMENT_MAX
from app.forum.services.composing import Composed, compose
from app.forum.services.turning import ensure_can_turn, turn_into_comment, turn_into_post
from app.forum.urls import comment_path, post_path
from app.moderation.forms.reshaping import ReasonForm, ToCommentForm
from app.moderation.presenters.reshaping import list_choices
from app.moderation.queries.moderated import get_moderated_comment, get_moderated_post
from app.moderation.routes.acting import decided
from app.moderation.routes.blueprint import blueprint
from app.web.access import moderators
from app.web.context import current_actor, site_settings
from app.web.render import page
from app.web.seo import Head


def _composed(source: str, *, is_comment: bool) -> Composed:
    """Return a stored text as it looks in its new place. Raises Invalid("body") when it is too long for it."""
    host = urlsplit(site_settings().base_url).netloc
    return compose(source, own_host=host, is_comment=True, most=COMMENT_MAX) if is_comment else compose(source, own_host=host)


def _under(form: ToCommentForm, post: Post) -> ToCommentForm:
    choices = [one for one in list_choices(post.thread_id) if one.id != post.id and one.is_listed]
    form.under.choices = [(one.id, shorten(f"{one.label}: {one.text}", 160)) for one in choices]
    if not form.is_submitted() and choices:
        form.under.data = choices[0].id
    return form


def _comment_page(post: Post, form: ToCommentForm, status: int = 200) -> Response:
    preview, refusal = None, ""
    try:
        ensure_can_turn(post)
        preview = _composed(post.body_source, is_comment=True).body.html
    except (Conflict, Invalid) as error:
        refusal = error.message
    head = Head(title=_("Make it a comment"))
    return page("moderation/turn.html", head, status, form=form, preview=preview, refusal=refusal, thread=post.thread,
                what="comment", old=post, back=post_path(post.id), action=f"/moderation/posts/{post.id}/to-comment")  # fmt: skip


@blueprint.get("/moderation/posts/<id:post_id>/to-comment")
@moderators
def to_comment_form(post_id: int) -> Response:
    """Show an answer or reply as the comment it would be."""
    post = get_moderated_post(current_actor(), post_id)
    return _comment_page(post, _under(ToCommentForm(formdata=None), post))


@blueprint.post("/moderation/posts/<id:post_id>/to-comment")
@moderators
def to_comment(post_id: int) -> Response:
    """Make an answer or reply a comment."""
    post = get_moderated_post(current_actor(), post_id)
    form = _under(ToCommentForm(), post)
    try:
        form.ensure_valid()
        body = _composed(post.body_source, is_comment=True).body
        with unit_of_work():
            comment = turn_into_comment(
                current_actor(), post_id=post_id, under_id=form.under.data or 0, body=body, reason=form.reason.data
            )
    except Invalid as error:
        form.add_errors(error)
        return _comment_page(get_moderated_post(current_actor(), post_id), form, 400)
    return decided(_("It is a comment now."), comment_path(comment.id))


def _answer_page(comment: Comment, form: ReasonForm, status: int = 200) -> Response:
    refusal = _("This comment is hidden.") if comment.hidden_at is not None else ""
    preview = _composed(comment.body_source, is_comment=False).body.html
    thread = comment.post.thread
    what = "answer" if thread.is_question else "reply"
    head = Head(title=_("Make it an answer") if thread.is_question else _("Make it a reply"))
    return page("moderation/turn.html", head, status, form=form, preview=preview, refusal=refusal, thread=thread, what=what,
                old=comment, back=comment_path(comment.id), action=f"/moderation/comments/{comment.id}/to-answer")  # fmt: skip


@blueprint.get("/moderation/comments/<id:comment_id>/to-answer")
@moderators
def to_answer_form(comment_id: int) -> Response:
    """Show a comment as the answer or reply it would be."""
    return _answer_page(get_moderated_comment(current_actor(), comment_id), ReasonForm(formdata=None))


@blueprint.post("/moderation/comments/<id:comment_id>/to-answer")
@moderators
def to_answer(comment_id: int) -> Response:
    """Make a comment an answer or reply."""
    comment, form = get_moderated_comment(current_actor(), comment_id), ReasonForm()
    try:
        form.ensure_valid()
        body = _composed(comment.body_source, is_comment=False).body
        with unit_of_work():
            post = turn_into_post(current_actor(), comment_id=comment_id, body=body, reason=form.reason.data)
    except Invalid as error:
        form.add_errors(error)
        return _answer_page(get_moderated_comment(current_actor(), comment_id), form, 400)
    return decided(_("It stands for itself now."), post_path(post.id))
