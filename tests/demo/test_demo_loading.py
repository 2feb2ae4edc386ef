"""Loading the demo community: everything in the files is there, in a state the site itself could have reached."""

from __future__ import annotations

import re
import stat
from collections import Counter
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.accounts.services.passwords import verify_password
from app.core.actor import Role
from app.core.clock import now
from app.core.db import db
from app.core.settings import Settings
from app.core.trust import Level
from app.core.uow import unit_of_work
from app.desk.models import CannedAnswer, DeskItem, DeskState
from app.desk.services.settling import resettle
from app.forum.inference import Rules
from app.forum.models import (
    Acceptance,
    Category,
    Comment,
    DuplicateProposal,
    Follow,
    MeToo,
    Outcome,
    Post,
    PostRevision,
    Tag,
    Thread,
    Vote,
)
from app.forum.policies import card_shown
from app.forum.services.inferring import infer_likely
from app.forum.services.recounting import recount_all
from app.importing.demo import loading
from app.importing.demo.calendar import Calendar, chance
from app.importing.demo.content import read_demo, split_blocks
from app.importing.demo.loading import Loaded, load_demo
from app.importing.demo.preparing import Prepared, prepare
from app.importing.demo.readers import daily_views
from app.importing.following_up import FOLLOW_UP_JOBS
from app.jobs.models import Job
from app.kb.models import (
    Article,
    ArticleFeedback,
    ArticleFix,
    ArticleSource,
    ArticleState,
    Candidate,
    CandidateDecision,
    Section,
)  # fmt: skip
from app.kb.services.feedback import recount_feedback
from app.kb.services.refreshing import refresh_sources
from app.kb.urls import article_path
from app.moderation.inbox.registry import list_sources
from app.moderation.models import Flag, LogEntry, ScreeningHit, ScreeningRule, Wave
from app.moderation.models.wave import WaveState
from app.notifications.models import Notification
from app.pageviews.models import PageviewDay, PageviewTotal
from app.search.models import GapState, GapWording, SearchAlias, SearchGap, SearchSession, SearchStep
from tests.client import Browser
from tests.demo.content import articles, community, people, threads
from tests.factories import make_person
from tests.importing.dumps import picture
from tests.saved import Saved


@cache
def prepared_once(own_host: str) -> Prepared:
    """All texts of the demo, rendered once for all tests."""
    return prepare(read_demo(), own_host)


@pytest.fixture(scope="module")
def saved() -> Saved[Loaded]:
    """The demo, kept when it is loaded first."""
    return Saved()


@pytest.fixture
def loaded(
    app: Flask,
    settings: Settings,
    saved: Saved[Loaded],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Loaded:
    """The demo in the database. It is loaded once for all tests; every test gets a copy of its own."""
    monkeypatch.setattr(loading, "prepare", lambda content, own_host: prepared_once(own_host))
    sign_ins = settings.instance_path / "demo-signins.txt"
    sign_ins.unlink(missing_ok=True)
    files = (sign_ins, settings.instance_path / "uploads")
    return saved.get(lambda: load_demo(settings), files=files, spare=tmp_path_factory.getbasetemp() / "demo-spare")


def count(table: type[Any], *criteria: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table).where(*criteria)) or 0


def by_title(title: str) -> Thread:
    return db.session.scalars(sa.select(Thread).where(Thread.title == title)).one()


