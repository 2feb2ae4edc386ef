"""Questions that may be duplicates: found by similarity, decided by moderators, never joined by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.uow import unit_of_work
from app.forum.events import ThreadCurated
from app.forum.models import DuplicateProposal, Thread
from app.forum.queries.proposals import count_proposals, list_proposals, list_proposals_for
from app.forum.services import curating
from app.forum.services.editing import edit_post
from app.forum.services.proposing import dismiss_proposal, propose_duplicates, reopen_proposal
from app.jobs.models import Job
from app.search.sync import rebuild
from tests.factories import actor_of, make_category, make_person, make_question, make_thread, opening_of
from tests.forum.services.acting import do, text, thread_now

pytestmark = pytest.mark.usefixtures("app")

FILTER = "Water does not come through the intake filter although the impeller turns and the hose is open."
OTHERS = ("How long may cheese stand outside?", "Which visa do I need for Norway?", "My bicycle chain is noisy in rain")


@pytest.fixture
def mod():
    return make_person("mod", role="moderator")


@pytest.fixture
def pair():
    """An old question about a filter, a new one that asks the same, and questions about other things."""
    old = make_question(
        title="Intake filter lets no water through", text=FILTER, tags=("pump",), created_at=now() - timedelta(days=9)
    )
    for title in OTHERS:
        make_question(title=title, text=f"{title} Please help me with this one, I am lost.", created_at=now() - timedelta(days=5))
    new = make_question(title="No water through the intake filter", text=FILTER, tags=("pump",))
    return old, new


def propose(**values):
    rebuild()
    return propose_duplicates(0.7, **values)


def stored():
    db.session.rollback()
    db.session.expire_all()
    return [(p.thread_id, p.original_id, p.state) for p in db.session.scalars(sa.select(DuplicateProposal))]


def only():
    db.session.rollback()
    return db.session.scalars(sa.select(DuplicateProposal)).one()


def test_the_newer_of_two_like_questions_is_proposed_and_nothing_is_joined(pair):
    old, new = pair
    done = propose()
    assert (done.compared, done.proposed, done.next_id) == (5, 1, None)
    assert stored() == [(new.id, old.id, "open")]
    assert 0.7 <= only().score <= 1
    assert thread_now(new).duplicate_of_id is None


def test_each_question_is_compared_once_and_again_when_its_words_change(pair):
    _old, new = pair
    propose()
    assert propose().compared == 0
    author = db.session.get_one(Thread, new.id).author_id
    person = make_person("editor", role="staff")
    do(
        edit_post,
        person,
        post_id=opening_of(new).id,
        body=text("The filter is new, and still there is no water."),
        reason="Clearer",
    )
    assert author is not None and thread_now(new).duplicates_checked_at is None
    assert propose().compared == 1


def test_what_is_not_alike_any_more_is_not_proposed_any_more(pair):
    _old, new = pair
    propose()
    editor = make_person("editor", role="staff")
    words = "Which soap takes red wine out of a woollen carpet?"
    do(edit_post, editor, post_id=opening_of(new).id, body=text(words), title=words, tags=["carpet"], reason="Clearer")
    propose()
    assert stored() == []


def test_a_question_that_the_index_does_not_hold_waits(pair):
    rebuild()
    late = make_question(title="No water through the filter of the intake", text=FILTER, tags=("pump",))
    propose_duplicates(0.7)
    assert thread_now(late).duplicates_checked_at is None
    propose()
    assert (late.id, pair[0].id, "open") in stored()


def test_a_run_ends_after_its_share_and_says_where_to_go_on(pair):
    first = propose(limit=2)
    assert (first.compared, first.proposed) == (2, 0) and first.next_id is not None
    second = propose_duplicates(0.7, after_id=first.next_id)
    assert (second.compared, second.proposed, second.next_id) == (3, 1, None)


@pytest.mark.parametrize("values", [{"hidden_at": now()}, {"held_at": now()}, {"kind": "discussion"}])
def test_hidden_threads_held_ones_and_discussions_are_never_proposed(values):
    make_thread(title="Intake filter lets no water through", text=FILTER, created_at=now() - timedelta(days=9), **values)
    make_question(title="No water through the intake filter", text=FILTER)
    propose()
    assert stored() == []


def test_a_public_question_is_never_compared_with_an_inner_one_but_an_inner_one_with_public_ones():
    inner, public = make_category(audience="staff"), make_category()
    make_question(title="Intake filter lets no water through", text=FILTER, category=inner, created_at=now() - timedelta(days=9))
    new = make_question(
        title="No water through the intake filter", text=FILTER, category=public, created_at=now() - timedelta(days=3)
    )
    newest = make_question(title="No water at all through the intake filter", text=FILTER, category=inner)
    propose()
    assert (new.id, "open") not in [(thread, state) for thread, _, state in stored()]
    assert (newest.id, new.id, "open") in stored()


def test_the_main_thread_stands_for_its_duplicates(pair, mod):
    old, new = pair
    main = make_question(title="Something else entirely about water", created_at=now() - timedelta(days=20))
    do(curating.close_as_duplicate, mod, thread_id=old.id, original_id=main.id)
    propose()
    assert (new.id, main.id, "open") in stored()
    assert not [p for p in stored() if p[1] == old.id]


def test_joining_accepts_the_proposal_and_undoing_opens_it_again(pair, mod):
    old, new = pair
    propose()
    do(curating.close_as_duplicate, mod, thread_id=new.id, original_id=old.id)
    assert stored() == [(new.id, old.id, "accepted")] and only().decided_by_id == mod.id
    do(curating.undo_duplicate, mod, thread_id=new.id)
    assert stored() == [(new.id, old.id, "open")]
    do(curating.close_as_duplicate, mod, thread_id=old.id, original_id=new.id)
    assert stored() == [(new.id, old.id, "accepted")], "also joined the other way round"
    do(curating.undo_duplicate, mod, thread_id=old.id, differs=True, reason="Two pumps")
    assert stored() == [(new.id, old.id, "dismissed")] and only().reason == "Two pumps"


def test_a_dismissed_pair_stays_dismissed_and_can_be_brought_back(pair, mod, told):
    _old, new = pair
    propose()
    number = only().id
    do(dismiss_proposal, mod, proposal_id=number, reason="Another pump")
    with unit_of_work():
        db.session.get_one(Thread, new.id).duplicates_checked_at = None
    propose()
    assert [state for *_, state in stored()] == ["dismissed"]
    with pytest.raises(Conflict):
        do(dismiss_proposal, mod, proposal_id=number)
    do(reopen_proposal, mod, proposal_id=number)
    assert [state for *_, state in stored()] == ["open"]
    with pytest.raises(Conflict):
        do(reopen_proposal, mod, proposal_id=number)
    assert [(e.action, e.reason, e.before) for e in told.of(ThreadCurated)] == [
        ("not_duplicate", "Another pump", str(number)),
        ("propose_duplicate", "", str(number)),
    ]


def test_members_and_staff_do_not_decide_and_unknown_pairs_are_not_found(pair, mod):
    propose()
    for role in ("member", "staff"):
        with pytest.raises(Forbidden):
            do(dismiss_proposal, make_person(role=role), proposal_id=only().id)
    with pytest.raises(NotFound):
        do(dismiss_proposal, mod, proposal_id=999_999)


def test_lists_show_what_can_still_be_joined(pair, mod):
    old, new = pair
    propose()
    actor = actor_of(mod)
    row = list_proposals(actor).items[0]
    assert (row.thread.id, row.original.id) == (new.id, old.id) and 70 <= row.percent <= 100
    assert [p.id for p in list_proposals_for(actor, old.id)] == [p.id for p in list_proposals_for(actor, new.id)] == [row.id]
    assert count_proposals(actor) == {"open": 1, "accepted": 0, "dismissed": 0}
    do(curating.hide_thread, mod, thread_id=old.id, reason="Spam")
    assert not list_proposals(actor).items and not list_proposals_for(actor, new.id)


def test_moderators_see_no_proposals_about_inner_threads(mod):
    inner = make_category(audience="staff")
    make_question(title="Intake filter lets no water through", text=FILTER, category=inner, created_at=now() - timedelta(days=9))
    make_question(title="No water through the intake filter", text=FILTER, category=inner)
    propose()
    assert len(stored()) == 1
    assert list_proposals(actor_of(mod)).items == () or not list_proposals(actor_of(mod)).items
    assert list_proposals(actor_of(make_person(role="admin"))).items


def test_asking_has_the_question_compared_soon():
    from app.forum.services.asking import start_thread

    category = make_category()
    do(
        start_thread,
        make_person(),
        kind="question",
        category_id=category.id,
        title="Is the filter blocked?",
        body=text("It is."),
        tags=(),
    )
    assert db.session.scalar(sa.select(sa.func.count()).where(Job.kind == "forum.propose_duplicates")) == 1


def test_the_command_compares_what_is_new_and_prints_the_likest_pairs(app, pair):
    rebuild()
    run = app.test_cli_runner().invoke
    first = run(args=["duplicates", "scan"])
    assert first.exit_code == 0, first.output
    assert "5 questions compared, 1 pairs proposed." in first.output
    assert "No water through the intake filter" in first.output and "as  Intake filter lets no water through" in first.output
    assert "0 questions compared, 0 pairs proposed." in run(args=["duplicates", "scan", "--top", "0"]).output
    assert "5 questions compared, 1 pairs proposed." in run(args=["duplicates", "scan", "--again"]).output
    assert len(stored()) == 1


def test_the_command_says_which_questions_wait_for_the_index(app):
    make_question(title="A question that nobody indexed yet")
    result = app.test_cli_runner().invoke(args=["duplicates", "scan"])
    assert "1 questions are not in the search index yet" in result.output and "No pair waits for moderators." in result.output
