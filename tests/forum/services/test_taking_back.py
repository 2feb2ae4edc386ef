"""Authors take back answers and replies of theirs, as long as nobody was told to rely on them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.i18n import speaking
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.forum.policies import can_take_back_post
from app.forum.queries.threads import get_post
from app.forum.services import curating
from app.forum.services.taking_back import take_back_post
from app.kb.models import ArticleSource, SourceChange
from app.moderation.models import LogEntry
from tests.client import Browser
from tests.factories import accept, actor_of, make_answer, make_person, make_question, make_section, make_thread, opening_of
from tests.kb.samples import change, promote


def fresh(post: Post) -> Post:
    db.session.rollback()
    return db.session.get_one(Post, post.id, populate_existing=True)


def test_an_author_takes_an_answer_back_from_its_edit_page(browser: Browser):
    tom, question = make_person("tom"), make_question()
    answer = make_answer(question, author=tom, text="Hit it with a hammer.")
    browser.sign_in(tom).get(f"/posts/{answer.id}/edit")
    assert browser.submit("/take-back", {}).location == question.path
    assert "Hit it with a hammer." not in browser.get(question.path).text and "Taken back" in browser.text()
    thread = db.session.get_one(Thread, question.id)
    assert (thread.answer_count, thread.status) == (0, "unanswered")
    browser.sign_in(make_person("moe", "moderator")).get(question.path)
    assert "Hidden: Taken back by its author" in browser.text()
    assert db.session.scalars(sa.select(LogEntry)).all() == []


def test_a_reply_is_taken_back_too_and_a_moderator_may_show_it_again(app: Flask):
    tom, talk = make_person("tom"), make_thread(kind="discussion")
    reply = make_answer(talk, author=tom)
    with unit_of_work():
        take_back_post(actor_of(tom), post_id=reply.id)
    with pytest.raises(NotFound), unit_of_work():
        take_back_post(actor_of(tom), post_id=reply.id)
    moe = actor_of(make_person("moe", "moderator"))
    with unit_of_work():
        curating.restore_post(moe, post_id=reply.id, reason="")
    assert fresh(reply).hidden_at is None and fresh(reply).hidden_reason == ""


def test_moderators_read_why_it_is_hidden_in_the_language_of_the_site(app: Flask):
    tom = make_person("tom")
    answer = make_answer(make_question(), author=tom)
    with unit_of_work(), speaking("de"):
        take_back_post(actor_of(tom), post_id=answer.id)
    assert fresh(answer).hidden_reason == "Taken back by its author"


@pytest.mark.parametrize("why", ["accepted", "worked"])
def test_what_helped_stays(browser: Browser, why: str):
    tom, question = make_person("tom"), make_question()
    answer = make_answer(question, author=tom)
    if why == "accepted":
        accept(answer)
    else:
        change(answer, worked_count=1)
    with pytest.raises(Conflict, match="found help"), unit_of_work():
        take_back_post(actor_of(tom), post_id=answer.id)
    assert "take-back" not in browser.sign_in(tom).get(f"/posts/{answer.id}/edit").text


@pytest.mark.parametrize("who", ["another", "moderator", "muted", "asker", "locked"])
def test_nobody_takes_back_what_is_not_theirs_to_take_back(app: Flask, who: str):
    tom, question = make_person("tom"), make_question(author=make_person("asker"))
    answer = make_answer(question, author=tom)
    actor, moe = actor_of(tom), actor_of(make_person("moe", "moderator"))
    if who == "locked":
        with unit_of_work():
            curating.lock_thread(moe, thread_id=question.id, reason="Heated")
    elif who == "muted":
        actor = actor_of(make_person("mute", muted_until=answer.created_at.replace(year=2999)))
    elif who == "asker":
        actor, answer = actor_of(db.session.get_one(type(tom), question.author_id)), opening_of(question)
    else:
        actor = actor_of(make_person(who, "moderator" if who == "moderator" else "member"))
    with pytest.raises((Forbidden, Conflict)), unit_of_work():
        take_back_post(actor, post_id=answer.id)
    assert fresh(answer).hidden_at is None
    post = get_post(actor, answer.id)
    assert not can_take_back_post(actor, post, post.thread)


def test_an_article_built_from_it_is_marked(app: Flask):
    tom, question = make_person("tom"), make_question()
    answer = make_answer(question, author=tom)
    article = promote(actor_of(make_person("moe", "moderator")), question, [answer], make_section().id)
    with unit_of_work():
        take_back_post(actor_of(tom), post_id=answer.id)
    mine = sa.select(ArticleSource.change).where(ArticleSource.article_id == article.id, ArticleSource.post_id == answer.id)
    assert db.session.scalar(mine) == SourceChange.HIDDEN