def test_everything_in_the_files_is_loaded(loaded: Loaded) -> None:
    blocks = [block for thread in threads().values() for block in thread.blocks]
    words = Counter(block.word for block in blocks)
    openings = [thread.opening for thread in threads().values()]
    expected = {
        Person: len(people()), Category: len(community()["category"]), Section: len(community()["section"]),
        Tag: len(community()["tag"]), Thread: len(threads()), Post: len(threads()) + words["answer"] + words["reply"],
        Comment: words["comment"], Article: len(articles()),
        PostRevision: len(threads()) + words["answer"] + words["reply"] + words["edit"],
        Vote: sum(len(b.data.get(key, [])) for b in [*openings, *blocks] for key in ("up", "down")),
        MeToo: sum(len(opening.data.get("me_too", [])) for opening in openings),
        Flag: sum(len(opening.data.get("flags", [])) for opening in openings) + sum(len(r["by"]) for r in community()["reported"]),
        Acceptance: sum(len(opening.data.get("accepted", [])) for opening in openings),
        ArticleFeedback: sum(a.data["helpful_yes"] + a.data["helpful_no"] for a in articles().values()),
    }  # fmt: skip
    splits = len(community()["split"])  # each opens a thread, and keeps its title in a revision
    found = {table.__name__: count(table) - (splits if table in (Thread, PostRevision) else 0) for table in expected}
    assert found == {table.__name__: n for table, n in expected.items()}
    assert loaded.counts == {
        "people": expected[Person], "threads": expected[Thread], "posts": expected[Post], "comments": expected[Comment],
        "articles": expected[Article],
    }  # fmt: skip


def test_threads_are_in_every_state(loaded: Loaded) -> None:
    statuses = Counter(db.session.scalars(sa.select(Thread.status)))
    assert set(statuses) == {
        "unanswered", "needs_info", "answered", "likely_solved", "solved", "disputed", "closed", "open",
    }  # fmt: skip
    for column in (Thread.held_at, Thread.hidden_at, Thread.locked_at, Thread.duplicate_of_id, Thread.article_id):
        assert count(Thread, column.is_not(None)), column.key
    assert count(Thread, Thread.is_pinned)
    assert {kind for kind, in db.session.execute(sa.select(Outcome.kind).distinct())} >= {
        "accepted", "confirmed_by_asker", "confirmed_by_other", "judged_by_staff", "withdrawn", "refuted", "likely", "needs_info",
    }  # fmt: skip


def test_readers_words_are_counted_and_decide(loaded):
    stuck = db.session.scalar(sa.select(Thread).where(Thread.title.like("Firmware 4.2.0 stuck%")))
    assert stuck.status == "disputed" and stuck.solved_at is None
    words = db.session.execute(sa.select(Post.worked_count, Post.failed_count).where(Post.thread_id == stuck.id)).all()
    assert (5, 11) in [tuple(row) for row in words]
    coir = db.session.scalar(sa.select(Thread).where(Thread.title.like("%coco coir%")))
    assert coir.status == "solved" and coir.accepted_count == 0 and coir.solved_at is not None


def test_inferring_anew_keeps_what_the_demo_says_and_leaves_questions_in_every_state(loaded: Loaded) -> None:
    before = dict(db.session.execute(sa.select(Outcome.id, Outcome.thread_id).where(Outcome.kind == "likely")).all())
    infer_likely(Rules())
    standing = db.session.scalars(sa.select(Thread.status).where(Thread.id.in_(before.values()))).all()
    assert before and set(standing) == {"likely_solved"}
    assert set(db.session.scalars(sa.select(Thread.status))) >= {"answered", "unanswered", "likely_solved", "disputed", "solved"}
    assert infer_likely(Rules()).added == 0


def test_open_questions_are_on_the_desk_with_somebody_in_charge(loaded: Loaded) -> None:
    items = list(db.session.scalars(sa.select(DeskItem).where(DeskItem.state != DeskState.DONE)))
    assert {item.state for item in items} == {DeskState.WAITING, DeskState.ASKER, DeskState.ANSWERED}
    assert all(item.assignee_id or item.group_id for item in items)
    assert count(CannedAnswer) == len(community()["canned"])
    before = {item.thread_id: (item.state, item.due_at) for item in items}
    with unit_of_work():
        resettle(sorted(before))
    assert before == {item.thread_id: (item.state, item.due_at) for item in items}


def test_all_figures_are_those_a_recount_finds(loaded: Loaded) -> None:
    assert recount_all().wrong == Counter()
    with_uow(recount_feedback, 0)


