"""Text made to be expensive: every kind that blew up a library on the way here, and what bounds it now.

These are no timed tests: the ceiling is some ten times what the slowest needs, and without the bounds they take minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.markup import MAX_BODY, render_inline, render_markdown
from app.core.markup_code import BACKTRACKING, LANGUAGES, code_html, find_lexer
from app.core.markup_state import MAX_HIGHLIGHTED
from tests.thorough import examples

CEILING = 5.0
"""CPU seconds."""

REPEATED = """
    [ ] > * _ ` < ( ![ []( & \\ ~ ~~ # | @ - + " ' ! ** *** [a](b) [a][b] ![a](b) [[ [] [[] [a] ]( [a](< <a </
    <!-- <b> <kbd> <sub><sup> &amp; &#x41; \\* \\` http://a http:// <https://a> www.a.b <a@b.c> a* *a* **a*
    ***a** a**b *a_b **a_*b ~~*a `a` @@ ``` ~~~ (http://a {width=1 klzzwxh:0001 $ ( ) [^ []: ![
"""
WITH_SPACES = [
    "* a",
    "*a ",
    "_a ",
    "**a __b ",
    "*a **b ",
    "> ",
    ">> ",
    "- ",
    "1. ",
    "- - a\n",
    "a\n",
    "a\n\n",
    "- a\n",
    "# a\n",
    "#\n",
    "```\n",
    "> a\n",
    ">! a\n",
    "1. a\n",
    "---\n",
    "a\n---\n",
    "    a\n",
    "|a|b|\n",
    "a|b\n-|-\n",
    "|a\n|-\n\n",
    "[a]: b\n",
    "@a ",
    "@bob ",
    "`` ` ",
    "[a](b ",
    "[a](b 'c' ",
    "<br>\n",
    "\t",
    "\n",
    " ",
    "http://a.b/c ",
    "http://a.b/c\n\n",
    "***\n",
    "-\n",
    "+\n",
]
SHAPES: dict[str, str] = {
    "a hundred thousand hashes": "#" * 100_000,
    "five thousand quotes on a line": "> " * 5_000,
    "five thousand quotes and a word": "> " * 5_000 + "a",
    "five thousand nested items": "\n".join("  " * depth + "- a" for depth in range(195)),
    "nested items on one line": "- " * 19_000 + "a",
    "nested numbers on one line": "1. " * 13_000 + "a",
    "quotes growing deeper": "\n".join(">" * depth + " a" for depth in range(280)),
    "a wide table": "|a" * 60 + "|\n" + "|-" * 60 + "|\n" + "|\n" * 10_000,
    "a table wider than any screen": "|a" * 9_000 + "\n" + "|-" * 9_000,
    "a long table": "|a|b|\n|-|-|\n" + "|c|d|\n" * 6_000,
    "many tables": "|a\n|-\n\n" * 5_600,
    "runs of backticks": " ".join("`" * length for length in range(1, 280)),
    "deep emphasis": "*a **b " * 2_800 + "** *" * 2_800,
    "a pyramid of stars": "*" * 19_000 + "a" + "*" * 19_000,
    "a reference used often": "[a]: http://" + "x" * 2_000 + "\n\n" + "[a] " * 9_000,
    "a reference used often in short paragraphs": "[a]: http://" + "x" * 2_000 + "\n\n" + ("[a] " * 100 + "\n\n") * 90,
    "many references": "".join(f"[r{i}]: http://x/{i}\n" for i in range(1_800)),
    "open parentheses": "[a](" + "(" * 19_000,
    "pairs of parentheses": "[a](" + "()" * 19_000,
    "an endless title": '[a](b "' + "x" * 30_000,
    "spaces in a link": ("[a](b" + " " * 50) * 700,
    "spaces": "a" + " " * 39_990,
    "an endless address": "http://" + "a" * 39_000,
    "an address and brackets": "http://a" + ")" * 39_000,
    "an endless mention": "@" + "a" * 39_000,
    "an endless word": "a" * MAX_BODY,
    "blocks of brackets": ("[" * 1_490 + "\n\n") * 26,
    "blocks of pairs": ("[]" * 740 + "\n\n") * 26,
    "blocks of nests": ("[" * 700 + "]" * 700 + "\n\n") * 28,
    "blocks of emphasis": ("*a* " * 370 + "\n\n") * 27,
    "blocks of mentions": ("@bob " * 290 + "\n\n") * 27,
    "blocks of bad links": ("[a](" * 370 + "\n\n") * 27,
}
CASES = (
    {f"{part!r} repeated": (part * (MAX_BODY // len(part) + 1))[:MAX_BODY] for part in [*REPEATED.split(), *WITH_SPACES]}
    | {f"{part!r} in lines": ((part * 40)[:200] + "\n") * 190 for part in [*REPEATED.split(), *WITH_SPACES]}
    | SHAPES
)


def spend(work: Callable[[], object]) -> float:
    """Return the CPU seconds of `work`; a refusal is fine."""
    start = time.process_time()
    try:
        work()
    except Invalid as refusal:
        assert set(refusal.errors) == {"body"}
    return time.process_time() - start


@pytest.mark.parametrize("source", CASES.values(), ids=CASES.keys())
def test_expensive_text_is_cheap_or_refused_and_does_not_swell(source: str):
    shown: list[str] = []
    cost = spend(lambda: shown.append(render_markdown(source, mentions=frozenset({"bob", "a"}), max_length=200_000).html))
    assert cost < CEILING
    assert len("".join(shown)) < 600_000


@pytest.mark.parametrize("source", SHAPES.values(), ids=SHAPES.keys())
def test_comments_are_as_safe(source: str):
    assert spend(lambda: render_inline(source, mentions=frozenset({"bob"}), max_length=200_000)) < CEILING


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.sampled_from(REPEATED.split() + WITH_SPACES), min_size=1, max_size=5), st.integers(1, 200))
def test_mixtures_are_cheap_too(parts: list[str], line: int):
    unit = "".join(parts)
    source = ((unit * line + "\n") * (MAX_BODY // (len(unit) * line + 1) + 1))[:MAX_BODY]
    assert spend(lambda: render_markdown(source, mentions=frozenset({"a", "bob"}))) < CEILING


RISKY_CODE = [
    "\n",
    "a\n",
    "a ",
    "def ",
    "a<",
    "begin ",
    "  \n",
    "@a\n",
    "{{",
    "/*",
    '"',
    "'",
    "<!--",
    "_",
    "0x",
    "<<A\n",
    "$(",
    "\\\n",
    "[a]\n",
]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_lexer_runs_away(language: str):
    """Without the bounds, 12,000 characters of short lines take C# ten seconds and more, empty lines Java six and C five."""
    assert find_lexer(language) is not None
    for part in RISKY_CODE if language in BACKTRACKING else RISKY_CODE[::3]:
        body = (part * MAX_HIGHLIGHTED)[:MAX_HIGHLIGHTED]
        code = "\n".join(body[start : start + 900] for start in range(0, len(body), 900))
        separated = ((part * 290)[:290] + ";\n") * (MAX_HIGHLIGHTED // 292)
        assert spend(lambda code=code: code_html(code, language)) < CEILING
        assert spend(lambda code=separated: code_html(code, language)) < CEILING  # type: ignore[misc]


def test_code_is_shown_plain_when_there_is_too_much_of_it():
    long = "```py\n" + "import os\n" * 1_500 + "```"
    assert "<span" not in render_markdown(long).html
    assert "<span" not in render_markdown("```py\nx = " + "1" * 2_000 + "\n```").html


def test_a_paragraph_of_marks_is_shown_as_it_was_typed():
    log = "[*] <a> _b_ " * 600
    assert render_markdown(log).html.startswith('<pre class="highlight"')
    assert render_markdown(log).text == log.strip()
