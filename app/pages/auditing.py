"""Auditing this site: counts of what was decided, and the crawl that proves it. For the command and the page of admins."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice

from flask import Flask

from app.pages.addresses import KINDS, Decided, every_address
from app.pages.audit import Finding, audit, gather
from app.pages.crawling import Crawl, Fetch, crawl, fetcher
from app.pages.sitemap_files import list_sitemap_entries, list_sitemap_files
from app.web.contract import Why

# Reason, whether indexed, whether in the sitemap.
Cell = tuple[Why, bool, bool]
MOST_PRIVATE = 2_000
LEAST_PRIVATE = 12  # characters: shorter titles may stand anywhere by chance


def count_decisions(most: int | None = None) -> dict[str, Counter[Cell]]:
    """Return kind -> how many addresses were decided how; of each kind the first `most` only, if given."""
    return {kind: Counter(map(_cell, islice(every_address(kind), most))) for kind in KINDS}


def _cell(one: Decided) -> Cell:
    return one.contract.reason, one.contract.is_indexable, one.contract.in_sitemap


def private_titles(decided: Iterable[Decided]) -> list[str]:
    """Return titles that stand on no public page: of what is not public, held, removed or not published."""
    by_openness: dict[bool, set[str]] = {True: set(), False: set()}
    for one in decided:
        by_openness[one.contract.status == 200].add(one.address.title)
    texts = [text for text in by_openness[False] - by_openness[True] if len(text) >= LEAST_PRIVATE]
    return sorted(texts)[:MOST_PRIVATE]


def audit_site(
    app: Flask,
    base_url: str,
    *,
    most: int = 5_000,
    fetch: Fetch | None = None,
    progress: Callable[[int, int], None] = lambda done, known: None,
) -> tuple[list[Finding], Crawl]:
    """Crawl the site as a visitor; return what is wrong, and what was visited."""
    fetch = fetch or fetcher(app)
    decided = [one for kind in KINDS for one in every_address(kind)]
    kept_secret = [one for one in decided if one.address.kind in ("question", "discussion", "article", "category")]
    found = crawl(fetch, base_url, private=private_titles(kept_secret), most=most, progress=progress)
    listed = [entry.path for file in list_sitemap_files() for entry in list_sitemap_entries(file.kind, file.number)]
    return audit(gather(found, listed, decided, fetch)), found
