"""Looking for answers before asking: what is like a title, and ending the ask there."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from app.core.errors import Forbidden
from app.core.i18n import gettext as _
from app.core.text import clean_line, shorten
from app.core.uow import unit_of_work
from app.forum.models.thread import TITLE_MAX
from app.forum.routes.blueprint import blueprint
from app.forum.services.drafting import discard_draft, find_draft, save_draft
from app.search.deflecting import end_ask, find_document
from app.search.documents import ARTICLE, HitCard
from app.search.engines import current_engine
from app.search.ledger.recorder import asks_without_suggestions
from app.search.suggest import similar_questions
from app.web.access import public
from app.web.bots import is_bot
from app.web.context import client_agent, current_actor, visitor_key
from app.web.csrf import csrf
from app.web.filters import paragraphs
from app.web.forms import posted_line, posted_text, query_line
from app.web.ratelimit import FEEDBACK, TYPING, limiter
from app.web.redirects import see_other
from app.web.render import fragment, page
from app.web.seo import Head

DRAFT_KEY = "ask"
SHOWN_ANSWER = 800
_ORDER = {"solved": 1, "likely_solved": 2, "answered": 3}
_WITHOUT_ANSWER = frozenset({"unanswered", "needs_info"})


@blueprint.get("/ask/similar")
@public
@limiter.limit(TYPING)
def similar() -> Response:
    """Answer with a fragment of HTML: threads and articles like ?title=. With ?for=discussion there is no ask to be ended."""
    can_end = request.args.get("for") != "discussion"
    return Response(fragment("forum/similar.html", rows=similar_rows(query_line("title"), ""), can_end=can_end))


@blueprint.post("/ask/solved")
@csrf.exempt
@public
@limiter.limit(FEEDBACK)
def end_asking() -> BaseResponse:
    """Take 'This solved it' for a suggestion (solved=t12): nothing is posted. A text that was typed is kept as a draft."""
    if is_bot(client_agent()):
        raise Forbidden(_("Only people are asked what solved their problem."))
    actor, key = current_actor(), posted_line("solved", 20)
    title = clean_line(request.form.get("title", ""))[:TITLE_MAX]  # too long for a question, not for looking for one
    with unit_of_work():
        end_ask(actor, query=title, key=key, visitor=visitor_key("search"))
        if actor.is_authenticated and posted_text("body").strip():
            save_draft(actor, key=DRAFT_KEY, fields=request.form)
        elif actor.is_authenticated:
            discard_draft(actor, key=DRAFT_KEY)
    return see_other("/ask/solved?" + urlencode({"by": key, "title": title}))


@blueprint.get("/ask/solved")
@public
@limiter.limit(TYPING)
def ended_asking() -> Response:
    """Say that nothing was posted, and what helped; the way back to asking is kept open."""
    actor, title = current_actor(), query_line("title")
    card = find_document(actor, query_line("by"))
    return page(
        "forum/ask_solved.html",
        Head(_("Solved without asking"), path="/ask/solved"),
        card=card,
        draft=find_draft(actor, DRAFT_KEY),
        draft_key=DRAFT_KEY,
        ask_path="/ask" + (f"?{urlencode({'title': title})}" if title else ""),
    )


def similar_rows(title: str, body: str) -> list[dict[str, Any]]:
    """Return what the index finds like a title being typed: articles, then what is solved, then the rest, each best first.

    Nothing without an index, and for those who ask without suggestions, for comparison.
    """
    try:
        engine = current_engine()
    except RuntimeError:  # no engine was chosen: tests and commands without search
        return []
    if asks_without_suggestions():
        return []
    cards = similar_questions(engine, title, body, current_actor())
    return [_similar_row(card) for card in sorted(cards, key=_place)]


def _place(card: HitCard) -> int:
    return 0 if card.kind == ARTICLE else _ORDER.get(card.status, 4)


def _similar_row(card: HitCard) -> dict[str, Any]:
    """A row: of articles their summary (their text in one piece would lose tables and steps), of threads the accepted answer."""
    is_article = card.kind == ARTICLE
    answer = paragraphs(shorten(card.answer, SHOWN_ANSWER)) if card.answer and not is_article else ""
    return {
        "key": card.key, "path": card.path, "title": card.title, "kind": ARTICLE if is_article else card.thread_kind,
        "status": card.status, "summary": card.excerpt if is_article else "", "answer_html": answer,
        "may_solve": is_article or card.status not in _WITHOUT_ANSWER,
    }  # fmt: skip
