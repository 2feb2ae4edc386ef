"""What is offered while somebody types: titles for the search box, and questions like the one being asked. No HTTP here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.core.actor import Actor
from app.search import analysis, querying
from app.search.documents import ARTICLE, HitCard, registered_kinds, source_of
from app.search.engines.base import Scored, SearchEngine, Word

LEAST_LETTERS = 2
LEAST_WORDS = 2  # of a title, before similar questions mean anything
BODY_CHARS = 2_000  # of a draft that count
SUGGESTIONS = 8


def load_cards(hits: Iterable[Scored], actor: Actor) -> list[HitCard]:
    """The cards of some hits in their order, without those the actor may not see; one SQL statement for each kind."""
    wanted: dict[str, list[int]] = {}
    hits = list(hits)
    for hit in hits:
        wanted.setdefault(hit.kind, []).append(hit.id)
    known = registered_kinds()
    cards = {kind: source_of(kind).present(ids, actor) for kind, ids in wanted.items() if kind in known}
    return [cards[hit.kind][hit.id] for hit in hits if hit.id in cards.get(hit.kind, {})]


def suggest(engine: SearchEngine, text: str, actor: Actor, limit: int = SUGGESTIONS) -> list[HitCard]:
    """Documents for the search box while somebody types: titles that go on like this, then what matches; articles first."""
    text = text[: querying.MAX_CHARS]
    spelled = analysis.surface_words(text)[: querying.MAX_WORDS]
    if len("".join(spelled)) < LEAST_LETTERS and not analysis.has_cjk(text):
        return []
    is_open = bool(spelled) and not text[-1:].isspace()
    words, prefix = (spelled[:-1], spelled[-1]) if is_open else (spelled, "")
    hits = engine.complete(words, prefix, actor.audiences, limit) if spelled else []
    if len(hits) < limit:
        query = querying.build(querying.parse(text), querying.SearchForm(), actor.audiences, limit=limit)
        hits += engine.search(replace(query, facets=False)).hits if query.words or query.required else ()
    unique = list({hit.key: hit for hit in hits}.values())[:limit]
    return load_cards(sorted(unique, key=lambda hit: hit.kind != ARTICLE), actor)


def _words(text: str) -> Sequence[Word]:
    return [Word(stems) for stems in analysis.variants(text)]


def similar_questions(
    engine: SearchEngine, title: str, body: str, actor: Actor, limit: int = 5, exclude: str = ""
) -> list[HitCard]:
    """Questions and articles like a draft, best first; none before the title has LEAST_WORDS words. `exclude` is a key."""
    words = _words(title[: querying.MAX_CHARS * 2])
    if len(words) < LEAST_WORDS:
        return []
    return load_cards(engine.similar(words, _words(body[:BODY_CHARS]), actor.audiences, limit, exclude), actor)
