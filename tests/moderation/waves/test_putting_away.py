"""Putting a wave away, giving it back exactly as it was, and removing it for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.forum.models import Category, Comment, Post, PostRevision, Tag, Thread
from app.forum.services import curating
from app.forum.services.answering import add_post
from app.forum.services.recounting import recount_all
from app.jobs.models import Job
from app.jobs.worker import run_until_idle
from app.moderation.flags.flagging import flag_post
from app.moderation.models import HitOutcome, LogEntry, Sanction, ScreenedText, ScreeningHit, Wave, WaveItem
from app.moderation.queries import count_queue
from app.moderation.screening.learning import list_examples
from app.moderation.undoing import undo_decision
from app.moderation.waves import stepping
from app.moderation.waves.ending import give_back, purge_job, remove
from app.moderation.waves.putting_away import put_away
from app.moderation.waves.reading import list_waves
from app.moderation.waves.stepping import work_job
from app.notifications.models import Notification
from tests.asserts import count_queries
from tests.factories import actor_of, body, make_answer, make_category, make_person, make_question, opening_of
from tests.moderation.waves.spam import HOST, SPAM, Scene, add_comment_row, build_scene, find, looking_for, put


@pytest.fixture
def scene(app: Flask) -> Scene:
    return build_scene()


@pytest.fixture
def in_background(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every wave is a big one."""
    monkeypatch.setattr(stepping, "AT_ONCE", 0)
    yield


def back(scene: Scene, wave: Wave) -> None:
    with unit_of_work():
        give_back(scene.moderator, wave_id=wave.id, reason="A mistake")


def states(wave: Wave) -> list[str]:
    return list(db.session.scalars(sa.select(WaveItem.state).where(WaveItem.wave_id == wave.id).order_by(WaveItem.id)))


def everything() -> dict[str, list[tuple]]:
    """All rows that a page may show, as they are stored."""
    tables = (Thread, Post, Comment, Category, Tag, Person)
    return {
        model.__tablename__: [tuple(row) for row in db.session.execute(sa.select(model.__table__).order_by(model.id))]
        for model in tables
    }


def entries() -> list[tuple[str, int | None]]:
    return [tuple(row) for row in db.session.execute(sa.select(LogEntry.action, LogEntry.wave_id).order_by(LogEntry.id))]


def test_one_decision_hides_texts_suspends_accounts_and_is_one_entry_of_the_log(scene: Scene):
    wave = put(scene.moderator)
    assert (wave.state, wave.text_count, wave.person_count) == ("quarantined", 3, 2)
    assert db.session.get_one(Thread, scene.thread.id).hidden_at and db.session.get_one(Post, scene.answer.id).hidden_at
    assert db.session.get_one(Comment, scene.comment.id).hidden_at
    assert db.session.get_one(Person, scene.spammer.id).as_actor(now()).can_write is False
    assert entries() == [("quarantine", wave.id)]
    assert wave.purge_at is not None and (wave.purge_at - wave.created_at).days == 30
    assert list(db.session.scalars(sa.select(Sanction.kind))) == ["suspend", "suspend"]


def test_figures_follow_and_nothing_has_drifted(scene: Scene):
    put(scene.moderator)
    honest = db.session.get_one(Thread, scene.honest.id)
    assert honest.answer_count == 1 and opening_of(honest).comment_count == 0
    assert recount_all().total == 0


def test_giving_back_leaves_every_row_as_it_was(scene: Scene):
    before = everything()
    wave = put(scene.moderator)
    assert everything() != before
    back(scene, wave)
    assert everything() == before and wave.state == "restored" and set(states(wave)) == {"restored"}
    assert entries() == [("quarantine", wave.id), ("wave_back", wave.id)]
    assert db.session.scalar(sa.select(sa.func.count()).where(Sanction.ended_at.is_(None))) == 0


def test_only_what_the_wave_hid_comes_back(scene: Scene):
    with unit_of_work():
        curating.hide_post(scene.moderator, post_id=scene.answer.id, reason="Rude")
    wave = put(scene.moderator)
    with unit_of_work():
        curating.restore_comment(scene.moderator, comment_id=scene.comment.id)
        curating.hide_comment(scene.moderator, comment_id=scene.comment.id, reason="For another reason")
    back(scene, wave)
    assert db.session.get_one(Post, scene.answer.id).hidden_reason == "Rude"
    assert db.session.get_one(Comment, scene.comment.id).hidden_reason == "For another reason"
    assert db.session.get_one(Thread, scene.thread.id).is_listed


def test_what_is_not_checked_is_left_alone(scene: Scene):
    wave = put(scene.moderator, left_out=(f"p{scene.answer.id}", f"a{scene.other.id}"))
    assert (wave.text_count, wave.person_count) == (2, 1)
    assert db.session.get_one(Post, scene.answer.id).is_listed
    assert db.session.get_one(Person, scene.other.id).suspended_until is None


