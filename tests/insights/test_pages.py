"""The insights page, the lists behind its numbers and its files: the same everywhere, for those who may see it."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import lxml.html
import pytest

from app.core.actor import Role
from app.insights.metrics import METRICS
from app.insights.queries.listing import PER_PAGE
from app.insights.tables import TABLES
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import make_category, make_person, make_question
from tests.insights.community import Community, make_community
from tests.saved import Saved, saved_rows

SCOPES = ("", "period=all&category=looms", "period=1d")
PAGES = ("/insights", "/insights/list/solved", "/insights/list/solved.csv", "/insights/figures.csv")


_community: Saved[Any] = Saved()  # written once for this file


@pytest.fixture
def community(app) -> Community:
    return saved_rows(_community, make_community)


@pytest.fixture
def lead(browser: Browser, community: Community) -> Browser:
    return browser.sign_in(community.lead)


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def listed(browser: Browser, path: str) -> list[str]:
    """The titles of all pages of a list."""
    titles: list[str] = []
    while path:
        browser.get(path)
        titles += browser.page.xpath("//main//table//td[1]/a/text()")
        following = browser.page.xpath("//nav[@aria-label='Pages']//a[@rel='next']/@href")
        path = following[0] if following else ""
    return titles


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("role", "status"), [(Role.STAFF, 200), (Role.MODERATOR, 200), (Role.ADMIN, 200), (Role.MEMBER, 404)])
def test_staff_moderators_and_admins_see_insights(browser, role, status, path):
    browser.sign_in(make_person(role=role))
    browser.get(path, status=status)


@pytest.mark.parametrize("path", PAGES)
def test_visitors_are_asked_to_sign_in(client, path):
    assert client.get(path).status_code == 302


def test_the_page_begins_with_one_sentence_in_which_every_number_is_a_link(lead):
    lead.get("/insights")
    sentence = lead.page.xpath("//p[@class='insights-lead']")[0]
    assert " ".join(sentence.text_content().split()) == "3 of 9 questions asked in the last 90 days are solved; 1 more probably."
    assert [a.text for a in sentence.xpath(".//a")] == ["3", "9", "1"]
    assert "lies between 33 % (somebody confirmed it) and 44 %" in lead.text()


@pytest.mark.parametrize("query", SCOPES)
def test_every_number_of_the_page_leads_to_as_many_questions(lead, query):
    """Whatever links to a list and reads as a whole number counts exactly the questions of that list."""
    lead.get(f"/insights?{query}")
    links = {
        (a.get("href"), a.text_content().strip()) for a in lead.page.xpath("//main//a[starts-with(@href, '/insights/list/')]")
    }
    assert len(links) > 25 or query == "period=1d"
    counted = 0
    for href, text in links:
        key = urlsplit(href).path.rpartition("/")[2]
        if text.isdigit() and METRICS[key].unit != "people":
            assert len(listed(lead, href)) == int(text), href
            counted += 1
    assert counted > 15 or query == "period=1d"


@pytest.mark.parametrize("query", ["", "period=365d&category=printers", "period=all&category=looms&tag=noise"])
def test_figure_list_file_and_program_say_the_same(lead, query):
    for key in METRICS:
        body = lead.client.get(f"/api/v1/insights/{key}?{query}").json
        rows = read_csv(lead.client.get(f"/insights/list/{key}.csv?{query}").text)
        titles = listed(lead, f"/insights/list/{key}?{query}")
        figure = body["figure"]
        assert figure["n"] == len(titles) == len(rows) == len(body["questions"]), key
        assert [row["title"].removeprefix("'") for row in rows] == titles == [q["title"] for q in body["questions"]], key
        if figure["unit"] == "people":
            assert figure["value"] == sum(int(row["counts_for"]) for row in rows), key
        if figure["unit"] == "count":
            assert figure["value"] == len(rows), key
        if figure["of"]:
            assert figure["value"] == pytest.approx(len(rows) / figure["of"]), key


def test_the_page_has_every_figure_of_the_registry_explained(lead):
    lead.get("/insights")
    explained = " ".join(lead.page.xpath("//details[contains(@class,'counted')]")[n].text_content() for n in range(5))
    for metric in METRICS.values():
        assert metric.title in explained and metric.formula in explained and metric.source in explained, metric.key


def test_long_lists_have_pages(lead, community):
    for _ in range(PER_PAGE):
        make_question(category=community.printers)
    lead.get("/insights/list/questions")
    assert len(lead.page.xpath("//tbody/tr")) == PER_PAGE
    assert len(listed(lead, "/insights/list/questions")) == PER_PAGE + 9
    lead.get("/insights/list/questions?page=9", status=404)
    lead.get("/insights/list/questions?page=x", status=404)


def test_moderators_do_not_count_what_only_staff_may_read(browser, community):
    browser.sign_in(make_person(role=Role.MODERATOR))
    browser.get("/insights?period=all")
    assert "secret" not in browser.text().lower()
    assert "What is the secret plan?" not in listed(browser, "/insights/list/questions?period=all")
    browser.get("/insights?category=secret", status=400)
    assert "There is no such category." in browser.text()


def test_staff_counts_everything_it_may_read(lead):
    assert "What is the secret plan?" in listed(lead, "/insights/list/questions?period=all")


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("period=soon", "period", "choose a period"),
        ("period=custom&from=2026-02-31", "from", "year-month-day"),
        ("period=custom&from=2026-02-03&to=2026-02-01", "to", "before the first"),
        ("category=nowhere", "category", "no such category"),
        ("tag=nothing", "tag", "tagged so"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_kept(lead, query, field, message):
    lead.get(f"/insights?{query}", status=400)
    control = lead.page.xpath(f"//*[@name='{field}' and @aria-invalid='true']")[0]
    assert message in lead.page.get_element_by_id(control.get("aria-describedby")).text_content()
    typed = parse_qs(query)[field][0]
    assert field in ("period", "category") or control.get("value") == typed
    assert not lead.page.xpath("//p[@class='insights-lead']")
    lead.get(f"/insights/list/solved?{query}", status=400)
    lead.get(f"/insights/figures.csv?{query}", status=400)


def test_own_days_are_chosen_in_a_form_of_their_own(lead):
    lead.get("/insights?period=custom&from=2026-01-05&to=2026-01-11&category=looms")
    assert lead.page.xpath("//details[@open]//input[@name='from']/@value") == ["2026-01-05"]
    assert lead.page.xpath("//select[@name='period']/option[@selected]/@value") == ["2026-01-05..2026-01-11"]
    assert "No questions from 5 January 2026 to 11 January 2026 in Looms" in lead.text()


def test_an_empty_site_says_what_to_do(browser):
    make_category()
    browser.sign_in(make_person(role=Role.ADMIN))
    browser.get("/insights?period=all")
    assert "Figures appear once somebody asks:" in browser.text() and "Choose a longer time" not in browser.text()
    assert browser.page.xpath("//main//a[text()='Ask the first question']/@href") == ["/ask"]
    browser.get("/insights")
    assert "Choose a longer time" in browser.text()
    browser.get("/insights/list/solved")
    assert "No question is counted here." in browser.text()


def test_what_waits_is_shown_even_where_nothing_was_asked(lead):
    lead.get("/insights?period=1d&category=printers")
    text = lead.text()
    assert "No questions today in Printers" in text
    lead.get("/insights?period=custom&from=2020-01-01&to=2020-01-31")
    assert "questions wait for an answer at this moment, whenever asked." in lead.text()


def test_charts_are_svg_by_attributes_with_a_title_and_a_table_beside(lead):
    text = lead.get("/insights").text
    charts = lead.page.xpath("//svg[contains(@class,'chart')]")
    assert len(charts) == 3
    for chart in charts:
        name = chart.get("aria-labelledby")
        assert lead.page.get_element_by_id(name).text_content().strip()
        assert chart.xpath("ancestor::div[contains(@class,'chart-pair')]//table")
    assert "style=" not in text and "onload" not in text


def test_categories_tags_and_helpers_narrow_the_page(lead):
    lead.get("/insights")
    names = [a.text for a in lead.page.xpath("//section[@id='categories']//tbody//th/a")]
    assert names == ["Looms", "Printers", "Secret"]
    lead.get(lead.page.xpath("//section[@id='categories']//tbody//th/a[text()='Printers']/@href")[0])
    assert "questions in Printers asked in the last 90 days are solved" in lead.text()
    assert not lead.page.xpath("//section[@id='categories']")
    assert [a.text for a in lead.page.xpath("//section[@id='tags']//tbody//th/a")] == ["noise"]
    rows = lead.page.xpath("//section[@id='helpers']//tbody/tr")
    assert [" ".join(row.text_content().split()) for row in rows] == ["Tom2", "Stella Staff1"]
    path = rows[0].xpath("./td[last()]/a/@href")[0]
    assert sorted(listed(lead, path)) == ["Why does printer 1 hum?", "Why does printer 2 hum?"]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_a_file(lead, table):
    response = lead.get(f"/insights/{table}.csv?period=all")
    assert response.mimetype == "text/csv" and response.text.startswith("\ufeff")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{table}-all.csv"'
    assert response.headers["Cache-Control"] == "private, no-store"
    rows = read_csv(response.text)
    assert rows and list(rows[0]) == list(TABLES[table][0])
    assert None not in rows[0], "no cell without a column"
    if table == "figures":
        assert [row["figure"] for row in rows] == sorted(METRICS, key=[row["figure"] for row in rows].index)
        assert {row["figure"] for row in rows} == set(METRICS)


def test_titles_cannot_become_formulas(lead):
    text = lead.get("/insights/list/likely_solved.csv").text
    assert "'=HYPERLINK(1) prints nothing, why?" in text


def test_there_are_no_other_figures_and_tables(lead):
    for path in ("/insights/list/nothing", "/insights/list/nothing.csv", "/insights/nothing.csv", "/api/v1/insights/nothing"):
        lead.get(path, status=404)


def test_the_page_costs_a_few_statements_whatever_there_is(lead, community):
    lead.get("/insights")
    with assert_queries(13):  # session, notifications, categories of the form, and the figures
        lead.get("/insights?period=90d")
    with assert_queries(6):
        lead.get("/insights/list/solved?period=90d")
    for number in range(12):
        category = make_category(f"more-{number}")
        make_question(category=category, tags=(f"tag-{number}",))
    with assert_queries(13):
        lead.get("/insights?period=90d")


def test_the_top_bar_leads_here(lead, browser):
    lead.get("/questions")
    assert lead.page.xpath("//header//a[@href='/insights']")
    browser = Browser(lead.app).sign_in(make_person())
    browser.get("/questions")
    assert not browser.page.xpath("//header//a[@href='/insights']")


def test_only_insights_pages_load_its_style_sheet(lead):
    def sheets(path: str) -> list[str]:
        page = lxml.html.document_fromstring(lead.client.get(path).text)
        return [href.rpartition("/")[2] for href in page.xpath("//link[@rel='stylesheet']/@href")]

    assert sheets("/insights") == ["site.css", "member.css", "insights.css"] and sheets("/questions") == [
        "site.css",
        "member.css",
    ]
    assert lead.client.get(_asset(lead)).mimetype == "text/css"


def _asset(browser: Browser) -> str:
    browser.get("/insights")
    return str(browser.page.xpath("//link[contains(@href,'insights.css')]/@href")[0])
