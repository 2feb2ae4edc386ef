"""The editor in blocks, two edits that meet, passages of more threads, and fix-it links. Through the browser, without a script."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.core.markup import render_markdown
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.forum.services import editing
from app.kb.queries.articles import get_revision
from app.kb.services.writing import save_revision
from tests.asserts import assert_queries, count_queries
from tests.client import Browser
from tests.factories import actor_of, make_article, make_category, make_section, opening_of
from tests.kb.conftest import Crew
from tests.kb.samples import fresh, make_solved, path_of, place, promote, promote_and_publish, text


@pytest.fixture
def curator(app: Flask, crew: Crew) -> Browser:
    """A moderator's browser."""
    return Browser(app).sign_in(crew.moderator)


def keys(browser: Browser) -> list[str]:
    assert browser.page is not None
    return [str(value) for value in browser.page.xpath("//input[@name='block']/@value")]


def bodies(browser: Browser) -> list[str]:
    assert browser.page is not None
    return [str(area.text_content()).strip("\n") for area in browser.page.xpath("//textarea[starts-with(@name, 'body-')]")]


def press(browser: Browser, article_id: int, button: str, **typed: Any) -> None:
    """Press a button of the editor and look at the page it leads to."""
    browser.get(browser.submit("/edit", {"do": button, **typed}).location.split("#")[0])


def open_editor(browser: Browser, article: Any) -> list[str]:
    browser.get(f"/kb/articles/{article.id}/edit")
    return keys(browser)


def save_as(actor: Any, article: Any, base: int, source: str, title: str = "") -> None:
    with unit_of_work():
        save_revision(
            actor, article_id=article.id, base_revision=base, place=place(article.section_id), text=text(title or article.title, source)
        )  # fmt: skip


def test_blocks_are_moved_split_removed_put_back_and_added_without_losing_what_was_typed(curator: Browser):
    article = make_article(text="## One\n\nFirst.\n\nSecond.\n\n## Two\n\nThird.")
    one, two = open_editor(curator, article)
    press(curator, article.id, f"down:{one}", title="Typed title")
    assert (
        bodies(curator) == ["Third.", "First.\n\nSecond."]
        and "Typed title" in curator.get(f"/kb/articles/{article.id}/edit").text
    )
    press(curator, article.id, f"split:{one}", **{f"split-{one}": "1"})
    assert bodies(curator) == ["Third.", "First.", "Second."]
    press(curator, article.id, f"remove:{two}")
    assert bodies(curator) == ["First.", "Second."] and "removed block" in curator.text()
    curator.get(f"/kb/articles/{article.id}/edit")
    press(curator, article.id, f"restore:{two}")
    assert bodies(curator) == ["Third.", "First.", "Second."], "a block goes back to its old place"
    press(curator, article.id, f"down:{two}")
    press(curator, article.id, f"down:{two}")
    assert bodies(curator) == ["First.", "Second.", "Third."]
    press(curator, article.id, "add:", **{"add-role": "cause"})
    assert len(keys(curator)) == 4 and fresh(article).revision == 1
    new = keys(curator)[-1]
    saved = curator.submit("/edit", {f"body-{new}": "Because.", f"title-{new}": "Cause"})
    assert fresh(article).revision == 2 and saved.location == path_of(article)
    assert get_revision(article.id, 2).body_source == "## One\n\nFirst.\n\nSecond.\n\n## Two\n\nThird.\n\n## Cause\n\nBecause.\n"
    assert "have not saved" not in curator.get(f"/kb/articles/{article.id}/edit").text


def test_the_preview_beside_shows_the_article_as_it_is_being_written(curator: Browser):
    article = make_article(text="Old words.")
    (key,) = open_editor(curator, article)
    press(curator, article.id, "keep:", **{f"body-{key}": "New **words**."})
    assert curator.page is not None
    assert curator.page.xpath("//*[@data-blocks-preview]//strong")[0].text_content() == "words"
    data = {"csrf_token": curator.token(), "base_revision": "1", "block": key, f"body-{key}": "And *these*."}
    answer = curator.client.post(f"/kb/articles/{article.id}/preview", data=data)
    assert "<em>these</em>" in answer.text and "<html" not in answer.text


