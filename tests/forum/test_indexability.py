"""Which threads search engines may index: the rule, its SQL twin, and the page that follows it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.indexability import ThreadFacts, decide_thread, facts_of, sitemap_threads
from app.forum.models import Category, Thread
from app.forum.queries.thread_page import find_thread_head
from tests.client import Browser
from tests.factories import accept, make_answer, make_category, make_person, make_question, make_thread

MOMENT = now()
ANSWERED = ThreadFacts(
    kind="question", audience="public", status="answered", is_listed=True, is_duplicate=False, answer_count=2, accepted_count=0,
    has_voted_answer=True, text_length=300, is_author_trusted=True, created_at=MOMENT - timedelta(days=400),
)  # fmt: skip
FRESH = replace(ANSWERED, status="unanswered", answer_count=0, has_voted_answer=False, created_at=MOMENT - timedelta(days=2))


@pytest.mark.parametrize(
    ("facts", "is_indexable", "in_sitemap"),
    [
        (ANSWERED, True, True),
        (replace(ANSWERED, has_voted_answer=False, accepted_count=1, status="solved"), True, True),
        (replace(ANSWERED, has_voted_answer=False, status="likely_solved"), True, True),
        (replace(ANSWERED, has_voted_answer=False), True, False),
        (replace(ANSWERED, is_author_new=True), True, True),
        (replace(ANSWERED, has_voted_answer=False, is_author_new=True), False, False),
        (replace(ANSWERED, is_duplicate=True), False, False),
        (replace(ANSWERED, is_listed=False), False, False),
        (replace(ANSWERED, audience="members"), False, False),
        (replace(ANSWERED, audience="staff"), False, False),
        (FRESH, True, False),
        (replace(FRESH, created_at=MOMENT - timedelta(days=30)), False, False),
        (replace(FRESH, text_length=119), False, False),
        (replace(FRESH, is_author_trusted=False), False, False),
        (replace(FRESH, kind="discussion", status="open"), True, False),
        (replace(FRESH, kind="discussion", status="open", answer_count=1), True, True),
        (replace(FRESH, kind="discussion", status="open", answer_count=1, is_author_new=True), False, False),
    ],
)
def test_the_index_policy(facts: ThreadFacts, is_indexable: bool, in_sitemap: bool) -> None:
    decision = decide_thread(facts, MOMENT, unanswered_days=30)
    assert (decision.is_indexable, decision.in_sitemap) == (is_indexable, in_sitemap), decision.reason


def test_the_setting_moves_the_day_on_which_unanswered_questions_leave_the_index() -> None:
    assert decide_thread(replace(FRESH, created_at=MOMENT - timedelta(days=80)), MOMENT, unanswered_days=90).is_indexable
    assert not decide_thread(FRESH, MOMENT, unanswered_days=1).is_indexable


def test_the_sitemap_criterion_agrees_with_the_rule_for_every_state(app: Any) -> None:
    categories = {audience: make_category(audience=audience) for audience in ("public", "members", "staff")}
    author = make_person(level=1)
    original = make_question(author=author)
    states: list[dict[str, Any]] = [{}, {"held_at": MOMENT}, {"hidden_at": MOMENT}, {"duplicate_of_id": original.id}]
    for audience, state, kind, score in itertools.product(categories, states, ("question", "discussion"), (None, 0, 2)):
        thread = make_thread(kind=kind, author=author, category=categories[audience], **state)
        if score is not None:
            make_answer(thread, author, score=score)
    accept(make_answer(make_question(author=author, category=categories["public"]), author))
    make_answer(make_question(author=author, category=categories["public"]), author, score=9, hidden_at=MOMENT)
    newcomer = make_person()
    for kind, score in (("question", 0), ("discussion", 0), ("question", 2)):
        make_answer(make_thread(kind=kind, author=newcomer, category=categories["public"]), author, score=score)
    statement = sa.select(Thread.id).join(Category, Category.id == Thread.category_id).where(sitemap_threads())
    by_sql = set(db.session.scalars(statement))
    heads = [find_thread_head(thread_id) for thread_id in db.session.scalars(sa.select(Thread.id))]
    by_rule = {head.id for head in heads if head and decide_thread(facts_of(head), MOMENT, 30).in_sitemap}
    assert by_sql == by_rule
    assert len(by_rule) == 5


def test_the_page_follows_the_rule(browser: Browser) -> None:
    thin = make_question()
    assert 'content="noindex,follow"' in browser.get(thin.path).text
    staff = make_person(role="staff")
    good = make_question(author=staff, text="The pump hums but no water comes out, and here is what I tried. " * 3)
    assert "noindex" not in browser.get(good.path).text
    with unit_of_work():
        db.session.get_one(Thread, good.id).created_at = now() - timedelta(days=31)
    assert 'content="noindex,follow"' in browser.get(f"/questions/{good.id}/{good.slug}").text
