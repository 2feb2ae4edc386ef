"""Every kind of thing that waits: found, in order, decided by its source, logged, undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.forum.services.editing import edit_post
from app.moderation.inbox.collecting import count_inbox, find_item, find_items, read_inbox
from app.moderation.inbox.deciding import decide_item
from app.moderation.inbox.registry import list_sources, source_of
from app.moderation.models import LogEntry
from app.moderation.people.appealing import appeal
from app.moderation.people.imposing import impose
from app.moderation.undoing import undo_decision
from tests.asserts import count_queries
from tests.factories import actor_of, body, make_answer, make_category, make_person, make_question
from tests.moderation.inbox import scenes

# Kind -> decision -> the action of the log that it leads to.
DECISIONS = [
    ("post", "uphold", "uphold"), ("post", "spam", "uphold"), ("post", "decline", "decline"), ("held-post", "approve", "approve"),
    ("held-post", "spam", "reject"), ("held-post", "reject", "reject"), ("disputed", "holds", "solution_holds"),
    ("disputed", "withdraw", "withdraw"), ("source", "keep", "keep_article"), ("merge", "differ", "not_duplicate"),
    ("candidate", "dismiss", "dismiss"), ("candidate", "later", "snooze"),
]  # fmt: skip
MAKERS = {
    "post": lambda: f"post-{scenes.reported().id}", "held-post": lambda: f"held-post-{scenes.held().id}",
    "disputed": lambda: f"disputed-{scenes.disputed().thread_id}", "source": lambda: f"source-{scenes.changed_source().id}",
    "merge": lambda: f"merge-{scenes.alike().id}", "candidate": lambda: f"candidate-{scenes.candidate()}",
}  # fmt: skip


@pytest.fixture
def mo(app: Flask) -> Actor:
    return actor_of(make_person("mo", role="moderator"))


def decide(actor: Actor, key: str, decision: str, reason: str = "Seen it", **values):
    with unit_of_work():
        return decide_item(actor, key, decision, reason=reason, **values)


def test_what_waits_is_counted_for_each_by_statements_made_once(app: Flask, monkeypatch: pytest.MonkeyPatch):
    mo, mia, boss = (actor_of(make_person(role=role, password_hash="x")) for role in ("moderator", "moderator", "admin"))
    scenes.everything()
    scenes.reported(category=make_category(audience="staff"))
    of_mo = scenes.reported(author=db.session.get_one(Person, mo.id))
    for _ in range(2):
        for actor in (mo, mia, boss):
            assert count_inbox(actor) == {source.name: len(source.list_items(actor, 50)) for source in list_sources()}
        assert [count_inbox(actor)["reports"] for actor in (mo, mia, boss)] == [1, 2, 3]
    with monkeypatch.context() as patched:
        patched.setattr(sa, "select", None)  # nothing is made again, for others with the same role neither
        assert count_inbox(mia)["reports"] == 2
    for person_id in (mia.id, boss.id):
        db.session.get_one(Person, person_id).suspended_until = now() + timedelta(days=1)
    db.session.commit()
    assert count_inbox(mo)["reports"] == 2, f"nobody else could decide about {of_mo.id}"


def test_one_inbox_holds_everything_the_most_harmful_first(mo: Actor):
    keys = scenes.everything()
    inbox = read_inbox(mo)
    assert [item.key for item in inbox.items if item.kind in keys] == list(keys.values())
    assert inbox.counts["reports"] == 1 and inbox.total == len(inbox.items)
    only = read_inbox(mo, "merges")
    assert [item.kind for item in only.items] == ["merge"] and only.counts == inbox.counts and only.total == 1
    assert inbox.after(keys["post"]) == keys["held-post"] and inbox.after("nothing-1") == ""
    assert inbox.after(inbox.items[-1].key) == inbox.items[-2].key
    assert find_items(mo, list(keys.values())).keys() == set(keys.values())
    with pytest.raises(NotFound):
        read_inbox(mo, "nothing")


def test_moderators_see_nothing_of_categories_they_cannot_read(mo: Actor):
    secret = make_category(audience="staff")
    keys = scenes.everything(category=secret)
    assert read_inbox(mo).items == () and read_inbox(mo).total == 0
    assert all(find_item(mo, key) is None for key in keys.values())
    admin = actor_of(make_person(role="admin"))
    assert {item.kind for item in read_inbox(admin).items} >= set(keys)
    for key, decision in (("post", "uphold"), ("held-post", "approve"), ("disputed", "holds"), ("merge", "differ")):
        with pytest.raises(Conflict):
            decide(mo, keys[key], decision)
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(LogEntry))


@pytest.mark.parametrize("role", ["member", "staff"])
def test_only_moderators_decide(app: Flask, role: str):
    key = MAKERS["post"]()
    with pytest.raises(Forbidden):
        decide(actor_of(make_person(role=role)), key, "uphold")


@pytest.mark.parametrize(("kind", "decision", "action"), DECISIONS)
def test_each_decision_is_logged_ends_the_item_and_can_be_undone(mo: Actor, kind: str, decision: str, action: str):
    key = MAKERS[kind]()
    item = find_item(mo, key)
    assert item is not None and item.summary and item.path and item.since <= now()
    done = decide(mo, key, decision, seen=item.seen)
    assert done.entry_id is not None
    entry = db.session.get_one(LogEntry, done.entry_id)
    assert (entry.action, entry.actor_id) == (action, mo.id)
    assert find_item(mo, key) is None
    with pytest.raises(Conflict):
        decide(mo, key, decision)
    if action == "keep_article":
        return
    with unit_of_work():
        undo_decision(mo, entry_id=done.entry_id, reason="A mistake")
    db.session.expire_all()
    if action == "withdraw":  # accepted once more, which counts as solved until somebody objects again
        assert db.session.scalars(sa.select(Post.accepted_at).where(Post.id == entry.post_id)).one() is not None
    else:
        assert find_item(mo, key) is not None


@pytest.mark.parametrize("kind", list(MAKERS))
def test_decisions_need_their_reason_and_unknown_ones_are_refused(mo: Actor, kind: str):
    key = MAKERS[kind]()
    item = find_item(mo, key)
    assert item is not None
    for decision in item.decisions:
        if decision.needs_reason:
            with pytest.raises(Invalid) as error:
                decide(mo, key, decision.name, reason="  ")
            assert "reason" in error.value.errors
    with pytest.raises(NotFound):
        decide(mo, key, "explode")
    letters = [one.letter for one in item.decisions] + [link.letter for link in item.links if link.letter]
    assert len(set(letters)) == len(letters) and not set(letters) & set("ijkx")


def test_a_text_that_changed_meanwhile_is_not_decided_unread(mo: Actor):
    post = scenes.held()
    item = find_item(mo, f"held-post-{post.id}")
    assert item is not None
    author = db.session.get_one(Post, post.id).author_id
    with unit_of_work():
        edit_post(Actor(id=author, role=mo.role), post_id=post.id, body=body("Something else now"), reason="Better")
    with pytest.raises(Conflict):
        decide(mo, item.key, "approve", seen=item.seen)
    assert db.session.get_one(Post, post.id, populate_existing=True).held_at is not None


def test_what_is_open_shows_the_text_the_reasons_and_what_stands_around(mo: Actor):
    keys = scenes.everything()
    details = {kind: source_of(kind).show(mo, find_item(mo, key)) for kind, key in keys.items()}  # type: ignore[arg-type]
    assert "cheap heaters" in details["post"].html and details["post"].voices[0].note == "Look at this"
    assert [piece.label for piece in details["post"].context] == ["The opening text"]
    assert details["disputed"].voices[0].note == "Still humming" and "off and on" in details["disputed"].html
    assert [piece.label[:5] for piece in details["merge"].context] == ["Asked", "Asked"]
    assert len(details["source"].context) == 2 and details["candidate"].voices


def test_the_neighbours_of_a_post_are_those_right_before_and_after(mo: Actor):
    thread = make_question(created_at=now() - timedelta(days=2))
    texts = [make_answer(thread, text=f"Answer {n}", created_at=now() - timedelta(hours=20 - n)) for n in range(5)]
    with unit_of_work():
        db.session.get_one(Post, texts[2].id).held_at = now()
    item = find_item(mo, f"held-post-{texts[2].id}")
    assert item is not None
    around = source_of("held-post").show(mo, item).context
    assert [piece.text for piece in around[1:]] == ["Answer 1", "Answer 3"]


def test_the_cost_does_not_grow_with_what_waits(mo: Actor):
    scenes.everything()
    with count_queries() as few:
        read_inbox(mo)
    for _ in range(2):
        scenes.everything()
    with count_queries() as many:
        read_inbox(mo)
    assert len(many) == len(few) <= 2 * len(list_sources()) + 4


def test_a_repeated_word_against_readers_is_told_so(mo: Actor):
    """A moderator who said that it works cannot say it again: somebody else, or another answer, is needed."""
    answer = scenes.disputed()
    decide(mo, f"disputed-{answer.thread_id}", "holds")
    with unit_of_work():
        thread = db.session.get_one(Thread, answer.thread_id)
        thread.status = "disputed"
    with pytest.raises(Conflict):
        decide(mo, f"disputed-{answer.thread_id}", "holds")


@pytest.mark.parametrize(("decision", "is_running"), [("lift", False), ("stays", True)])
def test_appeals_wait_in_the_inbox_of_others_than_who_decided(mo: Actor, decision: str, is_running: bool):
    person, judge = make_person(), actor_of(make_person("judge", role="moderator"))
    with unit_of_work():
        db.session.get_one(Person, mo.id).password_hash = "set"  # somebody else who could decide today
    with unit_of_work():
        sanction = impose(judge, person_id=person.id, kind="mute", reason="Too loud", until=now() + timedelta(days=7))
    with unit_of_work():
        appeal(person.id, sanction_id=sanction.id, note="I will be quiet")
    key = f"appeal-{sanction.id}"
    own, other = find_item(judge, key), find_item(mo, key)
    assert own is not None and own.decisions == () and other is not None and other.person_id == person.id
    detail = source_of("appeal").show(mo, other)
    assert [voice.words for voice in source_of("appeal").show(judge, own).voices][1:] == [
        "Somebody else looks at it: you decided first"
    ]
    assert len(detail.voices) == 1 and detail.voices[0].note == "I will be quiet" and detail.context[0].text == "Too loud"
    with pytest.raises(NotFound):
        decide(judge, key, decision)
    assert decide(mo, key, decision, reason="We talked about it").entry_id is not None
    db.session.refresh(sanction)
    assert find_item(mo, key) is None and (sanction.ended_at is None) is is_running
