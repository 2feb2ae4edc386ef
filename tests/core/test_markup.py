"""Markdown as people in forums type it, and what may never come out of it."""

from __future__ import annotations

import hashlib
import re
from html import unescape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from app.core.errors import Invalid
from app.core.markup import (
    EXCERPT_LENGTH,
    MAX_BODY,
    RENDERER_VERSION,
    extract_mentions,
    image_markdown,
    render_inline,
    render_markdown,
    visible_text,
    with_first_image_at_once,
)
from app.core.markup_sanitizing import OUTSIDE_REL, TAGS, is_own_address, sanitize, sanitize_anything, sanitize_well_formed
from tests.thorough import examples

OUT = f' rel="{OUTSIDE_REL}"'


def html(source: str, **options: object) -> str:
    return str(render_markdown(source, **options).html)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("one\ntwo", "<p>one<br>two</p>"),
        ("**bold** *em* ~~gone~~ `a<b`", "<p><strong>bold</strong> <em>em</em> <del>gone</del> <code>a&lt;b</code></p>"),
        ("snake_case_name stays", "<p>snake_case_name stays</p>"),
        ("- a\n  - b\n- c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("1. a\n  - b", "<ol><li>a<ul><li>b</li></ul></li></ol>"),
        ("* a\n    * b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("Steps:\n1. a\n2. b", "<p>Steps:</p><ol><li>a</li><li>b</li></ol>"),
        ("3) c\n4) d", '<ol start="3"><li>c</li><li>d</li></ol>'),
        ("in 2011. it\n1986. was", "<p>in 2011. it<br>1986. was</p>"),
        ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("> a\nlazy\n\nb", "<blockquote><p>a<br>lazy</p></blockquote><p>b</p>"),
        ("> a\n>> b", "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>"),
        (">! the butler", "<details><summary>Spoiler</summary><p>the butler</p></details>"),
        ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
        (
            "| a | b |\n|--|-:|\n| 1 | 2 |",
            '<table><thead><tr><th>a</th><th class="align-right">b</th></tr></thead>'
            '<tbody><tr><td>1</td><td class="align-right">2</td></tr></tbody></table>',
        ),
        (
            "a | b\n-|-\n`x\\|y` | 2 | 3",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead>"
            "<tbody><tr><td><code>x|y</code></td><td>2 3</td></tr></tbody></table>",
        ),
        ("<kbd>Ctrl</kbd>+<kbd>C</kbd> H<sub>2</sub>O", "<p><kbd>Ctrl</kbd>+<kbd>C</kbd> H<sub>2</sub>O</p>"),
        ("<sup>a <sup>b</sup> c</sup>", "<p><sup>a <sup>b</sup> c</sup></p>"),
        ("List<String> and <div> stay", "<p>List&lt;String&gt; and &lt;div&gt; stay</p>"),
        ("&copy; &lt; AT&T `&lt;` &amp;lt;", "<p>&copy; &lt; AT&amp;T <code>&amp;lt;</code> &amp;lt;</p>"),
        ("\\*not\\* \\# \\`code\\`", "<p>*not* # `code`</p>"),
        ("#hashtag\n# Heading #", "<p>#hashtag</p><h3>Heading</h3>"),
        ("- [ ] todo", "<ul><li>[ ] todo</li></ul>"),
    ],
)
def test_text_looks_as_its_author_expects(source: str, expected: str):
    assert html(source) == expected


def test_code_keeps_every_character():
    shown = html('```\n\tif (a < b && "c") {  }\n\n    *x*\n```')
    assert shown == ('<pre class="highlight" tabindex="0"><code>\tif (a &lt; b &amp;&amp; "c") {  }\n\n    *x*</code></pre>')


def test_code_is_highlighted_by_class_and_never_by_style():
    shown = html("```py\nimport os  # a comment\n```")
    assert 'class="language-python"' in shown and '<span class="kn">import</span>' in shown
    assert "style" not in shown


