"""Pages for readers: addresses, what they show to whom, structured data, the feed, and what they cost."""

from __future__ import annotations

import json
from typing import Any

import lxml.etree
import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Person
from app.core.db import db
from app.core.markup import render_markdown
from app.core.uow import require_unit_of_work, unit_of_work
from app.forum.services import curating
from app.jobs.worker import run_until_idle
from app.kb.jobs import recount_texts
from app.kb.models import Article
from app.kb.presenters import name_posts
from app.kb.queries.sources import Credit
from app.kb.services import publishing
from app.kb.services.publishing import publish
from app.kb.services.writing import ArticleText, save_revision
from app.pageviews.queries import total_views
from app.pageviews.recorder import flush
from app.search.sync import rebuild
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import make_answer, make_article, make_category, make_person, make_question, make_section, make_thread
from tests.kb.conftest import Crew
from tests.kb.samples import FIREFOX, add_views, change, fresh, make_solved, path_of, place, promote_and_publish, source_of, text

LONG_TEXT = "## First\n\nOne.\n\n## Second\n\nTwo.\n\n### Third\n\nThree.\n\n![photo](/uploads/a.png)"


def data_of(page: str, kind: str) -> dict[str, Any]:
    document = lxml.html.document_fromstring(page)
    found = [json.loads(node.text_content()) for node in document.xpath("//script[@type='application/ld+json']")]
    return next(data for data in found if data["@type"] == kind)


def test_an_article_shows_everything_a_reader_needs(browser: Browser, crew: Crew):
    top = make_section("guides", title="Guides")
    section = make_section("pumps", title="Pumps", parent_id=top.id)
    thread, answer = make_solved("Why does the pump hum?", author=make_person("asker"))
    article = promote_and_publish(crew.curator, thread, [answer], section.id, title="Silence a noisy pump")
    change(article, summary="For everybody with an AB-1.", applies_to="AB-1, all versions")
    browser.get(path_of(article))
    words = browser.text()
    for expected in (
        "Silence a noisy pump", "For everybody with an AB-1.", "AB-1, all versions", "last confirmed", "Built from answers by",
        "Also asked as", "Why does the pump hum?", "Was this helpful?", "Still stuck?", "Guides", "Pumps",
    ):  # fmt: skip
        assert expected in words, expected
    assert browser.page is not None
    assert browser.page.xpath(f"//footer//a[@href='/posts/{answer.id}']")
    assert not browser.page.xpath("//a[contains(@href, '/edit')]")


def test_three_headings_make_a_table_of_contents_and_two_do_not(browser: Browser):
    browser.get(path_of(make_article(text=LONG_TEXT)))
    assert browser.page is not None
    anchors = [a.get("href") for a in browser.page.xpath("//nav[contains(@class, 'toc-wide')]//a")]
    assert anchors == ["#h-first", "#h-second", "#h-third"] and browser.page.get_element_by_id("h-second") is not None
    browser.get(path_of(make_article(text="## First\n\nOne.\n\n## Second\n\nTwo.")))
    assert not browser.page.xpath("//nav[contains(@class, 'toc')]")


def test_structured_data_names_the_people_and_the_way_here(browser: Browser, crew: Crew):
    top = make_section("guides", title="Guides")
    section = make_section("pumps", title="Pumps", parent_id=top.id)
    thread, answer = make_solved(author=make_person("asker"))
    article = promote_and_publish(crew.curator, thread, [answer], section.id, title="Silence </script> a noisy pump")
    page = browser.get(path_of(article)).text
    data = data_of(page, "Article")
    helpers = {person["name"] for person in data["author"]}
    assert data["headline"] == "Silence </script> a noisy pump" and helpers >= {"Asker"} and len(helpers) == 2
    assert data["dateModified"].endswith("Z") and data["datePublished"].endswith("Z")
    assert data["mainEntityOfPage"] == f"http://community.test{path_of(article)}"
    crumbs = data_of(page, "BreadcrumbList")["itemListElement"]
    assert [item["name"] for item in crumbs] == ["Knowledge base", "Guides", "Pumps", article.title]


