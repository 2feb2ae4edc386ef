"""Who looks at what, and decisions about many items."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import travel

from app.core.actor import Actor
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.uow import unit_of_work
from app.forum.models import Post, Thread
from app.moderation.inbox import batches
from app.moderation.inbox.batches import decide_batch, get_batch, offered_decisions, preview_batch, undo_batch
from app.moderation.inbox.claiming import ClaimedByOther, claim_item, list_claims, release_item
from app.moderation.inbox.collecting import read_inbox
from app.moderation.inbox.deciding import decide_item
from app.moderation.models import InboxClaim, LogEntry
from app.moderation.undoing import undo_decision
from tests.asserts import count_queries
from tests.factories import actor_of, make_person
from tests.moderation.inbox import scenes

LASTS = timedelta(minutes=5)


@pytest.fixture
def mo(app: Flask) -> Actor:
    return actor_of(make_person("mo", role="moderator"))


@pytest.fixture
def ada(app: Flask) -> Actor:
    return actor_of(make_person("ada", role="moderator"))


def claim(actor: Actor, key: str, **values) -> InboxClaim:
    with unit_of_work():
        return claim_item(actor, key, lasts=LASTS, **values)


def decide(actor: Actor, key: str, **values):
    with unit_of_work():
        return decide_item(actor, key, "approve", **values)


def hidden(post: Post) -> bool:
    return db.session.get_one(Post, post.id, populate_existing=True).hidden_at is not None


def test_a_claim_is_shown_to_others_and_over_after_its_time(mo: Actor, ada: Actor):
    key = f"held-post-{scenes.held().id}"
    claim(ada, key)
    with pytest.raises(ClaimedByOther, match="Ada is looking at this"):
        claim(mo, key)
    found = list_claims([key])[key]
    assert found.words(mo, now() + timedelta(minutes=2)) == "Ada has been looking at this for 2 min"
    assert found.words(ada, now()) == "You are looking at this now"
    with travel(now() + LASTS + timedelta(seconds=1)):
        assert list_claims([key]) == {}
        assert claim(mo, key).person_id == mo.id
    assert list_claims([]) == {}


def test_claiming_again_renews_and_taking_over_is_possible(mo: Actor, ada: Actor):
    key = f"held-post-{scenes.held().id}"
    first = claim(ada, key).claimed_at
    with travel(now() + timedelta(minutes=4)):
        again = claim(ada, key)
        assert again.claimed_at == first and again.expires_at > now() + timedelta(minutes=4)
        assert claim(mo, key, take_over=True).person_id == mo.id
    with unit_of_work():
        assert not release_item(ada, key) and release_item(mo, key)


def test_old_claims_are_forgotten_and_nothing_is_claimed_that_does_not_wait(mo: Actor):
    first, second = (f"held-post-{scenes.held().id}" for _ in range(2))
    claim(mo, first)
    with travel(now() + timedelta(days=2)):
        claim(mo, second)
    assert list(db.session.scalars(sa.select(InboxClaim.key))) == [second]
    with pytest.raises(Conflict):
        claim(mo, "held-post-999999")
    with pytest.raises(NotFound):
        claim(mo, "nonsense")
    with pytest.raises(Forbidden):
        claim(actor_of(make_person(role="staff")), second)


def test_others_decide_only_when_they_are_sure_and_a_decision_ends_the_claim(mo: Actor, ada: Actor):
    key = f"held-post-{scenes.held().id}"
    claim(ada, key)
    with pytest.raises(ClaimedByOther):
        decide(mo, key)
    assert decide(mo, key, is_sure=True).entry_id and list_claims([key]) == {}


def test_a_preview_says_what_happens_to_which_and_what_is_skipped(mo: Actor, ada: Actor):
    one, two, other = scenes.reported(), scenes.reported(), scenes.alike()
    claim(ada, f"post-{two.id}")
    keys = [f"post-{one.id}", f"post-{two.id}", f"merge-{other.id}", "post-999999", f"post-{one.id}"]
    preview = preview_batch(mo, keys, "uphold")
    assert [(row.is_skipped, row.words) for row in preview.rows] == [
        (False, "hidden; the reports are upheld and its author is told why"), (True, "Ada is looking at it"),
        (True, "cannot be decided so"), (True, "decided already"),
    ]  # fmt: skip
    assert preview.keys == [f"post-{one.id}"] and preview.needs_reason
    assert {d.name for d in offered_decisions(read_inbox(mo).items)} == {"uphold", "spam", "decline", "differ"}


def test_nothing_or_an_unknown_decision_is_no_batch(mo: Actor):
    post = scenes.reported()
    for keys, decision in (([], "uphold"), ([f"post-{post.id}"], "explode")):
        with pytest.raises(Invalid):
            preview_batch(mo, keys, decision)


def test_what_is_chosen_beyond_a_batch_waits_on(mo: Actor, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(batches, "MOST_IN_BATCH", 2)
    posts = [scenes.reported() for _ in range(3)]
    results = decide_batch(mo, [f"post-{post.id}" for post in posts], "decline", reason="Fine").results
    assert [row["done"] for row in results] == [True, True, False]
    assert results[2]["said"] == "more than 2 at a time: it waits on" and results[2]["title"]


def test_a_batch_names_who_decided_meanwhile_and_about_what(mo: Actor, ada: Actor):
    one, two = scenes.reported(), scenes.reported()
    with unit_of_work():
        decide_item(ada, f"post-{one.id}", "decline", reason="Fine")
    gone, _other = decide_batch(mo, [f"post-{one.id}", f"post-{two.id}"], "uphold", reason="Rude").results
    title = db.session.get_one(Thread, one.thread_id).title
    assert (gone["said"], gone["title"], gone["path"]) == ("Ada has decided already", title, f"/posts/{one.id}")


def test_many_are_decided_each_with_its_entry_and_taken_back_in_one_go(mo: Actor):
    posts = [scenes.reported() for _ in range(3)]
    keys = [f"post-{post.id}" for post in posts]
    with pytest.raises(Invalid):
        decide_batch(mo, keys, "uphold", reason=" ")
    with unit_of_work():
        decide_item(mo, keys[1], "decline", reason="It is fine")
    batch = decide_batch(mo, keys, "uphold", reason="Advertising")
    assert [(row["done"], row["said"]) for row in batch.results][1] == (False, "decided already")
    assert [hidden(post) for post in posts] == [True, False, True]
    entries = [row["entry"] for row in batch.results if row["done"]]
    assert set(db.session.scalars(sa.select(LogEntry.action).where(LogEntry.id.in_(entries)))) == {"uphold"}
    undone = undo_batch(mo, batch.id, reason="A mistake")
    assert [row["said"] for row in undone.results] == ["taken back", "decided already", "taken back"] and undone.undone_at
    assert not any(hidden(post) for post in posts)
    assert {item.key for item in read_inbox(mo, "reports").items} == {keys[0], keys[2]}
    with pytest.raises(Conflict):
        undo_batch(mo, batch.id)


def test_what_cannot_be_taken_back_any_more_is_said(mo: Actor, ada: Actor):
    post = scenes.reported()
    batch = decide_batch(mo, [f"post-{post.id}"], "spam")
    assert batch.reason == "" and db.session.get_one(Post, post.id, populate_existing=True).hidden_reason == "Spam or advertising"
    with unit_of_work():
        undo_decision(ada, entry_id=batch.results[0]["entry"], reason="No spam")
    assert undo_batch(mo, batch.id).results[0]["said"] == "This was undone already."
    with pytest.raises(NotFound):
        get_batch(ada, batch.id)
    assert get_batch(actor_of(make_person(role="admin")), batch.id).id == batch.id


def test_a_preview_reads_each_source_once(mo: Actor):
    posts = [scenes.reported() for _ in range(6)]
    with count_queries() as few:
        preview_batch(mo, [f"post-{posts[0].id}"], "uphold")
    with count_queries() as many:
        preview_batch(mo, [f"post-{post.id}" for post in posts], "uphold")
    assert len(few) == len(many)
