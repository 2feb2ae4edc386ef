"""An article stands once for the threads it maintains, wherever hits are shown."""

from __future__ import annotations

import pytest

from app.core.actor import ANONYMOUS
from app.core.records import replace
from app.search import suggest
from app.search.documents import ARTICLE, THREAD, HitCard
from app.search.engines.base import Scored
from app.search.engines.whoosh import WhooshEngine
from app.search.folding import Folded, fold_cards, fold_titles
from tests.search.samples import MemorySource, document

Pair = tuple[MemorySource, MemorySource]


class MaintainedSource(MemorySource):
    """Threads of which some are maintained by an article: thread number -> article number."""

    maintained: dict[int, int] = {}

    def present(self, ids, actor) -> dict[int, HitCard]:
        return {
            number: replace(card, article_id=self.maintained.get(number)) for number, card in super().present(ids, actor).items()
        }


@pytest.fixture
def pair(sources: Pair) -> tuple[MaintainedSource, MemorySource]:
    """Threads 1 to 5, of which article 9 maintains 2 and 4, and article 8 (staff only) maintains 5."""
    threads = MaintainedSource(THREAD, [document(number) for number in range(1, 6)])
    threads.maintained = {2: 9, 4: 9, 5: 8}
    threads.register()
    articles = sources[1]
    articles.documents = {9: document(9, kind=ARTICLE), 8: document(8, kind=ARTICLE, audience="staff")}
    return threads, articles


def hits(*keys: str) -> list[Scored]:
    return [Scored(THREAD if key[0] == "t" else ARTICLE, int(key[1:]), 1.0) for key in keys]


def spelled(rows: list[Folded]) -> list[str]:
    return ["+".join([row.card.key, *(card.key for card in row.threads)]) for row in rows]


@pytest.mark.parametrize(
    ("found", "first", "shown"),
    [
        ("t1 t2 t3 t4", 0, "t1 a9+t2+t4 t3"),
        ("t4 a9 t1", 0, "a9+t4 t1"),
        ("a9 t1", 0, "a9 t1"),
        ("t5 t1", 0, "t5 t1"),  # its article is not for everybody
        ("t2 t1 t4 t3", 2, "t3"),  # the article stood on the page before
        ("t1 t3 t2", 2, "a9+t2"),
        ("t77 a77 t1", 0, "t1"),  # gone meanwhile
    ],
)
def test_an_article_takes_the_first_place_of_its_threads(pair: Pair, found: str, first: int, shown: str) -> None:
    assert spelled(fold_cards(hits(*found.split()), ANONYMOUS, first=first)) == shown.split()


def test_it_takes_one_statement_a_kind_and_none_without_hits(pair: Pair) -> None:
    assert spelled(fold_titles(hits("t1", "t2"), ANONYMOUS)) == ["t1", "a9+t2"]
    assert [source.presented for source in pair] == [1, 1]
    assert fold_cards([], ANONYMOUS) == []
    assert [source.presented for source in pair] == [1, 1]


def test_suggestions_and_similar_questions_name_the_article_once(pair: Pair, engine: WhooshEngine) -> None:
    for number in (1, 2, 4):
        pair[0].documents[number] = document(number, f"Refund of an order {number}")
    engine.apply(list(pair[0].documents.values()), ())
    assert [card.key for card in suggest.suggest(engine, "refund", ANONYMOUS)][:1] == ["a9"]
    for cards in (
        suggest.suggest(engine, "refund", ANONYMOUS),
        suggest.similar_questions(engine, "Refund of order", "", ANONYMOUS),
    ):
        assert sorted(card.key for card in cards) == ["a9", "t1"]
