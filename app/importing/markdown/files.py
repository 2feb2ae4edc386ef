"""One article, or one section, as a Markdown file with front matter. Pure: text in, values out, and back.

The front matter is YAML between two lines of three dashes. Aliases are refused: no export has any, and they are how YAML bombs
work. Unknown keys are ignored, so that files of other programs come in.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from app.core.errors import Invalid
from app.core.heavy import yaml
from app.core.records import Struct, asdict
from app.core.text import clean_line, clean_text

MAX_FILE = 1_000_000
"""Characters of one file; a larger one is no article."""
MAX_HEAD = 200_000
SECTION_FILE = "_section.md"
_HEAD = re.compile(r"\A---[ \t]*\n(?P<head>.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+?)[ \t#]*\n")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")


class SourceLine(Struct, frozen=True):
    """A post that a passage was taken from: enough to find it again here, and to name its author elsewhere."""

    role: str
    post: int
    revision: int
    hash: str
    author: str
    title: str
    url: str


class ArticleFile(Struct, frozen=True):
    """An article as a file says it. `sections` are slugs from the top down; empty texts mean that the file does not say.

    `revision` is the number of the revision that the text is of; `duplicates` are the wordings that came from duplicates.
    """

    title: str
    body: str
    slug: str = ""
    sections: tuple[str, ...] = ()
    state: str = ""
    audience: str = ""
    language: str = ""
    kind: str = ""
    summary: str = ""
    applies_to: str = ""
    asked_as: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    owner: str = ""
    revision: int | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    verified_at: datetime | None = None
    verified_by: str = ""
    sources: tuple[SourceLine, ...] = ()
    path: str = ""


class SectionFile(Struct, frozen=True):
    """A section: its slug is the name of its folder."""

    slug: str
    title: str
    description: str = ""
    position: int | None = None
    language: str = ""


@cache
def _dumper() -> type[Any]:
    """Return what writes front matter: plain values only; members of enumerations are their texts."""

    class Dumper(yaml.SafeDumper):  # type: ignore[misc]
        pass

    Dumper.add_multi_representer(str, lambda dumper, value: dumper.represent_str(str(value)))
    return Dumper


@cache
def _loader() -> type[Any]:
    """Return what reads front matter: plain values only, and no aliases."""

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.events.AliasEvent):
                raise yaml.YAMLError("aliases are not allowed")
            return super().compose_node(parent, index)

    return Loader


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the front matter (empty when there is none) and the text below it. Raises Invalid when it is no YAML mapping."""
    if len(text) > MAX_FILE:
        raise Invalid(f"larger than {MAX_FILE:,} characters")
    text = clean_text(text)
    match = _HEAD.match(text)
    if match is None:
        return {}, text
    if len(match["head"]) > MAX_HEAD:
        raise Invalid("its front matter is too long")
    try:
        head = yaml.load(match["head"], Loader=_loader())
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Invalid(f"its front matter is not YAML: {clean_line(str(error))[:160]}") from error
    if head is not None and not isinstance(head, dict):
        raise Invalid("its front matter is not a list of names and values")
    return {str(key): value for key, value in (head or {}).items()}, text[match.end() :].lstrip("\n")


def read_article(text: str, *, path: str = "", sections: tuple[str, ...] = ()) -> ArticleFile:
    """Return the article that a file holds. Without a `title` its first heading of level 1 is the title, else the file's name.

    Raises Invalid for front matter that says nonsense.
    """
    head, body = split_front_matter(text)
    title = _line(head, "title")
    if not title and (heading := _HEADING.match(body)):
        title, body = clean_line(heading["title"]), body[heading.end() :].lstrip("\n")
    stem = path.rpartition("/")[2].removesuffix(".md")
    return article_from(head, title or stem.replace("-", " ").strip(), body.rstrip() + "\n", path=path, sections=sections)


