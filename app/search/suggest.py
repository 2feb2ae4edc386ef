"""What is offered while somebody types: titles for the search box, and questions like the one being asked. No HTTP here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import TypeVar

from app.core.actor import Actor
from app.core.records import replace
from app.search import aliases, analysis, querying
from app.search.documents import ARTICLE, HitCard, Source, TitleCard, registered_kinds, source_of
from app.search.engines.base import Scored, SearchEngine, Word
from app.search.folding import fold_cards, fold_titles

LEAST_LETTERS = 2
LEAST_WORDS = 2  # of a title, before similar questions mean anything
BODY_CHARS = 2_000  # of a draft that count
SUGGESTIONS = 8
CLOSEST = 20  # documents that are looked at for duplicates of one
REMEMBERED = 2_000  # documents whose similar ones a process remembers: about a KiB each

Card = TypeVar("Card", HitCard, TitleCard)

_similar: OrderedDict[tuple[object, ...], tuple[Scored, ...]] = OrderedDict()
_similar_lock = Lock()


def load_cards(hits: Iterable[Scored], actor: Actor, *, with_texts: bool = False) -> list[HitCard]:
    """The cards of some hits in their order, without those the actor may not see; one SQL statement for each kind.

    `with_texts`: with answers and tags.
    """
    return _load(hits, lambda source, ids: (source.texts if with_texts else source.present)(ids, actor))


def load_titles(hits: Iterable[Scored], actor: Actor) -> list[TitleCard]:
    """As load_cards, for a list of links."""
    return _load(hits, lambda source, ids: source.titles(ids, actor))


def _load(hits: Iterable[Scored], load: Callable[[Source, list[int]], dict[int, Card]]) -> list[Card]:
    wanted: dict[str, list[int]] = {}
    hits = list(hits)
    for hit in hits:
        wanted.setdefault(hit.kind, []).append(hit.id)
    known = registered_kinds()
    cards = {kind: load(source_of(kind), ids) for kind, ids in wanted.items() if kind in known}
    return [cards[hit.kind][hit.id] for hit in hits if hit.id in cards.get(hit.kind, {})]


def suggest(engine: SearchEngine, text: str, actor: Actor, limit: int = SUGGESTIONS) -> list[TitleCard]:
    """Documents for the search box while somebody types: titles that go on like this, then what matches; articles first.

    An article stands for the threads it maintains. Reads no texts.
    """
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
    return sorted((row.card for row in fold_titles(unique, actor)), key=lambda card: card.kind != ARTICLE)


def similar_words(text: str) -> Sequence[Word]:
    """The words of a text as similar documents are looked for with them."""
    return aliases.expand([Word(stems) for stems in analysis.variants(text)])


def similar_questions(
    engine: SearchEngine, title: str, body: str, actor: Actor, limit: int = 5, exclude: str = ""
) -> list[HitCard]:
    """Questions and articles like a draft, best first; none before the title has LEAST_WORDS words. `exclude` is a key.

    An article stands for the threads it maintains.
    """
    hits = most_similar(engine, title, body, actor.audiences, 2 * limit, exclude)
    return [row.card for row in fold_cards(hits, actor)][:limit]


def closest(
    engine: SearchEngine, key: str, title: str, body: str, audiences: tuple[str, ...], limit: int = CLOSEST
) -> list[Scored] | None:
    """The documents closest to the stored one called `key`, best first; scores are shares (0 to 1) of its own score for its words.

    The share makes scores comparable between questions. None when the index does not hold the document itself (yet); nothing is
    close to a title of less than LEAST_WORDS words. `audiences` must hold its own.
    """
    if len(similar_words(title)) < LEAST_WORDS:
        return []
    hits = most_similar(engine, title, body, audiences, limit)
    own = next((hit.score for hit in hits if hit.key == key), 0.0)
    if own <= 0:
        return None
    return [replace(hit, score=min(1.0, hit.score / own)) for hit in hits if hit.key != key]


def most_similar(
    engine: SearchEngine, title: str, body: str, audiences: tuple[str, ...], limit: int, exclude: str = ""
) -> list[Scored]:
    """What the index finds like a title and text now, best first; nothing for a title of less than LEAST_WORDS words."""
    words = similar_words(title[: querying.MAX_CHARS * 2])
    if len(words) < LEAST_WORDS:
        return []
    return engine.similar(words, similar_words(body[:BODY_CHARS]), audiences, limit, exclude)


def similar_titles(engine: SearchEngine, title: str, body: str, actor: Actor, limit: int, exclude: str) -> list[TitleCard]:
    """As similar_questions for a stored document, whose key is `exclude`: what the index says is remembered until it, or the aliases, change.

    Who may see what is found is asked each time.
    """
    return load_titles(similar_hits(engine, title, body, actor, limit, exclude), actor)


def similar_hits(engine: SearchEngine, title: str, body: str, actor: Actor, limit: int, exclude: str) -> tuple[Scored, ...]:
    """What similar_titles asks the index, for a caller that loads it together with other documents."""
    generation = engine.generation()
    key = (generation, aliases.version(), exclude, hash((title, body)), actor.audiences, limit)
    with _similar_lock:
        found = _similar.get(key)
        if found is not None:
            _similar.move_to_end(key)
    if found is None:
        found = tuple(most_similar(engine, title, body, actor.audiences, limit, exclude))
        if generation:
            _remember(key, found)
    return found


def _remember(key: tuple[object, ...], found: tuple[Scored, ...]) -> None:
    with _similar_lock:
        _similar[key] = found
        if len(_similar) > REMEMBERED:
            _similar.popitem(last=False)
