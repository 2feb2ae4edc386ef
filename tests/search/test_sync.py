"""The job that keeps the index in step, rebuilds and the check."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.jobs import queue, worker
from app.jobs.models import Job
from app.search import sync
from app.search.documents import SYNC_JOB, make_key, request_sync, split_key
from app.search.engines import whoosh
from app.search.engines.whoosh import WhooshEngine
from app.search.engines.whoosh_store import IndexStore
from tests.search.samples import MemorySource, document, keys, query

Pair = tuple[MemorySource, MemorySource]


@pytest.fixture(autouse=True)
def handlers(app: Flask) -> Iterator[None]:
    """The jobs of search, whatever the factory registered."""
    saved = dict(queue._handlers)
    queue.register_handler(SYNC_JOB, sync.sync_documents, sync.SYNC_BATCH)
    queue.register_handler(sync.REBUILD_JOB, sync.rebuild_index)
    yield
    queue._handlers.clear()
    queue._handlers.update(saved)


def request(*names: str) -> None:
    with unit_of_work():
        for name in names:
            request_sync(*split_key(name))


def count_jobs() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Job)) or 0


def test_a_requested_document_is_searchable_after_the_job(engine: WhooshEngine, sources: Pair) -> None:
    threads, articles = sources
    threads.documents[1] = document(1, "refund")
    articles.documents[1] = document(1, "refund", kind="article")
    request("t1", "a1")
    worker.run_until_idle()
    assert set(keys(engine.search(query("refund")))) == {"t1", "a1"}
    assert count_jobs() == 0


def test_several_requests_are_one_job_and_one_commit(engine: WhooshEngine, sources: Pair, monkeypatch) -> None:
    commits = []
    apply = engine.apply
    monkeypatch.setattr(engine, "apply", lambda *batch: commits.append(batch) or apply(*batch))
    sources[0].documents.update({number: document(number, "refund") for number in range(1, 30)})
    for _ in range(3):
        request(*(f"t{number}" for number in range(1, 30)))
    assert count_jobs() == 29
    worker.run_until_idle()
    assert len(commits) == 1
    assert engine.search(query("refund")).total == 29


def test_a_document_that_is_gone_leaves_the_index(engine: WhooshEngine, sources: Pair) -> None:
    engine.apply([document(1, "refund")], ())
    request("t1")
    worker.run_until_idle()
    assert engine.keys() == set()


def test_a_busy_index_is_tried_again(engine: WhooshEngine, sources: Pair, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(whoosh, "WRITE_WAIT", 0.01)
    sync.rebuild()
    sources[0].documents[1] = document(1, "refund")
    request("t1")
    with IndexStore(tmp_path / "search").writing():
        assert worker.run_batch() == 1
    assert count_jobs() == 1
    with unit_of_work():
        db.session.execute(sa.update(Job).values(available_at=now() - timedelta(hours=1)))
    worker.run_until_idle()
    assert engine.keys() == {"t1"}


def test_requests_are_undone_with_the_transaction(engine: WhooshEngine, sources: Pair) -> None:
    with pytest.raises(RuntimeError), unit_of_work():
        request_sync("thread", 1)
        raise RuntimeError("the service failed")
    assert count_jobs() == 0


def test_a_rebuild_reads_every_source_and_reports_progress(engine: WhooshEngine, sources: Pair, monkeypatch) -> None:
    monkeypatch.setattr(sync, "LOAD_BATCH", 4)
    sources[0].documents.update({number: document(number, "refund") for number in range(1, 10)})
    sources[1].documents[1] = document(1, "refund", kind="article")
    engine.apply([document(99, "gone since")], ())
    seen: list[tuple[int, int]] = []
    assert sync.rebuild(lambda done, total: seen.append((done, total))) == 10
    assert seen == [(4, 10), (8, 10), (9, 10), (10, 10)]
    assert engine.keys() == {"a1", *(f"t{number}" for number in range(1, 10))}


def test_a_change_during_a_rebuild_is_not_lost(engine: WhooshEngine, sources: Pair, monkeypatch) -> None:
    threads = sources[0]
    threads.documents.update({number: document(number, "refund") for number in range(1, 6)})
    monkeypatch.setattr(sync, "LOAD_BATCH", 2)

    def change(done: int, _total: int) -> None:
        if done == 4:
            threads.documents[1] = document(1, "invoice")
            del threads.documents[2]
            sync.sync_documents([{"kind": "thread", "id": 1}, {"kind": "thread", "id": 2}])

    sync.rebuild(change)
    assert keys(engine.search(query("invoice"))) == ["t1"]
    assert engine.keys() == {"t1", "t3", "t4", "t5"}


def test_verify_repairs_both_ways(engine: WhooshEngine, sources: Pair) -> None:
    sources[0].documents.update({number: document(number, "refund") for number in (1, 2)})
    engine.apply([document(2, "refund"), document(3, "refund")], ())
    report = sync.verify()
    assert (report.indexed, report.missing, report.surplus) == (2, ("t1",), ("t3",))
    assert not report.is_complete
    worker.run_until_idle()
    assert sync.verify().is_complete
    assert engine.keys() == {"t1", "t2"}


def test_verify_finds_old_content_and_not_what_every_reader_changes(engine: WhooshEngine, sources: Pair) -> None:
    stored = {1: document(1, "refund"), 2: document(2, "refund"), 3: document(3, "refund")}
    sources[0].documents.update(stored)
    sync.rebuild()
    sources[0].documents.update({2: document(2, "refund", "with another text"), 3: document(3, "refund", votes=9, views=7)})
    seen: list[tuple[int, int]] = []
    report = sync.verify(progress=lambda done, total: seen.append((done, total)))
    assert (report.missing, report.surplus, report.outdated) == ((), (), ("t2",)) and seen == [(3, 3)]
    worker.run_until_idle()
    assert sync.verify().is_complete
    assert keys(engine.search(query("another"))) == ["t2"]


def test_what_changes_while_it_is_checked_is_no_difference(engine: WhooshEngine, sources: Pair, monkeypatch) -> None:
    monkeypatch.setattr(sync, "LOAD_BATCH", 1)
    sources[0].documents.update({number: document(number, "refund") for number in (1, 2, 3)})
    sync.rebuild()

    def change(done: int, _total: int) -> None:
        if done == 1:
            sources[0].documents[2] = document(2, "edited meanwhile")
            sync.sync_documents([{"kind": "thread", "id": 2}])

    assert sync.verify(progress=change).is_complete
    assert count_jobs() == 0


def test_a_missing_or_outdated_index_is_rebuilt_by_the_worker(engine: WhooshEngine, sources: Pair, monkeypatch) -> None:
    sources[0].documents[1] = document(1, "refund")
    assert sync.request_rebuild_if_needed()
    worker.run_until_idle()
    assert engine.keys() == {"t1"}
    assert not sync.request_rebuild_if_needed()
    monkeypatch.setattr(engine, "_version", {"schema": 999})
    assert sync.needs_rebuild()
    sync.verify_index([{}])
    worker.run_until_idle()
    assert not sync.needs_rebuild()


def test_only_one_rebuild_runs(engine: WhooshEngine, sources: Pair, tmp_path) -> None:
    sources[0].documents[1] = document(1, "refund")
    with IndexStore(tmp_path / "search").rebuilding():
        sync.rebuild_index([{}])
    assert engine.keys() == set()


def test_keys_name_documents() -> None:
    assert make_key("article", 7) == "a7"
    assert split_key("t12") == ("thread", 12)
    for wrong in ("", "x1", "t", "tx"):
        with pytest.raises(ValueError):
            split_key(wrong)