def test_old_addresses_lead_to_the_present_one_for_good(client: FlaskClient, crew: Crew):
    article = make_article("Priming the pump", section=make_section("first"))
    old = path_of(article)
    other = make_section("other")
    with unit_of_work():
        save_revision(
            crew.agent,
            article_id=article.id,
            base_revision=1,
            place=place(other.id, slug="priming"),
            text=text("Priming the pump"),
        )
    for address in (old, f"/kb/other/{old.rsplit('/', 1)[1]}", "/kb/first/priming", f"/kb/articles/{article.id}"):
        answer = client.get(address)
        assert (answer.status_code, answer.location) == (301, "/kb/other/priming"), address
    assert client.get("/kb/other/priming").status_code == 200


def test_an_old_address_of_a_hidden_article_tells_nothing(client: FlaskClient, crew: Crew):
    article = make_article("Secret runbook", audience="staff", section=make_section("first"))
    old = path_of(article)
    other = make_section("other")
    with unit_of_work():
        save_revision(
            crew.agent,
            article_id=article.id,
            base_revision=1,
            place=place(other.id, "staff", "moved"),
            text=text("Secret runbook"),
        )
    for address in (old, "/kb/other/moved", "/kb/first/moved", f"/kb/articles/{article.id}"):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize(
    "address",
    [
        "/kb/nothing",
        "/kb/nothing/here",
        "/kb/a/b/c",
        "/kb/guides?page=2",
        "/kb/guides?page=x",
        "/kb/articles/99999999999999999999",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, address: str):
    make_article(section=make_section("guides"))
    assert client.get(address).status_code == 404


def test_an_archived_article_says_so_and_stays_out_of_search_engines(browser: Browser):
    article = make_article(state="archived", section=make_section("first"), owner=make_person("keeper"))
    page = browser.get(path_of(article)).text
    assert "nobody keeps it any more" in page and "kept by" not in page
    assert "This article is archived" in page and 'content="noindex' in page and "application/ld+json" not in page
    assert "Was this helpful?" not in page
    browser.get("/kb/first", status=404)


def test_the_home_of_the_knowledge_base_shows_tree_popular_and_new(browser: Browser):
    top = make_section("guides", title="Guides")
    below = make_section("pumps", title="Pumps", parent_id=top.id)
    popular = make_article("Read by many", section=below)
    make_article("Brand new", section=top)
    add_views(popular, 500, kind="article")
    browser.get("/kb")
    words = browser.text()
    assert "Guides" in words and "2 articles" in words and "Pumps" in words and "Brand new" in words
    assert browser.page is not None
    assert browser.page.xpath("//aside//a")[0].text_content() == "Read by many"


def test_an_empty_knowledge_base_explains_itself(browser: Browser):
    browser.get("/kb")
    assert "No articles yet" in browser.text()


def test_long_sections_have_pages(browser: Browser):
    section = make_section("guides")
    for number in range(31):
        make_article(f"Guide {number:02}", section=section)
    browser.get("/kb/guides")
    assert "Guide 29" in browser.text()
    browser.get("/kb/guides?page=2")
    assert "Guide 30" in browser.text() and "Guide 00" not in browser.text()
    browser.get("/kb/guides?page=3", status=404)


def test_visitors_get_an_article_in_ten_statements(client: FlaskClient, crew: Crew):
    for number in range(4):
        make_article(f"Pump guide {number} about humming")
        make_question(title=f"Pump number {number} is humming again")
    thread, answer = make_solved("Why does the pump hum?")
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id, title="Silence a humming pump")
    rebuild()
    path = path_of(article)
    db.session.remove()
    with assert_queries(at_most=10):
        page = client.get(path, headers=FIREFOX)
    assert "Related articles" in page.text and "Related questions" in page.text


def test_lists_cost_a_fixed_number_of_statements(client: FlaskClient):
    section = make_section("guides")
    for _ in range(8):
        make_article(section=section)
    db.session.remove()
    with assert_queries(at_most=5):
        client.get("/kb")
    with assert_queries(at_most=5):
        client.get("/kb/guides")


