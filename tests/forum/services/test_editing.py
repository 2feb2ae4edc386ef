"""Editing: revisions, conflicts, titles and tags."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.errors import Forbidden, Invalid, NotFound
from app.forum.events import PeopleMentioned, PostEdited
from app.forum.models import PostRevision
from app.forum.queries.history import list_revisions, load_texts
from app.forum.queries.threads import list_tag_names
from app.forum.services.editing import EditConflict, edit_post
from tests.factories import make_answer, make_category, make_person, make_question, opening_of
from tests.forum.services.acting import do, is_sync_requested, post_now, tag_counts, text, thread_now

pytestmark = pytest.mark.usefixtures("app")


def revisions(post):
    return db.session.scalars(
        sa.select(PostRevision.body_source).where(PostRevision.post_id == post.id).order_by(PostRevision.number)
    ).all()


def test_every_text_is_kept_and_the_newest_equals_the_post(told):
    tom = make_person()
    post = make_answer(make_question(), tom, "First")
    do(edit_post, tom, post_id=post.id, body=text("Second"), reason="Typo", base_revision=1)
    after = post_now(post)
    assert (after.revision, after.body_source, after.edited_by_id) == (2, "Second", tom.id)
    assert revisions(post) == ["First", "Second"]
    assert told == [PostEdited(post.thread_id, post.id, 2, tom.id, "Typo")]
    assert [(row.number, row.reason, row.editor.name) for row in list_revisions(post.id)] == [
        (2, "Typo", tom.name),
        (1, "", tom.name),
    ]


def test_saving_the_same_again_adds_no_revision(told):
    tom = make_person()
    post = make_answer(make_question(), tom, "First")
    do(edit_post, tom, post_id=post.id, body=text("First"), base_revision=1)
    assert revisions(post) == ["First"] and not told


def test_nobody_overwrites_what_they_have_not_seen():
    tom, staff = make_person(), make_person(role="staff")
    post = make_answer(make_question(), tom, "First")
    do(edit_post, staff, post_id=post.id, body=text("By staff"), base_revision=1, reason="Clearer")
    with pytest.raises(EditConflict):
        do(edit_post, tom, post_id=post.id, body=text("By Tom"), base_revision=1)
    assert post_now(post).body_source == "By staff"
    do(edit_post, tom, post_id=post.id, body=text("By Tom"), base_revision=2)
    assert revisions(post) == ["First", "By staff", "By Tom"]


def test_an_opening_changes_with_title_slug_tags_and_excerpt():
    mira = make_person()
    thread = make_question(author=mira, tags=("pump", "old"))
    opening = opening_of(thread)
    do(
        edit_post,
        mira,
        post_id=opening.id,
        body=text("Quite another text"),
        title="Why is the pump so loud?",
        tags=["pump", "noise"],
    )
    after = thread_now(thread)
    assert (after.title, after.slug, after.excerpt) == (
        "Why is the pump so loud?",
        "why-is-the-pump-so-loud",
        "Quite another text",
    )
    assert list_tag_names(thread.id) == ["pump", "noise"] and tag_counts() == {"pump": 1, "old": 0, "noise": 1}
    assert is_sync_requested(thread)
    assert load_texts(opening.id, 2)[2].tags == ("pump", "noise")


def test_a_changed_title_alone_is_a_revision():
    mira = make_person()
    thread = make_question(author=mira)
    opening = opening_of(thread)
    do(edit_post, mira, post_id=opening.id, body=text(opening.body_source), title="Why is the pump so loud?")
    assert post_now(opening).revision == 2


def test_an_answer_has_no_title():
    tom = make_person()
    thread = make_question(title="The pump is loud today")
    post = make_answer(thread, tom)
    do(edit_post, tom, post_id=post.id, body=text("New"), title="Taken over completely", tags=["mine"])
    assert thread_now(thread).title == "The pump is loud today" and list_tag_names(thread.id) == []


def test_an_imported_short_title_may_stay_but_not_be_given():
    mira = make_person()
    thread = make_question(author=mira, title="Help")
    opening = opening_of(thread)
    do(edit_post, mira, post_id=opening.id, body=text("More detail"), title="Help")
    with pytest.raises(Invalid):
        do(edit_post, mira, post_id=opening.id, body=text("Even more"), title="Help!")


@pytest.mark.parametrize(("role", "is_allowed"), [("member", False), ("staff", True), ("moderator", True), ("admin", True)])
def test_only_authors_and_people_in_charge_edit(role, is_allowed):
    post = make_answer(make_question())
    if is_allowed:
        assert do(edit_post, make_person(role=role), post_id=post.id, body=text("Better"), reason="Clearer").revision == 2
    else:
        with pytest.raises(Forbidden):
            do(edit_post, make_person(role=role), post_id=post.id, body=text("Better"), reason="Clearer")


def test_authors_cannot_edit_in_locked_threads_nor_while_suspended():
    tom = make_person()
    with pytest.raises(Forbidden):
        do(edit_post, tom, post_id=make_answer(make_question(locked_at=now()), tom).id, body=text("Better"))
    gone = make_person(suspended_until=now() + timedelta(days=1))
    with pytest.raises(Forbidden):
        do(edit_post, gone, post_id=make_answer(make_question(), gone).id, body=text("Better"))


def test_posts_one_may_not_see_do_not_exist():
    hidden = make_answer(make_question(), hidden_at=now())
    secret = make_answer(make_question(category=make_category(audience="staff")))
    for post in (hidden, secret):
        with pytest.raises(NotFound):
            do(edit_post, make_person(), post_id=post.id, body=text("Better"), reason="Clearer")


def test_only_newly_mentioned_people_are_told(told):
    tom, ann, bob = make_person("tom"), make_person("ann"), make_person("bob")
    post = make_answer(make_question(), tom)
    do(edit_post, tom, post_id=post.id, body=text("Ask @ann"), mentions=[ann.id])
    do(edit_post, tom, post_id=post.id, body=text("Ask @ann or @bob"), mentions=[ann.id, bob.id])
    assert [event.person_ids for event in told.of(PeopleMentioned)] == [(ann.id,), (bob.id,)]


def test_an_edit_does_not_change_when_things_happened():
    tom, thread = make_person(), make_question(created_at=now() - timedelta(days=5))
    post = make_answer(thread, tom, created_at=now() - timedelta(days=4))
    do(edit_post, tom, post_id=post.id, body=text("Better"))
    after = thread_now(thread)
    assert after.last_activity_at == post_now(post).created_at and after.modified_at > after.last_activity_at
