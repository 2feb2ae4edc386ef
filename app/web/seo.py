"""Head data of a page, and the canonical address: one place for all packages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from markupsafe import Markup

from app.core.clock import now
from app.core.i18n import gettext as _
from app.core.records import Struct
from app.core.text import shorten
from app.web.context import site_settings
from app.web.contract import BREADCRUMBS, TOOL, Facts, PageContract, Shown, decide, index_policy


def _as_text(value: object) -> str:
    """Return text that is more than a plain one (safe HTML, a word of an enumeration). Raises TypeError for anything else."""
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"Structured data cannot hold {type(value).__name__}.")


_written = msgspec.json.Encoder(enc_hook=_as_text).encode


def absolute(path: str) -> str:
    """Return the absolute address of a path of this site."""
    return path if path.startswith(("http://", "https://")) else site_settings().base_url + path


def contract_of(facts: Facts, page: int = 1, *, is_variant: bool = False) -> PageContract:
    """Return what a page with these facts promises search engines now, by the settings of this site."""
    return decide(facts, now(), index_policy(), Shown(page, is_variant))


def numbered(text: str, number: int) -> str:
    """Return the description of page `number` of a list: later pages say which they are, so that no two are the same."""
    return text if number == 1 else _("Page %(number)s: %(text)s", number=number, text=text)


def json_ld(data: Mapping[str, Any]) -> Markup:
    """Return `data` as JSON that cannot end the script element it stands in."""
    text = _written({"@context": "https://schema.org", **data}).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 (escaped above)


class Head(Struct, frozen=True):
    """What the head of a page says. `path` is its own path; `contract` says what search engines do with it: without one they stay out.

    `jsonld` is printed as far as the contract names its type. `crumbs` and `feeds` are (label, path) pairs; a crumb trail ends with
    the page itself. `changed_at`: when what the page is about changed last (texts, answers, status; not votes or views).
    """

    title: str
    description: str = ""
    path: str = ""
    contract: PageContract = TOOL
    jsonld: Sequence[Mapping[str, Any]] = ()
    crumbs: Sequence[tuple[str, str]] = ()
    feeds: Sequence[tuple[str, str]] = ()
    prev_path: str = ""
    next_path: str = ""
    image: str = ""
    og_type: str = "website"
    changed_at: datetime | None = None


class RenderedHead(Struct, frozen=True):
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
        {"@type": "ListItem", "position": number, "name": str(label), "item": absolute(path)}
        for number, (label, path) in enumerate(crumbs, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def render_head(head: Head) -> RenderedHead:
    """Return the head with absolute addresses, cut description, and the structured data that its contract names."""
    contract = head.contract
    data = [item for item in head.jsonld if item["@type"] in contract.data]
    if len(head.crumbs) > 1 and BREADCRUMBS in contract.data:
        data.append(breadcrumb_data(head.crumbs))
    return RenderedHead(
        title=head.title,
        description=shorten(" ".join(head.description.split()), 160),
        canonical=absolute(contract.canonical or head.path) if head.path else "",
        robots=contract.robots,
        jsonld=[json_ld(item) for item in data],
        crumbs=head.crumbs,
        feeds=head.feeds,
        prev=absolute(head.prev_path) if head.prev_path else "",
        next=absolute(head.next_path) if head.next_path else "",
        image=absolute(head.image) if head.image else "",
        og_type=head.og_type,
    )
