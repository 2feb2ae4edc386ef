"""The main job through real forms: ask, answer, accept, read by many, propose, promote, publish, found by one search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Outcome, Post, Thread
from app.jobs.worker import run_until_idle
from app.pageviews.queries import recent_views
from app.pageviews.recorder import flush
from app.search.engines.whoosh import WhooshEngine
from tests.client import Browser
from tests.factories import make_category, make_person, make_section
from tests.flows.acting import READER, go, inbox, read_as, sign_up, told
from tests.mailbox import collect

TITLE = "Drip pump hums but no water arrives"
ANSWER = "Turn the impeller by hand, then **rinse the intake** and start it dry for two seconds."
BETTER = ANSWER.replace("two seconds", "three seconds") + "\n\nIf it still hums, swap the fuse."


@dataclass
class Story:
    """Where the story stands: its people's browsers, and what they made."""

    app: Flask
    asker: Browser
    helper: Browser
    friend: Browser
    curator: Browser
    path: str = ""
    thread_id: int = 0
    answer_id: int = 0
    article_path: str = ""

    @property
    def thread(self) -> Thread:
        db.session.rollback()
        return db.session.get_one(Thread, self.thread_id, populate_existing=True)


@pytest.fixture
def story(app: Flask, index: WhooshEngine) -> Iterator[Story]:
    """A question with an answer, posted by people who signed up."""
    make_category("greenhouse", name="Greenhouse help")
    make_category("elsewhere", name="Elsewhere")
    people = [sign_up(app, name) for name in ("asker", "helper", "friend")]
    yield Story(app, *people, curator=Browser(app).sign_in(make_person("moe", "moderator")))


def ask(story: Story) -> None:
    story.asker.get(f"/ask?title={TITLE}")
    assert story.asker.page is not None
    category = story.asker.page.xpath("//select[@name='category']/option[contains(., 'Greenhouse')]/@value")[0]
    details = "The pump hums since Monday.\n\n- hose is full\n- Firmware: 4.2"
    posted = story.asker.submit("/ask", {"body": details, "category": category, "tags": "pump, water"})
    story.path = posted.location
    story.thread_id = int(story.path.split("/")[2])


def answer(story: Story) -> None:
    story.helper.get(story.path)
    posted = story.helper.submit("/answers", {"body": ANSWER})
    story.answer_id = int(posted.location.split("/")[2].split("#")[0])


def accept(story: Story) -> None:
    story.asker.get(story.path)
    assert "Did this solve it?" in story.asker.text()
    story.asker.get(story.path)
    story.asker.submit(f"/posts/{story.answer_id}/accept", {})


def promote(story: Story, section_id: int) -> None:
    story.curator.get(f"/moderation/promotions/{story.thread_id}/promote")
    taken = story.curator.page.xpath("//input[@name='take'][@checked]/@value")  # type: ignore[union-attr]
    built = story.curator.submit("/promote", {"take": taken, "section_id": str(section_id)})
    story.curator.get(built.location)


def first_result(browser: Browser, query: str) -> tuple[str, str]:
    """Path and text of the first result."""
    run_until_idle()
    browser.get(f"/search?q={query}")
    assert browser.page is not None
    result = browser.page.xpath("//li[contains(@class, 'result')]")[0]
    return str(result.xpath(".//h2/a/@href")[0]), " ".join(result.text_content().split())


