"""Shows an article once, where threads that it maintains were found too: they stand under it, in its place.

Two SQL statements at most, threads first: they tell which articles are needed. Must not know Flask or an engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from app.core.actor import Actor
from app.core.records import Struct
from app.search.documents import ARTICLE, THREAD, HitCard, Source, TitleCard, registered_kinds, source_of
from app.search.engines.base import Scored

Card = TypeVar("Card", HitCard, TitleCard)
Load = Callable[[Source, Sequence[int]], dict[int, Card]]


class Folded(Struct, Generic[Card], frozen=True):
    """One row of a list: a thread by itself, or an article with those of its threads that were found."""

    card: Card
    threads: tuple[Card, ...] = ()


def fold_cards(hits: Sequence[Scored], actor: Actor, *, first: int = 0, with_texts: bool = False) -> list[Folded[HitCard]]:
    """The cards of some hits in their order, with articles in place of the threads they maintain, found themselves or not.
    `with_texts`: with answers and tags.

    What the actor may not read is left out, and takes no thread away. The `first` hits stood on earlier pages: they, and the
    articles that stood for them, are not returned.
    """
    return _load(hits, lambda source, ids: (source.texts if with_texts else source.present)(ids, actor), first)


def fold_titles(hits: Sequence[Scored], actor: Actor) -> list[Folded[TitleCard]]:
    """As fold_cards, for a list of links."""
    return _load(hits, lambda source, ids: source.titles(ids, actor))


def fold_found(cards: Sequence[Card]) -> list[Folded[Card]]:
    """Cards in their order, with threads moved under their article where it is among the cards."""
    articles = {card.id: card for card in cards if card.kind == ARTICLE}
    threads: dict[int, list[Card]] = {}
    for card in cards:
        if card.kind == THREAD and card.article_id in articles:
            threads.setdefault(card.article_id or 0, []).append(card)
    kept = [card for card in cards if card.kind == ARTICLE or card.article_id not in articles]
    return [Folded(card, tuple(threads.get(card.id, ())) if card.kind == ARTICLE else ()) for card in kept]


def _load(hits: Sequence[Scored], load: Load[Card], first: int = 0) -> list[Folded[Card]]:
    threads = _loaded(THREAD, [hit.id for hit in hits if hit.kind == THREAD], load)
    wanted = {hit.id for hit in hits if hit.kind == ARTICLE} | {card.article_id for card in threads.values() if card.article_id}
    articles = _loaded(ARTICLE, sorted(wanted), load)
    places: dict[tuple[str, int], int] = {}
    below: dict[tuple[str, int], list[Card]] = {}
    for place, hit in enumerate(hits):
        thread = threads.get(hit.id) if hit.kind == THREAD else None
        if thread is not None and thread.article_id in articles:
            name = (ARTICLE, thread.article_id or 0)
            below.setdefault(name, []).append(thread)
        else:
            name = (hit.kind, hit.id)
        places.setdefault(name, place)
    return [
        _row(name, threads, articles, below)
        for name, place in places.items()
        if place >= first and _is_known(name, threads, articles)
    ]


def _loaded(kind: str, ids: Sequence[int], load: Load[Card]) -> dict[int, Card]:
    return load(source_of(kind), ids) if ids and kind in registered_kinds() else {}


def _is_known(name: tuple[str, int], threads: Mapping[int, Card], articles: Mapping[int, Card]) -> bool:
    return name[1] in (threads if name[0] == THREAD else articles)


def _row(
    name: tuple[str, int], threads: Mapping[int, Card], articles: Mapping[int, Card], below: Mapping[tuple[str, int], list[Card]]
) -> Folded[Card]:
    kind, number = name
    return Folded(threads[number] if kind == THREAD else articles[number], tuple(below.get(name, ())))
