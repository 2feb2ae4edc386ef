"""The pages about candidates: the queue in words, why a thread is there or not, putting off, cards, and what they cost."""

from __future__ import annotations

import pytest
from flask import Flask

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.settings import Settings
from app.core.uow import unit_of_work
from app.jobs.worker import run_until_idle
from app.kb.jobs import scan
from app.kb.models import ArticleReuse, CandidateState
from app.search.engines import current_engine
from app.search.querying import SearchForm
from app.search.results import find
from tests.asserts import count_queries
from tests.client import Browser
from tests.factories import make_answer, make_article, make_category, make_question, make_section, make_thread
from tests.kb.conftest import Crew
from tests.kb.samples import change, fresh, make_solved, promote_and_publish


@pytest.fixture
def curator(app: Flask, crew: Crew) -> Browser:
    """A moderator's browser."""
    return Browser(app).sign_in(crew.moderator)


def why(browser: Browser, thread_id: int) -> str:
    browser.get(f"/moderation/promotions/{thread_id}/why")
    return browser.text()


def test_the_row_says_why_in_words_and_leads_to_the_whole_story(curator: Browser, settings: Settings):
    thread, _ = make_solved(views=812)
    make_question(title="The pump hums again", duplicate_of_id=thread.id)
    scan(settings)
    curator.get("/moderation/promotions")
    text = curator.text()
    assert "812 views in 30 days, 1 duplicate, 1 confirmed" in text and "confirmed, no article" not in text
    assert f"at least {settings.promotion_min_views} views in 30 days" in text
    assert "once somebody has decided" in text
    story = why(curator, thread.id)
    assert "Why is this thread proposed?" in story and "It is number 1 in the queue. Nothing stands in its way." in story
    assert "Views in 30 days: 812, at least 30 needed" in story and "and its 1 duplicate together" in story
    assert "Accepted answer +10.0" in story and "Nobody has decided about it yet." in story


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": "disputed"}, "Its solution is disputed."), ({"locked_at": now(), "accepted_count": 0}, "It is locked"),
        ({"created_at": now()}, "It is too new: less than 2 days old"), ({"status": "closed"}, "It is closed."),
        ({"hidden_at": now()}, "It is hidden or waits for approval."),
    ],
)  # fmt: skip
def test_a_thread_that_is_not_proposed_says_why_not(curator: Browser, settings: Settings, values: dict, words: str):
    thread, _ = make_solved()
    change(thread, **values)
    scan(settings)
    story = why(curator, thread.id)
    assert "Why is this thread not proposed?" in story and words in story


def test_too_few_readers_and_a_discussion_and_an_unanswered_question_are_explained(curator: Browser, settings: Settings):
    poor, _ = make_solved(views=3)
    discussion = make_thread(kind="discussion")
    make_answer(discussion)
    waiting = make_question()
    assert "does not have enough yet: views in 30 days" in why(curator, poor.id)
    assert "It is a discussion, not a question." in why(curator, discussion.id)
    assert "Nobody has answered it yet." in why(curator, waiting.id)
    late, _ = make_solved("Why does the late pump hum?")
    assert "It deserves an article. The next scan proposes it" in why(curator, late.id)


def test_a_duplicate_leads_to_the_original_that_counts_for_it(curator: Browser, crew: Crew):
    original, _ = make_solved()
    duplicate, _ = make_solved("The pump hums again")
    change(duplicate, duplicate_of_id=original.id, status="closed")
    story = why(curator, duplicate.id)
    assert "It is a duplicate; the original counts." in story and "Its score in parts" not in story
    assert curator.page is not None and curator.page.xpath(f"//a[@href='/moderation/promotions/{original.id}/why']")
    change(original, category_id=make_category(audience="staff").id)
    assert original.title not in why(curator, duplicate.id)


