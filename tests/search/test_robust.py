"""Never wrong for long: writers killed at random moments, several at once, and a disk without room. Real processes and files."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.jobs import worker
from app.jobs.models import Job
from app.search import sync
from app.search.documents import SearchDocument
from app.search.engines import postgres_store, whoosh, whoosh_reader
from app.search.engines.base import IndexBusy, IndexFull, SearchEngine
from app.search.engines.whoosh import WhooshEngine
from tests.search.places import Place
from tests.search.samples import document, engine_at, keys, query
from tests.search.test_sync import Pair, handlers, request

__all__ = ["handlers"]  # the jobs of search, for every test here
IDS = 12
T = TypeVar("T")
_fork = multiprocessing.get_context("fork")


class Stored:
    """What a database would hold: the newest version of each document, one line for each change, before it is indexed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def write(self, version: int) -> SearchDocument:
        with self.path.open("a") as file:
            file.write(f"{version}\n")
        return self.of(version)

    @staticmethod
    def of(version: int) -> SearchDocument:
        return document(version % IDS + 1, f"refund version{version}")

    def versions(self) -> dict[str, int]:
        lines = self.path.read_text().split("\n")[:-1]
        return {f"t{int(line) % IDS + 1}": int(line) for line in lines}

    def reload(self, names: list[str]) -> tuple[list[SearchDocument], list[str]]:
        known = self.versions()
        return [self.of(known[name]) for name in names if name in known], [name for name in names if name not in known]


def insist(write: Callable[[], T]) -> T:
    """Write as soon as nobody else does."""
    while True:
        try:
            return write()
        except IndexBusy:
            pass


def repair(engine: SearchEngine, stored: Stored) -> None:
    """Do again what a killed writer may not have finished, as its job is."""
    insist(lambda: engine.apply(stored.reload(list(stored.versions()))[0], ()))


def scribble(engine: SearchEngine, stored: Stored, first: int, report: int) -> None:
    """Change one document after the other and rebuild now and then, saying which changes were committed, until killed."""
    for version in count(first):
        found = stored.write(version)
        insist(lambda found=found: engine.apply([found], ()))
        os.write(report, f"{version}\n".encode())
        if version % 4 == 0:
            insist(lambda: engine.rebuild(stored.reload(list(stored.versions()))[0], stored.reload))


def run_and_kill(work: Callable[[int], None], delay: float) -> list[int]:
    """Let a process work until it committed twice, kill it `delay` seconds later, and return what it said it had committed."""
    reading, writing = os.pipe()
    process = _fork.Process(target=work, args=(writing,))
    process.start()
    os.close(writing)
    with os.fdopen(reading, "rb") as lines:
        said = lines.readline() + lines.readline()
        time.sleep(delay)
        process.kill()
        process.join()
        said += lines.read()
    assert process.exitcode == -signal.SIGKILL, "it worked until it was killed"
    return [int(line) for line in said.split()]


