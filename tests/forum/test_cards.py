"""Answer cards on pages and in search: shown while they count, first for their own words, and gone with what they stand on."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.indexing import load_many, present
from app.forum.models import Thread
from app.forum.policies import card_shown, shows_card
from tests.asserts import count_queries
from tests.client import Browser
from tests.factories import accept, make_answer, make_person, make_question
from tests.forum.test_thread_page import change, make_answers
from tests.search.samples import document, engine_at, keys, query


def carded(title: str = "Which fuse fits the old pump?", text: str = "A slow one with five amperes fits."):
    thread = make_question(title=title)
    answer = make_answer(thread, text=text)
    accept(answer)
    change(thread, card_post_id=answer.id)
    return thread, answer


def test_the_card_stands_on_top_with_its_author_and_leads_to_the_answer(browser: Browser):
    thread, answer = carded()
    browser.get(thread.path)
    assert browser.page is not None
    (card,) = browser.page.xpath("//section[@class='answer-card']")
    text = " ".join(card.text_content().split())
    assert "A slow one with five amperes fits." in text
    assert card.xpath(f".//a[@href='#post-{answer.id}']") and not card.xpath(".//form")
    assert len(browser.page.xpath(f"//*[@id='post-{answer.id}']")) == 1
    browser.get(f"{thread.path}?sort=newest")
    assert browser.page.xpath("//section[@class='answer-card']")


def test_a_long_answer_is_cut_and_its_markup_stays_out(browser: Browser):
    thread, _answer = carded(text="Turn it off.\n\n" + "Then wait a little while. " * 80)
    browser.get(thread.path)
    assert browser.page is not None
    (card,) = browser.page.xpath("//section[@class='answer-card']")
    assert "Read the whole answer" in card.text_content() and "…" in card.text_content()
    assert len(card.text_content()) < 1_300


@pytest.mark.parametrize("values", [{"status": "disputed"}, {"article_path": "/kb/guides/x", "article_title": "X"}])
def test_a_card_that_does_not_count_now_is_not_shown(browser: Browser, values: dict[str, str]):
    thread, _answer = carded()
    change(thread, **values)
    browser.get(thread.path)
    assert browser.page is not None and not browser.page.xpath("//section[@class='answer-card']")


def test_a_hidden_answer_is_no_card_for_anybody(app: Flask):
    thread, answer = carded()
    change(answer, hidden_at=now())
    for browser in (Browser(app), Browser(app).sign_in(make_person(role="moderator"))):
        browser.get(thread.path)
        assert browser.page is not None and not browser.page.xpath("//section[@class='answer-card']")
    assert not load_many([thread.id])[thread.id].is_card


def test_the_card_costs_nothing_when_its_answer_is_on_the_page_and_one_statement_when_not(app: Flask, browser: Browser):
    thread, answer = carded()
    browser.get(thread.path)
    with count_queries() as with_card:
        browser.get(thread.path)
    change(thread, card_post_id=None)
    with count_queries() as without:
        browser.get(thread.path)
    assert len(with_card) == len(without)
    last = make_answers(thread, 30)[-1]
    change(thread, status="solved", card_post_id=last)
    with count_queries() as elsewhere:
        browser.get(thread.path)
    assert len(elsewhere) <= len(without) + 2
    assert browser.page is not None and browser.page.xpath(f"//section[@class='answer-card']//a[@href='/posts/{last}']")
    assert answer.id != last


def test_the_rule_in_python_and_in_sql_agree(app: Flask):
    original = make_question()
    made = []
    for number, values in enumerate(
        (
            {"score": 1},
            {"status": "disputed"},
            {"article_path": "/kb/a/b"},
            {"duplicate_of_id": original.id},
            {"card_post_id": None},
        )
    ):
        thread, _answer = carded(f"Which fuse fits pump number {number}?")
        change(thread, **values)
        made.append(thread.id)
    shown = set(db.session.scalars(sa.select(Thread.id).where(card_shown())))
    threads = db.session.scalars(sa.select(Thread)).all()
    assert shown == {thread.id for thread in threads if shows_card(thread)} == {made[0]}


def test_search_hears_of_the_card_and_shows_the_whole_answer(app: Flask):
    thread, _answer = carded(text="A slow one. " * 40)
    plain = make_question(title="Another fuse question here")
    documents = load_many([thread.id, plain.id])
    assert documents[thread.id].is_card and not documents[plain.id].is_card
    card = present([thread.id], ANONYMOUS)[thread.id]
    assert card.is_card and card.answer.startswith("A slow one.")
    with unit_of_work():
        db.session.get_one(Thread, thread.id).status = "disputed"
    assert not load_many([thread.id])[thread.id].is_card


def test_a_card_comes_first_for_its_words_and_an_exact_title_before_it(tmp_path: Path):
    engine = engine_at(
        tmp_path,
        document(1, "Which fuse fits the old pump", "short", is_card=True, is_solved=True),
        document(2, "Fuse of the pump", "fuse pump " * 30, kind="article", votes=900, is_solved=True),
        document(3, "Fuse and pump and fuse and pump", "fuse pump " * 50, votes=900, is_solved=True),
        document(4, "Pump fuse", "another", votes=0),
    )
    assert keys(engine.search(query("pump fuse")))[0] == "t1"
    from app.search import analysis

    assert keys(engine.search(query("pump fuse", exact_title=analysis.title_key("Pump fuse"))))[:2] == ["t4", "t1"]


def test_one_word_or_a_word_that_is_not_the_cards_lifts_nothing(tmp_path: Path):
    engine = engine_at(
        tmp_path,
        document(1, "Which fuse fits the old pump", "spare parts", is_card=True),
        document(2, "Fuse", "fuse " * 30, kind="article", votes=900, is_solved=True),
        document(3, "Spare parts for the pump", "spare parts pump", kind="article", votes=900, is_solved=True),
    )
    assert keys(engine.search(query("fuse")))[0] == "a2"
    assert keys(engine.search(query("pump spare parts")))[0] == "a3"
