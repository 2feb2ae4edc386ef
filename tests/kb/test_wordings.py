"""Wordings from duplicates: they lead to the article by themselves, follow their threads, and curators take them out and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.forum.services import curating
from app.forum.services.composing import compose
from app.forum.services.editing import edit_post
from app.jobs.worker import run_until_idle
from app.kb.indexing import load_many
from app.kb.models import Article
from app.kb.queries.wordings import each_once, list_wordings
from app.kb.services.wordings import follow_searches, remove_search, remove_wording, restore_search, restore_wording
from app.search.engines.whoosh import WhooshEngine
from app.search.models import Ending, SearchSession, SearchStep
from app.search.querying import SearchForm, build, parse
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import actor_of, make_article, make_category, make_question, make_section, opening_of
from tests.kb.conftest import Crew
from tests.kb.samples import change, make_solved, path_of, promote_and_publish


@pytest.fixture
def built(crew: Crew) -> tuple[Article, Thread]:
    """A published article and the thread that it was built from."""
    thread, answer = make_solved("Why does the pump hum?")
    return promote_and_publish(crew.curator, thread, [answer], make_section("pumps").id, title="Silence a noisy pump"), thread


def join(crew: Crew, title: str, original: Thread, **values: object) -> Thread:
    duplicate = make_question(title=title, **values)  # type: ignore[arg-type]
    with unit_of_work():
        curating.close_as_duplicate(actor_of(crew.admin), thread_id=duplicate.id, original_id=original.id)
    return duplicate


def texts(article: Article) -> list[str]:
    return [one.text for one in list_wordings(article.id)]


def finds(engine: WhooshEngine, query: str, article: Article) -> bool:
    """Whether the article itself has these words; the page of results also shows it in place of a thread that has them."""
    run_until_idle()
    hits = engine.search(build(parse(query), SearchForm(), ANONYMOUS.audiences)).hits
    return any((hit.kind, hit.id) == ("article", article.id) for hit in hits)


def test_a_duplicate_leads_to_the_article_until_it_is_opened_again(
    engine: WhooshEngine, crew: Crew, built: tuple[Article, Thread]
):
    article, thread = built
    assert not finds(engine, "vibrating circulator", article)
    duplicate = join(crew, "My vibrating circulator drives me mad", thread)
    assert texts(article) == ["My vibrating circulator drives me mad"] and finds(engine, "vibrating circulator", article)
    with unit_of_work():
        curating.undo_duplicate(actor_of(crew.admin), thread_id=duplicate.id)
    assert texts(article) == [] and not finds(engine, "vibrating circulator", article)


def test_a_new_title_counts_at_once_and_a_hidden_thread_no_more(engine: WhooshEngine, crew: Crew, built: tuple[Article, Thread]):
    article, thread = built
    duplicate = join(crew, "My vibrating circulator drives me mad", thread)
    body = compose("Another text of it, long enough.").body
    with unit_of_work():
        edit_post(
            actor_of(crew.admin), post_id=opening_of(duplicate).id, body=body, title="A rattling impeller", tags=[], reason="x"
        )
    assert finds(engine, "rattling impeller", article) and not finds(engine, "vibrating circulator", article)
    with unit_of_work():
        curating.hide_thread(actor_of(crew.admin), thread_id=duplicate.id, reason="spam")
    assert texts(article) == [] and not finds(engine, "rattling impeller", article)


def test_only_what_all_readers_of_the_article_may_read_leads_there(crew: Crew, built: tuple[Article, Thread]):
    article, thread = built
    join(crew, "Staff ask about the pump", thread, category=make_category("inner", "staff"))
    join(crew, "Members ask about the pump", thread, category=make_category("inside", "members"))
    assert texts(article) == []
    change(article, audience="members")
    assert texts(article) == ["Members ask about the pump"]
    change(article, audience="staff")
    assert texts(article) == ["Staff ask about the pump", "Members ask about the pump"]


def test_the_rest_of_an_issue_leads_to_an_article_built_from_a_duplicate(crew: Crew, built: tuple[Article, Thread]):
    article, thread = built
    main = make_question(title="The main question about pumps")
    sibling = join(crew, "A sibling question", main)
    with unit_of_work():
        curating.close_as_duplicate(actor_of(crew.admin), thread_id=thread.id, original_id=main.id)
    assert texts(article) == ["The main question about pumps", sibling.title]


def test_taking_out_and_putting_back(engine: WhooshEngine, crew: Crew, built: tuple[Article, Thread]):
    article, thread = built
    duplicate = join(crew, "My vibrating circulator drives me mad", thread)
    with unit_of_work():
        remove_wording(crew.curator, article_id=article.id, thread_id=duplicate.id)
    assert texts(article) == [] and not finds(engine, "vibrating circulator", article)
    with pytest.raises(Conflict), unit_of_work():
        remove_wording(crew.curator, article_id=article.id, thread_id=duplicate.id)
    with unit_of_work():
        restore_wording(crew.curator, article_id=article.id, thread_id=duplicate.id)
    assert finds(engine, "vibrating circulator", article)
    with pytest.raises(Conflict), unit_of_work():
        restore_wording(crew.curator, article_id=article.id, thread_id=duplicate.id)


def test_who_may_choose_wordings(crew: Crew, built: tuple[Article, Thread]):
    article, thread = built
    duplicate = join(crew, "My vibrating circulator drives me mad", thread)
    for verb in (remove_wording, restore_wording):
        with pytest.raises(Forbidden), unit_of_work():
            verb(actor_of(crew.member), article_id=article.id, thread_id=duplicate.id)
    change(article, audience="staff")
    with pytest.raises(NotFound), unit_of_work():
        remove_wording(crew.curator, article_id=article.id, thread_id=duplicate.id)


def test_each_wording_is_told_once(crew: Crew, built: tuple[Article, Thread]):
    article, thread = built
    join(crew, "Silence a noisy pump", thread)
    join(crew, "WHY does the pump hum?", thread)
    join(crew, "Something else about it", thread)
    own, fresh = each_once(article.title, ["Why does the pump hum?", "why does the pump hum?"], list_wordings(article.id))
    assert own == ["Why does the pump hum?"] and [one.text for one in fresh] == ["Something else about it"]


def test_readers_see_where_a_wording_comes_from_and_curators_choose(browser: Browser, crew: Crew, built: tuple[Article, Thread]):
    article, thread = built
    duplicate = join(crew, "My vibrating circulator drives me mad", thread)
    page = browser.get(path_of(article)).text
    assert duplicate.title in page and "from a duplicate" in page and f"/kb/articles/{article.id}/wordings" not in page
    own = f"/kb/articles/{article.id}/wordings"
    browser.get(own, status=302)
    browser.sign_in(crew.moderator)
    assert own in browser.get(path_of(article)).text
    assert "Take out" in browser.get(own).text
    browser.post(f"{own}/{duplicate.id}/remove", {})
    assert "Put back" in browser.get(own).text
    browser.post(f"{own}/{duplicate.id}/restore", {})
    assert "Take out" in browser.get(own).text


def test_an_article_without_wordings_says_where_they_come_from(app: Flask, browser: Browser, crew: Crew):
    article = make_article("Nothing asked")
    browser.sign_in(crew.moderator)
    assert "No wordings yet" in browser.get(f"/kb/articles/{article.id}/wordings").text


def test_many_duplicates_cost_one_statement(crew: Crew, built: tuple[Article, Thread]):
    article, thread = built
    for number in range(4):
        join(crew, f"Wording number {number} of it", thread)
    with assert_queries(1):
        assert len(list_wordings(article.id)) == 4


def search_in_vain(article: Article) -> None:
    """Three people search for "gurgling thing" on three days, find nothing, and come to the article by other words."""
    with unit_of_work():
        for days in range(3):
            moment = now() - timedelta(days=days, hours=2)
            session = SearchSession(started_at=moment, last_at=moment, ending=Ending.CLICKED, searches=2)
            db.session.add(session)
            db.session.flush()
            db.session.add(SearchStep(session_id=session.id, at=moment, text="gurgling thing", ending=Ending.REFINED, shown=[]))
            db.session.flush()
            found = {"kind": "article", "target_id": article.id, "rank": 1, "clicks": 1}
            db.session.add(SearchStep(session_id=session.id, at=moment, text="pump", ending=Ending.CLICKED, shown=[], **found))


def test_searches_that_failed_first_are_stored_on_their_article_for_its_readers_only(app: Flask):
    article = make_article()
    search_in_vain(article)
    with unit_of_work():
        assert follow_searches() == 1
    stored = db.session.get_one(Article, article.id)
    assert stored.searched_as_lines == ["gurgling thing"]
    assert "gurgling thing" in load_many([article.id])[article.id].asked_as
    stored.audience = "members"
    assert stored.searched_as_lines == [], "what was gathered for other readers is not shown to these"
    db.session.rollback()
    with unit_of_work():
        assert follow_searches() == 0


def test_a_curator_takes_a_searched_wording_out_for_good_and_puts_it_back(app: Flask, browser: Browser, crew: Crew):
    article = make_article()
    search_in_vain(article)
    with unit_of_work():
        follow_searches()
    page = f"/kb/articles/{article.id}/wordings"
    browser.sign_in(crew.moderator)
    browser.get(page)
    assert "From searches" in browser.text()
    browser.submit("/searches/remove", {})
    assert browser.get(path_of(article)).text.count("gurgling thing") == 0
    with unit_of_work():
        assert follow_searches() == 0, "it does not come back by itself"
    assert load_many([article.id])[article.id].asked_as == ""
    browser.get(page)
    assert "From searches" not in browser.text() and "Taken out" in browser.text()
    browser.submit("/searches/restore", {})
    assert "gurgling thing" in browser.get(path_of(article)).text


def test_only_those_who_may_edit_an_article_take_its_searched_wordings_out(app: Flask, crew: Crew):
    article = make_article()
    search_in_vain(article)
    with unit_of_work():
        follow_searches()
    for actor, error in ((actor_of(crew.member), Forbidden), (crew.curator, Conflict)):
        with pytest.raises(error), unit_of_work():
            remove_search(actor, article_id=article.id, text="something else")
    with pytest.raises(Conflict), unit_of_work():
        restore_search(crew.curator, article_id=article.id, text="gurgling thing")
