"""Sources that change: what is noticed, what is told, and how a curator answers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.events import emit, subscribe
from app.core.markup import render_markdown
from app.core.records import replace
from app.core.uow import unit_of_work
from app.forum.events import ThreadHeld
from app.forum.models import Post, Reshaping, Thread
from app.forum.services import accepting, curating, editing, merging, setting_aside
from app.forum.services.commenting import add_comment
from app.forum.services.composing import compose
from app.forum.services.turning import turn_into_post, undo_into_post
from app.kb.events import SourceChanged
from app.kb.models import ArticleSource
from app.kb.services import publishing
from app.kb.services.refreshing import PostState, acknowledge_source, derive_change
from tests.factories import actor_of, make_answer, make_category, make_question, make_section, opening_of
from tests.kb.conftest import Crew
from tests.kb.samples import fresh, make_solved, promote_and_publish, source_of

STANDS = PostState(revision=1, hash="h", is_accepted=True, is_listed=True, audience="public")
seen: list[SourceChanged] = []


@pytest.mark.parametrize(
    ("now_state", "article_audience", "change"),
    [
        (STANDS, "public", ""), (replace(STANDS, hash="x", revision=2), "public", "edited"),
        (replace(STANDS, is_accepted=False), "public", "withdrawn"), (replace(STANDS, is_listed=False), "public", "hidden"),
        (replace(STANDS, audience="members"), "public", "hidden"), (replace(STANDS, audience="members"), "staff", ""),
        (replace(STANDS, hash="x", is_accepted=False, is_listed=False), "public", "hidden"),
        (replace(STANDS, hash="x", is_accepted=False), "public", "withdrawn"),
    ],
)  # fmt: skip
def test_the_worst_change_counts(now_state: PostState, article_audience: str, change: str):
    source = ArticleSource(post_hash="h", was_accepted=True, was_listed=True, change="")
    assert derive_change(source, now_state, article_audience) == change


def test_what_was_never_accepted_cannot_be_withdrawn():
    source = ArticleSource(post_hash="h", was_accepted=False, was_listed=True, change="")
    assert derive_change(source, replace(STANDS, is_accepted=False), "public") == ""


@pytest.fixture
def built(app: Flask, crew: Crew):
    """A published article, its thread and its accepted answer."""
    thread, answer = make_solved()
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id)
    subscribe(SourceChanged, seen.append)
    seen.clear()
    return article, thread, answer


def edit(crew: Crew, post: Post, text: str) -> None:
    body = render_markdown(text)
    with unit_of_work():
        editing.edit_post(actor_of(crew.admin), post_id=post.id, body=body, reason="Clearer")


def test_an_edit_marks_the_article_and_going_back_clears_it(built, crew: Crew):
    article, _thread, answer = built
    edit(crew, answer, "Clean the filter. Never open the pump.")
    source = source_of(article, answer)
    assert source.change == "edited" and source.changed_at and fresh(article).source_changed_at == source.changed_at
    assert seen == [SourceChanged(article.id, answer.id, "edited")]
    edit(crew, answer, "Clean the intake filter, then prime the pump.")
    assert source_of(article, answer).change == "" and fresh(article).source_changed_at is None
    assert len(seen) == 1


def test_a_further_edit_is_not_told_again(built, crew: Crew):
    _article, _thread, answer = built
    for words in ("One more step: wait.", "One more step: wait a minute."):
        edit(crew, answer, words)
    assert len(seen) == 1


def test_hiding_the_post_or_the_thread_marks_the_article_until_it_is_back(built, crew: Crew):
    article, thread, answer = built
    with unit_of_work():
        curating.hide_post(crew.curator, post_id=answer.id, reason="Personal data")
    assert source_of(article, answer).change == "hidden" and source_of(article, opening_of(thread)).change == ""
    with unit_of_work():
        curating.restore_post(crew.curator, post_id=answer.id)
    assert source_of(article, answer).change == ""
    with unit_of_work():
        curating.hide_thread(crew.curator, thread_id=thread.id, reason="Spam")
    assert {source_of(article, post).change for post in (answer, opening_of(thread))} == {"hidden"}
    with unit_of_work():
        curating.restore_thread(crew.curator, thread_id=thread.id)
    assert fresh(article).source_changed_at is None


@pytest.mark.parametrize("away", ["set_aside", "held", "merged"])
def test_a_thread_that_nobody_may_read_now_marks_the_article_until_it_is_back(built, crew: Crew, away: str):
    """Reports, a change that must be read first, and a merge take a thread out of sight, too."""
    article, thread, answer = built
    opening, moderator, target = opening_of(thread), crew.curator, make_question()
    with unit_of_work():
        if away == "set_aside":
            setting_aside.set_aside_post(moderator, post_id=opening.id, reason="Reported")
        elif away == "held":
            db.session.get_one(Thread, thread.id).held_at = now()
            emit(ThreadHeld(thread.id, thread.author_id))
        else:
            publishing.archive(crew.curator, article_id=article.id)
            merging.merge_threads(moderator, thread_id=thread.id, target_id=target.id, opening="nothing", reason="One matter")
    assert source_of(article, opening).change == "hidden"
    assert source_of(article, answer).change == ("" if away == "merged" else "hidden")
    with unit_of_work():
        if away == "merged":
            merging.undo_merge(moderator, reshaping_id=db.session.scalars(sa.select(Reshaping.id)).one())
        else:
            curating.approve_thread(moderator, thread_id=thread.id)
    assert fresh(article).source_changed_at is None


def test_an_answer_that_is_turned_back_into_a_comment_marks_the_article(app: Flask, crew: Crew):
    thread, answer = make_solved()
    with unit_of_work():
        body = compose("Or run it backwards.", is_comment=True).body
        comment = add_comment(actor_of(crew.member), post_id=answer.id, body=body)
    with unit_of_work():
        post = turn_into_post(crew.curator, comment_id=comment.id, body=render_markdown("Or run it backwards."), reason="r")
    article = promote_and_publish(crew.curator, thread, [answer, post], make_section().id)
    assert source_of(article, post).change == ""
    with unit_of_work():
        undo_into_post(crew.curator, reshaping_id=db.session.scalars(sa.select(Reshaping.id)).one())
    assert source_of(article, post).change == "hidden"


def test_a_withdrawn_acceptance_marks_the_article_until_it_is_accepted_again(built, crew: Crew):
    article, _thread, answer = built
    with unit_of_work():
        accepting.withdraw_acceptance(crew.agent, post_id=answer.id, reason="It broke again")
    assert source_of(article, answer).change == "withdrawn"
    with unit_of_work():
        accepting.accept_answer(crew.agent, post_id=answer.id)
    assert source_of(article, answer).change == "" and fresh(article).source_changed_at is None


def test_an_answer_accepted_after_it_was_taken_over_can_be_withdrawn_later(app: Flask, crew: Crew):
    thread, _accepted = make_solved()
    other = make_answer(thread, text="Or call the service.")
    article = promote_and_publish(crew.curator, thread, [other], make_section().id)
    with unit_of_work():
        accepting.accept_answer(crew.agent, post_id=other.id)
    assert source_of(article, other).was_accepted and source_of(article, other).change == ""
    with unit_of_work():
        accepting.withdraw_acceptance(crew.agent, post_id=other.id)
    assert source_of(article, other).change == "withdrawn"


def test_a_thread_moved_to_fewer_readers_marks_the_article_and_loses_its_mark(built, crew: Crew):
    article, thread, answer = built
    members = make_category(audience="members")
    with unit_of_work():
        curating.move_thread(crew.curator, thread_id=thread.id, category_id=members.id, reason="Wrong board")
    assert source_of(article, answer).change == "hidden"
    assert fresh(thread).article_id == article.id  # its readers may all read the public article


def test_keeping_the_article_as_it_is_stores_what_was_looked_at(built, crew: Crew):
    article, _thread, answer = built
    edit(crew, answer, "Clean the filter. Never open the pump.")
    source = source_of(article, answer)
    with unit_of_work():
        acknowledge_source(crew.curator, source_id=source.id, revision=2)
    source = source_of(article, answer)
    assert (source.change, source.post_revision, source.post_hash) == ("", 2, fresh(answer).body_hash)
    assert fresh(article).source_changed_at is None
    edit(crew, answer, "Yet another text for this answer.")
    assert source_of(article, answer).change == "edited"


def test_a_hidden_source_may_stay_hidden(built, crew: Crew):
    article, _thread, answer = built
    with unit_of_work():
        curating.hide_post(crew.curator, post_id=answer.id, reason="Asked to")
    with unit_of_work():
        acknowledge_source(crew.curator, source_id=source_of(article, answer).id, revision=1)
    edit(crew, answer, "Changed while it is hidden, by staff.")
    assert source_of(article, answer).change == "edited"


def test_what_was_not_looked_at_cannot_be_acknowledged(built, crew: Crew):
    article, _thread, answer = built
    edit(crew, answer, "Clean the filter. Never open the pump.")
    source = source_of(article, answer)
    edit(crew, answer, "Something else entirely, a moment later.")
    with pytest.raises(Conflict), unit_of_work():
        acknowledge_source(crew.curator, source_id=source.id, revision=2)
    with pytest.raises(Forbidden), unit_of_work():
        acknowledge_source(actor_of(crew.member), source_id=source.id, revision=3)
    with pytest.raises(NotFound), unit_of_work():
        acknowledge_source(crew.curator, source_id=10**15, revision=1)
    assert source_of(article, answer).change == "edited"


def test_posts_that_no_article_uses_cost_one_statement_and_change_nothing(app: Flask, crew: Crew):
    thread, answer = make_solved()
    edit(crew, answer, "Clean the filter. Never open the pump.")
    with unit_of_work():
        curating.lock_thread(crew.curator, thread_id=thread.id, reason="Done")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ArticleSource)) == 0 and now()


def test_a_thread_does_not_name_an_article_whose_answers_were_hidden_until_a_curator_keeps_it(built, crew: Crew):
    article, thread, answer = built
    with unit_of_work():
        curating.hide_post(crew.curator, post_id=answer.id, reason="Harmful")
    assert fresh(thread).article_id is None and fresh(thread).article_path == ""
    with unit_of_work():
        curating.restore_post(crew.curator, post_id=answer.id)
    assert fresh(thread).article_id == article.id
    with unit_of_work():
        curating.hide_post(crew.curator, post_id=answer.id, reason="Personal data")
    with unit_of_work():
        acknowledge_source(crew.curator, source_id=source_of(article, answer).id, revision=1)
    assert fresh(thread).article_id == article.id


def test_a_thread_names_its_article_while_one_of_the_answers_taken_is_there(app: Flask, crew: Crew):
    thread, answer = make_solved()
    other = make_answer(thread)
    article = promote_and_publish(crew.curator, thread, [answer, other], make_section().id)
    with unit_of_work():
        curating.hide_post(crew.curator, post_id=answer.id, reason="Harmful")
    assert fresh(thread).article_id == article.id
    with unit_of_work():
        curating.hide_post(crew.curator, post_id=other.id, reason="Harmful")
    assert fresh(thread).article_id is None
