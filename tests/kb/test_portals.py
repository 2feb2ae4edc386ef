"""Sections as portals: FAQ with their answers in place, most read and newest, languages, and what leads from one to another."""

from __future__ import annotations

import lxml.html
import pytest
from flask.testing import FlaskClient

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.kb.models import Article
from app.pageviews.models import PageviewTotal
from app.search.sync import rebuild
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import make_article, make_question, make_section
from tests.kb.conftest import Crew
from tests.kb.samples import change, make_solved, path_of, promote_and_publish


def read(article: Article, views: int) -> None:
    with unit_of_work():
        db.session.add(PageviewTotal(kind="article", target_id=article.id, views=views))


def test_faq_stand_below_the_articles_with_their_answers(browser: Browser):
    section = make_section("pumps", title="Pumps")
    for title in ("Zinc anodes", "A guide"):
        make_article(title, section=section)
    first = make_article("Is it loud?", text="Not **at all**.", section=section)
    second = make_article("Does it float?", text="It sinks.", section=section)
    for one in (first, second):
        change(one, kind="faq")
    change(second, language="de")
    browser.get("/kb/pumps")
    assert browser.page is not None
    assert browser.page.xpath("//li[contains(@class, 'article-row')]//h2/a/text()") == ["A guide", "Zinc anodes"]
    assert browser.page.xpath("//details[contains(@class, 'faq')]//h3/text()") == ["Is it loud?", "Does it float?"]
    assert browser.page.xpath("//details//strong/text()") == ["at all"]
    assert browser.page.xpath("//details[@lang='de']//h3/text()") == ["Does it float?"]
    assert browser.page.xpath(f"//details//a[@href='{path_of(first)}']")


@pytest.mark.parametrize(("audience", "seen"), [("staff", False), ("members", False), ("public", True)])
def test_answers_are_for_those_who_may_read_them(client: FlaskClient, audience: str, seen: bool):
    section = make_section("pumps", title="Pumps")
    make_article("Is it loud?", text="Only in winter.", section=section)
    secret = make_article("The canary question", text="The canary answer.", section=section, audience=audience)
    change(secret, kind="faq")
    page = client.get("/kb/pumps").text
    assert ("canary answer" in page) is seen and ("canary question" in page) is seen


def test_drafts_and_archived_answers_are_not_shown(client: FlaskClient):
    section = make_section("pumps", title="Pumps")
    make_article("Is it loud?", section=section)
    for state in ("draft", "archived"):
        change(make_article(f"A {state} question", state=state, section=section), kind="faq")
    page = client.get("/kb/pumps").text
    assert "draft question" not in page and "archived question" not in page


def test_a_long_faq_goes_on_on_the_next_page(client: FlaskClient):
    section = make_section("pumps", title="Pumps")
    for number in range(32):
        change(make_article(f"Question {number:02}?", text=f"Answer {number:02}.", section=section), kind="faq")
    first, second = client.get("/kb/pumps").text, client.get("/kb/pumps?page=2").text
    assert "Answer 29." in first and "Answer 30." not in first and "Answer 31." in second
    assert client.get("/kb/pumps?page=3").status_code == 404


def test_a_section_says_what_is_read_most_and_new_in_it_and_below(browser: Browser):
    top = make_section("guides", title="Guides")
    pumps, other = make_section("pumps", title="Pumps", parent_id=top.id), make_section("other", title="Other")
    articles = [make_article(f"Article {number}", section=pumps) for number in range(6)]
    elsewhere = make_article("Elsewhere", section=other)
    read(articles[3], 50)
    read(articles[1], 20)
    read(elsewhere, 90)
    change(articles[5], published_at=now())
    browser.get("/kb/guides")
    assert browser.page is not None
    lists = [[a.text for a in box.xpath(".//ul/li/a")] for box in browser.page.xpath("//aside//section")]
    assert lists[0][:2] == ["Article 3", "Article 1"] and lists[1][0] == "Article 5"
    assert all("Elsewhere" not in found for found in lists)
    browser.get("/kb/other")
    assert "Most read here" not in browser.text()


def test_an_article_leads_to_what_is_read_most_beside_it(browser: Browser):
    section = make_section("pumps", title="Pumps")
    article = make_article("How to prime a pump", section=section)
    beside = make_article("Winter storage", section=section)
    hidden = make_article("Staff storage", section=section, audience="staff")
    read(beside, 9)
    read(hidden, 99)
    browser.get(path_of(article))
    assert browser.page is not None
    assert "Most read in “Pumps”" in browser.text() and browser.page.xpath(f"//section//a[@href='{path_of(beside)}']")
    assert "Staff storage" not in browser.text()


def test_the_language_of_an_article_is_told_to_programs(browser: Browser):
    article = make_article("Wie laut ist die Pumpe?", text="Gar nicht.")
    change(article, language="de")
    browser.get(path_of(article))
    assert browser.page is not None and browser.page.xpath("//article[@lang='de']")
    browser.get("/kb")
    title = browser.page.xpath("//li[contains(@class, 'article-row')]//a[@lang='de']")
    assert [link.text_content() for link in title] == ["Wie laut ist die Pumpe?"], "screen readers would read it as English"


def test_who_asks_sees_checked_articles_first_with_their_answer(client: FlaskClient, crew: Crew):
    make_question(title="Why does the pump hum at night?")
    make_question(title="The pump hums at night again")
    make_article("The pump hums", text="Clean the intake filter at night.")
    rebuild()
    page = client.get("/ask/similar?title=Why+does+the+pump+hum+at+night").text
    assert page.index(">The pump hums<") < page.index("Why does the pump hum at night?")
    assert "Clean the intake filter" in page


def test_a_question_leads_to_related_articles_first(browser: Browser):
    thread = make_question(title="Why does the pump hum at night?", text="The pump hums at night, every night.")
    make_question(title="The pump hums at night again", text="The pump hums at night, every night.")
    make_article("Silence a pump that hums", text="Clean the filter of the pump.")
    rebuild()
    browser.get(thread.path)
    assert browser.page is not None
    assert browser.page.xpath("//aside//ul[contains(@class, 'related')]/li/a/text()")[0] == "Silence a pump that hums"


def test_a_section_costs_the_same_with_many_articles(client: FlaskClient):
    section = make_section("pumps", title="Pumps")
    for number in range(12):
        change(make_article(f"Question {number}?", section=section), kind="faq")
    client.get("/kb/pumps")
    with assert_queries(6):
        client.get("/kb/pumps")


def test_a_page_of_results_takes_three_statements_and_shows_a_maintained_thread_under_its_article(
    client: FlaskClient, crew: Crew
):
    thread, answer = make_solved("Why does the pump hum?", tags=("pump",))
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id, title="Silence a noisy pump")
    for number in range(12):
        make_question(title=f"The pump hums since day {number}")
    rebuild()
    for path in ("/search?q=why+does+the+pump+hum", "/search?q=pump&page=2", "/search?q=pump+is:solved&sort=votes"):
        with assert_queries(at_most=3):
            assert client.get(path).status_code == 200
    page = lxml.html.document_fromstring(client.get("/search?q=why+does+the+pump+hum").text)
    assert page.xpath("//li[contains(@class, 'result')]/h2/a/@href")[0] == path_of(article)
    assert page.xpath(f"//li[1]//div[@class='covered']//a[@href='{thread.path}']")
    assert not page.xpath(f"//h2/a[@href='{thread.path}']")
    assert thread.path not in client.get("/search?q=pump&page=2").text
