"""From passages to the Markdown of a draft."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.i18n import set_site_language
from app.core.markup import render_markdown
from app.kb.credits import credit_line, plain_text, read_credit, show_credits, step_heading, without_step
from app.kb.models import ArticleKind, SourceRole
from app.kb.services.assembling import (
    Source,
    assemble_body,
    attribution,
    demote_headings,
    escape_markdown,
    guess_environment,
    join_wordings,
    read_blocks,
)
from app.kb.services.blocks import Block, Origin, taken_block
from app.kb.services.shapes import arrange

SOURCES = {
    1: Source("Mira", "/posts/1", is_opening=True),
    2: Source("Tom", "/posts/2"),
    3: Source("Ann", "/posts/3"),
}


def origin(post_id: int) -> Origin:
    return Origin(post_id, 1, "h", 5, 9)


def passage(role: SourceRole, source: str, post_id: int = 2) -> Block:
    return taken_block(role, source, origin(post_id))


def test_parts_stand_in_the_order_of_an_article_with_their_authors():
    taken = [
        passage(SourceRole.CAUSE, "The seal is dry.", 3), passage(SourceRole.SOLUTION, "Grease it."),
        passage(SourceRole.PROBLEM, "It squeaks.", 1), Block("e", SourceRole.ENVIRONMENT, "", "- Pump: AB-1", (origin(1),)),
    ]  # fmt: skip
    assert assemble_body(arrange(ArticleKind.SOLUTION, taken), SOURCES) == (
        "## Problem\n\nIt squeaks.\n\n*Asked by [Mira](/posts/1).*\n\n## Environment\n\n- Pump: AB-1\n\n"
        "## Solution\n\nGrease it.\n\n*From the answer by [Tom](/posts/2).*\n\n"
        "## Cause\n\nThe seal is dry.\n\n*From the answer by [Ann](/posts/3).*\n"
    )


def test_empty_parts_have_no_heading():
    blocks = arrange(ArticleKind.SOLUTION, [passage(SourceRole.SOLUTION, "Grease it.")])
    assert [block.role for block in blocks] == ["problem", "environment", "solution", "cause"]
    assert assemble_body(blocks, {}) == "## Solution\n\nGrease it.\n"


def test_words_that_were_changed_say_so_and_a_second_passage_has_no_second_heading():
    from app.core.records import replace

    one, two = passage(SourceRole.SOLUTION, "Grease it."), passage(SourceRole.SOLUTION, "Or oil it.", 3)
    body = assemble_body(arrange(ArticleKind.SOLUTION, [replace(one, body="Grease it well."), two]), SOURCES)
    assert "*Based on the answer by [Tom](/posts/2).*" in body and "*From the answer by [Ann](/posts/3).*" in body
    assert body.count("## Solution") == 1


def test_steps_are_numbered_in_their_order():
    steps = [
        Block("a", SourceRole.STEP, "Open it", "x"),
        Block("b", SourceRole.STEP, "", "y"),
        Block("c", SourceRole.STEP, "No", ""),
    ]
    assert assemble_body(steps, {}) == "## Step 1: Open it\n\nx\n\n## Step 2\n\ny\n"
    again = read_blocks(assemble_body(steps, {}))
    assert [(block.role, block.title) for block in again] == [("step", "Open it"), ("step", "")]


def test_a_text_in_one_piece_is_read_as_blocks_with_its_sources():
    body = (
        "Begin.\n\n## Solution\n\nGrease it.\n\n*From the accepted answer by [Tom](/posts/2).*\n\nOr oil it.\n\n"
        "*From the answer by [Ann](/posts/3).*\n\n## Notes\n\n```\n## no heading\n```\n"
    )
    blocks = read_blocks(body, [("solution", origin(2)), ("solution", origin(3)), ("cause", origin(7))])
    assert [(b.title, b.role, [o.post_id for o in b.sources]) for b in blocks] == [
        ("", "other", [7]), ("Solution", "solution", [2]), ("", "solution", [3]), ("Notes", "other", []),
    ]  # fmt: skip
    assert assemble_body(blocks, SOURCES) == body.replace("accepted ", "")
    assert [block.is_edited for block in blocks] == [True, False, False, False]
    assert blocks == read_blocks(body, [("solution", origin(2)), ("solution", origin(3)), ("cause", origin(7))])


def test_words_of_a_text_in_one_piece_are_those_of_a_post_only_where_a_line_says_so():
    body = "## Solution\n\nOil it.\n\n*Based on the answer by [Ann](/posts/3).*\n\n## Cause\n\nRust.\n"
    blocks = read_blocks(body, [("solution", origin(3)), ("cause", origin(2))])
    assert [block.is_edited for block in blocks] == [True, True]
    assert "*Based on the answer by [Tom](/posts/2).*" in assemble_body(blocks, SOURCES)


def test_a_heading_without_words_of_its_own_stays_with_those_that_go_on_under_it():
    blocks = [
        Block("a", SourceRole.SOLUTION, "Solution", "Oil it."), Block("b", SourceRole.CAUSE, "Cause", " "),
        Block("c", SourceRole.CAUSE, "", "Rust."), Block("d", SourceRole.CAUSE, "", "Salt."),
        Block("e", SourceRole.ALTERNATIVE, "Otherwise", ""), Block("f", SourceRole.OTHER, "", "Goodbye."),
    ]  # fmt: skip
    assert assemble_body(blocks, {}) == "## Solution\n\nOil it.\n\n## Cause\n\nRust.\n\nSalt.\n\nGoodbye.\n"


def test_a_text_that_cannot_be_cut_stays_in_one_piece():
    for body in ("# Top\n\n## Below\n\nx", "## " + "long " * 60, "".join(f"## {n}\n\nx\n\n" for n in range(100)), ""):
        (only,) = read_blocks(body)
        assert only.body == body.strip("\n") and only.title == ""


@given(st.text(alphabet="#=-`~ ab\n|>*", max_size=120))
def test_reading_blocks_loses_no_word(source: str):
    again = assemble_body(read_blocks(source), {})
    kept = [block.body for block in read_blocks(source) if not block.body.strip()]
    if not kept:
        assert again.replace("#", "").split() == source.replace("#", "").split()


def test_headings_of_passages_go_below_those_of_the_article():
    source = "# Step\n\nDo.\n\nFirst\n=====\n\nx\n\n```\n# a comment\n```\n\n##### Deep"
    assert demote_headings(source) == "### Step\n\nDo.\n\n### First\n\nx\n\n```\n# a comment\n```\n\n###### Deep"
    levels = [level for level, _id, _text in render_markdown("## Solution\n\n" + demote_headings(source), top_level=2).toc]
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
    html = render_markdown(assemble_body([passage(SourceRole.SOLUTION, "Yes.")], {2: Source(name, "/posts/2")}), top_level=2).html
    assert "<strong>" not in html and 'href="javascript' not in html and "**bold**" in html


def test_escaping_shows_the_text_as_it_is():
    assert render_markdown(escape_markdown("a_b_c *d* `e` [f] #g")).text == "a_b_c *d* `e` [f] #g"


def test_lines_that_name_the_environment_are_found():
    source = "It hums.\n\nVersion: 4.2\n**OS:** Debian 13\n- Model = AB-1\nI think the version: is wrong\nversion 3"
    assert guess_environment(source) == "- Version: 4.2\n- OS: Debian 13\n- Model = AB-1"
    assert "I think" not in guess_environment(source) and guess_environment("It hums.") == ""


def test_wordings_are_kept_once():
    assert join_wordings(["Why does it hum?", "why does  it hum?", "", "Pump hums"]) == "Why does it hum?\nPump hums"


@pytest.mark.parametrize("language", ["en", "de", "zh"])
@pytest.mark.parametrize("is_edited", [False, True])
def test_lines_written_in_the_language_of_one_site_are_read_in_that_of_another(language: str, is_edited: bool):
    set_site_language(language)
    try:
        lines = [attribution(Source("Ada *A*", "/posts/7", is_opening), is_edited) for is_opening in (True, False)]
        shown = [show_credits(render_markdown(line, top_level=2).html, {7: "Bea <b>"}) for line in lines]
        headings = [step_heading(3, "Open the lid"), step_heading(12, "")]
    finally:
        set_site_language("en")
    assert [read_credit(line) for line in lines] == [(7, not is_edited)] * 2
    assert all("Bea &lt;b&gt;</a>" in line and "Ada" not in line for line in shown)
    assert [without_step(heading) for heading in headings] == ["Open the lid", ""]
    assert ("Ada" in lines[0] and "Asked" in lines[0]) == (language == "en" and not is_edited)


EARLIER = "*From the accepted answer by [Tom](/posts/2).*"


def test_lines_about_authors_say_what_is_true_when_they_are_shown():
    html = str(render_markdown(f"Grease it.\n\n{EARLIER}\n\nOr oil it.\n\n*Asked by [Ann](/posts/3).*", top_level=2).html)
    assert "accepted" in html
    said = show_credits(html, {2: "Tom Tanner"})
    assert '<p><em>From the answer by <a href="/posts/2">Tom Tanner</a>.</em></p>' in said and "accepted" not in said
    assert "/posts/3" not in said and "Ann" not in said and "Or oil it." in said
    assert plain_text(html) == "Grease it. Or oil it."


def test_what_only_looks_like_such_a_line_stays():
    for words in ("*See [the post](/posts/2).*", f"He said: {EARLIER}", f"> {EARLIER} Really.", "[Tom](/posts/2)"):
        html = str(render_markdown(words, top_level=2).html)
        assert show_credits(html, {}) == html


def test_lines_of_earlier_sites_are_still_read():
    assert read_credit(EARLIER) == (2, True)
    assert credit_line("answer", "Tom", "/posts/2", is_edited=False) == "*From the answer by [Tom](/posts/2).*"
