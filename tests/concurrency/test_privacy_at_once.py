"""Accounts that end while something else happens: each thing happens once, and nothing is left that names anybody."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Erasure, Person
from app.accounts.services.erasing import cancel_erasure
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.forum.models import Post
from app.forum.services.sweeping import UNTITLED
from app.moderation.models import LogEntry
from app.moderation.removing.deciding import remove_content
from app.privacy.models import PersonMerge
from app.privacy.services.erasing import erase_person
from app.privacy.services.merging import merge_job, request_merge
from tests.concurrency.test_forum_at_once import at_once
from tests.factories import actor_of, make_answer, make_person, make_question


def due(person: Person) -> None:
    with unit_of_work():
        db.session.add(Erasure(person_id=person.id, keeps_posts=False, due_at=now() - timedelta(seconds=1)))


def erase(person_id: int) -> bool:
    return erase_person(person_id, render_markdown(UNTITLED))


def keep(person_id: int) -> bool:
    with unit_of_work():
        return cancel_erasure(person_id, is_signing_in=True)


def test_two_workers_erase_somebody_once(app: Flask) -> None:
    ada = make_person("ada")
    for _ in range(3):
        make_answer(make_question(), author=ada)
    due(ada)
    results = at_once(app, [partial(erase, ada.id)] * 2)
    assert True in results, results
    person = db.session.get_one(Person, ada.id, populate_existing=True)
    assert person.erased_at is not None and person.name.startswith("removed-")
    assert not db.session.scalar(sa.select(sa.exists().where(Post.author_id == ada.id)))


def test_signing_in_at_that_moment_either_keeps_everything_or_comes_too_late(app: Flask) -> None:
    ada = make_person("ada")
    due(ada)
    erased, kept = at_once(app, [partial(erase, ada.id), partial(keep, ada.id)])
    assert {erased, kept} == {True, False}, (erased, kept)
    assert (db.session.get_one(Person, ada.id, populate_existing=True).erased_at is None) == kept


def test_a_merge_that_two_admins_ask_for_happens_once(app: Flask) -> None:
    old, new, other = make_person("ada.old"), make_person("ada"), make_person("eve")
    admins = [actor_of(make_person(role="admin")) for _ in range(2)]

    def ask(admin, into_id: int) -> int:
        with unit_of_work():
            return request_merge(admin, from_id=old.id, into_id=into_id, reason="One person").id

    results = at_once(app, [partial(ask, admins[0], new.id), partial(ask, admins[1], other.id)])
    assert sorted(isinstance(result, Conflict) for result in results) == [False, True], results
    merge_id = db.session.scalar(sa.select(PersonMerge.id))
    at_once(app, [partial(merge_job, [{"merge_id": merge_id}])] * 2)
    assert db.session.query(LogEntry).filter_by(action="merge_people").count() == 1


def test_two_moderators_remove_what_somebody_wrote_once(app: Flask) -> None:
    spammer, moderators = make_person(), [actor_of(make_person(role="moderator")) for _ in range(2)]

    def remove(moderator) -> int:
        with unit_of_work():
            return remove_content(moderator, person_id=spammer.id, reason="Spam").id

    results = at_once(app, [partial(remove, one) for one in moderators])
    assert sorted(isinstance(result, Conflict) for result in results) == [False, True], results
