"""Knowledge figures: right in a community that can be counted by hand, the same as page, list, file and API, and only for some."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import SYSTEM, Actor, Role
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.insights.charts import Column, pareto_chart
from app.insights.cohorts import Subject
from app.insights.knowledge_metrics import ALL_METRICS, KNOWLEDGE
from app.insights.knowledge_tables import KNOWLEDGE_TABLES
from app.insights.measures import Unit
from app.insights.metrics import METRICS
from app.insights.period import parse_period
from app.insights.queries.knowledge import Knowledge, load_knowledge, load_reuse
from app.insights.queries.scopes import find_scope
from app.insights.scope import Scope
from app.kb.models import Article, ArticleFix
from tests.asserts import assert_queries, count_queries
from tests.client import Browser
from tests.factories import make_article, make_category, make_person, make_question, opening_of
from tests.insights.knowledge_community import (
    DAY,
    Library,
    build_from,
    duplicate,
    lead_to,
    make_library,
    publish_at,
    read_often,
    say,
    solve,
)
from tests.saved import Saved, saved_rows

MODERATOR = Actor(id=1, role=Role.MODERATOR)
QUERIES = ("", "period=all", "period=30d&category=pumps", "period=all&tag=noise", "period=2020")
PAGES = ("/insights/knowledge", "/insights/knowledge/figures.csv", "/insights/list/link_rate", "/insights/list/articles.csv")


_library: Saved[Any] = Saved()  # written once for this file


@pytest.fixture
def library(app: Flask) -> Library:
    return saved_rows(_library, make_library)


@pytest.fixture
def lead(browser: Browser, library: Library) -> Browser:
    return browser.sign_in(library.lead)


def scope_of(word: str = "90d", actor: Actor = SYSTEM, **words: str) -> Scope:
    moment = now()
    return find_scope(actor, period=parse_period(word, moment=moment, zone=ZoneInfo("UTC")), moment=moment, **words)


def values(knowledge: Knowledge) -> dict[str, object]:
    return {key: figure.value for key, figure in knowledge.figures.items()}


def titles(key: str, scope: Scope) -> list[str]:
    return [row.title for row in KNOWLEDGE[key].iterate(scope)]


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def listed(browser: Browser, path: str) -> list[str]:
    browser.get(path)
    return list(browser.page.xpath("//main//table//td[1]/a/text()"))


def test_links_are_what_solved_questions_did_for_articles(library: Library):
    found = values(load_knowledge(scope_of()))
    assert {key: found[key] for key in ("solved_in_period", "linked", "unlinked", "link_used", "link_flagged", "link_fixed", "link_added")} == {
        "solved_in_period": 5, "linked": 4, "unlinked": 1, "link_used": 2, "link_flagged": 1, "link_fixed": 1, "link_added": 1,
    }  # fmt: skip
    assert found["link_rate"] == pytest.approx(4 / 5) and found["link_used_share"] == pytest.approx(2 / 5)
    assert titles("link_fixed", scope_of()) == ["Can I prime it with oil?"] and titles("link_added", scope_of()) == [
        "Which oil for the loom?"
    ]


def test_known_are_repeats_and_questions_that_an_older_article_answers(library: Library):
    found = values(load_knowledge(scope_of()))
    assert (found["arrivals"], found["known"], found["known_repeat"], found["known_article"], found["new_questions"]) == (
        10,
        5,
        2,
        3,
        5,
    )
    assert set(titles("known_repeat", scope_of())) == {"Slow loom, why?", "Why is the loom slow?"}, (
        "the first to ask was no repeat"
    )
    assert set(titles("known_article", scope_of())) == {"Why does the pump hum?", "Why is the pump dry?", "Is the loom thirsty?"}


def test_a_hidden_original_makes_nothing_known(library: Library):
    other = make_question(category=library.pumps, created_at=now() - 3 * DAY, hidden_at=now())
    repeat = make_question(category=library.pumps, title="A lonely repeat", created_at=now() - 2 * DAY)
    duplicate(repeat, other)
    assert "A lonely repeat" in titles("new_questions", scope_of())


def test_an_article_that_came_after_the_question_was_not_known_then(library: Library):
    late = make_question(category=library.looms, title="Before the article", created_at=now() - 21 * DAY)
    lead_to(late, library.staff, library.fresh, at=now() - DAY)
    assert "Before the article" in titles("new_questions", scope_of())


def test_uses_count_answers_of_the_period_and_say_how_few_articles_serve_most(library: Library):
    knowledge = load_knowledge(scope_of())
    found = values(knowledge)
    assert (found["articles_used"], found["article_uses"], found["questions_referred"]) == (3, 4, 3)
    assert [(row.article.title, row.uses) for row in knowledge.reuse.articles] == [
        ("Prime the pump", 2), ("Keys of the house", 1), ("Oil the loom", 1)
    ]  # fmt: skip
    assert [row.reach for row in knowledge.reuse.articles] == [0.5, 0.75, 1.0]
    assert (knowledge.reuse.few, knowledge.reuse.size, knowledge.reuse.uses) == (3, 3, 4)
    assert values(load_knowledge(scope_of("15d")))["article_uses"] == 1


def test_hidden_answers_use_nothing(library: Library):
    with unit_of_work():
        db.session.execute(sa.update(Post).where(Post.is_official.is_(True)).values(hidden_at=now()))
    found = values(load_knowledge(scope_of()))
    assert (found["articles_used"], found["article_uses"], found["link_used"], found["known_article"]) == (0, 0, 0, 0)
    assert load_reuse(scope_of()).few == 0


def test_the_time_to_an_article_knows_those_that_still_wait(library: Library):
    figures = load_knowledge(scope_of()).figures
    assert set(titles("worth_article", scope_of())) == {"Which oil for the loom?", "Why is the loom slow?", "Who made this loom?"}
    # After 40 days one of three had an article; one was dismissed after 5 days, one still waits after 70: half of the two at risk.
    assert figures["article_time"].value == pytest.approx(40 * 24, abs=1) and figures["article_time"].ended == 1
    assert figures["article_time_p90"].value is None
    assert figures["article_time_known"].value == pytest.approx(40 * 24, abs=1) and figures["became_article"].value == 1


def test_helpfulness_weighs_words_of_the_period_and_puts_the_surest_failure_first(library: Library):
    knowledge = load_knowledge(scope_of())
    figure = knowledge.figures["helpfulness"]
    assert (figure.hits, figure.of, figure.n) == (9, 12, 2) and figure.value == pytest.approx(0.75)
    assert figure.low == pytest.approx(0.4677, abs=1e-4) and figure.high == pytest.approx(0.9111, abs=1e-4)
    assert knowledge.previous["helpfulness"].value == pytest.approx(1 / 4)
    say(library.fresh, 0, 20, now() - DAY)
    assert [row.article.title for row in load_knowledge(scope_of()).judged] == ["Oil the loom", "Prime the pump"]


def test_articles_that_want_attention_are_listed_most_read_first(library: Library):
    found = values(load_knowledge(scope_of()))
    keys = ("articles", "articles_stale", "articles_changed", "articles_unowned", "articles_unused")
    assert [found[key] for key in keys] == [3, 1, 1, 2, 0]
    assert titles("articles_stale", scope_of()) == ["Prime the pump"] and titles("articles_changed", scope_of()) == [
        "Oil the loom"
    ]
    read_often("article", library.secret.id, 5)
    assert titles("articles_unowned", scope_of()) == ["Keys of the house", "Oil the loom"]
    alone = make_article("Nobody reads me")
    publish_at(alone, now() - 91 * DAY)
    assert titles("articles_unused", scope_of()) == ["Nobody reads me"]


@pytest.mark.parametrize(
    ("dates", "is_stale"),
    [
        ({}, True), ({"review_every_days": 0}, False), ({"next_review_at": 1}, False), ({"next_review_at": -1}, True),
        ({"review_every_days": 0, "next_review_at": -1}, True),
    ],
)  # fmt: skip
def test_a_date_for_another_look_goes_before_the_year(library: Library, dates: dict[str, int], is_stale: bool):
    found = {name: now() + value * DAY if name == "next_review_at" else value for name, value in dates.items()}
    publish_at(library.old, now() - 500 * DAY, verified_at=now() - 400 * DAY, needs_work_at=now(), **found)
    assert ("Prime the pump" in titles("articles_stale", scope_of())) is is_stale
    assert titles("articles_needs_work", scope_of()) == ["Prime the pump"]


def test_gaps_are_popular_solved_questions_without_an_article(library: Library):
    knowledge = load_knowledge(scope_of())
    assert [row.title for row in knowledge.gaps] == ["Why is the loom slow?"]
    assert (knowledge.figures["popular"].value, knowledge.figures["gaps"].value, knowledge.figures["gap_views"].value) == (
        2,
        1,
        31,
    )


def test_a_pinned_answer_closes_a_gap(library: Library):
    with unit_of_work():
        post = opening_of(library.gap).id
        db.session.execute(sa.update(Thread).where(Thread.id == library.gap.id).values(card_post_id=post))
    assert titles("gaps", scope_of()) == [] and "Why is the loom slow?" in titles("unlinked", scope_of())


@pytest.mark.parametrize(("state", "flagged", "fixed"), [("open", True, False), ("done", False, True), ("refused", False, False)])
def test_a_thread_that_shows_what_to_fix_flags_an_article_and_then_fixed_it(
    library: Library, state: str, flagged: bool, fixed: bool
):
    with unit_of_work():
        db.session.add(ArticleFix(article_id=library.old.id, thread_id=library.gap.id, state=state))
    title, scope = "Why is the loom slow?", scope_of()
    assert (title in titles("link_flagged", scope), title in titles("link_fixed", scope)) == (flagged, fixed)
    assert (title in titles("linked", scope), title in titles("gaps", scope)) == (flagged or fixed, state == "refused")


def test_views_of_duplicates_make_a_question_popular(library: Library):
    quiet = make_question(category=library.pumps, title="Quiet itself", created_at=now() - 20 * DAY)
    solve(quiet, now() - DAY)
    read_often("thread", quiet.id, 10)
    for number in range(2):
        copy = make_question(category=library.pumps, title=f"Copy {number}")
        duplicate(copy, quiet)
        read_often("thread", copy.id, 15)
    rows = {row.title: row.amount for row in KNOWLEDGE["gaps"].iterate(scope_of())}
    assert rows == {"Quiet itself": 40, "Why is the loom slow?": 31}
    assert [row.title for row in KNOWLEDGE["gaps"].iterate(scope_of())] == ["Quiet itself", "Why is the loom slow?"]


def test_moderators_count_no_article_that_only_staff_may_read(library: Library):
    knowledge = load_knowledge(scope_of("all", MODERATOR))
    assert values(knowledge)["articles"] == 2 and values(knowledge)["article_uses"] == 3
    assert "Keys" not in repr(knowledge)
    for metric in KNOWLEDGE.values():
        assert "Keys of the house" not in [row.title for row in metric.iterate(scope_of("all", MODERATOR))], metric.key


def test_drafts_count_nowhere_but_among_those_that_wait(library: Library):
    draft = make_article("A draft", state="draft")
    source = make_question(category=library.looms, title="Being written", created_at=now() - 8 * DAY)
    solve(source, now() - 7 * DAY)
    build_from(draft, source)
    assert "Being written" in titles("unlinked", scope_of()) and "Being written" in titles("worth_article", scope_of())
    assert "Being written" not in titles("became_article", scope_of()) and "A draft" not in titles("articles", scope_of())


def test_a_category_narrows_articles_to_those_of_its_questions(library: Library):
    looms, pumps = scope_of(category="looms"), scope_of(category="pumps", tag="noise")
    assert titles("articles", looms) == ["Oil the loom"] and titles("articles_used", looms) == ["Oil the loom"]
    assert titles("articles", pumps) == ["Prime the pump", "Keys of the house"]
    assert values(load_knowledge(looms))["article_uses"] == 1 and load_knowledge(looms).categories == ()


@pytest.mark.parametrize("word", ["90d", "all", "2020"])
def test_lists_hold_exactly_what_figures_count(library: Library, word: str):
    for scope in (scope_of(word), scope_of(word, MODERATOR), scope_of(word, category="looms")):
        knowledge = load_knowledge(scope)
        assert set(knowledge.figures) == {*KNOWLEDGE, "solved_in_period"}
        for key, metric in KNOWLEDGE.items():
            rows, figure = list(metric.iterate(scope)), metric.figure(scope)
            overview = knowledge.figures[key]
            assert (overview.n, overview.of, overview.hits) == (figure.n, figure.of, figure.hits), key
            assert (
                overview.value == pytest.approx(figure.value, abs=0.01) if figure.value is not None else overview.value is None
            ), key
            assert len({row.id for row in rows}) == len(rows) == figure.n == metric.count(scope), key
            assert list(metric.list_rows(scope).items) == rows, key
            if metric.unit is not Unit.SHARE and metric.unit is not Unit.HOURS:
                assert figure.value == (sum(row.amount for row in rows) if metric.is_weighted else len(rows)), key


def test_what_belongs_together_adds_up(library: Library):
    for scope in (scope_of("all"), scope_of("all", MODERATOR), scope_of(category="pumps")):
        found, knowledge = values(load_knowledge(scope)), load_knowledge(scope)
        assert found["linked"] + found["unlinked"] == found["solved_in_period"]
        assert found["known"] + found["new_questions"] == found["arrivals"]
        by_article = [row.amount for row in KNOWLEDGE["articles_used"].iterate(scope)]
        assert sum(by_article) == found["article_uses"] == knowledge.reuse.uses
        for row in knowledge.reuse.articles:
            assert KNOWLEDGE["article_uses"].figure(scope.with_article(row.article)).value == row.uses
        assert sum(point.figures["linked"].n for point in knowledge.series) == found["linked"]
        assert sum(row.words for row in knowledge.judged) == found["article_words"]


def test_an_empty_site_tells_nothing(app: Flask):
    for word in ("90d", "all"):
        knowledge = load_knowledge(scope_of(word))
        for key, figure in knowledge.figures.items():
            unit = ALL_METRICS[key].unit
            assert figure.n == 0 and figure.value == (None if unit in (Unit.SHARE, Unit.HOURS) else 0), key


def test_it_costs_as_many_statements_for_much_as_for_little(library: Library):
    with assert_queries(17) as few:
        load_knowledge(scope_of("all"))
    for number in range(8):
        thread = make_question(category=make_category(), created_at=now() - 5 * DAY)
        solve(thread, now() - DAY)
        lead_to(thread, library.staff, make_article(f"More {number}"))
        say(library.old, 1, 0, now() - timedelta(minutes=number))
    with count_queries() as many:
        load_knowledge(scope_of("all"))
    assert len(many) == len(few)
    for metric in KNOWLEDGE.values():
        for ask in (metric.figure, metric.count, metric.list_rows, lambda scope, metric=metric: list(metric.iterate(scope))):
            scope = scope_of("all")
            with assert_queries(1):
                ask(scope)


def test_registries_do_not_share_names():
    assert not set(METRICS) & set(KNOWLEDGE) and "knowledge" not in ALL_METRICS
    assert {metric.subject for metric in METRICS.values()} == {Subject.QUESTION}


def test_figures_name_no_person_and_count_no_activity():
    for metric in KNOWLEDGE.values():
        assert not {"author", "curator", "wrote", "edits"} & set(f"{metric.title} {metric.sentence}".lower().split()), metric.key


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("role", "status"), [(Role.STAFF, 200), (Role.MODERATOR, 200), (Role.ADMIN, 200), (Role.MEMBER, 404)])
def test_staff_moderators_and_admins_see_it(browser: Browser, role: Role, status: int, path: str):
    browser.sign_in(make_person(role=role)).get(path, status=status)


@pytest.mark.parametrize("path", PAGES)
def test_visitors_are_asked_to_sign_in(client, path: str):
    assert client.get(path).status_code == 302


def test_the_page_begins_with_one_sentence_in_which_every_number_is_a_link(lead: Browser):
    lead.get("/insights/knowledge")
    sentence = lead.page.xpath("//p[@class='insights-lead']")[0]
    said = "4 of 5 questions solved in the last 90 days used or improved what you know; 1 did not."
    assert " ".join(sentence.text_content().split()) == said
    assert [a.text for a in sentence.xpath(".//a")] == ["4", "5", "1"]
    assert lead.page.xpath("//nav[contains(@class,'tabs')]//a[@aria-current='page']/text()") == ["Knowledge"]


@pytest.mark.parametrize("query", QUERIES)
def test_every_number_of_the_page_leads_to_as_many_rows(lead: Browser, query: str):
    lead.get(f"/insights/knowledge?{query}")
    links = {
        (a.get("href"), a.text_content().strip()) for a in lead.page.xpath("//main//a[starts-with(@href, '/insights/list/')]")
    }
    assert len(links) > 15 or query == "period=2020"
    for href, text in links:
        metric = ALL_METRICS[urlsplit(href).path.rpartition("/")[2]]
        if text.isdigit() and metric.unit is Unit.COUNT and "article=" not in href:
            assert len(listed(lead, href)) == int(text), href


def test_uses_of_one_article_lead_to_its_questions(lead: Browser, library: Library):
    lead.get("/insights/knowledge")
    path = lead.page.xpath("//section[@id='reuse']//tbody/tr[1]/td[3]/a/@href")[0]
    assert listed(lead, path) == ["Why is the pump dry?", "Why does the pump hum?"]
    assert "about “Prime the pump”" in lead.text()
    lead.get("/insights/list/questions_referred?article=999999", status=400)
    lead.get("/insights/list/questions_referred?article=x", status=400)


def test_nobody_learns_of_a_staff_article_by_its_number(browser: Browser, library: Library):
    browser.sign_in(make_person(role=Role.MODERATOR))
    browser.get(f"/insights/list/questions_referred?article={library.secret.id}", status=400)
    assert "There is no such article." in browser.text()
    browser.get("/insights/knowledge?period=all")
    assert "Keys of the house" not in browser.text()


def test_figure_list_file_and_program_say_the_same(lead: Browser):
    for key, metric in KNOWLEDGE.items():
        body = lead.client.get(f"/api/v1/insights/{key}?period=365d").json
        rows = read_csv(lead.client.get(f"/insights/list/{key}.csv?period=365d").text)
        seen = listed(lead, f"/insights/list/{key}?period=365d")
        answered = body["articles" if metric.subject is Subject.ARTICLE else "questions"]
        assert [row["title"] for row in rows] == seen == [row["title"] for row in answered], key
        assert body["figure"]["n"] == len(rows) == len(body["articles"]) + len(body["questions"]), key
        assert [int(row["counts_for"]) for row in rows] == [row["counts_for"] for row in answered], key


def test_the_page_explains_every_figure(lead: Browser):
    lead.get("/insights/knowledge")
    explained = " ".join(node.text_content() for node in lead.page.xpath("//details[contains(@class,'counted')]"))
    for metric in KNOWLEDGE.values():
        assert metric.title in explained and metric.formula in explained and metric.source in explained, metric.key


@pytest.mark.parametrize("table", KNOWLEDGE_TABLES)
def test_every_table_is_a_file(lead: Browser, table: str):
    response = lead.get(f"/insights/knowledge/{table}.csv?period=all")
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == f'attachment; filename="knowledge-{table}-all.csv"'
    rows = read_csv(response.text)
    assert rows and list(rows[0]) == list(KNOWLEDGE_TABLES[table][0]) and None not in rows[0]
    lead.get("/insights/knowledge/nothing.csv", status=404)


def test_what_is_wrong_is_said_beside_its_field_and_kept(lead: Browser):
    lead.get("/insights/knowledge?period=90d&tag=nothing", status=400)
    control = lead.page.xpath("//*[@name='tag' and @aria-invalid='true']")[0]
    assert control.get("value") == "nothing" and "tagged so" in lead.text()
    assert lead.page.xpath("//main//form/@action") == ["/insights/knowledge"] * 2
    assert not lead.page.xpath("//p[@class='insights-lead']")


def test_an_empty_site_says_what_to_do(browser: Browser):
    browser.sign_in(make_person(role=Role.ADMIN)).get("/insights/knowledge")
    assert "Figures appear once questions are solved and articles are read." in browser.text()
    browser.get("/insights/list/articles_stale")
    assert "No article is counted here." in browser.text()


def test_charts_stand_beside_tables_and_gaps_can_be_closed(lead: Browser, library: Library):
    text = lead.get("/insights/knowledge").text
    charts = lead.page.xpath("//svg[contains(@class,'chart')]")
    assert len(charts) == 3 and all(chart.xpath("ancestor::div[contains(@class,'chart-pair')]//table") for chart in charts)
    assert "style=" not in text
    assert lead.page.xpath("//section[@id='gaps']//td/a/@href") == [f"/moderation/promotions/{library.gap.id}/promote"]


def test_the_pages_cost_a_few_statements(lead: Browser):
    lead.get("/insights/knowledge")
    with assert_queries(24):
        lead.get("/insights/knowledge?period=90d")
    with assert_queries(6):
        lead.get("/insights/list/articles_stale")


def test_the_line_of_a_pareto_chart_ends_at_the_whole():
    chart = pareto_chart([Column("1", (("all", 6),)), Column("2", (("all", 3),)), Column("3", (("all", 1),))], 10)
    heights = [float(step.split(" ")[1]) for step in chart.line[1:].split("L")]
    assert heights == sorted(heights, reverse=True) and heights[-1] == 8.0
    assert [column.parts[0].height for column in chart.columns] == sorted(
        (c.parts[0].height for c in chart.columns), reverse=True
    )
    assert pareto_chart([], 1).columns == ()


def test_archived_articles_keep_what_they_did(library: Library):
    with unit_of_work():
        db.session.execute(sa.update(Article).where(Article.id == library.old.id).values(state="archived"))
    found = values(load_knowledge(scope_of()))
    assert found["link_used"] == 2 and found["articles"] == 2
