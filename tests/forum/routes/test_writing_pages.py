"""Answering, commenting, editing, voting, accepting in the browser."""

from __future__ import annotations

import lxml.html
import pytest
import sqlalchemy as sa

from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post
from app.forum.queries.outcomes import list_outcomes
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.forum.services.drafting import find_draft, save_draft
from app.forum.services.editing import edit_post
from app.forum.services.following import follow
from tests.asserts import assert_queries
from tests.factories import actor_of, make_answer, make_category, make_person, make_question, make_thread, opening_of
from tests.forum.services.acting import do, post_now, thread_now

JSON = {"Accept": "application/json"}


@pytest.fixture
def tom(browser):
    person = make_person("tom")
    browser.sign_in(person)
    return person


def see(browser, response) -> str:
    browser.page = lxml.html.document_fromstring(response.text)
    return browser.text()


def test_an_answer_is_posted_and_shown(browser, tom):
    thread = make_question()
    response = browser.post(f"/questions/{thread.id}/answers", {"body": "Prime the *pump*."})
    post = db.session.scalars(sa.select(Post).where(Post.kind == "answer")).one()
    assert response.headers["Location"] == f"/posts/{post.id}"
    page = browser.client.get(response.headers["Location"], follow_redirects=True)
    assert "<em>pump</em>" in page.text and "your answer is posted" in page.text


def test_posting_an_answer_takes_few_statements_however_many_follow(browser, tom):
    thread = make_question(author=make_person(email="asker@example.org"))
    for _ in range(6):
        do(follow, make_person(), thread_id=thread.id, value=1)
    address = f"/questions/{thread.id}/answers"
    browser.post(address, {"body": "Which pump is it?"})
    with assert_queries(at_most=20):
        browser.post(address, {"body": "Prime the [pump](https://pumps.example/) before you *start* it."})


def test_a_reply_is_posted_and_the_draft_goes(browser, tom):
    thread = make_thread(kind="discussion")
    with unit_of_work():
        save_draft(actor_of(tom), key=f"answer:{thread.id}", fields={"body": "Half"})
    browser.post(f"/discussions/{thread.id}/replies", {"body": "I agree."})
    assert thread_now(thread).answer_count == 1 and find_draft(actor_of(tom), f"answer:{thread.id}") is None


def test_a_refused_answer_stays_in_the_form(browser, tom):
    thread = make_question()
    response = browser.post(f"/questions/{thread.id}/answers", {"body": "x" * 40_001}, 400)
    assert "x" * 40_001 in response.text and "40,000" in response.text


def test_browsers_do_not_cut_what_is_pasted(browser, tom):
    """They would do it without a word: the server says that a text is too long, and keeps all of it."""
    thread = make_question()
    comment = do(add_comment, tom, post_id=make_answer(thread, author=tom).id, body=compose("Mine").body)
    for path in (thread.path, "/ask", f"/posts/{comment.post_id}/edit", f"/comments/{comment.id}/edit"):
        browser.get(path)
        assert browser.page.xpath("//textarea[@name='body']"), path
        assert not browser.page.xpath("//textarea[@name='body']/@maxlength"), path


def test_an_answer_that_came_too_late_is_shown_to_be_copied(browser, tom):
    from app.core.clock import now

    thread = make_question(locked_at=now())
    response = browser.post(f"/questions/{thread.id}/answers", {"body": "My long answer"}, 409)
    assert "My long answer" in response.text


def test_visitors_are_led_to_sign_in(browser):
    thread = make_question()
    browser.get("/login")
    response = browser.client.post(f"/questions/{thread.id}/answers", data={"body": "Hi"})
    assert response.status_code in (303, 400) and thread_now(thread).answer_count == 0


def test_a_comment_is_posted_and_a_refused_one_stays(browser, tom):
    post = make_answer(make_question())
    response = browser.post(f"/posts/{post.id}/comments", {"body": "Which @tom?"})
    comment = db.session.scalars(sa.select(Comment)).one()
    assert response.headers["Location"] == f"/comments/{comment.id}" and 'href="/people/tom"' in comment.body_html
    refused = browser.post(f"/posts/{post.id}/comments", {"body": "y" * 2_001}, 400)
    assert "y" * 2_001 in refused.text


def test_a_comment_is_changed_and_taken_back(browser, tom):
    question = make_question()
    post = make_answer(question)
    comment = do(add_comment, tom, post_id=post.id, body=compose("Frist", is_comment=True).body)
    browser.get(f"/comments/{comment.id}/edit")
    browser.submit(f"/comments/{comment.id}/edit", {"body": "First"})
    assert db.session.scalars(sa.select(Comment.body_source)).one() == "First"
    assert "write something" in browser.post(f"/comments/{comment.id}/edit", {"body": " "}, 400).text
    browser.get(f"/comments/{comment.id}/edit")
    browser.submit(f"/comments/{comment.id}/delete", {})
    assert "Taken back" in browser.get(question.path).text
    assert post_now(post).comment_count == 0
    browser.get(f"/comments/{comment.id}/edit", 404)