def test_an_article_that_only_staff_read_is_not_named_to_moderators(app: Flask, curator: Browser, crew: Crew):
    thread, answer = make_solved()
    article = promote_and_publish(crew.agent, thread, [answer], make_section().id, audience="staff", title="Inner workings")
    story = why(curator, thread.id)
    assert "An article covers it already." in story and "Inner workings" not in story
    curator.get("/moderation/promotions?state=promoted")
    assert "Inner workings" not in curator.text()
    staff = Browser(app).sign_in(crew.staff)
    assert "Inner workings" in why(staff, thread.id) and article.id


def test_putting_off_and_back(curator: Browser, settings: Settings):
    thread, _ = make_solved()
    scan(settings)
    curator.get("/moderation/promotions")
    curator.submit("/snooze", {"days": "30", "note": "After the next version"})
    page = curator.get("/moderation/promotions").text
    assert "Nothing to decide" in page and "Put off for 30 days." in page
    curator.get("/moderation/promotions?state=snoozed")
    assert "After the next version" in curator.text() and "comes back" in curator.text()
    assert "It is put off for a while" in why(curator, thread.id)
    curator.submit("/restore", {})
    story = why(curator, thread.id)
    assert "Put it off: After the next version" in story and "Took that back" in story and "it was number 1" in story


def test_what_was_typed_survives_a_form_that_is_not_accepted(curator: Browser, settings: Settings):
    thread, _ = make_solved()
    scan(settings)
    for verb, word in (("snooze", "Please choose for how long."), ("dismiss", "Please say why")):
        response = curator.post(
            f"/moderation/promotions/{thread.id}/{verb}",
            {"note": "" if verb == "dismiss" else "My note", "days": "x"},
            status=400,
        )
        assert word in response.text and (verb == "dismiss" or "My note</textarea>" in response.text)


def test_one_click_pins_the_answer_and_one_takes_it_off(app: Flask, curator: Browser, settings: Settings):
    thread, answer = make_solved("Which fuse fits the old pump?", views=400)
    make_answer(thread, text="Perhaps any fuse would do?", score=50)
    scan(settings)
    curator.get("/moderation/promotions")
    curator.submit("/card", {})
    assert fresh(thread).card_post_id == answer.id
    page = curator.get("/moderation/promotions").text
    assert "Nothing to decide" in page and f"/moderation/promotions/{thread.id}/uncard" in page
    curator.get("/moderation/promotions?state=card")
    assert "Which fuse fits the old pump?" in curator.text() and "pinned" in curator.text()
    visitor = Browser(app)
    visitor.get(thread.path)
    assert visitor.page is not None and visitor.page.xpath("//section[@class='answer-card']")
    run_until_idle()
    hit = find(current_engine(), "pump fuse", SearchForm(), ANONYMOUS).items[0]
    assert hit.card.id == thread.id and hit.answer.startswith("Clean the intake filter")
    visitor.get("/search?q=pump+fuse")
    assert "The answer" in visitor.text() and "Clean the intake filter" in visitor.text()
    curator.get("/moderation/promotions?state=card")
    done = curator.submit("/uncard", {})
    assert done.location == "/moderation/promotions?state=card" and fresh(thread).card_post_id is None
    assert "It is number 1 in the queue" in why(curator, thread.id)


def test_a_card_that_does_not_count_any_more_says_so_in_the_list(curator: Browser, settings: Settings):
    thread, _ = make_solved()
    curator.post(f"/moderation/promotions/{thread.id}/card")
    change(thread, status="disputed")
    curator.get("/moderation/promotions?state=card")
    assert "not shown now: it is not solved any more" in curator.text()


