"""People who are trusted improve titles and tags of others' questions: the rule, the service, the page, and undoing it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.actor import Actor, Role
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.trust import Level
from app.core.uow import unit_of_work
from app.forum.models import Category, PostRevision, Thread
from app.forum.policies import can_improve_title
from app.forum.queries.threads import list_tag_names
from app.forum.services.editing import EditConflict
from app.forum.services.retitling import improve_title
from app.moderation.models import LogEntry, ScreenedText, ScreeningHit
from app.moderation.screening.keeping import add_rule
from app.notifications.models import Notification
from tests.client import Browser
from tests.factories import actor_of, make_category, make_person, make_question, make_thread, opening_of

TITLE = "The pump hums at night and moves no water"


def regular() -> Actor:
    return actor_of(make_person(level=2))


def improve(
    actor: Actor, thread: Thread, title: str = TITLE, tags: tuple[str, ...] = ("pump",), reason: str = "Says what", **values
):
    with unit_of_work():
        return improve_title(actor, thread_id=thread.id, title=title, tags=tags, reason=reason, **values)


@pytest.mark.parametrize(
    ("actor", "thread", "allowed"),
    [
        ({"level": Level.REGULAR}, {}, True),
        ({"level": Level.TRUSTED}, {}, True),
        ({"level": Level.MEMBER}, {}, False),
        ({"level": Level.NEW}, {}, False),
        ({"role": Role.STAFF}, {}, True),
        ({"role": Role.MODERATOR}, {}, True),
        ({"level": Level.TRUSTED, "is_suspended": True}, {}, False),
        ({"level": Level.TRUSTED, "is_muted": True}, {}, False),
        ({"level": Level.TRUSTED}, {"kind": "discussion"}, False),
        ({"level": Level.TRUSTED}, {"hidden_at": now()}, False),
        ({"level": Level.TRUSTED}, {"held_at": now()}, False),
        ({"level": Level.TRUSTED}, {"locked_at": now()}, False),
        ({"level": Level.TRUSTED}, {"archived_at": now()}, False),
        ({"level": Level.TRUSTED}, {"closed_at": now()}, True),
        ({"level": Level.TRUSTED}, {"audience": "staff"}, False),
        ({"id": None}, {}, False),
    ],
)
def test_who_improves_titles(actor: dict, thread: dict, allowed: bool):
    category = Category(audience=thread.pop("audience", "public"))
    one = Thread(kind=thread.pop("kind", "question"), author_id=9, **thread)
    one.category = category
    assert can_improve_title(Actor(**{"id": 1, "role": Role.MEMBER, **actor}), one) is allowed


def test_a_better_title_is_a_revision_logged_told_and_undone(app: Flask, browser: Browser):
    asker, actor = make_person("asker"), regular()
    thread = make_question(author=asker, title="Help!! Pump problem here", tags=("help",))
    with unit_of_work():
        db.session.execute(sa.update(PostRevision).values(tags="help"))  # the factory keeps no tags of the first text
    improve(actor, thread)
    changed = db.session.get_one(Thread, thread.id)
    assert (changed.title, list_tag_names(thread.id)) == (TITLE, ["pump"]) and changed.slug.startswith("the-pump-hums")
    assert opening_of(thread).body_source == "The pump hums but no water comes out."
    newest = db.session.scalars(sa.select(PostRevision).order_by(PostRevision.id.desc())).first()
    assert (newest.number, newest.title, newest.tags, newest.editor_id, newest.reason) == (
        2,
        TITLE,
        "pump",
        actor.id,
        "Says what",
    )
    entry = db.session.scalars(sa.select(LogEntry)).one()
    assert (entry.action, entry.actor_id, entry.before) == ("edit", actor.id, "1")
    told = db.session.scalars(sa.select(Notification.text).where(Notification.person_id == asker.id)).one()
    assert "Says what" in told
    browser.sign_in(make_person(role="moderator")).post(f"/moderation/log/{entry.id}/undo", {"reason": "It was clear enough"})
    db.session.expire_all()
    assert (db.session.get_one(Thread, thread.id).title, list_tag_names(thread.id)) == ("Help!! Pump problem here", ["help"])


def test_saving_what_stands_there_changes_nothing(app: Flask):
    thread = make_question(title=TITLE, tags=("pump",))
    improve(regular(), thread)
    assert opening_of(thread).revision == 1


def test_tags_are_counted_anew(app: Flask):
    thread = make_question(tags=("old",))
    improve(regular(), thread, thread.title, ("new",))
    assert dict(db.session.execute(sa.text("SELECT name, thread_count FROM tag")).all()) == {"old": 0, "new": 1}


def test_what_cannot_be_changed_is_refused_in_words(app: Flask):
    thread, actor = make_question(), regular()
    with pytest.raises(Forbidden, match="How trust grows"):
        improve(actor_of(make_person(level=1)), thread)
    with pytest.raises(Conflict, match="no question"):
        improve(actor, make_thread(kind="discussion"))
    with pytest.raises(EditConflict):
        improve(actor, thread, base_revision=7)
    for values, field in (({"title": "Pump"}, "title"), ({"reason": " "}, "reason")):
        with pytest.raises(Invalid) as error:
            improve(actor, thread, **values)
        assert list(error.value.errors) == [field]


def test_a_watched_word_in_a_title_never_takes_somebody_elses_question_out_of_sight(app: Flask):
    mo, thread = actor_of(make_person(role="moderator")), make_question()
    with unit_of_work():
        add_rule(mo, kind="word", text="casino", measure="hold")
    with pytest.raises(Invalid, match="moderator would have to read"):
        improve(regular(), thread, "Win the casino bonus with your pump")
    assert db.session.get_one(Thread, thread.id).is_listed
    improve(regular(), thread)
    rows = (db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (ScreeningHit, ScreenedText))
    assert list(rows) == [0, 0]


def test_the_page_leads_there_and_keeps_what_was_typed(browser: Browser):
    thread = make_question(tags=("help",), category=make_category())
    assert f"/threads/{thread.id}/title" in browser.sign_in(make_person(level=2)).get(thread.path).text
    browser.get(f"/threads/{thread.id}/title")
    answer = browser.post(
        f"/threads/{thread.id}/title", {"title": "Short", "tags": "one, two", "reason": "Better", "base_revision": "1"}, 400
    )
    assert "one, two" in answer.text and 'value="Short"' in answer.text and "at least" in answer.text
    browser.post(f"/threads/{thread.id}/title", {"title": TITLE, "tags": "pump", "reason": "Better", "base_revision": "1"}, 303)
    again = browser.post(
        f"/threads/{thread.id}/title",
        {"title": "Why does it hum at night?", "tags": "", "reason": "x", "base_revision": "1"},
        409,
    )
    assert (
        TITLE in again.text
        and "Why does it hum at night?" in again.text
        and 'name="base_revision" type="hidden" value="2"' in again.text
    )


def test_who_is_not_trusted_finds_no_link_and_no_page(browser: Browser):
    thread = make_question()
    assert f"/threads/{thread.id}/title" not in browser.sign_in(make_person(level=1)).get(thread.path).text
    browser.get(f"/threads/{thread.id}/title", status=403)
