"""HTML of imported posts: the Markdown made from it shows the same words and the same code."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from defusedxml.ElementTree import iterparse
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.html_to_markdown import html_to_markdown
from app.core.markup import render_markdown
from app.core.text import clean_text
from tests.thorough import examples

DUMPS = Path(__file__).resolve().parents[3] / "shared" / "data" / "stackexchange"
EVERY = 8
"""Of the 16,903 bodies every eighth is tried, and each one with code."""


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>one\ntwo</p><p>three</p>", "one two\n\nthree"),
        ("<p>a<br>b</p>", "a\nb"),
        ("<p>a <strong>b</strong> <em>c</em></p>", "a **b** *c*"),
        ("<p><b>a</b><b>b</b></p>", "<strong>a</strong><strong>b</strong>"),
        ("<p><s>a</s> <kbd>Ctrl</kbd> x<sup>2</sup> H<sub>2</sub>O</p>", "~~a~~ <kbd>Ctrl</kbd> x<sup>2</sup> H<sub>2</sub>O"),
        ("<h1>A</h1><h2>C#</h2>", "# A\n\n## C\\#"),
        ('<pre class="lang-py prettyprint-override"><code>a\n\tb\n</code></pre>', "```py\na\n\tb\n```"),
        ("<pre><code>```\n</code></pre>", "````\n```\n````"),
        ("<p><code>a`b</code></p>", "`` a`b ``"),
        ('<p><a href="https://x.org/a_(b)" title="T">a [b]</a></p>', '[a \\[b\\]](<https://x.org/a_(b)> "T")'),
        ('<p><a href="https://x.org">https://x.org</a></p>', "<https://x.org>"),
        ('<p><a href="javascript:x">a</a></p>', "a"),
        ('<p><img src="http://i.stack.imgur.com/a.png" alt="a"></p>', "![a](https://i.stack.imgur.com/a.png)"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ('<blockquote class="spoiler"><p>a</p></blockquote>', ">! a"),
        ("<ul><li>a<ul><li>b</li></ul>c</li><li>d</li></ul>", "- a\n\n  - b\n\n  c\n- d"),
        ('<ol start="3"><li><p>a</p><pre><code>b\n</code></pre></li></ol>', "3. a\n\n   ```\n   b\n   ```"),
        ("<p>a</p><hr><p>b</p>", "a\n\n---\n\nb"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>c|d</td><td><code>e|f</code></td></tr></table>",
            "| a | b |\n| --- | --- |\n| c\\|d | `e\\|f` |",
        ),
        ("<p>$a_{1} * b_2 \\\\ \\{x\\}$</p>", "$a\\_{1} \\* b_2 \\\\\\ \\\\{x\\\\}$"),
        ("<script>x</script><p>a</p>", "a"),
    ],
)
def test_html_becomes_the_markdown_a_person_would_write(html: str, markdown: str):
    assert html_to_markdown(html) == markdown


@pytest.mark.parametrize(
    "text",
    [
        "- a",
        "+ a",
        "* a",
        "1. a",
        "12) a",
        "# a",
        "> a",
        "! a",
        "| a |",
        "---",
        "===",
        "***",
        "~~~",
        "```",
        "~~a~~",
        "*a*",
        "_a_",
        "__a__",
        "[a](b)",
        "[a]: http://x.org",
        "![a](b)",
        "&lt;",
        "<kbd>",
        "<b>x</b>",
        "a\\*b",
        "\\",
        "a!",
        "    a",
        "`a`",
        "a_b_c",
        "&amp;lt;",
        "-|-",
        "@bob",
        "\\\\(x\\\\)",
    ],
)
@pytest.mark.parametrize(
    "frame",
    [
        "<p>{}</p>",
        "<p>a<br>{}</p>",
        "<ul><li>{}</li></ul>",
        "<blockquote>{}</blockquote>",
        "<h2>{}</h2>",
        "<p><em>{}</em></p>",
        "<p>x <b>y</b>{}</p>",
    ],
)
def test_text_that_looks_like_marks_stays_text(text: str, frame: str):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    assert squashed(rendered(frame.format(escaped))) == squashed(frame.format(escaped))


def test_a_table_of_text_lines_does_not_become_one():
    assert "<table" not in rendered("<p>a|b<br>-|-<br>c|d</p>")


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 5_000 + "a",
        "<em><strong>" * 400 + "a",
        "<ul><li>" * 400 + "a",
        "<blockquote>" * 400 + "a",
        '<ol start="²"><li>a</li></ol>',
        '<table><tr><td colspan="²">a</td></tr></table>',
        "<table><tr>" + '<td colspan="1000">a</td>' * 50,
        "<p>" + "<" * 5_000 + "a",
        "a<!--",
        "\x00a",
        "<a href='x'>a",
    ],
)
def test_broken_html_keeps_its_text_and_stays_small(html: str):
    markdown = html_to_markdown(html)
    assert "a" in markdown and len(markdown) < 20_000


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<b>",
                "</b>",
                "<em>",
                "</em>",
                "<li>",
                "<ul>",
                "</ul>",
                "<br>",
                "<code>",
                "</code>",
                "<a href=/x>",
                "</a>",
                "<td>",
                "<table>",
                "<pre>",
                "</pre>",
                "<h1>",
                "<sup>",
                "<blockquote>",
                "</blockquote>",
                "word",
                " ",
                "*",
                "_",
                "1. ",
                "- ",
                "<",
            ]
        ),
        max_size=25,
    )
)
def test_no_html_makes_it_fail(parts: list[str]):
    render_markdown(html_to_markdown("".join(parts)))


def rendered(html: str) -> str:
    return str(render_markdown(html_to_markdown(html), max_length=200_000).html)


def squashed(html: str) -> str:
    return "".join(BeautifulSoup(clean_text(html), "html.parser").get_text().split())


def codes(html: str) -> list[str]:
    soup = BeautifulSoup(clean_text(html), "html.parser")
    return [block.get_text().strip("\n") for block in soup.find_all("pre") if block.get_text().strip()]


def bodies() -> Iterator[str]:
    for path in sorted(DUMPS.glob("*/Posts.xml.xz")):
        with lzma.open(path) as file:
            for number, (_, row) in enumerate(iterparse(file)):
                body = row.get("Body", "")
                if body and (number % EVERY == 0 or "<pre" in body):
                    yield body
                row.clear()


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.skipif(not DUMPS.is_dir(), reason="needs the sample data folder")
def test_real_posts_keep_their_words_and_their_code():
    total, changed, bad_code = 0, 0, 0
    for body in bodies():
        shown = rendered(body)
        total += 1
        changed += squashed(shown) != squashed(body)
        bad_code += codes(shown) != codes(body)
    assert total > 2_000
    assert changed / total < 0.01, f"{changed} of {total} bodies changed their words"
    assert not bad_code
