"""White space of templates: what nobody sees is not sent, and what separates words stays."""

import gzip

import pytest
from jinja2 import DictLoader, Environment

from app.web.compressing import compress
from app.web.tightening import Tightening, tightened


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<div>\n  <p>One\n  two</p>\n\n  <b>three</b>\n</div>\n", "<div><p>One\ntwo</p><b>three</b></div>"),
        ("<a>one</a>\n   <a>two</a>", "<a>one</a>\n<a>two</a>"),
        ("<i>\n  one", "<i>\none"),
        ("<textarea>\n  kept\n</textarea>\n", "<textarea>\n  kept\n</textarea>\n"),
        ('">\n  <header class="a">\n', '"><header class="a">'),
        ("one  two", "one  two"),
    ],
)
def test_only_white_space_that_nobody_sees_goes(text: str, expected: str) -> None:
    assert tightened(text) == expected


def test_values_translations_and_mails_keep_their_lines() -> None:
    source = "<p>\n  {{ value }}\n  {% trans %}a\n  b{% endtrans %}\n</p>"
    loader = DictLoader({"page.html": source, "email/letter.html": source})
    environment = Environment(loader=loader, extensions=["jinja2.ext.i18n", Tightening], autoescape=True)
    environment.install_null_translations()  # type: ignore[attr-defined]
    assert environment.get_template("page.html").render(value="x\n\n  y") == "<p>x\n\n  y\na\n  b</p>"
    assert environment.get_template("email/letter.html").render(value="x").startswith("<p>\n  x\n")


@pytest.mark.parametrize(
    "body",
    [b"plain " * 300, b'<head>x</head><body><article>a</article><div class="answers"><article>b</article>c' * 9, b"<body"],
)
def test_pages_packed_part_by_part_are_whole(body: bytes) -> None:
    packed = compress(body, "gzip")
    assert gzip.decompress(packed) == body and packed == compress(body, "gzip")
