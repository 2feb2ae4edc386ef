"""Texts of the other site in the form they are stored here. Slow (a millisecond a text): never call it in a unit of work."""

import re

from app.core.errors import Invalid
from app.core.heavy import html_to_markdown
from app.core.markup import Rendered, render_inline, render_markdown

# People's typing is limited to less; what stands elsewhere is not cut.
MAX_IMPORTED = 20_000_000
_CODE_SPAN = re.compile(r"(`+)(?:(?!\1).)+?\1(?!`)", re.DOTALL)
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")


def render_body(html: str, own_host: str) -> tuple[Rendered, bool]:
    """Return HTML rendered anew from Markdown, and whether it had to become a block of plain text because nothing else worked."""
    # Without any tag it could be a bare address, which the HTML parser takes for a mistake and warns about.
    source = html_to_markdown.html_to_markdown(html if "<" in html else f"<p>{html}</p>")
    try:
        return render_markdown(source, own_host=own_host, max_length=MAX_IMPORTED), False
    except Invalid:
        return render_markdown(_fenced(source), own_host=own_host, max_length=MAX_IMPORTED), True


def render_comment(text: str, own_host: str) -> tuple[Rendered, bool]:
    """Return a comment, which is Markdown without HTML there, and whether it had to become plain text."""
    try:
        return render_inline(_without_html(text), own_host=own_host, max_length=MAX_IMPORTED), False
    except Invalid:
        plain = html_to_markdown.escape_text(" ".join(text.split()))
        return render_inline(plain, own_host=own_host, max_length=MAX_IMPORTED), True


def _fenced(source: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", source)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{source}\n{fence}"


def _without_html(text: str) -> str:
    """Return the Markdown so that what looks like a tag outside of code is shown as it was typed."""
    parts, at = [], 0
    for code in _CODE_SPAN.finditer(text):
        parts += [_TAG_START.sub(r"\\<", text[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*parts, _TAG_START.sub(r"\\<", text[at:])])
