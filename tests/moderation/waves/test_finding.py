"""Everything like one text: what is found, why, who is spared, and at which cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.core.clock import now
from app.core.errors import Forbidden, Invalid
from app.core.uow import unit_of_work
from app.forum.services.answering import add_post
from app.moderation.screening.traits import traits_of
from app.moderation.waves.finding import find_everything_like
from tests.asserts import count_queries
from tests.factories import actor_of, body, make_answer, make_category, make_person, make_question, opening_of
from tests.moderation.waves.spam import HOST, SPAM, add_comment_row, build_scene, find, looking_for


def test_a_host_is_found_in_threads_answers_and_comments_and_nowhere_else(app: Flask):
    scene = build_scene()
    make_answer(scene.honest, text="Never trust https://notpills.example or pills.examples.org, it is a trap.")
    make_answer(scene.honest, text="See https://shop.pills.example/x for more.")
    found = find(scene.moderator, hosts=(HOST,))
    keys = {text.key for text in found.texts}
    assert {f"p{opening_of(scene.thread).id}", f"p{scene.answer.id}", f"c{scene.comment.id}"} < keys and len(keys) == 4
    assert {text.why for text in found.texts} == {f"leads to {HOST}"} and not found.is_cut


def test_accounts_that_wrote_nothing_else_are_proposed_and_others_only_named(app: Flask):
    scene = build_scene()
    make_answer(scene.honest, scene.other, "An honest answer from before.")
    people = {person.id: person for person in find(scene.moderator, hosts=(HOST,)).people}
    assert people[scene.spammer.id].belongs and people[scene.spammer.id].why == "wrote 1 of these texts and nothing else"
    assert not people[scene.other.id].belongs and people[scene.other.id].why == "wrote 2 of these texts and 1 others"


@pytest.mark.parametrize(("role", "level"), [("member", 2), ("staff", 0), ("moderator", 0), ("admin", 0)])
def test_people_who_are_trusted_are_spared_and_it_is_said(app: Flask, role: str, level: int):
    moderator, trusted = actor_of(make_person(role="moderator")), make_person(role=role, level=level)
    make_answer(make_question(), trusted, SPAM)
    found = find(moderator, hosts=(HOST,))
    assert (
        found.texts == ()
        and found.people == ()
        and [(one.name, one.texts) for one in found.spared] == [(trusted.display_name, 1)]
    )


def test_accounts_are_found_by_name_address_and_when_they_joined(app: Flask):
    moderator = actor_of(make_person(role="moderator"))
    wanted = make_person("mary4711", email="mary@trash.example")
    for name, values in (
        ("mary47", {"email": "x@trash.example"}),
        ("june4711", {"email": "june@nottrash.example"}),
        ("july4711", {"email": "july@trash.example", "created_at": now() - timedelta(days=9)}),
    ):
        make_answer(make_question(), make_person(name, **values))
    text = make_answer(make_question(), wanted, "Nothing to see.")
    found = find(moderator, name_pattern="*####", mail_host="trash.example", joined_from=now() - timedelta(hours=1))
    assert [one.key for one in found.texts] == [f"p{text.id}"] and [one.id for one in found.people] == [wanted.id]
    assert "looks like the others" in found.texts[0].why


def test_words_and_authors_can_be_asked_for_together(app: Flask):
    scene = build_scene()
    found = find(scene.moderator, hosts=(HOST,), people=("Buyer4712",), needs_both=True)
    assert {text.author_id for text in found.texts} == {scene.other.id} and len(found.texts) == 2
    assert [person.id for person in found.people] == [scene.other.id]


def test_texts_that_say_much_the_same_are_found_by_their_sketch(app: Flask):
    moderator = actor_of(make_person(role="moderator"))
    long = "Our shop has the very best garden lamps for the lowest price in the whole country and ships them free of charge."
    author, thread = actor_of(make_person()), make_question()
    with unit_of_work():
        post = add_post(author, thread_id=thread.id, body=body(f"{long} Write to us."))
    sample = traits_of(str(body(f"{long} Call us.").html))
    found = find_everything_like(moderator, looking_for(sample=long), sample)
    assert [text.key for text in found.texts] == [f"p{post.id}"] and found.texts[0].why == "says much the same"
    with pytest.raises(Invalid, match="too short"):
        find_everything_like(moderator, looking_for(sample="Buy"), traits_of(str(body("Buy").html)))


def test_what_is_hidden_or_older_or_belongs_to_staff_is_not_found(app: Flask):
    moderator, person = actor_of(make_person(role="moderator")), make_person()
    thread = make_question()
    make_answer(thread, person, SPAM, hidden_at=now())
    make_answer(thread, person, SPAM, created_at=now() - timedelta(days=5))
    make_answer(make_question(category=make_category(audience="staff")), person, SPAM)
    make_answer(make_question(hidden_at=now()), person, "An answer in a hidden thread.")
    add_comment_row(opening_of(thread), person, hidden_at=now(), hidden_reason="Rude")
    assert find(moderator, hosts=(HOST,)).texts == ()


def test_only_moderators_look(app: Flask):
    with pytest.raises(Forbidden):
        find(actor_of(make_person(role="staff")), hosts=(HOST,))


def test_the_number_of_statements_does_not_depend_on_what_is_found(app: Flask):
    scene = build_scene()
    counts = []
    for _ in range(2):
        with count_queries() as counted:
            find(scene.moderator, hosts=(HOST,), name_pattern="buyer####", joined_from=now() - timedelta(days=1))
        counts.append(len(counted))
        for number in range(15):
            make_answer(scene.honest, make_person(f"buyer{len(counts)}{500 + number}"), SPAM)
    assert counts[0] == counts[1] <= 5
