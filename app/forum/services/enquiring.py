"""Asking the asker for what is missing: a comment under the question, and with it the evidence that the question waits for them."""

from collections.abc import Sequence

from app.core.actor import Actor
from app.core.errors import Conflict
from app.core.i18n import gettext as _
from app.core.markup import Rendered
from app.forum.models import Comment
from app.forum.models.resolution import OutcomeKind, OutcomeSource
from app.forum.models.thread import Status
from app.forum.policies import ensure_can_ask_for_information
from app.forum.queries.threads import get_opening, get_thread_for_update
from app.forum.services.commenting import add_comment
from app.forum.services.confirming import record_outcome


def ask_for_information(
    actor: Actor, *, thread_id: int, body: Rendered, mentions: Sequence[int] = (), source: str = OutcomeSource.PAGE
) -> Comment:
    """Post a comment under the question and record `needs_info`, so that it waits for its asker until they write again.

    The body is that of a comment (at most 2,000 characters, no blocks). The same text sent again within a minute returns the
    first comment. Raises NotFound, Forbidden, Conflict for a question that is solved or takes no posts, Invalid("body").
    """
    thread = get_thread_for_update(thread_id)
    ensure_can_ask_for_information(actor, thread)
    if thread.status in (Status.SOLVED, Status.CLOSED):
        raise Conflict(_("This question is solved or closed, so there is nothing to wait for. Write a comment instead."))
    comment = add_comment(actor, post_id=get_opening(thread_id).id, body=body, mentions=mentions, is_request=True)
    record_outcome(actor, thread_id=thread_id, kind=OutcomeKind.NEEDS_INFO, source=source)
    return comment