def test_pinning_from_the_thread_page_replaces_and_can_be_undone(curator: Browser):
    thread, answer = make_solved()
    other = make_answer(thread, text="There is a shorter way to do this.", score=1)
    curator.get(thread.path)
    curator.submit(f"/moderation/cards/{answer.id}", {})
    curator.get(thread.path)
    assert not [form for form in curator.page.forms if form.action == f"/moderation/cards/{answer.id}"]  # type: ignore[union-attr]
    curator.submit(f"/moderation/cards/{other.id}", {})
    assert fresh(thread).card_post_id == other.id
    page = curator.get(thread.path).text
    assert f'action="/moderation/cards/{answer.id}"' in page
    curator.post(f"/moderation/cards/{answer.id}")
    assert fresh(thread).card_post_id == answer.id


def test_what_cannot_be_a_card_is_refused_in_words(curator: Browser, crew: Crew, app: Flask):
    waiting = make_question()
    response = curator.post(f"/moderation/promotions/{waiting.id}/card", status=409)
    assert "nothing to pin" in response.text
    unsolved = make_answer(waiting)
    assert "Only a solved question" in curator.post(f"/moderation/cards/{unsolved.id}", status=409).text
    curator.post(f"/moderation/promotions/{waiting.id}/uncard", status=409)
    curator.post("/moderation/cards/99999999999", status=404)
    member = Browser(app).sign_in(crew.member)
    for path in (
        f"/moderation/promotions/{waiting.id}/card",
        f"/moderation/cards/{unsolved.id}",
        f"/moderation/promotions/{waiting.id}/snooze",
    ):
        member.post(path, status=404)
    member.get(f"/moderation/promotions/{waiting.id}/why", status=404)
    visitor = Browser(app).get(waiting.path)
    assert "Worth an article?" not in visitor.text and '/why"' not in visitor.text


def test_curators_find_the_page_from_the_tools_of_a_thread(app: Flask, curator: Browser, crew: Crew):
    thread, _ = make_solved()
    for browser, label in ((curator, "Moderate this thread"), (Browser(app).sign_in(crew.staff), "Look after this thread")):
        page = browser.get(thread.path).text
        assert label in page and f"/moderation/promotions/{thread.id}/why" in page
    secret, _ = make_solved("Why does the secret pump hum?", category=make_category(audience="staff"))
    curator.get(f"/moderation/promotions/{secret.id}/why", status=404)
    curator.get("/moderation/promotions/99999999999/why", status=404)


@pytest.mark.parametrize("state", list(CandidateState))
def test_empty_tabs_say_what_appears_there(curator: Browser, state: str):
    page = curator.get(f"/moderation/promotions?state={state}").text
    assert "See what is proposed" in page or "Nothing to decide" in page


def test_the_pages_cost_the_same_whatever_they_show(curator: Browser, settings: Settings, crew: Crew):
    thread, _ = make_solved("Why does pump one hum?")
    scan(settings)
    curator.get("/moderation/promotions")

    def cost(path: str) -> int:
        curator.get(path)
        with count_queries() as found:
            curator.get(path)
        return len(found)

    few = [cost("/moderation/promotions"), cost(f"/moderation/promotions/{thread.id}/why")]
    for number in range(8):
        make_question(title=f"The pump hums, number {number}", duplicate_of_id=thread.id)
        make_solved(f"Why does another pump {number} hum?")
    scan(settings)
    for _ in range(3):
        curator.post(f"/moderation/promotions/{thread.id}/snooze", {"days": "7"})
        curator.post(f"/moderation/promotions/{thread.id}/restore")
    curator.get("/moderation/promotions")  # takes the messages
    assert [cost("/moderation/promotions"), cost(f"/moderation/promotions/{thread.id}/why")] == few
    assert few[0] <= 7 and few[1] <= 22


def test_an_answer_that_leads_to_an_article_counts_against_a_second_one(app: Flask, curator: Browser, crew: Crew):
    thread, answer = make_solved()
    article = make_article(state="published")
    with unit_of_work():
        db.session.add(ArticleReuse(article_id=article.id, post_id=answer.id, thread_id=thread.id))
    assert "An answer leads to an article -10.0" in why(curator, thread.id)