def test_words_of_code_that_look_like_the_rest_carry_no_class_and_like_neighbours_share_one():
    shown = html('```py\nf.g(a, "b")\n```')
    assert '<span class="s2">"b"</span>' in shown and 'class="o"' not in shown and 'class="n"' not in shown


@pytest.mark.parametrize("info", ["nosuchlanguage", "html+php", "../../etc", '"><script>', "x" * 100])
def test_an_unknown_language_shows_plain_code(info: str):
    assert html(f"```{info}\nx = 1\n```") == '<pre class="highlight" tabindex="0"><code>x = 1</code></pre>'


def test_a_fence_that_nobody_closed_runs_to_the_end():
    assert html("a\n```\nb\n\n# c") == '<p>a</p><pre class="highlight" tabindex="0"><code>b\n\n# c</code></pre>'


def test_code_in_a_list_and_in_a_quote_belongs_there():
    assert html("1. a\n   ```\n   \tb\n   ```\n2. c") == (
        '<ol><li>a<pre class="highlight" tabindex="0"><code>\tb</code></pre></li><li>c</li></ol>'
    )
    assert html("> ```\n> b\n> ```\n> c").startswith("<blockquote><pre")


class TestHeadings:
    def test_posts_start_at_level_three_whatever_the_author_began_with(self):
        assert html("## A\n### B\n## C") == "<h3>A</h3><h4>B</h4><h3>C</h3>"

    def test_levels_end_at_six(self):
        assert html("# A\n###### B") == "<h3>A</h3><h6>B</h6>"

    def test_posts_have_no_ids_because_a_page_shows_many_of_them(self):
        rendered = render_markdown("# A")
        assert "id=" not in rendered.html and rendered.toc == ()

    def test_articles_have_ids_and_a_table_of_contents(self):
        rendered = render_markdown("# Set up `ssh`\n## Keys & locks\n# Set up ssh\n# 安装", top_level=2)
        assert rendered.toc == (
            (2, "h-set-up-ssh", "Set up ssh"),
            (3, "h-keys-and-locks", "Keys & locks"),
            (2, "h-set-up-ssh-2", "Set up ssh"),
            (2, "h-安装", "安装"),
        )
        assert [f'id="{entry[1]}"' in rendered.html for entry in rendered.toc] == [True] * 4


class TestLinks:
    @pytest.mark.parametrize(
        ("source", "expected"),
        [
            ("[a](https://x.org/b_(c))", f'<a href="https://x.org/b_(c)"{OUT}>a</a>'),
            ('[a](/questions/1 "T")', '<a href="/questions/1" title="T">a</a>'),
            ("[a *b*](#c)", '<a href="#c">a <em>b</em></a>'),
            ("[a][R]\n\n[r]: http://x.org 'T'", f'<a href="http://x.org" title="T"{OUT}>a</a>'),
            ("[r]\n\n[r]: <http://x.org/a b>", f'<a href="http://x.org/a%20b"{OUT}>r</a>'),
            ("see https://x.org/a_b_c.", f'see <a href="https://x.org/a_b_c"{OUT}>https://x.org/a_b_c</a>.'),
            ("(www.x.org/a)", f'(<a href="https://www.x.org/a"{OUT}>www.x.org/a</a>)'),
            ("**https://x.org**", f'<strong><a href="https://x.org"{OUT}>https://x.org</a></strong>'),
            ("<https://x.org/?a=1&b=2>", f'<a href="https://x.org/?a=1&amp;b=2"{OUT}>https://x.org/?a=1&amp;b=2</a>'),
            ("<me@x.org>", f'<a href="mailto:me@x.org"{OUT}>me@x.org</a>'),
            ("`https://x.org`", "<code>https://x.org</code>"),
            ("[x] [] [](y) [z](", "[x] [] [](y) [z]("),
            ("[![a](/uploads/a.png)](/b)", '<a href="/b"><img alt="a" src="/uploads/a.png" loading="lazy" decoding="async"></a>'),
        ],
    )
    def test_links_go_where_their_author_meant(self, source: str, expected: str):
        assert html(source) == f"<p>{expected}</p>"

    @pytest.mark.parametrize(
        "href",
        [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "&#106;avascript:x",
        ],
    )
    def test_an_address_that_could_run_something_is_no_link(self, href: str):
        assert "<a" not in html(f"[x]({href})") and "<a" not in html(f"<{href}>")
        assert "href" not in html(f"[x][y]\n\n[y]: {href}")

    @pytest.mark.parametrize("href", ["http://own.test/a", "https://OWN.test", "/a", "#a", "?page=2"])
    def test_links_within_the_site_are_followed(self, href: str):
        assert "rel=" not in html(f"[x]({href})", own_host="own.test")

    @pytest.mark.parametrize(
        "href",
        [
            "//evil.test/a",
            "http://own.test.evil.test",
            "http://own.test@evil.test/",
            "http://evil.test/own.test",
            "mailto:a@own.test",
        ],
    )
    def test_links_that_only_look_like_ours_are_marked(self, href: str):
        assert OUTSIDE_REL in html(f"[x](<{href}>)", own_host="own.test")

    def test_a_backslash_cannot_stand_for_a_slash(self):
        assert html("[x](</\\evil.test>)") == '<p><a href="/%5Cevil.test">x</a></p>'
        assert OUTSIDE_REL in sanitize('<a href="/\\evil.test">x</a>', "own.test")

    @given(st.text(alphabet="/\\@:.#?htps own.testevil\t\n", max_size=30))
    def test_an_own_address_never_names_another_host(self, href: str):
        if is_own_address(href, "own.test"):
            assert not re.match(r"\s*[/\\]{2}", href)
            assert re.match(r"https?://own\.test([/?#]|$)", href.strip(), re.IGNORECASE) or href.strip()[0] in "/#?"


