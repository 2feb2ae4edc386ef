"""HTML from elsewhere becomes Markdown that `core.markup` shows with the same words and the same code.

Owns the conversion for imports (Stack Exchange posts, knowledge-base exports). Must not be used as a sanitiser: what
it returns is source text like any other and is rendered and sanitised by `render_markdown`.

Built on markdownify; what it does not keep is done here: languages of code, code with tabs and backticks, characters
that Markdown would take as marks, spoilers, keys, sub- and superscript, text after a nested list.
"""

import re
from collections.abc import Callable
from typing import Any

import markdownify
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from app.core.markup_sanitizing import PROTOCOLS
from app.core.markup_state import MAX_URL
from app.core.text import clean_text

Parents = set[str]
_Base: Any = markdownify.MarkdownConverter

_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "code",
        "del",
        "em",
        "i",
        "img",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
    ]
)
_EMPHASIS = frozenset(["b", "strong", "i", "em", "cite", "dfn", "var"])
_PUNCTUATION = re.escape("\\`*_{}[]()<>#+-.!~|@:\"'$%,/;=?^")
_MARKS = re.compile(
    rf"\\(?=[{_PUNCTUATION}]|$)"  # a backslash that would escape something
    r"|[`*\[]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # an underscore that is not inside a word
    r"|~(?=~)|<(?=[A-Za-z/!])|!$"
)
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_LINE_START = re.compile(r"\s*(?:([-+])(?=\s|$)|(#{1,6})(?=\s|$)|(>|!|\||-{3}|={3})|\d{1,9}([.)])(?=\s|$))")
_TABLE_RULE = re.compile(r"\s*[-:|][-:| ]*$")
_LANGUAGE = re.compile(r"(?:^|\s)(?:lang|language)-([\w+#.-]{1,20})")
_HTTPS_IMAGES = re.compile(r"http://(?=(?:i\.stack\.imgur\.com|i\.imgur\.com|i\.sstatic\.net|upload\.wikimedia\.org)/)")


MAX_SPAN = 20
"""Columns that one cell of a table may span."""


def html_to_markdown(html: str) -> str:
    """Return `html` as Markdown for `render_markdown`: same visible text, code word for word.

    HTML that cannot be followed (nested a hundred deep) comes back as its plain text. Never raises for bad HTML.
    """
    cleaned = clean_text(html)
    try:
        return str(_Converter().convert(cleaned)).strip("\n")
    except (RecursionError, ValueError):  # ValueError: numbers such as start="²" that look like digits and are none
        return escape_text(" ".join(BeautifulSoup(cleaned, "html.parser").get_text(" ").split()))


def escape_text(text: str, starts_line: bool = True) -> str:
    """Return plain `text` (one line) with a backslash before whatever Markdown would take as a mark."""
    escaped = _ENTITY.sub("&amp;", _MARKS.sub(lambda mark: f"\\{mark[0]}", text))
    if not starts_line:
        return escaped
    opening = _LINE_START.match(escaped)
    if opening:
        at = opening.start(opening.lastindex or 0)
        escaped = f"{escaped[:at]}\\{escaped[at:]}"
    elif _TABLE_RULE.match(escaped):
        at = len(escaped) - len(escaped.lstrip())
        escaped = f"{escaped[:at]}\\{escaped[at:]}"
    return escaped


def _wrapped(mark: str, tag: str) -> Callable[..., str]:
    """Return a converter that puts `mark` around text, or `tag` where marks would run together."""

    def convert(self: Any, el: Tag, text: str, parent_tags: Parents) -> str:
        inner = text.strip()
        if not inner or "\n\n" in text or "_noformat" in parent_tags:
            return text
        beside = [el.previous_sibling, el.next_sibling, el.parent, *el.children]
        crowded = any(isinstance(other, Tag) and other.name in _EMPHASIS for other in beside)
        opening, closing = (f"<{tag}>", f"</{tag}>") if crowded or not mark else (mark, mark)
        return f"{' ' * text[0].isspace()}{opening}{inner}{closing}{' ' * text[-1].isspace()}"

    return convert


