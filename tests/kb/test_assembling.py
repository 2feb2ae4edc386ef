"""From passages to the Markdown of a draft."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.markup import render_markdown
from app.kb.models import SourceRole
from app.kb.services.assembling import Passage, assemble_body, demote_headings, escape_markdown, guess_environment, join_wordings


def passage(role: SourceRole, source: str, name: str = "Mira", is_accepted: bool = False) -> Passage:
    return Passage(7, role, source, name, "/posts/7", is_accepted)


def test_parts_stand_in_the_order_of_an_article_with_their_authors():
    body = assemble_body(
        [
            passage(SourceRole.CAUSE, "The seal is dry."), passage(SourceRole.SOLUTION, "Grease it.", "Tom", True),
            passage(SourceRole.PROBLEM, "It squeaks."),
        ],
        "- Pump: AB-1",
    )  # fmt: skip
    assert body == (
        "## Problem\n\nIt squeaks.\n\n*Asked by [Mira](/posts/7).*\n\n## Environment\n\n- Pump: AB-1\n\n"
        "## Solution\n\nGrease it.\n\n*From the accepted answer by [Tom](/posts/7).*\n\n"
        "## Cause\n\nThe seal is dry.\n\n*From the answer by [Mira](/posts/7).*\n"
    )


def test_empty_parts_have_no_heading():
    assert "Environment" not in assemble_body([passage(SourceRole.SOLUTION, "Grease it.")])


def test_headings_of_passages_go_below_those_of_the_article():
    source = "# Step\n\nDo.\n\nFirst\n=====\n\nx\n\n```\n# a comment\n```\n\n##### Deep"
    assert demote_headings(source) == "### Step\n\nDo.\n\n### First\n\nx\n\n```\n# a comment\n```\n\n###### Deep"
    levels = [
        level for level, _id, _text in render_markdown(assemble_body([passage(SourceRole.SOLUTION, source)]), top_level=2).toc
    ]
    assert levels[0] == 2 and min(levels[1:]) == 3


def test_rules_tables_and_hashtags_are_no_headings():
    source = "one\n\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n#hashtag\n- item\n---"
    assert demote_headings(source) == source


@given(st.text(alphabet="#=-`~ ab\n|>", max_size=80))
def test_demoting_never_fails_and_keeps_every_word(source: str):
    assert (
        demote_headings(source).replace("#", "").replace("=", "").replace("-", "").split()
        == source.replace("#", "").replace("=", "").replace("-", "").split()
    )


def test_a_name_cannot_smuggle_markdown_in():
    name = "[x](javascript:alert(1)) **bold** <b>"
    html = render_markdown(assemble_body([passage(SourceRole.SOLUTION, "Yes.", name)]), top_level=2).html
    assert "<strong>" not in html and 'href="javascript' not in html and "**bold**" in html


def test_escaping_shows_the_text_as_it_is():
    assert render_markdown(escape_markdown("a_b_c *d* `e` [f] #g")).text == "a_b_c *d* `e` [f] #g"


def test_lines_that_name_the_environment_are_found():
    source = "It hums.\n\nVersion: 4.2\n**OS:** Debian 13\n- Model = AB-1\nI think the version: is wrong\nversion 3"
    assert guess_environment(source) == "- Version: 4.2\n- OS: Debian 13\n- Model = AB-1"
    assert "I think" not in guess_environment(source) and guess_environment("It hums.") == ""


def test_wordings_are_kept_once():
    assert join_wordings(["Why does it hum?", "why does  it hum?", "", "Pump hums"]) == "Why does it hum?\nPump hums"