def with_uow(work: Any, expected: Any) -> None:
    from app.core.uow import unit_of_work

    with unit_of_work():
        assert work() == expected


def test_nothing_lies_in_the_future_and_nobody_acts_before_joining(loaded: Loaded) -> None:
    moment = now()
    for table in (
        Thread,
        Post,
        PostRevision,
        Comment,
        Vote,
        MeToo,
        Follow,
        Outcome,
        Flag,
        LogEntry,
        Notification,
        ArticleFeedback,
    ):
        newest = db.session.scalar(sa.select(sa.func.max(table.created_at)))
        assert newest <= moment, table.__name__
    early = sa.select(sa.func.count()).select_from(Post).join(Person, Person.id == Post.author_id)
    assert db.session.scalar(early.where(Post.created_at < Person.created_at)) == 0


def test_acceptance_by_staff_is_judged_and_logged_once(loaded: Loaded) -> None:
    for stem, thread in threads().items():
        judged = [row for row in thread.get("outcome", []) if row["kind"] == "judged_by_staff"]
        if not thread.get("accepted_by"):
            continue
        row = by_title(thread.get("title"))
        outcomes = db.session.scalars(
            sa.select(Outcome).where(Outcome.thread_id == row.id, Outcome.kind == "judged_by_staff")
        ).all()
        assert len(outcomes) == len(thread.get("accepted")), stem
        assert outcomes[0].reason == (judged[0]["note"] if judged else "")
        assert count(LogEntry, LogEntry.post_id == outcomes[0].post_id, LogEntry.action == "accept") == 1


def test_the_log_stands_in_the_order_of_the_decisions(loaded: Loaded) -> None:
    moments = list(db.session.scalars(sa.select(LogEntry.created_at).order_by(LogEntry.id)))
    assert moments == sorted(moments) and len(moments) > 20


def test_a_withdrawn_acceptance_leaves_its_events_and_no_acceptance(loaded: Loaded) -> None:
    withdrawn = db.session.scalars(sa.select(Outcome).where(Outcome.kind == "withdrawn")).one()
    given = db.session.get_one(Outcome, withdrawn.withdraws_id)
    assert given.kind == "accepted" and given.created_at < withdrawn.created_at
    assert db.session.get(Acceptance, given.post_id) is None
    assert db.session.get_one(Post, given.post_id).accepted_at is None


def test_edited_posts_keep_both_texts(loaded: Loaded) -> None:
    edited = db.session.scalars(sa.select(Post).where(Post.revision > 1, Post.edited_at.is_not(None))).all()
    assert edited
    for post in edited:
        revisions = db.session.scalars(
            sa.select(PostRevision).where(PostRevision.post_id == post.id).order_by(PostRevision.number)
        ).all()
        assert [revision.number for revision in revisions] == list(range(1, post.revision + 1))
        assert revisions[-1].body_hash == post.body_hash != revisions[0].body_hash and post.edited_at is not None


def test_the_article_whose_source_changed_says_so_and_no_other(loaded: Loaded) -> None:
    changed = {a.data["slug"] for a in articles().values() if a.data.get("source_changed")}
    assert changed and set(db.session.scalars(sa.select(Article.slug).where(Article.source_changed_at.is_not(None)))) == changed
    before = picture()
    with_uow(lambda: refresh_sources(ArticleSource.id > 0), None)
    assert picture() == before


def test_articles_are_in_every_state_and_their_threads_name_them(loaded: Loaded) -> None:
    assert set(db.session.scalars(sa.select(Article.state))) == set(ArticleState)
    assert set(db.session.scalars(sa.select(Article.audience))) == {"public", "members", "staff"}
    for thread in db.session.scalars(sa.select(Thread).where(Thread.article_id.is_not(None))):
        article = db.session.get_one(Article, thread.article_id)
        assert article.state == "published" and thread.article_path.endswith(f"/{article.slug}")
    drafts = db.session.scalars(sa.select(Article).where(Article.state.in_(["draft", "in_review"]))).all()
    assert all(draft.body_html == "" and draft.published_at is None for draft in drafts)


