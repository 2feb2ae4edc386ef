"""The page of a question or discussion: what it shows to whom, its addresses, and what it costs."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Acceptance, Comment, Outcome, Post, Thread
from app.forum.presenters import FLAG_REASONS
from app.forum.services.drafting import save_draft
from app.forum.services.trusting import refresh_trust
from app.moderation.models import FlagReason
from app.pageviews.queries import total_views
from app.pageviews.recorder import flush
from tests.asserts import assert_queries, count_queries
from tests.client import Browser
from tests.factories import (
    accept,
    actor_of,
    body,
    make_answer,
    make_category,
    make_person,
    make_question,
    make_thread,
    opening_of,
)

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def make_comment(post: Post, author: Person, text: str = "Which pump is it?", **values: Any) -> Comment:
    rendered = body(text)
    with unit_of_work():
        comment = Comment(
            post_id=post.id, author_id=author.id, body_source=text, body_html=str(rendered.html), body_text=rendered.text,
            **values,
        )  # fmt: skip
        db.session.add(comment)
        db.session.get_one(Post, post.id).comment_count += 1
    return comment


def make_answers(thread: Thread, count: int) -> list[int]:
    """Many answers at once, each a minute after the other, by twenty people."""
    people = [make_person() for _ in range(20)]
    start = now() - timedelta(days=2)
    with unit_of_work():
        rows = [
            Post(
                thread_id=thread.id, kind="answer", author_id=people[number % 20].id, body_source=f"Answer {number}",
                body_html=f"<p>Answer {number}</p>", body_text=f"Answer {number}", body_hash="0" * 64, renderer_version=1,
                created_at=start + timedelta(minutes=number),
            )
            for number in range(count)
        ]  # fmt: skip
        db.session.add_all(rows)
        db.session.get_one(Thread, thread.id).answer_count = count
        db.session.get_one(Thread, thread.id).status = "answered"
    return [row.id for row in rows]


def change(entity: Any, **values: Any) -> None:
    """Set columns of a row."""
    with unit_of_work():
        db.session.execute(sa.update(type(entity)).where(type(entity).id == entity.id).values(**values))
    db.session.expire_all()


def test_a_visitor_reads_the_whole_thread_with_title_status_and_crumbs(browser: Browser) -> None:
    asker = make_person("mira", display_name="Mira Holt")
    category = make_category("pumps")
    thread = make_question(author=asker, title="Pump hums but gives no water", tags=("pump", "priming"), category=category)
    make_answer(thread, text="Prime the pump first.")
    response = browser.get(thread.path)
    text = browser.text()
    assert "Pump hums but gives no water" in text
    assert "The pump hums but no water comes out." in text
    assert "Prime the pump first." in text
    assert "Mira Holt" in text
    assert "1 answer" in text
    assert "Answered" in text
    assert 'href="/c/pumps"' in response.text
    assert 'href="/tags/priming"' in response.text
    assert '<link rel="canonical" href="http://community.test' + thread.path in response.text


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/questions/{id}", "/questions/{id}/{slug}"),
        ("/questions/{id}/old-slug", "/questions/{id}/{slug}"),
        ("/discussions/{id}/{slug}", "/questions/{id}/{slug}"),
        ("/questions/{id}/old?page=2", "/questions/{id}/{slug}?page=2"),
        ("/questions/{id}/{slug}?page=1", "/questions/{id}/{slug}"),
        ("/discussions/{id}?page=2&sort=newest", "/questions/{id}/{slug}?sort=newest&page=2"),
    ],
)
def test_other_addresses_of_a_thread_lead_to_the_one_for_good_in_one_hop(client: FlaskClient, path: str, target: str) -> None:
    thread = make_question(title="Where does it leak?")
    make_answers(thread, 21)
    response = client.get(path.format(id=thread.id, slug=thread.slug))
    assert response.status_code == 301
    assert response.location == target.format(id=thread.id, slug=thread.slug)
    assert client.get(response.location).status_code == 200


def test_a_discussion_asked_for_as_a_question_is_redirected(client: FlaskClient) -> None:
    thread = make_thread(kind="discussion", title="What do you grow in winter?")
    response = client.get(f"/questions/{thread.id}/{thread.slug}")
    assert (response.status_code, response.location) == (301, f"/discussions/{thread.id}/{thread.slug}")


@pytest.mark.parametrize(
    "path",
    [
        "/questions/1", "/questions/0", "/questions/-1", "/questions/9223372036854775807/x", "/questions/9223372036854775808/x",
        "/questions/99999999999999999999999999/x", "/questions/١٢/x", "/questions/abc", "/posts/9223372036854775807",
        "/comments/9223372036854775808",
    ],
)  # fmt: skip
def test_ids_that_no_thread_can_have_are_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "1.5", "99999999999999999999", "٢", "1%00"])
def test_pages_that_a_thread_does_not_have_are_refused(client: FlaskClient, page: str) -> None:
    thread = make_question()
    make_answer(thread)
    assert client.get(f"{thread.path}?page={page}").status_code == (400 if "%00" in page else 404)


def test_null_bytes_in_the_path_are_a_bad_request(client: FlaskClient) -> None:
    thread = make_question()
    assert client.get(f"/questions/{thread.id}/a%00b").status_code == 400


def test_an_unknown_order_is_not_found(client: FlaskClient) -> None:
    assert client.get(make_question().path + "?sort=random").status_code == 404


def test_a_chinese_title_has_its_own_address_and_page(browser: Browser) -> None:
    thread = make_question(title="水泵嗡嗡响但不出水怎么办")
    response = browser.client.get(f"/questions/{thread.id}")
    assert response.status_code == 301
    browser.get(response.location)
    assert "水泵嗡嗡响但不出水怎么办" in browser.text()


def test_a_title_of_300_characters_and_one_without_spaces_are_shown_whole(browser: Browser) -> None:
    title = "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 6 + "abcdefghijkl"
    assert len(title) == 300
    browser.get(make_question(title=title).path)
    assert title in browser.text()


def test_the_solution_comes_first_and_says_who_confirmed_it(browser: Browser) -> None:
    asker = make_person("asker", display_name="Ada Asker")
    thread = make_question(author=asker)
    popular = make_answer(thread, text="Turn it off and on.", score=12)
    solution = make_answer(thread, text="Clean the intake filter.")
    accept(solution, asker)
    with unit_of_work():
        refresh_trust([solution.author_id] if solution.author_id else [])
    response = browser.get(thread.path)
    text = browser.text()
    assert text.index("Clean the intake filter.") < text.index("Turn it off and on.")
    assert "confirmed by Ada Asker, who asked" in text
    assert "Solved" in text
    assert response.text.index(f'id="post-{solution.id}"') < response.text.index(f'id="post-{popular.id}"')
    assert "1 solution" in text  # the helper's credit


def test_two_accepted_answers_stand_in_the_order_of_acceptance(browser: Browser) -> None:
    thread = make_question()
    first, second = make_answer(thread, text="First way."), make_answer(thread, text="Second way.", score=5)
    accept(first)
    accept(second)
    browser.get(thread.path)
    text = browser.text()
    assert text.index("First way.") < text.index("Second way.")
    assert "Another solution" in text


def test_answers_follow_by_votes_then_age_and_replies_by_age(browser: Browser) -> None:
    thread = make_question()
    start = now() - timedelta(hours=5)
    for number, score in enumerate((0, 3, 3, 1)):
        make_answer(thread, text=f"Way number {number}.", score=score, created_at=start + timedelta(minutes=number))
    browser.get(thread.path)
    text = browser.text()
    places = [text.index(f"Way number {number}.") for number in (1, 2, 3, 0)]
    assert places == sorted(places)
    browser.get(thread.path + "?sort=newest")
    text = browser.text()
    places = [text.index(f"Way number {number}.") for number in (3, 2, 1, 0)]
    assert places == sorted(places)
    talk = make_thread(kind="discussion")
    for number, score in enumerate((0, 9)):
        make_answer(talk, text=f"Say {number}.", score=score, created_at=start + timedelta(minutes=number))
    browser.get(talk.path)
    assert browser.text().index("Say 0.") < browser.text().index("Say 1.")
    assert "Oldest" in browser.text() and "Newest" in browser.text() and "Best first" not in browser.text()


def test_other_orders_ask_search_engines_to_stay_out(browser: Browser) -> None:
    thread = make_question()
    accept(make_answer(thread))
    assert "noindex" not in browser.get(thread.path).text
    assert 'name="robots" content="noindex,follow"' in browser.get(thread.path + "?sort=oldest").text


def test_each_page_of_500_answers_costs_the_same_and_is_canonical_to_itself(browser: Browser) -> None:
    thread = make_question(tags=("pump",))
    path = thread.path
    make_answers(thread, 500)
    with count_queries() as first:
        browser.get(path)
    assert "of 25" in browser.text()
    with count_queries() as last:
        response = browser.get(path + "?page=25")
    assert f'rel="canonical" href="http://community.test{path}?page=25"' in response.text
    assert "Answer 499" in browser.text()
    assert len(last) <= len(first) <= 4
    browser.get(path + "?page=26", status=404)


def test_a_visitors_page_of_a_solved_thread_takes_at_most_six_statements(client: FlaskClient) -> None:
    asker = make_person()
    thread = make_question(author=asker, tags=("pump", "filter"))
    for number in range(15):
        answer = make_answer(thread, text=f"Try number {number}.")
        make_comment(answer, asker)
        if number < 2:
            accept(answer)
    make_question(tags=("pump",))
    path = thread.path
    with assert_queries(at_most=6):
        assert client.get(path).status_code == 200


def test_answers_are_counted_for_a_member_only_where_a_page_may_not_show_them_all(browser: Browser) -> None:
    short, long = make_question(), make_question()
    make_answers(short, 19)
    make_answers(long, 21)
    browser.sign_in(make_person("vera"))

    def counts(path: str) -> int:
        with count_queries() as found:
            browser.get(path)
        return sum(statement.upper().startswith("SELECT COUNT(*)") and "FROM post" in statement for statement in found)

    assert counts(short.path) == 0
    assert "19 answers" in browser.text()
    assert counts(long.path) == counts(f"{long.path}?page=2") == 1


def test_comments_are_folded_after_three(browser: Browser) -> None:
    thread = make_question()
    answer = make_answer(thread)
    commenter = make_person()
    for number in range(5):
        make_comment(answer, commenter, f"Remark {number}")
    browser.get(thread.path)
    assert "2 more comments" in browser.text()
    assert browser.page is not None
    folded = browser.page.xpath("//details//li[contains(@class, 'comment')]")
    assert len(folded) == 2


def test_permalinks_lead_to_the_page_and_the_post(client: FlaskClient) -> None:
    thread = make_question()
    ids = make_answers(thread, 45)
    base = f"/questions/{thread.id}/{thread.slug}"
    assert client.get(f"/posts/{opening_of(thread).id}").location == f"{base}#post-{opening_of(thread).id}"
    assert client.get(f"/posts/{ids[0]}").location == f"{base}#post-{ids[0]}"
    assert client.get(f"/posts/{ids[20]}").location == f"{base}?page=2#post-{ids[20]}"
    response = client.get(f"/posts/{ids[44]}")
    assert (response.status_code, response.location) == (302, f"{base}?page=3#post-{ids[44]}")
    comment = make_comment(db.session.get_one(Post, ids[44]), make_person())
    assert client.get(f"/comments/{comment.id}").location == f"{base}?page=3#comment-{comment.id}"


def test_permalinks_of_what_is_hidden_or_not_public_are_not_found(client: FlaskClient) -> None:
    hidden = make_answer(make_question(), hidden_at=now())
    assert client.get(f"/posts/{hidden.id}").status_code == 404
    comment = make_comment(make_answer(make_question()), make_person(), hidden_at=now())
    assert client.get(f"/comments/{comment.id}").status_code == 404
    inner = make_question(category=make_category(audience="members"))
    assert client.get(f"/posts/{opening_of(inner).id}").status_code == 404


@pytest.mark.parametrize(
    ("state", "audience", "expected"),
    [
        ({}, "public", {"visitor": 200, "author": 200, "member": 200, "staff": 200, "moderator": 200}),
        ({"held_at": 1}, "public", {"visitor": 404, "author": 200, "member": 404, "staff": 404, "moderator": 200}),
        ({"hidden_at": 1}, "public", {"visitor": 410, "author": 410, "member": 410, "staff": 410, "moderator": 200}),
        (
            {"hidden_at": 1, "held_at": 1},
            "public",
            {"visitor": 404, "author": 404, "member": 404, "staff": 404, "moderator": 200},
        ),
        ({}, "members", {"visitor": 404, "author": 200, "member": 200, "staff": 200, "moderator": 200}),
        ({"hidden_at": 1}, "members", {"visitor": 404, "author": 410, "member": 410, "staff": 410, "moderator": 200}),
        ({}, "staff", {"visitor": 404, "author": 404, "member": 404, "staff": 200, "moderator": 404}),
    ],
)
def test_who_gets_a_thread_in_each_state(
    browser: Browser, state: dict[str, int], audience: str, expected: dict[str, int]
) -> None:
    author = make_person("author")
    times = {name: now() for name in state}
    path = make_question(author=author, category=make_category(audience=audience), **times).path
    for who, status in expected.items():
        reader = Browser(browser.app)
        if who != "visitor":
            reader.sign_in(author if who == "author" else make_person(role=who if who != "member" else "member"))
        reader.get(path, status=status)


def test_notices_say_why_a_thread_is_closed_locked_hidden_or_a_duplicate(browser: Browser) -> None:
    original = make_question(title="The first one of its kind")
    thread = make_question(closed_at=now(), duplicate_of_id=original.id)
    browser.get(thread.path)
    assert "The same question was asked before" in browser.text()
    assert "The first one of its kind" in browser.text()
    closed = make_question(closed_at=now(), close_reason="Not about our products")
    browser.get(closed.path)
    assert "Not about our products" in browser.text()
    locked = make_question(locked_at=now(), lock_note="Cooling down")
    browser.get(locked.path)
    assert "Cooling down" in browser.text()
    hidden = make_question(hidden_at=now(), hidden_reason="Holds an address")
    browser.sign_in(make_person(role="moderator")).get(hidden.path)
    assert "Holds an address" in browser.text()


def test_a_duplicate_of_something_inner_does_not_name_it(browser: Browser) -> None:
    inner = make_question(title="Canary of the inner room", category=make_category(audience="staff"))
    thread = make_question(closed_at=now(), duplicate_of_id=inner.id)
    assert "Canary" not in browser.get(thread.path).text


def test_hidden_posts_and_comments_are_for_moderators_only(browser: Browser) -> None:
    thread = make_question()
    make_answer(thread, text="Hidden canary answer", hidden_at=now(), hidden_reason="Rude")
    shown = make_answer(thread, text="Fine answer")
    make_comment(shown, make_person(), "Hidden canary comment", hidden_at=now())
    for reader in (browser, Browser(browser.app).sign_in(make_person())):
        assert "canary" not in reader.get(thread.path).text
    moderator = Browser(browser.app).sign_in(make_person(role="moderator"))
    moderator.get(thread.path)
    assert "Hidden canary answer" in moderator.text()
    assert "Hidden canary comment" in moderator.text()


def test_a_held_answer_is_seen_by_its_author_with_a_note(browser: Browser) -> None:
    thread, author = make_question(), make_person()
    make_answer(thread, author, text="Waiting words", held_at=now())
    assert "Waiting words" not in browser.get(thread.path).text
    reader = Browser(browser.app).sign_in(author)
    reader.get(thread.path)
    assert "Waiting words" in reader.text()
    assert "Waiting for a moderator" in reader.text()


def test_visitors_pages_are_shared_and_answered_with_304(client: FlaskClient) -> None:
    thread = make_question()
    first = client.get(thread.path)
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Set-Cookie" not in first.headers
    assert "csrf" not in first.text
    again = client.get(thread.path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_members_pages_are_kept_by_nobody(browser: Browser) -> None:
    response = browser.sign_in(make_person()).get(make_question().path)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers


def test_a_removed_author_is_named_so_and_has_no_link(browser: Browser) -> None:
    thread = make_question()
    change(thread, author_id=None)
    change(opening_of(thread), author_id=None)
    browser.get(thread.path)
    assert "[removed]" in browser.text()


def test_a_view_is_counted_for_readers_but_not_for_the_author_or_head_requests(browser: Browser) -> None:
    author = make_person()
    thread = make_question(author=author)
    browser.client.get(thread.path, headers=FIREFOX)
    browser.client.head(thread.path, headers=FIREFOX)
    Browser(browser.app).sign_in(author).client.get(thread.path, headers=FIREFOX)
    flush()
    assert total_views("thread", [thread.id]) == {thread.id: 1}


def test_members_find_the_answer_form_and_visitors_the_way_to_it(browser: Browser) -> None:
    thread = make_question()
    visitor = browser.get(thread.path)
    assert "/login?next=" in visitor.text
    assert "<textarea" not in visitor.text
    member = Browser(browser.app).sign_in(make_person())
    assert f'action="/questions/{thread.id}/answers"' in member.get(thread.path).text
    closed = make_question(locked_at=now())
    member.get(closed.path)
    assert "takes no new posts" in member.text()


def test_a_suspended_person_is_told_why_there_is_no_form(browser: Browser) -> None:
    person = make_person(suspended_at=now(), suspended_until=now() + timedelta(days=3), suspended_reason="Spam")
    browser.sign_in(person).get(make_question().path)
    assert "Your account is suspended" in browser.text()


def test_the_asker_who_comes_back_is_asked_whether_it_is_solved(browser: Browser) -> None:
    asker = make_person()
    thread = make_question(author=asker, created_at=now() - timedelta(days=3))
    browser.sign_in(asker).get(thread.path)
    assert "Did this solve it?" not in browser.text()
    answer = make_answer(thread, text="Prime the pump.")
    response = browser.get(thread.path)
    assert "Did this solve it?" in browser.text()
    assert f'action="/posts/{answer.id}/accept"' in response.text
    assert response.text.count(f'action="/threads/{thread.id}/outcome"') == 3
    others = Browser(browser.app).sign_in(make_person())
    others.get(thread.path)
    assert "Did this solve it?" not in others.text()


def test_the_asker_is_not_asked_again_after_saying_still_stuck_or_writing(browser: Browser) -> None:
    asker = make_person()
    thread = make_question(author=asker, created_at=now() - timedelta(days=3))
    make_answer(thread, created_at=now() - timedelta(days=2))
    with unit_of_work():
        db.session.add(Outcome(thread_id=thread.id, kind="refuted", voice="asker", actor_id=asker.id))
        db.session.get_one(Thread, thread.id).status = "disputed"
    browser.sign_in(asker).get(thread.path)
    assert "Did this solve it?" not in browser.text()
    assert "The person who asked is still stuck" in browser.text()
    make_answer(thread, created_at=now() + timedelta(seconds=5))
    browser.get(thread.path)
    assert "Did this solve it?" in browser.text()


def test_still_stuck_is_heard_while_the_question_is_open(browser: Browser) -> None:
    asker = make_person()
    thread = make_question(author=asker, created_at=now() - timedelta(days=3))
    make_answer(thread, created_at=now() - timedelta(days=2))
    browser.sign_in(asker).get(thread.path)
    browser.submit(f"/threads/{thread.id}/outcome", {"kind": "refuted"})
    browser.get(thread.path)
    assert "Thank you. The question is open again" in browser.text()
    assert "Did this solve it?" not in browser.text()


def test_a_question_solved_another_way_says_so(browser: Browser) -> None:
    thread = make_question()
    change(thread, status="solved")
    with unit_of_work():
        db.session.add(
            Outcome(thread_id=thread.id, kind="solved_elsewhere", voice="asker", actor_id=thread.author_id, reason="New cable")
        )
    browser.get(thread.path)
    assert "the person who asked found another way. Reason: New cable" in browser.text()


def test_a_question_solved_with_a_workaround_leads_to_the_answer_that_helped(browser: Browser) -> None:
    thread = make_question()
    answer = make_answer(thread)
    change(thread, status="solved")
    with unit_of_work():
        db.session.add(
            Outcome(
                thread_id=thread.id, post_id=answer.id, kind="workaround", voice="asker", actor_id=thread.author_id, reason=""
            )
        )
    browser.get(thread.path)
    assert browser.page is not None
    assert browser.page.xpath("//p[contains(@class, 'banner')]//a/@href") == [f"/posts/{answer.id}"]


def test_a_thread_maintained_in_an_article_links_to_it(browser: Browser) -> None:
    thread = make_question(article_title="Priming a pump", article_path="/kb/pumps/priming-a-pump")
    response = browser.get(thread.path)
    assert "kept up to date in the article" in browser.text()
    assert 'href="/kb/pumps/priming-a-pump"' in response.text


def test_moderators_find_their_tools_and_others_do_not(browser: Browser) -> None:
    thread = make_question()
    answer = make_answer(thread)
    other = make_category()
    tool = f"/moderation/threads/{thread.id}/hide"
    assert tool not in browser.get(thread.path).text
    moderator = Browser(browser.app).sign_in(make_person(role="moderator"))
    response = moderator.get(thread.path)
    assert tool in response.text
    assert f"/moderation/posts/{answer.id}/hide" in response.text
    assert f'<option value="{other.id}">' in response.text


def test_the_reasons_for_reports_are_those_of_moderation() -> None:
    assert [value for value, _label in FLAG_REASONS] == list(FlagReason)


def test_acceptances_without_a_known_person_do_not_break_the_page(browser: Browser) -> None:
    thread = make_question()
    answer = make_answer(thread)
    accept(answer)
    with unit_of_work():
        db.session.execute(sa.update(Acceptance).values(accepted_by_id=None))
    browser.get(thread.path)
    assert "Solution" in browser.text()


def _structured(browser: Browser) -> list[dict[str, Any]]:
    assert browser.page is not None
    return [json.loads(node.text_content()) for node in browser.page.xpath("//script[@type='application/ld+json']")]


def test_a_solved_question_carries_qapage_data_and_a_closed_one_does_not(browser: Browser) -> None:
    thread = make_question()
    accept(make_answer(thread))
    browser.get(thread.path)
    assert [data["@type"] for data in _structured(browser)] == ["QAPage", "BreadcrumbList"]
    change(thread, closed_at=now())
    browser.get(thread.path)
    assert [data["@type"] for data in _structured(browser)] == ["BreadcrumbList"]


def test_no_structured_data_for_members_held_or_hidden_threads(browser: Browser) -> None:
    browser.sign_in(make_person(role="moderator"))
    for values in ({"held_at": now()}, {"hidden_at": now()}, {"category": make_category(audience="members")}):
        thread = make_question(**values)
        browser.get(thread.path)
        assert _structured(browser) == []


def test_text_that_closes_a_script_element_stays_inside_the_data(browser: Browser) -> None:
    thread = make_question(title="</script><script>alert(1)</script> breaks")
    accept(make_answer(thread, text="`</script><script>alert(2)</script>`"))
    response = browser.get(thread.path)
    assert "<script>alert" not in response.text
    assert _structured(browser)[0]["mainEntity"]["name"] == "</script><script>alert(1)</script> breaks"


def test_an_answer_that_was_refused_is_shown_again_with_its_error(browser: Browser) -> None:
    thread = make_question()
    path, action = thread.path, f"/questions/{thread.id}/answers"
    browser.sign_in(make_person()).get(path)
    response = browser.submit(action, {"body": "   "}, status=400)
    assert "Please write something." in response.text
    response = browser.submit(action, {"body": "y" * 100_000}, status=400)
    assert "y" * 100_000 in response.text


def test_a_comment_that_was_refused_is_shown_again_under_its_post(browser: Browser) -> None:
    thread = make_question()
    answer = make_answer(thread)
    browser.sign_in(make_person()).get(f"/questions/{thread.id}/{thread.slug}")
    response = browser.submit(f"/posts/{answer.id}/comments", {"body": "z" * 2_001}, status=400)
    assert "z" * 2_001 in response.text
    assert f'<details class="fold comment-form" id="comment-on-{answer.id}" open>' in response.text
    said, typed = response.text.index(f'id="comment-error-{answer.id}"'), response.text.index("z" * 2_001)
    assert said < typed, "below a long text nobody would see it"


def test_what_was_typed_before_is_in_the_form_again(browser: Browser) -> None:
    person, thread = make_person(), make_question()
    path = thread.path
    with unit_of_work():
        save_draft(actor_of(person), key=f"answer:{thread.id}", fields={"body": "Half an answer about <valves>"})
    browser.sign_in(person).get(path)
    assert browser.page is not None
    assert browser.page.xpath("string(//form//textarea[@id='body'])").strip() == "Half an answer about <valves>"


def test_related_threads_share_tags_and_are_never_inner_ones(browser: Browser) -> None:
    thread = make_question(tags=("pump", "valve"))
    path = thread.path
    make_question(title="A neighbour with the same tag", tags=("pump",))
    make_question(title="Canary of the staff", tags=("pump",), category=make_category(audience="staff"))
    make_question(title="Canary held", tags=("pump",), held_at=now())
    response = browser.get(path)
    assert "A neighbour with the same tag" in browser.text()
    assert "Canary" not in response.text


@pytest.mark.parametrize("role", ["visitor", "member", "moderator"])
def test_text_of_an_inner_category_is_on_no_page_of_the_read_side(browser: Browser, role: str) -> None:
    thread = make_question(title="Canary title", text="Canary text", category=make_category("inner", audience="staff"))
    ids = (thread.id, opening_of(thread).id, make_answer(thread, text="Canary answer").id)
    if role != "visitor":
        browser.sign_in(make_person(role=role))
    paths = [
        "/", "/questions", "/questions?view=popular", "/discussions", "/tags", "/feed.atom", "/sitemap.xml",
        f"/questions/{ids[0]}", f"/questions/{ids[0]}/canary-title", f"/questions/{ids[0]}/feed.atom",
        f"/posts/{ids[1]}", f"/posts/{ids[2]}", "/c/inner", "/c/inner/feed.atom",
    ]  # fmt: skip
    for path in paths:
        response = browser.client.get(path)
        assert "Canary" not in response.text, path
        assert "canary" not in response.headers.get("Location", ""), path


@pytest.mark.parametrize(("label", "place"), [("I have this too", "me-too"), ("Follow", "follow")])
def test_what_was_pressed_before_signing_in_is_to_be_pressed_once_more(browser, label: str, place: str):
    """A link must make nobody say so: the pages on the way say what is left to do, and lead to the button, also through signing up."""
    thread = make_question()
    browser.get(thread.path)
    (link,) = browser.page.xpath(f"//main//article//a[contains(., '{label}')]/@href")
    for page in ("/login", "/signup"):
        browser.get(link)
        assert f"press “{label}” once more" in browser.text(), page
        back = browser.page.xpath("//input[@name='next']/@value")[0]
        assert back == f"{thread.path}#{place}"
        if page == "/login":
            (link,) = browser.page.xpath("//main//a[starts-with(@href, '/signup')]/@href")
    browser.sign_in(make_person("mia"))
    browser.get(thread.path)
    assert browser.page.xpath(f"//form[@id='{place}']//button") and not browser.page.xpath(
        "//form[@id]//button[@aria-pressed='true']"
    )


def test_askers_are_not_sent_to_ask_again_under_their_own_question(browser: Browser) -> None:
    asker, lead_on = make_person(), "ask it as a question of your own"
    thread = make_question(author=asker)
    browser.sign_in(asker).get(thread.path)
    assert lead_on not in browser.text()
    for reader in (Browser(browser.app), Browser(browser.app).sign_in(make_person())):
        reader.get(thread.path)
        assert lead_on in reader.text()


def test_the_asker_of_a_question_without_answers_says_how_it_ended(browser: Browser):
    ann = make_person("ann")
    question = make_question(author=ann)
    others = "Do you not need an answer any more?"
    assert others not in browser.sign_in(make_person("tom")).get(question.path).text
    browser.sign_in(ann).get(question.path)
    assert others in browser.text()
    browser.post(f"/threads/{question.id}/outcome", {"kind": "no_longer_relevant"})
    browser.get(question.path)
    assert others not in browser.text() and "does not need an answer any more" in browser.text()
    assert "You will hear of the first answer" not in browser.text()
    taken = browser.page.xpath("//main//form[contains(@action, '/outcomes/')]/@action")
    assert len(set(taken)) == 1 and "Do you need an answer after all?" in browser.text()
    browser.post(taken[0])
    browser.get(question.path)
    assert others in browser.text() and "/outcomes/" not in browser.get(question.path).text
