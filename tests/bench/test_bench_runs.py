"""The measurements run and print what they promise. Says nothing about time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench import asked_as, words
from bench.community import Community, Size, Texts
from bench.corpus import Corpus
from bench.load import Request, percentile
from bench.measuring import table
from tests.thorough import long

ROOT = Path(__file__).resolve().parents[2]


def run(script: str, *options: str) -> dict[str, Any]:
    """Run a script as people do; its standard output must be exactly one JSON object."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / script), *options, "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
        env={**os.environ, "BENCH_LOOK_EVERY": "0.1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small generated site, of which each measurement takes a copy."""
    folder = tmp_path_factory.mktemp("bench") / "site"
    made = run("generating.py", str(folder), "--threads", "40", "--users", "12")
    assert made["counts"]["thread"] == 40 and made["counts"]["documents"] >= 40
    return str(folder)


@long
@pytest.mark.slow
def test_pages_are_measured_beside_the_baseline(site: str) -> None:
    quick = ("--seconds", "0.1", "--rounds", "1", "--workers", "1", "--connections", "1", "--client", "python")
    report = run("pages.py", "--site", site, *quick)
    rows = {row["name"]: row for row in report["pages"]}
    expected = {
        "home", "question", "list", "category", "tag", "article", "search", "style sheet", "304 answer", "question, member",
        "list, member", "posting an answer",
    }  # fmt: skip
    assert expected <= set(rows)
    assert set(rows["304 answer"]["statuses"]) == {"304"}
    assert set(rows["posting an answer"]["statuses"]) == {"303"}
    for name in expected - {"304 answer", "posting an answer"}:
        assert set(rows[name]["statuses"]) == {"200"}, name
    assert all(row["errors"] == 0 and row["requests"] > 0 for row in rows.values())
    assert report["statements"]["home"] > 0 and report["statements"]["style sheet"] == 0
    assert report["pss_mib"] > 0 and report["start_cpu_seconds"] == report["start_cpu_by_workers"]["1"] > 0
    assert {name: row["target"] for name, row in rows.items() if name in ("list", "search", "style sheet")} == {
        "list": 5.0, "search": 8.0, "style sheet": None,
    }  # fmt: skip
    assert all(row["met"] == (row["ratio"] <= row["target"]) for row in rows.values() if row["target"])
    copies = [row for name, row in rows.items() if name.endswith("cached")]
    assert len(copies) == 7 and all({"200", "304"} & set(row["statuses"]) for row in copies)
    assert rows["home, gzip, cached"]["cpu_ms"] < rows["home"]["cpu_ms"] and "bare Flask, granian" in rows
    assert {"load_average", "baseline_cpu_ms", "baseline_rate"} <= set(report["noise"])


@pytest.mark.slow
def test_a_first_visit_is_weighed(site: str) -> None:
    report = run("weight.py", "--site", site)
    judged = {one["name"]: one["is_kept"] for one in report["promises"]}  # so small a site has no thread of 20 posts
    assert len(judged) == 5 and all(judged.values())
    pages = {(page["page"], page["encoding"]): page for page in report["pages"]}
    for (name, encoding), page in pages.items():
        assert page["faults"] == [] and page["html"] < page["html_unpacked"] / 2, (name, encoding)
        assert (page["css_files"], page["js_files"], page["requests"]) == (1, 1, 4), name
        assert page["css"] + page["js"] < 30_000
    assert pages["home", "br"]["css"] < pages["home", "gzip"]["css"]


@long
@pytest.mark.slow
def test_a_wave_of_spam_is_measured_and_leaves_every_figure_right(site: str) -> None:
    report = run("waves.py", "--site", site, "--texts", "30", "--people", "3")
    assert report["state"] == "purged" and report["texts"] > 20 and report["wrong_figures"] == 0
    steps = {step["name"]: step for step in report["steps"]}
    assert steps["find"]["statements"] < 10 and steps["remove: decision"]["transactions"] > 0


@long
@pytest.mark.slow
def test_searching_a_site_is_measured(site: str) -> None:
    report = run("search_page.py", "--site", site, "--queries", "5")
    assert [call["name"] for call in report["calls"]] == [
        "any word", "any word, no facets", "all words", "filtered", "newest first", "prefix", "results page", "similar, title",
        "similar, title and text", "commit of one document", "any word after these commits",
    ]  # fmt: skip
    assert all(call["calls"] > 0 for call in report["calls"])
    assert report["index"]["documents"] >= 40
    assert report["index"]["index_mib"] > 0


@long
@pytest.mark.slow
@pytest.mark.data
def test_every_kind_of_search_is_measured_beside_other_ways(data_folder: Path) -> None:
    report = run("search.py", "--data", str(data_folder), "--threads", "60", "--queries", "4", "--against", "own,fts5,library")
    ways = {way["name"]: way for way in report["ways"]}
    assert list(ways) == ["threadwell", "own", "fts5", "library"]
    kinds = {"any word", "all words", "filtered", "newest", "prefix", "similar, title"}
    for way in ways.values():
        assert kinds <= {call["name"] for call in way["calls"] if call["calls"] == 4}
    assert ways["threadwell"]["index"]["documents"] == ways["fts5"]["index"]["documents"] == 60


@pytest.mark.data
def test_more_threads_than_there_are_real_ones_are_made_of_their_sentences(data_folder: Path) -> None:
    corpus = Corpus(data_folder, 12)
    corpus.threads = 40
    first, again = list(corpus), list(corpus)
    assert first == again and len({document.key for document in first}) == 40
    known = tuple(corpus._sentences)
    assert all(document.body.startswith(known) and document.body.endswith(known) for document in first[12:])
    assert all(set(query.words.split()) <= set(re.findall(r"\w+", query.title)) for query in corpus.queries(9))


@long
@pytest.mark.slow
def test_every_acknowledged_write_is_stored(site: str) -> None:
    report = run("writes.py", "--site", site, "--count", "8", "--writers", "2", "--workers", "1")
    assert {(line["write"], line["writers"]) for line in report["writes"]} == {
        (kind, writers) for kind in ("answer", "comment", "vote") for writers in (2,)
    }
    for line in report["writes"]:
        assert line["acknowledged"] == line["stored"] > 0
        assert line["errors"] == 0


def rows_of(size: Size) -> list[Any]:
    """The rows of a community that ends at a fixed moment."""
    community = Community(size, Texts.render(size), datetime(2026, 1, 1, tzinfo=UTC))
    return [community.people(), community.places(), *community.threads(), community.articles()]


def test_the_same_seed_writes_the_same_community() -> None:
    size = Size(users=20, threads=30, pool=20)
    assert rows_of(size) == rows_of(size)
    assert rows_of(size) != rows_of(Size(users=20, threads=30, pool=20, seed=8))


def test_posts_have_the_promised_length() -> None:
    random = Random(3)
    assert all(600 <= len(words.markdown(random)) <= 1700 for _ in range(300))


def test_the_vocabulary_has_no_doubles() -> None:
    assert len(set(words.THINGS)) == len(words.THINGS)


def test_a_form_is_sent_with_its_length() -> None:
    request = Request("/x", "POST", {"Cookie": "a=b"}, Request.form({"body": "é&"}))
    head, body = request.encoded(8000).split(b"\r\n\r\n")
    assert b"Content-Length: %d" % len(body) in head
    assert body == b"body=%C3%A9%26"


def test_percentiles_of_few_values() -> None:
    assert percentile([], 0.95) == 0
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2.0
    assert percentile([1.0, 2.0, 3.0], 0.95) == 3.0


def test_tables_line_up() -> None:
    lines = table(("page", "ms"), [("home", 1.5), ("a longer name", 1234.5)]).splitlines()
    assert len({len(line) for line in lines}) == 1


@long
@pytest.mark.slow
@pytest.mark.data
def test_wordings_of_duplicates_raise_recall(data_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On real duplicates: their originals are found more often when other wordings of them are indexed, beyond chance."""
    asked_as.main(["--data", str(data_folder), "--task", "full", "--folds", "2", "--json"])
    (report,) = json.loads(capsys.readouterr().out)
    assert report["queries"] == 143 and report["better"] > report["worse"]
    assert all(figure["difference"] > 0 and figure["low"] > -0.01 for figure in report["figures"].values())