def test_staff_text_is_only_in_places_for_staff(loaded: Loaded) -> None:
    phrase = "periwinkle-ladder"
    inside = (
        sa.select(Category.audience).join(Thread).join(Post, Post.thread_id == Thread.id).where(Post.body_text.contains(phrase))
    )
    assert set(db.session.scalars(inside)) == {"staff"}
    assert set(db.session.scalars(sa.select(Article.audience).where(Article.body_text.contains(phrase)))) == {"staff"}


def test_there_is_work_in_the_queues(loaded: Loaded) -> None:
    assert count(Candidate, Candidate.state == "proposed") >= 8
    promoted = {a.data["promoted_from"] for a in articles().values() if "promoted_from" in a.data}
    linked = [row for row in community()["decision"] if row["decision"] == "linked"]
    assert linked and count(ArticleFix, ArticleFix.state == "open") == len(linked)
    assert count(Candidate, Candidate.state == "promoted", Candidate.article_id.is_not(None)) == len(promoted) + len(linked)
    assert count(CandidateDecision, CandidateDecision.rank.is_not(None)) == len(promoted) + len(community()["decision"])
    assert count(DuplicateProposal, DuplicateProposal.state == "open") >= 2 and count(Thread, card_shown()) == 1
    assert count(Flag, Flag.state == "open") >= 4
    assert {"hide", "lock", "close", "duplicate", "accept", "promote", "published", "suspend"} <= set(
        db.session.scalars(sa.select(LogEntry.action))
    )
    assert count(Notification, Notification.read_at.is_(None)) and count(Notification, Notification.read_at.is_not(None))
    split_off, decided = {"forum.propose_duplicates", "search.sync"}, {"moderation.trust", "moderation.work_on_wave"}
    assert set(db.session.scalars(sa.select(Job.kind))) == {*FOLLOW_UP_JOBS, *split_off, *decided}


def test_moderators_of_the_demo_have_used_what_they_have(loaded: Loaded) -> None:
    rules, hits = community()["watched"], db.session.scalars(sa.select(ScreeningHit)).all()
    assert count(ScreeningRule) == len(rules) >= 4 and {row["measure"] for row in rules} == {"hold", "block", "tag", "allow"}
    assert len(hits) == 2 and all(hit.rule_id is not None and hit.is_held for hit in hits)
    assert count(Post, Post.held_at.is_not(None)) == 2  # one by screening, one by reports
    assert count(Thread, Thread.archived_at.is_not(None)) == 1 and count(Thread, Thread.slow_minutes > 0) == 1
    new = by_title(community()["split"][0]["title"])
    assert new.is_question and new.answer_count == 1
    assert {"archive", "slow", "split", "watch"} <= set(db.session.scalars(sa.select(LogEntry.action)))


def test_searches_leave_gaps_in_every_state_and_wordings_of_articles(loaded: Loaded) -> None:
    assert count(SearchStep) == count(SearchStep, SearchStep.at.between(now() - timedelta(days=41), now())) > 500
    assert count(SearchSession, SearchSession.visitor.is_not(None)) == 0
    assert set(db.session.scalars(sa.select(SearchGap.state))) == set(GapState)
    most = sa.select(SearchGap).where(SearchGap.state == GapState.OPEN).order_by(SearchGap.people.desc()).limit(1)
    gap = db.session.scalars(most).one()
    wordings = sa.select(GapWording.text).where(GapWording.gap_id == gap.id)
    assert gap.people == count(SearchStep, SearchStep.text.in_(wordings))
    assert count(Article, Article.searched_as != "") >= 2
    assert db.session.scalars(sa.select(SearchAlias).where(SearchAlias.gap_id.is_not(None))).one().means == "Ember"
    parts = [part for row in db.session.scalars(sa.select(Candidate)) for part in row.parts]
    assert {"searches", "failed_searches"} <= {part["key"] for part in parts if part["points"] > 0}