def test_nothing_checked_or_no_reason_is_refused(scene: Scene):
    found, criteria = find(scene.moderator, hosts=(HOST,)), looking_for(hosts=(HOST,))
    everybody = [one.key for one in (*found.texts, *found.people)]
    for left_out, reason, field in ((everybody, "Spam", "items"), ([], " ", "reason")):
        with pytest.raises(Invalid) as error, unit_of_work():
            put_away(scene.moderator, criteria=criteria, found=found, left_out=left_out, reason=reason)
        assert list(error.value.errors) == [field]
    with pytest.raises(Forbidden), unit_of_work():
        put_away(actor_of(scene.other), criteria=criteria, found=found, left_out=[], reason="Spam")


def test_what_somebody_wrote_after_the_moderator_looked_goes_along(scene: Scene):
    criteria = looking_for(hosts=(HOST,))
    found = find(scene.moderator, hosts=(HOST,))
    with unit_of_work():
        late = add_post(actor_of(scene.other), thread_id=scene.honest.id, body=body("One more, quickly."))
    with unit_of_work():
        wave = put_away(scene.moderator, criteria=criteria, found=found, left_out=[], reason="Spam")
    assert wave.text_count == 4 and db.session.get_one(Post, late.id).hidden_at is not None
    with pytest.raises(Forbidden), unit_of_work():
        add_post(actor_of(db.session.get_one(Person, scene.other.id)), thread_id=scene.honest.id, body=body("And another."))


def test_somebody_who_became_trusted_meanwhile_is_spared(scene: Scene, in_background):
    wave = put(scene.moderator)
    with unit_of_work():
        db.session.get_one(Person, scene.spammer.id).level = 2
    run_until_idle()
    assert wave.state == "quarantined" and db.session.get_one(Thread, scene.thread.id).is_listed
    assert sorted(states(wave)) == ["skipped", "taken", "taken", "taken", "taken"]


def test_reports_and_hits_about_the_texts_are_settled_and_come_back(scene: Scene):
    reporter = actor_of(make_person())
    with unit_of_work():
        flag = flag_post(reporter, post_id=scene.answer.id, reason="spam")
        hit = ScreeningHit(post_id=scene.answer.id, check_name="host", words="Leads there")
        db.session.add(hit)
    wave = put(scene.moderator)
    assert (flag.state, hit.outcome, count_queue(scene.moderator)) == ("upheld", HitOutcome.REJECTED, 0)
    back(scene, wave)
    db.session.refresh(hit)
    assert (flag.state, hit.outcome, count_queue(scene.moderator)) == ("open", HitOutcome.OPEN, 1)


def test_texts_that_waited_for_a_moderator_leave_the_queue_and_wait_again_afterwards(scene: Scene):
    waiting = add_comment_row(
        opening_of(scene.honest), scene.other, held_at=now(), hidden_at=now(), hidden_reason="Waiting for a moderator"
    )
    held = make_answer(scene.honest, scene.other, SPAM, held_at=now())
    assert count_queue(scene.moderator) == 2
    wave = put(scene.moderator)
    assert wave.text_count == 5 and count_queue(scene.moderator) == 0
    back(scene, wave)
    assert count_queue(scene.moderator) == 2 and not db.session.get_one(Post, held.id).is_listed
    assert db.session.get_one(Comment, waiting.id).hidden_reason == "Waiting for a moderator"


def test_unread_lines_about_the_texts_count_as_read_until_they_come_back(scene: Scene):
    asker = scene.honest.author_id
    with unit_of_work():
        line = Notification(person_id=asker, kind="answer", thread_id=scene.honest.id, post_id=scene.answer.id)
        db.session.add(line)
    wave = put(scene.moderator)
    db.session.refresh(line)
    assert line.read_at is not None
    back(scene, wave)
    db.session.refresh(line)
    assert line.read_at is None


def test_the_log_undoes_both_ways(scene: Scene):
    before = everything()
    wave = put(scene.moderator)
    for expected in ("restored", "quarantined"):
        newest = db.session.scalar(sa.select(sa.func.max(LogEntry.id)).where(LogEntry.action != "undo"))
        with unit_of_work():
            undo_decision(scene.moderator, entry_id=newest, reason="Thought again")
        assert wave.state == expected
        assert (everything() == before) is (expected == "restored")
    assert (wave.text_count, wave.person_count) == (3, 2)
    back(scene, wave)
    assert everything() == before


