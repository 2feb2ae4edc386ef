"""From a thread that many read to a published article, through the pages: the main job of the product."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.settings import Settings
from app.jobs.worker import run_until_idle
from app.kb.jobs import scan
from app.search.engines import current_engine
from app.search.querying import SearchForm
from app.search.results import find
from tests.client import Browser
from tests.factories import make_answer, make_category, make_question, make_section, opening_of
from tests.kb.conftest import Crew
from tests.kb.samples import change, fresh, make_solved, promote_and_publish


@pytest.fixture
def curator(app: Flask, crew: Crew) -> Browser:
    """A moderator's browser."""
    return Browser(app).sign_in(crew.moderator)


def test_a_popular_thread_becomes_an_article_that_search_finds_first(
    app: Flask, curator: Browser, crew: Crew, settings: Settings
):
    section = make_section("guides")
    thread, answer = make_solved("Why does the pump hum but no water comes?", text="It hums.\n\nVersion: 4.2", views=812)
    make_question(title="Humming pump without water", duplicate_of_id=thread.id)
    other = make_answer(thread, text="Did you try turning it off?", score=1)
    scan(settings)

    curator.get("/moderation/promotions")
    assert "812 views in 30 days, 1 duplicate, 1 confirmed" in curator.text() and "confirmed, no article" not in curator.text()
    curator.get(f"/moderation/promotions/{thread.id}/promote")
    assert curator.page is not None
    ticked = {box.get("value") for box in curator.page.xpath("//input[@name='take'][@checked]")}
    assert ticked == {str(opening_of(thread).id), str(answer.id)} and str(other.id) not in ticked
    assert "Version: 4.2" in curator.page.xpath("//textarea[@name='environment']")[0].text_content()
    taken = {"take": sorted(ticked), "environment": "- Version: 4.2"}
    done = curator.submit("/promote", {**taken, "title": "A humming pump that moves no water", "section_id": str(section.id)})

    curator.get(done.location)
    assert curator.page is not None
    blocks = curator.page.xpath("//fieldset[@data-block]")
    shown = [
        (
            block.xpath(".//input[starts-with(@name, 'title-')]/@value")[0],
            block.xpath(".//textarea")[0].text_content().strip(),
            bool(block.xpath(".//*[contains(@class, 'block-origin')]")),
        )
        for block in blocks
    ]
    assert shown == [
        ("Problem", "It hums.\n\nVersion: 4.2", True), ("Environment", "- Version: 4.2", True),
        ("Solution", "Clean the intake filter, then prime the pump.", True), ("Cause", "", False),
    ]  # fmt: skip
    assert curator.page.xpath(f"//*[@data-blocks-preview]//a[@href='/posts/{answer.id}']")
    assert curator.page.xpath("//textarea[@name='asked_as']")[0].text_content().strip() == thread.title
    visitor = Browser(app)
    visitor.get("/kb/guides/a-humming-pump-that-moves-no-water", status=404)
    published = curator.submit("/edit", {"then": "publish", "summary": "What to do when the pump only hums."})

    visitor.get(published.location)
    assert "Built from answers by" in visitor.text() and "What to do when the pump only hums." in visitor.text()
    visitor.get(thread.path)
    assert "A humming pump that moves no water" in visitor.text()
    curator.get("/moderation/promotions?state=promoted")
    assert "A humming pump that moves no water" in curator.text()
    assert scan(settings).proposed == 0
    run_until_idle()
    hits = find(current_engine(), "pump hum no water", SearchForm(), ANONYMOUS).items
    assert hits[0].card.kind == "article" and hits[0].card.path == published.location


def test_a_candidate_is_dismissed_with_a_reason_and_comes_back(curator: Browser, settings: Settings):
    thread, _ = make_solved("Why does the pump hum?")
    scan(settings)
    curator.get("/moderation/promotions")
    curator.submit("/dismiss", {"reason": "Too specific", "note": "Only on this boat"})
    page = curator.get("/moderation/promotions").text
    assert "Nothing to decide" in page and f"/moderation/promotions/{thread.id}/restore" in page
    curator.get("/moderation/promotions?state=dismissed")
    assert "Too specific: Only on this boat" in curator.text()
    scan(settings)
    curator.get("/moderation/promotions")
    assert "Why does the pump hum?" not in curator.text()
    curator.post(f"/moderation/promotions/{thread.id}/restore")
    curator.get("/moderation/promotions")
    assert "Why does the pump hum?" in curator.text()


