"""A real dump through the command line: whole, browsable, proposed, promoted, published, and found by one search."""

from __future__ import annotations

import json
import lzma
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.forum.models import Acceptance, Comment, Post, Tag, Thread
from app.jobs.worker import run_until_idle
from app.kb.models import Candidate
from app.search.engines.whoosh import WhooshEngine
from tests.client import Browser
from tests.conftest import empty_database
from tests.factories import make_person, make_section

pytestmark = [pytest.mark.data, pytest.mark.slow]
QUESTIONS, ANSWERS, ACCEPTED = ' PostTypeId="1"', ' PostTypeId="2"', " AcceptedAnswerId="


def lines_of(folder: Path, name: str, pattern: str = "<row ") -> list[str]:
    """The rows of a file, unparsed, so that reader and test cannot share a mistake."""
    with lzma.open(folder / f"{name}.xml.xz", "rt", encoding="utf-8") as file:
        return [line for line in file if "<row " in line and re.search(pattern, line)]


def value(row: str, name: str) -> str:
    """An attribute of a row."""
    found = re.search(f' {name}="([^"]*)"', row)
    return unescape(found[1]) if found else ""


@pytest.fixture(scope="module")
def dump(data_folder: Path) -> Path:
    return data_folder / "stackexchange" / "beer"


@pytest.fixture(scope="module")
def beer(application: Flask, dump: Path, engine: WhooshEngine) -> Iterator[dict[str, object]]:
    """The report of importing the beer site by its command, with the background work done."""
    with application.app_context():
        done = application.test_cli_runner().invoke(
            args=["import", "stackexchange", str(dump), "--category", "Beer/beer", "--json"]
        )
        assert done.exit_code == 0, done.output
        run_until_idle()
        yield json.loads(done.output)
        db.session.remove()
        empty_database()
        db.session.remove()


@pytest.fixture
def visitor(application: Flask, beer: object) -> Browser:
    return Browser(application)


def count(table: type, *criteria: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table).where(*criteria)) or 0


def thread_of(title: str) -> Thread:
    return db.session.scalars(sa.select(Thread).where(Thread.title == title)).one()


def test_what_came_in_is_what_the_files_hold(beer: dict[str, object], dump: Path) -> None:
    questions = lines_of(dump, "Posts", QUESTIONS)
    assert count(Thread) == len(questions) > 1000
    assert count(Post, Post.kind == "answer") == len(lines_of(dump, "Posts", ANSWERS))
    assert count(Acceptance) == len(lines_of(dump, "Posts", ACCEPTED))
    assert count(Comment) == len(lines_of(dump, "Comments"))
    assert count(Tag) == len(lines_of(dump, "Tags"))
    titles = Counter(value(row, "Title").strip() for row in questions)
    assert Counter(db.session.scalars(sa.select(Thread.title))) == titles


def test_a_second_run_of_the_command_changes_nothing(application: Flask, beer: dict[str, object], dump: Path) -> None:
    before = [count(table) for table in (Thread, Post, Comment, Tag, Acceptance)]
    done = application.test_cli_runner().invoke(args=["import", "stackexchange", str(dump), "--category", "Beer/beer"])
    assert done.exit_code == 0, done.output
    assert [count(table) for table in (Thread, Post, Comment, Tag, Acceptance)] == before


def test_lists_tags_and_profiles_can_be_browsed(visitor: Browser) -> None:
    visitor.get("/questions?view=popular")
    assert visitor.page is not None
    links = visitor.page.xpath("//main//h2/a/@href | //main//h3/a/@href")
    assert len(links) >= 15
    for link in links[:5]:
        visitor.get(link)
    for path in (
        "/",
        "/questions",
        "/questions?page=20",
        "/c/beer",
        "/tags",
        "/questions?view=unanswered",
        "/questions?view=solved",
    ):
        visitor.get(path)
    tag = db.session.scalars(sa.select(Tag).order_by(Tag.thread_count.desc())).first()
    assert tag is not None
    assert tag.name in visitor.get(f"/tags/{tag.name}").text
    author = db.session.scalar(
        sa.select(Post.author_id).where(Post.author_id.is_not(None)).group_by(Post.author_id).order_by(sa.func.count().desc())
    )
    visitor.get(f"/people/{name_of(author)}")
    assert "answer" in visitor.text().lower()


