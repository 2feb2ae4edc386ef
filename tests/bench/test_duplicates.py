"""Real duplicates are found: the measurement runs, and its figures do not fall below what docs/metrics.md tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import duplicates

pytestmark = [pytest.mark.slow, pytest.mark.data]


@pytest.fixture(scope="module")
def report(data_folder: Path) -> dict[str, Any]:
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        duplicates.main(["--data", str(data_folder), "--sites", "beer", "--json"])
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_originals_of_real_duplicates_are_among_the_first_five(report: dict[str, Any]) -> None:
    (found,) = report["found"]
    assert (found["task"], found["questions"], found["duplicates"]) == ("links beer", 1029, 24)
    assert found["recall_5"] >= 0.85 and found["mrr"] >= 0.55
    assert found["recall_1"] <= found["recall_5"] <= found["recall_10"]


def test_few_questions_are_proposed_and_real_duplicates_are_among_them(report: dict[str, Any]) -> None:
    (proposed,) = report["proposals"]
    assert proposed["pairs"] <= 1029 * 0.12, "moderators would stop reading the list"
    assert proposed["duplicates_found"] >= 6 and proposed["known"] >= 14


def test_a_rank_of_nothing_counts_as_not_found() -> None:
    found = duplicates.summary("x", 9, [1, 0, 4, 7])
    assert (found.recall_1, found.recall_5, found.recall_10, found.mrr) == (0.25, 0.5, 0.75, 0.348)
    assert duplicates.summary("x", 9, []).mrr == 0.0
