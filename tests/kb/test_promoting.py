"""Promoting a thread: draft, sources, decision and event in one transaction; who may, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.kb.models import Article, ArticleRevision, ArticleSource, Candidate, SourceRole
from app.kb.queries.wordings import list_wordings
from app.kb.services.promoting import Chosen, promote_thread
from app.kb.services.publishing import archive, publish
from app.moderation.models import LogEntry
from tests.factories import actor_of, make_answer, make_category, make_question, make_section, opening_of
from tests.kb.conftest import Crew
from tests.kb.samples import change, fresh, make_solved, place, promote, promote_and_publish, text


def attempt(actor: Any, thread: Any, chosen: list[Chosen], audience: str = "public") -> Article:
    with unit_of_work():
        return promote_thread(actor, thread_id=thread.id, chosen=chosen, place=place(make_once().id, audience), text=text())


def make_once() -> Any:
    from app.kb.models import Section

    section = db.session.scalar(sa.select(Section))
    if section is None:
        section = Section(slug="guides", title="Guides")
        db.session.add(section)
        db.session.flush()
    return section


def test_a_draft_remembers_where_each_passage_came_from(app: Flask, crew: Crew):
    thread, answer = make_solved()
    article = promote(crew.curator, thread, [answer], make_section().id)
    sources = db.session.scalars(sa.select(ArticleSource).order_by(ArticleSource.position)).all()
    assert (article.state, article.published_revision, article.owner_id) == ("draft", None, crew.moderator.id)
    assert [(s.post_id, s.role, s.was_accepted) for s in sources] == [
        (opening_of(thread).id, "problem", False), (answer.id, "solution", True),
    ]  # fmt: skip
    assert sources[1].post_hash == answer.body_hash and sources[1].author_id == answer.author_id
    candidate = db.session.get_one(Candidate, thread.id)
    assert (candidate.state, candidate.article_id, candidate.decided_by_id) == ("promoted", article.id, crew.moderator.id)
    assert fresh(thread).article_id is None  # nothing is public yet


def test_the_title_of_the_thread_becomes_a_wording_and_those_of_duplicates_lead_there_by_themselves(app: Flask, crew: Crew):
    thread, answer = make_solved("Why does the pump hum?")
    original = {"duplicate_of_id": thread.id}
    make_question(title="Humming pump without water", **original)
    make_question(title="Secret staff wording", category=make_category("inner", "staff"), **original)
    article = promote(crew.curator, thread, [answer], make_section().id)
    assert article.asked_as_lines == ("Why does the pump hum?",)
    assert [one.text for one in list_wordings(article.id)] == ["Humming pump without water"]


def test_publishing_marks_the_thread_and_archiving_takes_the_mark_back(app: Flask, crew: Crew):
    thread, answer = make_solved()
    article = promote_and_publish(crew.curator, thread, [answer], make_section("guides").id)
    marked = fresh(thread)
    assert (marked.article_id, marked.article_title) == (article.id, article.title)
    assert marked.article_path == f"/kb/guides/{article.slug}"
    with unit_of_work():
        archive(crew.curator, article_id=article.id, reason="Out of date")
    assert (fresh(thread).article_id, fresh(thread).article_path) == (None, "")


@pytest.mark.parametrize(("source", "article"), [("members", "public"), ("staff", "public"), ("staff", "members")])
def test_text_for_few_cannot_become_an_article_for_many(app: Flask, crew: Crew, source: str, article: str):
    thread, answer = make_solved(category=make_category(audience=source))
    with pytest.raises(Invalid) as refusal:
        attempt(crew.agent, thread, [Chosen(answer.id, 1, SourceRole.SOLUTION)], article)
    assert "audience" in refusal.value.errors
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Article)) == 0


def test_a_public_thread_does_not_name_an_article_that_its_readers_cannot_open(app: Flask, crew: Crew):
    thread, answer = make_solved()
    promote_and_publish(crew.agent, thread, [answer], make_section().id, audience="staff", title="Secret runbook")
    assert fresh(thread).article_title == "" and fresh(thread).article_id is None


def test_a_thread_that_became_narrower_since_cannot_be_published(app: Flask, crew: Crew):
    thread, answer = make_solved()
    article = promote(crew.agent, thread, [answer], make_section().id)
    change(thread, category_id=make_category(audience="staff").id)
    with pytest.raises(Invalid), unit_of_work():
        publish(crew.agent, article_id=article.id)
    assert fresh(article).state == "draft"


def test_members_cannot_promote_and_moderators_not_what_they_cannot_see(app: Flask, crew: Crew):
    thread, answer = make_solved()
    chosen = [Chosen(answer.id, 1, SourceRole.SOLUTION)]
    with pytest.raises(Forbidden):
        attempt(actor_of(crew.member), thread, chosen)
    change(thread, category_id=make_category(audience="staff").id)
    with pytest.raises(NotFound):
        attempt(crew.curator, thread, chosen, "staff")


@pytest.mark.parametrize("case", ["nothing", "no solution", "old revision", "foreign post", "hidden post", "twice"])
def test_a_choice_that_does_not_hold_is_refused_and_nothing_is_written(app: Flask, crew: Crew, case: str):
    thread, answer = make_solved()
    foreign = make_answer(make_question())
    chosen = [Chosen(answer.id, 1, SourceRole.SOLUTION)]
    if case == "nothing":
        chosen = []
    elif case == "no solution":
        chosen = [Chosen(opening_of(thread).id, 1, SourceRole.PROBLEM)]
    elif case == "old revision":
        change(answer, revision=2)
    elif case == "foreign post":
        chosen.append(Chosen(foreign.id, 1, SourceRole.SOLUTION))
    elif case == "hidden post":
        change(answer, hidden_at=answer.created_at)
    else:
        attempt(crew.curator, thread, chosen)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(ArticleRevision))
    with pytest.raises((Invalid, Conflict)):
        attempt(crew.curator, thread, chosen)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ArticleRevision)) == before


def test_a_thread_whose_article_was_archived_can_be_promoted_again(app: Flask, crew: Crew):
    thread, answer = make_solved()
    section = make_section()
    article = promote_and_publish(crew.curator, thread, [answer], section.id)
    with unit_of_work():
        archive(crew.curator, article_id=article.id)
    again = promote(crew.curator, thread, [answer], section.id)
    assert again.id != article.id and again.slug != article.slug


def test_promoting_is_in_the_moderation_log(app: Flask, crew: Crew):
    thread, answer = make_solved()
    promote(crew.curator, thread, [answer], make_section().id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LogEntry).where(LogEntry.action == "promote")) == 1