def test_readers_are_counted_but_not_the_owner_nor_programs(client: FlaskClient, crew: Crew):
    article = make_article(owner=crew.staff)
    client.get(path_of(article), headers=FIREFOX)
    client.get(path_of(article), headers=FIREFOX)
    client.get(path_of(article), headers={"User-Agent": "Googlebot"})
    browser = Browser(client.application).sign_in(crew.staff)
    browser.get(path_of(article), headers=FIREFOX)
    flush()
    assert total_views("article", [article.id]) == {article.id: 1}


def test_a_visitor_is_told_when_nothing_changed(client: FlaskClient):
    article = make_article()
    first = client.get(path_of(article))
    assert client.get(path_of(article), headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_feed_is_valid_atom_with_whole_texts(client: FlaskClient):
    make_article("Bread & <butter>", text="## One\n\nTwo & three.")
    answer = client.get("/kb/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    root = lxml.etree.fromstring(answer.data)
    name = {"a": "http://www.w3.org/2005/Atom"}
    assert root.xpath("a:entry/a:title/text()", namespaces=name) == ["Bread & <butter>"]
    assert "Two &amp; three." in root.xpath("a:entry/a:content/text()", namespaces=name)[0]
    assert len(root.xpath("a:entry/a:id", namespaces=name)) == 1


CANARY = "Zanzibarquokka"
BAIT = "lighthousekeeping"


def every_page(article: Article, section: str, thread_path: str) -> list[str]:
    return [
        "/", "/kb", f"/kb/{section}", f"/kb/{section}/{article.slug}", f"/kb/articles/{article.id}", "/kb/feed.atom",
        "/feed.atom",
        "/sitemap.xml", f"/search?q={BAIT}", f"/search/suggest?q={BAIT}", thread_path, "/kb/other/public-guide",
        f"/kb/{section}/{article.slug}?thanks=no", f"/kb/articles/{article.id}/history", f"/kb/articles/{article.id}/sources",
        f"/kb/articles/{article.id}/edit", "/moderation/promotions", "/kb/articles", "/kb/sections",
    ]  # fmt: skip


@pytest.mark.parametrize("audience", ["staff", "members"])
@pytest.mark.parametrize("state", ["published", "archived", "draft"])
def test_text_for_few_appears_nowhere_for_others(app: Flask, crew: Crew, audience: str, state: str):
    make_article("Public guide", text="About pumps.", section=make_section("other", title="Other"), slug="public-guide")
    section = make_section("runbooks", title=f"{CANARY} section")
    thread, answer = make_solved(
        f"{CANARY} question", text=f"{CANARY} asks about {BAIT}", category=make_category(audience=audience)
    )
    article = promote_and_publish(crew.agent, thread, [answer], section.id, title=f"{CANARY} {BAIT}", audience=audience)
    change(article, summary=f"{CANARY} summary", state=state)
    run_until_idle()
    outsiders = [
        Browser(app),
        *([Browser(app).sign_in(crew.member), Browser(app).sign_in(crew.moderator)] if audience == "staff" else []),
    ]
    for outsider in outsiders:
        for path in every_page(article, section.slug, thread.path):
            answer_ = outsider.client.get(path, headers=FIREFOX)
            title_for_moderators = path in ("/kb/sections", "/kb/runbooks") and outsider is outsiders[-1]
            assert answer_.status_code < 500, path
            assert title_for_moderators or CANARY not in answer_.text, path
            assert CANARY not in (answer_.headers.get("Location") or "")


def test_the_credits_say_what_the_posts_are(browser: Browser, crew: Crew):
    thread, answer = make_solved("Why does the pump hum?", author=make_person("asker"))
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id, title="Silence a noisy pump")
    assert "Built from answers by" in browser.get(path_of(article)).text
    with unit_of_work():
        curating.hide_post(crew.curator, post_id=answer.id, reason="Personal data")
    browser.get(path_of(article))
    assert "Built from a question by Asker (post), in Why does the pump hum?." in browser.text()
    talk = make_thread(kind="discussion", title="What pumps say")
    reply = make_answer(talk, author=make_person("talker"))
    told = promote_and_publish(crew.curator, talk, [reply], article.section_id, title="What pumps tell")
    browser.get(path_of(told))
    assert "Built from posts by Talker (post), in What pumps say." in browser.text()


@pytest.mark.parametrize(
    ("posts", "named"),
    [
        ([("answer", "solution", "question"), ("opening", "problem", "question")], "answers"),
        ([("opening", "problem", "question")], "questions"), ([("opening", "solution", "question")], "posts"),
        ([("reply", "other", "discussion")], "posts"), ([("opening", "problem", "discussion")], "posts"),
        ([("answer", "solution", "question"), ("reply", "other", "discussion")], "posts"),
    ],
)  # fmt: skip
def test_what_the_posts_of_contributors_are_called(posts: list[tuple[str, str, str]], named: str):
    credits = [
        Credit(
            post_id=1, post_kind=kind, role=role, path="", author_name="", author_display_name="", author_path="", thread_id=1,
            thread_kind=thread, thread_title="", thread_path="",
        )
        for kind, role, thread in posts
    ]  # fmt: skip
    assert name_posts(credits) == named


def test_a_source_that_readers_cannot_see_is_not_credited(browser: Browser, crew: Crew):
    thread, answer = make_solved("A question with a telling title")
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id, title="Silence a noisy pump")
    change(article, asked_as="")
    change(thread, category_id=make_category(audience="staff").id)
    page = browser.get(path_of(article)).text
    assert "telling title" not in page and "Built from answers" not in page


