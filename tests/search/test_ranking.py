"""Ranking: equal to a plain reference, to Whoosh's own searcher, and with small priors."""

from __future__ import annotations

import logging
import math
import random
from collections import Counter
from pathlib import Path

import pytest
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.query import Or, Term
from whoosh.scoring import BM25F

from app.search import analysis
from app.search.documents import SearchDocument
from app.search.engines import whoosh, whoosh_internals
from app.search.engines.whoosh import WhooshEngine
from app.search.engines.whoosh_schema import UNIT, make_schema
from app.search.ranking import K1, B, Priors
from tests.search.samples import EVERYBODY, WORDS, document, engine_at, keys, query, random_documents


class Reference:
    """BM25F in plain Python. Deleted versions count for frequencies as long as their commit has a live document."""

    def __init__(self) -> None:
        self.commits: list[list[tuple[SearchDocument, Counter[str]]]] = []
        self.live: dict[str, tuple[SearchDocument, Counter[str]]] = {}

    def apply(self, upserts: list[SearchDocument], deletes: list[str]) -> None:
        for key in deletes:
            self.live.pop(key, None)
        commit = []
        for item in upserts:
            weights: Counter[str] = Counter()
            for text, weight, usual, share in (
                (item.title, 4, 6, 0.3), (" ".join(item.tags), 2, 5, 0), (item.body, 1, 40, 0.6), (item.answers, 1, 120, 0.2),
                (item.asked_as, 4, 6, 0),
            ):  # fmt: skip
                words = text.split()
                for term in words:
                    weights[term] += weight / (1 - share + share * len(words) / usual)
            # Weights are stored in steps of a sixteenth of a doubling, as multiples of 1/512.
            rounded = {term: round(512 * 2 ** (round(16 * math.log2(weight)) / 16)) / 512 for term, weight in weights.items()}
            self.live[item.key] = (item, Counter(rounded))  # type: ignore[arg-type]
            commit.append(self.live[item.key])
        kept = [old for old in self.commits if any(self.live.get(entry[0].key) is entry for entry in old)]
        self.commits = [*kept, commit]

    def scores(self, terms: list[str]) -> dict[str, float]:
        written = [entry for commit in self.commits for entry in commit]
        found: dict[str, float] = {}
        for key, (item, weights) in self.live.items():
            total = 0.0
            for term in terms:
                if weights[term]:
                    frequency = sum(1 for _, others in written if others[term])
                    total += (math.log(len(written) / (frequency + 1)) + 1) * weights[term] * 4 / (weights[term] + 3)
            if total:
                total *= 1 + 0.1 * math.log(1 + max(0, item.votes))
                total *= (1.15 if item.is_solved else 1) * (1.25 if item.kind == "article" else 1)
                found[key] = total
        return found


@pytest.mark.parametrize("seed", range(4))
def test_scores_equal_the_reference_on_random_corpora(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    engine, reference = WhooshEngine(tmp_path / "search"), Reference()
    next_id = 1
    for _ in range(rng.randint(1, 6)):
        new = random_documents(rng, rng.randint(1, 40), next_id)
        next_id += len(new)
        old = [entry[0] for entry in reference.live.values()]
        changed = [random_documents(rng, 1, item.id)[0] for item in rng.sample(old, min(len(old), 5))]
        gone = [item.key for item in rng.sample(old, min(len(old), 3)) if item.id not in {other.id for other in changed}]
        # A changed document may change its kind here, which makes it another document.
        engine.apply(new + changed, gone)
        reference.apply(new + changed, gone)
    assert len(engine.keys()) == len(reference.live)
    for _ in range(25):
        words = rng.sample(WORDS, rng.randint(1, 5))
        expected = reference.scores(words)
        hits = engine.search(query(" ".join(words), limit=1000))
        assert hits.total == len(expected)
        assert {hit.key: pytest.approx(hit.score, rel=1e-4) for hit in hits.hits} == expected
        assert [hit.score for hit in hits.hits] == sorted((hit.score for hit in hits.hits), reverse=True)


def test_scores_are_whooshs_own_without_priors(tmp_path: Path) -> None:
    rng = random.Random(7)
    engine = WhooshEngine(tmp_path / "search", Priors.of(()))
    engine.apply(random_documents(rng, 300), ())
    for number in range(12):  # several segments, merges and deletions
        engine.apply(random_documents(rng, 5, 1 + number * 20), [f"t{number * 20 + 11}"])
    folder = next((tmp_path / "search").glob("index-*"))
    searcher = FileIndex(FileStorage(str(folder)), schema=make_schema()).searcher(weighting=BM25F(B=B, K1=K1 / UNIT))
    with searcher:
        readers = [reader for reader, _ in searcher.reader().leaf_readers()]
        assert len(readers) > 1
        shared = (K1 + 1) / (K1 / UNIT + 1)  # by which all scores differ where weights are counted in units
        numbers = [int(reader.column_reader("num")[place]) for reader in readers for place in range(reader.doc_count_all())]
        for word in WORDS[:30]:
            terms = [word, WORDS[5], WORDS[11]]
            own = searcher.search(Or([Term("text", term) for term in dict.fromkeys(terms)]), limit=None)
            expected = {
                f"{'a' if numbers[place] < 0 else 't'}{abs(numbers[place])}": score * shared for place, score in own.items()
            }
            ours = engine.search(query(" ".join(terms), limit=1000))
            assert {hit.key: pytest.approx(hit.score, rel=1e-4) for hit in ours.hits} == expected


def test_another_version_of_whoosh_falls_back_to_its_own_searcher_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger=whoosh.__name__)
    rng = random.Random(5)
    found = random_documents(rng, 120)
    fast = engine_at(tmp_path / "fast", *found)
    fast.apply(random_documents(rng, 9, 20), ["t50", "a51"])
    rng = random.Random(5)
    monkeypatch.setattr(whoosh_internals, "KNOWN_VERSION", (2, 8, 0))
    slow = engine_at(tmp_path / "slow", *random_documents(rng, 120))
    slow.apply(random_documents(rng, 9, 20), ["t50", "a51"])
    assert "search.slow_fallback" in caplog.text
    assert not slow.stats().is_fast
    monkeypatch.setattr(whoosh_internals, "KNOWN_VERSION", (2, 7, 4))
    assert fast.stats().is_fast
    for word in WORDS[:20]:
        ask = query(f"{word} {WORDS[3]}", limit=1000, facets=True)
        ours, theirs = fast.search(ask), slow.search(ask)
        assert ours.total == theirs.total
        assert ours.facets == theirs.facets
        assert {hit.key: pytest.approx(hit.score, rel=1e-3) for hit in ours.hits} == {hit.key: hit.score for hit in theirs.hits}
    assert fast.keys() == slow.keys()
    assert dict(fast.vocabulary()).keys() == dict(slow.vocabulary()).keys()


