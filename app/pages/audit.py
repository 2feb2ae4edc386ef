"""Proving the page contract: what a crawler found, held against what was decided. Pure but for fetching what no link leads to."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from app.core.records import Struct
from app.pages.addresses import Decided
from app.pages.crawling import REDIRECTS, Crawl, Fetch, Visited, read_page

PROBES = 25  # things of each kind for which what no link leads to is asked
NOWHERE = (
    "/nothing-is-here",
    "/questions/999999999999/nothing",
    "/kb/nowhere/nothing",
    "/people/nobody-of-that-name",
    "/tags/no-such-tag",
)
KEPT_OUT = ("/search?q=a", "/questions?view=solved", "/tags?sort=name", "/login")
_PAGED = re.compile(r"page=\d+")


class Finding(Struct, frozen=True):
    """Something that is not as it should be: which check found it, where, and what."""

    check: str
    path: str
    words: str


class Evidence(Struct, frozen=True):
    """What the checks look at. `listed` are the paths of the sitemap in its order; `ask` fetches a path that may not be linked."""

    crawl: Crawl
    listed: Sequence[str]
    decided: Mapping[str, Decided]
    ask: Callable[[str], Visited]


def gather(crawl: Crawl, listed: Sequence[str], decided: Sequence[Decided], fetch: Fetch) -> Evidence:
    """Return the evidence; what the crawl did not meet is fetched when a check asks for it, once."""
    extra: dict[str, Visited] = {}

    def ask(path: str) -> Visited:
        known = crawl.found.get(path) or extra.get(path)
        if known is None:
            known = extra[path] = read_page(path, fetch(path), crawl.base_url)
        return known

    return Evidence(crawl, listed, {one.address.path: one for one in decided}, ask)


def audit(evidence: Evidence) -> list[Finding]:
    """Return everything that is wrong, check by check."""
    return [Finding(name, path, words) for name, check in CHECKS.items() for path, words in check(evidence)]


Found = Iterator[tuple[str, str]]


def _broken(evidence: Evidence) -> Found:
    for page in evidence.crawl.found.values():
        if page.status >= 400:
            yield page.path, f"answers {page.status}; linked from {page.linked_from or 'nowhere'}"


def _chains(evidence: Evidence) -> Found:
    """Links may lead on once; a redirect that leads to another one costs crawlers and readers a trip more."""
    for page in evidence.crawl.found.values():
        if page.location and evidence.ask(page.location).status in REDIRECTS:
            yield page.path, f"leads to {page.location}, which leads on"


def _contract(evidence: Evidence) -> Found:
    """Each page says what was decided about it."""
    for path, one in evidence.decided.items():
        page = evidence.crawl.found.get(path)
        if page is None:
            continue
        contract = one.contract
        if contract.status == 200 and not page.is_page:
            yield path, f"answers {page.status} and not a page"
        elif contract.status == 200:
            yield from _differences(page, one)
        elif page.status == 200:
            yield path, f"is shown to everybody; decided: {contract.reason}"


def _differences(page: Visited, one: Decided) -> Found:
    contract = one.contract
    if page.robots != contract.robots:
        yield (
            page.path,
            f"says {page.robots or 'nothing'!r} to robots; decided: {contract.robots or 'nothing'!r} ({contract.reason})",
        )
    if page.canonical != (contract.canonical or page.path):
        yield page.path, f"names {page.canonical or 'nothing'} as canonical, not {contract.canonical or page.path}"
    if page.data != contract.data:
        yield page.path, f"has structured data {', '.join(page.data) or 'none'}; decided: {', '.join(contract.data) or 'none'}"


def _sitemap(evidence: Evidence) -> Found:
    """The sitemap lists what was decided, each once, and only pages that are indexed at their own address."""
    listed = set(evidence.listed)
    for path in listed:
        page = evidence.ask(path)
        if page.status != 200 or not page.is_indexable or page.canonical != path:
            yield path, f"is in the sitemap, but answers {page.status}, robots {page.robots!r}, canonical {page.canonical!r}"
        if path in evidence.decided and not evidence.decided[path].contract.in_sitemap:
            yield path, f"is in the sitemap; decided: {evidence.decided[path].contract.reason}"
    for path, one in evidence.decided.items():
        if one.contract.in_sitemap and path not in listed:
            yield path, "is missing in the sitemap"
    if len(listed) != len(evidence.listed):
        yield "/sitemap.xml", "lists an address twice"


def _orphans(evidence: Evidence) -> Found:
    if not evidence.crawl.is_complete:
        return
    for path, one in evidence.decided.items():
        if one.contract.is_indexable and path not in evidence.crawl.found:
            yield path, "is to be indexed, but no page links to it"


def _titles(evidence: Evidence) -> Found:
    by_title: dict[str, list[str]] = defaultdict(list)
    for page in evidence.crawl.found.values():
        if page.is_indexable and page.canonical == page.path:
            by_title[page.title.casefold()].append(page.path)
    for paths in by_title.values():
        if len(paths) > 1:
            yield paths[0], f"has the same title as {', '.join(paths[1:4])}"


def _pages(evidence: Evidence) -> Found:
    """Pages of a sequence stand for themselves, never for the first; other queries are kept out."""
    for page in evidence.crawl.found.values():
        query = urlsplit(page.path).query
        if page.is_indexable and query and not _PAGED.fullmatch(query) and page.canonical == page.path:
            yield page.path, "is a selection or another order, and open to search engines"
        if page.is_indexable and _PAGED.fullmatch(query) and page.canonical != page.path:
            yield page.path, f"is a later page that names {page.canonical or 'nothing'} as canonical"
        if page.is_indexable and not query and page.path not in evidence.decided:
            yield page.path, "is open to search engines, but nothing was decided about it"
    for path in KEPT_OUT:
        if evidence.ask(path).is_indexable:
            yield path, "is open to search engines"


def _soft_missing(evidence: Evidence) -> Found:
    """What is not there says so with its status, past the end of a list too."""
    past = [one.address.path + "?page=9999" for one in _some(evidence, 200) if one.address.kind not in ("fixed", "article")]
    past += [f"{path}?page=9999" for path in ("/questions", "/tags")]
    for path in (*NOWHERE, *past):
        if evidence.ask(path).status not in (404, 410):
            yield path, f"is not there, but answers {evidence.ask(path).status}"


def _stale(evidence: Evidence) -> Found:
    """Old slugs lead to the address of today in one hop."""
    for one in _some(evidence, 200):
        if one.address.kind in ("question", "discussion"):
            path = one.address.path
            for old in (f"{path}-as-it-was", path.rpartition("/")[0]):
                if (evidence.ask(old).status, evidence.ask(old).location) != (301, path):
                    yield old, f"does not lead to {path} for good"


def _gone(evidence: Evidence) -> Found:
    for status, allowed in ((410, (410,)), (404, (404, 302)), (301, (301, 404, 410))):
        for one in _some(evidence, status):
            if evidence.ask(one.address.path).status not in allowed:
                yield (
                    one.address.path,
                    f"answers {evidence.ask(one.address.path).status}; decided: {status} ({one.contract.reason})",
                )


def _some(evidence: Evidence, status: int) -> list[Decided]:
    """Return the first PROBES addresses of each kind with this answer."""
    by_kind: dict[str, list[Decided]] = defaultdict(list)
    for one in evidence.decided.values():
        if one.contract.status == status and len(by_kind[one.address.kind]) < PROBES:
            by_kind[one.address.kind].append(one)
    return [one for found in by_kind.values() for one in found]


def _private(evidence: Evidence) -> Found:
    for page in evidence.crawl.found.values():
        for text in page.private:
            yield page.path, f"shows “{text[:60]}”, which is not public"


CHECKS: dict[str, Callable[[Evidence], Found]] = {
    "broken link": _broken,
    "redirect chain": _chains,
    "contract": _contract,
    "sitemap": _sitemap,
    "orphan": _orphans,
    "same title": _titles,
    "variants": _pages,
    "soft 404": _soft_missing,
    "old address": _stale,
    "gone": _gone,
    "private text": _private,
}
