"""The embedded engine: what is found, what is not, and that writing keeps it so."""

from __future__ import annotations

import errno
import shutil
import threading
from pathlib import Path

import pytest

from app.search import ranking
from app.search.engines import whoosh, whoosh_reader
from app.search.engines.base import IndexBusy
from app.search.engines.whoosh import WhooshEngine
from app.search.engines.whoosh_store import DurableStorage, IndexStore
from app.search.ranking import Priors
from tests.search.samples import EVERYBODY, document, engine_at, keys, query


def test_many_small_commits_are_merged_and_nothing_is_lost(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "search")
    for number in range(1, 81):
        engine.apply([document(number, f"refund number{number}", votes=number)], [f"t{number - 1}"] if number % 10 == 0 else ())
    stats = engine.stats()
    assert stats.segments <= 16
    assert engine.keys() == {f"t{number}" for number in range(1, 81) if number % 10 != 9}
    assert keys(engine.search(query("number33"))) == ["t33"]
    assert keys(engine.search(query("refund", sort="votes", limit=3))) == ["t80", "t78", "t77"]
    assert not list((tmp_path / "search").glob("index-*/MAIN.tmp"))


def test_a_snapshot_outlives_a_rebuild_and_the_next_search_sees_the_new_index(tmp_path: Path) -> None:
    reader = engine_at(tmp_path, document(1, "refund"))
    snapshot = reader._snapshots.get()
    WhooshEngine(tmp_path / "search").rebuild([document(2, "refund invoice")], lambda names: ([], []))
    assert snapshot.scores(query("refund").words, "text")[0].tolist() != [0.0], "its files stay open"
    assert keys(reader.search(query("refund"))) == ["t2"]


def test_a_removed_folder_is_an_empty_index_that_can_be_written_again(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))
    assert engine.search(query("refund")).total == 1
    shutil.rmtree(tmp_path / "search")
    assert engine.search(query("refund")).total == 0
    engine.apply([document(2, "refund")], ())
    assert engine.keys() == {"t2"}


def test_a_full_disk_is_reported_and_recovered_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))
    create = DurableStorage.create_file
    for allowed in range(1, 30):
        made = []

        def full(self, name, made=made, allowed=allowed, **options):
            made.append(name)
            if len(made) > allowed:
                raise OSError(errno.ENOSPC, "No space left on device")
            return create(self, name, **options)

        with monkeypatch.context() as patch:
            patch.setattr(DurableStorage, "create_file", full)
            try:
                engine.apply([document(2, "refund")], ["t1"])
            except OSError as error:
                assert error.errno == errno.ENOSPC
                assert engine.keys() == {"t1"}
            else:
                break
    assert allowed == 2  # files: a segment, a table of contents
    assert engine.keys() == {"t2"}


def test_readers_look_for_news_at_most_once_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = engine_at(tmp_path, document(1, "refund"))
    reader.search(query("refund"))
    looked = []
    monkeypatch.setattr(IndexStore, "current", lambda self: looked.append(1))
    for _ in range(50):
        reader.search(query("refund"))
    assert not looked


def test_an_index_of_other_rules_or_priors_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))
    assert not engine.stats().is_stale
    assert WhooshEngine(tmp_path / "search", Priors.of(("votes",))).stats().is_stale
    monkeypatch.setattr(ranking, "RANKING_VERSION", 999)
    assert WhooshEngine(tmp_path / "search").stats().is_stale


def test_the_folder_is_private(tmp_path: Path) -> None:
    engine_at(tmp_path, document(1, "refund"))
    root = tmp_path / "search"
    assert root.stat().st_mode & 0o777 == 0o700
    assert next(root.glob("index-*")).stat().st_mode & 0o777 == 0o700


def test_a_second_writer_waits_and_then_gives_up_with_a_retryable_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = engine_at(tmp_path, document(1, "refund")), WhooshEngine(tmp_path / "search")
    monkeypatch.setattr(whoosh, "WRITE_WAIT", 0.05)
    with IndexStore(tmp_path / "search").writing(), pytest.raises(IndexBusy):
        second.apply([document(2, "refund")], ())
    with IndexStore(tmp_path / "search").rebuilding(), pytest.raises(IndexBusy):
        first.rebuild([], lambda names: ([], []))
    second.apply([document(2, "refund")], ())
    assert second.keys() == {"t1", "t2"}


def test_a_program_that_writes_with_whoosh_itself_is_waited_for_too(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))
    from whoosh.index import open_dir

    writer = open_dir(str(next((tmp_path / "search").glob("index-*")))).writer()
    with pytest.raises(IndexBusy):
        engine.apply([document(2, "refund")], ())
    writer.cancel()
    engine.apply([document(2, "refund")], ())
    assert engine.keys() == {"t1", "t2"}


def test_threads_write_and_read_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh_reader, "CHECK_SECONDS", 0.0)
    engine = engine_at(tmp_path, document(1, "refund"))
    errors: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                assert engine.search(query("refund", facets=True)).total >= 1
                engine.complete((), "re", EVERYBODY)
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    try:
        for number in range(2, 40):
            engine.apply([document(number, "refund")], ())
    finally:
        done.set()
        for thread in readers:
            thread.join()
    assert not errors
    assert engine.search(query("refund")).total == 39


def test_a_rebuild_that_was_killed_is_cleaned_up(tmp_path: Path) -> None:
    engine = engine_at(tmp_path, document(1, "refund"))
    left = tmp_path / "search" / "index-123"
    left.mkdir()
    (left / "MAIN_x.trm").write_bytes(b"half")
    (tmp_path / "search" / "CHANGED").write_text("t1\n")
    engine.apply([document(2, "refund")], ())
    assert not (tmp_path / "search" / "CHANGED").exists(), "nobody collects changes any more"
    engine.rebuild([document(1, "refund")], lambda names: ([], []))
    assert not left.exists()


@pytest.mark.parametrize("content", ["", "index-404", "../../etc", "index-1\nindex-2", "\x00"])
def test_a_broken_pointer_is_an_empty_index_that_a_rebuild_repairs(tmp_path: Path, content: str) -> None:
    engine_at(tmp_path, document(1, "refund"))
    (tmp_path / "search" / "CURRENT").write_text(content)
    engine = WhooshEngine(tmp_path / "search")
    assert engine.search(query("refund")).total == 0
    assert engine.stats().is_stale
    engine.rebuild([document(1, "refund")], lambda names: ([], []))
    assert engine.keys() == {"t1"}


def test_processes_share_out_the_memory_for_posting_lists(tmp_path: Path) -> None:
    limits = {
        number: WhooshEngine(tmp_path / "search", processes=number)._snapshots._lists._limit / whoosh_reader.CACHE_BYTES
        for number in (1, 2, 64)
    }
    assert limits == {1: 1.0, 2: 0.5, 64: whoosh_reader.LEAST_BYTES / whoosh_reader.CACHE_BYTES}
