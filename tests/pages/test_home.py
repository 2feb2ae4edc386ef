"""The home page: what it leads to, for whom, and what it costs."""

from __future__ import annotations

import json
from datetime import timedelta

from flask.testing import FlaskClient

from app.accounts.models import Person
from app.core.actor import Role
from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Follow, Thread
from app.moderation.flags.flagging import flag_post
from app.notifications.models import Notification, NotificationKind
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import accept, actor_of, make_answer, make_article, make_category, make_person, make_question


def test_home_leads_to_topics_articles_solved_and_open_questions(browser: Browser) -> None:
    category = make_category("pumps", name="Pumps and hoses")
    solved = make_question(title="It hummed, and was solved", category=category)
    accept(make_answer(solved))
    make_question(title="It leaks, and nobody knows", category=category)
    make_article("Priming a pump")
    response = browser.get("/")
    text = browser.text()
    for words in ("Pumps and hoses", "It hummed, and was solved", "It leaks, and nobody knows", "Priming a pump"):
        assert words in text
    assert 'action="/search"' in response.text
    assert 'href="/c/pumps"' in response.text


def test_home_names_the_site_and_its_search_for_search_engines(browser: Browser) -> None:
    browser.get("/")
    assert browser.page is not None
    data = json.loads(browser.page.xpath("string(//script[@type='application/ld+json'])"))
    assert data["@type"] == "WebSite"
    assert data["url"] == "http://community.test/"
    assert data["potentialAction"]["target"]["urlTemplate"] == "http://community.test/search?q={search_term_string}"


def test_an_empty_site_welcomes_its_first_person(browser: Browser) -> None:
    browser.get("/")
    assert "Nothing has been asked yet" in browser.text()


def test_with_no_open_question_the_newest_are_shown(browser: Browser) -> None:
    accept(make_answer(make_question(title="The only one, and solved")))
    browser.get("/")
    assert "Newest questions" in browser.text()
    assert "Needs an answer" not in browser.text()


def test_home_takes_at_most_five_statements_whatever_there_is(client: FlaskClient) -> None:
    for number in range(12):
        thread = make_question(tags=("pump",), created_at=now() - timedelta(hours=number))
        if number % 2:
            accept(make_answer(thread))
        make_article(f"Article number {number}")
    client.get("/")
    with assert_queries(at_most=5):
        assert client.get("/").status_code == 200


def test_home_shows_visitors_nothing_inner_held_or_hidden(browser: Browser) -> None:
    for audience in ("members", "staff"):
        category = make_category(f"{audience}-room", audience=audience, name=f"Canary {audience}")
        make_question(title=f"Canary {audience} question", category=category)
        make_article(f"Canary {audience} article", audience=audience)
    make_question(title="Canary held", held_at=now())
    make_question(title="Canary hidden", hidden_at=now())
    make_article("Canary draft", state="draft")
    assert "Canary" not in browser.get("/").text
    member = Browser(browser.app).sign_in(make_person())
    member.get("/")
    assert "Canary members question" in member.text() and "Canary staff" not in member.text()


def test_home_is_revalidated_for_visitors_and_private_for_members(browser: Browser) -> None:
    first = browser.get("/")
    assert browser.client.get("/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert Browser(browser.app).sign_in(make_person()).get("/").headers["Cache-Control"] == "private, no-store"


def sections(browser: Browser) -> dict[str, str]:
    """The parts of the page that was got last, by their headings."""
    assert browser.page is not None
    found = browser.page.xpath("//main//section[@aria-labelledby]")
    return {" ".join(one.xpath("string(.//h2)").split()): " ".join(one.text_content().split()) for one in found}


def tell(person: Person, thread: Thread, times: int = 1) -> None:
    """Put a line that is not read into the person's notifications."""
    with unit_of_work():
        db.session.add(Notification(person_id=person.id, kind=NotificationKind.ANSWER, thread_id=thread.id, times=times))


def test_members_find_their_questions_with_what_is_new_what_they_follow_and_who_needs_them(browser: Browser) -> None:
    me, other = make_person("mira"), make_person("other")
    asked = make_question(author=me, title="Mine, and it hums", tags=("pump",))
    make_question(author=me, title="Mine, and nobody came")
    followed = make_question(author=other, title="Followed, and it leaks", tags=("hose",))
    make_answer(followed, other)
    left = make_question(author=other, title="Left behind on purpose")
    make_answer(left, other)
    make_question(author=other, title="Theirs in my tag, and open", tags=("pump",))
    make_question(author=other, title="Theirs in another tag", tags=("cable",))
    with unit_of_work():
        db.session.add(Follow(thread_id=followed.id, person_id=me.id))
        db.session.add(Follow(thread_id=left.id, person_id=me.id, is_muted=True))
    tell(me, asked, 2), tell(me, followed), tell(other, followed, 7)
    browser.sign_in(me).get("/")
    found = sections(browser)
    assert "Mine, and it hums" in found["Your questions"] and "2 new" in found["Your questions"]
    assert "Mine, and nobody came" in found["Your questions"] and "Theirs" not in found["Your questions"]
    assert (
        "Followed, and it leaks" in found["You follow"] and "1 new" in found["You follow"] and "Left" not in found["You follow"]
    )
    assert (
        "Theirs in my tag, and open" in found["Needs help, in your tags"]
        and "another tag" not in found["Needs help, in your tags"]
    )
    titles = list(browser.page.xpath("//main//h3//a/text()")) if browser.page is not None else []
    assert len(titles) == len(set(titles)), "nothing twice"
    assert "Recently solved" not in found and "Desk" not in found and "Waits for moderators" not in found


def test_who_is_new_finds_what_visitors_find(browser: Browser) -> None:
    accept(make_answer(make_question(title="It hummed, and was solved")))
    make_question(title="It leaks, and nobody knows")
    browser.sign_in(make_person()).get("/")
    assert {"Recently solved", "Needs an answer"} <= set(sections(browser)) and "Your questions" not in sections(browser)


def test_home_leads_staff_to_the_desk_and_moderators_to_what_waits(browser: Browser) -> None:
    flagged, reporter = make_answer(make_question(title="It leaks")), actor_of(make_person("reporter"))
    with unit_of_work():
        flag_post(reporter, post_id=flagged.id, reason="spam", note="")
    for role, expected in (
        (Role.STAFF, {"Desk"}),
        (Role.MODERATOR, {"Waits for moderators"}),
        (Role.ADMIN, {"Desk", "Waits for moderators"}),
    ):
        reader = Browser(browser.app).sign_in(make_person(role=role))
        reader.get("/")
        found = sections(reader)
        assert expected == {"Desk", "Waits for moderators"} & set(found)
        assert "Reports1" in found.get("Waits for moderators", "Reports1").replace(" ", "")
    with assert_queries(at_most=26):
        reader.get("/")


def test_home_of_members_costs_the_same_few_statements_whatever_they_wrote(browser: Browser) -> None:
    me = make_person("mira")
    browser.sign_in(me).get("/")
    for number in range(8):
        tell(me, make_question(author=me, title=f"Question {number}", tags=("pump",)))
        make_question(title=f"Theirs {number}", tags=("pump",))
    with assert_queries(at_most=12):
        browser.get("/")
