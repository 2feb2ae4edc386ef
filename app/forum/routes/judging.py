"""'Did this work for you?': for everybody, without a session. Protected by the same-origin check, a rate limit and the bot list."""

from flask import jsonify
from werkzeug.wrappers import Response

from app.core.actor import Actor
from app.core.errors import Forbidden, Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.forum.queries.threads import get_thread
from app.forum.routes.blueprint import blueprint
from app.forum.services.judging import Word, say_worked, take_back_word
from app.forum.urls import thread_path
from app.forum.verdicts import present_word
from app.search.ledger.recorder import note_solved
from app.web.access import public
from app.web.bots import is_bot
from app.web.context import client_agent, current_actor, visitor_key, wants_json
from app.web.csrf import csrf
from app.web.forms import posted_line
from app.web.ratelimit import FEEDBACK, limiter
from app.web.redirects import see_other
from app.web.render import fragment


@blueprint.post("/posts/<id:post_id>/worked")
@csrf.exempt
@public
@limiter.limit(FEEDBACK)
def worked(post_id: int) -> Response:
    """Record one reader's word: worked=yes, no (with a reason or none yet) or undo. Scripts get the next question as HTML."""
    if is_bot(client_agent()):
        raise Forbidden(_("Only people are asked whether an answer worked."))
    actor = current_actor()
    with unit_of_work():
        word = _record(actor, post_id, posted_line("worked", 5))
    if word.worked:
        note_solved("thread", word.thread_id)
    thread = get_thread(actor, word.thread_id)
    verdict, path = present_word(word, thread_path(thread.kind, thread.id, thread.slug))
    if wants_json():
        return jsonify(worked=word.worked, html=fragment("forum/_verdict.html", v=verdict))
    return see_other(path)


def _record(actor: Actor, post_id: int, said: str) -> Word:
    if said not in ("yes", "no", "undo"):
        raise Invalid(_("Please say yes or no."), field="worked")
    key = visitor_key("worked")
    if said == "undo":
        return take_back_word(actor, post_id=post_id, reader_key=key)
    return say_worked(
        actor, post_id=post_id, worked=said == "yes", reader_key=key, reason_kind=posted_line("reason", 20)
    )  # fmt: skip
