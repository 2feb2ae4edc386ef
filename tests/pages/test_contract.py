"""The page contract as a table: what each kind of page tells search engines, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.likeness import is_nearly_the_same
from app.core.records import replace
from app.web.contract import (
    TOOL,
    ArticleFacts,
    Facts,
    FixedFacts,
    IndexPolicy,
    ListFacts,
    PersonFacts,
    Shown,
    ThreadFacts,
    Why,
    decide,
)

MOMENT = now()
POLICY = IndexPolicy()
VOTED = ThreadFacts(
    kind="question", audience="public", status="answered", is_listed=True, is_duplicate=False, answer_count=2, accepted_count=0,
    has_voted_answer=True, text_length=300, is_author_trusted=True, created_at=MOMENT - timedelta(days=400),
)  # fmt: skip
ANSWERED = replace(VOTED, has_voted_answer=False)
FRESH = replace(ANSWERED, status="unanswered", answer_count=0, created_at=MOMENT - timedelta(days=2))
TALK = replace(ANSWERED, kind="discussion", status="open", answer_count=1)
COPY = replace(VOTED, is_duplicate=True)
BOARD = ListFacts(3, is_topic=True, has_trail=True)
QA, CRUMBS, POSTING = ("QAPage", "BreadcrumbList"), ("BreadcrumbList",), ("DiscussionForumPosting", "BreadcrumbList")
SECOND, SORTED = Shown(page=2), Shown(is_variant=True)

# facts, how shown: is it indexed, is it in the sitemap, why, structured data, answer to a visitor
TABLE: list[tuple[Facts, Shown, bool, bool, Why, tuple[str, ...], int]] = [
    (VOTED, Shown(), True, True, Why.PROVEN, QA, 200),
    (VOTED, SECOND, True, False, Why.PROVEN, CRUMBS, 200),
    (VOTED, SORTED, False, False, Why.VARIANT, (), 200),
    (replace(VOTED, is_open=False), Shown(), True, True, Why.PROVEN, CRUMBS, 200),
    (replace(VOTED, is_author_new=True), Shown(), True, True, Why.PROVEN, QA, 200),
    (replace(ANSWERED, accepted_count=1, status="solved"), Shown(), True, True, Why.PROVEN, QA, 200),
    (replace(ANSWERED, status="likely_solved"), Shown(), True, True, Why.PROVEN, QA, 200),
    (ANSWERED, Shown(), True, False, Why.ANSWERED, QA, 200),
    (replace(ANSWERED, is_author_new=True), Shown(), False, False, Why.NEW_AUTHOR, (), 200),
    (COPY, Shown(), False, False, Why.DUPLICATE, (), 200),
    (replace(COPY, twin_path="/questions/1/x"), Shown(), False, False, Why.NEAR_COPY, (), 200),
    (replace(VOTED, is_listed=False), Shown(), False, False, Why.HELD, (), 404),
    (replace(VOTED, is_listed=False, is_removed=True), Shown(), False, False, Why.REMOVED, (), 410),
    (replace(VOTED, is_listed=False, is_removed=True, is_moved=True), Shown(), False, False, Why.MOVED, (), 301),
    (replace(VOTED, audience="members"), Shown(), False, False, Why.NOT_PUBLIC, (), 404),
    (replace(VOTED, audience="staff"), SORTED, False, False, Why.NOT_PUBLIC, (), 404),
    (FRESH, Shown(), True, False, Why.FRESH, QA, 200),
    (replace(FRESH, created_at=MOMENT - timedelta(days=30)), Shown(), False, False, Why.OLD_UNANSWERED, (), 200),
    (replace(FRESH, text_length=119), Shown(), False, False, Why.THIN, (), 200),
    (replace(FRESH, is_author_trusted=False), Shown(), False, False, Why.UNTRUSTED, (), 200),
    (replace(FRESH, kind="discussion", status="open"), Shown(), True, False, Why.FRESH, POSTING, 200),
    (TALK, Shown(), True, True, Why.DISCUSSED, POSTING, 200),
    (TALK, SECOND, True, False, Why.DISCUSSED, POSTING, 200),
    (replace(TALK, is_author_new=True), Shown(), False, False, Why.NEW_AUTHOR, (), 200),
    (ArticleFacts("public", "published"), Shown(), True, True, Why.PUBLISHED, ("Article", "BreadcrumbList"), 200),
    (ArticleFacts("public", "archived"), Shown(), False, False, Why.ARCHIVED, (), 200),
    (ArticleFacts("public", "in_review", is_out=False), Shown(), False, False, Why.DRAFT, (), 404),
    (ArticleFacts("public", "archived", is_out=False), Shown(), False, False, Why.DRAFT, (), 404),
    (ArticleFacts("staff", "published"), Shown(), False, False, Why.NOT_PUBLIC, (), 404),
    (BOARD, Shown(), True, True, Why.FULL_LIST, CRUMBS, 200),
    (BOARD, SECOND, True, False, Why.FULL_LIST, CRUMBS, 200),
    (BOARD, SORTED, False, False, Why.VARIANT, (), 200),
    (replace(BOARD, count=2), Shown(), False, False, Why.SHORT_LIST, (), 200),
    (replace(BOARD, audience="members"), Shown(), False, False, Why.NOT_PUBLIC, (), 404),
    (ListFacts(1), Shown(), True, False, Why.FULL_LIST, (), 200),
    (ListFacts(0), Shown(), False, False, Why.SHORT_LIST, (), 200),
    (PersonFacts(True, True), Shown(), True, False, Why.PRAISED, ("ProfilePage",), 200),
    (PersonFacts(True, True), SECOND, False, False, Why.LATER_PAGE, (), 200),
    (PersonFacts(True, True), SORTED, False, False, Why.VARIANT, (), 200),
    (PersonFacts(False, True), Shown(), False, False, Why.NO_PRAISE, (), 200),
    (PersonFacts(True, False), Shown(), False, False, Why.NEW_AUTHOR, (), 200),
    (PersonFacts(True, True, is_erased=True), Shown(), False, False, Why.REMOVED, (), 410),
    (PersonFacts(True, True, is_merged=True), Shown(), False, False, Why.MOVED, (), 301),
    (FixedFacts(("WebSite",)), Shown(), True, False, Why.FIXED, ("WebSite",), 200),
    (FixedFacts(is_indexable=False), Shown(), False, False, Why.TOOL, (), 200),
]


@pytest.mark.parametrize("row", TABLE)
def test_the_contract(row: tuple[Facts, Shown, bool, bool, Why, tuple[str, ...], int]) -> None:
    facts, shown, *expected = row
    found = decide(facts, MOMENT, POLICY, shown)
    assert [found.is_indexable, found.in_sitemap, found.reason, found.data, found.status] == expected


def test_every_reason_has_its_row() -> None:
    assert {row[4] for row in TABLE} | {Why.PEOPLE_OFF} == set(Why)


def test_what_is_in_the_sitemap_is_indexed_and_what_is_not_indexed_says_nothing_more() -> None:
    for facts, shown, *_ in TABLE:
        found = decide(facts, MOMENT, POLICY, shown)
        assert found.is_indexable or not (found.in_sitemap or found.data)
        assert not (found.is_indexable and found.status != 200)


def test_a_near_copy_names_its_original_and_says_no_noindex_beside_it() -> None:
    found = decide(replace(COPY, twin_path="/questions/1/x"), MOMENT, POLICY)
    assert (found.canonical, found.robots) == ("/questions/1/x", "")
    assert decide(COPY, MOMENT, POLICY).robots == TOOL.robots == "noindex,follow"


def test_settings_move_the_bounds() -> None:
    old = replace(FRESH, created_at=MOMENT - timedelta(days=80))
    assert decide(old, MOMENT, IndexPolicy(unanswered_days=90)).is_indexable
    assert not decide(FRESH, MOMENT, IndexPolicy(unanswered_days=1)).is_indexable
    assert not decide(FRESH, MOMENT, IndexPolicy(least_characters=301)).is_indexable
    assert decide(replace(BOARD, count=1), MOMENT, IndexPolicy(least_threads=1)).in_sitemap
    assert decide(PersonFacts(True, True), MOMENT, IndexPolicy(lists_people=False)).reason == Why.PEOPLE_OFF


def test_texts_that_differ_by_a_word_in_passing_are_nearly_the_same() -> None:
    text = "The pump hums but gives no water since I moved it to the balcony, and I have cleaned the filter twice already. " * 2
    assert is_nearly_the_same(text, text.upper().replace(",", ""))
    assert is_nearly_the_same("Hello. " + text + "Thanks.", text)
    assert not is_nearly_the_same(text, "The pump gives water, but it hums. " + text[:80])
    assert not is_nearly_the_same("", "")
