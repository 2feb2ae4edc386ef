"""Which threads the sitemap lists, in SQL as by the rule (tests/pages/test_contract.py), and the page that follows it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.indexability import facts_of, sitemap_threads
from app.forum.models import Category, Thread
from app.forum.queries.thread_page import find_thread_head
from app.web.contract import IndexPolicy, decide
from tests.client import Browser
from tests.factories import accept, make_answer, make_category, make_person, make_question, make_thread

MOMENT = now()


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
    by_rule = {head.id for head in heads if head and decide(facts_of(head), MOMENT, IndexPolicy()).in_sitemap}
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
