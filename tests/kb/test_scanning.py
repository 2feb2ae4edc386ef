"""Scanning for candidates: what is proposed, what is kept, and what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.jobs.schedule import enqueue_due
from app.jobs.worker import run_until_idle
from app.kb.jobs import SCAN_JOB, scan
from app.kb.models import Candidate
from app.kb.queries.candidates import list_candidates
from app.kb.services import scanning
from app.kb.services.deciding import dismiss_candidate, restore_candidate
from tests.asserts import count_queries
from tests.factories import actor_of, make_answer, make_category, make_question, make_section, make_thread
from tests.kb.conftest import Crew
from tests.kb.samples import add_views, change, make_solved, promote_and_publish


def states() -> dict[int, str]:
    db.session.rollback()
    return dict(db.session.execute(sa.select(Candidate.thread_id, Candidate.state)).all())


def test_a_read_and_solved_thread_is_proposed_with_its_reasons(app: Flask, settings: Settings):
    thread, _answer = make_solved(views=812)
    report = scan(settings)
    row = db.session.get_one(Candidate, thread.id)
    assert (report.read, report.proposed, report.dropped) == (1, 1, 0)
    assert row.views_30d == 812 and row.score > settings.promotion_min_score
    assert [part["text"] for part in row.parts][:2] == ["812 views in 30 days", "812 views in 90 days"]


def test_what_nobody_reads_or_answers_is_not_proposed(app: Flask, settings: Settings):
    make_solved("Nobody reads this question", views=2)
    unanswered = make_question(created_at=now() - timedelta(days=9))
    add_views(unanswered, 5000)
    discussion = make_thread(kind="discussion", created_at=now() - timedelta(days=9))
    make_answer(discussion, score=50)
    add_views(discussion, 5000)
    assert scan(settings).proposed == 0 and states() == {}


def test_a_second_scan_changes_no_decision_and_follows_the_figures(app: Flask, settings: Settings, crew: Crew):
    kept, _ = make_solved("Why does the first pump hum?")
    no, _ = make_solved("Why does the second pump hum?")
    yes, answer = make_solved("Why does the third pump hum?")
    scan(settings)
    with unit_of_work():
        dismiss_candidate(crew.curator, thread_id=no.id, reason="Too specific")
    promote_and_publish(crew.curator, yes, [answer], make_section().id)
    before = db.session.get_one(Candidate, no.id).score
    add_views_later = {kept.id: "proposed", no.id: "dismissed", yes.id: "promoted"}
    add_views(no, 900, days_ago=3)
    scan(settings)
    assert states() == add_views_later
    dismissed = db.session.get_one(Candidate, no.id)
    assert dismissed.score > before and dismissed.reason == "Too specific" and dismissed.decided_by_id == crew.moderator.id


def test_a_proposal_that_no_longer_holds_goes_away(app: Flask, settings: Settings):
    hidden, _ = make_solved("Why does the first pump hum?")
    disputed, _ = make_solved("Why does the second pump hum?")
    stays, _ = make_solved("Why does the third pump hum?")
    scan(settings)
    change(hidden, hidden_at=now())
    change(disputed, status="disputed")
    assert scan(settings).dropped == 2
    assert states() == {stays.id: "proposed"}


def test_the_number_of_statements_does_not_grow_with_the_threads(app: Flask, settings: Settings):
    make_solved()
    with count_queries() as few:
        scanning.score_batch(settings, 0, now())
    for number in range(6):
        make_solved(f"Why does pump {number} hum so loudly?")
    with count_queries() as many:
        scanning.score_batch(settings, 0, now())
    assert len(few) == len(many) <= 13


def test_batches_cover_all_threads_once(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch):
    ids = {make_solved(f"Why does pump {number} hum so loudly?")[0].id for number in range(5)}
    monkeypatch.setattr(scanning, "BATCH", 2)
    steps: list[int] = []
    batch = scanning.score_batch(settings, 0, now(), limit=2)
    found = []
    while batch.last_id is not None:
        found += [one.facts.thread_id for one in batch.proposals]
        batch = scanning.score_batch(settings, batch.last_id, now(), limit=2)
    scan(settings, steps.append)
    assert sorted(found) == sorted(ids) and sum(steps) == 5


def test_the_periodic_job_scans(app: Flask):
    thread, _ = make_solved()
    with unit_of_work():
        enqueue_due()
    run_until_idle()
    assert states() == {thread.id: "proposed"} and SCAN_JOB == "kb.scan_promotions"


def test_the_queue_shows_the_best_first_and_only_what_the_actor_may_see(app: Flask, settings: Settings, crew: Crew):
    members = make_category(audience="members")
    good, _ = make_solved("Why does the good pump hum?", views=5000)
    other, _ = make_solved("Why does the other pump hum?", views=300, category=members)
    secret, _ = make_solved("Why does the secret pump hum?", views=900)
    scan(settings)
    change(secret, category_id=make_category(audience="staff").id)
    assert [row.thread_id for row in list_candidates(crew.curator, state="proposed").items] == [good.id, other.id]
    assert [row.thread_id for row in list_candidates(crew.agent, state="proposed").items] == [good.id, secret.id, other.id]


def test_dismissing_needs_a_reason_and_can_be_taken_back(app: Flask, settings: Settings, crew: Crew):
    thread, _ = make_solved()
    scan(settings)
    with pytest.raises(Invalid), unit_of_work():
        dismiss_candidate(crew.curator, thread_id=thread.id, reason=" ")
    with unit_of_work():
        dismiss_candidate(crew.curator, thread_id=thread.id, reason="Out of date")
    with pytest.raises(Conflict), unit_of_work():
        dismiss_candidate(crew.curator, thread_id=thread.id, reason="Out of date")
    with unit_of_work():
        restore_candidate(crew.curator, thread_id=thread.id)
    row = db.session.get_one(Candidate, thread.id)
    assert (row.state, row.reason, row.decided_at) == ("proposed", "", None)


def test_only_curators_decide_and_only_about_threads_they_can_see(app: Flask, settings: Settings, crew: Crew):
    thread, _ = make_solved()
    scan(settings)
    with pytest.raises(Forbidden), unit_of_work():
        dismiss_candidate(actor_of(crew.member), thread_id=thread.id, reason="No")
    change(thread, category_id=make_category(audience="staff").id)
    with pytest.raises(NotFound), unit_of_work():
        dismiss_candidate(crew.curator, thread_id=thread.id, reason="No")
    with pytest.raises(NotFound), unit_of_work():
        dismiss_candidate(crew.agent, thread_id=10**15, reason="No")
