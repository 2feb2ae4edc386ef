"""Admins keep the categories; what people have read in public never becomes secret by a switch."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.desk.models import AssignmentRule, CannedAnswer
from app.desk.services.canning import create_canned
from app.desk.services.rules import create_rule
from app.forum.models import Category
from app.forum.services.categorising import create_category, delete_category, update_category
from tests.client import Browser
from tests.factories import actor_of, make_category, make_person, make_question


@pytest.fixture
def admin(app: Flask):
    return make_person("boss", role="admin")


def change(actor, category: Category, **values):
    given = {
        "name": category.name,
        "description": "",
        "audience": category.audience,
        "needs_approval": False,
        "position": 0,
        **values,
    }
    with unit_of_work():
        return update_category(actor, category_id=category.id, **given)


def test_an_admin_adds_changes_and_removes_a_category_in_the_browser(app: Flask, admin):
    browser = Browser(app).sign_in(admin)
    browser.get("/admin/categories")
    assert "No category yet" in browser.text()
    browser.submit("/admin/categories", {"name": "Getting started", "description": "First steps", "audience": "public"})
    category = db.session.scalars(sa.select(Category)).one()
    assert category.slug == "getting-started"
    browser.get(f"/admin/categories/{category.id}")
    browser.submit(f"/admin/categories/{category.id}", {"name": "First steps", "audience": "members", "needs_approval": "y"})
    category = db.session.scalars(sa.select(Category)).one()
    assert (category.name, category.slug, category.audience, category.needs_approval) == (
        "First steps",
        "getting-started",
        "members",
        True,
    )
    browser.get(f"/admin/categories/{category.id}")
    browser.submit(f"/admin/categories/{category.id}/delete", {})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Category)) == 0


def test_a_wrong_form_keeps_what_was_typed(app: Flask, admin):
    browser = Browser(app).sign_in(admin)
    response = browser.post("/admin/categories", {"name": "x", "description": "Kept words", "audience": "public"}, status=400)
    assert "Kept words" in response.text and "2 to 80" in response.text


@pytest.mark.parametrize("role", ["member", "staff", "moderator"])
def test_nobody_else_does(app: Flask, role: str):
    actor, category = actor_of(make_person(role=role)), make_category()
    Browser(app).sign_in(make_person(role=role)).get("/admin/categories", status=404)
    change = {"name": "Mine", "description": "", "audience": "public", "needs_approval": False, "position": 0}
    for call in (
        lambda: create_category(actor, name="Mine"),
        lambda: update_category(actor, category_id=category.id, **change),
        lambda: delete_category(actor, category_id=category.id),
    ):
        with pytest.raises(Forbidden), unit_of_work():
            call()


def test_readers_change_only_while_a_category_is_empty(app: Flask, admin):
    category = make_category()
    assert change(actor_of(admin), category, audience="staff").audience == "staff"
    make_question(category=category)
    with pytest.raises(Invalid) as caught:
        change(actor_of(admin), category, audience="public")
    assert "audience" in caught.value.errors


def test_names_are_unique_and_full_categories_stay(app: Flask, admin):
    actor = actor_of(admin)
    with unit_of_work():
        create_category(actor, name="Pumps")
    with pytest.raises(Invalid), unit_of_work():
        create_category(actor, name="pumps!")
    with unit_of_work():
        garden = create_category(actor, name="Garden")
    with pytest.raises(Invalid) as caught:
        change(actor, garden, name="PUMPS")
    assert "name" in caught.value.errors
    assert change(actor, garden, name="garden").name == "garden"
    change(actor, garden, name="Greenhouse")
    with pytest.raises(Invalid), unit_of_work():  # its address would be free
        create_category(actor, name="GREENHOUSE")
    full = make_question().category
    with pytest.raises(Conflict), unit_of_work():
        delete_category(actor, category_id=full.id)
    with pytest.raises(NotFound), unit_of_work():
        delete_category(actor, category_id=99_999)


def test_only_an_empty_category_is_offered_to_be_removed(app: Flask, admin):
    full, browser = make_question().category, Browser(app).sign_in(admin)
    assert "holds no threads any more" in browser.get(f"/admin/categories/{full.id}").text
    assert f"/admin/categories/{full.id}/delete" not in browser.get(f"/admin/categories/{full.id}").text


def test_what_cannot_be_now_is_not_said_to_have_been_done_by_somebody_faster(app: Flask, admin):
    full = make_question().category
    page = Browser(app).sign_in(admin).post(f"/admin/categories/{full.id}/delete", status=409).text
    assert "<h1>That is not possible now</h1>" in page and "Move them first" in page and "faster" not in page


def test_what_the_desk_keeps_for_an_empty_category_does_not_keep_it(admin):
    """Its rules go (none may suddenly hold for every category), its canned answers serve everywhere."""
    gone, kept = make_category("gone"), make_category("kept")
    actor = actor_of(admin)
    for category in (gone, kept):
        with unit_of_work():
            create_rule(actor, category_id=category.id, tag_name="", assignee_id=admin.id)
            create_canned(actor, title=category.slug, body="Restart it.", category_id=category.id)
    with unit_of_work():
        delete_category(actor, category_id=gone.id)
    assert list(db.session.scalars(sa.select(AssignmentRule.category_id))) == [kept.id]
    assert dict(db.session.execute(sa.select(CannedAnswer.title, CannedAnswer.category_id)).all()) == {
        "gone": None,
        "kept": kept.id,
    }
