"""What a decision about a waiting text brings about: who is told, whether waiting ends, and which text was decided about."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.uow import unit_of_work
from app.forum.events import ThreadStarted
from app.forum.models import Post
from app.forum.models.post import revision_of
from app.forum.services import approving, curating
from app.forum.services.approving import TextChanged, is_first_showing
from app.forum.services.commenting import edit_comment
from app.forum.services.composing import compose
from app.forum.services.editing import edit_post
from app.forum.services.enquiring import ask_for_information
from app.moderation.models import LogEntry
from app.moderation.undoing import undo_decision
from app.moderation.undoing.edits import render_earlier
from app.notifications.models import Notification
from tests.client import Browser
from tests.factories import actor_of, body, make_answer, make_person, make_question, opening_of
from tests.moderation.screening.test_holding import answer, ask, comment, moderator, watch


def told(person) -> list[tuple[str, int | None]]:
    rows = sa.select(Notification.kind, Notification.post_id).where(Notification.person_id == person.id).order_by(Notification.id)
    return [(row.kind, row.post_id) for row in db.session.execute(rows)]


def approve(post: Post) -> None:
    mo = moderator()
    with unit_of_work():
        curating.approve_post(mo, post_id=post.id)


def test_an_answer_that_waits_again_after_a_change_is_told_of_once(app):
    watch("lamps")
    asker, named = make_person(), make_person("named-later")
    thread = make_question(author=asker)
    writer = make_person()
    post = answer(writer, "Clean the filter", thread)
    assert told(asker) == [("answer", post.id)]
    text = compose("Clean the filter, then buy lamps, @named-later").body
    with unit_of_work():
        edit_post(actor_of(writer), post_id=post.id, body=text)
    assert post.held_at is not None and not is_first_showing(post.held_at, post.created_at) and not told(named)
    approve(post)
    assert told(asker) == [("answer", post.id)], "nobody hears of it twice"
    assert told(named) == [("mention", post.id)], "whom only the new text names hears now"


def test_an_answer_that_waited_since_it_came_is_told_of_when_it_is_let_through(app):
    watch("lamps")
    asker = make_person()
    post = answer(make_person(), "Buy lamps", make_question(author=asker))
    assert post.held_at == post.created_at and not told(asker)
    approve(post)
    assert told(asker) == [("answer", post.id)]


def test_a_question_that_waits_again_is_not_started_twice(app, monkeypatch):
    watch("lamps")
    person = make_person()
    thread = ask(person, "It hums")
    with unit_of_work():
        edit_post(actor_of(person), post_id=opening_of(thread).id, body=body("It hums like lamps"))
    assert thread.held_at is not None
    emitted = []
    monkeypatch.setattr(approving, "emit", lambda event: emitted.append(type(event)))
    mo = moderator()
    with unit_of_work():
        curating.approve_thread(mo, thread_id=thread.id)
    assert ThreadStarted not in emitted and thread.is_listed


def test_a_held_answer_ends_the_waiting_for_the_asker_only_when_it_is_let_through(app):
    watch("lamps")
    asker, helper = make_person(), actor_of(make_person(role="staff"))
    thread = make_question(author=asker)
    with unit_of_work():
        ask_for_information(helper, thread_id=thread.id, body=body("Which pump is it?"))
    assert thread.status == "needs_info"
    post = answer(make_person(), "Any pump with lamps", thread)
    assert thread.status == "needs_info", "what nobody sees ends nothing"
    approve(post)
    assert thread.status == "answered"


def test_an_askers_held_comment_ends_the_waiting_when_it_is_let_through(app):
    watch("lamps")
    asker, helper = make_person(), actor_of(make_person(role="staff"))
    thread = make_question(author=asker)
    with unit_of_work():
        ask_for_information(helper, thread_id=thread.id, body=body("Which pump is it?"))
    said = comment(asker, "The one with lamps", opening_of(thread))
    assert said.held_at == said.created_at and thread.status == "needs_info"
    mo = moderator()
    with unit_of_work():
        curating.approve_comment(mo, comment_id=said.id)
    assert thread.status == "unanswered"


def test_a_comment_that_waits_again_after_a_change_is_told_of_once(app):
    watch("lamps")
    author, writer = make_person(), make_person()
    post = make_answer(make_question(), author)
    said = comment(writer, "Thank you", post)
    with unit_of_work():
        edit_comment(actor_of(writer), comment_id=said.id, body=body("Thank you, lamps"))
    assert said.held_at is not None and said.held_at > said.created_at
    before, mo = told(author), moderator()
    with unit_of_work():
        curating.approve_comment(mo, comment_id=said.id)
    assert told(author) == before == [("comment", post.id)] and said.hidden_at is None


def waiting(kind: str) -> tuple[object, int]:
    """A waiting text of each kind and the number of what it says."""
    watch("lamps")
    if kind == "thread":
        thread = ask(make_person(), "It hums like lamps")
        return thread, opening_of(thread).revision
    if kind == "post":
        post = answer(make_person(), "Buy lamps")
        return post, post.revision
    said = comment(make_person(), "Nice lamps", make_answer(make_question()))
    return said, said.revision


@pytest.mark.parametrize("verb", ["approve", "reject"])
@pytest.mark.parametrize("kind", ["thread", "post", "comment"])
def test_a_decision_is_about_the_text_that_was_read(app, kind: str, verb: str):
    text, revision = waiting(kind)
    decide, mo, name = getattr(curating, f"{verb}_{kind}"), moderator(), f"{kind}_id"
    with pytest.raises(TextChanged), unit_of_work():
        decide(mo, **{name: text.id}, reason="Because", revision=revision + 1)
    with unit_of_work():
        decide(mo, **{name: text.id}, reason="Because", revision=revision)
    assert db.session.scalars(sa.select(LogEntry.action).where(LogEntry.action == verb)).all() == [verb]


@pytest.mark.parametrize(("kind", "path"), [("thread", "threads"), ("post", "posts"), ("comment", "comments")])
def test_whoever_decides_about_another_text_reads_what_it_says_now_and_loses_nothing(app, kind: str, path: str):
    text, revision = waiting(kind)
    browser = Browser(app)
    browser.sign_in(make_person(role="moderator"))
    form = {"reason": "Sells something", "revision": str(revision + 7), "next": "/moderation/queue"}
    answer_ = browser.post(f"/moderation/{path}/{text.id}/reject", form, status=409)
    assert "The text changed" in answer_.text and "Sells something" in answer_.text
    assert f'name="revision" value="{revision}"' in answer_.text and "lamps" in answer_.text
    browser.post(f"/moderation/{path}/{text.id}/approve", {"revision": str(revision), "next": "/moderation/queue"})


def test_moderators_change_a_comment_with_a_reason_and_can_undo_it(app):
    author, mo = make_person(), moderator()
    said = comment(author, "You fool, clean the filter", make_answer(make_question()))
    with pytest.raises(Invalid) as refused, unit_of_work():
        edit_comment(mo, comment_id=said.id, body=body("Clean the filter"))
    assert "reason" in refused.value.errors and said.body_source == "You fool, clean the filter"
    with unit_of_work():
        edit_comment(mo, comment_id=said.id, body=body("Clean the filter"), reason="Rude")
    entry = db.session.scalars(sa.select(LogEntry)).one()
    assert (entry.action, entry.comment_id, entry.reason, entry.actor_id) == ("edit", said.id, "Rude", mo.id)
    line = db.session.scalars(sa.select(Notification).where(Notification.person_id == author.id)).one()
    assert "was changed by a moderator" in line.text and "Rude" in line.text
    text = render_earlier(entry.id, "")
    with unit_of_work():
        undo_decision(mo, entry_id=entry.id, reason="It was fine", text=text)
    assert said.body_source == "You fool, clean the filter"
    with pytest.raises(Conflict), unit_of_work():
        undo_decision(mo, entry_id=entry.id, reason="Again", text=text)


def test_who_changes_their_own_comment_is_not_logged(app):
    person = make_person()
    said = comment(person, "Clean teh filter", make_answer(make_question()))
    with unit_of_work():
        edit_comment(actor_of(person), comment_id=said.id, body=body("Clean the filter"))
    assert not db.session.scalars(sa.select(LogEntry)).all()


def test_the_number_of_a_comments_text_follows_the_text(app):
    assert revision_of("one") != revision_of("two") and revision_of("one") == revision_of("one") >= 0
