"""Following tags and categories: who may, what ends it, and what it makes one's own."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.accounts.models import Person
from app.core.actor import ANONYMOUS
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.core.uow import unit_of_work
from app.forum.models import CategoryFollow, Tag, TagFollow
from app.forum.queries.followed import (
    follows_category,
    follows_tag,
    list_followed_categories,
    list_followed_tags,
    list_followed_threads,
    list_followers,
)
from app.forum.queries.personal import list_wanted
from app.forum.services.categorising import delete_category
from app.forum.services.following import follow, follow_category, follow_tag
from tests.asserts import assert_queries
from tests.factories import actor_of, make_category, make_person, make_question
from tests.forum.services.acting import do

pytestmark = pytest.mark.usefixtures("app")


def follow_places(person: Person, *, tag: str = "", category: str = "") -> None:
    if tag:
        assert do(follow_tag, person, name=tag, value=1)
    if category:
        assert do(follow_category, person, slug=category, value=1)


def count(model: type[TagFollow | CategoryFollow]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_tags_and_categories_are_followed_once_and_left():
    mira, other = make_person(), make_person()
    make_question(category=make_category("water"), tags=("pump",))
    for _ in range(2):
        follow_places(mira, tag="pump", category="water")
    follow_places(other, tag="pump", category="water")
    assert (count(TagFollow), count(CategoryFollow)) == (2, 2)
    assert follows_tag(actor_of(mira), "pump") and follows_category(actor_of(mira), "water")
    for _ in range(2):
        assert not do(follow_tag, mira, name="pump", value=0) and not do(follow_category, mira, slug="water", value=0)
    assert not follows_tag(actor_of(mira), "pump") and not follows_category(actor_of(mira), "water")
    assert follows_tag(actor_of(other), "pump") and follows_category(actor_of(other), "water")


@pytest.mark.parametrize("value", [0, 1])
def test_visitors_follow_nothing(value: int):
    make_question(category=make_category("water"), tags=("pump",))
    with pytest.raises(Forbidden):
        do(follow_tag, ANONYMOUS, name="pump", value=value)
    with pytest.raises(Forbidden):
        do(follow_category, ANONYMOUS, slug="water", value=value)


def test_what_somebody_may_not_see_does_not_exist_for_them_but_can_be_left():
    member, staff = make_person(), make_person(role="staff")
    make_question(category=make_category("inner", audience="staff"), tags=("secret",))
    with unit_of_work():
        db.session.execute(sa.update(Tag).values(thread_count=0))  # counts what is public
    follow_places(staff, tag="secret", category="inner")
    for name in ("secret", "never-heard-of"):
        with pytest.raises(NotFound):
            do(follow_tag, member, name=name, value=1)
        assert do(follow_tag, member, name=name, value=0) is False
    for slug in ("inner", "nowhere"):
        with pytest.raises(NotFound):
            do(follow_category, member, slug=slug, value=1)
        assert do(follow_category, member, slug=slug, value=0) is False
    assert (count(TagFollow), count(CategoryFollow)) == (1, 1)


def test_a_category_that_is_removed_is_not_followed_any_more():
    category = make_category("empty")
    follow_places(make_person(), category="empty")
    do(delete_category, make_person(role="admin"), category_id=category.id)
    assert count(CategoryFollow) == 0


def test_what_somebody_follows_is_listed_as_far_as_they_may_read_it():
    mira, inner = make_person(role="staff"), make_category("inner", audience="staff", name="Inner")
    thread = make_question(category=make_category("water", name="Water"), tags=("pump", "hose"))
    hidden = make_question(category=inner)
    follow_places(mira, tag="pump", category="water")
    follow_places(mira, tag="hose", category="inner")
    for one in (thread, hidden):
        do(follow, mira, thread_id=one.id, value=1)
    left = make_question(category=inner)
    do(follow, mira, thread_id=left.id, value=0)
    mira.role = "member"
    db.session.commit()
    reader = actor_of(mira)
    assert [place.title for place in list_followed_tags(reader)] == ["hose", "pump"]
    assert [(place.title, place.path) for place in list_followed_categories(reader)] == [("Water", "/c/water")]
    assert [row.id for row in list_followed_threads(reader).items] == [thread.id]


def test_followers_of_a_thread_are_named_once_by_its_first_tag_that_they_follow():
    category = make_category("water")
    thread = make_question(category=category, tags=("pump", "hose"))
    make_question(category=category, tags=("cable",))
    both, second, board, all_of_it, another = (make_person() for _ in range(5))
    follow_places(both, tag="hose"), follow_places(both, tag="pump")
    follow_places(second, tag="hose")
    follow_places(board, category="water")
    follow_places(all_of_it, tag="hose", category="water")
    follow_places(another, tag="cable")
    found = [(one.person_id, one.tag) for one in list_followers(thread.id, 0, 10)]
    assert found == [(both.id, "pump"), (second.id, "hose"), (board.id, None), (all_of_it.id, "hose")]
    assert [one.person_id for one in list_followers(thread.id, second.id, 1)] == [board.id]


@pytest.mark.parametrize("places", [{"tag": "pump"}, {"category": "water"}])
def test_questions_in_what_somebody_follows_want_their_help(places: dict[str, str]):
    mira = make_person()
    wanted = make_question(category=make_category("water"), tags=("pump",))
    make_question(tags=("cable",))
    reader, wanted_id = actor_of(mira), wanted.id
    with assert_queries(at_most=1):
        assert list_wanted(reader) == ()
    follow_places(mira, **places)
    with assert_queries(at_most=3):
        found = list_wanted(reader)
    assert [row.id for row in found] == [wanted_id]
    do(follow, reader, thread_id=wanted_id, value=1)
    assert list_wanted(reader) == ()
