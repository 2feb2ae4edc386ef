"""Processes that were forked from one that had opened the index share its files, and with them the position of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.search.engines.base import Filters
from app.search.engines.whoosh_store import PositionedFile
from tests.search.samples import EVERYBODY, document, engine_at, keys, query


def test_an_opened_index_is_searched_without_the_positions_of_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_at(tmp_path, *(document(number, f"refund number{number}") for number in range(1, 40)))
    assert engine.search(query("refund")).total == 39

    def refuse(*_arguments: object) -> None:
        raise AssertionError("Another process may just have moved it.")

    for name in ("read", "seek", "tell"):
        monkeypatch.setattr(PositionedFile, name, refuse)
    assert keys(engine.search(query("number7"))) == ["t7"]
    assert keys(engine.search(query("refund", filters=Filters(kinds=("thread",)), sort="newest", limit=2))) == ["t39", "t38"]
    assert [found.key for found in engine.similar(query("number8").words, (), EVERYBODY)] == ["t8"]
    assert engine.complete(["refund"], "numb", EVERYBODY)
    assert engine.vocabulary() == [("refund", 39)]
