"""The tree of sections: shape, order, and what readers see of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.kb.models import Section
from app.kb.queries.sections import load_trail, load_tree
from app.kb.services import sections
from app.kb.services.sections import update_section
from app.kb.services.writing import Placement, create_article, save_revision
from tests.client import Browser
from tests.factories import actor_of, make_article, make_section
from tests.kb.conftest import Crew
from tests.kb.samples import fresh, place, text


def create(crew: Crew, title: str, parent_id: int | None = None) -> Section:
    with unit_of_work():
        return sections.create_section(crew.curator, title=title, parent_id=parent_id)


def test_sections_stand_in_the_order_they_came(app: Flask, crew: Crew):
    first, second = create(crew, "Billing"), create(crew, "Accounts")
    create(crew, "Invoices", first.id)
    assert [(node.title, node.depth) for node in load_tree(crew.curator, with_empty=True).flat()] == [
        ("Billing", 0),
        ("Invoices", 1),
        ("Accounts", 0),
    ]
    with unit_of_work():
        sections.order_section(crew.curator, section_id=second.id, step=-1)
    assert [node.title for node in load_tree(crew.curator, with_empty=True).roots] == ["Accounts", "Billing"]
    with unit_of_work():
        sections.order_section(crew.curator, section_id=second.id, step=-1)
    assert [node.title for node in load_tree(crew.curator, with_empty=True).roots] == ["Accounts", "Billing"]


def test_a_section_cannot_lie_within_itself(app: Flask, crew: Crew):
    top = create(crew, "Top")
    below = create(crew, "Below", top.id)
    for parent in (top.id, below.id):
        with pytest.raises(Invalid), unit_of_work():
            sections.update_section(crew.curator, section_id=top.id, title="Top", description="", parent_id=parent)
    assert load_tree(crew.curator, with_empty=True).by_id[top.id].parent_id is None


def test_the_tree_does_not_get_deeper_than_four(app: Flask, crew: Crew):
    parent = None
    for level in range(sections.MAX_DEPTH):
        parent = create(crew, f"Level {level}", parent).id
    with pytest.raises(Invalid):
        create(crew, "Too deep", parent)
    other = create(crew, "Other")
    create(crew, "Its child", other.id)
    with pytest.raises(Invalid), unit_of_work():
        sections.update_section(
            crew.curator,
            section_id=other.id,
            title="Other",
            description="",
            parent_id=load_tree(crew.curator, with_empty=True).by_id[parent or 0].parent_id,
        )


def test_a_moved_section_takes_what_is_below_along_and_keeps_its_address(app: Flask, crew: Crew):
    first, second = create(crew, "First"), create(crew, "Second")
    child = create(crew, "Child", first.id)
    with unit_of_work():
        sections.update_section(crew.curator, section_id=first.id, title="Renamed", description="New", parent_id=second.id)
    assert [title for title, _path in load_trail(child.id)] == ["Second", "Renamed", "Child"]
    assert load_tree(crew.curator, with_empty=True).by_id[first.id].slug == "first"


def test_only_empty_sections_can_be_removed(app: Flask, crew: Crew):
    full, parent, empty = create(crew, "Full"), create(crew, "Parent"), create(crew, "Empty")
    create(crew, "Child", parent.id)
    make_article(section=full, state="draft")
    for section in (full, parent):
        with pytest.raises(Conflict), unit_of_work():
            sections.delete_section(crew.curator, section_id=section.id)
    with unit_of_work():
        sections.delete_section(crew.curator, section_id=empty.id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Section)) == 3


def test_addresses_that_mean_something_else_are_not_given_away(app: Flask, crew: Crew):
    assert [create(crew, title).slug for title in ("Articles", "Sections", "Billing", "Billing")] == [
        "articles-2", "sections-2", "billing", "billing-2",
    ]  # fmt: skip


def test_members_cannot_change_the_tree_and_strange_ids_are_not_found(app: Flask, crew: Crew):
    with pytest.raises(Forbidden), unit_of_work():
        sections.create_section(actor_of(crew.member), title="Mine")
    with pytest.raises(NotFound), unit_of_work():
        sections.order_section(crew.curator, section_id=10**15, step=1)
    with pytest.raises(Invalid), unit_of_work():
        sections.create_section(crew.curator, title=" ")
    with pytest.raises(Invalid), unit_of_work():
        sections.create_section(crew.curator, title="Lost", parent_id=10**15)


def test_readers_know_only_of_sections_with_something_for_them(app: Flask, crew: Crew):
    top = make_section("top")
    below, secret = make_section("below", parent_id=top.id), make_section("runbooks")
    make_section("empty")
    make_article(section=below)
    make_article(section=below, state="draft")
    make_article(section=secret, audience="staff")
    make_article(section=secret, audience="members")
    assert {node.slug: node.count for node in load_tree(ANONYMOUS).flat()} == {"top": 1, "below": 1}
    assert {node.slug: node.count for node in load_tree(actor_of(crew.member)).flat()} == {"top": 1, "below": 1, "runbooks": 1}
    assert {node.slug: node.count for node in load_tree(crew.agent).flat()} == {"top": 1, "below": 1, "runbooks": 2}
    assert "empty" in {node.slug for node in load_tree(crew.agent, with_empty=True).flat()}


def test_articles_follow_the_language_of_their_section(crew: Crew):
    german, english = make_section("anleitungen"), make_section("guides")
    with unit_of_work():
        update_section(crew.agent, section_id=german.id, title="Anleitungen", description="", parent_id=None, language="de")
    with unit_of_work():
        article = create_article(crew.agent, place=place(german.id), text=text("Die Pumpe"))
        chosen = create_article(crew.agent, place=Placement(german.id, "public", language="fr"), text=text("La pompe"))
    assert (article.language, chosen.language) == ("de", "fr")
    with unit_of_work():
        update_section(crew.agent, section_id=german.id, title="Anleitungen", description="", parent_id=None, language="de-AT")
    assert (fresh(article).language, fresh(chosen).language) == ("de-AT", "fr")
    for one in (article, chosen):
        with unit_of_work():
            save_revision(crew.agent, article_id=one.id, base_revision=1, place=place(english.id), text=text(one.title))
    assert (fresh(article).language, fresh(chosen).language) == ("", "fr")


def test_a_section_has_a_language_that_readers_programs_know(browser: Browser, crew: Crew):
    section = make_section("anleitungen", title="Anleitungen")
    make_article("Die Pumpe", section=section)
    browser.sign_in(crew.moderator)
    browser.get(f"/kb/sections/{section.id}")
    browser.post(f"/kb/sections/{section.id}", {"title": "Anleitungen", "description": "", "parent_id": "0", "language": "de"})
    browser.get("/kb/anleitungen")
    assert browser.page is not None and browser.page.xpath("//h1[@lang='de']")
    page = browser.post(
        f"/kb/sections/{section.id}", {"title": "Typed", "description": "", "parent_id": "0", "language": "xx-none"}, status=400
    )
    assert "Typed" in page.text


def test_the_tree_for_curators_counts_what_lies_below_too(browser: Browser, crew: Crew):
    top = make_section("top")
    make_article(section=make_section("below", parent_id=top.id))
    browser.sign_in(crew.moderator).get("/kb/sections")
    counts = browser.page.xpath("//ul[@class='section-tree']//span[contains(@class, 'num')]/text()")
    assert counts == ["1 article", "1 article"]
