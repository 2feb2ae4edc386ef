"""What a moderator sees whose decision was about a text that changed meanwhile: the text as it is now, and the same decisions."""

from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.forum.models import Comment, Post, Thread
from app.forum.queries.threads import get_comment, get_opening, get_post, get_thread
from app.web.context import current_actor
from app.web.forms import posted_line
from app.web.redirects import local_path
from app.web.render import page
from app.web.seo import Head


def read_again(targets: str, target_id: int, error: Conflict, default: str) -> Response:
    """Show a thread, post or comment that waits, as it says now, with what was typed (status 409)."""
    text, thread = _find(targets, target_id)
    return page(
        "moderation/changed.html", Head(_("The text changed")), 409, message=error.message, thread=thread,
        html=Markup(text.body_html), revision=text.revision, action=f"/moderation/{targets}/{target_id}",  # noqa: S704 (sanitised when stored)
        reason=posted_line("reason"), back=local_path(request.form.get("next"), default),
    )  # fmt: skip


def _find(targets: str, target_id: int) -> tuple[Post | Comment, Thread]:
    """Return the text that waits (of a thread: its opening), and its thread."""
    actor = current_actor()
    if targets == "threads":
        thread = get_thread(actor, target_id)
        return get_opening(thread.id), thread
    if targets == "posts":
        post = get_post(actor, target_id)
        return post, post.thread
    comment = get_comment(actor, target_id)
    return comment, comment.post.thread
