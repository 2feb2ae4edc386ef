"""Structured data of every page a search engine may list; and that pages it may not list carry none."""

import json

import lxml.html

from bench.judges.lighthouse import is_kept_out
from bench.judges.site import Page, Verdict
from bench.judges.structured import MAIN_TYPES, page_faults


def judge(pages: list[Page]) -> list[Verdict]:
    """One verdict for each page that visitors see without an error."""
    public = [page for page in pages if page.role == "visitor" and not page.kind.startswith("error") and not page.is_refused]
    return [_judge_page(page) for page in public]


def _judge_page(page: Page) -> Verdict:
    scripts = lxml.html.fromstring(page.html).xpath("//script[@type='application/ld+json']/text()")
    try:
        objects = [json.loads(text) for text in scripts]
    except ValueError as error:
        return Verdict("data", page.name, page.role, (f"no JSON: {error}",))
    found = page_faults(objects)
    kinds = [data.get("@type") for data in objects]
    if objects and is_kept_out(page):
        found.append("the page is kept out of the index, but carries data for it")
    return Verdict("data", page.name, page.role, tuple(found), ", ".join(map(str, kinds)) or "none")


def missing(verdicts: list[Verdict]) -> set[str]:
    """The types that no page carried: a judge that saw none of them has said nothing about them."""
    seen = {kind for verdict in verdicts for kind in verdict.note.split(", ")}
    return {"BreadcrumbList", *MAIN_TYPES} - {"TechArticle"} - seen
