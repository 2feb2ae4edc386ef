"""Lists of questions and discussions, categories and tags: views, filters, pages, and what never appears in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.actor import ANONYMOUS, Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import NotFound
from app.core.uow import unit_of_work
from app.forum.models import Tag, Thread, ThreadTag
from app.forum.queries import personal
from app.forum.queries.lists import QUESTION_VIEWS, list_pinned_threads, list_threads
from app.forum.queries.threads import get_thread_for_update
from app.forum.services.confirming import record_outcome
from app.forum.services.figures import settle
from app.pageviews.models import PageviewDay
from app.pageviews.recent import derive_recent
from tests.asserts import assert_indexes, assert_queries
from tests.client import Browser
from tests.factories import accept, actor_of, make_answer, make_category, make_person, make_question, make_thread


def titles(view: str, **options: Any) -> list[str]:
    return [row.title for row in list_threads(ANONYMOUS, view=view, **options).items]


def make_many(count: int, **values: Any) -> None:
    """Many questions of one category, without their opening texts: lists do not read them."""
    category, author = values.pop("category", None) or make_category(), make_person()
    start = now() - timedelta(days=1)
    with unit_of_work():
        db.session.add_all(
            Thread(
                kind="question", title=f"Question {number:03}", slug=f"question-{number}", category_id=category.id,
                author_id=author.id, status="unanswered", created_at=start + timedelta(minutes=number),
                last_activity_at=start + timedelta(minutes=number), **values,
            )
            for number in range(count)
        )  # fmt: skip


def read_by_many(thread_ids: Sequence[int]) -> dict[int, int]:
    """Give each of some threads readers of today, some as many as others; return how many."""
    views = {thread_id: 1 + number % 5 for number, thread_id in enumerate(thread_ids)}
    with unit_of_work():
        db.session.add_all(PageviewDay(kind="thread", target_id=key, day=now().date(), views=n) for key, n in views.items())
        db.session.flush()
        derive_recent(("thread", key) for key in views)
    return views


def test_each_view_holds_and_orders_what_its_name_says(app: Any) -> None:
    start = now() - timedelta(days=10)
    old = make_question(title="Old and solved", created_at=start)
    accept(make_answer(old, created_at=now() - timedelta(hours=1)))
    middle = make_question(title="Middle and answered", created_at=start + timedelta(days=1))
    make_answer(middle, created_at=start + timedelta(days=2))
    make_question(title="New and unanswered", created_at=start + timedelta(days=3))
    make_question(title="Closed without answer", created_at=start - timedelta(days=9), closed_at=now())
    with unit_of_work():
        closed = db.session.query(Thread).filter_by(title="Closed without answer").one()
        closed.status = "closed"
        db.session.add(PageviewDay(kind="thread", target_id=middle.id, day=now().date(), views=7))
        db.session.add(PageviewDay(kind="thread", target_id=old.id, day=now().date() - timedelta(days=40), views=900))
        derive_recent([("thread", middle.id), ("thread", old.id)])
    assert titles("newest")[:3] == ["New and unanswered", "Middle and answered", "Old and solved"]
    assert titles("active")[0] == "Old and solved"
    assert titles("popular")[0] == "Middle and answered"
    assert titles("unanswered") == ["New and unanswered"]
    assert titles("unsolved") == ["New and unanswered", "Middle and answered"]
    assert titles("solved") == ["Old and solved"]


def test_what_its_asker_solved_without_us_waits_for_no_answer(app: Any) -> None:
    asker, helper = make_person(), make_person()
    make_answer(make_question(tags=("pump",)), helper)
    open_one, solved = (make_question(title=title, author=asker, tags=("pump",)) for title in ("Still open", "Solved elsewhere"))
    with unit_of_work():
        record_outcome(actor_of(asker), thread_id=solved.id, kind="solved_elsewhere")
    assert titles("unanswered") == [open_one.title]
    assert [row.title for row in personal.list_wanted(actor_of(helper))] == [open_one.title]


def test_lists_filter_by_kind_category_tag_and_author(app: Any) -> None:
    author, category = make_person(), make_category()
    tagged = make_question(title="Tagged one", tags=("pump",))
    make_thread(kind="discussion", title="A discussion")
    make_question(title="In the category", category=category)
    make_question(title="By the author", author=author)
    tag_id = db.session.query(Tag).filter_by(name="pump").one().id
    assert titles("newest", tag=tag_id) == [tagged.title]
    assert titles("newest", kind="discussion") == ["A discussion"]
    assert titles("newest", category=category.id) == ["In the category"]
    assert titles("active", author=author.id) == ["By the author"]


@pytest.mark.parametrize("role", ["visitor", "member", "staff", "moderator"])
def test_nobody_finds_held_or_hidden_threads_in_lists_and_only_readers_find_inner_ones(app: Any, role: str) -> None:
    make_question(title="Public")
    make_question(title="Members", category=make_category(audience="members"))
    make_question(title="Staff", category=make_category(audience="staff"))
    make_question(title="Held", held_at=now())
    make_question(title="Hidden", hidden_at=now())
    actor = ANONYMOUS if role == "visitor" else actor_of(make_person(role=role))
    expected = {"visitor": {"Public"}, "member": {"Public", "Members"}, "moderator": {"Public", "Members"}}
    read_by_many([thread_id for (thread_id,) in db.session.execute(sa.select(Thread.id)) if thread_id % 2])
    for view in QUESTION_VIEWS[:4]:
        found = [row.title for row in list_threads(actor, view=view).items]
        assert sorted(found) == sorted(expected.get(role, {"Public", "Members", "Staff"})), view


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/questions", 3), ("/questions?view=popular&tag=pump", 4), ("/questions?category=boards&tag=pump", 4),
        ("/discussions", 3), ("/tags/pump", 2),
    ],
)  # fmt: skip
def test_a_list_of_which_nothing_is_remembered_takes_few_statements(client: FlaskClient, path: str, most: int) -> None:
    category = make_category("boards")
    for number in range(30):
        make_question(title=f"Question number {number}", category=category, tags=("pump", "hose"))
    make_thread(kind="discussion")
    client.get(path)
    with assert_queries(at_most=most):
        assert client.get(path).status_code == 200


def test_a_category_page_takes_at_most_three_statements(client: FlaskClient) -> None:
    category = make_category("boards")
    for number in range(5):
        make_question(title=f"Question number {number}", category=category, is_pinned=number < 2)
    with assert_queries(at_most=3):
        response = client.get("/c/boards")
    assert "Pinned" in response.text


@pytest.mark.parametrize("is_small", [False, True])
def test_the_popular_ones_come_first_and_those_that_nobody_read_last_each_once(app: Any, is_small: bool) -> None:
    make_many(60)
    first = make_question(title="Tagged", tags=("pump",))
    tag_id = db.session.scalars(sa.select(Tag.id)).one()
    everything = db.session.execute(sa.select(Thread.id, Thread.last_activity_at)).all()
    with unit_of_work():
        db.session.add_all(
            ThreadTag(thread_id=row.id, tag_id=tag_id, position=0) for row in everything if row.id % 3 == 0 and row.id != first.id
        )
    views = read_by_many([row.id for row in everything if row.id % 2])
    ordered = [
        row.id for row in sorted(everything, key=lambda row: (views.get(row.id, 0), row.last_activity_at, row.id), reverse=True)
    ]
    tagged = {*db.session.scalars(sa.select(ThreadTag.thread_id))}
    for choice, expected in (({}, ordered), ({"tag": tag_id}, [key for key in ordered if key in tagged])):
        pages = [
            list_threads(ANONYMOUS, view="popular", page=n, is_small=is_small, **choice)
            for n in range(1, len(expected) // 25 + 2)
        ]
        assert [row.id for page in pages for row in page.items] == expected
        assert [page.has_next for page in pages] == [True] * (len(pages) - 1) + [False]
        with pytest.raises(NotFound):
            list_threads(ANONYMOUS, view="popular", page=len(pages) + 1, is_small=is_small, **choice)


def test_pages_follow_each_other_and_end_with_404(browser: Browser) -> None:
    make_many(60)
    response = browser.get("/questions")
    assert "Question 059" in browser.text() and "Question 034" not in browser.text()
    assert 'rel="next" href="http://community.test/questions?page=2"' in response.text
    response = browser.get("/questions?page=3")
    assert "Question 000" in browser.text()
    assert 'rel="canonical" href="http://community.test/questions?page=3"' in response.text
    browser.get("/questions?page=4", status=404)
    assert browser.client.get("/questions?page=1").location == "/questions"
    assert browser.client.get("/questions?view=active&page=1").location == "/questions?view=active"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/questions?page=0", 404), ("/questions?page=99999999999999999999", 404), ("/questions?page=a", 404),
        ("/questions?view=nothing", 404), ("/questions?tag=unknown", 404), ("/questions?category=unknown", 404),
        ("/questions?tag=%00", 400), ("/discussions?view=unanswered", 404), ("/tags/unknown", 404), ("/tags?sort=x", 404),
        ("/tags?page=2", 404), ("/c/unknown", 404), ("/c/a%00b", 400), ("/tags/%FF%FE", 404), ("/tags?q=%25", 200),
        ("/tags?q=" + "x" * 10_000, 200), ("/questions?tag=" + "x" * 10_000, 404),
    ],
)  # fmt: skip
def test_bad_addresses_of_lists_get_a_clear_answer(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_variants_of_lists_ask_search_engines_to_stay_out(browser: Browser) -> None:
    category = make_category("boards")
    for number in range(3):
        make_question(title=f"Question {number} here", category=category, tags=("pump",))
    for path in ("/questions", "/c/boards", "/tags/pump", "/tags"):
        assert "noindex" not in browser.get(path).text, path
    for path in (
        "/questions?view=active", "/questions?tag=pump", "/questions?category=boards", "/c/boards?view=active",
        "/tags/pump?view=popular", "/tags?sort=name", "/tags?q=p",
    ):  # fmt: skip
        assert 'content="noindex,follow"' in browser.get(path).text, path


def test_categories_and_tags_with_little_in_them_are_not_indexed(browser: Browser) -> None:
    category = make_category("boards")
    make_question(category=category, tags=("pump",))
    assert "noindex" in browser.get("/c/boards").text
    assert "noindex" in browser.get("/tags/pump").text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/questions", "No questions yet"), ("/questions?view=unanswered", "Everything has an answer"),
        ("/questions?view=unsolved", "Everything is solved"), ("/questions?view=solved", "Nothing is solved yet"),
        ("/discussions", "No discussions yet"), ("/tags", "No tags yet"), ("/tags?q=zzz", "No tag begins with"),
        ("/c/empty", "Nothing here yet"),
    ],
)  # fmt: skip
def test_empty_lists_teach_the_next_step(browser: Browser, path: str, words: str) -> None:
    make_category("empty")
    browser.get(path)
    assert words in browser.text()


def test_categories_of_an_inner_audience_do_not_exist_for_others(browser: Browser) -> None:
    make_question(title="Canary of the staff", category=make_category("inner", audience="staff", name="Canary room"))
    browser.get("/c/inner", status=404)
    Browser(browser.app).sign_in(make_person()).get("/c/inner", status=404)
    staff = Browser(browser.app).sign_in(make_person(role="staff"))
    staff.get("/c/inner")
    assert "Canary of the staff" in staff.text()
    assert "noindex" in staff.get("/c/inner").text


def test_tags_of_inner_threads_alone_are_not_listed_and_have_no_page(browser: Browser) -> None:
    make_question(category=make_category(audience="staff"), tags=("canary-tag",))
    with unit_of_work():
        db.session.query(Tag).filter_by(name="canary-tag").one().thread_count = 0
    for path in ("/tags", "/tags?q=canary", "/questions"):
        assert "canary-tag" not in browser.get(path).text.replace('value="canary"', "")
    browser.get("/tags/canary-tag", status=404)
    staff = Browser(browser.app).sign_in(make_person(role="staff"))
    staff.get("/tags/canary-tag")


def test_tags_are_found_by_their_beginning_and_sorted_by_use_or_name(browser: Browser) -> None:
    make_question(tags=("pump", "hose"))
    make_question(tags=("pump",))
    make_question(tags=("adapter",))
    browser.get("/tags")
    text = browser.text()
    assert text.index("pump 2") < text.index("adapter 1")
    browser.get("/tags?sort=name")
    text = browser.text()
    assert text.index("adapter 1") < text.index("pump 2")
    browser.get("/tags?q=ho")
    assert "hose 1" in browser.text() and "pump 2" not in browser.text()


def test_a_tag_in_capitals_leads_to_its_page(client: FlaskClient) -> None:
    make_question(tags=("c++",))
    response = client.get("/tags/C%2B%2B")
    assert (response.status_code, response.location) == (301, "/tags/c%2B%2B")
    assert client.get(response.location).status_code == 200


def test_rows_show_status_answers_and_affected_people(browser: Browser) -> None:
    thread = make_question(title="It leaks at the valve", me_too_count=4)
    accept(make_answer(thread))
    browser.get("/questions")
    text = browser.text()
    assert "It leaks at the valve" in text and "Solved" in text and "1 answer" in text and "5 affected" in text


def plan_of(asked: Callable[[], object]) -> str:
    """How SQLite finds what is asked for, as one text."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by the number of rows, and here are few")
    used: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        used.append((statement, values))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        asked()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    statement, values = next(pair for pair in used if pair[0].startswith("SELECT"))
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    return "\n".join(row.detail for row in plan)


