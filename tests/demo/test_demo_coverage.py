"""Checks that the demo shows every state and shape a page must cope with; must not use a database."""

from __future__ import annotations

import re

from tests.demo.content import DEMO, OUTCOMES, Thread, articles, audience, threads


def test_the_articles_cover_every_state_and_audience() -> None:
    states = [article.data["state"] for article in articles().values()]
    assert {state: states.count(state) for state in set(states)} == {
        "published": 8,
        "draft": 1,
        "in_review": 1,
        "archived": 1,
    }
    assert {article.data["audience"] for article in articles().values()} == {"public", "members", "staff"}
    published = [a for a in articles().values() if a.data["state"] == "published"]
    promoted = [a for a in published if "promoted_from" in a.data]
    assert len(promoted) >= 4


def having(key: str) -> list[Thread]:
    return [thread for thread in threads().values() if thread.get(key)]


def test_the_threads_cover_every_state() -> None:
    questions = [thread for thread in threads().values() if thread.get("kind") == "question"]
    quiet = [t for t in questions if not t.posts and not {"closed", "hidden", "held"} & set(t.opening.data)]
    assert any(t.get("days_ago") < 2 for t in quiet) and any(t.get("days_ago") > 30 for t in quiet)
    settled = {"accepted", "outcome", "closed"}
    open_answers = [t for t in questions if t.posts and not settled & set(t.opening.data)]
    assert len(open_answers) >= 3
    assert any(t.get("accepted") and "accepted_by" not in t.opening.data for t in questions)
    assert len(having("accepted_by")) >= 2, "solved by staff for an absent asker"
    assert any(len(t.get("accepted", [])) == 2 for t in questions)
    assert having("withdrawn") and having("pinned") and having("locked") and having("needs_info")
    assert {row["kind"] for t in questions for row in t.get("outcome", [])} == OUTCOMES
    disputed = [t for t in having("accepted") if any(r["kind"] == "refuted" for r in t.get("outcome", []))]
    assert len(disputed) >= 2
    mains = [t.get("closed_as_duplicate_of") for t in having("closed_as_duplicate_of")]
    assert max(mains.count(main) for main in mains) == 4
    assert len(having("held")) == 2 and len(having("hidden")) == 2 and len(having("flags")) == 4
    assert any(t.get("closed", {}).get("reason") == "no_longer_relevant" for t in questions)
    assert {audience(t) for t in threads().values()} == {"public", "members", "staff"}


def test_the_threads_cover_every_shape_of_text() -> None:
    assert max(len(thread.posts) for thread in threads().values()) >= 24
    assert max(len(thread.get("title")) for thread in threads().values()) == 250
    assert sum(thread.get("kind") == "discussion" for thread in threads().values()) >= 4
    assert sum(thread.get("category") == "ideas" for thread in threads().values()) >= 4
    bodies = {t.stem: "\n".join([t.opening.body, *(b.body for b in t.blocks)]) for t in threads().values()}
    languages = {stem: set(re.findall(r"^```([a-z]+)$", body, flags=re.M)) for stem, body in bodies.items()}
    assert max(len(found) for found in languages.values()) >= 3
    assert any(re.search(r"^\|[-:| ]+\|$", body, flags=re.M) for body in bodies.values())
    assert any(re.search(r"[\u4e00-\u9fff]{8}", thread.get("title")) for thread in threads().values())
    assert any("dauerhaft" in thread.get("title") for thread in threads().values())


def test_there_are_popular_solved_threads_to_promote() -> None:
    used = {row["thread"] for article in articles().values() for row in article.data["sources"]}
    waiting = [
        t.stem
        for t in threads().values()
        if t.get("accepted")
        and t.get("views_per_day", 0) >= 20
        and t.stem not in used
        and not any(row["kind"] == "refuted" for row in t.get("outcome", []))
    ]
    assert len(waiting) >= 8, waiting


def test_no_text_names_a_month_a_season_or_a_year() -> None:
    months = "January|February|April|June|July|August|September|October|November|December"
    pattern = re.compile(rf"\b({months}|spring|summer|autumn|winter|20[12]\d)\b", flags=re.IGNORECASE)
    for path in sorted(DEMO.rglob("*")):
        if path.suffix in (".md", ".toml") and path.name != "README.md":
            assert not pattern.search(path.read_text(encoding="utf-8")), path.name


def test_the_staff_phrase_never_leaves_the_staff_room() -> None:
    phrase = "periwinkle-ladder"
    inside = [t for t in threads().values() if any(phrase in b.body for b in [t.opening, *t.blocks])]
    assert inside and all(audience(thread) == "staff" for thread in inside)
    quoting = [a for a in articles().values() if phrase in a.body]
    assert quoting and all(article.data["audience"] == "staff" for article in quoting)
