"""Pieces of HTML are made once for what they show, and never carry anything of one reader to another."""

import gc
import re
import weakref

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup

from app.web.pieces import Pieces
from tests.client import Browser
from tests.factories import make_answer, make_person, make_question

MACROS = "{% macro row(x) %}<li>{{ x }}</li>{% endmacro %}"


def test_a_piece_is_made_once_for_equal_arguments():
    pieces, made = Pieces(), []

    def make() -> Markup:
        made.append(1)
        return Markup("<b>")

    assert [pieces.get(("a", 1), make), pieces.get(("a", 1), make), pieces.get(("a", 2), make)] == ["<b>"] * 3
    assert len(made) == 2


def test_the_least_used_go_when_there_is_no_room():
    pieces = Pieces(most=5_000)
    for number in range(5):
        pieces.get(number, lambda: Markup("x" * 600))
        pieces.get(0, lambda: Markup("x" * 600))
    assert len(pieces) == 2
    made = []
    pieces.get(0, lambda: made.append(1) or Markup("y"))
    assert not made


def test_text_and_safe_html_that_look_alike_stay_apart(app: Flask):
    with app.test_request_context("/"):
        source = MACROS + "{{ piece(row, a) }}{{ piece(row, b) }}"
        shown = render_template_string(source, a=Markup("<i>x</i>"), b="<i>x</i>")
    assert shown == "<li><i>x</i></li><li>&lt;i&gt;x&lt;/i&gt;</li>"


def test_the_token_of_a_form_is_each_readers_own(app: Flask):
    thread = make_question()
    make_answer(thread)
    pages = [Browser(app).sign_in(make_person(name)).get(thread.path).text for name in ("ada", "ben")]
    ada, ben = (re.findall(r'name="csrf[-_]token" (?:content|value)="([^"]+)"', shown) for shown in pages)
    assert len(ada) == len(ben) > 3
    assert len(set(ada)) == len(set(ben)) == 1 and set(ada) != set(ben)
    assert not any("token-" in token for token in (*ada, *ben))


def test_a_piece_with_the_token_of_one_reader_is_refused(app: Flask):
    with app.test_request_context("/"), pytest.raises(RuntimeError):
        render_template_string(MACROS + "{{ piece(row, csrf_token()) }}")


def test_what_is_small_counts_with_its_key():
    pieces = Pieces(most=100_000)
    for number in range(1_000):
        pieces.get(number, lambda: Markup("x"))
    assert len(pieces) < 100


def test_posts_show_each_reader_their_own_vote(app: Flask, browser: Browser):
    thread = make_question()
    answer = make_answer(thread, text="Clean the filter.")
    browser.sign_in(make_person("ada"))
    first = browser.get(thread.path).text
    assert "Clean the filter." in first and 'value="0" aria-pressed="true"' not in first
    browser.post(f"/posts/{answer.id}/vote", {"value": "1"})
    assert 'value="0" aria-pressed="true"' in browser.get(thread.path).text
    other = Browser(app).sign_in(make_person("ben")).get(thread.path).text
    assert 'value="0" aria-pressed="true"' not in other


def test_what_a_page_showed_is_gone_with_it(app: Flask):
    class Shown:
        """Something that can be watched."""

    shown = Shown()
    watched = weakref.ref(shown)
    page = app.jinja_env.from_string(MACROS + "{% macro twice(x) %}{{ row(x) }}{{ row(x) }}{% endmacro %}{{ twice(1) }}")
    gc.disable()
    try:
        page.render(shown=shown)
        del shown
        assert watched() is None  # although nobody looked for garbage
    finally:
        gc.enable()