def test_people_hear_only_of_what_they_may_read(loaded: Loaded) -> None:
    rows = sa.select(Person, Category.audience).join(Notification, Notification.person_id == Person.id)
    rows = rows.join(Thread, Thread.id == Notification.thread_id).join(Category, Category.id == Thread.category_id)
    assert all(person.as_actor(now()).can_read(audience) for person, audience in db.session.execute(rows))
    assert count(Notification, Notification.person_id == Notification.actor_id) == 0


def test_views_cover_forty_days_and_add_up(loaded: Loaded) -> None:
    days = sa.select(sa.func.count(PageviewDay.day.distinct()), sa.func.max(PageviewDay.day))
    assert tuple(db.session.execute(days).one()) == (40, now().date())
    sums = sa.select(PageviewDay.kind, PageviewDay.target_id, sa.func.sum(PageviewDay.views)).group_by(
        PageviewDay.kind, PageviewDay.target_id
    )
    totals = {(t.kind, t.target_id): t.views - t.imported_views for t in db.session.scalars(sa.select(PageviewTotal))}
    assert {(kind, target): total for kind, target, total in db.session.execute(sums)} == totals


def test_views_have_the_mean_and_the_trend_that_were_asked_for() -> None:
    today = now().date()
    views = daily_views("some-thread", 60.0, 3.0, today.replace(year=today.year - 1, day=1), today)
    assert len(views) == 40 and 54 <= sum(views.values()) / 40 <= 66
    days = sorted(views)
    assert sum(views[day] for day in days[-7:]) > 2 * sum(views[day] for day in days[:7])
    assert daily_views("young", 5.0, 1.0, today, today).keys() <= {today}


def test_people_with_a_role_can_sign_in_with_the_password_that_is_shown_and_kept(loaded: Loaded, settings: Settings) -> None:
    roles = Counter(one.role for one in loaded.sign_ins)
    assert roles == {"admin": 1, "moderator": 2, "staff": 3, "member": 2}
    assert loaded.kept_in == settings.instance_path / "demo-signins.txt"
    assert stat.S_IMODE(loaded.kept_in.stat().st_mode) == 0o600
    kept = loaded.kept_in.read_text(encoding="utf-8")
    for one in loaded.sign_ins:
        person = db.session.scalars(sa.select(Person).where(Person.name == one.name)).one()
        assert person.role == one.role and verify_password(person.password_hash, one.password)
        assert re.search(rf"^{one.role} +{re.escape(one.name)} +{re.escape(one.password)}$", kept, flags=re.M)
    assert len({one.password for one in loaded.sign_ins}) == len(loaded.sign_ins)
    others = sa.select(Person).where(Person.name.not_in([one.name for one in loaded.sign_ins]))
    assert all(person.password_hash is None and person.email is None for person in db.session.scalars(others))


def test_the_command_loads_once_and_then_says_where_the_sign_ins_are(app: Flask, settings: Settings) -> None:
    runner = app.test_cli_runner()
    first = runner.invoke(args=["demo", "--if-empty"])
    assert first.exit_code == 0 and "rootcellar" in first.output and "demo-signins.txt" in first.output
    before, kept = picture(), (settings.instance_path / "demo-signins.txt").read_text(encoding="utf-8")
    second = runner.invoke(args=["demo", "--if-empty"])
    assert second.exit_code == 0 and second.output.count("\n") == 1 and "demo-signins.txt" in second.output
    assert picture() == before and (settings.instance_path / "demo-signins.txt").read_text(encoding="utf-8") == kept