def test_other_peoples_comments_cannot_be_changed(browser, tom):
    comment = do(add_comment, make_person(), post_id=make_answer(make_question()).id, body=compose("Mine", is_comment=True).body)
    browser.get(f"/comments/{comment.id}/edit", 403)
    browser.post(f"/comments/{comment.id}/edit", {"body": "Yours"}, 403)


def test_an_opening_is_edited_with_title_and_tags(browser, tom):
    thread = make_question(author=tom, tags=("pump",))
    opening = opening_of(thread)
    browser.get(f"/posts/{opening.id}/edit")
    browser.submit(f"/posts/{opening.id}/edit", {"title": "Why is my pump so loud?", "reason": "Clearer", "tags": "pump, noise"})
    assert thread_now(thread).slug == "why-is-my-pump-so-loud"
    browser.get(f"/posts/{opening.id}/history")
    text = browser.text()
    assert "Clearer" in text and "Title: Why is my pump so loud?" in text and "Tags: pump, noise" in text


def test_a_preview_of_a_change_saves_nothing(browser, tom):
    post = make_answer(make_question(), tom)
    browser.post(f"/posts/{post.id}/edit", {"body": "A **new** text", "base_revision": "1", "preview": "1"}, 200)
    assert browser.page.xpath("//section[@aria-label='Preview']//strong/text()") == ["new"] and post_now(post).revision == 1


def test_when_two_changes_meet_both_texts_are_shown_and_saving_again_is_a_decision(browser, tom):
    post = make_answer(make_question(), tom, "Clean the filter.")
    browser.get(f"/posts/{post.id}/edit")
    do(edit_post, make_person(role="staff"), post_id=post.id, body=compose("Clean the intake filter.").body, reason="Clearer")
    response = browser.submit(f"/posts/{post.id}/edit", {"body": "Clean the filter twice."}, 409)
    text = see(browser, response)
    assert "Two changes met" in text and "Clean the intake filter." in text
    assert browser.page.xpath("//textarea[@name='body']")[0].text.strip() == "Clean the filter twice."
    browser.submit(f"/posts/{post.id}/edit", {"body": "Clean the filter twice."})
    assert (post_now(post).body_source, post_now(post).revision) == ("Clean the filter twice.", 3)


def test_a_refused_change_stays_in_the_form(browser, tom):
    post = make_answer(make_question(), tom)
    response = browser.post(f"/posts/{post.id}/edit", {"body": "", "reason": "Shorter", "base_revision": "1"}, 400)
    assert "write something" in response.text and "Shorter" in response.text
    response = browser.post(f"/posts/{post.id}/edit", {"body": "Kept text", "base_revision": "9" * 60}, 409)
    assert "Kept text" in response.text


def test_a_draft_of_a_change_comes_back_with_the_revision_it_started_from(browser, tom):
    post = make_answer(make_question(), tom)
    with unit_of_work():
        save_draft(actor_of(tom), key=f"edit:{post.id}", fields={"body": "Unfinished", "base_revision": "1"})
    do(edit_post, make_person(role="staff"), post_id=post.id, body=compose("By staff").body, reason="Clearer")
    browser.get(f"/posts/{post.id}/edit")
    assert browser.page.xpath("//textarea[@name='body']")[0].text.strip() == "Unfinished"
    browser.submit(f"/posts/{post.id}/edit", {}, 409)
    assert post_now(post).body_source == "By staff"


def test_who_may_not_edit_gets_no_form(browser, tom):
    browser.get(f"/posts/{make_answer(make_question()).id}/edit", 403)
    browser.get(f"/posts/{make_answer(make_question(category=make_category(audience='staff'))).id}/edit", 404)
    browser.get(f"/posts/{2**63}/edit", 404)


def test_any_two_revisions_are_compared_in_two_ways(browser, tom):
    post = make_answer(make_question(), tom, "One\nTwo <b>")
    for source in ("One\nTwo and a half <b>", "One\nThree <b>"):
        do(edit_post, tom, post_id=post.id, body=compose(source).body)
    browser.get(f"/posts/{post.id}/history")
    assert browser.page.xpath("//div[contains(@class,'diff')]//ins/text()") == ["Three <b>"]
    browser.get(f"/posts/{post.id}/history?from=1&to=3&view=sides")
    assert browser.page.xpath("//td[@class='was']//del/text()") == ["Two"]
    browser.get(f"/posts/{post.id}/history?from=2&to=2")
    assert browser.page.xpath("//input[@type='search']/@value") == [""]
    assert "say the same" in browser.text()
    for query in ("from=0", "to=4", "from=x", "to=" + "9" * 30):
        browser.get(f"/posts/{post.id}/history?{query}", 404)


def test_the_history_is_open_to_whoever_sees_the_post_and_to_nobody_else(browser, client):
    from app.core.clock import now

    assert client.get(f"/posts/{make_answer(make_question()).id}/history").status_code == 200
    for post in (
        make_answer(make_question(), hidden_at=now()),
        make_answer(make_question(), held_at=now()),
        make_answer(make_question(hidden_at=now())),
        make_answer(make_question(category=make_category(audience="members"))),
    ):
        assert client.get(f"/posts/{post.id}/history").status_code == 404
        browser.sign_in(make_person(role="admin"))
        browser.get(f"/posts/{post.id}/history")


