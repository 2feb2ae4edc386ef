"""Splitting, merging, converting and turning in the browser: preview, reason, log, undo, old links, and who is told."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import Category, Comment, Post, Thread
from app.forum.services.commenting import add_comment
from app.forum.services.editing import edit_post
from app.kb.models import ArticleSource
from app.moderation.models import Flag, LogEntry
from app.notifications.models import Notification
from tests.asserts import assert_queries
from tests.client import Browser
from tests.factories import (
    accept,
    actor_of,
    body,
    make_answer,
    make_article,
    make_category,
    make_person,
    make_question,
    opening_of,
)
from tests.forum.services.acting import text

WHY = "Another topic"


@pytest.fixture
def moderator(app: Flask, browser: Browser) -> Browser:
    return browser.sign_in(make_person("mo", role="moderator"))


@pytest.fixture
def crowd(app: Flask):
    thread = make_question(title="Intake filter lets no water through")
    return thread, [make_answer(thread, make_person(f"helper{i}"), text=f"Answer number {i} helps") for i in range(3)]


def fresh(model, identity):
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(model, identity)


def entry_of(action: str) -> LogEntry:
    return db.session.scalars(sa.select(LogEntry).where(LogEntry.action == action).order_by(LogEntry.id.desc())).first()


def undo(moderator: Browser, action: str, status: int = 303) -> None:
    moderator.post(f"/moderation/log/{entry_of(action).id}/undo", {"reason": "Was right before"}, status=status)


def told(person_id: int) -> list[str]:
    statement = sa.select(Notification.text).where(Notification.person_id == person_id, Notification.kind == "moderation")
    return list(db.session.scalars(statement.order_by(Notification.id)))


def add(comment_text: str, post: Post) -> Comment:
    writer = actor_of(make_person())
    with unit_of_work():
        return add_comment(writer, post_id=post.id, body=text(comment_text, is_comment=True))


def test_only_moderators_enter(app: Flask, crowd):
    thread, posts = crowd
    comment = add("Which one?", posts[0])
    pages = [f"/moderation/threads/{thread.id}/{name}" for name in ("split", "merge", "convert")]
    pages += [f"/moderation/posts/{posts[0].id}/to-comment", f"/moderation/comments/{comment.id}/to-answer"]
    member, staff = Browser(app).sign_in(make_person()), Browser(app).sign_in(make_person(role="staff"))
    for path in pages:
        assert Browser(app).get(path, status=302).location.startswith("/login")
        member.get(path, status=404)
        staff.get(path, status=404)


def test_moderators_learn_nothing_of_inner_threads(moderator: Browser, crowd):
    inner = make_question(title="Canary of the inner room", category=make_category(audience="staff"))
    answer = make_answer(inner)
    for name in ("split", "merge", "convert"):
        moderator.get(f"/moderation/threads/{inner.id}/{name}", status=404)
    moderator.get(f"/moderation/posts/{answer.id}/to-comment", status=404)
    page = moderator.get(f"/moderation/threads/{crowd[0].id}/merge?target_id={inner.id}", status=400)
    assert "Canary" not in page.text


def test_splitting_shows_what_goes_and_old_links_lead_there_and_undo_brings_it_back(app: Flask, moderator: Browser, crowd):
    thread, (first, second, third) = crowd
    moderator.get(thread.path)
    assert "Split" in moderator.text()
    moderator.get(f"/moderation/threads/{thread.id}/split")
    assert "Answer number 2" in moderator.text()
    moderator.get(f"/moderation/threads/{thread.id}/split?posts={second.id}&posts={third.id}")
    assert "Helper1 opens the new thread" not in moderator.text() and "opens the new thread" in moderator.text()
    assert "Answer number 0" not in moderator.text()
    response = moderator.submit("/split", {"title": "A pump that only hums", "reason": WHY})
    new = db.session.scalars(sa.select(Thread).where(Thread.title == "A pump that only hums")).one()
    assert response.location == new.path
    reader = Browser(app)
    reader.get(new.path)
    assert "Answer number 2" in reader.text()
    assert reader.get(f"/posts/{third.id}", status=302).location == f"{new.path}#post-{third.id}"
    reader.get(thread.path)
    assert "Answer number 0" in reader.text() and "Answer number 1" not in reader.text()
    assert WHY in told(second.author_id)[0] and told(first.author_id) == []
    undo(moderator, "split")
    assert reader.get(new.path, status=301).location == thread.path
    assert reader.get(f"/questions/{new.id}/feed.atom", status=301).location == f"/questions/{thread.id}/feed.atom"
    assert fresh(Post, second.id).thread_id == thread.id


def test_what_was_typed_stays_when_a_split_is_refused(moderator: Browser, crowd):
    thread, (first, second, _third) = crowd
    moderator.get(f"/moderation/threads/{thread.id}/split?posts={second.id}")
    page = moderator.submit("/split", {"title": "Short", "reason": WHY}, status=400)
    assert "at least 10 characters" in page.text and WHY in page.text and f'value="{second.id}"' in page.text
    accept(first)
    page = moderator.post(
        f"/moderation/threads/{thread.id}/split",
        {"posts": first.id, "title": "A title that is long", "kind": "question", "category": thread.category_id, "reason": WHY},
        status=409,
    )
    assert "marked as the solution" in page.text and "A title that is long" in page.text


def test_a_thread_without_answers_has_nothing_to_split(moderator: Browser):
    thread = make_question()
    moderator.get(f"/moderation/threads/{thread.id}/split")
    assert "Nothing to split off" in moderator.text()


def test_merging_leads_the_old_address_on_and_undo_brings_it_back(app: Flask, moderator: Browser, crowd):
    target, _posts = crowd
    author = make_person("twice")
    ending = make_question(
        author=author, title="The filter does not let water through", category=make_category(audience="members")
    )
    answer = make_answer(ending, text="Turn it round")
    moderator.get(f"/moderation/threads/{ending.id}/merge?target_id=%23{target.id}")
    assert "Mind: more people read" in moderator.text() and target.title in moderator.text()
    response = moderator.submit("/merge", {"reason": "Posted twice"})
    assert response.location == target.path
    reader = Browser(app)
    assert reader.get(ending.path, status=301).location == target.path
    assert reader.get(f"/questions/{ending.id}", status=301).location == target.path
    reader.get(target.path)
    assert "Turn it round" in reader.text()
    assert "merged into another thread" in told(author.id)[0] and len(told(author.id)) == 1
    undo(moderator, "merge")
    assert Browser(app).sign_in(author).get(ending.path) and fresh(Post, answer.id).thread_id == ending.id
    moderator.get("/moderation/log")
    assert "Merge" in moderator.text() and "Merging undone" in moderator.text()


def test_the_first_text_of_a_merged_thread_leads_to_the_other_where_it_goes_out_of_sight(app: Flask, moderator: Browser, crowd):
    ending = make_question()
    opening = opening_of(ending)
    moderator.get(f"/moderation/threads/{ending.id}/merge?target_id={crowd[0].id}")
    moderator.submit("/merge", {"opening": "nothing", "reason": "Posted twice"})
    assert Browser(app).get(f"/posts/{opening.id}", status=302).location.startswith(crowd[0].path)


def test_an_old_address_tells_nothing_of_what_one_may_not_read(app: Flask, moderator: Browser):
    ending = make_question()
    inner = make_question(title="Canary of the club", category=make_category(audience="members"))
    moderator.get(f"/moderation/threads/{ending.id}/merge?target_id={inner.id}")
    moderator.submit("/merge", {"reason": "Posted twice"})
    Browser(app).get(ending.path, status=404)
    Browser(app).get(f"/posts/{opening_of(inner).id}", status=404)
    with unit_of_work():
        db.session.get_one(Thread, inner.id).hidden_at = now()
    Browser(app).sign_in(make_person()).get(ending.path, status=410)


@pytest.mark.parametrize("typed", ["nonsense", "999999", "#0"])
def test_what_names_no_thread_is_explained(moderator: Browser, crowd, typed: str):
    path = f"/moderation/threads/{crowd[0].id}/merge"
    page = moderator.post(path, {"target_id": typed, "opening": "post", "reason": WHY}, status=400)
    assert "See what happens" in page.text and typed in page.text


def test_a_question_becomes_a_discussion_at_its_own_address_and_back(app: Flask, moderator: Browser, crowd):
    thread, _posts = crowd
    old_path = thread.path
    moderator.get(f"/moderation/threads/{thread.id}/convert")
    assert "answers become replies" in moderator.text()
    moderator.submit("/convert", {"reason": "It is about opinions"})
    assert Browser(app).get(old_path, status=301).location.startswith(f"/discussions/{thread.id}/")
    assert "discussion" in told(thread.author_id)[0]
    undo(moderator, "to_discussion")
    assert fresh(Thread, thread.id).kind == "question"
    undo(moderator, "to_question")
    assert fresh(Thread, thread.id).kind == "discussion", "an undoing can be undone"


def test_a_solved_question_says_why_it_stays_one(moderator: Browser, crowd):
    accept(crowd[1][0])
    moderator.get(f"/moderation/threads/{crowd[0].id}/convert")
    assert "It has a solution" in moderator.text()
    moderator.post(f"/moderation/threads/{crowd[0].id}/convert", {"reason": WHY}, status=409)


def test_an_answer_becomes_a_comment_and_a_comment_an_answer(app: Flask, moderator: Browser, crowd):
    thread, (first, _second, _third) = crowd
    moderator.get(f"/moderation/posts/{first.id}/to-comment")
    assert "Answer number 0 helps" in moderator.text()
    moderator.submit("/to-comment", {"reason": "It is a question back"})
    comment = db.session.scalars(sa.select(Comment)).one()
    reader = Browser(app)
    assert reader.get(f"/posts/{first.id}", status=301).location == f"/comments/{comment.id}"
    assert "turned into a comment" in told(first.author_id)[0]
    moderator.get(f"/moderation/comments/{comment.id}/to-answer")
    moderator.submit("/to-answer", {"reason": "It helps after all"})
    post = db.session.scalars(sa.select(Post).order_by(Post.id.desc())).first()
    assert reader.get(f"/comments/{comment.id}", status=301).location == f"/posts/{post.id}"
    assert reader.get(f"/posts/{first.id}", status=301).location == f"/posts/{post.id}", "over two moves in one hop"
    undo(moderator, "to_answer")
    assert reader.get(f"/posts/{post.id}", status=301).location == f"/comments/{comment.id}"
    undo(moderator, "to_comment")
    assert reader.get(f"/comments/{comment.id}", status=301).location == f"/posts/{first.id}"
    reader.get(thread.path)
    assert "Answer number 0 helps" in reader.text()


def test_a_text_that_is_too_long_for_a_comment_says_so(moderator: Browser, crowd):
    long = make_answer(crowd[0], text="Very long. " * 300)
    moderator.get(f"/moderation/posts/{long.id}/to-comment")
    assert "2,000" in moderator.text()
    page = moderator.post(
        f"/moderation/posts/{long.id}/to-comment", {"under": opening_of(crowd[0]).id, "reason": WHY}, status=400
    )
    assert "2,000" in page.text


def test_reports_and_sources_follow_their_texts(moderator: Browser, crowd):
    thread, (_first, second, _third) = crowd
    article = make_article()
    reporter = make_person()
    with unit_of_work():
        db.session.add(Flag(thread_id=thread.id, post_id=second.id, reporter_id=reporter.id, reason="wrong"))
        db.session.add(
            ArticleSource(
                article_id=article.id, thread_id=thread.id, post_id=second.id, post_revision=1, post_hash=second.body_hash,
                role="solution",
            )
        )  # fmt: skip
    moderator.get(f"/moderation/threads/{thread.id}/split?posts={second.id}")
    moderator.submit("/split", {"title": "A pump that only hums", "reason": WHY})
    new = db.session.scalars(sa.select(Thread).where(Thread.title == "A pump that only hums")).one()
    assert db.session.scalars(sa.select(Flag.thread_id)).one() == new.id
    assert db.session.scalars(sa.select(ArticleSource.thread_id)).one() == new.id
    assert fresh(Thread, new.id).article_id == article.id, "the new thread names the article that is built from it"
    undo(moderator, "split", status=409)


def test_locking_takes_a_note_for_readers_and_undoing_the_unlocking_gives_it_back(app: Flask, moderator: Browser):
    thread = make_question()
    moderator.get(thread.path)
    moderator.submit(f"/moderation/threads/{thread.id}/lock", {"reason": "Insults", "note": "Please calm down first"})
    reader = Browser(app)
    reader.get(thread.path)
    assert "Please calm down first" in reader.text() and "Insults" not in reader.text()
    moderator.post(f"/moderation/threads/{thread.id}/unlock", {"reason": "Calm again"})
    undo(moderator, "unlock")
    assert fresh(Thread, thread.id).lock_note == "Please calm down first"


def test_slow_mode_and_archive_from_the_tools_and_back(app: Flask, moderator: Browser):
    thread, person = make_question(), make_person()
    make_answer(thread, person)
    moderator.get(thread.path)
    moderator.submit(f"/moderation/threads/{thread.id}/slow", {"minutes": "15", "reason": "Heated"})
    member = Browser(app).sign_in(person)
    member.get(thread.path)
    assert "everybody waits 15 minutes" in member.text()
    page = member.post(f"/questions/{thread.id}/answers", {"body": "My precious words"}, status=400)
    assert "slow mode" in page.text and "My precious words" in page.text
    page = member.post(f"/posts/{opening_of(thread).id}/comments", {"body": "Precious remark"}, status=400)
    assert "slow mode" in page.text and "Precious remark" in page.text
    undo(moderator, "slow")
    assert fresh(Thread, thread.id).slow_minutes == 0
    moderator.post(f"/moderation/threads/{thread.id}/slow", {"minutes": "x", "reason": "Heated"}, status=400)
    moderator.post(f"/moderation/threads/{thread.id}/archive", {"reason": "Over"})
    member.get(thread.path)
    assert "Archived" in member.text()
    member.post(f"/questions/{thread.id}/answers", {"body": "Too late"}, status=409)
    undo(moderator, "archive")
    assert fresh(Thread, thread.id).archived_at is None


def test_changing_somebody_elses_text_is_said_why_logged_told_and_undone(app: Flask, moderator: Browser):
    author = make_person("tom")
    thread = make_question(author=author, title="Why does my pump hum so much?", tags=("pump",))
    opening = opening_of(thread)
    moderator.get(f"/posts/{opening.id}/edit")
    page = moderator.submit("/edit", {"title": "Why does it hum?", "reason": ""}, status=400)
    assert "Please say why" in page.text and "Why does it hum?" in page.text
    moderator.submit("/edit", {"title": "Why does it hum?", "tags": "noise", "reason": "Shorter"})
    assert entry_of("edit").reason == "Shorter"
    assert "changed your text of" in told(author.id)[0] and "Shorter" in told(author.id)[0]
    undo(moderator, "edit")
    assert fresh(Thread, thread.id).title == "Why does my pump hum so much?"
    undo(moderator, "edit")
    with unit_of_work():
        edit_post(actor_of(author), post_id=opening.id, body=body("My own new words about it"))
    moderator.post(f"/moderation/log/{entry_of('edit').id}/undo", {"reason": "x"}, status=409)


def test_an_author_needs_no_reason_for_their_own_text_and_no_log_tells_of_it(app: Flask):
    author = make_person()
    answer = make_answer(make_question(), author)
    with unit_of_work():
        edit_post(actor_of(author), post_id=answer.id, body=body("Better words"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LogEntry)) == 0


def test_the_rule_of_a_category_is_set_by_admins_who_see_what_it_means(app: Flask):
    category = make_category()
    admin = Browser(app).sign_in(make_person(role="admin"))
    admin.get(f"/admin/categories/{category.id}")
    page = admin.submit(f"/admin/categories/{category.id}", {"archive_after_days": "2"}, status=400)
    assert "from 7 to 3,650" in page.text
    admin.submit(f"/admin/categories/{category.id}", {"archive_after_days": "365"})
    admin.get(f"/admin/categories/{category.id}")
    assert "0 questions are quiet for 365 days now" in admin.text()
    admin.submit(f"/admin/categories/{category.id}", {"archive_after_days": ""})
    assert db.session.get_one(Category, category.id).archive_after_days is None


def test_previews_cost_the_same_however_many_posts(moderator: Browser, crowd):
    thread, posts = crowd
    other = make_question()
    for _ in range(12):
        make_answer(thread)
    for path, most in (
        (f"/moderation/threads/{thread.id}/split?posts={posts[1].id}", 8),
        (f"/moderation/threads/{thread.id}/merge?target_id={other.id}", 8),
        (f"/moderation/threads/{thread.id}/convert", 8),
        (f"/moderation/posts/{posts[1].id}/to-comment", 10),
    ):
        with assert_queries(at_most=most):
            moderator.get(path)