def test_a_site_with_people_is_left_alone(app: Flask, settings: Settings) -> None:
    (settings.instance_path / "demo-signins.txt").unlink(missing_ok=True)
    make_person("owner")
    before = picture()
    refused = app.test_cli_runner().invoke(args=["demo"])
    assert refused.exit_code == 1 and "not empty" in refused.output
    quiet = app.test_cli_runner().invoke(args=["demo", "--if-empty"])
    assert quiet.exit_code == 0 and "not loaded" in quiet.output
    assert picture() == before and not (settings.instance_path / "demo-signins.txt").exists()


def test_the_same_moment_gives_the_same_rows_but_for_passwords(app: Flask, settings: Settings) -> None:
    from tests.conftest import empty_database

    moment = now()
    pictures = []
    for _ in range(2):
        with time_machine.travel(moment, tick=False):
            load_demo(settings)
        pictures.append(picture("person", "job"))
        db.session.remove()
        empty_database()
    assert {name: len(rows) for name, rows in pictures[0].items()} == {name: len(rows) for name, rows in pictures[1].items()}
    if db.engine.dialect.name == "sqlite":  # PostgreSQL goes on counting ids
        assert pictures[0] == pictures[1]


def test_the_format_is_read_strictly() -> None:
    with pytest.raises(ValueError, match="line 1"):
        split_blocks("no block")
    with pytest.raises(ValueError, match="empty"):
        split_blocks("")
    with pytest.raises(ValueError, match="line 5"):
        split_blocks("+++\na = 1\n+++\nText\n+++ unknown\n+++\n")
    assert len(read_demo().threads) == len(threads())


def test_scattered_moments_are_never_in_the_future() -> None:
    calendar = Calendar(now())
    start = calendar.days_ago(0.01)
    assert all(start.replace(microsecond=0) <= calendar.scattered(start, n) <= calendar.today for n in range(50))
    assert 0 <= chance("x") < 1 and chance("x") == chance("x") != chance("y")


def test_every_page_of_the_demo_opens_for_those_who_may_read_it(loaded: Loaded, browser: Browser) -> None:
    pages: dict[str, int] = {}
    with_category = sa.select(Thread, Category.audience).join(Category, Category.id == Thread.category_id)
    for thread, audience in db.session.execute(with_category):
        pages[thread.path] = 404 if audience != "public" or thread.held_at else 410 if thread.hidden_at else 200
    shelves = (
        sa.select(Article, Section.slug).join(Section, Section.id == Article.section_id).where(Article.published_at.is_not(None))
    )
    for article, shelf in db.session.execute(shelves):
        pages[article_path(shelf, article.slug)] = 200 if article.audience == "public" else 404
    people_paths = [person.path for person in db.session.scalars(sa.select(Person))]
    admin = db.session.scalars(sa.select(Person).where(Person.role == "admin")).one()
    for path, status in pages.items():
        browser.get(path, status)
    browser.sign_in(admin)
    for path in [
        *pages,
        *people_paths,
        "/",
        "/questions",
        "/discussions",
        "/tags",
        "/kb",
        "/moderation/queue",
        "/moderation/log",
        "/notifications",
    ]:
        browser.get(path)


@pytest.mark.usefixtures("loaded")
def test_moderators_find_every_kind_of_work_a_wave_and_people_of_every_level_of_trust() -> None:
    moderator = db.session.scalars(sa.select(Person).where(Person.role == Role.MODERATOR)).first()
    assert moderator is not None
    actor = moderator.as_actor(now())
    sources = [source for source in list_sources() if source.name != "promotions"]  # these are scanned for
    waiting = {source.name: source.count(actor) for source in sources}
    assert all(waiting.values()), waiting
    rude = db.session.scalars(sa.select(Post).where(Post.body_source.startswith("62 %, again"))).one()
    assert rude.held_at is not None
    members = sa.select(Person.level).where(Person.role == Role.MEMBER).distinct()
    assert set(db.session.scalars(members)) == set(Level)
    assert [(wave.state, wave.text_count) for wave in db.session.scalars(sa.select(Wave))] == [(WaveState.QUARANTINED, 2)]
