"""Writing at the desk: answers, questions back, canned texts and articles put in, and nothing that was typed is ever lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import lxml.html
import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.markup import render_inline
from app.core.uow import unit_of_work
from app.desk.models import CannedAnswer, DeskItem
from app.desk.queries.articles import find_articles, find_offer
from app.desk.services.taking import take_thread
from app.desk.urls import answer_path, item_path
from app.forum.models import Comment, Draft, Post, Thread
from app.forum.services.commenting import add_comment
from app.forum.services.drafting import save_draft
from app.kb.models import Article, ArticleReuse
from app.kb.presenters import path_of
from app.search import engines
from app.search.engines.whoosh import WhooshEngine
from app.search.sync import rebuild
from tests.client import Browser
from tests.factories import actor_of, make_answer, make_article, make_category, make_person, make_question, opening_of


@pytest.fixture(autouse=True)
def engine(tmp_path: Path):
    before = engines._current
    engines.use_engine(WhooshEngine(tmp_path / "search"))
    yield
    engines._current = before


@pytest.fixture
def agent(app: Flask) -> Person:
    return make_person("stan", "staff", display_name="Stan")


@pytest.fixture
def desk(app: Flask, agent: Person) -> Browser:
    return Browser(app).sign_in(agent)


def answers(thread: Thread) -> list[Post]:
    return list(db.session.scalars(sa.select(Post).where(Post.thread_id == thread.id, Post.kind == "answer").order_by(Post.id)))


def keep_text(agent: Person, text: str = "Hello {asker},\n\nrestart it.\n\n{staff}", **values) -> CannedAnswer:
    with unit_of_work():
        canned = CannedAnswer(**{"title": "Restart", "body_source": text, "owner_id": agent.id, **values})
        db.session.add(canned)
    return canned


def typed(desk: Browser) -> str:
    assert desk.page is not None
    return desk.page.get_element_by_id("body").value.lstrip("\n")


def press(desk: Browser, thread: Thread, do: str, status: int = 200, **fields) -> None:
    desk.get(item_path(thread.id))
    desk.post(answer_path(thread.id), {"do": do, "seen": desk.page.get_element_by_id("seen").value, **fields}, status=status)


def test_an_answer_from_the_desk_is_official_and_forgets_its_draft(desk: Browser, agent: Person):
    thread = make_question()
    with unit_of_work():
        save_draft(actor_of(agent), key=f"answer:{thread.id}", fields={"body": "Half an ans"})
    desk.get(item_path(thread.id))
    assert typed(desk) == "Half an ans"
    response = desk.submit("/answer", {"do": "post", "body": "Replace the capacitor."})
    (post,) = answers(thread)
    assert response.location == f"{item_path(thread.id)}#post-{post.id}"
    assert post.is_official and post.author_id == agent.id and post.body_source == "Replace the capacitor."
    assert db.session.scalar(sa.select(sa.func.count(Draft.id))) == 0
    desk.get(item_path(thread.id))
    assert "Your answer is posted." in desk.text() and typed(desk) == ""


def test_post_and_next_leads_on(desk: Browser):
    thread = make_question()
    desk.get(item_path(thread.id))
    assert desk.submit("/answer", {"do": "next", "body": "Replace it."}).location == f"{item_path(thread.id)}/next#item"


def test_asking_for_details_writes_a_comment_and_the_reply_brings_the_question_back(desk: Browser, app: Flask):
    asker = make_person("mia")
    thread = make_question(author=asker)
    desk.get(item_path(thread.id))
    assert desk.submit("/answer", {"do": "ask", "body": "Which model is it?"}).location == f"{item_path(thread.id)}#item"
    comment = db.session.scalars(sa.select(Comment)).one()
    assert comment.post_id == opening_of(thread).id and not answers(thread)
    item = db.session.get_one(DeskItem, thread.id)
    assert item.state == "asker"
    desk.get(item_path(thread.id))
    assert "Waits for the asker" in desk.text() and "Needs details" in desk.text()
    with unit_of_work():
        add_comment(actor_of(asker), post_id=opening_of(thread).id, body=render_inline("Model 5."))
    db.session.expire_all()
    assert (item.state, item.waiting_reason) == ("waiting", "replied")
    desk.get(item_path(thread.id))
    assert "the asker gave the details" in desk.text()


def test_a_question_back_longer_than_a_comment_is_kept_and_explained(desk: Browser):
    thread = make_question()
    press(desk, thread, "ask", 400, body="x" * 2_500)
    assert db.session.scalar(sa.select(sa.func.count(Comment.id))) == 0


@pytest.mark.parametrize("do", ["post", "ask", "next", "preview"])
def test_an_empty_text_is_not_posted(desk: Browser, do: str):
    thread = make_question()
    desk.get(item_path(thread.id))
    response = desk.submit("/answer", {"do": do, "body": "  "}, status=400)
    assert "Please write something." in response.text and not answers(thread)


def test_choosing_a_canned_text_keeps_what_was_typed_and_fills_placeholders(desk: Browser, agent: Person):
    thread = make_question(author=make_person("mia", display_name="Mia"))
    canned = keep_text(agent)
    press(desk, thread, "insert", body="My own words.", canned=str(canned.id))
    assert typed(desk) == "My own words.\n\nHello Mia,\n\nrestart it.\n\nStan"
    desk.submit("/answer", {"do": "post"})
    db.session.expire_all()
    assert canned.use_count == 1 and canned.last_used_at is not None
    assert "Hello Mia," in answers(thread)[0].body_source


def test_inserting_counts_nothing_and_two_texts_count_once_each(desk: Browser, agent: Person):
    thread = make_question()
    one, two = keep_text(agent), keep_text(agent, "And this.", title="Second")
    press(desk, thread, "insert", canned=str(one.id))
    assert db.session.scalar(sa.select(sa.func.sum(CannedAnswer.use_count))) == 0
    desk.page.get_element_by_id("canned").value = str(two.id)
    used = desk.page.get_element_by_id("used").value
    press(desk, thread, "insert", canned=str(two.id), used=f"{used} {used}", body="x")
    desk.submit("/answer", {"do": "post"})
    db.session.expire_all()
    assert (one.use_count, two.use_count) == (1, 1)


def test_nothing_chosen_changes_nothing_and_a_foreign_text_is_not_found(desk: Browser):
    thread = make_question()
    press(desk, thread, "insert", body="Typed.", canned="")
    assert typed(desk) == "Typed."
    other = keep_text(make_person(role="staff"), is_shared=False)
    for value in (str(other.id), "99999"):
        desk.client.post(answer_path(thread.id), data={"csrf_token": desk.token(), "do": "insert", "canned": value})
        assert desk.client.post(
            answer_path(thread.id), data={"csrf_token": desk.token(), "do": "insert", "canned": value}
        ).status_code == 404  # fmt: skip


def test_a_text_or_article_that_is_gone_costs_nothing_that_was_typed(desk: Browser):
    thread = make_question()
    for helper, problem in (
        ({"do": "insert", "canned": "99999"}, "not there any more"),
        ({"article": "99999"}, "cannot be used here"),
    ):
        answer = desk.post(answer_path(thread.id), {"body": "Half an answer.", **helper}, status=404)
        page = lxml.html.document_fromstring(answer.text)
        assert page.get_element_by_id("body").value.strip() == "Half an answer." and problem in page.text_content()


@pytest.mark.parametrize("odd", ["-1", "x", "9" * 40, "1 2 x", ""])
def test_odd_values_in_hidden_fields_do_no_harm(desk: Browser, odd: str):
    thread = make_question()
    desk.post(answer_path(thread.id), {"do": "post", "body": f"An answer {odd}", "used": odd, "seen": "0"})
    desk.post(answer_path(thread.id), {"do": "insert", "body": "y", "canned": odd}, status=200)
    desk.post(answer_path(thread.id), {"do": "find", "body": "y", "find": odd * 100}, status=200)
    token = desk.token()
    answer = desk.client.post(answer_path(thread.id), data={"csrf_token": token, "seen": odd, "body": "Other", "do": "post"})
    assert answer.status_code in (303, 400, 409)
    answer = desk.client.post(answer_path(thread.id), data={"csrf_token": token, "article": odd or "x"})
    assert answer.status_code == 404


def test_the_preview_shows_the_answer_and_posts_nothing(desk: Browser):
    thread = make_question()
    press(desk, thread, "preview", body="Use **force**.")
    assert desk.page.xpath("//section[@aria-label='Preview']//strong")[0].text_content() == "force"
    assert not answers(thread) and typed(desk) == "Use **force**."


def test_an_article_is_found_put_in_and_counted(desk: Browser, agent: Person):
    thread = make_question(title="Why does the pump hum at night?")
    article = make_article("Silence a humming pump", summary="Clean the filter and prime it.")
    path = path_of(article)
    rebuild()
    press(desk, thread, "find", find="humming", body="Hello.")
    assert "1 article found" in desk.text() and typed(desk) == "Hello."
    desk.post(answer_path(thread.id), {"article": str(article.id), "body": "Hello.", "seen": "0"}, status=200)
    assert typed(desk) == f"Hello.\n\n[Silence a humming pump]({path})\n\n> Clean the filter and prime it."
    desk.submit("/answer", {"do": "post"})
    (post,) = answers(thread)
    reuse = db.session.scalars(sa.select(ArticleReuse)).one()
    assert (reuse.article_id, reuse.post_id, reuse.person_id) == (article.id, post.id, agent.id)


def test_a_search_without_a_find_says_so(desk: Browser):
    rebuild()
    thread = make_question()
    press(desk, thread, "find", find="submarine", body="Kept.")
    assert "No article that the asker may read fits “submarine”" in desk.text() and typed(desk) == "Kept."


@pytest.mark.parametrize("category", ["public", "members", "staff"])
def test_no_article_is_offered_that_readers_of_the_question_may_not_read(app: Flask, agent: Person, category: str):
    widths = ["public", "members", "staff"]
    made: dict[str, Article] = {width: make_article(f"Humming pump for {width}", audience=width) for width in widths}
    make_article("Humming pump draft", state="draft")
    make_article("Humming pump of old", state="archived")
    rebuild()
    allowed = {made[width].id for width in widths[: widths.index(category) + 1]}
    assert {offer.id for offer in find_articles(actor_of(agent), "humming pump", category)} == allowed
    for width, article in made.items():
        assert bool(find_offer(actor_of(agent), article.id, category)) is (width in widths[: widths.index(category) + 1])


def test_an_article_narrower_than_the_question_cannot_be_put_in_by_hand_either(desk: Browser):
    thread = make_question(category=make_category(audience="public"))
    article = make_article(audience="staff")
    response = desk.client.post(answer_path(thread.id), data={"csrf_token": desk.token(), "article": str(article.id)})
    assert response.status_code == 404


def test_an_article_that_changed_its_readers_is_not_offered_though_the_index_still_says_so(app: Flask, agent: Person):
    article = make_article("Humming pump")
    rebuild()
    with unit_of_work():
        db.session.execute(sa.update(Article).values(audience="staff"))
    assert find_articles(actor_of(agent), "humming", "public") == ()
    assert find_offer(actor_of(agent), article.id, "public") is None


def test_titles_and_texts_of_articles_cannot_break_the_markdown(app: Flask, agent: Person):
    article = make_article("Use [this] or `that` *now*", summary="First <b>line</b>\nand a second_one")
    offer = find_offer(actor_of(agent), article.id, "public")
    assert offer is not None
    assert offer.markdown.startswith(r"[Use \[this\] or \`that\` \*now\*](/kb/")
    assert offer.markdown.count("\n") == 2 and r"\<b\>" in offer.markdown


def test_while_another_holds_the_question_nothing_is_posted_without_a_second_word(desk: Browser):
    thread = make_question()
    other = make_person("ann", "staff", display_name="Ann")
    with unit_of_work():
        take_thread(actor_of(other), thread_id=thread.id)
    for do in ("post", "ask"):
        press(desk, thread, do, 409, body="Replace it.")
    assert not answers(thread) and db.session.scalar(sa.select(sa.func.count(Comment.id))) == 0
    response = desk.client.post(
        answer_path(thread.id), data={"csrf_token": desk.token(), "do": "post", "body": "Replace it.", "seen": "0"}
    )
    assert (
        "Ann has taken this question" in response.text
        and "Post it all the same" in response.text
        and "Replace it." in response.text
    )
    press(desk, thread, "post", 303, body="Replace it.", despite="y")
    assert len(answers(thread)) == 1


def test_who_holds_the_question_answers_and_lets_it_go(desk: Browser, agent: Person):
    for do in ("post", "ask"):
        thread = make_question()
        with unit_of_work():
            take_thread(actor_of(agent), thread_id=thread.id)
        press(desk, thread, do, 303, body="Replace it.")
        db.session.expire_all()
        assert db.session.get_one(DeskItem, thread.id).taken_by_id is None


def test_an_answer_that_came_meanwhile_is_shown_before_ours_is_posted(desk: Browser):
    thread = make_question()
    make_answer(thread, text="An early try.")
    desk.get(item_path(thread.id))
    make_answer(thread, text="It was the fuse.")
    response = desk.submit("/answer", {"do": "post", "body": "Perhaps the fuse?"}, status=409)
    assert "Somebody has answered since you opened this page" in response.text
    assert "It was the fuse." in response.text and "Perhaps the fuse?" in response.text and len(answers(thread)) == 2
    desk.page = lxml.html.document_fromstring(response.text)
    desk.submit("/answer", {"do": "post"})
    assert answers(thread)[-1].body_source.strip() == "Perhaps the fuse?"


def test_a_locked_question_keeps_the_text_and_says_why(desk: Browser):
    thread = make_question()
    desk.get(item_path(thread.id))
    page = desk.page
    with unit_of_work():
        db.session.execute(sa.update(Thread).values(locked_at=now() - timedelta(minutes=1)))
    desk.page = page
    response = desk.submit("/answer", {"do": "post", "body": "Too late?"}, status=409)
    assert "takes no new answers" in response.text and not answers(thread)


@pytest.mark.parametrize(("role", "status"), [("member", 404), ("moderator", 404), ("staff", 303), ("admin", 303)])
def test_only_staff_post_here(app: Flask, role: str, status: int):
    thread = make_question()
    browser = Browser(app).sign_in(make_person(role=role))
    browser.post(answer_path(thread.id), {"do": "post", "body": "Replace it.", "seen": "0"}, status=status)
    assert len(answers(thread)) == (status == 303)


def test_suspended_staff_work_at_no_desk(app: Flask):
    thread = make_question()
    browser = Browser(app).sign_in(make_person(role="staff", suspended_until=now() + timedelta(days=1)))
    for do in ("post", "insert", "find", "preview", "ask"):
        browser.post(answer_path(thread.id), {"do": do, "body": "x"}, status=404)
    browser.get(item_path(thread.id), status=404)


def test_two_clicks_post_one_answer(desk: Browser):
    thread = make_question()
    for _ in range(2):
        desk.post(answer_path(thread.id), {"do": "post", "body": "Replace it.", "seen": "0"})
    assert len(answers(thread)) == 1


def test_mentions_and_images_work_as_on_the_page_itself(desk: Browser):
    thread = make_question()
    make_person("peer")
    press(desk, thread, "post", 303, body="As @peer says.")
    assert 'href="/people/peer"' in answers(thread)[0].body_html