def test_dismissing_without_a_reason_is_refused(curator: Browser, settings: Settings):
    thread, _ = make_solved("Why does the pump hum?")
    scan(settings)
    again = curator.post(f"/moderation/promotions/{thread.id}/dismiss", status=400)
    assert "Please say why" in again.text
    curator.get("/moderation/promotions")
    assert "Why does the pump hum?" in curator.text()


def test_the_section_offered_is_that_of_most_articles_from_the_same_category(curator: Browser, crew: Crew):
    pumps, sensors = make_category("pumps"), make_category("sensors")
    guides, _hardware, basics = (make_section(slug) for slug in ("guides", "hardware", "basics"))
    for title, category, section in (
        ("One", pumps, basics), ("Two", pumps, basics), ("Three", pumps, guides), ("Four", sensors, guides), ("Five", sensors, guides),
    ):  # fmt: skip
        thread, answer = make_solved(title, category=category)
        promote_and_publish(crew.curator, thread, [answer], section.id)
    chosen = "//select[@name='section_id']/option[@selected]/@value"
    for category, usual in ((pumps, str(basics.id)), (sensors, str(guides.id))):
        thread, _answer = make_solved("Why does it hum?", category=category)
        curator.get(f"/moderation/promotions/{thread.id}/promote")
        assert curator.page is not None and curator.page.xpath(chosen) == [usual]


def test_without_such_a_section_one_has_to_be_chosen(curator: Browser):
    thread, _answer = make_solved("Why does it hum?")
    only = make_section("guides")
    path, options = f"/moderation/promotions/{thread.id}/promote", "//select[@name='section_id']/option/@value"
    curator.get(path)
    assert curator.page is not None and curator.page.xpath(options) == [str(only.id)]
    make_section("hardware")
    for beginning in (path, "/kb/articles/new"):
        curator.get(beginning)
        assert curator.page.xpath(options)[0] == "" and curator.page.xpath("//select[@name='section_id'][@required]")
        refused = curator.post(beginning, {"title": "It hums", "section_id": "", "audience": "public"}, status=400)
        assert "Please choose a section." in refused.text


def test_a_choice_that_does_not_hold_keeps_what_was_chosen(curator: Browser, crew: Crew):
    section = make_section("guides")
    thread, answer = make_solved("Why does the pump hum?")
    curator.get(f"/moderation/promotions/{thread.id}/promote")
    question = str(opening_of(thread).id)
    path = f"/moderation/promotions/{thread.id}/promote"
    given = {
        "title": "My own title",
        "section_id": str(section.id),
        "audience": "public",
        "take": question,
        f"revision-{question}": "1",
    }
    response = curator.post(path, given, status=400)
    assert "My own title" in response.text and "at least one passage as the solution" in response.text
    change(answer, revision=2)
    given |= {"take": str(answer.id), f"revision-{answer.id}": "1"}
    response = curator.post(path, given, status=409)
    assert "changed while you were choosing" in response.text and "My own title" in response.text
    change(thread, category_id=make_category(audience="members").id)
    given |= {f"revision-{answer.id}": "2"}
    response = curator.post(path, given, status=400)
    assert "Only members can read this thread" in response.text
    done = curator.post(path, given | {"audience": "members"})
    assert done.location.endswith("/edit")
    again = curator.get(path, status=303)
    assert again.location.startswith("/kb/articles/")
    late = curator.post(path, given | {"audience": "members"})
    assert late.location == again.location, "somebody was faster: on to what they began"


def test_rubbish_in_the_form_is_refused_without_a_crash(curator: Browser):
    section = make_section("guides")
    thread, answer = make_solved("Why does the pump hum?")
    path = f"/moderation/promotions/{thread.id}/promote"
    base = {"title": "T", "section_id": str(section.id), "audience": "public"}
    for extra in (
        {"take": "99999999999999999999"}, {"take": str(answer.id), f"revision-{answer.id}": "x"}, {"section_id": "9" * 30},
        {"take": str(answer.id), f"role-{answer.id}": "nonsense", f"revision-{answer.id}": "0"}, {"audience": "everyone"},
    ):  # fmt: skip
        response = curator.client.post(path, data={"csrf_token": curator.token(), **base, **extra})
        assert response.status_code in (400, 409), (extra, response.status_code)
    curator.get("/moderation/promotions/99999999999/promote", status=404)
    curator.get("/moderation/promotions?state=nonsense", status=404)
    assert fresh(thread).article_id is None
