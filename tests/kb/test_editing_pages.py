"""Pages of curators: editor, versions, sources, sections, states. Through the browser."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.forum.services import editing
from app.forum.services.drafting import save_draft
from app.kb.services.writing import save_revision
from tests.client import Browser
from tests.factories import actor_of, make_article, make_section
from tests.kb.conftest import Crew
from tests.kb.samples import fresh, make_solved, path_of, place, promote_and_publish, source_of, text


@pytest.fixture
def curator(app: Flask, crew: Crew) -> Browser:
    """A moderator's browser."""
    return Browser(app).sign_in(crew.moderator)


PAGES = [
    "/kb/articles", "/kb/articles?view=changed", "/kb/articles/new", "/kb/sections", "/moderation/promotions",
    "/moderation/promotions?state=dismissed", "/moderation/promotions?state=promoted",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_curators_pages_are_well_formed_and_closed_to_others(app: Flask, curator: Browser, crew: Crew, path: str):
    curator.get(path)
    Browser(app).sign_in(crew.staff).get(path)
    assert Browser(app).sign_in(crew.member).client.get(path).status_code in (403, 404)
    assert Browser(app).client.get(path).status_code == 302


def test_an_article_is_written_previewed_reviewed_and_published(curator: Browser, crew: Crew):
    section = make_section("guides")
    preview = curator.client.post("/kb/preview", data={"body": "# One\n\nTwo **three**", "csrf_token": curator.token()})
    assert "<h2" in preview.text and "<strong>three</strong>" in preview.text and "<html" not in preview.text
    curator.get("/kb/articles/new")
    done = curator.submit(
        "/kb/articles/new",
        {
            "title": "Fill the pump",
            "body": "## Steps\n\nFill it.",
            "section_id": str(section.id),
            "audience": "public",
            "asked_as": "Pump is dry",
        },
    )
    assert done.location == "/kb/guides/fill-the-pump"
    curator.get(done.location)
    assert "Draft" in curator.text() and "Fill it." in curator.text()
    for action in ("submit", "publish"):
        curator.get("/kb/guides/fill-the-pump")
        curator.submit(action, {})
    curator.get("/kb/guides/fill-the-pump")
    assert "last confirmed" in curator.text()
    curator.submit("verify", {})
    curator.get("/kb/articles?view=published")
    assert "Fill the pump" in curator.text()


def test_what_was_typed_is_kept_when_something_is_wrong(curator: Browser):
    section = make_section("guides")
    curator.get("/kb/articles/new")
    response = curator.submit(
        "/kb/articles/new",
        {"title": "", "body": "My precious text", "section_id": str(section.id), "audience": "public"},
        status=400,
    )
    assert "My precious text" in response.text and "Please give the article a title." in response.text
    too_deep = "> " * 20_000
    response = curator.submit(
        "/kb/articles/new", {"title": "Deep", "body": too_deep, "section_id": str(section.id), "audience": "staff"}, status=400
    )
    assert "Not a valid choice" in response.text


def test_an_article_that_was_begun_is_not_overwritten_by_another(curator: Browser, crew: Crew):
    """What is typed on the page is kept as its draft: so it shows the text that was begun until that is discarded."""
    make_section("guides")
    with unit_of_work():
        save_draft(actor_of(crew.moderator), key="article:new", fields={"title": "Old title", "summary": "Half"})
    wanted = "/kb/articles/new?title=Pump+is+dry&asked_as=dry+pump"
    curator.get(wanted)
    assert value(curator, "title") == "Old title" and "We kept what you had typed" in curator.text()
    assert curator.submit("/drafts/article:new", {}).location == wanted
    curator.get(wanted)
    assert value(curator, "title") == "Pump is dry" and "dry pump" in curator.text() and "We kept" not in curator.text()


def value(curator: Browser, name: str) -> str:
    assert curator.page is not None
    return str(curator.page.xpath(f"//main//form//input[@name='{name}']/@value")[0])


def test_versions_are_compared_and_restored(curator: Browser, crew: Crew):
    article = make_article(text="Old words.")
    with unit_of_work():
        save_revision(
            crew.agent,
            article_id=article.id,
            base_revision=1,
            place=place(article.section_id),
            text=text(article.title, "New words."),
        )
    curator.get(f"/kb/articles/{article.id}/history?from=1&to=2")
    assert curator.page is not None
    assert "Old" in {n.text_content() for n in curator.page.xpath("//del")} and "New" in {
        n.text_content() for n in curator.page.xpath("//ins")
    }
    curator.submit("/restore/1", {})
    assert fresh(article).revision == 3
    for bad in ("?from=9", "?to=x", "?to=99999999999999999999"):
        curator.get(f"/kb/articles/{article.id}/history{bad}", status=404)


def test_a_changed_source_is_shown_with_its_difference_and_can_be_kept(app: Flask, curator: Browser, crew: Crew):
    thread, answer = make_solved()
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id)
    with unit_of_work():
        editing.edit_post(
            actor_of(crew.admin),
            post_id=answer.id,
            body=render_markdown("Clean the outlet filter, then prime the pump."),
            reason="It was the other one",
        )
    curator.get(path_of(article))
    assert "has changed" in curator.text()
    visitor = Browser(app)
    visitor.get(path_of(article))
    assert "has changed" not in visitor.text()
    curator.get(f"/kb/articles/{article.id}/sources")
    assert curator.page is not None
    assert [n.text_content() for n in curator.page.xpath("//del")] == ["intake"] and [
        n.text_content() for n in curator.page.xpath("//ins")
    ] == ["outlet"]
    curator.submit("acknowledge", {})
    assert source_of(article, answer).change == "" and fresh(article).source_changed_at is None
    curator.get(f"/kb/articles/{article.id}/sources")
    assert "nothing new" in curator.text()


