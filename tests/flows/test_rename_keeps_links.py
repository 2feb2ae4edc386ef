"""Addresses are kept: whatever is renamed or moved, old links lead to the present page, for good and in one hop."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post, Thread
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from tests.client import Browser
from tests.factories import (
    accept,
    actor_of,
    make_answer,
    make_article,
    make_category,
    make_person,
    make_question,
    make_section,
    make_thread,
    opening_of,
)
from tests.kb.samples import promote_and_publish


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """Somebody who followed a link."""
    return Browser(app)


def follow_moved(visitor: Browser, path: str, to: str) -> TestResponse:
    """The address leads to `to` at once and for good, and the page there names itself."""
    response = visitor.client.get(path)
    assert (response.status_code, response.location) == (301, to), path
    page = visitor.get(to)
    assert f'<link rel="canonical" href="http://community.test{to}">' in page.text
    return page


def leads_to(visitor: Browser, permalink: str, page: str, anchor: str) -> None:
    """The permanent link leads (for now) to this place, and the place is there."""
    response = visitor.client.get(permalink)
    assert (response.status_code, response.location) == (302, f"{page}#{anchor}"), permalink
    visitor.get(page)
    assert visitor.page is not None and visitor.page.xpath("//*[@id=$anchor]", anchor=anchor), permalink


def retitle(app: Flask, thread: Thread, title: str) -> str:
    """Give the thread another title by the form, and return its path."""
    author = Browser(app).sign_in(db.session.get_one(Person, thread.author_id))
    opening = opening_of(thread)
    author.get(f"/posts/{opening.id}/edit")
    author.submit("/edit", {"title": title, "reason": "Clearer"})
    db.session.rollback()
    return str(db.session.get_one(Thread, thread.id, populate_existing=True).path)


def ask(title: str, kind: str = "question", answers: int = 0) -> Thread:
    thread = make_thread(title=title, kind=kind)
    at = now() - timedelta(days=1)
    for number in range(answers):
        make_answer(thread, text=f"Answer number {number}", created_at=at + timedelta(minutes=number))
    return thread


@pytest.mark.parametrize("kind", ["question", "discussion"])
def test_a_new_title_moves_a_thread_and_every_old_address_leads_there_in_one_hop(app: Flask, visitor: Browser, kind: str) -> None:
    thread = ask("Pump hums", kind, answers=45)
    first = thread.path
    second = retitle(app, thread, "Drip pump hums and moves no water")
    third = retitle(app, thread, "Drip pump hums, but no water arrives")
    other = "discussion" if kind == "question" else "question"
    assert len({first, second, third}) == 3
    for old in (
        first,
        second,
        f"/{kind}s/{thread.id}",
        f"/{kind}s/{thread.id}/anything",
        f"/{other}s/{thread.id}",
        first.replace(kind, other),
    ):
        follow_moved(visitor, old, third)
        follow_moved(visitor, f"{old}?page=2", f"{third}?page=2")
        follow_moved(visitor, f"{old}?page=1", third)
    response = visitor.client.get(f"{first}?sort=newest&page=3&utm_source=mail")
    assert (response.status_code, response.location) == (301, f"{third}?sort=newest&page=3")
    assert visitor.client.get(f"{first}?page=4").status_code in (301, 404)
    visitor.get(f"{third}?page=4", status=404)


@pytest.mark.parametrize(
    "title", ["断网以后，水泵还会按计划浇水吗？", "Größere Wärme im Gewächshaus?", "What does % mean / and is ?x=1 & #2 it?"]
)
def test_titles_of_all_kinds_have_addresses_that_hold(app: Flask, visitor: Browser, title: str) -> None:
    thread = ask("Something else at first")
    old = thread.path
    new = retitle(app, thread, title)
    assert new.isascii()
    follow_moved(visitor, old, new)
    assert visitor.client.get(new).status_code == 200


def test_permanent_links_lead_to_the_right_page_and_place(app: Flask, visitor: Browser) -> None:
    thread = ask("Pump hums", answers=45)
    posts = sorted(thread_posts(thread), key=lambda post: post.id)
    old_path = thread.path
    new_path = retitle(app, thread, "Drip pump hums and moves no water")
    leads_to(visitor, f"/posts/{opening_of(thread).id}", new_path, f"post-{opening_of(thread).id}")
    for number, post in enumerate(posts):
        page = number // 20 + 1
        leads_to(visitor, f"/posts/{post.id}", new_path if page == 1 else f"{new_path}?page={page}", f"post-{post.id}")
    comment = say(thread, posts[44].id)
    leads_to(visitor, f"/comments/{comment.id}", f"{new_path}?page=3", f"comment-{comment.id}")
    accept(posts[44])
    leads_to(visitor, f"/posts/{posts[44].id}", new_path, f"post-{posts[44].id}")
    leads_to(visitor, f"/comments/{comment.id}", new_path, f"comment-{comment.id}")
    leads_to(visitor, f"/posts/{posts[19].id}", f"{new_path}?page=2", f"post-{posts[19].id}")
    assert old_path != new_path


def thread_posts(thread: Thread) -> list[Post]:
    return list(db.session.scalars(sa.select(Post).where(Post.thread_id == thread.id, Post.kind != "opening")))


def say(thread: Thread, post_id: int) -> Comment:
    actor = actor_of(make_person())
    with unit_of_work():
        return add_comment(actor, post_id=post_id, body=compose("Which fuse?", is_comment=True).body)


def test_links_to_texts_that_are_hidden_or_private_lead_nowhere(app: Flask, visitor: Browser) -> None:
    thread = ask("Pump hums")
    hidden = make_answer(thread, text="Hidden", hidden_at=now())
    held = make_answer(thread, text="Held", held_at=now())
    private = make_question(category=make_category(audience="members"))
    answer = make_answer(private)
    for path in (f"/posts/{hidden.id}", f"/posts/{held.id}", f"/posts/{answer.id}", f"/questions/{private.id}", "/posts/999999"):
        assert visitor.client.get(path).status_code == 404, path
    gone = make_question(hidden_at=now())
    for path in (f"/questions/{gone.id}", f"/questions/{gone.id}/x", f"/discussions/{gone.id}", f"/posts/{opening_of(gone).id}"):
        assert visitor.client.get(path).status_code == 410, path


def test_an_article_keeps_all_its_addresses(app: Flask, visitor: Browser) -> None:
    first, second = make_section("pumps", title="Pumps"), make_section("water", title="Water")
    article = make_article("Fix a humming pump", section=first)
    curator = Browser(app).sign_in(make_person("moe", "moderator"))
    paths = ["/kb/pumps/fix-a-humming-pump"]

    def edit(**values: str) -> None:
        curator.get(f"/kb/articles/{article.id}/edit")
        paths.append(curator.submit("/edit", {"then": "publish", **values}).location)

    edit(slug="humming-pump")
    edit(section_id=str(second.id))
    edit(title="Mend a humming pump", slug="", section_id=str(first.id))
    assert paths.pop() == paths[1], "left empty, the address stays; and here it is the one it had before"
    edit(slug="a-pump-hums", section_id=str(second.id))
    assert len(set(paths)) == 4, paths
    for old in (*paths[:-1], f"/kb/articles/{article.id}", "/kb/pumps/a-pump-hums", "/kb/water/fix-a-humming-pump"):
        follow_moved(visitor, old, paths[-1])
    visitor.get("/kb/water/never-was", status=404)


def test_an_address_that_was_given_up_is_not_taken_by_another_article(app: Flask, visitor: Browser) -> None:
    section = make_section("pumps")
    article = make_article("Fix a humming pump", section=section)
    curator = Browser(app).sign_in(make_person("moe", "moderator"))
    curator.get(f"/kb/articles/{article.id}/edit")
    moved_to = curator.submit("/edit", {"then": "publish", "slug": "pump"}).location
    curator.get("/kb/articles/new")
    other = curator.submit(
        "/kb/articles/new",
        {"title": "Fix a humming pump", "body": "Another text.", "section_id": str(section.id), "then": "publish"},
    ).location
    assert other not in ("/kb/pumps/fix-a-humming-pump", moved_to)
    follow_moved(visitor, "/kb/pumps/fix-a-humming-pump", moved_to)


def test_a_renamed_section_keeps_its_address_and_those_of_its_articles(app: Flask, visitor: Browser) -> None:
    section = make_section("pumps", title="Pumps")
    make_article("Fix a humming pump", section=section)
    curator = Browser(app).sign_in(make_person("ada", "admin"))
    curator.get(f"/kb/sections/{section.id}")
    curator.submit(f"/kb/sections/{section.id}", {"title": "Pumps and hoses"})
    visitor.get("/kb/pumps")
    assert "Pumps and hoses" in visitor.text()
    visitor.get("/kb/pumps/fix-a-humming-pump")


def test_a_thread_names_its_article_where_it_is_now(app: Flask, visitor: Browser) -> None:
    first, second = make_section("pumps"), make_section("water")
    moderator = make_person("moe", "moderator")
    thread = ask("Pump hums")
    answer = make_answer(thread)
    accept(answer)
    article = promote_and_publish(actor_of(moderator), thread, [answer], first.id)
    curator = Browser(app).sign_in(moderator)
    curator.get(f"/kb/articles/{article.id}/edit")
    path = curator.submit(
        "/edit", {"then": "publish", "title": "Mend a pump", "slug": "mend", "section_id": str(second.id)}
    ).location
    visitor.get(thread.path)
    assert visitor.page is not None
    assert visitor.page.xpath(f"//a[@href='{path}' and contains(., 'Mend a pump')]")
    new_path = retitle(app, thread, "Drip pump hums and moves no water")
    visitor.get(path)
    assert visitor.page.xpath(f"//a[@href='{new_path}' or @href='/posts/{answer.id}']")


def test_spellings_of_names_and_tags_lead_to_one_address(app: Flask, visitor: Browser) -> None:
    person = make_person("Fern_Ada")
    make_question(tags=("wifi",), author=person)
    follow_moved(visitor, "/people/fern_ada", "/people/Fern_Ada")
    follow_moved(visitor, "/tags/WiFi", "/tags/wifi")
    for path in ("/questions", "/discussions", "/tags", "/tags/wifi"):
        response = visitor.client.get(f"{path}?page=1")
        assert (response.status_code, response.location) == (301, path)