def test_votes_answer_scripts_with_json_and_forms_with_a_redirect(browser, tom):
    post = make_answer(make_question())
    assert browser.post(f"/posts/{post.id}/vote", {"value": "1"}, 200, headers=JSON).json == {"score": 1, "pressed": 1}
    assert browser.post(f"/posts/{post.id}/vote", {"value": "0"}).headers["Location"] == f"/posts/{post.id}"
    for value in ("5", "", "x"):
        browser.post(f"/posts/{post.id}/vote", {"value": value}, 400, headers=JSON)
    assert post_now(post).score == 0


def test_me_too_and_follow_flip_without_a_value(browser, tom):
    thread = make_question()
    assert [browser.post(f"/threads/{thread.id}/me-too", {}, 200, headers=JSON).json for _ in range(2)] == [
        {"count": 1, "pressed": True}, {"count": 0, "pressed": False},
    ]  # fmt: skip
    assert [browser.post(f"/threads/{thread.id}/follow", {}, 200, headers=JSON).json["pressed"] for _ in range(2)] == [
        True,
        False,
    ]
    assert browser.post(f"/threads/{thread.id}/follow", {"value": "1"}).headers["Location"] == thread.path
    browser.post(f"/threads/{thread.id}/follow", {"value": "7"}, 400, headers=JSON)


def test_a_reason_that_is_too_long_is_refused_and_shown_again_not_cut(browser, tom):
    post = make_answer(make_question(author=tom))
    browser.post(f"/posts/{post.id}/accept")
    reason = "It came back. " * 22
    refused = browser.post(f"/posts/{post.id}/withdraw", {"reason": reason}, 400)
    assert "Please use at most 300 characters." in refused.text and reason.strip() in refused.text
    assert [event.kind for event in list_outcomes(post.thread_id)] == ["accepted"]


def test_the_asker_accepts_and_withdraws_with_buttons(browser, tom):
    thread = make_question(author=tom)
    post = make_answer(thread)
    browser.get(thread.path)
    browser.submit(f"/posts/{post.id}/accept", {})
    assert thread_now(thread).status == "solved"
    browser.get(thread.path)
    browser.submit(f"/posts/{post.id}/withdraw", {"reason": "It came back"})
    assert [event.kind for event in list_outcomes(thread.id)] == ["accepted", "withdrawn"]


def test_how_it_ended_is_reported_in_two_spellings_and_taken_back(browser, tom):
    thread = make_question(author=tom)
    post = make_answer(thread)
    browser.post(f"/threads/{thread.id}/outcome", {"kind": "solved_elsewhere"})
    browser.post(f"/threads/{thread.id}/outcome", {"worked": "no", "post_id": str(post.id)})
    assert [(event.kind, event.post_id) for event in list_outcomes(thread.id)] == [
        ("solved_elsewhere", None),
        ("refuted", post.id),
    ]
    browser.post(f"/outcomes/{list_outcomes(thread.id)[1].id}/withdraw")
    assert thread_now(thread).status == "solved"
    for values in (
        {"kind": "nonsense"},
        {"worked": "maybe"},
        {},
        {"kind": "refuted", "post_id": "9" * 30},
        {"kind": "refuted", "post_id": "x"},
    ):
        browser.post(f"/threads/{thread.id}/outcome", values, 400)
    browser.post(f"/outcomes/{2**62}/withdraw", {}, 404)


def test_strangers_cannot_say_how_it_ended(browser, tom):
    browser.post(f"/threads/{make_question().id}/outcome", {"kind": "workaround"}, 403)


def test_the_live_preview_is_what_would_be_stored(browser, tom):
    source = "Hi @tom\n\n```python\nx = 1\n```\n<script>alert(1)</script>"
    response = browser.client.post("/preview", data={"body": source, "csrf_token": browser.token()})
    assert response.status_code == 200 and "<html" not in response.text
    assert 'href="/people/tom"' in response.text and "<script" not in response.text and "<pre" in response.text
    assert browser.post("/preview", {"body": "x" * 40_001}, 400)


def test_a_draft_key_that_is_no_form_is_refused(browser, tom):
    browser.post("/drafts/evil", {"body": "x"}, 400, headers=JSON)
    assert browser.post("/drafts/answer:3", {"body": "x"}, 200, headers=JSON).json == {"saved": True}
    assert browser.post("/drafts/answer:3", {"discard": "1", "next": "//evil.example"}).headers["Location"] == "/"


def test_browsers_do_not_cut_short_notes_either(browser, tom):
    answer = make_answer(make_question())
    for path in (f"/questions/{answer.thread_id}", "/settings/profile"):
        response = browser.client.get(path, follow_redirects=True)
        found = lxml.html.document_fromstring(response.text).xpath("//textarea[@name='note' or @name='about']")
        assert found and not [area for area in found if area.get("maxlength")], path
    too_long = {"reason": "spam", "note": "x" * 501}
    response = browser.post(f"/posts/{answer.id}/flag", too_long, 400)
    assert "at most 500 characters" in response.text and "x" * 501 in response.text
