"""The job table: nothing is lost, nothing is done twice, failures are seen."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.jobs import queue, schedule, worker
from app.jobs.models import Job, PeriodicRun
from tests.asserts import assert_queries


@pytest.fixture
def done(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Payloads of the kind `test.work`, in the order they were done; other kinds are put aside."""
    payloads: list[dict[str, Any]] = []
    monkeypatch.setattr(queue, "_handlers", {})
    queue.register_handler("test.work", payloads.extend, batch=10)
    return payloads


def put(payload: dict[str, Any], **options: Any) -> None:
    with unit_of_work():
        queue.enqueue("test.work", payload, **options)


def ready_again() -> None:
    with unit_of_work():
        db.session.execute(sa.update(Job).values(available_at=now() - timedelta(seconds=1), lease_until=None))


def test_enqueued_work_is_done_once(done):
    put({"n": 1})
    put({"n": 2})
    assert worker.run_until_idle() == 2
    assert [p["n"] for p in done] == [1, 2] and queue.count_pending() == 0


def test_a_failed_transaction_enqueues_nothing(done):
    with pytest.raises(RuntimeError, match="no"), unit_of_work():
        queue.enqueue("test.work", {"n": 1})
        raise RuntimeError("no")
    assert worker.run_until_idle() == 0


def test_many_jobs_are_written_at_once_and_renew_those_that_wait(done):
    put({"n": 0}, dedupe_key="k1")
    with unit_of_work(), assert_queries(at_most=1):
        queue.enqueue_all("test.work", [(f"k{n}", {"n": n}) for n in range(1, 4_001)])
    with unit_of_work():
        queue.enqueue_all("test.work", [])
    assert queue.count_pending() == 4_000
    assert db.session.scalar(sa.select(Job.revision).where(Job.dedupe_key == "k1")) == 2
    worker.run_until_idle()
    assert sorted(p["n"] for p in done) == list(range(1, 4_001))


def test_repeated_requests_become_one_job_with_the_newest_payload(done):
    for n in range(5):
        put({"n": n}, dedupe_key="same")
    worker.run_until_idle()
    assert done == [{"n": 4}]


def test_a_request_during_the_work_is_not_lost(app: Flask, monkeypatch):
    monkeypatch.setattr(queue, "_handlers", {})
    seen: list[int] = []

    def handler(payloads: list[dict[str, Any]]) -> None:
        seen.append(payloads[0]["n"])
        if len(seen) == 1:
            put({"n": 2}, dedupe_key="same")

    queue.register_handler("test.work", handler)
    put({"n": 1}, dedupe_key="same")
    worker.run_until_idle()
    assert seen == [1, 2]


def test_delayed_work_waits(done):
    put({"n": 1}, delay=timedelta(hours=1))
    assert worker.run_until_idle() == 0
    ready_again()
    assert worker.run_until_idle() == 1


def test_a_failure_backs_off_and_ends_as_a_dead_letter_that_can_be_retried(app: Flask, monkeypatch, caplog):
    monkeypatch.setattr(queue, "_handlers", {})

    def fail(_payloads: list[dict[str, Any]]) -> None:
        raise ValueError("broken on purpose")

    queue.register_handler("test.work", fail)
    put({"n": 1})
    worker.run_batch()
    waiting = db.session.scalars(sa.select(Job)).one()
    assert waiting.attempts == 1 and waiting.available_at > now() and "broken on purpose" in waiting.last_error
    for _ in range(queue.MAX_ATTEMPTS):
        ready_again()
        worker.run_batch()
    db.session.rollback()
    dead = queue.list_dead()
    assert len(dead) == 1 and queue.count_pending() == 0
    good: list[dict[str, Any]] = []
    queue.register_handler("test.work", good.extend)
    with unit_of_work():
        assert queue.retry_dead(dead[0].id)
        assert not queue.retry_dead(dead[0].id)
    worker.run_until_idle()
    assert good == [{"n": 1}]


def jobs_left() -> list[tuple[int, int]]:
    """The number in the payload of each job, and how often it was tried."""
    db.session.rollback()
    return [(job.payload["n"], job.attempts) for job in db.session.scalars(sa.select(Job).order_by(Job.id))]


def test_a_batch_may_end_in_parts_each_job_for_itself(app: Flask, monkeypatch, caplog):
    monkeypatch.setattr(queue, "_handlers", {})

    def handler(payloads: list[dict[str, Any]]) -> Iterator[Exception | None]:
        yield None
        yield ValueError("broken on purpose")
        if len(payloads) == 4:
            return  # the others are not tried this time
        yield None

    queue.register_handler("test.work", handler, batch=10)
    for n in range(4):
        put({"n": n})
    assert worker.run_batch() == 4
    assert jobs_left() == [(1, 1), (2, 0), (3, 0)]
    assert "broken on purpose" in db.session.scalars(sa.select(Job).where(Job.attempts == 1)).one().last_error
    assert worker.run_batch() == 2
    assert jobs_left() == [(1, 1), (3, 1)]


