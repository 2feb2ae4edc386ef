"""Articles in JSON lines (`FILE.jsonl`, or `.jsonl.xz`): one object a line with `id`, `title` and `body`. No database.

Other names are those of the front matter. Bodies are Markdown, or plain text in which nothing is markup.
"""

import json
import lzma
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.core.errors import Invalid
from app.core.text import clean_line, clean_text
from app.importing.markdown.files import MAX_FILE, ArticleFile, article_from
from app.importing.markdown.folder import Library, Unreadable

MOST_LINES = 100_000
# A line at least so long was ended by the edge of the page, not by its writer.
WRAPPED = 30
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_ADDRESS = re.compile(r"(https?://[^\s<>]+)")
_BULLET = re.compile(r"^(\s*)([-+]|\d+[.)]|>!?)(?=\s|$)")
_ENDS = re.compile(r"[.!?:;。！？：；]['\"”’»“)\]]*(\s*\[\d+\])?$")
_LEANS = re.compile(r"[.,;:!?)。，；：！？）、]")
_WIDE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


def read_lines(source: Path, *, sections: tuple[str, ...], is_text: bool) -> Library:
    """Return the articles of one file, all in the section of these slugs. Raises Invalid when it cannot be read at all."""
    library = Library()
    try:
        with lzma.open(source, "rb") if source.name.endswith(".xz") else source.open("rb") as file:
            for number, raw in enumerate(iter(lambda: file.readline(MAX_FILE * 4), b""), start=1):
                if number > MOST_LINES:
                    raise Invalid(f"{source} has more than {MOST_LINES:,} lines.")
                if raw.strip():
                    _take(library, f"{source.name}:{number}", raw, sections, is_text)
    except (OSError, lzma.LZMAError, EOFError) as error:
        raise Invalid(f"{source} cannot be read: {error}") from error
    if not library.articles and not library.unreadable:
        raise Invalid(f"{source} holds no articles.")
    return library


def _take(library: Library, where: str, raw: bytes, sections: tuple[str, ...], is_text: bool) -> None:
    try:
        library.articles.append(_read(raw, where, sections, is_text))
    except Invalid as error:
        library.unreadable.append(Unreadable(where, error.message))


def _read(raw: bytes, where: str, sections: tuple[str, ...], is_text: bool) -> ArticleFile:
    try:
        values: Any = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Invalid("it is not JSON") from error
    if not isinstance(values, dict) or not isinstance(values.get("body"), str):
        raise Invalid("it is no object with a title and a body")
    body = clean_text(values["body"])
    name = clean_line(str(values.get("id") or where))
    title = clean_line(str(values.get("title") or ""))
    return article_from(values, title, (from_plain_text(body) if is_text else body).rstrip() + "\n", path=name, sections=sections)


def from_plain_text(text: str) -> str:
    """Return Markdown that shows a plain text as it reads: nothing in it is markup, and lines broken by a page are whole again.

    A line break stays when the line before it ends a sentence or is short, and the next one does not go on in lower case.
    """
    blocks = re.split(r"\n\s*\n", text.strip("\n"))
    return "\n\n".join("\n\n".join(map(_plain, _joined(block.split("\n")))) for block in blocks if block.strip())


def _plain(line: str) -> str:
    parts = (
        part if number % 2 else _ENTITY.sub("&amp;", _MARKUP.sub(r"\\\1", part))
        for number, part in enumerate(_ADDRESS.split(line))
    )
    return _BULLET.sub(_escape_bullet, "".join(parts))


def _escape_bullet(match: re.Match[str]) -> str:
    mark = match[2]
    return f"{match[1]}{mark[:-1]}\\{mark[-1]}" if mark[0].isdigit() else f"{match[1]}\\{mark}"


def _joined(lines: list[str]) -> Iterator[str]:
    """Yield paragraphs: lines put together where the break between them means nothing."""
    paragraph = last = ""
    for line in (line.strip() for line in lines):
        if not line:
            continue
        if paragraph and not _goes_on(last, line):
            yield paragraph
            paragraph = ""
        paragraph = _join(paragraph, line) if paragraph else line
        last = line
    if paragraph:
        yield paragraph


def _goes_on(line: str, following: str) -> bool:
    if following[0].islower() or following[0] == "/" or _LEANS.match(following):
        return True
    return len(line) >= WRAPPED // (2 if _WIDE.search(line) else 1) and not _ENDS.search(line)


def _join(one: str, other: str) -> str:
    """Put two lines together: without a space before a comma, and between Chinese or Japanese characters."""
    is_close = _LEANS.match(other) or (_WIDE.match(one[-1]) and _WIDE.match(other[0]))
    return one + ("" if is_close else " ") + other
