"""An index that somebody deletes or damages while the site runs: no query fails, and it is whole again within a minute or two."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.uow import unit_of_work
from app.jobs import worker
from app.jobs.queue import enqueue
from app.search import sync
from app.search.engines.base import EngineQuery, Word
from app.search.engines.whoosh import WhooshEngine
from app.search.engines.whoosh_guard import is_sound
from tests.search.samples import document, keys, query
from tests.search.test_sync import Pair, handlers, request

__all__ = ["handlers"]  # the jobs of search, for every test here
PUBLIC = ("public",)
ALL = {f"t{number}" for number in range(1, 41)}


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def scramble(path: Path) -> None:
    path.write_bytes(b"\x98" * path.stat().st_size)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def ask_everything(engine: WhooshEngine) -> None:
    """Every kind of question; none may fail."""
    engine.search(query("refund"))
    engine.search(EngineQuery(PUBLIC, facets=True))
    engine.search(EngineQuery(PUBLIC, fallback=("refund",)))
    engine.similar([Word(("refund",))], [], PUBLIC)
    engine.complete(["refund"], "re", PUBLIC)
    engine.corrections(["refnud"])
    engine.vocabulary()
    engine.keys()
    engine.stats()


def heal(engine: WhooshEngine) -> None:
    """What the background work does within a minute."""
    with unit_of_work():
        enqueue(sync.CHECK_JOB, {}, dedupe_key=sync.CHECK_JOB)
    worker.run_until_idle()


@pytest.fixture
def filled(engine: WhooshEngine, sources: Pair) -> WhooshEngine:
    sources[0].documents.update({number: document(number, f"refund number {number}") for number in range(1, 41)})
    sync.rebuild()
    assert engine.keys() == ALL
    return engine


def test_a_deleted_folder_is_built_anew(filled: WhooshEngine, tmp_path: Path):
    shutil.rmtree(tmp_path / "search")
    ask_everything(filled)
    assert filled.stats().is_stale
    heal(filled)
    assert filled.keys() == ALL and not filled.stats().is_stale


def test_a_sync_into_nothing_does_not_hide_that_the_rest_is_missing(filled: WhooshEngine, sources: Pair, tmp_path: Path):
    shutil.rmtree(tmp_path / "search")
    sources[0].documents[99] = document(99, "refund written after the index was gone")
    request("t99")
    worker.run_until_idle()
    assert filled.keys() == ALL | {"t99"}


@pytest.mark.parametrize("damage", [cut, scramble, empty, Path.unlink])
@pytest.mark.parametrize("which", ["CURRENT", "VERSION", "*.toc", "*.seg", "*"])
def test_damaged_files_fail_no_query_and_are_replaced(
    filled: WhooshEngine, sources: Pair, tmp_path: Path, damage: Callable[[Path], None], which: str
):
    fresh = WhooshEngine(tmp_path / "search")  # another process, which has not read anything yet
    for path in [path for path in (tmp_path / "search").rglob(which) if path.is_file() and path.stat().st_size]:
        damage(path)
    filled._snapshots.expire()
    ask_everything(fresh)
    sources[0].documents[99] = document(99, "refund written after the damage")
    request("t99")
    worker.run_until_idle()
    ask_everything(filled)
    heal(filled)
    ask_everything(WhooshEngine(tmp_path / "search"))
    if which in ("*.seg", "*"):  # numbers that are wrong but can be read are found by the check at night
        sync.verify(WhooshEngine(tmp_path / "search"))
        worker.run_until_idle()
    assert ALL | {"t99"} == WhooshEngine(tmp_path / "search").keys() == filled.keys()
    assert len(keys(filled.search(query("refund")))) == 41 and not filled.stats().is_stale


def test_a_mistake_of_ours_is_not_blamed_on_the_files(filled: WhooshEngine, tmp_path: Path):
    with pytest.raises(AttributeError):
        filled.search(None)  # type: ignore[arg-type]
    assert filled.keys() == ALL
    assert is_sound(next((tmp_path / "search").glob("index-*")))
