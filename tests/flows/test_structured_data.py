"""Structured data of every indexable page against Google's documented rules, and against what a reader sees on the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag, urlsplit

import lxml.html
import pytest

from app.forum.jsonld import ANSWERS
from bench.judges.structured import page_faults
from tests.flows.crawling import BASE, Crawl, Fetched

Data = dict[str, Any]
REMOVED = "[removed]"
KNOWN = {"WebSite", "QAPage", "DiscussionForumPosting", "Article", "ProfilePage", "BreadcrumbList"}
PAGE_KINDS = KNOWN - {"BreadcrumbList"}


def listed(value: Any) -> list[Data]:
    """One or many as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def words(element: lxml.html.HtmlElement | str) -> str:
    """A text without its spaces, as page and data may break lines differently."""
    text = element if isinstance(element, str) else element.text_content()
    return "".join(text.split())


def prose_of(page: Fetched, anchor: str) -> lxml.html.HtmlElement:
    """The element that holds the text with this anchor."""
    found = page.tree.xpath("//*[@id=$anchor]//*[contains(concat(' ', @class, ' '), ' prose ')]", anchor=anchor)
    assert found, (page.path, anchor)
    element: lxml.html.HtmlElement = found[0]
    return element


def posts_on(page: Fetched, kind: str) -> list[lxml.html.HtmlElement]:
    """The posts of one kind that a reader sees."""
    return list(page.tree.xpath("//article[contains(concat(' ', @class, ' '), $kind)]", kind=f" post-{kind} "))


def check_address(value: str) -> None:
    """An absolute address, without spaces."""
    parts = urlsplit(value)
    assert parts.scheme in ("http", "https") and parts.netloc and not re.search(r"\s", value), value


def check_moment(value: str) -> datetime:
    """A moment in ISO 8601 that names its zone."""
    moment = datetime.fromisoformat(value)
    assert moment.utcoffset() is not None, value
    return moment


def check_author(author: Data) -> None:
    """An object with a bare name, and the address of the profile unless the person is gone."""
    assert author["@type"] in ("Person", "Organization") and author["name"].strip(), author
    assert not re.search(r"\b(posted|asked|answered|by)\b:?\s", author["name"]), author
    if author["name"] == REMOVED:
        assert "url" not in author
    else:
        check_address(author["url"])
        assert author["url"].startswith(BASE)


def check_said(data: Data, page: Fetched) -> None:
    """What every text by a person has: who, when, the whole of it, and comments that are no answers."""
    check_author(data["author"])
    published = check_moment(data["datePublished"])
    if "dateModified" in data:
        assert check_moment(data["dateModified"]) >= published
    comments = listed(data.get("comment"))
    for comment in comments:
        assert comment["@type"] == "Comment" and comment["text"].strip()
        check_said(comment, page)
        check_place(comment, page)
    if data["@type"] in ("Question", "Answer"):
        assert isinstance(data["upvoteCount"], int)
        assert data.get("commentCount", 0) == len(comments)


def check_place(data: Data, page: Fetched) -> None:
    """A deep link to the text on this page, and the whole text as it stands there."""
    check_address(data["url"])
    address, anchor = urldefrag(data["url"])
    assert address == BASE + page.path and anchor, data["url"]
    assert words(data["text"]) == words(prose_of(page, anchor)), data["url"]


