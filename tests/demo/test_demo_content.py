"""Checks that each demo file parses and that names, times and references hold; must not use a database."""

from __future__ import annotations

import re

import pytest

from tests.demo.content import (
    DEMO,
    OUTCOMES,
    articles,
    audience,
    community,
    dated_actions,
    heading_slugs,
    names,
    people,
    threads,
    voters,
)

FLAG_REASONS = {"spam", "rude", "off_topic", "outdated", "unsafe", "other"}
CLOSE_REASONS = {"duplicate", "no_longer_relevant", "off_topic"}
THREAD_KEYS = {
    "kind",
    "title",
    "category",
    "tags",
    "author",
    "days_ago",
    "up",
    "down",
    "me_too",
    "followers",
    "views_per_day",
    "trend",
    "accepted",
    "accepted_by",
    "accepted_hours_after",
    "withdrawn",
    "outcome",
    "needs_info",
    "pinned",
    "locked",
    "archived",
    "slowed",
    "closed",
    "closed_as_duplicate_of",
    "hidden",
    "held",
    "flags",
}
ARTICLE_KEYS = {
    "title",
    "slug",
    "section",
    "audience",
    "state",
    "kind",
    "language",
    "owner",
    "summary",
    "applies_to",
    "asked_as",
    "tags",
    "promoted_from",
    "sources",
    "source_changed",
    "days_ago",
    "verified_days_ago",
    "helpful_yes",
    "helpful_no",
    "not_helpful_reasons",
    "views_per_day",
    "trend",
}
BLOCK_KEYS = {
    "answer": {"author", "hours_after", "up", "down", "official", "worked", "waits"},
    "reply": {"author", "hours_after", "up", "down"},
    "comment": {"author", "hours_after", "text"},
    "edit": {"author", "hours_after", "reason"},
}

each_thread = pytest.mark.parametrize("stem", [p.stem for p in sorted((DEMO / "threads").glob("*.md"))])
each_article = pytest.mark.parametrize("stem", [p.stem for p in sorted((DEMO / "articles").glob("*.md"))])


def test_the_community_has_unique_names_and_known_roles() -> None:
    for table, key in (("category", "slug"), ("section", "slug"), ("tag", "name"), ("person", "name")):
        values = [row[key] for row in community()[table]]
        assert len(values) == len(set(values)), table
    roles = [row["role"] for row in community()["person"]]
    assert (roles.count("admin"), roles.count("moderator"), roles.count("staff")) == (1, 2, 3)
    assert roles.count("member") >= 20 and set(roles) == {"admin", "moderator", "staff", "member"}
    assert all(re.fullmatch(r"[a-z0-9_-]+", row["name"]) for row in community()["person"])


def test_categories_cover_every_audience_and_one_needs_approval() -> None:
    rows = community()["category"]
    assert {row["audience"] for row in rows} == {"public", "members", "staff"}
    assert [row["slug"] for row in rows if row["approval"]] == ["ideas"]


def test_section_parents_come_before_their_children() -> None:
    seen: set[str] = set()
    for row in community()["section"]:
        assert row.get("parent", next(iter(seen), None)) in seen | {None}
        seen.add(row["slug"])
    assert any("parent" in row for row in community()["section"])


def test_tags_are_described_in_one_sentence_and_used() -> None:
    used = {tag for thread in threads().values() for tag in thread.get("tags")}
    assert used == names("tag")
    for row in community()["tag"]:
        assert row["description"].endswith(".") and row["description"].count(". ") == 0


@each_thread
def test_a_thread_uses_only_known_keys_and_words(stem: str) -> None:
    thread = threads()[stem]
    assert set(thread.opening.data) <= THREAD_KEYS
    kind = thread.get("kind")
    assert kind in ("question", "discussion")
    allowed = {"answer" if kind == "question" else "reply", "comment", "edit"}
    for block in thread.blocks:
        assert block.word in allowed
        assert set(block.data) <= BLOCK_KEYS[block.word]
        assert bool(block.body) != (block.word == "comment")
    assert thread.opening.body and 10 <= len(thread.get("title")) <= 250


@each_thread
def test_a_thread_refers_to_existing_people_tags_and_category(stem: str) -> None:
    thread = threads()[stem]
    assert thread.get("author") in people()
    assert thread.get("category") in names("category", "slug")
    assert thread.get("tags") and set(thread.get("tags")) <= names("tag")
    assert voters(thread) <= set(people())
    assert {handle for handle, _ in dated_actions(thread)} <= set(people())
    mentions = set()
    for block in [thread.opening, *thread.blocks]:
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", block.body, flags=re.S)
        mentions |= set(re.findall(r"(?<![\w.])@([a-z0-9_-]+)", prose))
    assert mentions <= set(people())


@each_thread
def test_nobody_acts_before_joining_or_in_the_future(stem: str) -> None:
    thread = threads()[stem]
    opened = thread.get("days_ago")
    assert opened <= people()[thread.get("author")]["joined_days_ago"]
    for handle, hours in dated_actions(thread):
        ago = opened - hours / 24
        assert 0 < ago <= people()[handle]["joined_days_ago"], (handle, hours)


@each_thread
def test_nobody_votes_for_themselves_or_twice(stem: str) -> None:
    thread = threads()[stem]
    for block in [thread.opening, *thread.blocks]:
        for key in ("up", "down", "me_too"):
            rows = block.data.get(key, [])
            assert len(rows) == len(set(rows)), (key, rows)
            assert block.data["author"] not in rows, (key, rows)
        assert not set(block.data.get("up", [])) & set(block.data.get("down", []))


