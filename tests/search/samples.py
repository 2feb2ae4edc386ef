"""Documents and sources for search tests."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.core.actor import Actor
from app.core.records import replace
from app.search import analysis, documents
from app.search.documents import HitCard, SearchDocument, TitleCard, register_source
from app.search.engines.base import EngineQuery, SearchHits, Word
from app.search.engines.whoosh import WhooshEngine

START = datetime(2026, 1, 1, tzinfo=UTC)
EVERYBODY = ("public",)
STAFF = ("public", "members", "staff")


def document(number: int, title: str = "", body: str = "", kind: str = "thread", **changes: Any) -> SearchDocument:
    """A public question in the category `general`, or an article, with anything changed."""
    plain = SearchDocument(
        kind=kind,
        id=number,
        audience="public",
        category="general",
        status="unanswered" if kind == "thread" else "published",
        thread_kind="question" if kind == "thread" else "",
        tags=(),
        title=title or f"Title {number}",
        body=body,
        answers="",
        asked_as="",
        author="ada",
        votes=0,
        views=0,
        created_at=START + timedelta(minutes=number % 1_000_000),
        active_at=START + timedelta(minutes=number % 1_000_000),
        is_solved=False,
    )
    return replace(plain, **changes)


def engine_at(path: Path, *found: SearchDocument) -> WhooshEngine:
    """An engine in a folder, with some documents."""
    engine = WhooshEngine(path / "search")
    engine.apply(found, ())
    return engine


def query(text: str, audiences: tuple[str, ...] = EVERYBODY, **options: Any) -> EngineQuery:
    """A query for any of some words, stemmed in English and German as pages do."""
    words = tuple(dict.fromkeys(Word(stems) for stems in analysis.variants(text)))
    return EngineQuery(audiences, words=words, **{"limit": 50, **options})


def keys(hits: SearchHits) -> list[str]:
    """The keys of hits in order."""
    return [hit.key for hit in hits.hits]


WORDS = [f"w{number}" for number in range(40)]


def random_documents(rng: random.Random, count: int, first: int = 1) -> list[SearchDocument]:
    """Documents of words whose frequencies fall off as in real text."""

    def text(length: int) -> str:
        return " ".join(WORDS[min(len(WORDS) - 1, int(rng.expovariate(0.12)))] for _ in range(length))

    return [
        document(
            number,
            text(rng.randint(1, 6)),
            text(rng.randint(0, 60)),
            kind=rng.choice(["thread", "thread", "article"]),
            answers=text(rng.randint(0, 40)),
            asked_as=text(rng.choice([0, 0, 5])),
            tags=tuple(set(text(rng.randint(0, 3)).split())),
            votes=rng.randint(-3, 30),
            is_solved=rng.random() < 0.4,
        )
        for number in range(first, first + count)
    ]


class MemorySource:
    """A source of documents held in a dict, shown to whoever may read their audience."""

    def __init__(self, kind: str, found: Sequence[SearchDocument] = ()) -> None:
        self.kind = kind
        self.documents = {item.id: item for item in found}
        self.presented = 0

    def register(self) -> MemorySource:
        """Make this the source of its kind."""
        register_source(self.kind, self.load_many, self.all_ids, self.present, self.titles)
        return self

    def load_many(self, ids: Sequence[int]) -> dict[int, SearchDocument]:
        return {number: self.documents[number] for number in ids if number in self.documents}

    def all_ids(self) -> Iterator[int]:
        yield from list(self.documents)

    def present(self, ids: Sequence[int], actor: Actor) -> dict[int, HitCard]:
        self.presented += 1
        found = self.load_many(ids)
        return {number: card_of(item) for number, item in found.items() if actor.can_read(item.audience)}

    def titles(self, ids: Sequence[int], actor: Actor) -> dict[int, TitleCard]:
        found = self.present(ids, actor)
        return {
            number: TitleCard(card.kind, card.id, card.title, card.path, card.status, card.thread_kind, card.article_id)
            for number, card in found.items()
        }


def card_of(item: SearchDocument) -> HitCard:
    """The card of a document."""
    return HitCard(
        kind=item.kind,
        id=item.id,
        title=item.title,
        path=f"/{item.kind}s/{item.id}",
        status=item.status,
        text=f"{item.body}\n{item.answers}",
        author=item.author,
        thread_kind=item.thread_kind,
        tags=item.tags,
        is_solved=item.is_solved,
        audience=item.audience,
        created_at=item.created_at,
    )


def restore_sources(saved: dict[str, documents.Source]) -> None:
    """Put registered sources back as they were."""
    documents._sources.clear()
    documents._sources.update(saved)
