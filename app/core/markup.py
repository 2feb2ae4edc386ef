"""Text that people write becomes HTML here, and nowhere else: Markdown, then bleach exactly once.

Owns `Rendered`, the only kind of value that templates may print unescaped. Must not know who may read what, nor touch the
database. Rendering takes from a millisecond to some tens; do it before a unit of work, never inside.

What the Markdown is: CommonMark with tables, `~~deleted~~`, fenced and highlighted code, bare addresses as links,
`>!` spoilers, `<kbd>`, `<sub>` and the like; a line break is a line break, as in GitHub's comments.
"""

import hashlib
import re
import threading
from html import unescape

from markdown import Markdown  # type: ignore[import-untyped]
from markupsafe import Markup

from app.core.errors import Invalid
from app.core.i18n import gettext as _
from app.core.i18n import separated
from app.core.markup_code import code_html
from app.core.markup_extensions import ForumMarkdown
from app.core.markup_sanitizing import sanitize
from app.core.markup_state import MAX_HIGHLIGHTED, RenderState, too_deep
from app.core.records import Struct
from app.core.text import clean_text, shorten

RENDERER_VERSION = 2
"""Raise it when the HTML for the same source changes. It is stored with each text; a text keeps its HTML until it is edited."""
MAX_BODY = 40_000
"""Characters of source in one post, article or preview."""
EXCERPT_LENGTH = 200
MAX_MENTIONS = 20

_CODE_MARK = re.compile("<pre>([0-9]+)</pre>")
_TAG = re.compile(r"<(/?[a-z][a-z0-9]*)(?:\"[^\"]*\"|'[^']*'|[^'\">])*>")
# The end of a heading that has no mark of its own there, before something else.
_HEADING_END = re.compile(r"([^\s>.:;,!?…。：；，！？])((?:</[a-z]+>)*</h[1-6]>)(?=\s*<[a-z])")
_own = threading.local()
_LAZY_IMAGE = re.compile(r'(<img (?:[^">]|"[^"]*")*?) loading="lazy"')
_INLINE_TAGS = frozenset(
    ["a", "b", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "small", "span", "strong", "sub", "summary", "sup"]
)


class Rendered(Struct, frozen=True):
    """One text in all the forms it is stored and shown in.

    `source` is the Markdown after cleaning; `html` is safe to print; `text` is what a reader sees, on one line, with a colon after headings;
    `excerpt` is its start, at most 200 characters; `hash` is the SHA-256 of `source` in hex; `toc` holds
    (level, id, text) of each heading when ids were asked for.
    """

    source: str
    html: Markup
    text: str
    excerpt: str
    hash: str
    version: int = RENDERER_VERSION
    toc: tuple[tuple[int, str, str], ...] = ()


def render_markdown(
    source: str,
    *,
    mentions: frozenset[str] = frozenset(),
    own_host: str = "",
    top_level: int = 3,
    max_length: int = MAX_BODY,
) -> Rendered:
    """Return `source` as safe HTML.

    `mentions`: names of people who exist, as they are written in their address. `own_host`: host (and port) of this
    site; links elsewhere get `rel="ugc nofollow noopener"`. `top_level`: the level that the highest heading used becomes, 3
    for posts; 2 for articles, whose headings also get ids (`Rendered.toc`).
    Raises Invalid("body") when the text is longer than `max_length` or would cost too much to show.
    """
    state = RenderState(mentions={name.casefold(): name for name in mentions}, top_level=top_level, with_ids=top_level == 2)
    return _render(source, state, own_host, max_length)


def render_inline(
    source: str, *, mentions: frozenset[str] = frozenset(), own_host: str = "", max_length: int = MAX_BODY
) -> Rendered:
    """Return a comment as safe HTML without blocks and images: emphasis, code spans, links, mentions, line breaks.

    Raises Invalid("body") as `render_markdown` does.
    """
    state = RenderState(mentions={name.casefold(): name for name in mentions}, inline_only=True, allow_images=False)
    return _render(source, state, own_host, max_length)


def extract_mentions(source: str) -> tuple[str, ...]:
    """Return the names that `source` mentions outside code and links, as typed, each once, at most 20.

    Raises Invalid("body") as `render_markdown` does.
    """
    state = RenderState()
    _convert(_checked(source, MAX_BODY), state)
    return tuple(list(state.seen.values())[:MAX_MENTIONS])


def visible_text(html: str) -> str:
    """Return what a reader of our own HTML sees, with single spaces; blocks are separated, inline tags are not."""
    spaced = _TAG.sub(lambda tag: "" if tag[1].lstrip("/") in _INLINE_TAGS else " ", html)
    return " ".join(unescape(spaced).split())


def text_of(html: str) -> str:
    """As visible_text, with a colon after each heading: what `Rendered.text` holds."""
    return visible_text(_HEADING_END.sub(r"\1:\2", html) if "</h" in html else html)


def with_first_image_at_once(html: Markup) -> Markup:
    """Return stored HTML whose first image does not wait until it is near: for the text that a page opens with."""
    if "<img" not in html:
        return html
    return Markup(_LAZY_IMAGE.sub(r"\1", str(html), count=1))  # noqa: S704 - less of what was safe


def image_markdown(alt: str, path: str, width: int, height: int) -> str:
    """Return the Markdown for an uploaded image; the size keeps the page from jumping while it loads."""
    label = re.sub(r"([\\\[\]`*_<>!])", r"\\\1", " ".join(alt.split()))
    return f"![{label}]({path}){{width={width} height={height}}}"


def _render(source: str, state: RenderState, own_host: str, max_length: int) -> Rendered:
    cleaned = _checked(source, max_length)
    html = sanitize(_convert(cleaned, state), own_host)
    text = text_of(html)
    return Rendered(
        source=cleaned,
        html=Markup(html),  # noqa: S704 - the one place where text becomes trusted
        text=text,
        excerpt=shorten(text, EXCERPT_LENGTH),
        hash=hashlib.sha256(cleaned.encode()).hexdigest(),
        toc=tuple(state.toc),
    )


def _checked(source: str, max_length: int) -> str:
    if len(source) > max_length:
        raise Invalid(
            {
                "body": _(
                    "This text has %(source)s characters; at most %(max_length)s are possible. Please shorten it.",
                    source=separated(len(source)),
                    max_length=separated(max_length),
                )
            }
        )
    return clean_text(source)


def _convert(source: str, state: RenderState) -> str:
    """Return the HTML of `source` before sanitising. Raises Invalid when it nests too deeply."""
    markdown = _renderer()
    markdown.state = state
    try:
        html = str(markdown.convert(source))
    except BaseException as error:
        _own.renderer = None  # it stopped half-way
        if isinstance(error, RecursionError):
            raise too_deep() from None
        raise
    if state.inline_only:
        return html.removeprefix("<span>").removesuffix("</span>")
    return _CODE_MARK.sub(lambda mark: _code(int(mark[1]), state), html)


def _renderer() -> Markdown:
    """Return this thread's renderer, as new: making one costs as much as rendering a short text."""
    renderer: Markdown | None = getattr(_own, "renderer", None)
    if renderer is None:
        renderer = _own.renderer = Markdown(extensions=[ForumMarkdown()], output_format="html")
    return renderer.reset()


def _code(index: int, state: RenderState) -> str:
    code, language = state.code[index]
    state.highlighted += len(code)
    return code_html(code, language, may_highlight=state.highlighted <= MAX_HIGHLIGHTED)
