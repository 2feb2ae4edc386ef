"""What a moderator sees whose decision was about a text that changed meanwhile: the text as it is now, and the same decisions."""

from flask import request
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.core.errors import Conflict
from app.forum.queries.threads import get_comment, get_opening, get_post, get_thread
from app.web.context import current_actor
from app.web.forms import posted_line
from app.web.redirects import local_path
from app.web.render import page
from app.web.seo import Head


def read_again(targets: str, target_id: int, error: Conflict, default: str) -> Response:
    """Show a thread, post or comment that waits, as it says now, with what was typed (status 409)."""
    actor = current_actor()
    if targets == "threads":
        thread = get_thread(actor, target_id)
        text, revision = get_opening(thread.id), get_opening(thread.id).revision
    elif targets == "posts":
        post = get_post(actor, target_id)
        text, thread, revision = post, post.thread, post.revision
    else:
        comment = get_comment(actor, target_id)
        text, thread, revision = comment, comment.post.thread, comment.revision
    return page(
        "moderation/changed.html", Head("The text changed", is_indexable=False), 409, message=error.message, thread=thread,
        html=Markup(text.body_html), revision=revision, action=f"/moderation/{targets}/{target_id}",  # noqa: S704 (sanitised when stored)
        reason=posted_line("reason"), back=local_path(request.form.get("next"), default),
    )  # fmt: skip
