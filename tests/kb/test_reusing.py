"""Articles used in answers: counted by their links, once an answer, for readers who can follow them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.markup import render_markdown
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.forum.services.answering import add_post
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.forum.services.converting import convert_thread
from app.forum.services.curating import move_thread
from app.forum.services.curating_posts import hide_post
from app.forum.services.editing import edit_post
from app.forum.services.merging import merge_threads
from app.forum.services.turning import turn_into_post
from app.jobs.worker import run_until_idle
from app.kb.models import Article, ArticleReuse, ArticleSlug
from app.kb.presenters import path_of
from app.kb.queries.articles import get_article_for_update
from app.kb.queries.reuse import Reuse, reuse_of
from app.kb.services.publishing import publish
from app.kb.services.reusing import article_links
from app.kb.services.writing import ArticleText, Placement, save_revision
from tests.client import Browser
from tests.factories import actor_of, make_article, make_category, make_person, make_question, make_thread, opening_of
from tests.kb.conftest import Crew

HOST = "community.test"


def answer(crew: Crew, thread: Thread, text: str, by: str = "staff") -> Post:
    body = render_markdown(text, own_host=HOST)
    with unit_of_work():
        return add_post(actor_of(getattr(crew, by)), thread_id=thread.id, body=body)


def reused() -> list[tuple[int, int]]:
    rows = db.session.execute(sa.select(ArticleReuse.article_id, ArticleReuse.post_id).order_by(ArticleReuse.article_id))
    return [tuple(row) for row in rows]


def test_links_of_this_site_count_and_others_do_not():
    text = """[one](/kb/guides/hum) [two](http://community.test/kb/guides/leak?x=1#top) [three](/kb/articles/12)
    [away](https://elsewhere.example/kb/guides/away) [section](/kb/guides) [older](/kb/guides/%C3%BCber) `/kb/guides/code`"""
    assert article_links(str(render_markdown(text, own_host=HOST).html)) == ({12}, {"hum", "leak", "über"})
    assert article_links("<p>nothing</p>") == (set(), set())


def test_an_official_answer_that_links_to_an_article_uses_it_once(crew: Crew):
    article, thread = make_article(), make_question()
    post = answer(crew, thread, f"See [this]({path_of(article)}) and [again](/kb/articles/{article.id}).")
    assert reused() == [(article.id, post.id)]
    row = db.session.scalars(sa.select(ArticleReuse)).one()
    assert (row.thread_id, row.person_id) == (thread.id, crew.staff.id)
    assert reuse_of(crew.agent, article.id).count == 1


@pytest.mark.parametrize("who", ["member", "moderator"])
def test_answers_that_are_not_official_use_nothing(crew: Crew, who: str):
    answer(crew, make_question(), f"See [this]({path_of(make_article())}).", by=who)
    assert reused() == []


def test_an_earlier_address_of_an_article_counts_as_the_article(crew: Crew):
    article = make_article()
    with unit_of_work():
        db.session.add(ArticleSlug(slug="old-name", article_id=article.id))
    post = answer(crew, make_question(), "See [this](/kb/anything/old-name).")
    assert reused() == [(article.id, post.id)]


@pytest.mark.parametrize(
    ("category", "article", "counts"),
    [
        ("public", "public", True), ("public", "members", False), ("public", "staff", False),
        ("members", "members", True), ("members", "public", True), ("staff", "staff", True), ("members", "staff", False),
    ],
)  # fmt: skip
def test_an_article_counts_only_where_every_reader_of_the_answer_can_read_it(
    crew: Crew, category: str, article: str, counts: bool
):
    thread = make_question(category=make_category(audience=category))
    answer(crew, thread, f"See [this]({path_of(make_article(audience=article))}).")
    assert bool(reused()) is counts


def test_a_draft_does_not_count(crew: Crew):
    answer(crew, make_question(), f"See [this]({path_of(make_article(state='draft'))}).")
    assert reused() == []


def test_an_answer_counts_once_its_article_is_published_or_its_readers_may_read_it(crew: Crew):
    draft, inner = make_article(state="draft"), make_article(audience="staff")
    with unit_of_work():
        db.session.add(ArticleSlug(slug="früher", article_id=draft.id))
    links = [path_of(draft), f"/kb/articles/{draft.id}", "/kb/guides/fr%C3%BCher", path_of(inner)]
    posts = [answer(crew, make_question(), f"See [this]({link}).") for link in links]
    run_until_idle()
    assert reused() == []
    with unit_of_work():
        publish(crew.agent, article_id=draft.id)
    run_until_idle()
    assert reused() == [(draft.id, post.id) for post in posts[:3]]
    with unit_of_work():
        article = get_article_for_update(inner.id)
        text = ArticleText(article.title, render_markdown("For everybody now."))
        place = Placement(article.section_id, "public")
        save_revision(
            crew.agent, article_id=inner.id, base_revision=article.revision, place=place, text=text, is_published_next=True
        )
        publish(crew.agent, article_id=inner.id)
    run_until_idle()
    assert (inner.id, posts[3].id) in reused()


def test_an_answer_counts_no_more_where_others_read_it_or_it_is_none(crew: Crew):
    article, moderator = make_article(audience="members"), actor_of(crew.admin)
    threads = [make_question(category=make_category(audience="members")) for _ in range(2)]
    for thread in threads:
        answer(crew, thread, f"See [this]({path_of(article)}).")
    assert len(reused()) == 2
    public_id = make_category().id
    with unit_of_work():
        move_thread(moderator, thread_id=threads[0].id, category_id=public_id)
    with unit_of_work():
        convert_thread(moderator, thread_id=threads[1].id, reason="No question")
    assert reused() == []


def test_editing_adds_and_takes_away(crew: Crew):
    one, two, thread = make_article(), make_article(), make_question()
    post = answer(crew, thread, f"See [this]({path_of(one)}).")
    with unit_of_work():
        edit_post(crew.agent, post_id=post.id, body=render_markdown(f"Better: [this]({path_of(two)}).", own_host=HOST))
    assert reused() == [(two.id, post.id)]
    with unit_of_work():
        edit_post(crew.agent, post_id=post.id, body=render_markdown("Do it by hand.", own_host=HOST))
    assert reused() == []


def test_what_becomes_an_official_answer_uses_what_it_leads_to(crew: Crew):
    """A comment that is made one, replies of a discussion that is made a question, and replies that go to one."""
    article = make_article()
    link, moderator = f"See [this]({path_of(article)}).", actor_of(crew.moderator)
    question, talk, other = make_question(), make_thread(kind="discussion"), make_thread(kind="discussion")
    body = compose(link, is_comment=True).body
    with unit_of_work():
        comment = add_comment(actor_of(crew.staff), post_id=opening_of(question).id, body=body)
    replies = [answer(crew, thread, link) for thread in (talk, other)]
    assert reused() == []
    with unit_of_work():
        post = turn_into_post(moderator, comment_id=comment.id, body=render_markdown(link), reason="An answer")
    with unit_of_work():
        convert_thread(moderator, thread_id=talk.id, reason="A question")
    with unit_of_work():
        merge_threads(moderator, thread_id=other.id, target_id=question.id, opening="nothing", reason="One matter")
    assert sorted(reused()) == [(article.id, one.id) for one in (*replies, post)]


def test_a_hidden_answer_is_not_shown_as_use(crew: Crew):
    article = make_article()
    post = answer(crew, make_question(), f"See [this]({path_of(article)}).")
    with unit_of_work():
        hide_post(actor_of(crew.admin), post_id=post.id, reason="A test")
    assert reuse_of(crew.agent, article.id) == Reuse()


def test_curators_see_where_an_article_was_used_as_far_as_they_may_read_it(crew: Crew, app: Flask):
    article = make_article()
    path = path_of(article)
    open_thread = make_question(title="Why does the pump hum so loudly?")
    answer(crew, open_thread, f"See [this]({path}).")
    inner = make_question(title="An inner matter of the staff", category=make_category(audience="staff"))
    answer(crew, inner, f"See [this]({path}).")
    assert reuse_of(crew.agent, article.id).count == 2 and reuse_of(crew.curator, article.id).count == 1
    staff = Browser(app).sign_in(crew.staff)
    staff.get(path)
    assert "Used in 2 answers by staff" in staff.text() and "An inner matter" in staff.text()
    moderator = Browser(app).sign_in(crew.moderator)
    moderator.get(path)
    assert "Used in 1 answer by staff" in moderator.text() and "An inner matter" not in moderator.text()
    member = Browser(app).sign_in(crew.member)
    member.get(path)
    assert "Used in" not in member.text()


def test_the_newest_uses_come_first_and_few_are_listed(crew: Crew):
    article: Article = make_article()
    path = path_of(article)
    for number in range(12):
        thread = make_question(author=make_person(), title=f"Pump number {number} does not start")
        post = answer(crew, thread, f"See [this]({path}).")
        with unit_of_work():
            db.session.execute(sa.update(Post).where(Post.id == post.id).values(created_at=now() - timedelta(days=number)))
    found = reuse_of(crew.agent, article.id)
    assert found.count == 12 and len(found.newest) == 10
    assert [row.title for row in found.newest][:2] == ["Pump number 0 does not start", "Pump number 1 does not start"]