@pytest.fixture
def watched(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place whose readers look at every query whether somebody wrote."""
    for module in (whoosh_reader, postgres_store):
        monkeypatch.setattr(module, "CHECK_SECONDS", 0.0)
    return place


@pytest.mark.slow
def test_writers_and_rebuilds_killed_at_random_moments_lose_nothing(watched: Place, tmp_path: Path) -> None:
    rng, stored = random.Random(3), Stored(tmp_path / "stored")
    reader = watched.holding(*(stored.write(version) for version in range(1, IDS + 1)))
    first = IDS + 1
    for _ in range(12):
        confirmed = run_and_kill(
            lambda report, first=first: scribble(watched.open(), stored, first, report), rng.uniform(0, 0.12)
        )
        newest = {Stored.of(version).key: version for version in [*range(1, IDS + 1), *confirmed]}
        engine = watched.open()
        found = engine.stamps()
        assert found.keys() == stored.versions().keys()
        for key, version in newest.items():
            possible = {Stored.of(later).stamp for later in range(version, stored.versions()[key] + 1, IDS)}
            assert found[key] in possible, f"{key} fell back behind version {version}"
        repair(engine, stored)
        expected = {key: Stored.of(version).stamp for key, version in stored.versions().items()}
        assert engine.stamps() == reader.stamps() == expected
        assert reader.search(query("refund")).total == IDS
        first = max(stored.versions().values()) + 1
    insist(lambda: watched.open().rebuild(stored.reload(list(stored.versions()))[0], stored.reload))
    assert watched.count() == 1, "no unfinished generation is left"


@pytest.mark.slow
def test_several_workers_and_a_rebuild_at_once_lose_nothing_and_readers_never_miss_a_document(
    watched: Place, tmp_path: Path
) -> None:
    stored = Stored(tmp_path / "stored")
    reader = watched.holding(*(stored.write(version) for version in range(IDS)))

    def work(first: int) -> None:
        engine = watched.open()
        for version in range(first, first + 4 * IDS, 3):
            found = stored.write(version)
            insist(lambda found=found: engine.apply([found], ()))

    done = _fork.Event()

    def current() -> Iterator[SearchDocument]:
        """What is stored once the rebuild asks for it, as the real one reads: changes before that are noted for nobody."""
        yield from stored.reload(list(stored.versions()))[0]

    def renew() -> None:
        watched.open().rebuild(current(), stored.reload)
        watched.open().rebuild((found for found in current() if done.wait(60)), stored.reload)  # reads until they are done

    # Each worker has documents of its own: versions that differ by 3 name other ids.
    workers = [_fork.Process(target=work, args=(IDS + place,)) for place in range(3)]
    renewing = _fork.Process(target=renew)
    for process in (*workers, renewing):
        process.start()
    totals = set()
    while renewing.is_alive():
        totals.add(reader.search(query("refund")).total)
        if not any(process.is_alive() for process in workers):
            done.set()
    assert totals == {IDS}
    for process in (*workers, renewing):
        process.join()
    assert [process.exitcode for process in (*workers, renewing)] == [0] * 4
    assert watched.open().stamps() == {key: Stored.of(version).stamp for key, version in stored.versions().items()}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one MiB; skipped where nobody may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this user may not mount a small file system")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(place: Path) -> Path:
    """Use up all room."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as error:
            assert error.errno == errno.ENOSPC
    return ballast


def ready_again() -> None:
    with unit_of_work():
        db.session.execute(sa.update(Job).values(available_at=now() - timedelta(seconds=1)))


def test_changes_wait_for_room_on_a_full_disk(
    small_disk: Path, sources: Pair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger=worker.__name__)
    engine = WhooshEngine(small_disk / "search")
    monkeypatch.setattr("app.search.engines._current", engine)
    sources[0].documents.update({number: document(number, f"refund number{number}") for number in range(1, 20)})
    sync.rebuild()
    before = engine.stamps()
    ballast = fill(small_disk)
    sources[0].documents[3] = document(3, "changed while there was no room")
    request("t3")
    for _ in range(12):
        worker.run_batch()
        assert engine.stamps() == before and keys(engine.search(query("number7"))) == ["t7"]
        ready_again()
    assert "no room" in sync.what_stops() and "job.waits" in caplog.text
    with pytest.raises(IndexFull):
        sync.rebuild()
    assert len(list((small_disk / "search").glob("index-*"))) == 1 and engine.stamps() == before
    ballast.unlink()
    worker.run_until_idle()
    assert keys(engine.search(query("changed"))) == ["t3"] and not sync.what_stops()
    assert sync.verify().is_complete


def test_a_rebuild_that_fills_the_disk_gives_the_room_back(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_at(small_disk, document(1, "refund"))
    used = sum(path.stat().st_size for path in small_disk.rglob("*") if path.is_file())
    monkeypatch.setattr(whoosh, "LEAST_ROOM", 0)
    monkeypatch.setattr(whoosh, "REBUILD_BATCH", 50)
    long = (document(number, f"t{number}", " ".join(f"w{number}x{place}" for place in range(200))) for number in range(2, 400))
    with pytest.raises(IndexFull):
        engine.rebuild(long, lambda names: ([], []))
    assert sum(path.stat().st_size for path in small_disk.rglob("*") if path.is_file()) == used
    assert keys(engine.search(query("refund"))) == ["t1"]
    engine.apply([document(2, "refund")], ())
    assert engine.keys() == {"t1", "t2"}


def test_a_limit_of_the_process_is_reported_as_a_full_disk(tmp_path: Path) -> None:
    engine_at(tmp_path, document(1, "refund"))
    long = document(2, "invoice", " ".join(f"word{number}" for number in range(3000)))

    def limited() -> None:
        engine = WhooshEngine(tmp_path / "search")
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            engine.apply([long], ())
        except IndexFull:
            os._exit(7)

    process = _fork.Process(target=limited)
    process.start()
    process.join()
    assert process.exitcode == 7
    engine = WhooshEngine(tmp_path / "search")
    assert engine.keys() == {"t1"}
    engine.apply([long], ())
    assert keys(engine.search(query("invoice"))) == ["t2"]


def test_files_held_to_be_damaged_for_a_passing_reason_are_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine_at(tmp_path, document(1, "refund"))
    engine = WhooshEngine(tmp_path / "search")

    def exhausted(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(engine._snapshots, "_opener", exhausted)
        assert engine.search(query("refund")).total == 0 and engine.stats().is_stale
    assert engine.search(query("refund")).total == 0, "not read again at once"
    monkeypatch.setattr(whoosh_reader, "BLAME_SECONDS", 0.0)
    engine._snapshots.condemn("")
    assert keys(engine.search(query("refund"))) == ["t1"] and "search.index_damaged" in caplog.text