def test_pinned_threads_are_found_without_looking_at_the_others(app: Any) -> None:
    category = make_category()
    make_many(30, category=category)
    pinned = make_question(category=category, is_pinned=True)
    found: list[int] = []
    plan = plan_of(lambda: found.extend(row.id for row in list_pinned_threads(ANONYMOUS, category.id)))
    assert found == [pinned.id] and "ix_thread_pinned" in plan


def test_popular_threads_are_found_without_sorting_all_of_them(app: Any) -> None:
    make_many(3)
    plan = plan_of(lambda: list_threads(ANONYMOUS, view="popular", kind="question"))
    assert "ix_pageview_recent_views" in plan.splitlines()[0]
    assert "FOR ORDER BY" not in plan  # only those with as many views as each other are sorted


@pytest.mark.parametrize("view", QUESTION_VIEWS)
def test_the_few_threads_of_a_tag_are_found_without_looking_at_the_others(app: Any, view: str) -> None:
    plan = plan_of(lambda: list_threads(ANONYMOUS, view=view, tag=1, is_small=True))
    assert "ix_thread_tag_tag (tag_id=?)" in plan and "SEARCH thread USING INTEGER PRIMARY KEY" in plan


def test_rows_say_that_staff_answered(client: FlaskClient):
    answered, other = make_question(title="Answered by staff: the hose"), make_question(title="Answered by a peer: the valve")
    make_answer(answered, is_official=True)
    make_answer(other)
    with unit_of_work():
        for thread in (answered, other):
            settle(get_thread_for_update(thread.id))
    rows = {row.title: row.is_staff_answered for row in list_threads(ANONYMOUS).items}
    assert rows == {"Answered by staff: the hose": True, "Answered by a peer: the valve": False}
    assert client.get("/questions").text.count("Staff</span>") == 1


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (lambda me: list_threads(me, author=me.id, kind="question"), "ix_thread_author"),
        (personal.list_own_questions, "ix_thread_author"),
        (personal.list_followed, "ix_follow"),
    ],
)
def test_threads_of_one_person_are_found_without_looking_at_those_of_others(
    app: Flask, read: Callable[[Actor], object], index: str
):
    me = actor_of(make_person())
    with assert_queries(at_most=1) as statements:
        read(me)
    assert_indexes(statements[0], f"SEARCH {'follow' if 'follow' in index else 'thread'} USING INDEX {index}")


def test_whoever_wrote_about_no_tag_is_asked_for_no_help_in_one_statement(app: Flask):
    make_question(tags=("pump",))
    me = actor_of(make_person())
    with assert_queries(at_most=1):
        assert personal.list_wanted(me) == ()
