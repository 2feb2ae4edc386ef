"""What the threads of an issue add up to, and who may know of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.db import db
from app.core.uow import unit_of_work
from app.forum.models import MeToo, Outcome, Post, Thread
from app.forum.queries.issues import get_issue, issue_facts
from app.pageviews.models import PageviewDay, PageviewTotal
from tests.asserts import count_queries
from tests.factories import accept, make_answer, make_category, make_person, make_question

pytestmark = pytest.mark.usefixtures("app")


def say_me_too(thread, *people):
    with unit_of_work():
        db.session.add_all(MeToo(thread_id=thread.id, person_id=person.id) for person in people)


def read_by(thread, *days_and_views):
    with unit_of_work():
        db.session.add(PageviewTotal(kind="thread", target_id=thread.id, views=sum(v for _, v in days_and_views)))
        for days_ago, views in days_and_views:
            day = (now() - timedelta(days=days_ago)).date()
            db.session.add(PageviewDay(kind="thread", target_id=thread.id, day=day, views=views))


def duplicate_of(original, **values):
    return make_question(closed_at=now(), duplicate_of_id=original.id, **values)


def test_a_thread_alone_is_an_issue_of_one():
    thread = make_question(title="Why does it hum?")
    facts = issue_facts([thread.id])
    assert list(facts) == [thread.id]
    issue = facts[thread.id]
    assert (issue.thread_ids, issue.wordings, issue.people, issue.me_toos, issue.views) == ((thread.id,), (), 1, 0, 0)


def test_people_are_counted_once_however_often_they_say_it():
    asker, again, reader = make_person(), make_person(), make_person()
    main = make_question(author=asker)
    first, second = duplicate_of(main, author=again), duplicate_of(main, author=again)
    say_me_too(main, reader, again)
    say_me_too(first, reader, asker)
    say_me_too(second, reader)
    issue = get_issue(second.id)
    assert issue.main_id == main.id
    assert issue.me_toos == 3, "reader, again and asker each said so somewhere"
    assert issue.people == 3, "nobody else is affected"


def test_authors_who_are_gone_count_as_one_person_each():
    main = make_question()
    duplicate = duplicate_of(main)
    with unit_of_work():
        db.session.get_one(Thread, main.id).author_id = None
        db.session.get_one(Thread, duplicate.id).author_id = None
    assert get_issue(main.id).people == 2


def test_views_add_up_by_window():
    main = make_question()
    duplicate = duplicate_of(main)
    read_by(main, (0, 5), (29, 3), (30, 2), (59, 1), (60, 7), (89, 4), (90, 100))
    read_by(duplicate, (1, 10), (45, 20))
    issue = get_issue(main.id)
    assert (issue.views_30d, issue.views_previous_30d, issue.views_90d) == (18, 23, 52)
    assert issue.views == 122 + 30


def test_wordings_are_the_titles_of_duplicates_once_each_and_never_the_main_title():
    main = make_question(title="Pump hums")
    for title in ("No water from the pump", "pump HUMS", "no water from the pump", "It only hums"):
        duplicate_of(main, title=title)
    assert get_issue(main.id).wordings == ("No water from the pump", "It only hums")


def test_what_readers_of_the_main_thread_may_not_know_does_not_count():
    main = make_question(title="Pump hums", category=make_category(audience="members"))
    for values in (
        {"category": make_category(audience="staff")},
        {"hidden_at": now()},
        {"held_at": now()},
    ):
        say_me_too(duplicate_of(main, title="Canary", **values), make_person())
    public = duplicate_of(main, title="Known to all")
    issue = get_issue(main.id)
    assert issue.thread_ids == (main.id, public.id)
    assert (issue.wordings, issue.me_toos, issue.people) == (("Known to all",), 0, 2)


def test_outcomes_and_votes_of_all_threads_count():
    asker = make_person()
    main = make_question(author=asker, score=3)
    duplicate = duplicate_of(main, score=-4)
    solution, other = make_answer(main, score=5), make_answer(duplicate, score=2, worked_count=4)
    make_answer(main, worked_count=9, hidden_at=now(), score=99)
    accept(solution)
    with unit_of_work():
        db.session.add(
            Outcome(thread_id=main.id, post_id=solution.id, kind="confirmed_by_asker", voice="asker", actor_id=asker.id)
        )
    issue = get_issue(main.id)
    assert issue.confirmed == 5, "one asker, however often they say it, and four readers"
    assert issue.votes == 3 + 5 + 0 + 2
    with unit_of_work():
        db.session.get_one(Post, other.id).hidden_at = now()
    assert get_issue(main.id).confirmed == 1


def test_a_word_that_was_taken_back_does_not_count():
    main = make_question()
    accept(make_answer(main))
    with unit_of_work():
        event = db.session.query(Outcome).one()
        db.session.add(Outcome(thread_id=main.id, kind="withdrawn", voice="asker", withdraws_id=event.id))
    assert get_issue(main.id).confirmed == 0


def test_a_hundred_issues_cost_as_many_statements_as_one():
    mains = [make_question() for _ in range(8)]
    for main in mains:
        duplicate_of(main)
    with count_queries() as one:
        issue_facts([mains[0].id])
    with count_queries() as many:
        assert set(issue_facts([main.id for main in mains])) == {main.id for main in mains}
    assert len(one) == len(many) <= 7


def test_unknown_threads_and_none_at_all_are_left_out():
    assert issue_facts([]) == {}
    assert issue_facts([123456]) == {}
    assert get_issue(123456) is None


def test_a_circle_of_imported_duplicates_gives_finite_issues():
    first, second = make_question(), make_question()
    with unit_of_work():
        db.session.get_one(Thread, first.id).duplicate_of_id = second.id
        db.session.get_one(Thread, second.id).duplicate_of_id = first.id
    assert set(issue_facts([first.id, second.id])) == {first.id, second.id}