def walk(value: Any) -> Iterator[Data]:
    """All objects in the data."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from walk(part)


@pytest.fixture(scope="module")
def by_kind(crawl: Crawl) -> dict[str, list[tuple[Fetched, Data]]]:
    """The data of all indexable pages, by type."""
    found: dict[str, list[tuple[Fetched, Data]]] = {kind: [] for kind in KNOWN}
    for page in crawl.indexable:
        for data in page.jsonld:
            found[data["@type"]].append((page, data))
    return found


def test_data_names_its_vocabulary_and_says_one_thing_about_a_page(crawl: Crawl) -> None:
    for page in crawl.indexable:
        kinds = Counter(data["@type"] for data in page.jsonld)
        assert all(data["@context"] == "https://schema.org" for data in page.jsonld), page.path
        assert set(kinds) <= KNOWN and all(count == 1 for count in kinds.values()), (page.path, kinds)
        assert sum(kinds[kind] for kind in PAGE_KINDS) <= 1, (page.path, kinds)


def test_all_data_is_as_the_documentation_wants_it(crawl: Crawl) -> None:
    assert {page.path: found for page in crawl.indexable if (found := page_faults(page.jsonld))} == {}


def test_nothing_in_the_data_is_empty_or_relative(crawl: Crawl) -> None:
    for page in crawl.indexable:
        for data in walk(page.jsonld):
            for key, value in data.items():
                assert value not in ("", None, [], {}), (page.path, key)
                if key in ("url", "item", "@id", "mainEntityOfPage", "sameAs", "image"):
                    for address in value if isinstance(value, list) else [value]:
                        check_address(address)
                if key.startswith("date"):
                    check_moment(value)


def test_pages_that_are_not_indexed_carry_none(crawl: Crawl) -> None:
    for page in crawl.pages:
        assert page.is_indexable or not page.jsonld, page.path


def test_questions_that_take_answers_are_qa_pages_and_nothing_else_is(crawl: Crawl) -> None:
    checked = 0
    for page in crawl.indexable:
        is_question = page.path.startswith("/questions/") and "?" not in page.path
        is_closed = bool(
            page.tree.xpath(
                "//*[contains(@class, 'banner')][contains(., 'Closed:') or contains(., 'Locked by') or contains(., 'Archived:')]"
            )
        )
        assert len(page.data_of("QAPage")) == (1 if is_question and not is_closed else 0), page.path
        checked += is_question
    assert checked > 30


def test_questions_have_what_google_requires_and_recommends(by_kind: dict[str, list[tuple[Fetched, Data]]]) -> None:
    for page, data in by_kind["QAPage"]:
        question = data["mainEntity"]
        assert isinstance(question, dict) and question["@type"] == "Question", page.path
        assert words(question["name"]) == words(page.tree.xpath("//h1")[0]), page.path
        assert question["url"] == page.canonical
        check_said(question, page)
        opening = posts_on(page, "opening")[0]
        text = words(prose_of(page, opening.get("id")))
        if "text" in question:
            assert words(question["text"]) == text and question["text"] != question["name"], page.path
        else:
            assert text == words(question["name"]), page.path


def test_answer_counts_are_those_that_a_reader_counts(crawl: Crawl, by_kind: dict[str, list[tuple[Fetched, Data]]]) -> None:
    for page, data in by_kind["QAPage"]:
        pages = [one for one in crawl.pages if urlsplit(one.path).path == page.path and "sort=" not in one.path]
        seen = {post.get("id") for one in pages for post in posts_on(one, "answer")}
        assert data["mainEntity"]["answerCount"] == len(seen), page.path


def test_answers_are_those_on_the_page_and_only_accepted_ones_are_called_so(
    by_kind: dict[str, list[tuple[Fetched, Data]]],
) -> None:
    several = 0
    for page, data in by_kind["QAPage"]:
        question = data["mainEntity"]
        accepted, suggested = listed(question.get("acceptedAnswer")), listed(question.get("suggestedAnswer"))
        several += len(accepted) > 1
        for answer in [*accepted, *suggested]:
            assert answer["@type"] == "Answer" and answer["text"].strip(), page.path
            check_said(answer, page)
            check_place(answer, page)
        shown = posts_on(page, "answer")
        marked = {post.get("id") for post in shown if "is-accepted" in post.get("class")}
        with_text = {post.get("id") for post in shown if words(prose_of(page, post.get("id")))}
        assert {urldefrag(answer["url"])[1] for answer in accepted} == marked, page.path
        others = [post.get("id") for post in shown if post.get("id") in with_text - marked]
        assert [urldefrag(answer["url"])[1] for answer in suggested] == ([] if accepted else others[:ANSWERS]), page.path
    assert several


def test_discussions_are_forum_postings(crawl: Crawl, by_kind: dict[str, list[tuple[Fetched, Data]]]) -> None:
    found = by_kind["DiscussionForumPosting"]
    assert {page.path for page, _ in found} == {page.path for page in crawl.indexable if page.path.startswith("/discussions/")}
    assert any("?page=" in page.path for page, _ in found)
    for page, data in found:
        first = page.path.split("?")[0]
        assert data["url"] == BASE + first and words(data["headline"]) == words(page.tree.xpath("//h1")[0]), page.path
        check_author(data["author"])
        check_moment(data["datePublished"])
        if page.path == first:
            opening = posts_on(page, "opening")[0]
            assert words(data["text"]) == words(prose_of(page, opening.get("id"))), page.path
        replies = listed(data.get("comment"))
        order = [f"{BASE}{page.path}#{post.get('id')}" for post in posts_on(page, "reply")]
        assert [reply["url"] for reply in replies] == order, "in the order of the page"
        for reply in replies:
            assert reply["@type"] == "Comment"
            check_said(reply, page)
            check_place(reply, page)
        assert data["commentCount"] >= len(replies)
        for counter in listed(data["interactionStatistic"]):
            assert counter["@type"] == "InteractionCounter" and counter["userInteractionCount"] >= 0
            assert counter["interactionType"].startswith("https://schema.org/")


def test_articles_are_articles(crawl: Crawl, by_kind: dict[str, list[tuple[Fetched, Data]]]) -> None:
    found = by_kind["Article"]
    assert {page.path for page, _ in found} == {
        page.path for page in crawl.indexable if re.fullmatch("/kb/[^/]+/[^/]+", page.path)
    }
    assert len(found) > 4
    for page, data in found:
        assert words(data["headline"]) == words(page.tree.xpath("//h1")[0]), page.path
        assert data["url"] == data["mainEntityOfPage"] == page.canonical
        assert check_moment(data["datePublished"]) <= check_moment(data["dateModified"]), page.path
        authors = listed(data["author"])
        assert authors and len({author["name"] for author in authors}) == len(authors), page.path
        for author in authors:
            check_author(author)


def test_authors_lead_to_pages_that_exist(crawl: Crawl) -> None:
    for page in crawl.indexable:
        for data in walk(page.jsonld):
            if data.get("@type") == "Person" and "url" in data:
                path = data["url"].removeprefix(BASE)
                assert crawl.found[path].status == 200, (page.path, path)


def test_trails_count_from_one_and_end_with_the_page(by_kind: dict[str, list[tuple[Fetched, Data]]], crawl: Crawl) -> None:
    found = by_kind["BreadcrumbList"]
    assert len(found) > 50
    for page, data in found:
        items = data["itemListElement"]
        assert [item["position"] for item in items] == list(range(1, len(items) + 1)) and len(items) > 1, page.path
        for item in items:
            assert item["@type"] == "ListItem" and item["name"].strip(), page.path
            assert crawl.fetch(item["item"].removeprefix(BASE)).status == 200, (page.path, item["item"])
        assert items[-1]["item"] == page.canonical.split("?")[0], page.path
        trail = page.tree.xpath("//nav[contains(@aria-label, 'readcrumb') or contains(@class, 'crumbs')]")
        assert trail, page.path
        shown = words(trail[0])
        assert all(words(item["name"]) in shown for item in items[:-1]), (page.path, shown)


def test_people_have_profile_pages(crawl: Crawl, by_kind: dict[str, list[tuple[Fetched, Data]]]) -> None:
    found = by_kind["ProfilePage"]
    assert {page.path for page, _ in found} == {page.path for page in crawl.indexable if page.path.startswith("/people/")}
    assert len(found) > 5
    for page, data in found:
        check_moment(data["dateCreated"])
        person = data["mainEntity"]
        assert person["@type"] == "Person" and person["name"].strip() and person["alternateName"].strip()
        assert person["url"] == page.canonical and person["identifier"]
        counter = person["agentInteractionStatistic"]
        assert counter["interactionType"] == "https://schema.org/WriteAction" and counter["userInteractionCount"] > 0
        assert "image" not in person, "no pictures of letters"


def test_the_home_page_names_the_site_and_its_search(crawl: Crawl) -> None:
    site = crawl.found["/"].data_of("WebSite")[0]
    assert site["name"] == "Threadwell" and site["url"] == f"{BASE}/"
    action = site["potentialAction"]
    assert action["@type"] == "SearchAction" and action["query-input"] == "required name=search_term_string"
    template = action["target"]["urlTemplate"]
    assert template.count("{search_term_string}") == 1
    assert crawl.fetch(template.replace("{search_term_string}", "hub").removeprefix(BASE)).status == 200
    elsewhere = [page.path for page in crawl.pages if page.path != "/" and page.data_of("WebSite")]
    assert not elsewhere


def test_hostile_titles_and_texts_stay_inside_the_script(crawl: Crawl) -> None:
    page = next(page for page in crawl.indexable if "hum" in page.path and "script" in page.path)
    question = page.data_of("QAPage")[0]["mainEntity"]
    assert question["name"].startswith('Why does </script><script>alert(1)</script> & "quotes"')
    assert "<!--" in question["text"]
    assert not page.tree.xpath("//script[contains(., 'alert(1)') and not(@type='application/ld+json')]")
    assert "marzipan-secret" not in page.text