def test_what_is_typed_is_kept_by_itself_and_comes_back(app: Flask, curator: Browser, crew: Crew):
    article = make_article(text="Old words.")
    (key,) = open_editor(curator, article)
    path = f"/kb/articles/{article.id}/draft"
    data = {"base_revision": "1", "block": key, f"body-{key}": "Typed and not saved", "title": "Typed title"}
    assert curator.post(path, data, 200, headers={"Accept": "application/json"}).json == {"saved": True}
    page = curator.get(f"/kb/articles/{article.id}/edit").text
    assert "Typed and not saved" in page and "Typed title" in page and "have not saved" in page
    other = Browser(app).sign_in(crew.staff)
    assert "Typed and not saved" not in other.get(f"/kb/articles/{article.id}/edit").text
    curator.get(f"/kb/articles/{article.id}/edit")
    curator.submit("/draft", {})
    assert "Typed and not saved" not in curator.get(f"/kb/articles/{article.id}/edit").text


def test_errors_keep_what_was_typed(curator: Browser):
    article = make_article(text="Old words.")
    (key,) = open_editor(curator, article)
    response = curator.submit("/edit", {"title": "", f"body-{key}": "My precious text"}, status=400)
    assert "My precious text" in response.text and "Please give the article a title." in response.text
    response = curator.submit("/edit", {f"body-{key}": "x " * 60_000 + "END"}, status=400)
    assert "END" in response.text
    response = curator.submit("/edit", {"do": f"split:{key}", f"body-{key}": "One paragraph, typed"}, status=400)
    assert "One paragraph, typed" in response.text and "no second paragraph" in response.text
    assert fresh(article).revision == 1


def test_a_page_that_was_made_up_is_refused(curator: Browser):
    article = make_article(text="Old words.")
    path = f"/kb/articles/{article.id}/edit"
    for data in (
        {}, {"base_revision": "9", "title": "T"}, {"base_revision": "1", "block": ["a", "a"]}, {"base_revision": "1", "do": "x:y"},
        {"base_revision": "1", "block": "<b>", "title": "T"}, {"base_revision": "99999999999999999999"},
    ):  # fmt: skip
        response = curator.client.post(path, data={"csrf_token": curator.token(), **data})
        assert response.status_code == 400, data
    assert fresh(article).revision == 1


def test_two_edits_of_different_places_fit_together(curator: Browser, crew: Crew):
    article = make_article(text="## One\n\nFirst words.\n\n## Two\n\nSecond words.")
    _one, two = open_editor(curator, article)
    save_as(crew.agent, article, 1, "## One\n\nFirst words, by staff.\n\n## Two\n\nSecond words.")
    response = curator.submit("/edit", {f"body-{two}": "Second words, by the moderator."}, status=409)
    assert "by staff" in response.text and "by the moderator" in response.text and fresh(article).revision == 2
    curator.get(f"/kb/articles/{article.id}/edit", status=303)
    curator.get(f"/kb/articles/{article.id}/merge")
    assert "fit together" in curator.text()
    curator.get(f"/kb/articles/{article.id}/merge")
    curator.submit("/merge", {})
    source = get_revision(article.id, 3).body_source
    assert "First words, by staff." in source and "Second words, by the moderator." in source
    curator.get(f"/kb/articles/{article.id}/merge", status=303)


def test_two_edits_of_one_place_are_decided_by_a_person(curator: Browser, crew: Crew):
    article = make_article(text="Old words.")
    (key,) = open_editor(curator, article)
    save_as(crew.agent, article, 1, "Their words.")
    curator.submit("/edit", {f"body-{key}": "My words."}, status=409)
    curator.get(f"/kb/articles/{article.id}/merge")
    part = f"block-{key}-body"
    response = curator.submit("/merge", {f"text-{part}": "Typed so far"}, status=400)
    assert "Please decide" in response.text and "Typed so far" in response.text and fresh(article).revision == 2
    save_as(crew.agent, article, 2, "Their later words.")
    again = curator.submit("/merge", {f"pick-{part}": "typed", f"text-{part}": "Words of both."})
    assert again.location.endswith("/merge") and fresh(article).revision == 3
    curator.get(again.location)
    assert "Their later words." in curator.text()
    curator.get(again.location)
    done = curator.submit("/merge", {f"pick-{part}": "typed", f"text-{part}": "Words of all."})
    assert done.location == path_of(article) and get_revision(article.id, 4).body_source == "Words of all.\n"


def test_a_merge_goes_on_in_the_editor(curator: Browser, crew: Crew):
    article = make_article(text="Old words.")
    (key,) = open_editor(curator, article)
    save_as(crew.agent, article, 1, "Their words.")
    curator.submit("/edit", {f"body-{key}": "My words."}, status=409)
    curator.get(f"/kb/articles/{article.id}/merge")
    step = curator.submit("/merge", {f"pick-block-{key}-body": "theirs", "then": "edit"})
    curator.get(curator.get(step.location, status=303).location)
    assert bodies(curator) == ["Their words."] and fresh(article).revision == 2


