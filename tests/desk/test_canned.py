"""Canned answers: who sees and changes them, what is refused, and their pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.core.actor import ANONYMOUS, Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.desk import policies
from app.desk.models import CannedAnswer
from app.desk.placeholders import Values, append_text, fill
from app.desk.queries.canned import list_canned, list_canned_titles
from app.desk.services.canning import change_canned, count_uses, create_canned, delete_canned
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import actor_of, make_category, make_person


def create(actor: Actor, **values) -> CannedAnswer:
    with unit_of_work():
        return create_canned(actor, **{"title": "Restart", "body": "Restart it.", **values})


@pytest.mark.usefixtures("app")
def test_lists_show_exactly_what_may_be_used():
    owner = make_person("owner", "staff")
    canned = {"shared": create(actor_of(owner)), "personal": create(actor_of(owner), is_shared=False)}
    actors = {
        "visitor": ANONYMOUS, "member": actor_of(make_person()), "moderator": actor_of(make_person(role="moderator")),
        "suspended": actor_of(make_person(role="staff", suspended_until=now() + timedelta(days=1))),
        "staff": actor_of(make_person(role="staff")), "admin": actor_of(make_person(role="admin")), "owner": actor_of(owner),
    }  # fmt: skip
    sees = {"shared": {"staff", "admin", "owner"}, "personal": {"owner"}}
    edits = {"shared": {"admin", "owner"}, "personal": {"owner"}}
    for name, actor in actors.items():
        listed = set(db.session.scalars(sa.select(CannedAnswer.id).where(policies.visible_canned(actor))))
        for kind, one in canned.items():
            assert policies.can_see_canned(actor, one) is (name in sees[kind]), (name, kind)
            assert (one.id in listed) is (name in sees[kind]), (name, kind)
            assert policies.can_edit_canned(actor, one) is (name in edits[kind]), (name, kind)


@pytest.mark.usefixtures("app")
def test_the_list_shows_the_beginning_as_readers_would_see_it():
    owner = actor_of(make_person(role="staff"))
    create(
        owner, body="# Hello {asker}\n\nWhich **model** is it, and\n\n- what does `Hub > About` say?\n\n" + "Thank you. " * 100
    )
    excerpt = list_canned(owner).items[0].excerpt
    assert excerpt.startswith("Hello {asker}: Which model is it, and what does Hub > About say? Thank you.")
    assert excerpt.endswith("…")
    assert len(excerpt) <= 160


@pytest.mark.usefixtures("app")
def test_colleagues_use_a_shared_text_and_only_its_owner_or_an_admin_changes_it():
    owner, colleague, admin = (actor_of(make_person(role=role)) for role in ("staff", "staff", "admin"))
    canned = create(owner)
    with pytest.raises(Forbidden), unit_of_work():
        change_canned(colleague, canned_id=canned.id, title="Mine", body="Now")
    with pytest.raises(Forbidden), unit_of_work():
        delete_canned(colleague, canned_id=canned.id)
    with unit_of_work():
        change_canned(admin, canned_id=canned.id, title="Better", body="Restart it twice.")
    assert (canned.title, canned.owner_id) == ("Better", owner.id)
    with unit_of_work():
        change_canned(owner, canned_id=canned.id, title="Better", body="Restart it twice.", is_shared=False)
    with pytest.raises(NotFound), unit_of_work():
        delete_canned(admin, canned_id=canned.id)
    with unit_of_work():
        delete_canned(owner, canned_id=canned.id)
    with pytest.raises(NotFound), unit_of_work():
        delete_canned(owner, canned_id=canned.id)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "  "}, "title"), ({"title": "x" * 121}, "title"), ({"body": " \n "}, "body"), ({"body": "x" * 10_001}, "body"),
        ({"category_id": 999}, "category_id"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(values: dict, field: str):
    with pytest.raises(Invalid) as refused:
        create(actor_of(make_person(role="staff")), **values)
    assert field in refused.value.errors


@pytest.mark.usefixtures("app")
def test_members_and_moderators_keep_none():
    for role in ("member", "moderator"):
        with pytest.raises(NotFound):
            create(actor_of(make_person(role=role)))


@pytest.mark.usefixtures("app")
def test_a_text_without_an_owner_stays_shared():
    admin = actor_of(make_person(role="admin"))
    canned = create(admin)
    with unit_of_work():
        db.session.execute(sa.update(CannedAnswer).values(owner_id=None))
    with pytest.raises(Invalid), unit_of_work():
        change_canned(admin, canned_id=canned.id, title="x", body="y", is_shared=False)


@pytest.mark.usefixtures("app")
def test_a_question_is_offered_what_fits_its_category_the_most_used_first():
    actor = actor_of(make_person(role="staff"))
    printers, phones = make_category(), make_category()
    general, popular = create(actor, title="General"), create(actor, title="Popular")
    own = create(actor, title="Own", category_id=printers.id)
    create(actor, title="Other", category_id=phones.id)
    with unit_of_work():
        count_uses(actor, [popular.id, popular.id, 777])
    assert list_canned_titles(actor, printers.id) == [(own.id, "Own"), (popular.id, "Popular"), (general.id, "General")]
    assert popular.id and db.session.scalar(sa.select(CannedAnswer.use_count).where(CannedAnswer.id == popular.id)) == 1


@pytest.mark.usefixtures("app")
def test_uses_of_what_one_may_not_use_are_not_counted():
    personal = create(actor_of(make_person(role="staff")), is_shared=False)
    colleague = actor_of(make_person(role="staff"))
    with unit_of_work():
        count_uses(colleague, [personal.id])
    db.session.expire_all()
    assert personal.use_count == 0


def test_placeholders_become_what_they_stand_for():
    values = Values("Mia", "Stan", "Why {staff}?")
    assert fill("Hi {asker}, { staff } on {TITLE}; {other} {}", values) == "Hi Mia, Stan on Why {staff}?; {other} {}"
    assert fill("Hi {asker}", Values("", "Stan", "x")) == "Hi there"


@given(st.text(), st.text(), st.text())
def test_filling_never_fails_and_is_done_once(text: str, asker: str, title: str):
    filled = fill(text, Values(asker, "Stan", title))
    assert isinstance(filled, str)
    if "{" not in text:
        assert filled == text


@given(st.text(), st.text(min_size=1))
def test_what_was_typed_stays_in_front(typed: str, addition: str):
    joined = append_text(typed, addition)
    assert joined.startswith(typed.rstrip() if typed.strip() else "") and joined.endswith(addition.strip())


def test_the_pages_write_change_and_delete(app: Flask):
    category = make_category(name="Printers")
    desk = Browser(app).sign_in(make_person("stan", "staff"))
    desk.get("/desk/canned")
    assert "No canned answers yet" in desk.text()
    desk.get("/desk/canned/new")
    response = desk.submit("/desk/canned/new", {"title": "", "body": "Kept text", "category_id": ""}, status=400)
    assert "Please give it a name" in response.text and "Kept text" in response.text
    desk.submit(
        "/desk/canned/new", {"title": "Restart", "body": "Restart it.", "category_id": str(category.id), "is_shared": "y"}
    )
    desk.get("/desk/canned")
    assert "Restart" in desk.text() and "Printers" in desk.text() and "not used yet" in desk.text()
    canned = db.session.scalars(sa.select(CannedAnswer)).one()
    desk.get(f"/desk/canned/{canned.id}")
    assert desk.page.get_element_by_id("body").value.strip() == "Restart it."
    bad = desk.submit(f"/desk/canned/{canned.id}", {"body": ""}, status=400)
    assert "Please write the text." in bad.text
    desk.get(f"/desk/canned/{canned.id}")
    values = dict(desk.page.forms[-2].form_values())
    values.pop("is_shared", None)
    desk.post(f"/desk/canned/{canned.id}", {**values, "title": "Restart twice"})
    db.session.expire_all()
    assert canned.title == "Restart twice" and canned.category_id == category.id and not canned.is_shared
    desk.post(f"/desk/canned/{canned.id}/delete")
    assert db.session.scalar(sa.select(sa.func.count(CannedAnswer.id))) == 0


def test_pages_refuse_others_and_unknown_numbers(app: Flask):
    canned = create(actor_of(make_person(role="staff")))
    for role in ("member", "moderator"):
        browser = Browser(app).sign_in(make_person(role=role))
        for path in ("/desk/canned", "/desk/canned/new", f"/desk/canned/{canned.id}"):
            browser.get(path, status=404)
    colleague = Browser(app).sign_in(make_person(role="staff"))
    colleague.get(f"/desk/canned/{canned.id}", status=403)
    colleague.post(f"/desk/canned/{canned.id}", {"title": "x", "body": "y", "category_id": ""}, status=403)
    colleague.get("/desk/canned/4711", status=404)
    colleague.get("/desk/canned?page=2", status=404)


def test_the_list_costs_the_same_however_long_it_is(app: Flask):
    person = make_person(role="staff")
    for number in range(60):
        create(actor_of(person), title=f"Text {number:02}")
    browser = Browser(app).sign_in(person)
    browser.get("/desk/canned")
    with assert_queries(at_most=4):
        browser.get("/desk/canned")
    assert len(list_canned(actor_of(person), 2).items) == 10
