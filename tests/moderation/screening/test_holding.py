"""From a text somebody writes to the decision of a moderator: what is held, why, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.core.clock import now
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.records import replace
from app.core.uow import unit_of_work
from app.forum.models import Comment, Post, Thread
from app.forum.services import curating
from app.forum.services.answering import add_post
from app.forum.services.asking import start_thread
from app.forum.services.commenting import add_comment, edit_comment
from app.forum.services.editing import edit_post
from app.moderation.models import LogEntry, ScreenedPiece, ScreenedText, ScreeningHit, SpamModel
from app.moderation.queries import count_queue, list_queue
from app.moderation.screening.keeping import add_rule, remove_rule, restore_rule
from app.moderation.screening.learning import learn
from app.moderation.screening.listing import list_rules
from app.moderation.screening.repeats import forget_job
from app.moderation.screening.terms import screening_terms, use_terms
from app.moderation.undoing import undo_decision
from tests.asserts import count_queries
from tests.factories import actor_of, body, make_answer, make_category, make_person, make_question, opening_of

LONG = "Our shop has the very best garden lamps for the lowest price in the whole country and ships them free of charge today."


@pytest.fixture(autouse=True)
def terms(app: Flask) -> Iterator[None]:
    before = screening_terms()
    yield
    use_terms(before)


def old_hand(name: str = "", **values) -> Person:
    """Somebody who is not new."""
    person = make_person(name, created_at=now() - timedelta(days=90), level=1, **values)
    thread = make_question(created_at=now() - timedelta(days=30))
    for _ in range(2):
        make_answer(thread, person, created_at=now() - timedelta(days=20))
    return person


def moderator():
    return actor_of(make_person(role="moderator"))


def answer(person: Person, text: str, thread: Thread | None = None) -> Post:
    thread = thread or make_question()
    with unit_of_work():
        return add_post(actor_of(person), thread_id=thread.id, body=body(text))


def ask(person: Person, text: str, title: str = "Why does my pump hum at night?", **values) -> Thread:
    category = values.pop("category", None) or make_category()
    with unit_of_work():
        return start_thread(
            actor_of(person), kind="question", category_id=category.id, title=title, body=body(text), tags=values.pop("tags", [])
        )


def comment(person: Person, text: str, post: Post) -> Comment:
    with unit_of_work():
        return add_comment(actor_of(person), post_id=post.id, body=body(text))


def watch(text: str, measure: str = "hold", kind: str = "word", **values):
    mo = moderator()
    with unit_of_work():
        return add_rule(mo, kind=kind, text=text, measure=measure, **values)


def reasons() -> list[str]:
    return list(db.session.scalars(sa.select(ScreeningHit.words).order_by(ScreeningHit.id)))


def test_ordinary_texts_of_new_people_appear_at_once(app: Flask):
    thread = ask(make_person(), "It hums. I looked at https://pumps.example already.")
    assert thread.is_listed and answer(make_person(), "Clean the filter.", thread).is_listed and reasons() == []


def test_what_a_watched_word_holds_waits_in_the_queue_with_the_reason(app: Flask):
    watch("lamp*")
    post = answer(old_hand(), "Cheap L\u0410MPS here")  # the second letter is Cyrillic
    assert post.held_at is not None
    waiting = list_queue(moderator())
    assert [(item.kind, [hit.words for hit in item.hits]) for item in waiting] == [
        ("held-post", ["Says “lamp*”, a watched word"])
    ]


def test_a_refused_word_tells_its_author_what_to_do(app: Flask):
    watch("resale", "block", note="Please write to our sales team.")
    with pytest.raises(Invalid) as error:
        answer(make_person(), "I offer a re\u00adsale of keys")
    assert error.value.errors == {"body": "Your text says “resale”. Please write to our sales team."}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ScreeningHit)) == 0


def test_a_tagging_word_tags_new_threads(app: Flask):
    watch("intake", "tag", tag="Filters")
    thread = ask(make_person(), "The intake is dirty.", tags=["pump"])
    from_table = db.session.scalars(
        sa.text("SELECT tag.name FROM tag JOIN thread_tag ON tag_id = tag.id ORDER BY position")
    ).all()
    assert thread.is_listed and from_table == ["pump", "filters"]


def test_hosts_are_refused_held_or_always_fine(app: Flask):
    watch("bad.example", "block", "host")
    watch("https://new.example/page", "hold", "host")
    watch("pumps.example", "allow", "host")
    person = make_person()
    with pytest.raises(Invalid, match=r"Your text names bad.example"):
        answer(person, "Look at shop.bad.example")
    assert answer(person, "a https://pumps.example/1 b https://pumps.example/2 c https://pumps.example/3").is_listed
    assert not answer(person, "See https://www.new.example").is_listed


def test_staff_and_moderators_are_not_screened(app: Flask):
    watch("lamps", "block")
    assert answer(make_person(role="staff"), "lamps " * 3).is_listed
    assert answer(make_person(role="moderator"), LONG).is_listed
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ScreenedText)) == 0


def test_new_people_with_many_links_or_an_image_wait_and_others_do_not(app: Flask):
    many = "https://a.example https://b.example https://c.example"
    image = "![x](https://i.example/a.png)"
    assert not answer(make_person(), many).is_listed and not answer(make_person(), image).is_listed
    assert answer(old_hand(), many).is_listed and answer(old_hand(), image).is_listed
    assert reasons() == ["Links to 3 other sites by somebody new: a.example, b.example, c.example", "1 image by somebody new"]


def test_a_new_person_has_one_waiting_text_at_a_time(app: Flask):
    person, category = make_person(), make_category(holds_first_posts=True)
    first = ask(person, "It hums.", category=category)
    assert not first.is_listed and reasons() == ["One of the first texts of somebody new"]
    with pytest.raises(Invalid, match="still waits"):
        ask(person, "It hums again, and louder.", "Why does my other pump hum?", category=category)
    assert answer(person, "This place does not hold first texts.").is_listed
    mo = moderator()
    with unit_of_work():
        curating.approve_thread(mo, thread_id=first.id)
    assert ask(person, "It hums again, and louder.", "Why does my other pump hum?", category=category).is_listed


def test_where_threads_need_approval_new_people_also_have_one_at_a_time(app: Flask):
    person, category = make_person(), make_category(needs_approval=True)
    ask(person, "It hums.", category=category)
    with pytest.raises(Invalid, match="still waits"):
        ask(person, "It hums more.", "Why does my other pump hum?", category=category)


def test_writing_very_fast_waits(app: Flask):
    use_terms(replace(screening_terms(), pace=3))
    person = old_hand()
    posts = [answer(person, f"Answer number {number}") for number in range(4)]
    assert [post.is_listed for post in posts] == [True, True, True, False]
    assert reasons() == ["Text no. 4 within ten minutes"]


def test_the_same_text_again_and_again_waits_whoever_writes_it(app: Flask):
    posts = [answer(make_person(), LONG.replace("lamps", thing)) for thing in ("lamps", "chairs", "tables")]
    assert [post.is_listed for post in posts] == [True, True, False]
    assert reasons() == ["Says much the same as 2 texts of the last 30 days, 2 of them by other people"]
    short = [answer(make_person(), "That worked, thank you!") for _ in range(4)]
    assert all(post.is_listed for post in short)
    linked = [answer(make_person(), "Go to https://a.example") for _ in range(3)]
    assert [post.is_listed for post in linked] == [True, True, False]


def test_texts_are_forgotten_after_a_month(app: Flask):
    answer(make_person(), LONG)
    with unit_of_work():
        db.session.execute(sa.update(ScreenedText).values(created_at=now() - timedelta(days=31)))
    forget_job([])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ScreenedPiece)) == 0


def test_trusted_people_are_held_by_the_rules_of_moderators_alone(app: Flask):
    watch("lamps")
    trusted = make_person(level=2)
    assert answer(trusted, "https://a.example https://b.example https://c.example").is_listed
    assert not answer(trusted, "lamps").is_listed


def test_a_held_comment_is_hidden_until_it_is_let_through(app: Flask):
    watch("lamps")
    post = make_answer(make_question())
    waiting = comment(old_hand(), "cheap lamps", post)
    assert waiting.held_at is not None and waiting.hidden_at is not None and db.session.get_one(Post, post.id).comment_count == 0
    mo = moderator()
    assert [item.kind for item in list_queue(mo)] == ["held-comment"] and count_queue(mo) == 1
    with pytest.raises(Conflict), unit_of_work():
        curating.restore_comment(mo, comment_id=waiting.id)
    with unit_of_work():
        curating.approve_comment(mo, comment_id=waiting.id)
    db.session.expire_all()
    assert db.session.get_one(Post, post.id).comment_count == 1 and list_queue(mo) == []
    assert db.session.scalars(sa.select(ScreeningHit.outcome)).all() == ["approved"]
    with unit_of_work():
        undo_decision(mo, entry_id=db.session.scalar(sa.select(sa.func.max(LogEntry.id))), reason="")
    assert count_queue(mo) == 1 and db.session.scalars(sa.select(ScreeningHit.outcome)).all() == ["open"]


def test_a_rejected_comment_stays_hidden_and_can_wait_again(app: Flask):
    watch("lamps")
    waiting, mo = comment(old_hand(), "cheap lamps", make_answer(make_question())), moderator()
    with unit_of_work():
        curating.reject_comment(mo, comment_id=waiting.id, reason="Spam or advertising")
    assert list_queue(mo) == [] and db.session.get_one(Comment, waiting.id).hidden_reason == "Spam or advertising"
    with pytest.raises(Conflict), unit_of_work():
        curating.approve_comment(mo, comment_id=waiting.id)
    with unit_of_work():
        undo_decision(mo, entry_id=db.session.scalar(sa.select(sa.func.max(LogEntry.id))), reason="")
    assert [item.kind for item in list_queue(mo)] == ["held-comment"]


def test_an_edit_that_adds_what_is_watched_takes_the_text_out_of_sight(app: Flask):
    watch("lamps")
    person = old_hand()
    thread, reply = ask(person, "It hums."), answer(person, "Clean the filter.")
    said = comment(person, "Thank you", make_answer(make_question()))
    opening = opening_of(thread).id
    with unit_of_work():
        edit_post(actor_of(person), post_id=opening, body=body("Buy lamps"))
        edit_post(actor_of(person), post_id=reply.id, body=body("Buy lamps"))
        edit_comment(actor_of(person), comment_id=said.id, body=body("Buy lamps"))
    assert sorted(item.kind for item in list_queue(moderator())) == ["held-comment", "held-post", "thread"]
    assert (
        thread.category_id
        and db.session.scalar(sa.text("SELECT sum(thread_count) FROM category WHERE id = :id"), {"id": thread.category_id}) == 0
    )


def test_what_stood_there_before_is_not_held_against_an_edit(app: Flask):
    person = old_hand()
    reply = answer(person, "Buy lamps.")
    watch("lamps", "block")
    with unit_of_work():
        edit_post(actor_of(person), post_id=reply.id, body=body("Buy lamps, or do not."))
    assert db.session.get_one(Post, reply.id).is_listed


def test_rules_are_the_moderators_and_can_be_undone(app: Flask):
    staff = actor_of(make_person(role="staff"))
    with pytest.raises(Forbidden), unit_of_work():
        add_rule(staff, kind="word", text="lamps", measure="hold")
    rule, mo = watch("Lamps"), moderator()
    with pytest.raises(Invalid, match="already"), unit_of_work():
        add_rule(mo, kind="word", text="LÁMPS", measure="block")
    with unit_of_work():
        remove_rule(mo, rule_id=rule.id, reason="Too many")
    assert answer(make_person(), "lamps").is_listed
    with pytest.raises(Conflict), unit_of_work():
        remove_rule(mo, rule_id=rule.id)
    with unit_of_work():
        undo_decision(mo, entry_id=db.session.scalar(sa.select(sa.func.max(LogEntry.id))), reason="Needed")
    assert not answer(make_person(), "lamps").is_listed
    with pytest.raises(Conflict), unit_of_work():
        restore_rule(mo, rule_id=rule.id)
    row = list_rules(kind="word").items[0]
    assert (row.held, row.rejected, row.approved) == (1, 0, 0)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": "ab"}, "text"), ({"text": "**"}, "text"), ({"text": "x" * 121}, "text"), ({"measure": "allow"}, "measure"),
        ({"measure": "tag"}, "tag"), ({"kind": "host", "text": "nohost"}, "text"), ({"kind": "host", "measure": "tag"}, "measure"),
        ({"note": "x" * 201}, "note"), ({"kind": "other"}, "kind"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused_by_field(app: Flask, values: dict[str, str], field: str):
    given = {"kind": "word", "text": "lamps.example", "measure": "hold", **values}
    mo = moderator()
    with pytest.raises(Invalid) as error, unit_of_work():
        add_rule(mo, **given)
    assert list(error.value.errors) == [field]


def test_the_classifier_learns_from_decisions_and_says_why(app: Flask):
    use_terms(replace(screening_terms(), examples=10))
    thread = make_question(created_at=now() - timedelta(days=9))
    for number in range(12):
        at = now() - timedelta(days=5)
        make_answer(
            thread, text=f"Clean filter {'abcdefghijkl'[number]} and prime the pump, then look at the hose.", created_at=at
        )
        make_answer(
            thread,
            text=f"Win a casino bonus {'abcdefghijkl'[number]} today",
            created_at=at,
            hidden_at=now(),
            hidden_reason="Spam",
        )
    assert answer(make_person(), "A casino bonus, win it").is_listed, "nothing was learned yet"
    assert learn() is not None
    post = answer(make_person(), "Your casino bonus: win today")
    assert not post.is_listed and "Reads like spam" in reasons()[0] and "“casino”" in reasons()[0]
    assert answer(make_person(), "The filter of my pump is clean").is_listed


def test_with_few_examples_nothing_is_learned(app: Flask):
    make_answer(make_question(), hidden_at=now(), hidden_reason="spam")
    assert learn() is None and db.session.scalar(sa.select(sa.func.count()).select_from(SpamModel)) == 0


def test_screening_costs_few_statements(app: Flask):
    person, staff, thread = make_person(), make_person(role="staff"), make_question()
    answer(staff, "The first answer changes more than later ones.", thread)
    with count_queries() as screened:
        answer(person, LONG, thread)
    with count_queries() as plain:
        answer(staff, LONG + " Really.", thread)
    assert len(screened) - len(plain) <= 8
