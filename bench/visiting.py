"""Which addresses of a generated site are visited, and how many SQL statements each kind of page takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.db import db
from app.forum.models import Category, Post, Tag, Thread
from app.kb.models import Article, Section
from app.kb.urls import article_path
from app.web.assets import asset_url
from app.web.remembering import MEMORY
from bench import words
from bench.generating import PASSWORD, writer_name

MOST = 500
FULL_PAGE = 19
AGENT = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
MEMBER_PAGES = ("question", "list")


@dataclass(frozen=True)
class Places:
    """Paths to visit by kind of page, and the threads that writers write into. Same site, same places.

    `quiet` is a question that only a crawler asks for: a page shows its views, so every reader that counts changes its ETag.
    """

    paths: dict[str, list[str]]
    quiet: str
    thread_ids: list[int]
    post_ids: list[int]


def find_places(app: Flask) -> Places:
    """Choose the addresses: up to MOST random ones of each kind, of public content only."""
    random = Random(11)
    with app.test_request_context():
        is_public = sa.and_(Category.audience == "public", Thread.kind == "question")
        threads = sa.select(Thread).join(Category, Category.id == Thread.category_id).where(is_public).order_by(Thread.id)
        questions = list(db.session.scalars(threads))
        quiet = questions.pop(len(questions) // 2)
        full = [thread for thread in questions if thread.answer_count >= FULL_PAGE]
        some = random.sample(questions, min(MOST, len(questions)))
        paths = {
            "home": ["/"],
            "question": [thread.path for thread in some],
            "question, 20 posts": [thread.path for thread in full[:MOST]],
            "list": ["/questions"],
            "category": [f"/c/{slug}" for slug in _all(sa.select(Category.slug).where(Category.audience == "public"))],
            "tag": [f"/tags/{name}" for name in _all(sa.select(Tag.name).where(Tag.thread_count > 0).order_by(Tag.id))],
            "article": _articles(),
            "search": [f"/search?q={words.query(random).replace(' ', '+')}" for _ in range(400)],
            "style sheet": [asset_url("site.css")],
        }
        posts = _all(sa.select(Post.id).where(Post.thread_id.in_([thread.id for thread in some]), Post.kind == "answer"))
        kept = {name: given for name, given in paths.items() if given}
        found = Places(kept, quiet.path, [thread.id for thread in some], posts)
        db.session.remove()
        return found


def _all(statement: sa.Select[Any]) -> list[Any]:
    return list(db.session.scalars(statement))


def _articles() -> list[str]:
    joined = sa.select(Section.slug, Article.slug).join(Section, Section.id == Article.section_id)
    statement = joined.order_by(Article.id).limit(MOST)
    return [article_path(section, slug) for section, slug in db.session.execute(statement)]


class _Counter:
    """Counts the statements of an engine while the block runs."""

    def __init__(self, app: Flask) -> None:
        self.count = 0
        with app.app_context():
            self.engine = db.engine

    def _note(self, *_about: object) -> None:
        self.count += 1

    def __enter__(self) -> "_Counter":
        self.count = 0
        sa.event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_about: object) -> None:
        sa.event.remove(self.engine, "before_cursor_execute", self._note)


def _most(counter: _Counter, client: FlaskClient, paths: list[str]) -> int:
    """The most statements that any of some addresses takes; what is only done once is done before."""
    most = 0
    client.get(paths[0], headers=AGENT)
    for path in paths[:20]:
        with counter:
            status = client.get(path, headers=AGENT).status_code
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        most = max(most, counter.count)
    return most


@contextmanager
def _without_memory(app: Flask) -> Iterator[None]:
    """Let pages read everything themselves: what one page remembers for another would hide what it takes."""
    memory = app.extensions.pop(MEMORY, None)
    try:
        yield
    finally:
        if memory is not None:
            app.extensions[MEMORY] = memory


def count_statements(app: Flask, places: Places) -> dict[str, int]:
    """The most SQL statements of a page by kind, in process, when nothing is remembered; signed-in ones as "question, member"."""
    with _without_memory(app):
        return _count_statements(app, places)


def _count_statements(app: Flask, places: Places) -> dict[str, int]:
    counter, client = _Counter(app), app.test_client()
    found = {name: _most(counter, client, paths) for name, paths in places.paths.items()}
    member = app.test_client()
    token = _token_of(member.get("/login", headers=AGENT).text)
    form = {"csrf_token": token, "login": writer_name(1), "password": PASSWORD}
    status = member.post("/login", data=form, headers=AGENT).status_code
    if status not in (302, 303):
        raise RuntimeError(f"Signing in answered {status}")
    found |= {f"{name}, member": _most(counter, member, places.paths[name]) for name in MEMBER_PAGES}
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return found


def _token_of(text: str) -> str:
    for mark in ('name="csrf-token" content="', 'name="csrf_token" value="'):
        if mark in text:
            return text.split(mark, 1)[1].split('"', 1)[0]
    raise RuntimeError("There is no form token on the sign-in page.")
