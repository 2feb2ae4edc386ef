"""Whatever is written, changed and deleted in whatever commits: scores are those of the plain formula."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.documents import SearchDocument
from app.search.engines.whoosh import WhooshEngine
from tests.search.samples import WORDS, document, query
from tests.search.test_ranking import Reference
from tests.thorough import examples

words = st.sampled_from(WORDS[:10])
texts = st.lists(words, max_size=12).map(" ".join)


@st.composite
def documents(draw: st.DrawFn) -> SearchDocument:
    """A thread or an article of few words, so that many share them."""
    kind = draw(st.sampled_from(["thread", "article"]))
    given: dict[str, Any] = {"answers": draw(texts), "asked_as": draw(texts), "tags": tuple(draw(st.sets(words, max_size=2)))}
    title = " ".join(draw(st.lists(words, min_size=1, max_size=6)))
    votes, is_solved = draw(st.integers(-3, 200)), draw(st.booleans())
    return document(draw(st.integers(1, 8)), title, draw(texts), kind, votes=votes, is_solved=is_solved, **given)


# Fewer commits than are merged into one: with a merge, deleted versions stop counting for the frequencies.
commits = st.lists(
    st.tuples(
        st.lists(documents(), max_size=8, unique_by=lambda found: found.key),
        st.lists(st.sampled_from([f"{kind}{number}" for kind in "ta" for number in range(1, 9)]), max_size=3),
    ),
    min_size=1, max_size=5,
)  # fmt: skip


@given(commits=commits, asked=st.lists(st.lists(words, min_size=1, max_size=4, unique=True), min_size=1, max_size=4))
@settings(max_examples=examples(30))
def test_scores_equal_the_reference(commits: list[tuple[list[SearchDocument], list[str]]], asked: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine, reference = WhooshEngine(Path(folder) / "search"), Reference()
        for new, gone in commits:
            gone = [key for key in gone if key not in {found.key for found in new}]
            engine.apply(new, gone)
            reference.apply(new, gone)
        assert engine.stamps() == {key: found[0].stamp for key, found in reference.live.items()}
        for terms in asked:
            expected = reference.scores(terms)
            hits = engine.search(query(" ".join(terms), limit=100))
            assert {hit.key: pytest.approx(hit.score, rel=1e-4) for hit in hits.hits} == expected
            assert hits.total == len(expected)
            assert [hit.score for hit in hits.hits] == sorted((hit.score for hit in hits.hits), reverse=True)
