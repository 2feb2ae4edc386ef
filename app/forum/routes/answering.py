"""Posting an answer to a question or a reply in a discussion."""

from flask import flash
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.forum.forms import AnswerForm
from app.forum.routes.blueprint import blueprint
from app.forum.routes.composing import HELD, compose_typed, is_asked_for, limit_posting
from app.forum.routes.thread_page import render_thread
from app.forum.services.answering import add_post
from app.forum.services.drafting import discard_draft
from app.forum.urls import post_path
from app.web.access import members
from app.web.context import current_actor
from app.web.redirects import see_other


@blueprint.post("/questions/<id:thread_id>/answers")
@blueprint.post("/discussions/<id:thread_id>/replies")
@members
@limit_posting
def add(thread_id: int) -> Response:
    """Post it, or show the thread again with what was typed: as it would look, or with what to correct."""
    actor, form = current_actor(), AnswerForm()
    try:
        form.ensure_valid()
        composed = compose_typed(form.body.data)
        if is_asked_for("preview"):
            return render_thread(actor, thread_id, answer_form=form, preview=composed.body.html)
        with unit_of_work():
            post = add_post(actor, thread_id=thread_id, body=composed.body, mentions=composed.mentions)
            discard_draft(actor, key=f"answer:{thread_id}")
    except Invalid as error:
        form.add_errors(error)
        return render_thread(actor, thread_id, status=400, answer_form=form)
    if post.held_at is not None:
        flash(HELD, "info")
        return see_other(post_path(post.id))
    flash(_("Thank you, your answer is posted.") if post.kind == "answer" else _("Your reply is posted."), "success")
    return see_other(post_path(post.id))
