"""'Was this helpful?': for everybody, without a session. Protected by the same-origin check, a rate limit and the bot list."""

from flask import jsonify
from werkzeug.wrappers import Response

from app.core.errors import Forbidden, Invalid
from app.core.i18n import gettext as _
from app.core.uow import unit_of_work
from app.forum.queries.judging import person_key
from app.kb.models import Article
from app.kb.presenters import REASONS, path_of, present_feedback
from app.kb.routes.blueprint import blueprint
from app.kb.services.feedback import FEEDBACK_NOTE_MAX, give_feedback, take_back_feedback
from app.search.ledger.recorder import note_solved
from app.web.access import public
from app.web.bots import is_bot
from app.web.context import client_agent, current_actor, visitor_key, wants_json
from app.web.csrf import csrf
from app.web.forms import posted_line, posted_text
from app.web.ratelimit import FEEDBACK, limiter
from app.web.redirects import see_other
from app.web.render import fragment


@blueprint.post("/kb/articles/<id:article_id>/feedback")
@csrf.exempt
@public
@limiter.limit(FEEDBACK)
def feedback(article_id: int) -> Response:
    """Record one reader's word: helpful=yes, no (why is asked on the page they come back to) or undo. Scripts get HTML."""
    if is_bot(client_agent()):
        raise Forbidden(_("Only people are asked whether an article helped."))
    helpful, reason = posted_line("helpful", 5), posted_line("reason", 20)
    note = posted_text("note").strip()
    if len(note) > FEEDBACK_NOTE_MAX:
        raise Invalid(_("Please use at most %(note_max)s characters.", note_max=FEEDBACK_NOTE_MAX), "note")
    with unit_of_work():
        article = _record(article_id, helpful, reason, note)
        path = path_of(article)
    if helpful == "yes":
        note_solved("article", article_id)
    said = {"undo": "undone", "no": "reason" if reason or note else "no"}.get(helpful, "yes")
    if wants_json():
        return jsonify(
            helpful=None if helpful == "undo" else helpful == "yes",
            html=fragment("kb/_helpful.html", feedback=present_feedback(article, said), reasons=REASONS),
        )
    return see_other(f"{path}?thanks={said}#feedback")


def _record(article_id: int, helpful: str, reason: str, note: str) -> Article:
    if helpful not in ("yes", "no", "undo"):
        raise Invalid(_("Please say yes or no."), "helpful")
    actor = current_actor()
    # Members count once, on whatever device.
    key = person_key(actor.id) if actor.id is not None else visitor_key("feedback")
    if helpful == "undo":
        return take_back_feedback(actor, article_id=article_id, reader_key=key)
    return give_feedback(
        actor, article_id=article_id, reader_key=key, is_helpful=helpful == "yes", reason=reason, note=note
    )  # fmt: skip
