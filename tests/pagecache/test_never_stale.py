"""Whatever is written, by whatever form: no visitor gets a page that the application would make differently now."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from flask import Flask

from app.pagecache.middleware import PageCache
from app.web.remembering import MEMORY
from tests.client import Browser
from tests.factories import make_person
from tests.flows.hostile import encoded
from tests.flows.test_every_route import ALLOWED, FORMS, access_of, address, form_of, send
from tests.flows.world import World, build_world
from tests.pagecache.installed import page_cache
from tests.saved import version_of_rows

SESSIONS = ("accounts.sign_out", "accounts.end_sessions", "accounts.sign_in", "accounts.sign_up", "accounts.reset")
# What is counted or proposed and not written may be some minutes old: views, and other threads that are new and alike.
COMPUTED = re.compile(
    r"[\d,.]+\s+views?|<aside class=\"page-aside.*?</aside>|<section class=\"lead-on.*?</section>| has-aside", re.DOTALL
)


TOKENS = re.compile(r'(name="csrf_token" value|name="csrf-token" content)="[^"]*"')


@pytest.fixture
def cache(app: Flask) -> Iterator[PageCache]:
    """The page cache in front of the application of the tests."""
    with page_cache(app) as installed:
        assert installed is not None
        yield installed


def visitors_pages(world: World) -> list[str]:
    parts = world.parts
    thread = f"/questions/{parts['thread_id']}/{parts['slug']}"
    return [
        "/", "/questions", "/questions?view=solved", "/discussions", thread, f"{thread}?sort=newest", f"/questions/{parts['thread_id']}/feed.atom",
        "/c/water", "/tags", "/tags/pump", "/kb", f"/kb/{parts['section']}", f"/kb/{parts['section']}/how-to-prime-the-pump", "/people/Other",
        "/feed.atom", "/sitemap.xml", "/kb/feed.atom",
    ]  # fmt: skip


def visible(response: Any) -> tuple[int, str]:
    text = COMPUTED.sub("", response.get_data(as_text=True))
    return response.status_code, "\n".join(line for line in text.splitlines() if line.strip())


def differing(one: str, other: str) -> list[str]:
    return list(difflib.unified_diff(one.splitlines(), other.splitlines(), n=0, lineterm=""))[2:12]


@contextmanager
def nothing_remembered(app: Flask) -> Iterator[None]:
    """Let pages be made from their rows: none is shared, and no value is kept."""
    kept = {name: app.extensions.pop(name) for name in ("shared_pages", MEMORY)}
    try:
        yield
    finally:
        app.extensions.update(kept)


def compare(app: Flask, cache: PageCache, pages: list[str], what: str) -> int:
    """Compare what visitors get with what the application makes; return how many pages came from the cache."""
    visitor, copies = app.test_client(use_cookies=False), 0
    for path in pages:
        kept = cache._current(f"en\x1fhttp\x1flocalhost\x1f{path.partition('?')[0]}\x1f{path.partition('?')[2]}")
        given = visible(visitor.get(path))
        if kept is not None:
            copies += 1
            app.wsgi_app, outer = partial(Flask.wsgi_app, app), app.wsgi_app  # type: ignore[method-assign]
            with nothing_remembered(app):
                made = visible(visitor.get(path))
            app.wsgi_app = outer  # type: ignore[method-assign]
            assert given == made, f"{path} is out of date after {what}: {differing(given[1], made[1])}"
    return copies


@pytest.mark.parametrize("role", ["member", "other", "admin"])
def test_no_page_is_out_of_date_after_any_form(app: Flask, cache: PageCache, role: str):
    world = build_world(app)
    pages = visitors_pages(world)
    compare(app, cache, pages, "nothing")
    assert compare(app, cache, pages, "nothing") >= len(pages) - 2
    forms = [rule for rule in FORMS if role in ALLOWED[access_of(app, rule)] and rule.endpoint not in SESSIONS]
    copies = written = 0
    for rule in sorted(forms, key=lambda rule: rule.endpoint):
        before = version_of_rows()
        send(world, role, address(rule, world.parts), encoded(form_of(rule, world, role)))
        if before is None or before != version_of_rows():  # what writes nothing changes no page: they were compared before
            written += 1
            copies += compare(app, cache, pages, rule.endpoint)
    assert copies > written > len(forms) / 4


ACTIONS = {
    "threads/{thread_id}": ("lock", "unlock", "pin", "unpin", "close", "reopen", "archive", "unarchive", "hide", "restore"),
    "posts/{post_id}": ("hide", "restore"),
    "comments/{comment_id}": ("hide", "restore"),
}


def test_no_page_is_out_of_date_after_a_decision_of_moderators(app: Flask, cache: PageCache):
    world = build_world(app)
    pages = visitors_pages(world)
    reader = Browser(app).sign_in(make_person("reader"))
    for place, actions in ACTIONS.items():
        for action in actions:
            path = f"/moderation/{place.format(**world.parts)}/{action}"
            fields = {"csrf_token": world.token("moderator"), "reason": "Because"}
            assert send(world, "moderator", path, encoded(fields)).status_code == 303, path
            compare(app, cache, pages, path)
            compare(app, cache, pages, path)
            compare_member(app, reader, pages[4], path)


def compare_member(app: Flask, reader: Browser, path: str, what: str) -> None:
    """Compare what a member gets, of the pages that members share, with what is made for them alone."""
    given = [visible(reader.client.get(path)) for _again in range(2)]
    with nothing_remembered(app):
        made = visible(reader.client.get(path))
    assert [(status, TOKENS.sub("", text)) for status, text in given] == [(made[0], TOKENS.sub("", made[1]))] * 2, (
        f"{path} is out of date for members after {what}: {differing(given[1][1], made[1])}"
    )
