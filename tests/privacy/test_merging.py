"""Two accounts of one person become one: everything moves, nothing counts twice, and the old profile leads on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.models import Person
from app.accounts.services.credentials import offer_claim
from app.accounts.services.roles import set_role
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.forum.models import CategoryFollow, Follow, MeToo, Post, Tag, TagFollow, Thread, Vote
from app.forum.services.duplicates import close_as_duplicate
from app.forum.services.judging import say_worked, take_back_word
from app.forum.services.recounting import recount_all
from app.forum.services.voting import say_me_too
from app.jobs.worker import run_until_idle
from app.moderation.models import LogEntry
from app.moderation.people.imposing import end_sanction, impose
from app.privacy.models import PersonMerge
from app.privacy.services.merging import merge_job, request_merge
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_person, make_question, opening_of


@pytest.fixture
def admin(app: Flask) -> Person:
    return make_person("boss", role="admin")


@pytest.fixture
def pair(app: Flask) -> tuple[Person, Person]:
    return make_person("ada.old", password_hash="x"), make_person("ada")


def merge(admin: Person, pair: tuple[Person, Person]) -> None:
    with unit_of_work():
        request_merge(actor_of(admin), from_id=pair[0].id, into_id=pair[1].id, reason="One person")
    run_until_idle()
    db.session.expire_all()


def test_everything_moves_and_nothing_counts_twice(admin: Person, pair: tuple[Person, Person]):
    old, new = pair
    question, foreign = make_question(author=old), make_question()
    answer, target = make_answer(foreign, author=old), opening_of(foreign)
    with unit_of_work():
        tag = Tag(name="pump")
        db.session.add(tag)
        db.session.flush()
        db.session.add_all(
            [
                Vote(post_id=target.id, person_id=old.id, value=1),
                Vote(post_id=target.id, person_id=new.id, value=1),
                Vote(post_id=answer.id, person_id=new.id, value=1),
                MeToo(thread_id=question.id, person_id=new.id),
                Follow(thread_id=foreign.id, person_id=old.id),
                Follow(thread_id=foreign.id, person_id=new.id),
                TagFollow(tag_id=tag.id, person_id=old.id),
                TagFollow(tag_id=tag.id, person_id=new.id),
                CategoryFollow(category_id=foreign.category_id, person_id=old.id),
            ]
        )
    recount_all()
    merge(admin, pair)
    assert db.session.get_one(Thread, question.id).author_id == new.id == db.session.get_one(Post, answer.id).author_id
    assert [(vote.post_id, vote.person_id) for vote in db.session.query(Vote)] == [(target.id, new.id)]
    assert [row.person_id for row in (*db.session.query(TagFollow), *db.session.query(CategoryFollow))] == [new.id, new.id]
    assert db.session.query(Follow).count() == 1 and not db.session.query(MeToo).count()
    assert db.session.get_one(Post, target.id).score == 1 and db.session.get_one(Post, answer.id).score == 0
    assert recount_all().total == 0


def test_words_about_answers_count_once_for_each_reader(admin: Person, pair: tuple[Person, Person]):
    """Nobody confirms an answer twice, nor their own, nor as a reader one to their own question."""
    old, new = pair
    theirs, own, asked = make_question(), make_question(), make_question(author=new)
    answers = [make_answer(theirs, score=1), make_answer(own, author=new, score=1), make_answer(asked, score=1)]
    third = make_person()
    with unit_of_work():
        for answer, reader, worked in (
            (answers[0], new, False), (answers[0], old, True), (answers[0], third, True), (answers[1], old, True), (answers[2], old, True),
        ):  # fmt: skip
            say_worked(actor_of(reader), post_id=answer.id, worked=worked)
    merge(admin, pair)
    figures = [(post.worked_count, post.failed_count) for post in (db.session.get_one(Post, one.id) for one in answers)]
    assert figures == [(2, 0), (0, 0), (0, 0)]
    assert recount_all().total == 0
    with unit_of_work():
        assert say_worked(actor_of(new), post_id=answers[0].id, worked=False).failed_count == 1
        assert take_back_word(actor_of(new), post_id=answers[0].id).failed_count == 0


def test_an_issue_counts_a_person_once_when_their_accounts_become_one(admin: Person, pair: tuple[Person, Person]):
    old, new = pair
    main, duplicate = make_question(author=new), make_question()
    with unit_of_work():
        say_me_too(actor_of(old), thread_id=duplicate.id, value=1)
        close_as_duplicate(actor_of(admin), thread_id=duplicate.id, original_id=main.id)
    run_until_idle()
    assert db.session.get_one(Thread, main.id, populate_existing=True).affected_count == 3
    merge(admin, pair)
    assert db.session.get_one(Thread, main.id).affected_count == 2
    assert recount_all().total == 0


def test_the_old_account_is_closed_and_leads_to_the_new_one(app: Flask, admin: Person, pair: tuple[Person, Person]):
    merge(admin, pair)
    old = db.session.get_one(Person, pair[0].id)
    assert (old.password_hash, old.email, old.merged_into_id) == (None, None, pair[1].id)
    assert Browser(app).get("/people/ada.old", 301).location.endswith("/people/ada")
    entry = db.session.query(LogEntry).filter_by(action="merge_people").one()
    assert (entry.person_id, entry.before, entry.actor_id, entry.reason) == (old.id, str(pair[1].id), admin.id, "One person")
    assert "one account now" in Browser(app).sign_in(pair[1]).get("/notifications").text


def test_a_merge_happens_once_and_is_never_undone(admin: Person, pair: tuple[Person, Person]):
    merge(admin, pair)
    done_at = db.session.query(PersonMerge).one().done_at
    merge_job([{"merge_id": db.session.query(PersonMerge).one().id}])
    assert db.session.query(PersonMerge).one().done_at == done_at and db.session.query(LogEntry).count() == 1
    with pytest.raises(Conflict), unit_of_work():
        request_merge(actor_of(admin), from_id=pair[0].id, into_id=pair[1].id, reason="Again")


def test_an_account_that_is_gone_is_neither_handed_over_nor_given_a_role_nor_decided_about(
    admin: Person, pair: tuple[Person, Person]
):
    merge(admin, pair)
    actor, gone_id = actor_of(admin), pair[0].id
    for service, values in (
        (offer_claim, {"email": "somebody@example.com"}), (set_role, {"role": "admin"}), (impose, {"kind": "warn", "reason": "Rude"}),
    ):  # fmt: skip
        with pytest.raises(Conflict, match="not an account any more"), unit_of_work():
            service(actor, person_id=gone_id, **values)


@pytest.mark.parametrize("kind", ["suspend", "mute", "ban"])
def test_what_held_each_account_holds_until_both_decisions_are_taken_back(admin: Person, pair: tuple[Person, Person], kind: str):
    actor, days, sanctions = actor_of(admin), iter((30, 3)), []
    for person in pair:
        with unit_of_work():
            until = now() + timedelta(days=next(days))
            sanctions.append(impose(actor, person_id=person.id, kind=kind, reason="Advertisements", until=until).id)
    merge(admin, pair)
    for sanction_id, holds in zip(sanctions, (True, False), strict=True):
        with unit_of_work():
            end_sanction(actor, sanction_id=sanction_id, reason="A mistake")
        held = db.session.get_one(Person, pair[1].id, populate_existing=True).as_actor(now())
        assert bool(held.silence) is holds


def test_who_may_merge_what(admin: Person, pair: tuple[Person, Person]):
    boss, moderator = actor_of(admin), actor_of(make_person(role="moderator"))
    cases = [
        (moderator, pair[0].id, pair[1].id, "x", NotFound), (boss, pair[0].id, pair[0].id, "x", Conflict),
        (boss, admin.id, pair[1].id, "x", Forbidden), (boss, pair[0].id, 10**9, "x", NotFound), (boss, pair[0].id, pair[1].id, " ", Invalid),
    ]  # fmt: skip
    for actor, from_id, into_id, reason, error in cases:
        with pytest.raises(error), unit_of_work():
            request_merge(actor, from_id=from_id, into_id=into_id, reason=reason)


def test_the_page_shows_both_accounts_before_it_is_meant(app: Flask, admin: Person, pair: tuple[Person, Person]):
    make_question(author=pair[0])
    browser = Browser(app).sign_in(admin)
    browser.get(f"/admin/people/{pair[0].id}/merge")
    assert "nobody of that name" in browser.submit("/merge", {"into": "nobody", "reason": "One person"}, status=400).text
    browser.get(f"/admin/people/{pair[0].id}/merge")
    preview = browser.post(f"/admin/people/{pair[0].id}/merge", {"into": "ada", "reason": "One person"}, status=200)
    assert "all of this moves" in preview.text and not db.session.query(PersonMerge).count()
    browser.submit("/merge", {})
    assert db.session.query(PersonMerge).one().into_id == pair[1].id