class TestImages:
    def test_the_first_image_of_an_opening_text_is_loaded_at_once_and_the_others_when_near(self):
        stored = render_markdown('`<img src="x" loading="lazy">`\n\n![a>b](/uploads/a.png)\n\n![c](/uploads/c.png)').html
        shown = with_first_image_at_once(stored)
        assert stored.count(' loading="lazy" decoding="async">') == 2
        assert shown == str(stored).replace(' loading="lazy" decoding', " decoding", 1)
        assert with_first_image_at_once(Markup("<p>a</p>")) == "<p>a</p>"

    def test_an_upload_keeps_its_size(self):
        source = image_markdown("a [b] *c*", "/uploads/2/a.png", 640, 480)
        assert html(source) == (
            '<p><img alt="a [b] *c*" height="480" src="/uploads/2/a.png" width="640" loading="lazy" decoding="async"></p>'
        )

    def test_a_secure_image_from_elsewhere_is_shown_without_a_size(self):
        assert html("![a](https://x.org/b.png){width=1 height=1}") == (
            '<p><img alt="a" src="https://x.org/b.png" loading="lazy" decoding="async"></p>'
        )

    def test_an_insecure_image_becomes_a_link(self):
        assert html("![a](http://x.org/b.png)") == f'<p><a href="http://x.org/b.png"{OUT}>a</a></p>'

    @pytest.mark.parametrize(
        "source", ["data:image/png;base64,AA", "javascript:x", "/questions/1", "/uploads/../admin", "//x.org/a.png"]
    )
    def test_nothing_else_is_embedded(self, source: str):
        assert "<img" not in html(f"![a]({source})")


class TestMentions:
    def test_a_known_name_becomes_a_link_as_it_is_written_in_its_address(self):
        assert html("Hi @bob.", mentions=frozenset({"Bob"})) == '<p>Hi <a class="mention" href="/people/Bob">@Bob</a>.</p>'

    @pytest.mark.parametrize(
        "source", ["@carol", "a@bob", "`@bob`", "    @bob", "```\n@bob\n```", "[@bob](/x)", "http://x.org/@bob", "<bob@bob.org>"]
    )
    def test_unknown_names_code_and_links_mention_nobody(self, source: str):
        assert 'class="mention"' not in html(source, mentions=frozenset({"bob"}))

    def test_names_are_found_once_and_only_in_text(self):
        source = "@ann @Bob @ann `@code` [@link](/x) @d.e-f_g, @张伟\n\n```\n@fence\n```\n\n> @quoted"
        assert extract_mentions(source) == ("ann", "Bob", "d.e-f_g", "张伟", "quoted")

    def test_at_most_twenty_are_told(self):
        assert len(extract_mentions(" ".join(f"@n{i}" for i in range(50)))) == 20