class _Converter(_Base):  # type: ignore[misc]
    """The `convert_<tag>` methods are called by markdownify with the text of the children already converted."""

    class Options:
        heading_style = "atx"
        bullets = "-"
        wrap = True
        wrap_width = None
        strip_pre = None

    convert_b = convert_strong = _wrapped("**", "strong")
    convert_em = convert_i = convert_cite = convert_dfn = convert_var = _wrapped("*", "em")
    convert_del = convert_s = convert_strike = _wrapped("~~", "del")
    convert_ins = _wrapped("", "ins")
    convert_mark = _wrapped("", "mark")
    convert_small = _wrapped("", "small")
    convert_sub = _wrapped("", "sub")
    convert_sup = _wrapped("", "sup")

    def escape(self, text: str, parent_tags: Parents) -> str:
        """Leave escaping to `process_text`, which knows where in the line the text stands."""
        return text

    def process_text(self, el: NavigableString, parent_tags: Parents | None = None) -> str:
        text = str(super().process_text(el, parent_tags=parent_tags))
        tags = parent_tags or set()
        if "_noformat" in tags or not text:
            return text
        text = escape_text(text, starts_line=_starts_line(el))
        text = text.replace("]", "\\]") if "a" in tags else text
        return text.replace("|", "\\|") if tags & {"td", "th"} else text

    def convert_br(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return " " if "_inline" in parent_tags else "\n"

    def convert_pre(self, el: Tag, text: str, parent_tags: Parents) -> str:
        code = el.get_text()
        inner = el.find("code")
        if not isinstance(inner, Tag):
            code = code.removeprefix("\n")
        code = code.removesuffix("\n")
        longest = max((len(run) for run in re.findall("`+", code)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"\n\n{fence}{_language(el, inner)}\n{code}\n{fence}\n\n" if code.strip() else ""

    def convert_code(self, el: Tag, text: str, parent_tags: Parents) -> str:
        if "_noformat" in parent_tags:
            return text
        code = str(super().convert_code(el, text.replace("\n", " "), parent_tags))
        return code.replace("|", "\\|") if parent_tags & {"td", "th"} else code

    convert_samp = convert_tt = convert_code

    def convert_kbd(self, el: Tag, text: str, parent_tags: Parents) -> str:
        if "_noformat" in parent_tags:
            return text
        return f"<kbd>{escape_text(' '.join(text.split()), starts_line=False)}</kbd>" if text.strip() else ""

    def convert_a(self, el: Tag, text: str, parent_tags: Parents) -> str:
        href = str(el.get("href") or "").strip()
        if "_noformat" in parent_tags or not text.strip() or "\n\n" in text or not _is_linkable(el, href):
            return text
        lead, trail = " " * text[:1].isspace(), " " * text[-1:].isspace()
        title = _title(el)
        if el.get_text() == href and not title and re.match(r"https?://[^\s<>`\\]+$", href):
            return f"{lead}<{href}>{trail}"
        return f"{lead}[{text.strip()}]({_target(href)}{title}){trail}"

    def convert_img(self, el: Tag, text: str, parent_tags: Parents) -> str:
        source = _HTTPS_IMAGES.sub("https://", str(el.get("src") or "").strip())
        alt = escape_text(" ".join(str(el.get("alt") or "").split()), starts_line=False).replace("]", "\\]")
        return f"![{alt}]({_target(source)}{_title(el)})" if source else alt

    def convert_blockquote(self, el: Tag, text: str, parent_tags: Parents) -> str:
        quoted = str(super().convert_blockquote(el, text, parent_tags))
        if "spoiler" not in _classes(el):
            return f"\n{quoted}"
        return "\n" + re.sub(r"(?m)^> ?(?=.)|^>$", ">! ", quoted)

    def convert_list(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return f"\n\n{text.strip(chr(10))}\n\n"

    convert_ul = convert_ol = convert_list

    def convert_td(self, el: Tag, text: str, parent_tags: Parents) -> str:
        if "colspan" in el.attrs:
            el["colspan"] = str(min(MAX_SPAN, int(str(el["colspan"]))))
        return str(super().convert_td(el, text, parent_tags))

    convert_th = convert_td

    def convert_li(self, el: Tag, text: str, parent_tags: Parents) -> str:
        item = str(super().convert_li(el, text, parent_tags))
        return item if el.parent is not None and el.parent.name in ("ul", "ol") else f"\n{item}"

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: Parents) -> str:
        heading = re.sub(r"#$", r"\\#", " ".join(text.split()))
        return str(super().convert_hN(n, el, heading, parent_tags)) if heading else ""

    def convert_dt(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return f"\n\n**{text.strip()}**\n\n" if text.strip() else ""

    convert_summary = convert_dt

    def convert_dd(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return f"\n\n{text.strip()}\n\n"

    convert_details = convert_dd

    def convert_q(self, el: Tag, text: str, parent_tags: Parents) -> str:
        return f"“{text}”"


def _is_linkable(el: Tag, href: str) -> bool:
    """Return whether a link can be kept: an address that may be linked, of a length that is shown, not around another link."""
    scheme = re.match(r"([a-zA-Z][\w+.-]*):", href)
    allowed = scheme is None or scheme[1].lower() in PROTOCOLS
    return bool(href) and allowed and len(href) <= MAX_URL - 100 and el.find("a") is None


def _starts_line(el: Any) -> bool:
    """Return whether nothing visible stands before `el` on its line."""
    before = el.previous_sibling
    while before is None or (isinstance(before, NavigableString) and not before.strip()):
        if before is not None:
            before = before.previous_sibling
        elif el.parent is None or el.parent.name not in _INLINE:
            return True
        else:
            el = el.parent
            before = el.previous_sibling
    return isinstance(before, Tag) and before.name not in _INLINE


def _language(pre: Tag, code: Any) -> str:
    names = " ".join([*_classes(pre), *(_classes(code) if isinstance(code, Tag) else ())])
    hint = _LANGUAGE.search(names)
    return hint[1] if hint and hint[1] != "none" else ""


def _classes(el: Tag) -> list[str]:
    classes: Any = el.get("class") or []
    return classes.split() if isinstance(classes, str) else list(classes)


def _target(address: str) -> str:
    """Return an address as it stands between the parentheses of a link."""
    if address.startswith("//"):
        address = f"https:{address}"
    safe = re.sub(r"[\s`\\<>]", lambda mark: f"%{ord(mark[0]):02X}" if mark[0] < "\x80" else "", address)
    safe = _ENTITY.sub("&amp;", safe)
    return f"<{safe}>" if re.search("[()]", safe) or not safe else safe


def _title(el: Tag) -> str:
    title = " ".join(str(el.get("title") or "").split())
    escaped = title.replace("&", "&amp;").replace('"', "&quot;").replace("`", "&#96;").replace("\\", "&#92;")
    return f' "{escaped}"' if title else ""