def test_unreadable_blocks_fall_back_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger=whoosh.__name__)
    engine_at(tmp_path, document(1, "refund"))

    def surprise(*_: object) -> None:
        raise AttributeError("_terms")

    monkeypatch.setattr(whoosh, "open_blocks", surprise)
    assert keys(WhooshEngine(tmp_path / "search").search(query("refund"))) == ["t1"]
    assert "search.slow_fallback" in caplog.text


def test_solved_and_articles_rank_above_unsolved_chatter_on_equal_match(tmp_path: Path) -> None:
    engine = engine_at(
        tmp_path,
        document(1, "Refund takes long", thread_kind="discussion"),
        document(2, "Refund takes long", is_solved=True),
        document(3, "Refund takes long", kind="article"),
        document(4, "Refund takes long"),
    )
    assert keys(engine.search(query("refund")))[:2] == ["a3", "t2"]


def test_priors_never_lift_a_weak_match_over_a_good_one(tmp_path: Path) -> None:
    engine = engine_at(
        tmp_path,
        document(1, "How to export invoices as PDF"),
        document(2, "Colours of the dashboard", "where one may also see an invoice", kind="article", votes=5000, is_solved=True),
        *(document(number, "Other things") for number in range(10, 30)),
    )
    assert keys(engine.search(query("export invoices pdf")))[0] == "t1"


def test_an_exact_title_comes_first(tmp_path: Path) -> None:
    engine = engine_at(
        tmp_path,
        document(1, "Refund", kind="article", votes=10_000, is_solved=True, body="refund policy " * 50),
        document(2, "Refund policy!"),
        *(document(number, "Other things") for number in range(10, 30)),
    )
    exact = query("refund policy", exact_title=analysis.title_key("REFUND policy"))
    assert keys(engine.search(exact)) == ["t2", "a1"]


def test_title_weighs_more_than_answers_and_votes_break_ties(tmp_path: Path) -> None:
    engine = engine_at(
        tmp_path,
        document(1, "Other", answers="refund"),
        document(2, "refund"),
        document(3, "refund", votes=8),
    )
    assert keys(engine.search(query("refund"))) == ["t3", "t2", "t1"]


def test_pages_neither_overlap_nor_skip_when_scores_are_equal(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, *(document(number, "same title") for number in range(1, 40)))
    engine.apply([document(number, "same title") for number in range(40, 58)], ())
    for sort in ("relevance", "votes", "newest", "views"):
        pages = [keys(engine.search(query("same title", sort=sort, offset=start, limit=7))) for start in range(0, 63, 7)]
        assert [key for page in pages for key in page] == [f"t{number}" for number in range(57, 0, -1)]


def test_other_orders(tmp_path: Path) -> None:
    engine = engine_at(
        tmp_path,
        document(1, "refund", votes=3, views=9),
        document(2, "refund", votes=-4, views=2**40),
        document(3, "refund", votes=7),
    )
    assert keys(engine.search(query("refund", sort="votes"))) == ["t3", "t1", "t2"]
    assert keys(engine.search(query("refund", sort="views"))) == ["t2", "t1", "t3"]
    assert keys(engine.search(query("refund", sort="newest"))) == ["t3", "t2", "t1"]
    assert engine.search(query("refund", audiences=EVERYBODY, limit=0)).total == 3