def test_a_worker_that_is_killed_in_the_middle_of_a_batch_repeats_only_what_was_not_written_down(app: Flask, monkeypatch):
    monkeypatch.setattr(queue, "_handlers", {})
    monkeypatch.setattr(worker, "SETTLE_SECONDS", -1)

    def handler(_payloads: list[dict[str, Any]]) -> Iterator[Exception | None]:
        yield None
        yield None
        raise SystemExit

    queue.register_handler("test.work", handler, batch=10)
    for n in range(4):
        put({"n": n})
    with pytest.raises(SystemExit):
        worker.run_until_idle()
    assert [n for n, _attempts in jobs_left()] == [2, 3]


def test_what_was_done_is_not_done_again_because_it_could_not_be_written_down_at_once(app: Flask, monkeypatch):
    monkeypatch.setattr(queue, "_handlers", {})
    monkeypatch.setattr(worker, "SETTLE_SECONDS", -1)
    fails = iter((False, True))

    @contextmanager
    def unit_that_may_fail() -> Iterator[None]:
        with unit_of_work():
            yield
            if next(fails, False):
                raise OperationalError("COMMIT", {}, Exception("database is locked"))

    monkeypatch.setattr(worker, "unit_of_work", unit_that_may_fail)
    queue.register_handler("test.work", lambda payloads: iter([None] * len(payloads)), batch=10)
    for n in range(3):
        put({"n": n})
    worker.run_batch()
    assert jobs_left() == [(1, 1), (2, 1)]


def test_a_worker_that_is_told_to_stop_leaves_the_rest_of_a_batch_untouched(app: Flask, monkeypatch):
    monkeypatch.setattr(queue, "_handlers", {})
    stop = threading.Event()

    def handler(_payloads: list[dict[str, Any]]) -> Iterator[Exception | None]:
        yield None
        stop.set()
        yield None
        yield None

    queue.register_handler("test.work", handler, batch=10)
    for n in range(4):
        put({"n": n})
    assert worker.run_until_idle(stop=stop) == 4
    assert jobs_left() == [(2, 0), (3, 0)]


def test_a_round_takes_what_was_ready_when_it_began(done):
    put({"n": 1})
    begun = now()
    put({"n": 2})
    assert worker.run_until_idle(ready_at=begun) == 1 and done == [{"n": 1}]
    assert worker.run_until_idle() == 1


def test_what_waits_for_others_comes_last_and_ends_a_round_that_took_long(done, monkeypatch):
    monkeypatch.setattr(queue, "_slow", set())
    queue.register_handler("test.slow", done.extend, is_slow=True)
    with unit_of_work():
        queue.enqueue_all("test.slow", [("a", {"slow": 1}), ("b", {"slow": 2})])
    put({"n": 1}, dedupe_key="c")
    monkeypatch.setattr(worker, "ROUND_SECONDS", -1)
    assert worker.run_until_idle(ready_at=now()) == 2 and done == [{"n": 1}, {"slow": 1}]
    assert worker.run_until_idle() == 1


def test_a_batch_costs_few_statements_however_many_jobs_it_has(done):
    with unit_of_work():
        queue.enqueue_all("test.work", [(f"k{n}", {"n": n}) for n in range(10)])
    with assert_queries(at_most=5):  # the oldest kind, its jobs (PostgreSQL: a lock), all done, nothing else
        worker.run_until_idle()


def test_work_that_waits_for_something_is_never_given_up(app: Flask, monkeypatch):
    monkeypatch.setattr(queue, "_handlers", {})
    good: list[dict[str, Any]] = []

    def wait(_payloads: list[dict[str, Any]]) -> None:
        raise queue.TryLaterError("the disk is full")

    queue.register_handler("test.work", wait)
    put({"n": 1})
    for _ in range(queue.MAX_ATTEMPTS + 3):
        ready_again()
        worker.run_batch()
    job = db.session.scalars(sa.select(Job)).one()
    assert job.dead_at is None and now() < job.available_at <= now() + timedelta(seconds=32)
    assert queue.what_stops(("test.work",)) == "the disk is full" and not queue.what_stops(("test.other",))
    db.session.rollback()
    queue.register_handler("test.work", good.extend)
    ready_again()
    worker.run_until_idle()
    assert good == [{"n": 1}] and not queue.what_stops(("test.work",))


def test_a_dead_worker_gives_its_jobs_back_after_the_lease(done):
    put({"n": 1})
    with unit_of_work():
        assert len(queue.claim()) == 1
    with unit_of_work():
        assert queue.claim() == []
        db.session.execute(sa.update(Job).values(lease_until=now() - timedelta(seconds=1)))
    assert worker.run_until_idle() == 1


def test_a_killed_process_of_this_host_gives_its_jobs_back_at_once(done):
    put({"n": 1})
    put({"n": 2})
    with unit_of_work():
        assert len(queue.claim()) == 2
        assert queue.release_dead() == 0
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    with unit_of_work():
        first = db.session.scalars(sa.select(Job).order_by(Job.id)).first()
        first.lease_owner = f"{socket.gethostname()[:90]}:{gone.pid}"
    with unit_of_work():
        assert queue.release_dead() == 1
    assert worker.run_until_idle() == 1 and done == [{"n": 1}]


