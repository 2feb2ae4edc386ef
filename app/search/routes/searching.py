"""The search page and the suggestions of the search box. Both are for everybody and show what the actor may read."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request

from app.core.actor import Actor
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.pagination import Page, parse_page
from app.core.text import clean_line
from app.search.deflecting import find_document
from app.search.documents import category_names
from app.search.engines import current_engine
from app.search.ledger.recorder import note_picked, note_search, search_of
from app.search.presenters import filter_links, row_of, said_of_misread, suggestion_of
from app.search.querying import MAX_CHARS, SearchForm, misread, plain
from app.search.results import PER_PAGE, Results, find
from app.search.routes.blueprint import blueprint
from app.search.routes.shared_results import find_shared, key_of_request, share
from app.search.suggest import suggest
from app.search.urls import IN_ADDRESS, search_path
from app.web.access import public
from app.web.context import current_actor
from app.web.csrf import csrf
from app.web.forms import posted_line
from app.web.ratelimit import SEARCHING, TYPING, limiter
from app.web.render import page
from app.web.seo import Head


def _form() -> SearchForm:
    return SearchForm.cleaned(**{name: request.args.get(name, "") for name in IN_ADDRESS})


@blueprint.get("/search")
@public
@limiter.limit(SEARCHING)
def search_page() -> Response:
    """Results for a query, or what search can do when there is none. Search engines are asked not to index it."""
    actor, number = current_actor(), parse_page(request.args.get("page"))
    raw, form = clean_line(request.args.get("q", "")), _form()
    key = key_of_request(actor, raw, form, number)
    shared = find_shared(actor, key) if key else None
    if shared is not None:
        response, search = shared
        note_search(search)
        return response
    results = find(current_engine(), raw, form, actor, number)
    note_search(search_of(results))
    return (share(actor, key, results, _page_of) if key else None) or _page_of(actor, results)


def _page_of(actor: Actor, results: Results) -> Response:
    return page("search/results.html", head=_head(results), **_values(results, category_names(actor) if results.is_asked else {}))


def _head(results: Results) -> Head:
    query = results.raw[:MAX_CHARS]
    title = _("%(query)s – search", query=query) if query else _("Search")
    about = _("Questions and articles about %(query)s", query=query) if query else _("Search all questions and articles.")
    return Head(title=title, description=about, path=search_path(query, results.form))


def _values(results: Results, names: dict[str, str]) -> dict[str, Any]:
    query = results.raw[:MAX_CHARS]
    title = plain(query)
    return {
        "query": query,
        "results": results,
        "rows": [row_of(item) for item in results.items],
        "pages": Page(results.items, results.number, PER_PAGE, results.has_next, results.pages),
        "links": filter_links(results, names),
        "page_path": search_path(query, results.form),
        "misread": [said_of_misread(note) for note in misread(query)],
        "meant_path": search_path(results.meant, results.form),
        "ask_path": "/ask" + (f"?{urlencode({'title': title})}" if title else ""),
    }


@blueprint.get("/search/suggest")
@public
@limiter.limit(TYPING)
def suggestions() -> Response:
    """Suggestions for what is being typed, as JSON."""
    cards = suggest(current_engine(), request.args.get("q", ""), current_actor())
    said = ngettext("%(num)s suggestion", "%(num)s suggestions", len(cards)) if cards else ""
    return jsonify(suggestions=[suggestion_of(card) for card in cards], said=said)


@blueprint.post("/search/picked")
@csrf.exempt
@public
@limiter.limit(TYPING)
def picked() -> Response:
    """Take the browser's word that a suggestion (key=t12) was opened for what was typed (q); only the ledger hears of it."""
    card = find_document(current_actor(), posted_line("key", 20))
    note_picked(clean_line(request.form.get("q", "")), card.kind, card.id)
    return Response(status=204)
