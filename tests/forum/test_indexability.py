"""Which threads the sitemap lists, in SQL as by the rule (tests/pages/test_contract.py), and the page that follows it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.addresses import find_threads, list_threads_after
from app.forum.indexability import facts_of, sitemap_threads
from app.forum.models import Category, Thread
from app.forum.queries.thread_head import find_thread_head
from app.web.contract import IndexPolicy, decide
from app.web.seo import contract_of
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


def test_a_near_copy_names_its_original_and_another_duplicate_keeps_itself_out(browser: Browser) -> None:
    text = "The pump hums but gives no water since I moved it to the balcony, and I have cleaned the filter twice already."
    original = make_question(title="Why does the pump hum?", text=text)
    accept(make_answer(original))
    copy = make_question(title="Why does the pump hum?", text=f"{text} Thanks.", duplicate_of_id=original.id)
    other = make_question(title="It makes a noise", text="No water at all.", duplicate_of_id=original.id)
    page = browser.get(copy.path).text
    assert f'rel="canonical" href="http://community.test{original.path}"' in page and "noindex" not in page
    assert "ld+json" not in page
    page = browser.get(other.path).text
    assert f'rel="canonical" href="http://community.test{other.path}"' in page and 'content="noindex,follow"' in page
    contracts = {one.path: contract_of(one.facts) for one in find_threads([copy.id, other.id])}
    assert contracts[copy.path].canonical == original.path and contracts[other.path].canonical == ""


def test_facts_listed_for_all_are_those_of_each_page(app: Any) -> None:
    author, newcomer = make_person(level=1), make_person()
    original = make_question(author=author)
    threads = [
        original, make_question(author=newcomer, locked_at=MOMENT), make_question(author=author, hidden_at=MOMENT),
        make_question(author=author, held_at=MOMENT, hidden_at=MOMENT), make_question(author=author, duplicate_of_id=original.id),
        make_thread(kind="discussion", category=make_category("secret", audience="staff")),
    ]  # fmt: skip
    make_answer(original, newcomer, score=1)
    listed = {one.id: one.facts for one in list_threads_after(0, 100)}
    heads = [find_thread_head(thread.id) for thread in threads]
    assert listed == {head.id: facts_of(head) for head in heads if head}
    assert [one.id for one in list_threads_after(threads[1].id, 2)] == [threads[2].id, threads[3].id]
