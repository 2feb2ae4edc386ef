"""Several moderators and the system decide about the same person, item or wave at the same moment: one decision counts, each is one
entry of the log, and what is stored is what the last one said."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.errors import AppError, Conflict, Forbidden
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post
from app.forum.services import curating
from app.forum.services.answering import add_post
from app.forum.services.commenting import add_comment
from app.forum.services.recounting import recount_all
from app.jobs.worker import run_until_idle
from app.kb.models import ArticleRevision
from app.kb.services.writing import save_revision
from app.moderation.inbox.batches import decide_batch
from app.moderation.inbox.deciding import decide_item
from app.moderation.models import LogEntry, Wave
from app.moderation.people.imposing import impose, lift
from app.moderation.removing.deciding import remove_content, restore_content
from app.moderation.trust.levels import refresh_job
from app.moderation.trust.setting import lower_level, pin_level
from app.moderation.waves.ending import give_back, purge_job
from tests.concurrency.meeting import meet
from tests.concurrency.test_forum_at_once import at_once, call, in_turn
from tests.concurrency.test_reshaping_at_once import moderators
from tests.factories import actor_of, body, make_answer, make_article, make_person, make_question, opening_of
from tests.kb.samples import place, text
from tests.moderation.inbox import scenes
from tests.moderation.waves.spam import build_scene, put


def actions() -> Counter[str]:
    return Counter(db.session.scalars(sa.select(LogEntry.action)))


def fresh(person: Person) -> Person:
    return db.session.get_one(Person, person.id, populate_existing=True)


def test_levels_set_by_two_moderators_and_derived_by_a_job_end_as_the_last_one_said(app: Flask) -> None:
    person, (one, two) = make_person(), moderators()
    until = now() + timedelta(days=3)
    refresh = partial(refresh_job, [{"person_id": person.id}])
    works = [
        call(pin_level, one, person_id=person.id, level=3, reason="Known for years"),
        call(lower_level, two, person_id=person.id, level=1, until=until, reason="Links in every text"),
        refresh,
        call(pin_level, two, person_id=person.id, level=3, reason="Known for years"),
    ]
    results = at_once(app, works)
    assert sum(isinstance(one, Conflict) for one in results) == 1, results
    assert actions() == {"level_pin": 1, "level_lower": 1}
    found = fresh(person)
    assert (found.pinned_level, found.level_ceiling, found.level) == (3, 1, 1)


@pytest.mark.parametrize("is_single_first", [True, False])
def test_an_item_decided_alone_while_a_batch_decides_it_is_decided_once(app: Flask, monkeypatch, is_single_first: bool) -> None:
    posts = [scenes.reported() for _ in range(2)]
    keys, (one, two) = [f"post-{post.id}" for post in posts], moderators()
    alone = call(decide_item, two, key=keys[0], decision="decline", reason="It is a question")
    batch = partial(decide_batch, one, keys, "uphold", reason="Spam")
    first, second = (alone, batch) if is_single_first else (batch, alone)
    results = meet(app, monkeypatch, at="app.moderation.inbox.deciding:find_item", first=first, second=second)
    broken = [one for one in results if isinstance(one, Exception) and not isinstance(one, Conflict)]
    assert not broken, results
    counted = actions()
    assert counted["uphold"] + counted["decline"] == 2 and counted["hide"] == counted["uphold"]


def test_a_wave_whose_time_is_over_comes_back_or_is_removed_but_not_both(app: Flask, monkeypatch) -> None:
    scene = build_scene()
    wave = put(scene.moderator)
    with unit_of_work():
        db.session.get_one(Wave, wave.id).purge_at = now() - timedelta(seconds=1)
    results = meet(
        app,
        monkeypatch,
        at="app.moderation.waves.ending:get_wave_for_update",
        first=call(give_back, scene.moderator, wave_id=wave.id, reason="A mistake"),
        second=partial(purge_job, [{}]),
    )
    assert results == [wave.id, None]
    run_until_idle()
    db.session.rollback()
    assert db.session.scalars(sa.select(Wave.state)).all() == ["restored"] and "wave_removed" not in actions()
    assert "Zorblax" in db.session.scalars(sa.select(Post.body_source).where(Post.id == scene.answer.id)).one()


def test_what_somebody_wrote_is_removed_and_given_back_whatever_the_workers_do_first(app: Flask) -> None:
    spammer, (one, two) = make_person(), moderators()
    posts = [make_answer(make_question(), author=spammer) for _ in range(4)]
    recount_all()
    with unit_of_work():
        removal = remove_content(one, person_id=spammer.id, reason="Spam")
    results = at_once(
        app,
        [run_until_idle, call(restore_content, two, removal_id=removal.id, reason="A mistake"), run_until_idle],
    )
    assert not [one for one in results if isinstance(one, Exception)], results
    run_until_idle()
    db.session.rollback()
    hidden = sa.select(Post.id).where(Post.id.in_([post.id for post in posts]), Post.hidden_at.is_not(None))
    assert db.session.scalars(hidden).all() == [] and not recount_all().wrong


def test_a_curator_who_is_suspended_while_saving_an_article_came_first_or_is_refused(app: Flask, monkeypatch) -> None:
    curator, admin = make_person(role="staff"), actor_of(make_person(role="admin"))
    article = make_article(state="draft")
    results = meet(
        app,
        monkeypatch,
        at="app.kb.services.writing:get_article_and_threads_for_update",
        first=call(
            save_revision, actor_of(curator), article_id=article.id, base_revision=1, place=place(article.section_id), text=text()
        ),
        second=call(impose, admin, person_id=curator.id, kind="suspend", until=now() + timedelta(days=1), reason="Insults"),
    )
    assert not isinstance(results[1], Exception) and isinstance(results[0], int | Forbidden), results
    assert db.session.scalar(sa.select(sa.func.max(ArticleRevision.number))) == (1 if isinstance(results[0], Forbidden) else 2)


def test_moderators_and_authors_at_the_same_texts_never_wait_in_a_circle(app: Flask) -> None:
    people, threads, (one, two, three) = [make_person() for _ in range(3)], [make_question() for _ in range(3)], moderators(3)
    posts = [make_answer(thread, author=person) for thread, person in zip(threads, people, strict=True)]
    until = now() + timedelta(days=1)

    def write(person: Person, number: int) -> list:
        actor = actor_of(person)
        said = body(f"Clean the filter, @{people[number - 1].name}, no. {number}")
        own = [call(add_post, actor, thread_id=threads[number - place].id, body=said) for place in range(3)]
        return [
            *own,
            call(add_comment, actor, post_id=opening_of(threads[number]).id, body=said, mentions=[people[number - 1].id]),
        ]

    hiding = [call(curating.hide_post, one, post_id=post.id, reason="Advertising") for post in posts]
    showing = [call(curating.restore_post, one, post_id=post.id, reason="A mistake") for post in reversed(posts)]
    silencing = [call(impose, two, person_id=person.id, kind="suspend", until=until, reason="Spam") for person in people]
    letting = [call(lift, two, person_id=person.id, kind="suspend", reason="A mistake") for person in reversed(people)]
    levels = [call(pin_level, three, person_id=person.id, level=2, reason="Known") for person in reversed(people)]
    works = [in_turn(*write(person, number)) for number, person in enumerate(people)]
    works += [in_turn(*hiding, *showing), in_turn(*silencing, *letting), in_turn(*levels), run_until_idle]
    results = at_once(app, works)
    assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, AppError)], results
    run_until_idle()
    db.session.rollback()
    assert not recount_all().wrong and not any(fresh(person).suspended_until for person in people)
    assert actions()["suspend"] == actions()["lift"] == 3
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Comment)) <= 3