def test_what_kills_whoever_does_it_ends_as_a_dead_letter(done):
    put({"n": 1})
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    for _time in range(queue.MAX_ATTEMPTS):
        with unit_of_work():
            assert len(queue.claim()) == 1
            db.session.execute(sa.update(Job).values(lease_owner=f"{socket.gethostname()[:90]}:{gone.pid}"))
        with unit_of_work():
            assert queue.release_dead() == 1
    with unit_of_work():
        assert queue.claim() == []
        [dead] = queue.list_dead()
        assert "killed" in dead.last_error
        assert queue.retry_dead(dead.id)
    assert worker.run_until_idle() == 1 and done == [{"n": 1}]


def test_what_was_taken_together_with_what_kills_is_done(done):
    for n in range(4):
        put({"n": n})
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    for _round in range(20):
        with unit_of_work():
            jobs = queue.claim()
            if not any(job.payload == {"n": 1} for job in jobs):
                done.extend(job.payload for job in jobs)
                queue.finish(jobs)
                continue
            ids = [job.id for job in jobs]
            owner = f"{socket.gethostname()[:90]}:{gone.pid}"
            db.session.execute(sa.update(Job).where(Job.id.in_(ids)).values(lease_owner=owner))
        with unit_of_work():
            assert queue.release_dead() == len(ids)
    assert [job.payload for job in queue.list_dead()] == [{"n": 1}]
    assert done == [{"n": 0}, {"n": 2}, {"n": 3}] and queue.count_pending() == 0


@pytest.mark.slow
def test_many_workers_do_each_job_once(app: Flask, monkeypatch):
    monkeypatch.setattr(queue, "_handlers", {})
    seen: list[int] = []
    lock = threading.Lock()

    def handler(payloads: list[dict[str, Any]]) -> None:
        with lock:
            seen.extend(p["n"] for p in payloads)

    queue.register_handler("test.work", handler, batch=7)
    with unit_of_work():
        for n in range(200):
            queue.enqueue("test.work", {"n": n})

    def work() -> None:
        with app.app_context():
            worker.run_until_idle()
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(200)) and queue.count_pending() == 0


def test_periodic_work_is_enqueued_once_an_interval(done, monkeypatch):
    monkeypatch.setattr(schedule, "_periodic", {})
    schedule.register_periodic("test.work", timedelta(hours=1))
    with unit_of_work():
        assert schedule.enqueue_due() == 1
        assert schedule.enqueue_due() == 0
    worker.run_until_idle()
    assert done == [{}]


def test_a_clock_that_was_ahead_for_a_while_stops_no_periodic_work(done, monkeypatch):
    monkeypatch.setattr(schedule, "_periodic", {})
    schedule.register_periodic("test.work", timedelta(hours=1))
    with unit_of_work():
        schedule.enqueue_due()
        db.session.execute(sa.update(PeriodicRun).values(enqueued_at=now() + timedelta(seconds=5)))
        assert schedule.enqueue_due() == 0, "another host's clock may be a little ahead"
        db.session.execute(sa.update(PeriodicRun).values(enqueued_at=now() + timedelta(days=3000)))
        assert schedule.enqueue_due() == 1
        assert schedule.enqueue_due() == 0


def test_whether_a_worker_is_needed_is_told_by_two_small_statements(done, monkeypatch):
    monkeypatch.setattr(schedule, "_periodic", {})
    assert not worker.is_needed(with_periodic=True)
    put({"n": 1}, delay=timedelta(minutes=1))
    assert not worker.is_needed(with_periodic=True)
    schedule.register_periodic("test.work", timedelta(hours=1))
    with assert_queries(at_most=2):
        assert worker.is_needed(with_periodic=True)
    assert not worker.is_needed(with_periodic=False)
    put({"n": 2})
    assert worker.is_needed(with_periodic=False)


def test_a_worker_is_needed_to_say_that_the_database_is_away(app, monkeypatch):
    def refuse() -> bool:
        raise OperationalError("", {}, Exception("away"))

    monkeypatch.setattr(queue, "is_any_ready", refuse)
    assert worker.is_needed(with_periodic=False)


def test_a_database_that_is_away_is_tried_again_ever_more_rarely(app, monkeypatch, caplog):
    """A full disk must not be filled with stack traces, a second apart."""
    stop, pauses = threading.Event(), []

    def refuse(*_given: object) -> int:
        raise OperationalError("SELECT 1", {}, Exception("database or disk is full"))

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        if len(pauses) == 8:
            stop.set()
        return stop.is_set()

    monkeypatch.setattr(worker, "run_until_idle", refuse)
    patient = SimpleNamespace(is_set=stop.is_set, wait=pause)
    worker.run_forever(app, patient, threading.Event())
    assert pauses == [2, 4, 8, 16, 30, 30, 30, 30]
    assert len([record for record in caplog.records if record.exc_info]) == 1
