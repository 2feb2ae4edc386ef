"""Products and versions: who keeps them, what a thread says it is about, and what stays a secret until it is published."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.events import subscribe
from app.core.uow import unit_of_work
from app.forum.events import VersionReleased
from app.forum.indexing import load_many
from app.forum.models import Product, ProductVersion, Thread, ThreadVersion
from app.forum.queries.versions import current_versions, list_products, thread_words
from app.forum.services import products
from app.forum.services.versions import check_thread, set_thread_versions
from app.jobs.models import Job
from app.search.documents import SYNC_JOB
from tests.client import Browser
from tests.factories import actor_of, make_category, make_person, make_question

seen: list[VersionReleased] = []


@pytest.fixture
def admin(app: Flask) -> Actor:
    return actor_of(make_person("ada", "admin"))


def make_versions(admin: Actor, *names: str, product: str = "Pump", released: bool = True) -> list[ProductVersion]:
    with unit_of_work():
        row = db.session.scalar(sa.select(Product).where(Product.name == product)) or products.create_product(admin, name=product)
        versions = [products.add_version(admin, product_id=row.id, name=name) for name in names]
        for version in versions:
            if released:
                products.release_version(admin, version_id=version.id)
    return versions


@pytest.mark.parametrize("role", ["member", "staff", "moderator"])
def test_only_admins_keep_products(app: Flask, role: str):
    actor = actor_of(make_person("somebody", role))
    with pytest.raises(NotFound), unit_of_work():
        products.create_product(actor, name="Pump")


def test_names_are_unique_whatever_their_case(admin: Actor):
    make_versions(admin, "4.1")
    with pytest.raises(Invalid), unit_of_work():
        products.create_product(admin, name="PUMP")
    product = db.session.scalars(sa.select(Product)).one()
    with pytest.raises(Invalid), unit_of_work():
        products.add_version(admin, product_id=product.id, name="4.1")


def test_publishing_is_told_once_and_makes_the_version_current(admin: Actor):
    subscribe(VersionReleased, seen.append)
    old, new = make_versions(admin, "4.1", "4.2")
    rows = db.session.execute(sa.select(current_versions())).all()
    assert [(row.version_id, row.name, row.product) for row in rows] == [(new.id, "4.2", "Pump")]
    assert [event.version_id for event in seen[-2:]] == [old.id, new.id]
    with pytest.raises(Conflict), unit_of_work():
        products.release_version(admin, version_id=new.id)


def test_what_is_named_stays_published(admin: Actor):
    used, unused = make_versions(admin, "4.1", "4.2")
    thread = make_question()
    with unit_of_work():
        set_thread_versions(admin, thread_id=thread.id, version_ids={used.id})
    with pytest.raises(Conflict, match="name this version"), unit_of_work():
        products.withdraw_version(admin, version_id=used.id)
    with unit_of_work():
        products.withdraw_version(admin, version_id=unused.id)
        products.delete_version(admin, version_id=unused.id)
    assert [version.name for version in list_products()[0].versions] == ["4.1"]


def test_a_draft_keeps_the_version(browser: Browser, admin: Actor):
    (version,) = make_versions(admin, "4.1")
    make_category("help")
    browser.sign_in(make_person()).get("/ask")
    browser.post("/drafts/ask", {"body": "Half", "version": str(version.id)}, 200, headers={"Accept": "application/json"})
    browser.get("/ask")
    assert browser.page is not None
    assert browser.page.xpath("//select[@name='version']/option[@selected]/@value") == [str(version.id)]


def test_askers_say_which_version_and_readers_see_it(browser: Browser, admin: Actor):
    old, new = make_versions(admin, "4.1", "4.2")
    asker = make_person("asker")
    thread = make_question(author=asker)
    browser.sign_in(asker).get(thread.path)
    assert "Which version?" in browser.text()
    browser.get(f"/threads/{thread.id}/versions")
    browser.submit("/versions", {"version": [str(old.id), str(new.id)]})
    browser.get(thread.path)
    assert "about Pump 4.2, Pump 4.1" in browser.text()
    browser.post(f"/threads/{thread.id}/versions", {})
    assert db.session.get_one(Thread, thread.id).version_words == ""


def test_an_unpublished_version_is_unknown_to_everybody_else(browser: Browser, admin: Actor):
    make_versions(admin, "4.1")
    (secret,) = make_versions(admin, "5-canary", released=False)
    asker = make_person("asker")
    thread = make_question(author=asker)
    page = browser.sign_in(asker).get(f"/threads/{thread.id}/versions").text
    assert "4.1" in page and "canary" not in page
    answer = browser.post(f"/threads/{thread.id}/versions", {"version": str(secret.id)}, status=400)
    assert "gone" in answer.text and "canary" not in answer.text
    for path in ("/admin/products", f"/admin/products/{secret.product_id}"):
        browser.get(path, status=404)


def test_others_do_not_say_it_for_the_asker(app: Flask, admin: Actor):
    (version,) = make_versions(admin, "4.1")
    thread, stranger = make_question(), actor_of(make_person())
    with pytest.raises(Forbidden), unit_of_work():
        set_thread_versions(stranger, thread_id=thread.id, version_ids={version.id})


def test_a_check_is_kept_when_the_asker_chooses_others_and_can_be_taken_back(admin: Actor):
    old, new = make_versions(admin, "4.1", "4.2")
    asker = make_person()
    thread, staff = make_question(author=asker), actor_of(make_person("stan", "staff"))
    with unit_of_work():
        set_thread_versions(actor_of(asker), thread_id=thread.id, version_ids={old.id})
        check_thread(staff, thread_id=thread.id, version_id=new.id, works=False)
    assert thread_words(thread.id) == {old.id: "asked", new.id: "fails"}
    with unit_of_work():
        set_thread_versions(actor_of(asker), thread_id=thread.id, version_ids=())
    assert thread_words(thread.id) == {new.id: "fails"}
    with pytest.raises(Forbidden), unit_of_work():
        check_thread(actor_of(asker), thread_id=thread.id, version_id=new.id, works=True)
    with unit_of_work():
        check_thread(admin, thread_id=thread.id, version_id=new.id, works=None)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ThreadVersion)) == 0


def test_a_renamed_product_is_renamed_in_threads(admin: Actor):
    (version,) = make_versions(admin, "4.1")
    thread = make_question()
    with unit_of_work():
        set_thread_versions(admin, thread_id=thread.id, version_ids={version.id})
        products.update_product(admin, product_id=version.product_id, name="Big pump", position=3)
    assert db.session.get_one(Thread, thread.id, populate_existing=True).version_words == "Big pump 4.1"


def test_questions_about_a_version_are_a_list_that_its_name_leads_to(browser: Browser, admin: Actor):
    old, new = make_versions(admin, "4.1", "4.2")
    thread, other = make_question(title="It hums at night"), make_question(title="It hums by day")
    with unit_of_work():
        set_thread_versions(admin, thread_id=thread.id, version_ids={old.id, new.id})
        set_thread_versions(admin, thread_id=other.id, version_ids={old.id})
        check_thread(admin, thread_id=other.id, version_id=new.id, works=False)
    browser.get(thread.path)
    assert "Pump 4.2" in browser.text()
    browser.get(f"/questions?version={new.id}")
    assert "Questions about Pump 4.2" in browser.text()
    assert "It hums at night" in browser.text() and "It hums by day" not in browser.text()
    assert "noindex" in browser.get(f"/questions?version={old.id}&view=unanswered").text
    for wrong in ("x", "0", "99999999999"):
        browser.get(f"/questions?version={wrong}", status=404)


def test_versions_are_words_of_the_thread_for_the_search(admin: Actor):
    (version,) = make_versions(admin, "4.1")
    thread = make_question()
    with unit_of_work():
        set_thread_versions(admin, thread_id=thread.id, version_ids={version.id})
    assert load_many([thread.id])[thread.id].body.endswith("Pump 4.1")
    assert db.session.scalar(sa.select(Job.id).where(Job.kind == SYNC_JOB)) is not None


def test_admins_do_it_all_on_their_page(browser: Browser, app: Flask):
    browser.sign_in(make_person("ada", "admin")).get("/admin/products")
    assert "No products yet" in browser.text()
    browser.submit("/admin/products", {"name": "Pump"})
    product = db.session.scalars(sa.select(Product)).one()
    browser.get(f"/admin/products/{product.id}")
    browser.submit("/versions", {"version-name": "4.1"})
    version = db.session.scalars(sa.select(ProductVersion)).one()
    browser.post(f"/admin/versions/{version.id}/release")
    browser.get("/admin/products")
    assert "4.1 since" in browser.text()
    answer = browser.post(f"/admin/products/{product.id}/versions", {"version-name": "4.1"}, status=400)
    assert "There is one of this name already." in answer.text and 'value="4.1"' in answer.text
    browser.post(f"/admin/versions/{version.id}/withdraw")
    browser.post(f"/admin/versions/{version.id}/delete")
    browser.post(f"/admin/products/{product.id}/delete")
    assert not list_products(with_unreleased=True)


def test_the_version_can_be_said_while_asking(browser: Browser, admin: Actor):
    category = make_category()
    browser.sign_in(make_person("asker")).get("/ask")
    assert "I do not know" not in browser.text()
    old, _new = make_versions(admin, "4.1", "4.2")
    browser.get("/ask")
    asked = {"title": "Why does the pump hum at night?", "body": "It hums.", "category": str(category.id)}
    browser.submit("/ask", {**asked, "version": str(old.id)})
    thread = db.session.scalars(sa.select(Thread)).one()
    assert thread.version_words == "Pump 4.1"
    browser.get("/ask")
    answer = browser.submit("/ask", {**asked, "title": "Another pump hums, why is that?", "version": "999"}, status=400)
    assert "It hums." in answer.text
    browser.get("/ask")
    browser.submit("/ask", {**asked, "title": "Another pump hums, why is that?", "version": ""})
    assert db.session.scalars(sa.select(Thread.version_words).order_by(Thread.id.desc())).first() == ""
