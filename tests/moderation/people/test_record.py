"""The record of a person and the list of appeals: what they count, who reads them, and what they cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.core.uow import unit_of_work
from app.forum.models import Post
from app.forum.services.commenting import add_comment
from app.moderation.models import Flag, ScreeningHit
from app.moderation.people.appeals import count_open_appeals, list_open_appeals
from app.moderation.people.record import person_record
from tests.asserts import assert_queries
from tests.factories import actor_of, body, make_answer, make_category, make_person, make_question


def test_the_record_of_somebody_new_is_empty(app: Flask) -> None:
    person, moderator = make_person(), make_person(role="moderator")
    record = person_record(actor_of(moderator), person.id)
    assert record.figures.posts == 0 and record.sanctions == () and record.texts == () and record.can_sanction


def test_no_appeals_wait_on_a_new_site(app: Flask) -> None:
    actor = actor_of(make_person(role="moderator"))
    assert list_open_appeals(actor) == () and count_open_appeals(actor) == 0


def test_figures_count_both_ways_and_only_what_the_moderator_reads(app: Flask) -> None:
    person, other = make_person(), make_person()
    open_thread = make_question(author=person)
    answer = make_answer(open_thread, author=person)
    with unit_of_work():
        add_comment(actor_of(person), post_id=answer.id, body=body("Which valve do you mean?"))
    make_answer(make_question(author=person, category=make_category(audience="staff")), author=person)
    with unit_of_work():
        db.session.get_one(Post, answer.id).hidden_at = now()
        flags = [
            Flag(thread_id=open_thread.id, post_id=answer.id, reporter_id=other.id, reason="spam", state="upheld"),
            Flag(thread_id=open_thread.id, post_id=answer.id, reporter_id=person.id, reason="spam", state="declined"),
            Flag(person_id=person.id, reporter_id=other.id, reason="spam"),
        ]
        hit = ScreeningHit(post_id=answer.id, person_id=person.id, check_name="word", words="x", outcome="rejected")
        db.session.add_all([*flags, hit])
    actor = actor_of(make_person(role="moderator"))
    with assert_queries(4):
        record = person_record(actor, person.id)
    f = record.figures
    assert (f.threads, f.posts, f.comments, f.hidden, f.held) == (1, 1, 1, 1, 0)
    # their own report about the answer is about their text as well
    assert (f.flags_on_open, f.flags_on_upheld, f.flags_on_declined, f.flags_by_declined) == (1, 1, 1, 1)
    assert (f.hits_open, f.hits_rejected) == (0, 1)
    assert [(text.kind, text.state) for text in record.texts] == [("comment", ""), ("answer", "hidden"), ("opening", "")]
    admin = person_record(actor_of(make_person(role="admin")), person.id)
    assert admin.figures.threads == 2 and len(admin.texts) == 5


def test_records_are_for_moderators_and_about_people(app: Flask) -> None:
    person = make_person()
    with pytest.raises(Forbidden):
        person_record(actor_of(make_person(role="staff")), person.id)
    with pytest.raises(NotFound):
        person_record(actor_of(make_person(role="moderator")), 10**9)


def test_what_counts_now_stands_first(app: Flask) -> None:
    later = now() + timedelta(days=1)
    person = make_person(banned_at=now(), muted_until=later, suspended_until=now() - timedelta(days=1), warned_at=now())
    record = person_record(actor_of(make_person(role="moderator")), person.id)
    assert record.restrictions == (("ban", None), ("mute", person.muted_until)) and record.is_warned