def test_a_place_that_somebody_else_changed_is_not_changed_back(curator: Browser, crew: Crew):
    article, other, third = make_article(text="Words."), make_section("other"), make_section("third")
    open_editor(curator, article)
    first, title = fresh(article).section_id, fresh(article).title
    with unit_of_work():
        save_revision(crew.agent, article_id=article.id, base_revision=1, place=place(other.id), text=text(title, "Words."))
    (key,) = keys(curator)
    curator.submit("/edit", {f"body-{key}": "New words."})
    assert fresh(article).section_id == other.id
    open_editor(curator, article)
    with unit_of_work():
        save_revision(crew.agent, article_id=article.id, base_revision=2, place=place(first), text=text(title, "New words."))
    response = curator.submit("/edit", {"section_id": str(third.id)}, status=400)
    assert "Somebody changed this meanwhile" in response.text and fresh(article).section_id == first


@pytest.mark.parametrize(("kind", "heading"), [("solution", "Problem"), ("howto", "What you need"), ("reference", "Overview")])
def test_a_new_article_begins_with_the_parts_of_its_kind(curator: Browser, kind: str, heading: str):
    section = make_section("guides")
    curator.get("/kb/articles/new")
    begun = curator.submit(
        "/kb/articles/new", {"title": "Fill it", "kind": kind, "section_id": str(section.id), "audience": "public"}
    )
    assert begun.location.endswith("/edit")
    curator.get(begun.location)
    assert curator.page is not None and heading in curator.page.xpath("//input[starts-with(@name, 'title-')]/@value")
    response = curator.submit("/edit", {"then": "publish"}, status=400)
    assert "Please write something before you publish" in response.text


def test_a_thread_becomes_steps_when_the_article_is_a_how_to(curator: Browser):
    section = make_section("guides")
    thread, answer = make_solved("How do I prime it?")
    curator.get(f"/moderation/promotions/{thread.id}/promote")
    taken = {"take": [str(opening_of(thread).id), str(answer.id)], "kind": "howto", "section_id": str(section.id)}
    curator.get(curator.submit("/promote", taken).location)
    assert "Step 1" in curator.text() and "the accepted answer" in curator.text() and "word for word" in curator.text()


def test_passages_of_another_thread_are_added_to_an_article(curator: Browser, crew: Crew):
    thread, answer = make_solved("One")
    other, more = make_solved("Two")
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id)
    curator.get(f"/kb/articles/{article.id}/add")
    sections = curator.page.xpath("//main//section[h2]")
    assert [section.xpath("string(h2)") for section in sections] == ["In this article already"]
    assert sections[0].xpath("string(.//a)") == "One"
    for asked in (str(other.id), f"http://localhost{other.path}", f"/questions/{other.id}"):
        curator.get(f"/kb/articles/{article.id}/add", query_string={"thread": asked})
        assert "Clean the intake filter" in curator.text()
        curator.get(f"/kb/articles/{article.id}/add", query_string={"thread": asked})
    done = curator.submit("/add", {"take": str(more.id), f"role-{more.id}": "alternative"})
    curator.get(done.location.split("#")[0])
    curator.submit("/edit", {"then": "publish"})
    curator.get(path_of(article))
    assert "Two" in curator.text()
    assert fresh(other).article_id == article.id


def test_passages_that_cannot_be_added_keep_the_choice(curator: Browser, crew: Crew):
    article = make_article(text="Words.")
    thread, answer = make_solved("One")
    path = f"/kb/articles/{article.id}/add"
    for asked in ("nonsense", "999999", "9" * 30):
        assert "There is no thread like that" in curator.get(path, status=404, query_string={"thread": asked}).text
    chosen = {"thread": str(thread.id), "take": str(answer.id), f"revision-{answer.id}": "7"}
    assert "changed while you were choosing" in curator.post(path, chosen, 409).text
    assert "at least one passage" in curator.post(path, {"thread": str(thread.id)}, 400).text
    few, secret = make_solved("Two", category=make_category(audience="members"))
    chosen = {"thread": str(few.id), "take": str(secret.id), f"revision-{secret.id}": "1"}
    assert "Not everybody who reads the article" in curator.post(path, chosen, 400).text