def name_of(person_id: int | None) -> str:
    return str(db.session.execute(sa.text("SELECT name FROM person WHERE id = :id"), {"id": person_id}).scalar_one())


@pytest.mark.parametrize("part", ["<pre>", "<img ", "<blockquote>", "<ol>"])
def test_texts_with_code_images_and_lists_are_whole(visitor: Browser, dump: Path, part: str) -> None:
    """Of three questions and answers with such a part, the page has it, and every word of the text in its order."""
    tags = {"<pre>": "pre", "<img ": "img", "<blockquote>": "blockquote", "<ol>": "ol"}
    rows = [row for row in lines_of(dump, "Posts", QUESTIONS) if part in value(row, "Body")][:3]
    if not rows:
        pytest.skip(f"no question of the dump has {part}")
    for row in rows:
        thread = thread_of(value(row, "Title").strip())
        visitor.get(thread.path)
        assert visitor.page is not None
        prose = visitor.page.xpath("//article[contains(@class, 'post-opening')]//div[@class='prose']")[0]
        assert prose.xpath(f".//{tags[part]}"), thread.path
        wanted = re.findall(r"\w+", unescape(re.sub(r"<[^>]+>", " ", value(row, "Body"))))
        shown = " ".join(re.findall(r"\w+", prose.text_content()))
        missing = [word for word in wanted if word not in shown]
        assert not missing, (thread.path, missing[:5])


def test_accepted_answers_are_shown_as_solutions(visitor: Browser, dump: Path) -> None:
    for row in lines_of(dump, "Posts", ACCEPTED)[:5]:
        thread = thread_of(value(row, "Title").strip())
        visitor.get(thread.path)
        assert visitor.page is not None
        assert len(visitor.page.xpath("//section[contains(@class, 'solution')]")) == 1 and thread.status == "solved"


def test_the_best_candidate_becomes_an_article_that_search_finds_first(application: Flask, visitor: Browser) -> None:
    done = application.test_cli_runner().invoke(args=["promotions", "scan", "--top", "20"])
    assert done.exit_code == 0 and "views in 30 days" in done.output, done.output
    best = db.session.scalars(
        sa.select(Thread).join(Candidate, Candidate.thread_id == Thread.id).order_by(Candidate.score.desc())
    ).first()
    assert best is not None and best.title in done.output and best.answer_count
    section = make_section("basics", title="Basics")
    curator = Browser(application).sign_in(make_person("the-curator", "moderator"))
    curator.get("/moderation/promotions")
    assert curator.page is not None
    first = curator.page.xpath("//li[@class='candidate']")[0]
    assert best.title in " ".join(first.text_content().split())

    curator.get(first.xpath(".//a[contains(@href, '/promote')]/@href")[0])
    taken = curator.page.xpath("//input[@name='take'][@checked]/@value")
    built = curator.submit("/promote", {"take": taken, "section_id": str(section.id)})
    curator.get(built.location)
    path = curator.submit("/edit", {"then": "publish", "summary": "What the community of beer lovers found out."}).location
    run_until_idle()

    visitor.get(path)
    assert "Built from answers by" in visitor.text()
    visitor.get(best.path)
    assert visitor.page is not None
    assert visitor.page.xpath(f"//*[contains(@class, 'banner')]//a[@href='{path}']")
    words = re.findall(r"\w{3,}", best.title)
    for query in ("+".join(words), "+".join(words[:4]), "+".join(words).lower()):
        visitor.get(f"/search?q={query}")
        links = visitor.page.xpath("//li[contains(@class, 'result')]//h2/a/@href")
        assert links and links[0] == path, (query, links[:3])
        assert len(links) < 2 or best.path not in links, "the thread stands with its article, not below it"
