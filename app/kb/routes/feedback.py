"""'Was this helpful?': for everybody, without a session. Protected by the same-origin check, a rate limit and the bot list."""

from flask import Response, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import Forbidden, Invalid
from app.core.text import clean_text
from app.core.uow import unit_of_work
from app.kb.presenters import path_of
from app.kb.routes.blueprint import blueprint
from app.kb.services.feedback import FEEDBACK_NOTE_MAX, give_feedback
from app.pageviews.bots import is_bot
from app.web.access import public
from app.web.context import client_agent, current_actor, visitor_key, wants_json
from app.web.csrf import csrf
from app.web.forms import posted_line
from app.web.ratelimit import FEEDBACK, limiter
from app.web.redirects import see_other


@blueprint.post("/kb/articles/<id:article_id>/feedback")
@csrf.exempt
@public
@limiter.limit(FEEDBACK)
def feedback(article_id: int) -> AnyResponse:
    """Record one reader's word; who says no is asked for a reason on the page they come back to."""
    if is_bot(client_agent()):
        raise Forbidden("Only people are asked whether an article helped.")
    said, reason = posted_line("helpful", 5), posted_line("reason", 20)
    if said not in ("yes", "no"):
        raise Invalid("Please say yes or no.", "helpful")
    note = clean_text(request.form.get("note", ""))[:FEEDBACK_NOTE_MAX].strip()
    with unit_of_work():
        article = give_feedback(
            current_actor(), article_id=article_id, reader_key=visitor_key("feedback"), is_helpful=said == "yes", reason=reason,
            note=note,
        )  # fmt: skip
        path = path_of(article)
    if wants_json():
        return _as_json(said == "yes")
    return see_other(f"{path}?thanks={'reason' if reason or note else said}#feedback")


def _as_json(is_helpful: bool) -> Response:
    return jsonify(helpful=is_helpful)