@each_thread
def test_posts_stand_in_order_of_time_and_comments_follow_their_post(stem: str) -> None:
    post_hours = 0.0
    for block in threads()[stem].blocks:
        assert block.data["hours_after"] >= post_hours, block
        if block.word in ("answer", "reply"):
            post_hours = block.data["hours_after"]


@each_thread
def test_outcomes_acceptances_and_flags_point_to_existing_posts(stem: str) -> None:
    thread = threads()[stem]
    count, accepted = len(thread.posts), thread.get("accepted", [])
    assert thread.get("kind") == "question" or not (accepted or thread.get("outcome"))
    assert all(1 <= number <= count for number in accepted) and len(set(accepted)) == len(accepted)
    times = thread.get("accepted_hours_after", [])
    assert len(times) in (0, len(accepted))
    for number, hours in zip(accepted, times, strict=False):
        assert thread.posts[number - 1].data["hours_after"] <= hours
    for row in thread.get("outcome", []) + thread.get("withdrawn", []):
        assert 0 < row.get("answer", 1) <= max(count, 1)
        assert row.get("kind", "likely") in OUTCOMES
        if "answer" in row:
            assert thread.posts[row["answer"] - 1].data["hours_after"] <= row["hours_after"]
        if row.get("kind") == "confirmed_by_other":
            assert row["by"] != thread.get("author")
        if row.get("kind") == "confirmed_by_asker":
            assert row["by"] == thread.get("author")
    for post in thread.posts:
        said = post.data.get("worked", {"yes": 0, "no": 0})
        reasons = said.get("reasons", {})
        assert set(said) <= {"yes", "no", "reasons"} and sum(reasons.values()) <= said["no"]
        assert set(reasons) <= {"outdated", "other_version", "unclear", "wrong"}
    for row in thread.get("flags", []):
        assert 0 <= row["post"] <= count and row["reason"] in FLAG_REASONS
        flagged = thread.posts[row["post"] - 1].data if row["post"] else thread.opening.data
        assert flagged["author"] != row["by"]


@each_thread
def test_only_curators_decide_and_duplicates_point_to_an_open_main_thread(stem: str) -> None:
    thread = threads()[stem]
    for key in ("locked", "closed", "hidden"):
        if key in thread.opening.data:
            assert people()[thread.get(key)["by"]]["role"] in ("moderator", "admin")
    if "accepted_by" in thread.opening.data:
        assert people()[thread.get("accepted_by")]["role"] in ("staff", "moderator", "admin")
    if "closed" in thread.opening.data:
        assert thread.get("closed")["reason"] in CLOSE_REASONS
    main = thread.get("closed_as_duplicate_of")
    assert (main is not None) == (thread.get("closed", {}).get("reason") == "duplicate")
    if main is not None:
        assert "closed" not in threads()[main].opening.data and main != stem
    for post in thread.posts:
        if post.data.get("official"):
            assert people()[post.data["author"]]["role"] == "staff"


@each_thread
def test_staff_only_threads_are_written_by_staff(stem: str) -> None:
    thread = threads()[stem]
    if audience(thread) == "staff":
        authors = {thread.get("author")} | {block.data["author"] for block in thread.blocks}
        assert all(people()[name]["role"] in ("staff", "admin") for name in authors | voters(thread))


@each_article
def test_an_article_refers_to_existing_things(stem: str) -> None:
    article = articles()[stem]
    data = article.data
    assert set(data) <= ARTICLE_KEYS and data["slug"] == stem
    assert data["section"] in names("section", "slug")
    assert people()[data["owner"]]["role"] in ("staff", "moderator", "admin")
    assert set(data.get("tags", [])) <= names("tag")
    assert data.get("promoted_from") is None or data["promoted_from"] in threads()
    slugs = heading_slugs(article.body)
    assert len(slugs) >= 3 and not article.body.startswith("# ")
    for row in data["sources"]:
        assert 0 <= row["answer"] <= len(threads()[row["thread"]].posts)
        assert row["passage"] in slugs, row["passage"]
    assert 0 < data["verified_days_ago"] <= data["days_ago"]
    assert sum(row["count"] for row in data.get("not_helpful_reasons", [])) <= data["helpful_no"]


@each_article
def test_a_public_article_never_quotes_a_narrower_thread(stem: str) -> None:
    order = ("public", "members", "staff")
    data = articles()[stem].data
    for row in data["sources"]:
        source = threads()[row["thread"]]
        assert order.index(audience(source)) <= order.index(data["audience"])
        posts = [source.opening, *source.posts]
        posted = source.get("days_ago") - posts[row["answer"]].data.get("hours_after", 0) / 24
        assert posted >= data["days_ago"], "a source is older than the article"


def test_exactly_the_marked_article_has_a_source_edited_afterwards() -> None:
    changed = set()
    for stem, article in articles().items():
        for row in article.data["sources"]:
            source = threads()[row["thread"]]
            number = 0
            for block in source.blocks:
                number += block.word in ("answer", "reply")
                edited = source.get("days_ago") - block.data["hours_after"] / 24
                if block.word == "edit" and number == row["answer"] and edited < article.data["days_ago"]:
                    changed.add(stem)
    assert changed == {stem for stem, article in articles().items() if article.data.get("source_changed")}
    assert len(changed) == 1