def test_a_changed_post_is_named_in_the_editor_and_its_new_words_are_taken_over(curator: Browser, crew: Crew):
    thread, answer = make_solved()
    article = promote(crew.curator, thread, [answer], make_section().id)
    open_editor(curator, article)
    with unit_of_work():
        editing.edit_post(
            actor_of(crew.admin), post_id=answer.id, body=render_markdown("Clean the outlet filter."), reason="Clearer"
        )
    curator.get(f"/kb/articles/{article.id}/edit")
    assert curator.page is not None and "The post has changed since" in curator.page.text_content()
    renew = [button for button in curator.page.xpath("//button[@name='do']/@value") if button.startswith("renew:")]
    press(curator, article.id, str(renew[0]))
    assert "Clean the outlet filter." in bodies(curator)


def test_a_thread_is_linked_to_be_fixed_and_leads_there_once_it_is(app: Flask, curator: Browser, crew: Crew):
    thread, _answer = make_solved("Why does the pump hum?")
    article = make_article(title="Humming pumps")
    path = f"/moderation/promotions/{thread.id}/fix"
    curator.get(path)
    for wrong in ("", "nonsense", "/kb/none/none", "999999"):
        response = curator.submit("/fix", {"article": wrong, "note": "My note"}, status=400)
        assert "My note" in response.text
    assert "Please say what to fix" in curator.submit("/fix", {"article": str(article.id), "note": ""}, status=400).text
    linked = curator.submit("/fix", {"article": f"http://localhost{path_of(article)}", "note": "Nothing on version 5"})
    curator.get(linked.location)
    assert "Nothing on version 5" in curator.text() and "Why does the pump hum?" in curator.text()
    for page in (path_of(article), f"/kb/articles/{article.id}/edit"):
        curator.get(page)
        assert "to fix" in curator.text().lower(), page
    Browser(app).get(path_of(article))
    curator.get(linked.location)
    curator.submit("/done", {})
    visitor = Browser(app)
    visitor.get(thread.path)
    assert "Humming pumps" in visitor.text()
    curator.get(linked.location)
    curator.submit("/open", {})
    visitor.get(thread.path)
    assert "Humming pumps" not in visitor.text()
    curator.get(path)
    assert curator.submit("/fix", {"like": str(article.id), "note": "Again"}, status=409)


PAGES = ["/kb/articles/{a}/edit", "/kb/articles/{a}/add", "/kb/articles/{a}/add?thread={t}", "/kb/articles/{a}/fixes",
         "/moderation/promotions/{t}/fix"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_drafting_are_well_formed_and_closed_to_others(app: Flask, curator: Browser, crew: Crew, path: str):
    article, (thread, _answer) = make_article(), make_solved()
    real = path.format(a=article.id, t=thread.id)
    curator.get(real)
    assert Browser(app).sign_in(crew.member).client.get(real).status_code in (403, 404)
    assert Browser(app).client.get(real).status_code == 302
    secret = make_article(audience="staff")
    if "{a}" in path:
        curator.get(path.format(a=secret.id, t=thread.id), status=404)


def test_no_fix_is_an_empty_page_that_says_what_it_is_for(curator: Browser):
    article = make_article()
    curator.get(f"/kb/articles/{article.id}/fixes")
    assert "Nothing to fix" in curator.text()


def test_the_licence_is_named_beside_passages_and_in_the_credits(app: Flask, curator: Browser, crew: Crew):
    thread, answer = make_solved()
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id)
    assert "CC BY-SA 4.0" not in curator.get(path_of(article)).text
    before = app.extensions["settings"]
    app.extensions["settings"] = Settings(**{**before.__dict__, "content_licence": "CC BY-SA 4.0"})
    try:
        assert "CC BY-SA 4.0" in curator.get(path_of(article)).text
        assert "CC BY-SA 4.0" in curator.get(f"/kb/articles/{article.id}/edit").text
    finally:
        app.extensions["settings"] = before


def test_the_editor_costs_the_same_for_many_blocks(curator: Browser, crew: Crew):
    thread, answer = make_solved()
    article = promote(crew.curator, thread, [answer], make_section().id)
    with count_queries() as few:
        curator.get(f"/kb/articles/{article.id}/edit")
    save_as(crew.agent, article, 1, "".join(f"## Part {n}\n\nWords.\n\n" for n in range(40)))
    with assert_queries(at_most=min(len(few), 14)):
        curator.get(f"/kb/articles/{article.id}/edit")
