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


def test_what_is_remembered_of_texts_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snippets, "CACHE_PIECES", 20)
    monkeypatch.setattr(snippets, "_pieces", [snippets._Pieces()])
    text = " ".join(f"word{number}" for number in range(100)) + " refund " + "x" * 500
    for _ in range(2):
        assert "<mark>refund</mark>" in snippets.snippet(text, words_of(("refund",)))
        assert len(snippets._pieces[0]) <= 20 and "x" * 500 not in snippets._pieces[0]._known