def test_a_big_wave_goes_batch_by_batch_and_each_text_once(scene: Scene, in_background, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stepping, "BATCH", 1)
    monkeypatch.setattr(stepping, "BATCHES_A_RUN", 2)
    before = everything()
    wave = put(scene.moderator)
    assert wave.state == "taking" and wave.text_count == 0 and wave.person_count == 2
    work_job([{"wave_id": wave.id, "revision": 1}])
    work_job([{"wave_id": wave.id, "revision": 1}])
    run_until_idle()
    assert (wave.state, wave.text_count) == ("quarantined", 3)
    back(scene, wave)
    run_until_idle()
    assert wave.state == "restored" and everything() == before


def test_giving_back_while_it_is_still_put_away_stops_that(scene: Scene, in_background, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stepping, "BATCH", 1)
    monkeypatch.setattr(stepping, "BATCHES_A_RUN", 1)
    before = everything()
    wave = put(scene.moderator)
    work_job([{"wave_id": wave.id, "revision": 1}])
    assert wave.text_count == 1
    back(scene, wave)
    work_job([{"wave_id": wave.id, "revision": 1}])  # a batch of the earlier decision comes late
    run_until_idle()
    assert wave.state == "restored" and everything() == before


def test_after_its_time_the_texts_are_gone_for_good(scene: Scene):
    with unit_of_work():
        db.session.add(ScreenedText(post_id=scene.answer.id, digest="x" * 32))
    wave = put(scene.moderator)
    with time_machine.travel(now() + timedelta(days=29), tick=False):
        purge_job([])
        assert wave.state == "quarantined"
    with time_machine.travel(now() + timedelta(days=31), tick=False):
        purge_job([])
        purge_job([])
    assert wave.state == "purged" and wave.text_count == 3 and "sample" in wave.criteria
    for model in (Post.body_source, Post.body_html, Post.body_text, PostRevision.body_source, Comment.body_source, Thread.title):
        assert not any("orblax" in text for text in db.session.scalars(sa.select(model)))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ScreenedText)) == 0
    assert entries() == [("quarantine", wave.id), ("wave_removed", wave.id)]
    assert db.session.get_one(Person, scene.spammer.id).is_suspended_at(now())
    with pytest.raises(Conflict, match="removed for good"):
        back(scene, wave)


def test_removing_touches_nothing_that_was_shown_again_meanwhile(scene: Scene):
    wave = put(scene.moderator)
    with unit_of_work():
        curating.restore_post(scene.moderator, post_id=scene.answer.id)
    with unit_of_work():
        remove(scene.moderator, wave_id=wave.id, reason="Clearly spam")
    assert "Zorblax" in db.session.get_one(Post, scene.answer.id).body_source
    assert sorted(states(wave)) == ["purged", "purged", "purged", "purged", "skipped"]


@pytest.mark.parametrize(
    ("first", "second"), [(give_back, remove), (remove, give_back), (give_back, give_back), (remove, remove)]
)
def test_of_two_decisions_about_a_wave_the_first_counts(scene: Scene, in_background, first, second):
    wave = put(scene.moderator)
    run_until_idle()
    with unit_of_work():
        first(scene.moderator, wave_id=wave.id, reason="First")
    with pytest.raises(Conflict), unit_of_work():
        second(scene.moderator, wave_id=wave.id, reason="Second")
    run_until_idle()
    assert wave.state == ("restored" if first is give_back else "purged")


def test_a_text_is_in_one_wave_at_a_time(scene: Scene, in_background):
    one, two = put(scene.moderator), put(scene.moderator)
    run_until_idle()
    assert (one.text_count, one.person_count, two.text_count, two.person_count) == (3, 2, 0, 0)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.dead_at.is_not(None))) == 0


def test_the_classifier_learns_from_what_was_put_away(scene: Scene):
    assert list_examples()[0] == []
    put(scene.moderator, reason="The same again and again")
    assert len(list_examples()[0]) == 3


def test_a_wave_with_texts_of_staff_is_for_staff(scene: Scene):
    admin, secret = actor_of(make_person(role="admin")), make_question(category=make_category(audience="staff"))
    make_answer(secret, make_person(), SPAM)
    wave = put(admin)
    assert wave.text_count == 4
    assert list_waves(scene.moderator).items == () and len(list_waves(admin).items) == 1
    with pytest.raises(NotFound):
        back(scene, wave)


def test_many_texts_of_one_thread_cost_few_statements_and_a_batch_has_a_bound(scene: Scene, in_background):
    people = [make_person(f"crowd{number}") for number in range(20)]
    for person in people:
        make_answer(scene.honest, person, SPAM)
    with count_queries() as deciding:
        wave = put(scene.moderator)
    with count_queries() as working:
        work_job([{"wave_id": wave.id, "revision": 1}])
    assert wave.text_count == 23 and len(deciding) <= 30
    assert len(working) <= 50 + 12 * 23  # a few of each text's: what its author earned, its reports and hits, articles made of it
