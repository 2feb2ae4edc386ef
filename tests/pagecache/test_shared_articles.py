"""Pages of articles that readers share: as a page of one's own, for whoever may read them, never older than the last change."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.db import db
from app.core.trust import Level
from app.core.uow import unit_of_work
from app.kb.models import Article
from app.kb.routes import reading
from app.pagecache.sharing import SharedPages
from app.pageviews.queries import total_views
from app.pageviews.recorder import flush
from tests.asserts import count_queries
from tests.client import Browser
from tests.factories import make_article, make_person
from tests.kb.samples import FIREFOX, path_of
from tests.pagecache.test_never_stale import differing
from tests.pagecache.test_sharing import alone, kept, pages, reader, shown

__all__ = ["pages"]


@pytest.fixture
def keeper(app: Flask) -> Person:
    return make_person("keeper")


@pytest.fixture
def path(keeper: Person) -> str:
    return path_of(make_article("Silence a humming pump", owner=keeper))


def update(path: str, **values: Any) -> None:
    """Change an article as another process would."""
    with db.engine.connect() as another:
        another.execute(sa.update(Article).where(Article.slug == path.rpartition("/")[2]).values(values))
        another.commit()


def test_everybody_sees_what_they_would_see_alone(app: Flask, pages: SharedPages, keeper: Person, path: str):
    for browser, most in (
        (reader(app, "canary", display_name="Canary Bird"), 1),
        (Browser(app).sign_in(keeper), 1),
        (Browser(app), 2),
        (reader(app, "curates", role="moderator"), 2),
        (reader(app, "proposes", level=Level.TRUSTED), 2),
    ):
        made = shown(browser, path)
        assert not differing(made.replace("<", "\n<"), alone(app, browser, path).replace("<", "\n<"))
        assert made == shown(browser, path) and len(pages) == most
    whole = b"".join(part for page in kept(pages) for part in page.parts()).decode()
    assert "Clean the intake filter" in whole and "anary" not in whole and "/edit" not in whole


@pytest.mark.parametrize("audience", ["members", "staff"])
def test_articles_for_few_stay_with_their_readers(app: Flask, pages: SharedPages, audience: str):
    path = path_of(make_article("CANARY for few", audience=audience))
    member, worker = reader(app, "member"), reader(app, "worker", role="staff")
    for _again in range(2):
        worker.get(path)
        member.get(path, 200 if audience == "members" else 404)
        Browser(app).get(path, 404)
    assert len(pages) == (1 if audience == "members" else 0)


def test_a_draft_is_for_its_owner_alone(app: Flask, pages: SharedPages, keeper: Person):
    path = path_of(make_article("CANARY of a draft", owner=keeper, state="draft"))
    Browser(app).sign_in(keeper).get(path)
    reader(app, "other").get(path, 404)
    assert not pages


def test_thanks_and_messages_stand_on_pages_of_ones_own(app: Flask, pages: SharedPages, path: str):
    browser = reader(app, "told")
    browser.get(path)
    assert "Thank you" in browser.get(f"{path}?thanks=yes").text and "Thank you" not in browser.get(path).text
    with browser.client.session_transaction() as session:
        session["_flashes"] = [("message", "Only for you")]
    assert "Only for you" in browser.get(path).text and "Only for you" not in browser.get(path).text
    assert len(pages) == 1


def test_a_change_by_anybody_is_seen_at_once(
    app: Flask, pages: SharedPages, keeper: Person, path: str, monkeypatch: pytest.MonkeyPatch
):
    browser, find = reader(app, "reads"), reading.find_article_head
    browser.get(path)
    update(path, body_html="<p>As it is.</p>")
    assert "As it is." in browser.get(path).text
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.id == keeper.id).values(display_name="Ada Keeps"))
    assert "Ada Keeps" in browser.get(path).text

    def changed_meanwhile(slug: str) -> Any:
        found = find(slug)
        update(path, body_html="<p>Later.</p>")
        return found

    update(path, body_html="<p>Soon gone.</p>")
    monkeypatch.setattr(reading, "find_article_head", changed_meanwhile)
    assert "Soon gone." in browser.get(path).text
    monkeypatch.setattr(reading, "find_article_head", find)
    assert "Later." in browser.get(path).text
    update(path, audience="staff")
    browser.get(path, 404)


def test_readers_of_a_shared_page_count_but_not_its_owner(app: Flask, pages: SharedPages, keeper: Person, path: str):
    for browser in (Browser(app).sign_in(keeper), reader(app, "first"), reader(app, "second"), reader(app, "second2")):
        browser.get(path, headers=FIREFOX)
    flush()
    article = db.session.scalars(sa.select(Article)).one()
    assert len(pages) == 1 and total_views("article", [article.id]) == {article.id: 3}


def test_a_shared_page_costs_at_most_two_statements(app: Flask, pages: SharedPages, path: str):
    browser = reader(app, "reads")
    browser.get(path)
    db.session.rollback()
    with count_queries() as said:
        browser.get(path)
    assert len([one for one in said if "page_change" not in one]) <= 2, said