def test_from_a_question_to_an_article_that_one_search_finds(story: Story) -> None:
    app, asker, helper, friend, curator = story.app, story.asker, story.helper, story.friend, story.curator
    visitor = Browser(app)
    section = make_section("pumps", title="Pumps")

    ask(story)
    asker.get(story.path)
    text = asker.text()
    assert TITLE in text and "Needs an answer" in text and "hose is full" in text and "Nobody has answered yet" in text
    assert first_result(visitor, "humming drip pump")[0] == story.path

    sent = len(collect(app))
    answer(story)
    assert told(app, sent) == [("asker", f"Re: {TITLE}")]
    assert "Helper answered your question" in inbox(asker).replace("helper", "Helper")
    assert story.thread.status == "answered"

    friend.get(story.path)
    friend.submit(f"/posts/{story.answer_id}/vote", {"value": "1"})
    friend.get(story.path)
    friend.submit(f"/threads/{story.thread_id}/me-too", {"value": "1"})
    friend.get(story.path)
    friend.submit(f"/threads/{story.thread_id}/follow", {"value": "1"})
    friend.get(story.path)
    assert "2 people affected" in friend.text() and "Following" in friend.text()
    assert (story.thread.me_too_count, db.session.get_one(Post, story.answer_id).score) == (1, 1)

    sent = len(collect(app))
    friend.get(story.path)
    friend.submit(f"/posts/{story.answer_id}/comments", {"body": "@asker did that help? @nobody-here may know."})
    assert sorted(person for person, _ in told(app, sent)) == ["asker", "helper"]
    assert "commented on" in inbox(helper) and "mentioned you in" in inbox(asker)
    asker.get(story.path)
    assert asker.page is not None and asker.page.xpath("//a[@href='/people/asker' and contains(., '@asker')]")

    sent = len(collect(app))
    accept(story)
    assert [person for person, _ in told(app, sent)] == ["helper"]
    assert "marked your answer as the solution" in inbox(helper)
    visitor.get(story.path)
    text = visitor.text()
    assert "Solved" in text and "confirmed by asker, who asked" in text.replace("Asker", "asker")
    events = db.session.scalars(sa.select(Outcome).where(Outcome.thread_id == story.thread_id)).all()
    assert [(event.kind, event.post_id, event.actor_id) for event in events] == [
        ("accepted", story.answer_id, story.thread.author_id)
    ]

    read_as(app, story.path, 60)
    read_as(app, story.path, 60)  # the same people come back
    read_as(app, story.path, 5, agent="Mozilla/5.0 (compatible; Googlebot/2.1)")
    for member in (asker, friend, friend):  # the author does not count, a member counts once
        member.get(story.path, headers={"User-Agent": READER})
    flush()
    assert recent_views("thread", [story.thread_id]) == {story.thread_id: 61}

    scan = app.test_cli_runner().invoke(args=["promotions", "scan"])
    assert scan.exit_code == 0 and TITLE not in scan.output, "asked today: may still be refuted"
    with unit_of_work():
        db.session.get_one(Thread, story.thread_id).created_at = now() - timedelta(days=5)
    scan = app.test_cli_runner().invoke(args=["promotions", "scan"])
    assert scan.exit_code == 0 and TITLE in scan.output and "1 confirmed" in scan.output, scan.output
    curator.get("/moderation/promotions")
    text = curator.text()
    assert TITLE in text and "views in 30 days" in text and "1 other person has it too" in text

    promote(story, section.id)
    assert curator.page is not None
    body = "".join(area.value for area in curator.page.xpath("//textarea[starts-with(@name, 'body-')]"))
    for part in ("hose is full", "Firmware: 4.2", "impeller"):
        assert part in body, part
    assert curator.page.xpath(f"//*[@data-block]//a[@href='/posts/{story.answer_id}']")
    sent = len(collect(app))
    saved = curator.submit("/edit", {"title": "Fix a drip pump that hums", "summary": "For pumps that run dry."})
    story.article_path = saved.location
    visitor.get(story.article_path, status=404)
    assert told(app, sent) == [], "nobody hears of drafts"
    curator.get(story.article_path)
    published = curator.submit("/publish", {})
    curator.get(go(curator, published.location).request.path)
    assert sorted(person for person, _ in told(app, sent)) == ["asker", "helper"]
    assert "What you wrote became part of an article" in inbox(helper)

    visitor.get(story.article_path)
    text = visitor.text()
    assert "Built from answers by helper" in text.replace("Helper", "helper") and "For pumps that run dry." in text
    assert TITLE in text, "also asked as, and the thread it comes from"
    visitor.get(story.path)
    assert visitor.page is not None
    assert visitor.page.xpath(f"//*[contains(@class, 'banner')]//a[@href='{story.article_path}']")
    assert "Fix a drip pump that hums" in visitor.text()
    for query in ("drip pump hums", "no water arrives pump", "impeller"):
        path, shown = first_result(visitor, query)
        assert path == story.article_path and "Article" in shown, (query, shown)
        assert TITLE in shown, "the pair stands together"