class TestInline:
    def test_a_comment_has_no_blocks(self):
        shown = render_inline("# a\n- **b** `c`\n\n> d\n\n```\ne\n```\n![i](/uploads/i.png)").html
        assert not re.search("<(p|h.|ul|li|pre|blockquote|img|hr)\\b", shown)
        assert shown.startswith("# a<br>- <strong>b</strong> <code>c</code><br>&gt; d")

    def test_a_comment_mentions_and_links(self):
        shown = render_inline("@bob see http://own.test/x", mentions=frozenset({"bob"}), own_host="own.test").html
        assert shown == '<a class="mention" href="/people/bob">@bob</a> see <a href="http://own.test/x">http://own.test/x</a>'


class TestRendered:
    def test_it_carries_every_form_of_the_text(self):
        rendered = render_markdown("**a** &amp;\nb\r\n\r\n- c\x00")
        assert rendered.source == "**a** &amp;\nb\n\n- c"
        assert rendered.text == "a & b c"
        assert rendered.hash == hashlib.sha256(rendered.source.encode()).hexdigest()
        assert rendered.version == RENDERER_VERSION

    def test_the_excerpt_ends_at_a_word(self):
        excerpt = render_markdown("word " * 100).excerpt
        assert len(excerpt) <= EXCERPT_LENGTH and excerpt.endswith("word…")

    def test_nothing_becomes_nothing(self):
        rendered = render_markdown(" \n\t\n")
        assert (rendered.html, rendered.text, rendered.excerpt) == ("", "", "")

    def test_a_text_that_is_too_long_says_by_how_much(self):
        with pytest.raises(Invalid, match="40,001 characters") as caught:
            render_markdown("a" * (MAX_BODY + 1))
        assert set(caught.value.errors) == {"body"}


