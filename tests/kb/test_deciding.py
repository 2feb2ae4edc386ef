"""What curators decide about candidates, what is remembered of it, and how good the queue is."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.settings import Settings
from app.core.statistics import wilson_interval
from app.core.uow import unit_of_work
from app.forum.services import curating
from app.kb.explaining import describe_precision
from app.kb.jobs import scan
from app.kb.models import Candidate, CandidateDecision, Decision
from app.kb.queries.decisions import Precision, list_decisions, measure_precision
from app.kb.services import deciding
from app.moderation.models import LogEntry
from app.moderation.undoing import undo_decision
from tests.factories import actor_of, make_category, make_section
from tests.kb.conftest import Crew
from tests.kb.samples import add_views, change, make_solved, promote


def of(thread_id: int) -> Candidate | None:
    db.session.rollback()
    return db.session.get(Candidate, thread_id, populate_existing=True)


def record(thread_id: int) -> list[tuple[str, int | None, str]]:
    db.session.rollback()
    statement = sa.select(CandidateDecision.decision, CandidateDecision.rank, CandidateDecision.reason)
    return [
        tuple(row)
        for row in db.session.execute(statement.where(CandidateDecision.thread_id == thread_id).order_by(CandidateDecision.id))
    ]


def do(service, actor, **values):
    with unit_of_work():
        return service(actor, **values)


def newest_entry(action: str) -> int:
    db.session.rollback()
    return db.session.scalars(sa.select(LogEntry.id).where(LogEntry.action == action).order_by(LogEntry.id.desc())).first()


def queue_of(count: int, settings: Settings) -> list[int]:
    """Solved threads in the queue, best first."""
    ids = [make_solved(f"Why does pump number {number} hum?", views=2000 - 100 * number)[0].id for number in range(count)]
    scan(settings)
    return ids


def test_each_decision_keeps_the_score_and_the_place_of_its_moment(app: Flask, settings: Settings, crew: Crew):
    first, second, third = queue_of(3, settings)
    score = of(second).score
    do(deciding.dismiss_candidate, crew.curator, thread_id=second, reason="Too specific")
    do(deciding.dismiss_candidate, crew.curator, thread_id=third, reason="Out of date")
    do(deciding.restore_candidate, crew.curator, thread_id=second)
    do(deciding.snooze_candidate, crew.agent, thread_id=second, days=30, reason="After the release")
    assert record(second) == [("dismissed", 2, "Too specific"), ("restored", None, ""), ("snoozed", 2, "After the release")]
    assert record(third) == [("dismissed", 2, "Out of date")] and record(first) == []
    rows = list_decisions(crew.curator, second)
    assert [row.decision for row in rows] == ["snoozed", "restored", "dismissed"]
    assert rows[-1].score == score and rows[0].snoozed_until is not None and rows[0].decided_by


def test_what_was_put_off_comes_back_when_its_time_is_over_if_it_still_deserves_it(app: Flask, settings: Settings, crew: Crew):
    good, poor = queue_of(2, settings)
    for thread_id in (good, poor):
        do(deciding.snooze_candidate, crew.curator, thread_id=thread_id, days=7)
    scan(settings)
    assert {of(good).state, of(poor).state} == {"snoozed"}
    for thread_id in (good, poor):
        with unit_of_work():
            db.session.get_one(Candidate, thread_id).snoozed_until = now() - timedelta(minutes=1)
    with unit_of_work():
        db.session.execute(sa.text("UPDATE thread SET status = 'disputed' WHERE id = :id"), {"id": poor})
    scan(settings)
    back = of(good)
    assert (back.state, back.snoozed_until, back.decided_by_id, back.reason) == ("proposed", None, None, "")
    assert of(poor) is None and record(poor)[0][0] == "snoozed"


@pytest.mark.parametrize("days", [0, -7, 8, 4000])
def test_only_the_offered_times_are_accepted(app: Flask, settings: Settings, crew: Crew, days: int):
    (thread_id,) = queue_of(1, settings)
    with pytest.raises(Invalid):
        do(deciding.snooze_candidate, crew.curator, thread_id=thread_id, days=days)
    assert of(thread_id).state == "proposed" and record(thread_id) == []


def test_the_second_of_two_curators_is_told(app: Flask, settings: Settings, crew: Crew):
    (thread_id,) = queue_of(1, settings)
    do(deciding.snooze_candidate, crew.curator, thread_id=thread_id, days=7)
    for service, values in (
        (deciding.snooze_candidate, {"days": 7}), (deciding.dismiss_candidate, {"reason": "No"}),
    ):  # fmt: skip
        with pytest.raises(Conflict):
            do(service, crew.agent, thread_id=thread_id, **values)


@pytest.mark.parametrize(
    ("service", "values"),
    [
        (deciding.dismiss_candidate, {"reason": "No"}), (deciding.snooze_candidate, {"days": 7}),
        (deciding.restore_candidate, {}), (deciding.snooze_again, {"until": "2099-01-01T00:00:00+00:00"}),
    ],
)  # fmt: skip
def test_who_may_decide(app: Flask, settings: Settings, crew: Crew, service, values):
    (thread_id,) = queue_of(1, settings)
    with pytest.raises(Forbidden):
        do(service, actor_of(crew.member), thread_id=thread_id, **values)
    secret = make_category(audience="staff").id
    with unit_of_work():
        db.session.execute(sa.text("UPDATE thread SET category_id = :c WHERE id = :id"), {"c": secret, "id": thread_id})
    with pytest.raises(NotFound):
        do(service, crew.curator, thread_id=thread_id, **values)
    with pytest.raises(NotFound):
        do(service, crew.agent, thread_id=10**15, **values)


def test_the_log_takes_back_a_snooze_and_that_again(app: Flask, settings: Settings, crew: Crew):
    (thread_id,) = queue_of(1, settings)
    do(deciding.snooze_candidate, crew.curator, thread_id=thread_id, days=30)
    until = of(thread_id).snoozed_until
    do(undo_decision, crew.curator, entry_id=newest_entry("snooze"), reason="Now after all")
    assert of(thread_id).state == "proposed"
    do(undo_decision, crew.curator, entry_id=newest_entry("propose_again"), reason="Later after all")
    assert (of(thread_id).state, of(thread_id).snoozed_until) == ("snoozed", until)


def test_a_card_takes_a_thread_out_of_the_queue_and_back(app: Flask, settings: Settings, crew: Crew):
    thread, answer = make_solved(views=900)
    scan(settings)
    do(curating.pin_card, crew.agent, post_id=answer.id)
    assert of(thread.id).state == "card" and record(thread.id) == [("card", 1, "")]
    assert scan(settings).proposed == 0 and of(thread.id).state == "card"
    do(undo_decision, crew.curator, entry_id=newest_entry("card"), reason="An article is better")
    assert of(thread.id).state == "proposed"
    do(undo_decision, crew.curator, entry_id=newest_entry("uncard"), reason="No, it is not")
    assert of(thread.id).state == "card"
    assert [one[0] for one in record(thread.id)] == ["card", "restored", "card"]


def test_a_card_on_a_thread_that_nobody_proposed_leaves_no_candidate_behind(app: Flask, settings: Settings, crew: Crew):
    thread, answer = make_solved(views=1)
    do(curating.pin_card, crew.agent, post_id=answer.id)
    assert (of(thread.id).state, of(thread.id).parts) == ("card", [])
    do(curating.unpin_card, crew.agent, thread_id=thread.id)
    assert of(thread.id) is None and [one[:2] for one in record(thread.id)] == [("card", None), ("restored", None)]


def test_an_article_is_a_decision_too(app: Flask, settings: Settings, crew: Crew):
    thread, answer = make_solved(views=900)
    scan(settings)
    article = promote(crew.curator, thread, [answer], make_section().id)
    assert of(thread.id).state == "promoted" and of(thread.id).article_id == article.id
    assert record(thread.id) == [("promoted", 1, "")]
    with pytest.raises(ValueError, match="does not accept"):
        do(deciding.accept_candidate, crew.curator, thread_id=thread.id, article_id=article.id, decision=Decision.DISMISSED)


def test_precision_is_the_share_of_the_first_ten_that_was_taken(app: Flask, settings: Settings, crew: Crew):
    ids = queue_of(13, settings)
    assert measure_precision() == Precision(0, 0)
    do(deciding.dismiss_candidate, crew.curator, thread_id=ids[11], reason="Number twelve does not count")
    do(deciding.dismiss_candidate, crew.curator, thread_id=ids[9], reason="Number ten does")
    do(deciding.dismiss_candidate, crew.curator, thread_id=ids[8], reason="Taken back, so it does not count")
    do(deciding.restore_candidate, crew.curator, thread_id=ids[8])
    do(deciding.snooze_candidate, crew.curator, thread_id=ids[7], days=7)
    for thread_id in ids[:2]:
        do(deciding.accept_candidate, crew.curator, thread_id=thread_id, article_id=None)
    with unit_of_work():
        deciding.follow_card(thread_id=ids[2], actor_id=crew.staff.id, is_pinned=True)
    assert measure_precision() == Precision(3, 4)
    do(deciding.accept_candidate, crew.curator, thread_id=ids[9], article_id=None)  # dismissed first, and taken in the end
    found = measure_precision()
    assert found == Precision(4, 4) and (found.low, found.high) == wilson_interval(4, 4)


def test_the_precision_is_told_with_its_interval_and_honestly_without_data():
    low, high = (round(100 * end) for end in wilson_interval(17, 24))
    words = describe_precision(Precision(17, 24))
    assert "71 % taken, 17 of 24 threads judged" in words and f"95 % interval {low} to {high} %" in words
    assert "once somebody has decided" in describe_precision(Precision(0, 0))
    assert "1 of 1 thread judged" in describe_precision(Precision(1, 1))


def test_views_of_duplicates_count_for_the_original(app: Flask, settings: Settings):
    thread, _answer = make_solved(views=20)
    duplicate, _other = make_solved("The pump hums again and again", views=300)
    assert scan(settings).proposed == 1
    change(duplicate, duplicate_of_id=thread.id, status="closed")
    add_views(duplicate, 100, days_ago=40)
    scan(settings)
    assert of(duplicate.id) is None
    found = of(thread.id)
    texts = [part["text"] for part in found.parts]
    assert found.views_30d == 320 and texts[:3] == [
        "320 views in 30 days", "420 views in 90 days", "more readers than the 100 of the 30 days before",
    ]  # fmt: skip
    assert "1 duplicate" in texts
