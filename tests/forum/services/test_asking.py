"""Starting threads."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from app.core.clock import now
from app.core.db import db
from app.core.errors import Forbidden, Invalid
from app.forum.events import PeopleMentioned, ThreadHeld, ThreadStarted
from app.forum.models import Category, Follow, PostRevision, Thread
from app.forum.queries.threads import list_tag_names
from app.forum.services.asking import start_thread
from app.forum.services.tagging import normalise_tags, split_tags
from tests.factories import make_category, make_person, opening_of
from tests.forum.services.acting import count_in, do, is_sync_requested, tag_counts, text

pytestmark = pytest.mark.usefixtures("app")


def ask(who, category, **values):
    given = {"kind": "question", "title": "The pump hums but nothing flows", "body": text("No **water**."), "tags": ["pump"]}
    return do(start_thread, who, category_id=category.id, **{**given, **values})


def test_a_question_is_stored_with_text_tags_revision_and_counts(told):
    mira, category = make_person("mira"), make_category()
    thread = ask(mira, category, tags=["Pump", "drip duo", "pump"])
    opening = opening_of(thread)
    assert (thread.status, thread.slug, thread.answer_count) == ("unanswered", "the-pump-hums-but-nothing-flows", 0)
    assert thread.excerpt == "No water." and "<strong>water</strong>" in opening.body_html
    assert list_tag_names(thread.id) == ["pump", "drip-duo"]
    revision = db.session.scalars(sa.select(PostRevision)).one()
    assert (revision.number, revision.title, revision.tags, revision.body_source) == (
        1,
        thread.title,
        "pump drip-duo",
        "No **water**.",
    )
    assert count_in(category) == 1 and tag_counts() == {"pump": 1, "drip-duo": 1}
    assert is_sync_requested(thread)
    assert told == [ThreadStarted(thread.id, opening.id, mira.id)]


def test_askers_follow_their_own_thread():
    mira = make_person()
    thread = ask(mira, make_category())
    assert db.session.get(Follow, (thread.id, mira.id)).is_muted is False


def test_a_discussion_is_open_and_has_no_question_status():
    thread = ask(make_person(), make_category(), kind="discussion")
    assert (thread.kind, thread.status, thread.path) == ("discussion", "open", f"/discussions/{thread.id}/{thread.slug}")


def test_visitors_and_suspended_people_cannot_ask():
    category = make_category()
    suspended = make_person(suspended_until=now() + timedelta(days=1))
    with pytest.raises(Forbidden):
        ask(suspended, category)
    from app.core.actor import ANONYMOUS

    with pytest.raises(Forbidden):
        ask(ANONYMOUS, category)


def test_a_category_one_may_not_know_is_refused_like_one_that_does_not_exist():
    with pytest.raises(Invalid) as known:
        ask(make_person(), make_category(audience="staff"))
    with pytest.raises(Invalid) as unknown:
        ask(make_person(), Category(id=999_999))
    assert known.value.errors == unknown.value.errors == {"category": "Please choose one of the categories."}


def test_where_approval_is_needed_a_thread_waits_and_only_moderators_are_told(told):
    category = make_category(needs_approval=True)
    friend = make_person("friend")
    thread = ask(make_person(), category, mentions=[friend.id])
    assert thread.held_at is not None and not thread.is_listed
    assert count_in(category) == 0 and tag_counts() == {"pump": 0}
    assert [type(event) for event in told] == [ThreadHeld]


def test_staff_need_no_approval(told):
    thread = ask(make_person(role="staff"), make_category(needs_approval=True))
    assert thread.held_at is None and told.of(ThreadStarted)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("title", {"title": "Short"}),
        ("title", {"title": "   "}),
        ("title", {"title": "x" * 301}),
        ("title", {"title": "?????????????"}),
        ("tags", {"tags": ["a", "b", "c", "d", "e", "f"]}),
        ("tags", {"tags": ["no_underscores"]}),
        ("tags", {"tags": ["x" * 41]}),
        ("tags", {"tags": ["++"]}),
        ("kind", {"kind": "poem"}),
    ],
)
def test_what_breaks_a_rule_is_named_by_field_and_nothing_is_stored(field, values):
    with pytest.raises(Invalid) as refused:
        ask(make_person(), make_category(), **values)
    assert list(refused.value.errors) == [field]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Thread)) == 0


@pytest.mark.parametrize("source", ["", "   \n ", "[x]: https://example.com"])
def test_a_text_that_shows_nothing_is_refused(source):
    with pytest.raises(Invalid) as refused:
        ask(make_person(), make_category(), body=text(source))
    assert list(refused.value.errors) == ["body"]


def test_a_double_click_asks_once(told):
    mira, category = make_person(), make_category()
    first, second = ask(mira, category), ask(mira, category)
    assert first.id == second.id and len(told) == 1 and count_in(category) == 1


def test_the_same_question_after_a_minute_is_a_new_one():
    mira, category = make_person(), make_category()
    first = ask(mira, category)
    with time_machine.travel(now() + timedelta(seconds=61)):
        assert ask(mira, category).id != first.id


def test_another_persons_same_question_is_their_own():
    category = make_category()
    assert ask(make_person(), category).id != ask(make_person(), category).id


def test_mentioned_people_are_told_but_never_the_author(told):
    mira, tom = make_person("mira"), make_person("tom")
    thread = ask(mira, make_category(), mentions=[tom.id, mira.id, tom.id])
    assert told.of(PeopleMentioned) == [PeopleMentioned(thread.id, opening_of(thread).id, None, mira.id, (tom.id,))]


def test_tags_count_public_threads_only():
    ask(make_person(), make_category(audience="members"))
    assert tag_counts() == {"pump": 0}


def test_typed_tags_are_split_at_commas_or_spaces():
    assert split_tags("pump  drip") == ["pump", "drip"]
    assert split_tags("garden hose, pump ,, ") == ["garden-hose", "pump"]
    assert normalise_tags(["C++", ".NET", "überlauf", "c++", "水泵"]) == ["c++", ".net", "überlauf", "水泵"]
