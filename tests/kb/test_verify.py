"""Keeping articles right: versions, review dates, refuted sources, readers' words, and the list of what to look at again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.forum.models import ProductVersion
from app.forum.services import products
from app.forum.services.confirming import report_stuck
from app.forum.services.versions import set_thread_versions
from app.kb.jobs import care_job
from app.kb.models import Article, ArticleVersion
from app.kb.queries.credited import credited_to
from app.kb.queries.verifying import count_to_verify, list_threads_to_verify, list_to_verify
from app.kb.queries.versions import article_words, checked_on
from app.kb.services import checking, publishing
from app.kb.services.feedback import give_feedback, take_back_feedback
from app.kb.services.judging import needs_work, tell_of_help
from app.kb.services.refreshing import acknowledge_source
from app.notifications.models import Notification
from app.pageviews.models import PageviewTotal
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import actor_of, make_article, make_category, make_person, make_section
from tests.forum.test_versions import make_versions
from tests.kb.conftest import Crew
from tests.kb.samples import add_views, change, fresh, make_solved, path_of, promote, promote_and_publish, source_of


def attach(crew: Crew, article: Article, *works: ProductVersion) -> None:
    with unit_of_work():
        checking.set_versions(crew.agent, article_id=article.id, works=[version.id for version in works])


def waiting(crew: Crew, view: str = "all") -> list[int]:
    return [row.id for row in list_to_verify(crew.curator, view=view).items]


def say(article: Article, *, yes: int = 0, no: int = 0, begin: int = 0) -> None:
    for number in range(begin, begin + yes + no):
        with unit_of_work():
            give_feedback(ANONYMOUS, article_id=article.id, reader_key=f"reader-{number}", is_helpful=number - begin < yes)


def told(person: Person) -> list[str]:
    return list(
        db.session.scalars(sa.select(Notification.text).where(Notification.person_id == person.id).order_by(Notification.id))
    )


def test_a_new_version_puts_what_it_concerns_into_the_list_the_most_read_first(app: Flask, crew: Crew):
    admin = actor_of(crew.admin)
    (old,) = make_versions(admin, "4.1")
    little, much, other = make_article("Little read"), make_article("Much read"), make_article("Of no product")
    attach(crew, little, old), attach(crew, much, old)
    add_views(much, 50, kind="article")  # type: ignore[arg-type]
    assert waiting(crew) == []
    (new,) = make_versions(admin, "4.2")
    assert waiting(crew, "versions") == waiting(crew) == [much.id, little.id] and other.id not in waiting(crew)
    row = list_to_verify(crew.curator, view="versions").items[0]
    assert (row.views, [version.label for version in row.versions]) == (50, ["Pump 4.2"])
    with unit_of_work():
        checking.check_version(crew.curator, article_id=much.id, version_id=new.id, works=False)
        publishing.verify(crew.curator, article_id=little.id)
    assert waiting(crew) == [] and article_words(little.id) == {old.id: True, new.id: True}
    with unit_of_work():
        publishing.verify(crew.curator, article_id=much.id)
    assert article_words(much.id)[new.id] is False  # what was said of a version stands


def test_a_version_to_come_puts_nothing_there_and_is_not_told(browser: Browser, crew: Crew):
    (old,) = make_versions(actor_of(crew.admin), "4.1")
    article = make_article()
    attach(crew, article, old)
    make_versions(actor_of(crew.admin), "5-canary", released=False)
    assert waiting(crew) == []
    for path in ("/kb/verify", f"/kb/articles/{article.id}/review"):
        assert "canary" not in browser.sign_in(crew.moderator).get(path).text


def test_only_published_versions_can_be_named(app: Flask, crew: Crew):
    (secret,) = make_versions(actor_of(crew.admin), "5", released=False)
    article = make_article()
    with pytest.raises(Invalid), unit_of_work():
        checking.set_versions(crew.agent, article_id=article.id, works=[secret.id])
    with pytest.raises(NotFound), unit_of_work():
        checking.check_version(crew.agent, article_id=article.id, version_id=secret.id, works=True)


@pytest.mark.parametrize("verb", ["rhythm", "versions", "check"])
def test_members_keep_nothing_right(app: Flask, crew: Crew, verb: str):
    (version,) = make_versions(actor_of(crew.admin), "4.1")
    article, member, draft = make_article(), actor_of(crew.member), make_article(state="draft")
    verbs = {
        "rhythm": lambda number: checking.set_rhythm(member, article_id=number, days=3),
        "versions": lambda number: checking.set_versions(member, article_id=number, works=[version.id]),
        "check": lambda number: checking.check_version(member, article_id=number, version_id=version.id, works=True),
    }
    for number, error in ((article.id, Forbidden), (draft.id, NotFound)):
        with pytest.raises(error), unit_of_work():
            verbs[verb](number)


def test_words_that_stay_keep_their_date(app: Flask, crew: Crew):
    old, new = make_versions(actor_of(crew.admin), "4.1", "4.2")
    article = make_article()
    attach(crew, article, old)
    db.session.execute(sa.update(ArticleVersion).values(decided_at=now() - timedelta(days=90)))
    db.session.commit()
    with unit_of_work():
        checking.set_versions(crew.curator, article_id=article.id, works=[old.id], fails=[new.id])
    rows = {row.version_id: row for row in db.session.scalars(sa.select(ArticleVersion))}
    assert rows[old.id].decided_at < now() - timedelta(days=80) and rows[old.id].decided_by_id == crew.staff.id
    assert rows[new.id].works is False and rows[new.id].decided_by_id == crew.moderator.id
    attach(crew, article)
    assert checked_on(article.id) == ()


def test_readers_see_on_which_versions_it_was_checked(browser: Browser, crew: Crew):
    old, new = make_versions(actor_of(crew.admin), "4.1", "4.2")
    article = make_article()
    browser.sign_in(crew.staff).get(f"/kb/articles/{article.id}/review")
    browser.submit("/versions", {"version": str(new.id), "fails": str(old.id)})
    reader = Browser(browser.app)
    reader.get(path_of(article))
    assert "Checked onPump 4.2" in reader.text() and "Not forPump 4.1" in reader.text()


def test_articles_are_listed_by_the_version_on_which_they_hold(browser: Browser, crew: Crew):
    old, new = make_versions(actor_of(crew.admin), "4.1", "4.2")
    both, one, secret = (
        make_article("Holds on both"),
        make_article("Not on the new one"),
        make_article("Canary", audience="staff"),
    )
    with unit_of_work():
        checking.set_versions(crew.agent, article_id=both.id, works=[old.id, new.id])
        checking.set_versions(crew.agent, article_id=one.id, works=[old.id], fails=[new.id])
        checking.set_versions(crew.agent, article_id=secret.id, works=[old.id, new.id])
    browser.get("/kb")
    assert browser.page is not None
    links = browser.page.xpath("//nav[@aria-label='Checked on']//a")
    assert [(link.text_content(), link.get("href")) for link in links] == [
        ("Pump 4.2 1", f"/kb?version={new.id}"), ("Pump 4.1 2", f"/kb?version={old.id}")
    ]  # fmt: skip
    for version, titles in ((old, ["Holds on both", "Not on the new one"]), (new, ["Holds on both"])):
        with assert_queries(at_most=4):
            browser.get(f"/kb?version={version.id}")
        assert browser.page.xpath("//main//li[contains(@class,'article-row')]//h2/a/text()") == titles
    assert browser.page.xpath("//meta[@name='robots' and contains(@content,'noindex')]")
    browser.get(path_of(both))
    assert browser.page.xpath(f"//dl//a[@href='/kb?version={new.id}']")


@pytest.mark.parametrize("version", ["0", "99999", "x", "9" * 30])
def test_a_version_that_does_not_exist_has_no_articles(browser: Browser, version: str):
    browser.get(f"/kb?version={version}", status=404)


def test_a_version_on_which_nothing_was_checked_leads_on(browser: Browser, crew: Crew):
    (version,) = make_versions(actor_of(crew.admin), "4.1")
    browser.get(f"/kb?version={version.id}")
    assert "No articles for Pump 4.1 yet" in browser.text()


def test_an_article_concerns_the_versions_of_its_thread(app: Flask, crew: Crew):
    (old,) = make_versions(actor_of(crew.admin), "4.1")
    thread, answer = make_solved()
    with unit_of_work():
        set_thread_versions(crew.agent, thread_id=thread.id, version_ids={old.id})
    article = promote(crew.curator, thread, [answer], make_section().id)
    assert article_words(article.id) == {old.id: True}


def test_publishing_says_nothing_of_a_version_that_nobody_named(app: Flask, crew: Crew):
    old, new = make_versions(actor_of(crew.admin), "4.1", "4.2")
    thread, answer = make_solved()
    with unit_of_work():
        set_thread_versions(crew.agent, thread_id=thread.id, version_ids={old.id})
    article = promote(crew.curator, thread, [answer], make_section().id)
    with unit_of_work():
        publishing.publish(crew.curator, article_id=article.id)
    assert article_words(article.id) == {old.id: True} and waiting(crew, "versions") == [article.id]
    with unit_of_work():
        publishing.verify(crew.curator, article_id=article.id)
    assert article_words(article.id) == {old.id: True, new.id: True} and waiting(crew, "versions") == []


def test_solved_questions_without_article_wait_for_a_word_on_the_new_version(browser: Browser, crew: Crew):
    admin = actor_of(crew.admin)
    (old,) = make_versions(admin, "4.1")
    thread, _answer = make_solved("Why does the pump hum?", views=30)
    secret, _other = make_solved("Secret pump", category=make_category(audience="staff"))
    covered, answer = make_solved("Covered pump")
    with unit_of_work():
        for one in (thread, secret, covered):
            set_thread_versions(crew.agent, thread_id=one.id, version_ids={old.id})
    promote_and_publish(crew.curator, covered, [answer], make_section().id)
    assert not list_threads_to_verify(crew.curator).items
    (new,) = make_versions(admin, "4.2")
    assert [row.id for row in list_threads_to_verify(crew.curator).items] == [thread.id]
    assert {row.id for row in list_threads_to_verify(crew.agent).items} == {thread.id, secret.id}
    browser.sign_in(crew.moderator).get("/kb/verify?view=threads")
    assert "Not checked on Pump 4.2" in browser.text() and "Secret pump" not in browser.text()
    browser.post(f"/threads/{thread.id}/versions/{new.id}/check", {"works": "yes"})
    assert not list_threads_to_verify(crew.curator).items
    browser.get(thread.path)
    assert "about Pump 4.2, Pump 4.1" in browser.text()
    browser.post(f"/threads/{thread.id}/versions/{new.id}/check")
    assert len(list_threads_to_verify(crew.curator).items) == 1


def test_a_thread_that_is_reported_as_out_of_date_is_unchecked_again(app: Flask, crew: Crew):
    """That one, and no other."""
    (version,) = make_versions(actor_of(crew.admin), "4.1")
    threads = [make_solved(title)[0] for title in ("Checked pump", "Checked and reported pump")]
    with unit_of_work():
        for thread in threads:
            set_thread_versions(crew.agent, thread_id=thread.id, version_ids={version.id})
    assert not list_threads_to_verify(crew.curator).items
    with unit_of_work():
        threads[1].outdated_at = now() + timedelta(minutes=1)
    assert [row.id for row in list_threads_to_verify(crew.curator).items] == [threads[1].id]


def test_confirming_sets_the_next_date_by_the_article_or_the_site(app: Flask, crew: Crew):
    article = make_article()
    with unit_of_work():
        publishing.verify(crew.agent, article_id=article.id)
    found = fresh(article)
    assert found.next_review_at - found.verified_at == timedelta(days=365)
    with unit_of_work():
        checking.set_rhythm(crew.agent, article_id=article.id, days=30)
    assert fresh(article).next_review_at - fresh(article).verified_at == timedelta(days=30)
    with unit_of_work():
        checking.set_rhythm(crew.agent, article_id=article.id, days=0)
    assert fresh(article).next_review_at is None
    with pytest.raises(Invalid), unit_of_work():
        checking.set_rhythm(crew.agent, article_id=article.id, days=100_000)


def test_when_the_date_comes_the_owner_hears_of_it_once(app: Flask, crew: Crew):
    article = make_article(owner=crew.staff)
    change(article, verified_at=now() - timedelta(days=40), next_review_at=now() - timedelta(days=1))
    assert waiting(crew, "dates") == [article.id]
    care_job([{}]), care_job([{}])
    lines = db.session.scalars(sa.select(Notification).where(Notification.person_id == crew.staff.id)).all()
    assert [(line.text, line.times) for line in lines] == [("Please look whether this article is still right:", 1)]
    with unit_of_work():
        publishing.verify(crew.curator, article_id=article.id)
    assert waiting(crew) == []


@pytest.mark.parametrize("raw", ["soon", "-3", "99999"])
def test_a_rhythm_that_cannot_be_is_refused_and_kept(browser: Browser, crew: Crew, raw: str):
    article = make_article()
    answer = browser.sign_in(crew.staff).post(f"/kb/articles/{article.id}/rhythm", {"days": raw}, status=400)
    assert "Please use a number of days" in answer.text and f'value="{raw}"' in answer.text


def test_a_disputed_source_marks_the_article_and_tells_its_owner(app: Flask, crew: Crew):
    thread, answer = make_solved(author=make_person("asker"))
    article = promote_and_publish(crew.agent, thread, [answer], make_section().id)
    asker = db.session.scalars(sa.select(Person).where(Person.name == "asker")).one()
    with unit_of_work():
        report_stuck(actor_of(asker), thread_id=thread.id)
    source = source_of(article, answer)
    assert source.change in ("refuted", "withdrawn") and waiting(crew, "sources") == [article.id]
    assert any("from which an article that you look after is built" in line for line in told(crew.staff))
    with unit_of_work():
        acknowledge_source(crew.curator, source_id=source.id, revision=1)
    assert source_of(article, answer).change == "" and waiting(crew) == []


@pytest.mark.parametrize(
    ("helped", "failed", "expected"),
    [(0, 3, False), (0, 4, True), (1, 4, True), (2, 3, False), (12, 8, False), (10, 10, True), (990, 10, False)],
)
def test_how_many_words_are_reason_enough(helped: int, failed: int, expected: bool):
    assert needs_work(helped, failed) is expected


def test_readers_whom_it_does_not_help_open_an_article_again(browser: Browser, crew: Crew):
    article = make_article(owner=crew.staff)
    change(article, verified_at=now() - timedelta(days=3))
    say(article, no=3)
    assert fresh(article).needs_work_at is None
    say(article, no=2, begin=3)
    assert fresh(article).needs_work_at and waiting(crew, "readers") == [article.id]
    assert told(crew.staff) == ["Many readers say that an article that you look after did not help them:"]
    browser.get(path_of(article))
    assert "Several readers say that this did not help them." in browser.text()
    with unit_of_work():
        publishing.verify(crew.agent, article_id=article.id)
    assert fresh(article).needs_work_at is None
    say(article, no=1, begin=10)  # the old words were heard: five new ones are needed
    assert fresh(article).needs_work_at is None


def test_words_taken_back_take_the_mark_off(app: Flask, crew: Crew):
    article = make_article()
    say(article, no=4)
    assert fresh(article).needs_work_at is not None
    with unit_of_work():
        take_back_feedback(crew.agent, article_id=article.id, reader_key="reader-0")
    assert fresh(article).needs_work_at is None


def test_readers_see_who_confirmed_it_last_and_how_many_readers_since(browser: Browser, crew: Crew):
    article = make_article()
    say(article, yes=2)
    with unit_of_work():
        publishing.verify(crew.agent, article_id=article.id)
    browser.get(path_of(article))
    assert "by Stan" in browser.text() and "reader since" not in browser.text() and "readers since" not in browser.text()
    say(article, yes=3, no=1, begin=5)
    browser.get(path_of(article))
    assert "and by 3 readers since" in browser.text()


def test_the_list_says_why_and_lets_one_act(browser: Browser, crew: Crew):
    article = make_article("Priming")
    change(article, source_changed_at=now(), needs_work_at=now(), next_review_at=now() - timedelta(days=1))
    browser.sign_in(crew.moderator).get("/kb/verify")
    words = browser.text()
    for expected in ("Priming", "Source changed", "Did not help", "Review date", "nobody keeps it", "never confirmed"):
        assert expected in words, expected
    browser.get("/kb/verify?view=unowned")
    browser.submit("/owner", {})
    assert fresh(article).owner_id == crew.moderator.id
    browser.get("/kb/verify?mine=1")
    assert "Priming" in browser.text()
    answer = browser.submit("/verify", {})
    assert answer.location == "/kb/verify?mine=1"
    browser.get("/kb/verify?view=nothing", status=404)
    browser.get("/kb/verify?view=dates")
    assert "Nothing to verify" in browser.text()


def test_staff_only_articles_are_not_on_the_list_of_moderators(app: Flask, crew: Crew):
    article = make_article("Secret", audience="staff")
    change(article, needs_work_at=now())
    assert waiting(crew) == [] and count_to_verify(crew.curator)["all"] == 0
    assert count_to_verify(crew.agent)["all"] == 1


def test_the_list_costs_the_same_however_long_it_is(browser: Browser, crew: Crew):
    (old,) = make_versions(actor_of(crew.admin), "4.1")
    for _ in range(8):
        attach(crew, make_article(), old)
    make_versions(actor_of(crew.admin), "4.2")
    browser.sign_in(crew.moderator)
    with assert_queries(8):
        browser.get("/kb/verify?view=versions")
    with assert_queries(8):
        browser.get("/kb/verify?view=threads")


def test_a_check_from_the_list_can_be_undone(browser: Browser, crew: Crew):
    (old,) = make_versions(actor_of(crew.admin), "4.1")
    article = make_article("Priming")
    attach(crew, article, old)
    (new,) = make_versions(actor_of(crew.admin), "4.2")
    browser.sign_in(crew.moderator).get("/kb/verify?view=versions")
    browser.submit(f"/versions/{new.id}/check", {})
    assert waiting(crew) == []
    browser.get("/kb/verify?view=versions")
    browser.submit(f"/versions/{new.id}/check", {})
    assert waiting(crew) == [article.id]


def test_authors_see_and_hear_whom_their_answers_helped(browser: Browser, crew: Crew):
    helper = make_person("helper")
    thread, answer = make_solved(author=make_person("asker"))
    change(answer, author_id=helper.id)
    article = promote_and_publish(crew.curator, thread, [answer], make_section().id, title="Silence a pump")
    with unit_of_work():
        db.session.add(PageviewTotal(kind="article", target_id=article.id, views=412))
    say(article, yes=10)
    with unit_of_work():
        assert tell_of_help() == 1
    with unit_of_work():
        assert tell_of_help() == 0
    assert "This article built from what you wrote has helped 10 people so far:" in told(helper)
    browser.get(helper.path)
    words = browser.text()
    assert "1 article is built from what Helper wrote. Read 412 times. 10 readers said that it helped." in words
    change(article, audience="staff")
    assert credited_to(actor_of(crew.member), helper.id).count == 0
    browser.get(helper.path)
    assert "Silence a pump" not in browser.text()


def test_a_version_named_by_an_article_stays_published(app: Flask, crew: Crew):
    (old,) = make_versions(actor_of(crew.admin), "4.1")
    attach(crew, make_article(), old)
    with pytest.raises(Conflict), unit_of_work():
        products.withdraw_version(actor_of(crew.admin), version_id=old.id)
