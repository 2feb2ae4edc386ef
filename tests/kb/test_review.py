"""Working on an article together: who may what, remarks, owners, planned publishing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.accounts.services.roles import set_role
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.trust import Level, make_table, trust_table, use_table
from app.core.uow import unit_of_work
from app.forum.services.trusting import recount_trust
from app.jobs.worker import run_until_idle
from app.kb import policies
from app.kb.jobs import publish_due_job
from app.kb.models import Article, ArticleComment, ArticleState
from app.kb.queries.lists import count_working_articles, list_working_articles
from app.kb.services import publishing, reviewing, scheduling
from app.kb.services.writing import save_revision
from app.moderation.models import LogEntry
from app.notifications.models import Notification
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import accept, actor_of, body, make_answer, make_article, make_person, make_question, make_section
from tests.kb.conftest import Crew
from tests.kb.samples import change, fresh, path_of, place, text


def make_writer(name: str = "wilma") -> Actor:
    return actor_of(make_person(name, level=3))


def told(person: Person) -> list[str]:
    return list(
        db.session.scalars(sa.select(Notification.text).where(Notification.person_id == person.id).order_by(Notification.id))
    )


POLICY = [
    ("member", set()),
    ("writer", {"propose", "edit"}),
    ("suspended writer", set()),
    ("staff", {"propose", "edit", "publish"}),
    ("moderator", {"propose", "edit", "publish"}),
    ("admin", {"propose", "edit", "publish"}),
]  # fmt: skip


@pytest.mark.parametrize(("who", "allowed"), POLICY)
def test_who_may_write_and_who_may_publish(who: str, allowed: set[str]):
    roles = {"staff": "staff", "moderator": "moderator", "admin": "admin"}
    actor = Actor(
        id=5, name="x", role=Person(role=roles.get(who, "member"), name="x", display_name="x").as_actor(now()).role,
        level=Level.TRUSTED if "writer" in who else Level.REGULAR, is_suspended="suspended" in who,
    )  # fmt: skip
    article = Article(state="published", audience="public", published_revision=1)
    found = {
        "propose": policies.can_propose_articles(actor),
        "edit": policies.can_edit_article(actor, article),
        "publish": policies.can_publish_article(actor, article),
    }
    assert {name for name, is_allowed in found.items() if is_allowed} == allowed


def test_writers_see_no_drafts_but_their_own():
    writer = Actor(
        id=5, name="x", level=Level.TRUSTED, role=Person(role="member", name="x", display_name="x").as_actor(now()).role
    )
    own, other = (Article(state="draft", audience="public", owner_id=owner) for owner in (5, 6))
    secret = Article(state="draft", audience="staff", owner_id=5)
    assert [policies.can_edit_article(writer, article) for article in (own, other, secret)] == [True, False, False]


def test_nobody_writes_by_trust_where_it_is_switched_off():
    before = trust_table()
    use_table(make_table("propose_articles=never"))
    try:
        assert not policies.can_propose_articles(Actor(id=1, name="x", level=Level.TRUSTED))
    finally:
        use_table(before)


def test_trust_is_what_others_accepted(app: Flask):
    helper, asker = make_person("helper"), make_person("asker")
    accept(make_answer(make_question(author=asker), helper))
    accept(make_answer(make_question(author=helper), helper))
    accept(make_answer(make_question(author=asker), helper, hidden_at=now()))
    with unit_of_work():
        assert recount_trust() == 1
    assert fresh(helper).trust == 1 and fresh(asker).trust == 0
    with unit_of_work():
        assert recount_trust() == 0


def test_a_writer_changes_an_article_and_a_curator_publishes_it(app: Flask, crew: Crew):
    article, writer, elsewhere = make_article("Priming"), make_writer(), make_section("elsewhere")
    with unit_of_work():
        save_revision(
            writer, article_id=article.id, base_revision=1, place=place(elsewhere.id, "staff", "stolen"),
            text=text("Priming", "## Solution\n\nBetter."),
        )  # fmt: skip
    now_is = fresh(article)
    assert (now_is.revision, now_is.published_revision, now_is.section_id) == (2, 1, article.section_id)
    assert (now_is.audience, now_is.slug) == ("public", "priming")
    with pytest.raises(Forbidden), unit_of_work():
        publishing.publish(writer, article_id=article.id)
    assert list_working_articles(crew.curator, view="pending").items[0].id == article.id
    assert count_working_articles(crew.curator)["pending"] == 1
    with unit_of_work():
        publishing.publish(crew.curator, article_id=article.id, revision=2)
    assert "Better." in fresh(article).body_html


def test_a_writer_works_on_their_pages(browser: Browser, crew: Crew):
    person = make_person("wilma", level=3)
    article = make_article("Mine", state="draft", owner=person)
    make_article("Another draft", state="draft")
    browser.sign_in(person).get("/kb/articles")
    assert "Mine" in browser.text() and "Another draft" not in browser.text() and "Promotions" not in browser.text()
    browser.get(f"/kb/articles/{article.id}/review")
    assert "Ask for review" in browser.text() and "Publish now" not in browser.text() and "Who keeps it" not in browser.text()
    browser.submit("/submit", {})
    assert fresh(article).state == ArticleState.IN_REVIEW
    browser.get(f"/kb/articles/{article.id}/review")
    assert "Staff or a moderator will look at it" in browser.text()
    for action in ("publish", "archive", "owner", "schedule"):
        browser.post(f"/kb/articles/{article.id}/{action}", status=404)
    browser.get("/kb/verify", status=404)


def test_members_see_nothing_of_it(browser: Browser, crew: Crew):
    article, draft = make_article(), make_article(state="draft")
    browser.sign_in(crew.member).get(f"/kb/articles/{article.id}/review", status=403)
    browser.get(f"/kb/articles/{draft.id}/review", status=404)
    browser.get("/kb/articles", status=403)
    browser.post(f"/kb/articles/{article.id}/remarks", {"body": "Let me in"}, status=403)


def test_a_remark_reaches_owner_and_talkers_and_can_be_dealt_with(browser: Browser, crew: Crew):
    article = make_article("Priming", state="draft", owner=crew.staff)
    browser.sign_in(crew.moderator).get(f"/kb/articles/{article.id}/review")
    assert "Nobody has said anything yet." in browser.text()
    browser.submit("/remarks", {"body": "Which pump? **Please** name it. <script>x</script>"})
    row = db.session.scalars(sa.select(ArticleComment)).one()
    assert row.revision == 1 and "<strong>Please</strong>" in row.body_html and "<script" not in row.body_html
    assert told(crew.staff) == ["There is a remark about an article that you work on:"] and told(crew.moderator) == []
    browser.get(path_of(article))
    assert "Review (1)" in browser.text()
    browser.post(f"/kb/remarks/{row.id}/resolve")
    browser.post(f"/kb/remarks/{row.id}/resolve", status=409)
    browser.get(path_of(article))
    assert "Review (1)" not in browser.text()
    browser.post(f"/kb/remarks/{row.id}/reopen")
    assert fresh(row).resolved_at is None


def test_an_empty_or_endless_remark_is_not_taken_and_not_lost(browser: Browser, crew: Crew):
    article = make_article()
    browser.sign_in(crew.staff)
    assert "Please write something." in browser.post(f"/kb/articles/{article.id}/remarks", {"body": " "}, status=400).text
    long = "word " * 2_000
    assert long.strip() in browser.post(f"/kb/articles/{article.id}/remarks", {"body": long}, status=400).text


def test_a_new_owner_hears_of_it_and_the_log_can_undo_it(browser: Browser, crew: Crew):
    article = make_article("Priming", owner=crew.staff)
    browser.sign_in(crew.moderator).get(f"/kb/articles/{article.id}/review")
    browser.submit("/owner", {"owner": "ada"})
    assert fresh(article).owner_id == crew.admin.id and told(crew.admin) == ["You look after this article now:"]
    entry = db.session.scalars(sa.select(LogEntry).where(LogEntry.action == "owner")).one()
    browser.post(f"/moderation/log/{entry.id}/undo", {"reason": "Not asked"})
    assert fresh(article).owner_id == crew.staff.id
    browser.post(f"/kb/articles/{article.id}/owner", {"owner": ""})
    assert fresh(article).owner_id is None


@pytest.mark.parametrize("name", ["nobody-here", "mia", "moe"])
def test_who_cannot_write_or_read_it_cannot_keep_it(browser: Browser, crew: Crew, name: str):
    article = make_article(audience="staff", owner=crew.staff)
    answer = browser.sign_in(crew.staff).post(f"/kb/articles/{article.id}/owner", {"owner": name}, status=400)
    assert "nobody of this name who can look after it" in answer.text and f'value="{name}"' in answer.text


def test_what_is_planned_is_published_when_its_moment_comes(browser: Browser, crew: Crew):
    article = make_article("Priming", state="draft", owner=crew.staff)
    at = (now() + timedelta(days=2)).replace(second=0, microsecond=0)
    browser.sign_in(crew.moderator).get(f"/kb/articles/{article.id}/review")
    browser.submit("/schedule", {"publish_at": at.strftime("%Y-%m-%dT%H:%M")})
    assert fresh(article).publish_at == at and fresh(article).state == "draft"
    browser.get(f"/kb/articles/{article.id}/review")
    assert "will be published on" in browser.text()
    publish_due_job([{}])
    assert fresh(article).state == "draft"
    change(article, publish_at=now() - timedelta(minutes=1))
    publish_due_job([{}])
    done = fresh(article)
    assert (done.state, done.verified_by_id, done.publish_at) == ("published", crew.moderator.id, None)
    assert "Published, an article that you look after:" in told(crew.staff)


def test_a_plan_can_be_taken_back(browser: Browser, crew: Crew):
    article = make_article(state="draft")
    change(article, publish_at=now() + timedelta(days=1), publish_revision=1, publish_by_id=crew.staff.id)
    browser.sign_in(crew.staff).post(f"/kb/articles/{article.id}/unschedule")
    assert fresh(article).publish_at is None
    with pytest.raises(Conflict), unit_of_work():
        scheduling.unschedule(crew.agent, article_id=article.id)


@pytest.mark.parametrize("raw", ["", "tomorrow", "2020-01-01T10:00", "2999-01-01T10:00", "0001-01-01T00:00"])
def test_a_moment_that_cannot_be_is_refused_and_kept(browser: Browser, crew: Crew, raw: str):
    article = make_article(state="draft")
    answer = browser.sign_in(crew.staff).post(f"/kb/articles/{article.id}/schedule", {"publish_at": raw}, status=400)
    assert "Please choose a" in answer.text and f'value="{raw}"' in answer.text


def test_text_saved_after_planning_is_not_published_unseen(app: Flask, crew: Crew):
    article = make_article("Priming", state="draft", owner=crew.staff)
    with unit_of_work():
        scheduling.schedule(crew.agent, article_id=article.id, at=now() + timedelta(days=1))
    with unit_of_work():
        save_revision(
            crew.curator, article_id=article.id, base_revision=1, place=place(article.section_id),
            text=text("Priming", "## Solution\n\nNewer."),
        )  # fmt: skip
    change(article, publish_at=now() - timedelta(minutes=1))
    publish_due_job([{}])
    assert fresh(article).state == "draft" and fresh(article).publish_at is None
    row = db.session.scalars(sa.select(ArticleComment)).one()
    assert row.author_id is None and "A newer version was saved meanwhile." in row.body_source
    assert told(crew.staff)


def test_somebody_who_may_not_publish_any_more_publishes_nothing_by_plan(app: Flask, crew: Crew):
    article = make_article(state="draft")
    change(article, publish_at=now() - timedelta(minutes=1), publish_revision=1, publish_by_id=crew.member.id)
    publish_due_job([{}])
    assert fresh(article).state == "draft"
    assert "was not" in db.session.scalars(sa.select(ArticleComment.body_source)).one()


def test_archiving_forgets_the_plan(app: Flask, crew: Crew):
    article = make_article(state="draft")
    with unit_of_work():
        scheduling.schedule(crew.agent, article_id=article.id, at=now() + timedelta(days=1))
        publishing.archive(crew.agent, article_id=article.id, reason="No")
    assert fresh(article).publish_at is None
    with pytest.raises(Conflict), unit_of_work():
        scheduling.schedule(crew.agent, article_id=article.id, at=now() + timedelta(days=1))


def test_sending_back_says_why(browser: Browser, crew: Crew):
    writer = make_person("wilma", level=3)
    article = make_article("Priming", state="in_review", owner=writer)
    browser.sign_in(crew.staff).get(f"/kb/articles/{article.id}/review")
    browser.submit("/reopen", {"reason": "Name the pump, please."})
    assert fresh(article).state == "draft"
    assert told(writer) == ["Sent back for more work, an article that you look after:"]
    assert db.session.scalar(sa.select(ArticleComment.body_source)) == "Name the pump, please."


def test_the_review_page_costs_few_statements(browser: Browser, crew: Crew):
    article = make_article(owner=crew.staff)
    for number in range(12):
        with unit_of_work():
            reviewing.comment_article(crew.agent, article_id=article.id, body=body(f"Remark {number}"))
    browser.sign_in(crew.moderator)
    with assert_queries(8):
        browser.get(f"/kb/articles/{article.id}/review")


def test_the_mail_about_an_article_leads_to_its_review(browser: Browser, crew: Crew, app: Flask):
    article = make_article("Priming", owner=crew.staff)
    with unit_of_work():
        reviewing.comment_article(crew.curator, article_id=article.id, body=body("Look"))
    run_until_idle()
    mails = [path.read_text() for path in (app.extensions["settings"].instance_path / "mail").rglob("*") if path.is_file()]
    assert any(f"/kb/articles/{article.id}/review" in mail and "There is a remark" in mail for mail in mails)


def test_invalid_owner_raises(app: Flask, crew: Crew):
    article = make_article()
    with pytest.raises(Invalid), unit_of_work():
        reviewing.change_owner(crew.agent, article_id=article.id, name="mia")


def test_nobody_who_cannot_look_after_an_article_any_more_gets_it_back(app: Flask, crew: Crew):
    keeper, article = make_person("olga", role="staff"), make_article()
    for name in ("olga", ""):
        with unit_of_work():
            reviewing.change_owner(crew.agent, article_id=article.id, name=name)
    with unit_of_work():
        set_role(actor_of(crew.admin), keeper.id, "member")
    with pytest.raises(Conflict, match="nobody of this name"), unit_of_work():
        reviewing.give_back_owner(actor_of(crew.admin), article_id=article.id, owner_id=keeper.id)


def test_the_review_shows_a_new_title_and_summary_too(browser: Browser, crew: Crew):
    article = make_article("Prime the pump")
    with unit_of_work():
        words = text("Prime the pump twice", "## Solution\n\nClean the intake filter.", summary="For all pumps.")
        save_revision(actor_of(crew.staff), article_id=article.id, base_revision=1, place=place(article.section_id), text=words)
    browser.sign_in(crew.moderator).get(f"/kb/articles/{article.id}/review")
    assert "Title: Prime the pump twice" in browser.text() and "Summary: For all pumps." in browser.text()
    assert "The texts are the same" not in browser.text()


def test_the_review_of_a_first_draft_shows_its_text(browser: Browser, crew: Crew):
    article = make_article("Prime the pump", state="draft", text="Fill it with water first.", summary="For all pumps.")
    browser.sign_in(crew.moderator).get(f"/kb/articles/{article.id}/review")
    assert "Fill it with water first." in browser.text() and "For all pumps." in browser.text()
    with unit_of_work():
        publishing.publish(actor_of(crew.moderator), article_id=article.id)
    browser.get(f"/kb/articles/{article.id}/review")
    assert "Fill it with water first." not in browser.text() and "Readers see this version." in browser.text()
