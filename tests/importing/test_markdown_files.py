"""Front matter and text: what is read is what was written, and nonsense is refused with a reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.text import clean_line, clean_text
from app.importing.markdown.files import (
    ArticleFile,
    SourceLine,
    read_article,
    read_section,
    split_front_matter,
    write_article,
    write_section,
)
from app.importing.markdown.lines import from_plain_text

lines = st.text(max_size=40).map(clean_line)
titles = lines.filter(bool)
bodies = st.text(max_size=300).map(clean_text).map(str.strip).filter(bool).map(lambda text: f"{text}\n")
MOMENT = datetime(2026, 3, 4, 5, 6, 7, 890, tzinfo=UTC)


@given(title=titles, summary=lines, body=bodies, asked_as=st.lists(titles, max_size=3).map(tuple), source=lines)
def test_what_is_written_is_read_again(title: str, summary: str, body: str, asked_as: tuple[str, ...], source: str):
    article = ArticleFile(
        title, body, "a-slug", ("top", "below"), "published", "members", "zh-CN", "faq", summary, summary, asked_as, asked_as, "stan", 3,
        MOMENT, MOMENT, MOMENT, "ada", (SourceLine("solution", 7, 2, "ab" * 32, source, title, "http://x/posts/7"),),
        "top/below/a-slug.md",
    )  # fmt: skip
    assert read_article(write_article(article), path="top/below/a-slug.md", sections=("top", "below")) == article


def test_files_of_other_programs_come_in():
    text = "---\ntitle: 'Colons: allowed'\ndate: 2024-05-06\ntags: [a, b]\ndraft: false\nmodified_at: 2024-05-06\n---\n# Not the title\n\nText."
    article = read_article(text, path="x.md")
    assert article.title == "Colons: allowed" and article.body.startswith("# Not the title")
    assert article.modified_at == datetime(2024, 5, 6, tzinfo=UTC)
    plain = read_article("# How to prime\n\nFill it.\n", path="guides/prime.md")
    assert (plain.title, plain.body) == ("How to prime", "Fill it.\n")
    assert read_article("Only text.\n", path="guides/prime-the-pump.md").title == "prime the pump"


def test_a_rule_in_the_text_is_no_front_matter():
    assert split_front_matter("Text\n\n---\n\nmore")[0] == {}
    head, body = split_front_matter("---\ntitle: x\n---\n\n---\n\nmore\n")
    assert head == {"title": "x"} and body == "---\n\nmore\n"


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("title: [", "not YAML"),
        ("- a\n- b", "not a list of names"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("title: x\nx: !!python/object/apply:os.system [ls]", "not YAML"),
        ("language: Klingon", "no code"),
        ("revision: many", "no whole number"),
        ("modified_at: soon", "no date"),
    ],
)
def test_nonsense_is_refused_with_a_reason(head: str, reason: str):
    with pytest.raises(Invalid, match=reason):
        read_article(f"---\n{head}\n---\n\nText\n")


def test_sections_say_their_title_description_and_place():
    section = read_section("---\ntitle: Pumps and hoses\nposition: 3\n---\n\nAll that moves water.\n", "pumps")
    assert (section.title, section.description, section.position) == ("Pumps and hoses", "All that moves water.", 3)
    assert read_section(write_section(section), "pumps") == section


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("A line that was broken by the edge of a\npage goes on.", "A line that was broken by the edge of a page goes on."),
        ("It ends.\nThe next begins.", "It ends.\n\nThe next begins."),
        ("Run <b>*this*</b> & &lt; _that_", r"Run \<b\>\*this\*\</b\> & &amp;lt; \_that\_"),
        ("- no list\n1. none", "\\- no list\n\n1\\. none"),
        ("See https://x.example/a_b*c for more", "See https://x.example/a_b*c for more"),
        ("对一般新手的问题的回答会尽量简单，请阅读下面的内\n容。", "对一般新手的问题的回答会尽量简单，请阅读下面的内容。"),
    ],
)
def test_plain_text_reads_the_same_as_markdown(text: str, markdown: str):
    assert from_plain_text(text) == markdown