def built_with_a_line(crew: Crew, kind: str = "solution") -> tuple[Article, Any]:
    """A published article whose stored text credits an answer, as those of earlier versions do."""
    thread, answer = make_solved()
    article = promote_and_publish(crew.curator, thread, [answer], make_section(f"of-{kind}").id)
    said = f"## Solution\n\nPrime it.\n\n*From the accepted answer by [Tom Old](/posts/{answer.id}).*"
    html = render_markdown(said, top_level=2)
    change(article, body_html=str(html.html), body_text=html.text, kind=kind)
    return article, answer


def test_the_line_below_a_passage_follows_its_post(browser: Browser, crew: Crew):
    article, answer = built_with_a_line(crew)
    author = db.session.get_one(Person, answer.author_id)
    change(author, display_name="Tom New")
    browser.get(path_of(article))
    assert "From the answer by Tom New." in browser.text() and "accepted" not in browser.text()
    change(answer, author_id=None), change(source_of(article, answer), author_id=None)
    browser.get(path_of(article))
    assert "From the answer by somebody who left." in browser.text() and "Tom" not in browser.text()
    with unit_of_work():
        curating.hide_post(crew.curator, post_id=answer.id, reason="Private data")
    page = browser.get(path_of(article)).text
    assert "Prime it." in page and "From the answer" not in page and f"/posts/{answer.id}" not in page


def test_where_nobody_looks_up_the_posts_such_lines_are_left_out(client: FlaskClient, browser: Browser, crew: Crew):
    article, _answer = built_with_a_line(crew, "faq")
    for path in ("/kb/feed.atom", "/feed.atom", "/kb/of-faq"):
        assert "Prime it." in client.get(path).text and "Tom Old" not in client.get(path).text
    assert "Tom Old" in fresh(article).body_text
    assert recount_texts() == 1 and fresh(article).body_text == "Solution: Prime it."
    assert recount_texts() == 0


def test_nobody_waits_while_texts_are_compared(crew: Crew, monkeypatch: pytest.MonkeyPatch):
    article, _answer = built_with_a_line(crew)
    compared: list[str] = []

    def compare(html: str) -> str:
        with pytest.raises(RuntimeError, match="unit_of_work"):
            require_unit_of_work()
        compared.append(html)
        return fresh(article).body_text

    monkeypatch.setattr(publishing, "plain_text", compare)
    assert recount_texts() == 0 and compared == [fresh(article).body_html]


def test_a_new_text_is_searched_without_such_lines(crew: Crew):
    article, answer = built_with_a_line(crew)
    body = render_markdown(f"Oil it.\n\n*From the answer by [Tom Old](/posts/{answer.id}).*", top_level=2)
    with unit_of_work():
        save_revision(
            crew.agent, article_id=article.id, base_revision=1, place=place(article.section_id), text=ArticleText("Oil", body)
        )
        publish(crew.agent, article_id=article.id)
    assert fresh(article).body_text == "Oil it." and "Tom Old" in fresh(article).body_html
