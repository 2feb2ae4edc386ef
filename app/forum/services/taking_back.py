"""Authors taking back an answer or reply of theirs. Owns no decision about others' texts: those are hidden by moderators.

The text stays in the database, hidden, so that a report about it can still be judged; a moderator may show it again.
"""

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, Forbidden
from app.core.events import emit
from app.core.i18n import gettext as _
from app.core.i18n import speaking
from app.forum.events import PostCurated
from app.forum.models import Post
from app.forum.models.post import PostKind
from app.forum.policies import can_take_back_post, ensure_can_edit_post
from app.forum.queries.threads import get_post_for_update
from app.forum.services.commenting import TAKEN_BACK
from app.forum.services.figures import settle


def take_back_post(actor: Actor, *, post_id: int) -> Post:
    """Take one's own answer or reply out of sight. Neither logged nor told: nobody decided about somebody else.

    Raises NotFound, Forbidden for others' posts and where nothing may be changed any more, and Conflict for an opening text, and for
    an answer that helped: people were told to rely on it.
    """
    post = get_post_for_update(post_id)
    thread = post.thread
    ensure_can_edit_post(actor, post, thread)
    if post.author_id != actor.id:
        raise Forbidden(_("Only its author can take back a post. Moderators hide it, with a reason."))
    if post.kind == PostKind.OPENING:
        raise Conflict(_("What a thread begins with stays: others answered it."))
    if post.hidden_at is not None:
        raise Conflict(_("This post is hidden already."))
    if not can_take_back_post(actor, post, thread):
        raise Conflict(_("Others found help in this answer, so it stays. You can still change it."))
    with speaking(None):  # kept in the language of the site
        post.hidden_at, post.hidden_reason = now(), str(TAKEN_BACK)
    settle(thread)
    emit(PostCurated(thread.id, post.id, "take_back", actor.id, post.hidden_reason, is_one_of_many=True))
    return post
