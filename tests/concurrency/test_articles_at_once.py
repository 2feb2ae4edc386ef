"""Curators at work on the same articles and candidates at the same moment: no text is lost, no state is wrong, nobody waits."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import AppError, Conflict
from app.core.records import replace
from app.core.uow import unit_of_work
from app.forum.models import Thread
from app.forum.services.curating import move_thread, pin_card
from app.forum.services.editing import edit_post
from app.forum.services.recounting import recount_all
from app.kb.models import (
    Article,
    ArticleDraft,
    ArticleFix,
    ArticleRevision,
    ArticleSource,
    Candidate,
    CandidateDecision,
    CandidateState,
    Section,
)
from app.kb.services import publishing, scheduling, writing
from app.kb.services.deciding import dismiss_candidate, restore_candidate, snooze_candidate
from app.kb.services.drafting import Edit, save_draft
from app.kb.services.feedback import give_feedback, recount_feedback
from app.kb.services.fixing import link_thread, settle_fix
from app.kb.services.promoting import Chosen, promote_thread
from app.kb.services.sections import create_section, delete_section
from app.kb.services.writing import StaleEdit
from tests.concurrency.test_forum_at_once import at_once, call, in_turn
from tests.factories import actor_of, body, make_article, make_category, make_person, make_section, opening_of
from tests.kb.samples import make_solved, place, promote_and_publish, text

CURATORS = 4


@pytest.fixture
def curators(app: Flask) -> list[Actor]:
    return [actor_of(make_person(role="staff")) for _ in range(CURATORS)]


@pytest.fixture
def shelf(app: Flask) -> Section:
    return make_section("guides")


def ensure_house_refusals(results: list[Any]) -> None:
    """Whoever comes second is told so in the words of the house; nothing breaks."""
    broken = [one for one in results if isinstance(one, Exception) and not isinstance(one, AppError)]
    assert not broken, broken


def count(model: type, *where: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0


def fresh(article_id: int) -> Article:
    return db.session.get_one(Article, article_id, populate_existing=True)


def done(results: list[Any]) -> int:
    return sum(not isinstance(one, Exception) for one in results)


def test_of_editors_who_save_on_the_same_version_one_does_and_the_others_see_what_came_first(app, curators, shelf):
    article = make_article(section=shelf)
    works = [
        call(
            writing.save_revision, actor, article_id=article.id, base_revision=1, place=place(shelf.id),
            text=text("How to prime the pump", f"## Solution\n\nWords of editor {number}."),
        )
        for number, actor in enumerate(curators)
    ]  # fmt: skip
    results = at_once(app, works)
    assert done(results) == 1 and sum(isinstance(one, StaleEdit) for one in results) == CURATORS - 1, results
    assert all(one.current == 2 for one in results if isinstance(one, StaleEdit))
    assert count(ArticleRevision, ArticleRevision.article_id == article.id) == 2 and fresh(article.id).revision == 2


def test_an_old_version_is_not_restored_over_what_somebody_saves(app, curators, shelf):
    article = make_article(section=shelf)
    first = db.session.scalars(sa.select(ArticleRevision)).one()
    values = {"article_id": article.id, "place": place(shelf.id)}
    with unit_of_work():
        writing.save_revision(curators[0], base_revision=1, text=text("Two", "Second"), **values)
    results = at_once(
        app,
        [
            call(writing.save_revision, curators[0], base_revision=2, text=text("Three", "Third"), **values),
            call(
                writing.restore_revision, curators[1], article_id=article.id, number=1, body=text(source=first.body_source).body
            ),
        ],
    )
    ensure_house_refusals(results)
    numbers = db.session.scalars(sa.select(ArticleRevision.number).order_by(ArticleRevision.number)).all()
    assert numbers == list(range(1, 3 + done(results))) and fresh(article.id).revision == numbers[-1]


def test_articles_with_the_same_title_written_at_once_have_addresses_of_their_own(app, curators, shelf):
    works = [call(writing.create_article, actor, place=place(shelf.id), text=text("How to prime the pump")) for actor in curators]
    results = at_once(app, works)
    assert done(results) == CURATORS, results
    slugs = db.session.scalars(sa.select(Article.slug)).all()
    assert sorted(slugs) == ["how-to-prime-the-pump", *(f"how-to-prime-the-pump-{n}" for n in range(2, CURATORS + 1))]


def test_two_articles_that_want_the_same_address_at_once_do_not_share_it(app, curators, shelf):
    articles = [make_article(f"Pump {number}", section=shelf) for number in range(2)]
    texts = [text(one.title, "New words") for one in articles]
    works = [
        call(
            writing.save_revision, actor, article_id=one.id, base_revision=1, place=place(shelf.id, slug="the-pump"), text=words
        )
        for actor, one, words in zip(curators, articles, texts, strict=False)
    ]  # fmt: skip
    results = at_once(app, works)
    ensure_house_refusals(results)
    assert done(results) == 1 and count(Article, Article.slug == "the-pump") == 1


def test_published_and_archived_at_once_ends_in_one_of_both_with_threads_that_say_the_same(app, curators, shelf):
    thread, answer = make_solved()
    article = promote_and_publish(curators[0], thread, [answer], shelf.id)
    for turn in range(2):
        base = fresh(article.id).revision
        with unit_of_work():
            writing.save_revision(
                curators[0], article_id=article.id, base_revision=base, place=place(shelf.id), text=text("Pump", f"Words {turn}")
            )
        works = [
            call(publishing.publish, curators[1], article_id=article.id, revision=base + 1),
            call(publishing.archive, curators[2], article_id=article.id),
        ]
        ensure_house_refusals(at_once(app, works))
        state = fresh(article.id).state
        marked = db.session.get_one(Thread, thread.id, populate_existing=True).article_id
        assert (state, marked) in (("published", article.id), ("archived", None))
        if state == "archived":
            with unit_of_work():
                publishing.reopen(curators[0], article_id=article.id)
                publishing.publish(curators[0], article_id=article.id)


def test_what_is_published_is_what_was_looked_at_even_when_somebody_saves_meanwhile(app, curators, shelf):
    article = make_article(section=shelf, state="draft")
    works = [
        call(writing.save_revision, curators[0], article_id=article.id, base_revision=1, place=place(shelf.id), text=text()),
        call(publishing.publish, curators[1], article_id=article.id, revision=1),
    ]
    results = at_once(app, works)
    ensure_house_refusals(results)
    found = fresh(article.id)
    assert found.revision == 2 and found.published_revision in (1, None)
    assert isinstance(results[1], StaleEdit) == (found.published_revision is None)


def test_a_planned_article_is_published_once_by_several_workers(app, curators, shelf):
    article = make_article(section=shelf, state="draft")
    with unit_of_work():
        scheduling.schedule(curators[0], article_id=article.id, at=now() + timedelta(hours=1), revision=1)
        db.session.get_one(Article, article.id).publish_at = now() - timedelta(minutes=1)

    def work() -> bool:
        with unit_of_work():
            return scheduling.publish_due(article.id, str)

    results = at_once(app, [work] * CURATORS)
    assert sorted(results) == [False] * (CURATORS - 1) + [True], results
    assert fresh(article.id).published_revision == 1


def chosen_of(thread: Thread, answer: Any) -> list[Chosen]:
    opening = opening_of(thread)
    return [Chosen(opening.id, opening.revision, "problem"), Chosen(answer.id, answer.revision, "solution")]  # type: ignore[arg-type]


def test_a_thread_becomes_one_article_however_many_promote_it_at_once(app, curators, shelf):
    thread, answer = make_solved()
    chosen = chosen_of(thread, answer)
    values = {"thread_id": thread.id, "chosen": chosen, "place": place(shelf.id), "text": text("Humming", "Clean it")}
    results = at_once(app, [call(promote_thread, actor, **values) for actor in curators])
    assert done(results) == 1 and sum(isinstance(one, Conflict) for one in results) == CURATORS - 1, results
    assert count(Article) == 1 and count(ArticleSource) == 2
    assert count(CandidateDecision) == 1 and db.session.scalars(sa.select(Candidate.state)).one() == CandidateState.PROMOTED


def propose(thread: Thread) -> None:
    with unit_of_work():
        db.session.add(Candidate(thread_id=thread.id, score=30.0, parts=[{"key": "views", "points": 30, "text": "200 views"}]))


def test_of_decisions_about_a_candidate_at_once_one_counts_and_is_on_record(app, curators):
    thread, _ = make_solved()
    propose(thread)
    works = [
        call(dismiss_candidate, curators[0], thread_id=thread.id, reason="Too special"),
        call(dismiss_candidate, curators[1], thread_id=thread.id, reason="Out of date"),
        call(snooze_candidate, curators[2], thread_id=thread.id, days=7),
        call(snooze_candidate, curators[3], thread_id=thread.id, days=30),
    ]
    results = at_once(app, works)
    assert done(results) == 1 and sum(isinstance(one, Conflict) for one in results) == 3, results
    decision = db.session.scalars(sa.select(CandidateDecision)).one()
    candidate = db.session.get_one(Candidate, thread.id, populate_existing=True)
    assert (candidate.state, candidate.decided_by_id) == (decision.decision, decision.decided_by_id)


def test_the_record_of_a_candidate_tells_how_it_came_to_stand_there(app, curators, shelf):
    thread, answer = make_solved()
    propose(thread)
    values = {"thread_id": thread.id, "chosen": chosen_of(thread, answer), "place": place(shelf.id), "text": text()}
    works = [
        in_turn(
            *(
                work
                for _ in range(3)
                for work in (
                    call(dismiss_candidate, curators[0], thread_id=thread.id, reason="Too special"),
                    call(restore_candidate, curators[0], thread_id=thread.id),
                )
            )
        ),
        in_turn(call(pin_card, curators[1], post_id=answer.id)),
        in_turn(call(promote_thread, curators[2], **values)),
    ]
    ensure_house_refusals(at_once(app, works))
    last = db.session.scalars(sa.select(CandidateDecision).order_by(CandidateDecision.id.desc()).limit(1)).one()
    candidate = db.session.get_one(Candidate, thread.id, populate_existing=True)
    told = CandidateState.PROPOSED if last.decision == "restored" else last.decision
    assert candidate.state == told


def test_a_thread_is_linked_to_an_article_once_and_its_fix_settled_once(app, curators, shelf):
    article, (thread, _answer) = make_article(section=shelf), make_solved()
    works = [call(link_thread, actor, thread_id=thread.id, article_id=article.id, note="Say which filter") for actor in curators]
    results = at_once(app, works)
    assert done(results) == 1, results
    ensure_house_refusals(results)
    fix = db.session.scalars(sa.select(ArticleFix)).one()
    results = at_once(app, [call(settle_fix, actor, fix_id=fix.id, state="done") for actor in curators])
    assert done(results) == 1, results
    ensure_house_refusals(results)
    assert db.session.get_one(Thread, thread.id, populate_existing=True).article_id == article.id


def test_readers_and_curators_at_one_article_lose_no_word(app, curators, shelf):
    article = make_article(section=shelf)
    reader = actor_of(make_person())

    def say(number: int) -> None:
        with unit_of_work():
            give_feedback(reader, article_id=article.id, reader_key=f"reader {number % 5}", is_helpful=number % 2 == 0)

    works: list[Any] = [partial(say, number) for number in range(5)]
    works.append(in_turn(*(call(publishing.verify, curators[0], article_id=article.id) for _ in range(3))))
    works.append(
        in_turn(
            *(call(s, curators[1], article_id=article.id) for s in (publishing.archive, publishing.reopen, publishing.publish))
        )
    )
    ensure_house_refusals(at_once(app, works))
    with unit_of_work():
        assert recount_feedback() == 0
    assert fresh(article.id).state == "published"


def test_posts_edited_and_moved_while_their_articles_are_published_block_nobody(app, curators, shelf):
    here, there = make_category(), make_category()
    solved = [make_solved(f"Why does pump {number} hum?", category=here) for number in range(3)]
    articles = [promote_and_publish(curators[0], thread, [answer], shelf.id) for thread, answer in solved]
    with unit_of_work():  # every article has passages of every thread
        for article in articles:
            for thread, _answer in solved:
                post = opening_of(thread)
                if thread.id != solved[articles.index(article)][0].id:
                    db.session.add(
                        ArticleSource(
                            article_id=article.id, thread_id=thread.id, post_id=post.id, post_revision=1, post_hash=post.body_hash,
                            author_id=post.author_id, role="other",
                        )
                    )  # fmt: skip
    recount_all()  # the factory's scores have no votes
    posts = [opening_of(thread).id for thread, _answer in solved]
    moderator = actor_of(make_person(role="moderator"))
    works = [
        in_turn(*(call(edit_post, curators[0], post_id=post, body=body(f"Words {n}")) for n in range(2) for post in posts)),
        in_turn(*(call(edit_post, curators[3], post_id=post, body=body(f"Wörds {n}")) for n in range(2) for post in posts[::-1])),
        in_turn(
            *(
                call(move_thread, moderator, thread_id=thread.id, category_id=category.id)
                for category in (there, here, there)
                for thread, _answer in solved
            )
        ),
        in_turn(
            *(
                call(step, curators[1], article_id=article.id)
                for _ in range(2)
                for article in reversed(articles)
                for step in (publishing.archive, publishing.reopen, publishing.publish)
            )
        ),
    ]
    ensure_house_refusals(at_once(app, works))
    assert {fresh(article.id).state for article in articles} == {"published"}
    assert not recount_all().wrong


def test_a_new_passage_while_the_article_is_published_blocks_nobody(app, curators, shelf):
    (one, answer), (other, _) = make_solved(), make_solved("Why is the pump loud?")
    article = promote_and_publish(curators[0], one, [answer], shelf.id)
    with unit_of_work():
        writing.save_revision(
            curators[0], article_id=article.id, base_revision=1, place=place(shelf.id), text=text("Pump", "Newer words")
        )
    results = at_once(
        app,
        [
            call(link_thread, curators[1], thread_id=other.id, article_id=article.id, note="Say why"),
            call(publishing.publish, curators[2], article_id=article.id),
            in_turn(*(call(edit_post, curators[3], post_id=opening_of(other).id, body=body(f"W {n}")) for n in range(4))),
        ],
    )
    ensure_house_refusals(results)
    assert fresh(article.id).state == "published"


def test_the_first_sections_made_at_once_stand_in_a_row_of_their_own(app, curators):
    results = at_once(app, [call(create_section, actor, title="Pumps") for actor in curators])
    assert done(results) == CURATORS, results
    rows = db.session.execute(sa.select(Section.slug, Section.position).order_by(Section.position)).all()
    assert [row.position for row in rows] == list(range(CURATORS))
    assert {row.slug for row in rows} == {"pumps", *(f"pumps-{n}" for n in range(2, CURATORS + 1))}


def test_a_section_is_not_removed_under_an_article_that_comes_into_it(app, curators):
    for turn in range(4):
        shelf = make_section(f"shelf-{turn}")
        works = [
            call(delete_section, curators[0], section_id=shelf.id),
            call(writing.create_article, curators[1], place=place(shelf.id), text=text(f"Title {turn}")),
        ]
        results = at_once(app, works)
        ensure_house_refusals(results)
        assert done(results) == 1
        assert count(Section, Section.id == shelf.id) == count(Article, Article.section_id == shelf.id)


def test_a_draft_kept_by_two_windows_at_once_is_one_of_both_whole(app, curators, shelf):
    article = make_article(section=shelf)
    edit = Edit(1, {"title": "", "summary": ""}, ())
    edits = [replace(edit, fields={"title": f"T{n}", "summary": f"S{n}"}) for n in range(CURATORS)]
    results = at_once(app, [call(save_draft, curators[0], article_id=article.id, edit=one) for one in edits])
    assert done(results) == CURATORS, results
    kept = db.session.scalars(sa.select(ArticleDraft)).one().fields
    assert kept["title"][1:] == kept["summary"][1:]
