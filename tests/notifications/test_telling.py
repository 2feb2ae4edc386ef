"""Who is told what, and who is not."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.events import AnswerAccepted, CommentCurated, PeopleMentioned, PostAdded, PostCurated, ThreadCurated
from app.forum.models import Category, Post, Thread
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.forum.services.enquiring import ask_for_information
from app.kb.events import ArticlePublished, ThreadPromoted
from app.kb.models import ArticleSource
from app.kb.services.fixing import link_thread
from app.notifications.models import Notification, NotificationKind
from app.notifications.queries import count_unread, list_notifications
from app.notifications.services.notifying import notify
from tests.factories import (
    actor_of,
    make_answer,
    make_article,
    make_category,
    make_person,
    make_question,
    make_thread,
    opening_of,
)
from tests.notifications.happenings import answer, comment, follow, tell


def heard(person: Person) -> list[str]:
    """What a person reads in their list, newest first."""
    return [row.said(row.title) for row in list_notifications(actor_of(person)).items]


def test_the_asker_and_followers_hear_of_an_answer_and_the_helper_does_not(app: Flask) -> None:
    asker, helper, fan, muted = make_person("asker"), make_person("helper"), make_person("fan"), make_person("muted")
    thread = make_question(author=asker, title="Why does it hum?")
    for person in (helper, fan):
        follow(thread, person)
    follow(thread, muted, is_muted=True)
    answer(thread, helper)
    assert heard(asker) == ["Helper answered your question Why does it hum?"]
    assert heard(fan) == ["Helper answered a question you follow Why does it hum?"]
    assert heard(helper) == heard(muted) == []


def test_an_asker_hears_that_somebody_needs_details_and_of_other_comments_as_before(app: Flask) -> None:
    asker, staff = make_person("asker"), make_person("stella", role="staff")
    thread = make_question(author=asker, title="Why does it hum?")
    with unit_of_work():
        ask_for_information(actor_of(staff), thread_id=thread.id, body=compose("Which model?", is_comment=True).body)
    assert heard(asker) == ["Stella needs more details from you before we can answer Why does it hum?"]
    with unit_of_work():
        add_comment(actor_of(staff), post_id=opening_of(thread).id, body=compose("Thanks!", is_comment=True).body)
    assert heard(asker) == ["2 new comments, the last by Stella, on Why does it hum?"]


def test_whoever_keeps_an_article_hears_what_a_thread_says_against_it(app: Flask) -> None:
    keeper, curator = make_person(role="staff"), make_person(role="moderator")
    article = make_article("Oil the vent", owner=keeper)
    thread = make_question()
    with unit_of_work():
        link_thread(actor_of(curator), thread_id=thread.id, article_id=article.id, note="It says nothing of version 5")
    assert heard(keeper) == [
        "A thread shows what to correct (“It says nothing of version 5”) in an article that you look after: Oil the vent"
    ]
    assert heard(curator) == []


def test_an_asker_who_left_their_thread_on_purpose_hears_nothing(app: Flask) -> None:
    asker = make_person()
    thread = make_question(author=asker)
    follow(thread, asker, is_muted=True)
    answer(thread, make_person())
    assert heard(asker) == []


def test_unread_answers_to_one_thread_are_one_line_and_read_ones_begin_a_new_one(app: Flask) -> None:
    asker, ann, ben = make_person("asker"), make_person("ann"), make_person("ben")
    thread = make_question(author=asker, title="Why?")
    answer(thread, ann)
    answer(thread, ben)
    assert heard(asker) == ["2 new answers to your question, the last by Ben: Why?"]
    assert count_unread(actor_of(asker)) == 1
    with unit_of_work():
        db.session.execute(sa.update(Notification).values(read_at=now()))
    answer(thread, ann)
    assert len(heard(asker)) == 2 and count_unread(actor_of(asker)) == 1


def test_a_reply_in_a_discussion_is_called_so(app: Flask) -> None:
    author = make_person("author")
    thread = make_thread(author=author, kind="discussion", title="Show your tanks")
    answer(thread, make_person("ben"))
    assert heard(author) == ["Ben replied in your discussion Show your tanks"]


def test_the_author_of_a_post_hears_of_a_comment(app: Flask) -> None:
    asker, ann = make_person("asker"), make_person("ann")
    thread = make_question(author=asker, title="Why?")
    post = make_answer(thread, author=ann)
    comment(post, asker)
    assert heard(ann) == ["Asker commented on Why?"]
    assert heard(asker) == []


def test_when_the_author_comments_those_they_talk_to_hear_of_it(app: Flask) -> None:
    asker, ann, ben, fan = make_person("asker"), make_person("ann"), make_person("ben"), make_person("fan")
    thread = make_question(author=asker, title="Why?")
    follow(thread, fan)
    post = make_answer(thread, author=ann)
    comment(post, ben)
    comment(post, ann, "The 4.2, of course.")
    assert heard(ben) == heard(asker) == heard(fan) == ["Ann commented on Why?"]


def test_somebody_mentioned_in_a_text_they_hear_of_anyway_gets_one_line_only(app: Flask) -> None:
    asker, ann, named = make_person("asker"), make_person("ann"), make_person("named")
    thread = make_question(author=asker, title="Why?")
    post = make_answer(thread, author=ann)
    tell(PeopleMentioned(thread.id, post.id, None, ann.id, (asker.id, named.id, ann.id)))
    tell(PostAdded(thread.id, post.id, ann.id))
    assert heard(named) == ["Ann mentioned you in Why?"]
    assert len(heard(asker)) == 1
    assert heard(ann) == []


def test_the_helper_hears_of_the_acceptance(app: Flask) -> None:
    asker, helper = make_person("asker"), make_person("helper")
    thread = make_question(author=asker, title="Why?")
    post = make_answer(thread, author=helper)
    tell(AnswerAccepted(thread.id, post.id, asker.id))
    assert heard(helper) == ["Asker marked your answer as the solution of Why?"]
    own = make_answer(thread, author=asker)
    tell(AnswerAccepted(thread.id, own.id, asker.id))
    assert heard(asker) == []


def test_authors_of_sources_hear_of_an_article_when_it_is_published_and_not_of_the_draft(app: Flask) -> None:
    asker, helper, editor = make_person("asker"), make_person("helper"), make_person("editor", role="moderator")
    thread = make_question(author=asker)
    post = make_answer(thread, author=helper)
    article = make_article(title="Quiet pumps", state="published")
    with unit_of_work():
        for source, role in ((opening_of(thread), "problem"), (post, "solution")):
            db.session.add(
                ArticleSource(
                    article_id=article.id, thread_id=thread.id, post_id=source.id, post_revision=1, post_hash=source.body_hash,
                    author_id=source.author_id, role=role,
                )
            )  # fmt: skip
    tell(ThreadPromoted(thread.id, article.id, editor.id))
    assert heard(helper) == []
    tell(ArticlePublished(article.id, editor.id, is_first=True))
    tell(ArticlePublished(article.id, editor.id, is_first=False))
    assert heard(helper) == heard(asker) == ["What you wrote became part of an article Quiet pumps"]


def test_nobody_hears_of_an_article_they_may_not_read(app: Flask) -> None:
    helper = make_person("helper")
    thread = make_question()
    post = make_answer(thread, author=helper)
    article = make_article(title="Internal", audience="staff")
    with unit_of_work():
        db.session.add(
            ArticleSource(
                article_id=article.id, thread_id=thread.id, post_id=post.id, post_revision=1, post_hash=post.body_hash,
                author_id=helper.id, role="solution",
            )
        )  # fmt: skip
    tell(ArticlePublished(article.id, None, is_first=True))
    assert heard(helper) == []


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("hide", "Your question “Why?” was hidden by a moderator. Reason: advertising"),
        ("reject", "Your question “Why?” was not approved. Reason: advertising"),
        ("approve", "Your question “Why?” was approved and is visible now."),
        ("duplicate", "Your question “Why?” was closed, because the same was asked before. Reason: advertising"),
        ("pin", None),
        ("move", None),
    ],
)
def test_authors_hear_what_moderators_decided_about_their_threads(app: Flask, action: str, words: str | None) -> None:
    asker, moderator = make_person("asker"), make_person(role="moderator")
    thread = make_question(author=asker, title="Why?", hidden_at=now() if action == "hide" else None)
    tell(ThreadCurated(thread.id, action, moderator.id, "advertising"))
    assert heard(asker) == ([words] if words else [])


def test_authors_hear_what_moderators_decided_about_their_posts_and_comments(app: Flask) -> None:
    helper, moderator = make_person("helper"), make_person(role="moderator")
    thread = make_question(title="Why?")
    post = make_answer(thread, author=helper, hidden_at=now())
    tell(PostCurated(thread.id, post.id, "hide", moderator.id, "rude"))
    note = comment(opening_of(thread), helper, hidden_at=now())
    tell(CommentCurated(thread.id, note.post_id, note.id, "hide", moderator.id, "rude"))
    assert heard(helper) == [
        "Your comment in “Why?” was hidden by a moderator. Reason: rude",
        "Your answer to “Why?” was hidden by a moderator. Reason: rude",
    ]


def test_authors_hear_that_what_was_turned_down_or_approved_waits_again(app: Flask) -> None:
    helper, moderator = make_person("helper"), make_person(role="moderator")
    thread = make_question(title="Why?", author=helper, held_at=now())
    post = make_answer(thread, author=helper, held_at=now())
    note = comment(opening_of(thread), helper, held_at=now(), hidden_at=now())
    tell(ThreadCurated(thread.id, "restore", moderator.id, "Undone"))
    tell(PostCurated(thread.id, post.id, "restore", moderator.id, "Undone"))
    tell(CommentCurated(thread.id, note.post_id, note.id, "hold", moderator.id, "Undone"))
    assert sorted(heard(helper)) == [
        "Your answer to “Why?” waits for approval again.",
        "Your comment in “Why?” waits for approval again.",
        "Your question “Why?” waits for approval again.",
    ]


def test_moderators_hear_nothing_of_what_they_do_to_themselves(app: Flask) -> None:
    moderator = make_person(role="moderator")
    thread = make_question(author=moderator)
    tell(ThreadCurated(thread.id, "close", moderator.id, "done"))
    assert heard(moderator) == []


@pytest.mark.parametrize(("role", "is_told"), [("member", False), ("moderator", False), ("staff", True), ("admin", True)])
def test_only_people_who_may_read_a_staff_thread_are_told_of_it(app: Flask, role: str, is_told: bool) -> None:
    person, writer = make_person(role=role), make_person("writer", role="staff")
    thread = make_question(author=writer, category=make_category(audience="staff"), title="canary")
    follow(thread, person)
    post = answer(thread, make_person(role="staff"))
    tell(PeopleMentioned(thread.id, post.id, None, writer.id, (person.id,)))
    comment(post, writer)
    tell(ThreadCurated(thread.id, "close", writer.id, "canary"))
    assert bool(heard(person)) is is_told


def test_an_author_hears_no_decision_about_a_thread_that_went_to_the_staff(app: Flask) -> None:
    asker = make_person()
    thread = make_question(author=asker, category=make_category(audience="staff"), title="canary")
    tell(ThreadCurated(thread.id, "hide", None, "canary"))
    assert heard(asker) == []


def test_nobody_hears_of_hidden_and_held_texts(app: Flask) -> None:
    asker, moderator = make_person(), make_person(role="moderator")
    thread = make_question(author=asker)
    follow(thread, moderator)
    post = make_answer(thread, hidden_at=now())
    tell(PostAdded(thread.id, post.id, post.author_id))
    assert heard(asker) == [] and len(heard(moderator)) == 1


def test_a_line_loses_its_content_when_its_target_goes_out_of_sight(app: Flask) -> None:
    asker = make_person("asker")
    thread = make_question(author=asker, title="canary")
    post = answer(thread, make_person("ann"), "canary")
    with unit_of_work():
        db.session.get_one(Post, post.id).hidden_at = now()
    assert heard(asker) == ["What this was about is no longer available."]
    with unit_of_work():
        db.session.get_one(Post, post.id).hidden_at = None
        category = db.session.get_one(Category, db.session.get_one(Thread, thread.id).category_id)
        category.audience = "staff"
    assert heard(asker) == ["What this was about is no longer available."]


def test_telling_about_something_that_is_gone_tells_nobody(app: Flask) -> None:
    person = make_person()
    thread = make_question()
    with unit_of_work():
        notify([person.id], NotificationKind.ANSWER, actor_id=None, thread_id=thread.id, post_id=10**9)
        notify([person.id], NotificationKind.ANSWER, actor_id=None, thread_id=10**9)
        notify([None], NotificationKind.ANSWER, actor_id=None, thread_id=thread.id)
    assert heard(person) == []
    with pytest.raises(RuntimeError):
        notify([person.id], NotificationKind.ANSWER, actor_id=None, thread_id=thread.id)


def test_visitors_have_no_notifications_and_cost_no_query(app: Flask) -> None:
    seen: list[str] = []
    listen = lambda conn, cursor, statement, *rest: seen.append(statement)  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", listen)
    assert count_unread(ANONYMOUS) == 0
    sa.event.remove(db.engine, "before_cursor_execute", listen)
    assert seen == []


def test_the_cost_of_telling_does_not_grow_with_old_lines(app: Flask) -> None:
    asker, ann = make_person(), make_person()
    thread = make_question(author=asker)

    def statements() -> int:
        seen: list[str] = []
        post = make_answer(thread, author=ann)
        listen = lambda conn, cursor, statement, *rest: seen.append(statement)  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listen)
        tell(PostAdded(thread.id, post.id, ann.id))
        sa.event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    first = statements()
    for _ in range(5):
        answer(thread, ann)
    assert statements() <= first + 1
