"""Structured data of threads against Google's rules: required fields, whole texts, nobody's secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.records import replace
from app.core.uow import unit_of_work
from app.forum import jsonld
from app.forum.models import Thread
from app.forum.queries.thread_head import find_thread_head
from app.forum.queries.thread_page import ThreadPage, load_thread_page
from tests.factories import accept, make_answer, make_person, make_question, make_thread, opening_of
from tests.forum.test_thread_page import make_comment

BASE = "https://community.test"


def load(thread: Thread, page: int = 1) -> ThreadPage:
    head = find_thread_head(thread.id)
    assert head is not None
    return load_thread_page(ANONYMOUS, head, "best", page)


def question_of(found: ThreadPage) -> dict[str, Any]:
    data = jsonld.question_page(BASE, found.head, found.posts.items, found.comments, found.tags)
    assert data["@type"] == "QAPage"
    question: dict[str, Any] = data["mainEntity"]
    return question


def test_a_question_has_every_required_and_recommended_field(app: Any) -> None:
    asker = make_person("mira", display_name="Mira Holt")
    thread = make_question(author=asker, title="Pump hums but gives no water", text="It hums. " * 400, tags=("pump",))
    solution, _other = make_answer(thread, text="Prime it. " * 300, score=4), make_answer(thread, text="Buy another.", score=5)
    accept(solution, asker)
    make_comment(solution, asker, "That was it.")
    question = question_of(load(thread))
    address = f"{BASE}/questions/{thread.id}/pump-hums-but-gives-no-water"
    assert question["name"] == "Pump hums but gives no water"
    assert question["text"] == ("It hums. " * 400).strip()
    assert question["answerCount"] == 2
    assert question["author"] == {"@type": "Person", "name": "Mira Holt", "url": f"{BASE}/people/mira"}
    assert question["url"] == address
    accepted = question["acceptedAnswer"]
    assert accepted["text"] == ("Prime it. " * 300).strip()
    assert accepted["upvoteCount"] == 4
    assert accepted["url"] == f"{address}#post-{solution.id}"
    assert accepted["comment"][0]["text"] == "That was it."
    assert accepted["commentCount"] == 1
    assert "suggestedAnswer" not in question
    for part in (question, accepted):
        assert part["datePublished"].endswith("Z")


def test_answer_count_is_the_total_also_beyond_the_page(app: Any) -> None:
    thread = make_question()
    answers = [make_answer(thread, text=f"Way {number}", score=number - 22) for number in range(23)]
    question = question_of(load(thread))
    assert question["answerCount"] == 23
    address = f"{BASE}{thread.path}#post-"
    assert [answer["text"] for answer in question["suggestedAnswer"]] == ["Way 22", "Way 21"]
    assert [answer["url"] for answer in question["suggestedAnswer"]] == [f"{address}{one.id}" for one in answers[:-3:-1]]
    assert question["suggestedAnswer"][1]["upvoteCount"] == -1
    assert "acceptedAnswer" not in question


def test_two_accepted_answers_are_both_listed(app: Any) -> None:
    thread = make_question()
    accept(make_answer(thread))
    accept(make_answer(thread))
    assert len(question_of(load(thread))["acceptedAnswer"]) == 2


def test_a_removed_author_is_a_person_without_address(app: Any) -> None:
    thread = make_question()
    with unit_of_work():
        opening_of(thread).author_id = None
        db.session.get_one(Thread, thread.id).author_id = None
    assert question_of(load(thread))["author"] == {"@type": "Person", "name": "[removed]"}


def test_text_that_repeats_the_title_is_left_out(app: Any) -> None:
    assert "text" not in question_of(load(make_question(title="Why does it hum so loudly?", text="Why does it hum so loudly?")))


def test_answers_without_text_are_no_answers(app: Any) -> None:
    found = load(thread := make_question())
    answer = make_answer(thread)
    found = load(thread)
    posts = [replace(found.posts.items[0], text="")]
    question = jsonld.question_page(BASE, found.head, posts, {}, ())["mainEntity"]
    assert "suggestedAnswer" not in question and answer.id == posts[0].id


def test_held_and_hidden_texts_never_appear(app: Any) -> None:
    thread = make_question()
    shown = make_answer(thread, text="Visible")
    make_answer(thread, text="Canary hidden", hidden_at=now())
    make_answer(thread, text="Canary held", held_at=now())
    make_comment(shown, make_person(), "Canary comment", hidden_at=now())
    found = load(thread)
    assert "Canary" not in str(question_of(found))
    rows = [*found.posts.items, replace(found.posts.items[0], text="Canary row", hidden_at=now())]
    assert "Canary" not in str(jsonld.question_page(BASE, found.head, rows, found.comments, ()))


def test_edits_give_a_modification_date(app: Any) -> None:
    thread = make_question()
    with unit_of_work():
        opening_of(thread).edited_at = now() + timedelta(days=1)
    assert question_of(load(thread))["dateModified"] > question_of(load(thread))["datePublished"]


def test_a_discussion_is_a_forum_posting_with_its_replies(app: Any) -> None:
    thread = make_thread(kind="discussion", title="What do you grow in winter?", text="Lettuce does well here.")
    reply = make_answer(thread, text="Pak choi.")
    found = load(thread)
    data = jsonld.discussion_page(BASE, found.head, found.posts.items, found.comments, 1)
    assert data["@type"] == "DiscussionForumPosting"
    assert data["headline"] == "What do you grow in winter?"
    assert data["text"] == "Lettuce does well here."
    assert data["author"]["name"] and data["datePublished"]
    assert data["comment"][0]["text"] == "Pak choi."
    assert data["comment"][0]["url"].endswith(f"#post-{reply.id}")
    assert data["comment"][0]["author"]["name"] and data["comment"][0]["datePublished"]
    later = jsonld.discussion_page(BASE, found.head, found.posts.items, found.comments, 2)
    assert "text" not in later
    assert later["url"] == BASE + found.head.path
    assert later["comment"][0]["url"] == f"{BASE}{found.head.path}?page=2#post-{reply.id}"