def titles(curator: Browser) -> list[str]:
    """Titles of the sections, in the order of the page."""
    curator.get("/kb/sections")
    assert curator.page is not None
    return [
        str(a.text_content())
        for a in curator.page.xpath(
            "//ul[contains(@class, 'section-tree')]//a[starts-with(@href, '/kb/')][not(contains(@href, 'sections'))]"
        )
    ]


def test_sections_are_added_ordered_moved_and_removed(curator: Browser):
    for title in ("Billing", "Paying"):
        curator.post("/kb/sections", {"title": title, "parent_id": "0"})
    assert titles(curator) == ["Billing", "Paying"]
    assert curator.page is not None
    order = [form.action for form in curator.page.forms if (form.action or "").endswith("/order")]
    curator.post(order[0], {"direction": "down"})
    assert titles(curator) == ["Paying", "Billing"]
    edit = curator.page.xpath("//ul[contains(@class, 'section-tree')]//a[contains(., 'Edit')]/@href")[0]
    curator.get(edit)
    assert "Save" in curator.text()
    curator.post(edit, {"title": "Your account", "parent_id": "0"})
    curator.post(f"{edit}/delete")
    assert titles(curator) == ["Billing"]
    response = curator.post("/kb/sections", {"title": "", "parent_id": "0"}, status=400)
    assert "Please give the section a title." in response.text


def test_the_form_of_a_section_offers_nothing_that_is_refused(curator: Browser):
    top, other = make_section("pumps", title="Pumps"), make_section("sensors", title="Sensors")
    below = make_section("errors", title="Errors", parent_id=top.id)
    curator.get(f"/kb/sections/{top.id}")
    assert curator.page is not None
    assert curator.page.xpath("//select[@name='parent_id']/option/@value") == ["0", str(other.id)]
    assert "Delete this section" not in curator.text()
    curator.get(f"/kb/sections/{below.id}")
    assert "Delete this section" in curator.text()
    make_article(section=below, state="draft")
    curator.get(f"/kb/sections/{below.id}")
    assert "Delete this section" not in curator.text()