def article_from(head: Mapping[str, Any], title: str, body: str, *, path: str, sections: tuple[str, ...]) -> ArticleFile:
    """Return an article from named values (front matter, or one object of JSON lines). Raises Invalid."""
    return ArticleFile(
        title=title, body=body, slug=_line(head, "slug"), sections=sections, state=_line(head, "state"),
        audience=_line(head, "audience"), language=_language(head), kind=_line(head, "kind"), summary=_line(head, "summary"),
        applies_to=_line(head, "applies_to"), asked_as=_lines(head, "asked_as"), duplicates=_lines(head, "asked_as_in_duplicates"),
        owner=_line(head, "owner"), revision=_number(head, "revision"), published_at=_moment(head, "published_at"),
        modified_at=_moment(head, "modified_at"), verified_at=_moment(head, "verified_at"), verified_by=_line(head, "verified_by"),
        sources=_sources(head), path=path,
    )  # fmt: skip


def write_article(article: ArticleFile) -> str:
    """Return the file of an article; `read_article` gives back the same article."""
    plain = {
        "title": article.title, "slug": article.slug, "kind": article.kind, "state": article.state, "audience": article.audience,
        "language": article.language, "summary": article.summary, "applies_to": article.applies_to,
        "asked_as": list(article.asked_as), "asked_as_in_duplicates": list(article.duplicates), "owner": article.owner,
        "revision": article.revision, "published_at": _stamp(article.published_at), "modified_at": _stamp(article.modified_at),
        "verified_at": _stamp(article.verified_at), "verified_by": article.verified_by,
        "sources": [asdict(line) for line in article.sources],
    }  # fmt: skip
    return _front_matter(plain) + article.body.rstrip() + "\n"


def read_section(text: str, slug: str) -> SectionFile:
    """Return what a `_section.md` says of its folder; text below the front matter is the description if that names none."""
    head, body = split_front_matter(text)
    title = _line(head, "title") or title_of(slug)
    return SectionFile(slug, title, _line(head, "description") or clean_line(body), _number(head, "position"), _language(head))


def write_section(section: SectionFile) -> str:
    """Return the `_section.md` of a section."""
    return _front_matter(
        {"title": section.title, "description": section.description, "position": section.position, "language": section.language}
    )


def title_of(slug: str) -> str:
    """Return a title for a folder that does not say one."""
    return clean_line(slug.replace("-", " ").replace("_", " ")).capitalize() or "Imported"


def _front_matter(values: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in values.items() if value not in ("", None, [])}
    return f"---\n{yaml.dump(kept, Dumper=_dumper(), allow_unicode=True, sort_keys=False, width=100)}---\n\n"


def _line(head: Mapping[str, Any], name: str) -> str:
    value = head.get(name)
    if value is None or isinstance(value, dict | list):
        return ""
    return clean_line(str(value))


def _language(head: Mapping[str, Any]) -> str:
    code = _line(head, "language") or _line(head, "lang")
    if code and not _LANGUAGE.fullmatch(code):
        raise Invalid(f"its language {code[:20]!r} is no code like en, de or zh-CN")
    return code


def _lines(head: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = head.get(name) or []
    values = value if isinstance(value, list) else str(value).splitlines()
    return tuple(line for line in (clean_line(str(one)) for one in values) if line)


def _number(head: Mapping[str, Any], name: str) -> int | None:
    value = head.get(name)
    if value is None or isinstance(value, bool):
        return None
    if not isinstance(value, int) or not 0 <= value < 2**31:
        raise Invalid(f"its {name} is no whole number")
    return value


def _stamp(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else ""


def _moment(head: Mapping[str, Any], name: str) -> datetime | None:
    value = head.get(name)
    if value in (None, ""):
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid(f"its {name} is no date") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _sources(head: Mapping[str, Any]) -> tuple[SourceLine, ...]:
    """Return the sources; an entry that is no source of ours (other programs have such a list too) is left out."""
    found = head.get("sources")
    if not isinstance(found, list):
        return ()
    entries = [entry for entry in found if isinstance(entry, dict) and isinstance(entry.get("post"), int)]
    return tuple(
        SourceLine(
            role=_line(entry, "role") or "other", post=entry["post"], revision=_number(entry, "revision") or 1,
            hash=_line(entry, "hash"), author=_line(entry, "author"), title=_line(entry, "title"), url=_line(entry, "url"),
        )
        for entry in entries
    )  # fmt: skip