# What may come out, whatever goes in.
ALLOWED_TAG = re.compile(
    r"<(?:/[a-z0-9]+|([a-z0-9]+)((?: (?:href|title|rel|class|src|alt|width|height|loading|decoding|start|id|tabindex)=\"[^\"<]*\")*))>"
)
FRAGMENTS = st.sampled_from(
    [
        *[
            "<",
            ">",
            "<a",
            "href=",
            'href="javascript:alert(1)"',
            "onerror=alert(1)",
            "<script>",
            "</script>",
            "<style>",
            "<svg/onload=x>",
        ],
        *[
            "<img",
            "src=x>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "[",
            "]",
            "(",
            ")",
            "![",
            "](",
            '"',
            "'",
            "`",
            "```",
            "~~~",
            "*",
            "**",
            "_",
            "__",
        ],
        *[
            "~~",
            "\\",
            "&",
            "&lt;",
            "&#106;",
            "&colon;",
            "javascript:",
            "data:",
            "https://x.org",
            "www.x.org",
            "<https://x.org>",
            "@bob",
            "@ann",
        ],
        *[
            "#",
            "##",
            "-",
            "1.",
            ">!",
            "|",
            "|-|-|",
            "{width=1",
            "height=2}",
            "/uploads/a.png",
            "[a]:",
            "<kbd>",
            "</kbd>",
            "<b>",
            "</b>",
            "<br>",
        ],
        *["<p>", "<pre>", "<details>", "<math>", "<iframe>", "---", "===", "$", "$$", "é", "张", "\u200d", "\u202e"],
    ]
) | st.sampled_from(
    [
        "\n",
        "\n\n",
        "    ",
        "\t",
        " ",
        "\x00",
        "\x02",
        "\x03",
        "\r",
        "\x02wzxhzdk:0\x03",
        "klzzwxh:0001",
        "\x02klzzwxh:0000\x03",
        "\x02amp\x03",
    ]
)
HOSTILE = st.lists(FRAGMENTS | st.text(max_size=8), max_size=40).map("".join)


def assert_harmless(shown: str) -> None:
    rest = ALLOWED_TAG.sub("", shown)
    assert "<" not in rest, rest
    for tag, attributes in ALLOWED_TAG.findall(shown):
        assert tag in TAGS | {""}
        for address in re.findall(r'(?:href|src)="([^"]*)"', attributes):
            scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", unescape(address).replace("\t", "").replace("\n", ""), re.IGNORECASE)
            assert scheme is None or scheme[1].lower() in ("http", "https", "mailto")


@settings(max_examples=examples(300), deadline=None)
@given(HOSTILE)
def test_no_text_brings_anything_dangerous_or_fails(source: str):
    for rendered in (render_markdown(source, mentions=frozenset({"bob"}), top_level=2), render_inline(source)):
        assert_harmless(str(rendered.html))
        assert rendered.text == " ".join(rendered.text.split())


@settings(max_examples=examples(300), deadline=None)
@given(HOSTILE)
def test_sanitising_alone_holds_for_raw_html(source: str):
    assert_harmless(sanitize(source))


TAGS_AND_TEXTS = """
    <p> </p> <strong> </strong> <a> </a> <ul> <ol> <li> </li> </ul> <blockquote> </blockquote> <pre> </pre> <code> </code> <table> <thead>
    <tbody> <tr> <td> </td> </tr> </tbody> </table> <details> <summary> </summary> </details> <h3> </h3> <br> <hr> </br> <div> </div> a
    <script> </script> <!-- &amp; &lt; &copy; & < > &#65; <img> <b/> <P> <svg> <style>
"""
PIECES = [
    *TAGS_AND_TEXTS.split(),
    '<a href="https://a.b/?c=1&amp;d=2" title="x">', '<a href="javascript:x">', '<a href="/people/bob" class="mention">', '<p onclick="x">',
    '<img alt="" src="/uploads/a.png">', '<img src="data:x">', '<a href="a" href="b">', '<a title="a>b">', '<ol start="3">', '<td class="x">',
    '<span class="k">', "</span>", "\n", " ", "\r", "\x00",
]  # fmt: skip


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("<p>a &amp;lt; &gt; b > c</p><pre>\n<code>x</code></pre>")
def test_what_is_well_formed_is_sanitised_as_bleach_does_it_with_a_parser(source: str):
    assert sanitize_well_formed(source, "own.test") in (None, sanitize_anything(source, "own.test"))


def test_what_our_renderer_writes_needs_no_parser():
    blocks = [
        "# A",
        "One @bob\ntwo **b** `c<d` [e](https://a.test/?f=1&g=2)",
        "- h\n  1. i",
        "> j",
        ">! k",
        "|l|m|\n|-|-:|\n|n|o|",
    ]
    source = "\n\n".join([*blocks, "```python\nif 1 > 0:\n    pass\n```"])
    shown = str(render_markdown(source, mentions=frozenset({"bob"}), top_level=2).html)
    assert sanitize_well_formed(shown) == shown


@settings(max_examples=examples(200), deadline=None)
@given(st.text(max_size=200))
def test_any_text_renders(source: str):
    render_markdown(source)
    extract_mentions(source)


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf"]), max_size=20), max_size=6))
def test_words_without_marks_survive(words: list[str]):
    kept = ["".join(c for c in word if c.isalnum()) for word in words]
    source = "\n\n".join(f"x{word}x" for word in kept)
    assert render_markdown(source).text.split() == render_markdown(source).source.split()


def test_visible_text_is_not_fooled_by_brackets_in_attributes():
    assert visible_text('<p>a <img alt="1 > 0"> b</p><p>c</p>') == "a b c"


def test_a_heading_does_not_run_into_the_text_after_it():
    source = "## What *hums*\n\nThe pump.\n\n## Does it leak?\n\n- No\n\n## The `end`"
    assert render_markdown(source).text == "What hums: The pump. Does it leak? No The end"
