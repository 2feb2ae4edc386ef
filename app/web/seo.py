"""Head data of a page, and the canonical address: one place for all packages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from app.core.text import shorten
from app.web.context import site_settings


def absolute(path: str) -> str:
    """Return the absolute address of a path of this site."""
    return path if path.startswith(("http://", "https://")) else site_settings().base_url + path


def numbered(text: str, number: int) -> str:
    """Return the description of page `number` of a list: later pages say which they are, so that no two are the same."""
    return text if number == 1 else f"Page {number}: {text}"


def json_ld(data: Mapping[str, Any]) -> Markup:
    """Return `data` as JSON that cannot end the script element it stands in."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 (escaped above)


@dataclass(frozen=True)
class Head:
    """What the head of a page says. `path` is its canonical path; `is_indexable` false asks search engines to stay out.

    `crumbs` and `feeds` are (label, path) pairs; a crumb trail ends with the page itself.
    """

    title: str
    description: str = ""
    path: str = ""
    is_indexable: bool = True
    jsonld: Sequence[Mapping[str, Any]] = ()
    crumbs: Sequence[tuple[str, str]] = ()
    feeds: Sequence[tuple[str, str]] = ()
    prev_path: str = ""
    next_path: str = ""
    image: str = ""
    og_type: str = "website"
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RenderedHead:
    """A Head with absolute addresses, as the layout prints it."""

    title: str
    description: str
    canonical: str
    robots: str
    jsonld: Sequence[Markup]
    crumbs: Sequence[tuple[str, str]]
    feeds: Sequence[tuple[str, str]]
    prev: str
    next: str
    image: str
    og_type: str


def breadcrumb_data(crumbs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return BreadcrumbList data of a crumb trail."""
    items = [
        {"@type": "ListItem", "position": number, "name": label, "item": absolute(path)}
        for number, (label, path) in enumerate(crumbs, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def render_head(head: Head) -> RenderedHead:
    """Return the head with absolute addresses, cut description and breadcrumb data. Pages kept out of the index get no structured data."""
    data = list(head.jsonld)
    if len(head.crumbs) > 1:
        data.append(breadcrumb_data(head.crumbs))
    return RenderedHead(
        title=head.title,
        description=shorten(" ".join(head.description.split()), 160),
        canonical=absolute(head.path) if head.path else "",
        robots="" if head.is_indexable else "noindex,follow",
        jsonld=[json_ld(item) for item in data] if head.is_indexable else [],
        crumbs=head.crumbs,
        feeds=head.feeds,
        prev=absolute(head.prev_path) if head.prev_path else "",
        next=absolute(head.next_path) if head.next_path else "",
        image=absolute(head.image) if head.image else "",
        og_type=head.og_type,
    )
