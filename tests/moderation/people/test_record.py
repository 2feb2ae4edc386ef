"""The record of a person and the list of appeals: what they count, who reads them, and what they cost."""

from __future__ import annotations

from flask import Flask

from app.moderation.people.appeals import count_open_appeals, list_open_appeals
from app.moderation.people.record import person_record
from tests.factories import actor_of, make_person


def test_the_record_of_somebody_new_is_empty(app: Flask) -> None:
    person, moderator = make_person(), make_person(role="moderator")
    record = person_record(actor_of(moderator), person.id)
    assert record.figures.posts == 0 and record.sanctions == () and record.texts == () and record.can_sanction


def test_no_appeals_wait_on_a_new_site(app: Flask) -> None:
    actor = actor_of(make_person(role="moderator"))
    assert list_open_appeals(actor) == () and count_open_appeals(actor) == 0