def test_an_edited_source_is_shown_to_curators_until_they_have_looked(story: Story) -> None:
    curator, helper, visitor = story.curator, story.helper, Browser(story.app)
    section = make_section("pumps")
    ask(story)
    answer(story)
    accept(story)
    promote(story, section.id)
    published = curator.submit("/edit", {"then": "publish"})
    run_until_idle()

    helper.get(f"/posts/{story.answer_id}/edit")
    helper.submit("/edit", {"body": BETTER, "reason": "Three are better"})
    run_until_idle()
    go(visitor, f"/posts/{story.answer_id}")
    assert "swap the fuse" in visitor.text() and "edited" in visitor.text()
    visitor.get(f"/posts/{story.answer_id}/history")
    assert visitor.page is not None
    assert "Three are better" in visitor.text()
    visitor.get(f"/posts/{story.answer_id}/history?from=1&to=2")
    assert visitor.page is not None
    shown = visitor.page.xpath("//*[contains(@class, 'diff')]")
    assert shown and "two seconds" in shown[0].text_content() and "three seconds" in shown[0].text_content()
    visitor.get(f"/posts/{story.answer_id}/history?from=1&to=2&view=sides")

    curator.get(published.location)
    assert "A post that this article was built from has changed." in curator.text()
    visitor.get(published.location)
    assert "has changed" not in visitor.text() and "swap the fuse" not in visitor.text()
    curator.get("/kb/articles?view=changed")
    assert TITLE in curator.text()
    article = story.thread.article_id
    curator.get(f"/kb/articles/{article}/sources")
    text = curator.text()
    assert "edited since" in text and "two seconds" in text and "three seconds" in text
    curator.get(f"/kb/articles/{article}/sources")
    done = curator.submit("/acknowledge", {})
    curator.get(done.location)
    assert "edited since" not in curator.text() and "nothing new" in curator.text()
    curator.get(published.location)
    assert "has changed" not in curator.text()


def test_a_withdrawn_solution_gives_the_question_back(story: Story) -> None:
    asker, visitor = story.asker, Browser(story.app)
    section = make_section("pumps")
    ask(story)
    answer(story)
    accept(story)
    promote(story, section.id)
    published = story.curator.submit("/edit", {"then": "publish"})
    assert story.thread.status == "solved"

    asker.get(story.path)
    asker.submit(f"/posts/{story.answer_id}/withdraw", {"reason": "It came back"})
    run_until_idle()
    assert story.thread.status == "answered" and story.thread.accepted_count == 0
    visitor.get(story.path)
    assert visitor.page is not None
    assert not visitor.page.xpath("//*[contains(@class, 'solution')]") and "Solved" not in visitor.text()
    kinds = db.session.scalars(sa.select(Outcome.withdraws_id).where(Outcome.thread_id == story.thread_id)).all()
    assert len(kinds) == 2 and sum(withdrawn is not None for withdrawn in kinds) == 1, "the log keeps both"
    story.curator.get(published.location)
    assert "has changed" in story.curator.text()
    story.curator.get(f"/kb/articles/{story.thread.article_id}/sources")
    assert "no longer accepted" in story.curator.text()

    asker.get(story.path)
    asker.submit(f"/posts/{story.answer_id}/accept", {})
    run_until_idle()
    assert story.thread.status == "solved"
    story.curator.get(published.location)
    assert "has changed" not in story.curator.text()


def test_one_click_ends_mails_of_a_kind_and_the_list_goes_on(story: Story) -> None:
    ask(story)
    sent = len(collect(story.app))
    answer(story)
    mail = collect(story.app)[sent:][0]
    assert mail["To"] == "asker@example.com" and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(mail["List-Unsubscribe"]).strip("<>").removeprefix("http://community.test")

    stranger = Browser(story.app)
    stranger.get(link)  # scanners of mails follow links: a GET changes nothing
    story.friend.get(story.path)
    story.friend.submit("/answers", {"body": "Or buy a new one, they are cheap now."})
    assert [person for person, _ in told(story.app, sent + 1)] == ["asker"]
    sent = len(collect(story.app))
    answered = story.app.test_client().post(link, data={"List-Unsubscribe": "One-Click"})
    assert answered.status_code == 200
    story.friend.get(story.path)
    story.friend.submit("/answers", {"body": "Or borrow one from a neighbour meanwhile."})
    assert told(story.app, sent) == []
    assert "3 new answers to your question, the last by friend" in inbox(story.asker).replace("Friend", "friend")
    story.friend.get(story.path)
    story.friend.submit(f"/posts/{story.answer_id}/comments", {"body": "Well said, @asker should try."})
    assert "asker" in [person for person, _ in told(story.app, sent)], "other kinds go on"


def test_somebody_who_follows_hears_of_new_answers_and_nobody_hears_of_themselves(story: Story) -> None:
    ask(story)
    story.friend.get(story.path)
    story.friend.submit("/follow", {"value": "1"})
    sent = len(collect(story.app))
    answer(story)
    assert sorted(person for person, _ in told(story.app, sent)) == ["asker", "friend"]
    sent = len(collect(story.app))
    story.asker.get(story.path)
    story.asker.submit("/answers", {"body": "I found it myself: the valve was shut."})
    assert sorted(person for person, _ in told(story.app, sent)) == ["friend"]
    story.friend.get(story.path)
    story.friend.submit("/follow", {"value": "0"})
    sent = len(collect(story.app))
    story.helper.get(story.path)
    story.helper.submit("/answers", {"body": "Then mark that one as the solution, please."})
    assert [person for person, _ in told(story.app, sent)] == ["asker"]
