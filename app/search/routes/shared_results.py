"""The page of results as its readers share it: who asks the same and may read the same gets the same, but for their frame.

It is kept until the index, the aliases, or something that stands on it changes. Each search is counted by its route: there is no copy
of a page of results that is given out before. Curators, and who is told something, get pages of their own.
"""

from collections.abc import Callable
from typing import cast

from flask import Response, request

from app.core.actor import Actor
from app.core.i18n import current_language
from app.core.records import Struct
from app.pagecache.sharing import common_reader, filled_in, find_page, may_share, shared_pages
from app.search import aliases
from app.search.documents import THREAD, HitCard
from app.search.engines import current_engine
from app.search.ledger.recorder import Search, search_of
from app.search.querying import SearchForm
from app.search.results import Results
from app.web.context import acting_as
from app.web.marking import PEOPLE, SITE, article_tag, thread_tag
from app.web.pieces import for_many


class SharedKey(Struct, frozen=True):
    """Which page a request may share: what was asked, in which state of the index and the aliases, and the reader, who is nobody."""

    host: str
    raw: str
    form: SearchForm
    number: int
    language: str
    generation: str
    aliases: int
    reader: Actor


def key_of_request(actor: Actor, raw: str, form: SearchForm, number: int) -> SharedKey | None:
    """Return which page the running request may share; None where it needs one of its own, or nobody knows when the index changes."""
    if not may_share(actor):
        return None
    generation = current_engine().generation()
    if not generation:
        return None
    return SharedKey(request.host, raw, form, number, current_language(), generation, aliases.version(), common_reader(actor))


def find_shared(actor: Actor, key: SharedKey) -> tuple[Response, Search] | None:
    """Return the shared page with the actor's own frame, and what to note of it, if there is a current one."""
    page = find_page(key)
    return (filled_in(actor, page), cast(Search, page.facts)) if page is not None else None


def share(actor: Actor, key: SharedKey, results: Results, make: Callable[[Actor, Results], Response]) -> Response | None:
    """Make the page that the actor shares with others, and return it with their own frame; None if the index changed meanwhile."""
    pages = shared_pages()
    if pages is None or current_engine().generation() != key.generation:
        return None
    with acting_as(key.reader), for_many():
        made = make(key.reader, results)
    shows = {PEOPLE, SITE, *(_tag(card) for item in results.items for card in (item.card, *(one.card for one in item.threads)))}
    return filled_in(actor, pages.keep(key, made, search_of(results), shows))


def _tag(card: HitCard) -> str:
    return thread_tag(card.id) if card.kind == THREAD else article_tag(card.id)
