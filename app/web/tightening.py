"""Templates without the white space that only their writers need: taken out once, when a template is compiled.

Beside tags that always begin a line of their own nothing is left; elsewhere a line break stays, which a browser shows as the space
that was there. What values bring with them is never touched. Mails keep their lines.
"""

import re
from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_LINE = (
    r"(?:html|head|body|meta|link|title|script|main|header|footer|section|article|aside|nav|div|p|ul|ol|li|dl|dt|dd|h[1-6]|hr"
    r"|summary|table|thead|tbody|tr|th|td)\b"
)
_LINES = re.compile(r"\s*\n\s*")
_BEFORE = re.compile(rf"\s*\n\s*(?=</?{_LINE})")
_AFTER = re.compile(rf"(</?{_LINE}[^<>]*>)\s*\n\s*")
_AS_TYPED = re.compile(r"<(?:pre|textarea)\b")


def tightened(text: str) -> str:
    """Return a part of a template with the least white space that looks the same; one with `<pre>` or `<textarea>` as it is."""
    if "\n" not in text or _AS_TYPED.search(text):
        return text
    return _AFTER.sub(r"\1", _BEFORE.sub("", _LINES.sub("\n", text)))


class Tightening(Extension):
    """Tightens the HTML of templates while they are read; what is inside {% trans %} stays as the catalogs know it."""

    def filter_stream(self, stream: TokenStream) -> TokenStream | Iterator[Token]:
        if not (stream.name or "").endswith(".html") or (stream.name or "").startswith("email/"):
            return stream
        return self._tightened(stream)

    def _tightened(self, stream: TokenStream) -> Iterator[Token]:
        is_tag = is_translated = False
        for token in stream:
            if is_tag and token.type == "name" and token.value in ("trans", "endtrans"):
                is_translated = token.value == "trans"
            is_tag = token.type == "block_begin"
            if token.type == "data" and not is_translated:
                token = Token(token.lineno, token.type, tightened(token.value))
            yield token
