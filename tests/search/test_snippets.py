"""Marked titles and cut passages."""

from __future__ import annotations

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search import snippets
from app.search.querying import words_of


def test_words_are_marked_in_all_their_forms() -> None:
    assert snippets.mark("Invoices & refunds", words_of(("refund invoice",))) == (
        "<mark>Invoices</mark> &amp; <mark>refunds</mark>"
    )


def test_the_passage_with_most_words_is_cut_out() -> None:
    text = "refund " + "filler " * 200 + "the refund of an invoice took a week " + "filler " * 200
    cut = snippets.snippet(text, words_of(("refund invoice",)))
    assert "<mark>refund</mark> of an <mark>invoice</mark>" in cut
    assert cut.startswith("… ") and cut.endswith(" …")
    assert len(lxml.html.fromstring(f"<p>{cut}</p>").text_content()) <= snippets.LENGTH + 6


def test_without_a_hit_the_beginning_is_shown() -> None:
    assert snippets.snippet("Hello <world>", words_of(("refund",))) == "Hello &lt;world&gt;"


def test_chinese_words_are_marked_inside_a_run() -> None:
    assert snippets.mark("我们的退款政策", words_of(("退款政策",))) == "我们的<mark>退款政策</mark>"


def test_a_hostile_long_text_is_cut_quickly() -> None:
    assert len(snippets.snippet("refund " * 100_000, words_of(("refund",)))) < 4000
    assert snippets.snippet("退" * 100_000, words_of(("退款",)))


@given(st.text(max_size=600), st.text(max_size=60))
def test_output_is_escaped_and_keeps_the_text(text: str, query: str) -> None:
    marked = str(snippets.mark(text, words_of((query,))))
    plain = marked.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in plain
    assert plain == str(snippets.escape(text))
    assert "<" not in str(snippets.snippet(text, words_of((query,)))).replace("<mark>", "").replace("</mark>", "")


def test_words_are_found_whatever_stands_around_them() -> None:
    text = "(refund), „Refunds“ refund/invoice node.js don't\tREFUNDED\u00a0invoices."
    marked = str(snippets.mark(text, words_of(("refund invoice js",))))
    assert marked.count("<mark>") == 7 and "node.<mark>" not in marked and "<mark>node.js</mark>" in marked


def test_the_earliest_of_equally_good_passages_is_cut_out() -> None:
    gap = "filler " * 60
    text = f"{gap}first refund {gap}second refund invoice {gap}third refund invoice {gap}fourth refund invoice refund"
    assert "fourth" in snippets.snippet(text, words_of(("refund invoice",)))
    assert "second" in snippets.snippet(text.removesuffix(" refund"), words_of(("refund invoice",)))


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("wifi", "Wi-Fi, wi\u2011fi, WiFi and Wi", "Wi-Fi|wi\u2011fi|WiFi"),
        ("wi-fi", "Wi-Fi and wifi", "Wi-Fi|wifi"),
        ("log-in", "Log in, login, log-in", "Log|login|log-in"),
        ("muller", "Müller, Mueller", "Müller|Mueller"),
        ("größe", "Groesse Größe GRÖSSE", "Groesse|Größe|GRÖSSE"),
        ("strasse", "die Straße, eine Straßenbahn", "Straße"),
        ("wouldnt", "it wouldn't, wouldn’t it", "wouldn't|wouldn’t"),
        ("usa", "the U.S.A. and u.s.a", "U.S.A|u.s.a"),
        ("die", "he is dying", "dying"),
        ("hope fly sky", "hoping flies skies", "hoping|flies|skies"),
        ("visible", "its visibility", "visibility"),
        ("c", "C, not c++ or c# or cat", "C"),
        ("fire", "\ufb01re and ice", "\ufb01re"),
        ("iphone 充电", "使用iPhone充电时", "iPhone充电"),
    ],
)
def test_words_are_found_however_they_are_spelled(query: str, text: str, marked: str) -> None:
    page = lxml.html.fromstring(f"<p>{snippets.mark(text, words_of((query,)))}</p>")
    assert page.text_content() == text
    assert [mark.text for mark in page.iter("mark")] == marked.split("|")


def test_answers_give_the_passage_where_they_show_more() -> None:
    finder = snippets.Finder(words_of(("refund invoice",)))
    question = finder.passage("Where is my refund?")
    answers = "Wait.\nEach refund has an invoice.\nThe refund and the invoice come together: refund first."
    assert snippets.cut(finder.better_passage(question, answers)) == (
        "The <mark>refund</mark> and the <mark>invoice</mark> come together: <mark>refund</mark> first."
    )
    assert finder.better_passage(question, "A refund takes a week.\nNo invoice") is question
    assert finder.better_passage(question, "") is question


def test_a_passage_near_the_end_of_a_text_is_as_long_as_others() -> None:
    cut = str(snippets.snippet("filler " * 100 + "refund", words_of(("refund",))))
    assert cut.endswith(" <mark>refund</mark>") and snippets.LENGTH - 10 < len(cut) < snippets.LENGTH + 20


def test_a_passage_ends_with_its_answer() -> None:
    finder = snippets.Finder(words_of(("refund",)))
    assert snippets.cut(finder.better_passage(finder.passage("?"), "One\nThe refund\nThree")) == "The <mark>refund</mark>"


def test_what_is_remembered_of_texts_is_limited() -> None:
    snippets._kept_apart.cache_clear()
    assert "<mark>refund</mark>" in snippets.snippet(f"(refund) {'refund/' * 50} and others", words_of(("refund",)))
    assert snippets._kept_apart.cache_info().currsize == 1
