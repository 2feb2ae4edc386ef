"""What the search gets to know of threads, and what it may show."""

from __future__ import annotations

import pytest

from app.core.actor import ANONYMOUS
from app.core.clock import now
from app.forum import indexing
from app.forum.services import curating
from tests.asserts import assert_indexes, assert_queries
from tests.factories import accept, actor_of, make_answer, make_category, make_person, make_question, make_thread
from tests.forum.services.acting import do

pytestmark = pytest.mark.usefixtures("app")


def test_a_document_holds_everything_that_can_be_found():
    mira = make_person("mira")
    thread = make_question(author=mira, title="Why does the pump hum?", text="It *hums*.", tags=("pump", "drip"))
    weak, best = make_answer(thread, text="Wait."), make_answer(thread, text="Prime it.")
    make_answer(thread, text="Hidden advice", hidden_at=now())
    accept(best)
    document = indexing.load_many([thread.id])[thread.id]
    assert (document.title, document.body, document.answers) == ("Why does the pump hum?", "It hums.", "Prime it.\nWait.")
    assert (document.tags, document.author, document.status, document.is_solved) == (("pump", "drip"), "mira", "solved", True)
    assert (document.audience, document.category, document.thread_kind) == ("public", thread.category.slug, "question")
    assert weak.id


def test_held_and_hidden_threads_have_no_document():
    threads = [make_question(held_at=now()), make_question(hidden_at=now()), make_question()]
    ids = [thread.id for thread in threads]
    assert list(indexing.load_many(ids)) == [ids[2]] and list(indexing.all_ids()) == [ids[2]]


def test_every_listed_thread_is_among_all_ids(monkeypatch):
    monkeypatch.setattr(indexing, "IDS_AT_ONCE", 2)
    ids = [make_question().id for _ in range(5)]
    assert list(indexing.all_ids()) == ids


def test_titles_of_duplicates_are_wordings_of_their_original():
    mod = make_person(role="moderator")
    original, duplicate, hidden = make_question(), make_question(title="Water does not arrive"), make_question()
    for thread in (duplicate, hidden):
        do(curating.close_as_duplicate, mod, thread_id=thread.id, original_id=original.id)
    do(curating.hide_thread, mod, thread_id=hidden.id, reason="Spam")
    assert indexing.load_many([original.id])[original.id].asked_as == "Water does not arrive"


def test_the_title_of_a_more_secret_duplicate_is_no_wording():
    admin = make_person(role="admin")
    original = make_question()
    secret = make_question(category=make_category(audience="staff"), title="Secret customer complaint")
    do(curating.close_as_duplicate, admin, thread_id=secret.id, original_id=original.id)
    assert indexing.load_many([original.id])[original.id].asked_as == ""


def test_cards_are_shown_to_whoever_finds_the_thread_in_lists_only():
    public, members, staff = (
        make_question(category=make_category(audience=audience)) for audience in ("public", "members", "staff")
    )
    hidden = make_question(hidden_at=now())
    ids = [thread.id for thread in (public, members, staff, hidden)]
    seen = {
        name: set(indexing.present(ids, actor)) & set(indexing.texts(ids, actor))
        for name, actor in {
            "visitor": ANONYMOUS, "member": actor_of(make_person()), "moderator": actor_of(make_person(role="moderator")),
            "staff": actor_of(make_person(role="staff")),
        }.items()
    }  # fmt: skip
    assert seen["visitor"] == {public.id}
    assert seen["member"] == seen["moderator"] == {public.id, members.id}
    assert seen["staff"] == {public.id, members.id, staff.id}


def test_a_card_holds_text_for_snippets_and_the_solution():
    thread = make_question(text="It hums.", tags=("pump", "drip"))
    make_answer(thread, text="Wait.")
    make_answer(thread, text="Hidden advice", hidden_at=now())
    best = make_answer(thread, text="Prime it.", score=3)
    accept(best)
    card = indexing.texts([thread.id], ANONYMOUS)[thread.id]
    assert card.text == "It hums." and card.answers == "Prime it.\nWait." and card.answer == "Prime it."
    assert set(card.tags) == {"pump", "drip"} and card.path == thread.path and card.is_solved


def test_cards_take_one_statement_with_texts_and_without():
    ids = [make_answer(make_question(tags=("pump",))).thread_id for _ in range(3)]
    for load in (indexing.present, indexing.texts):
        with assert_queries(at_most=1) as statements:
            cards = load(ids, ANONYMOUS)
        assert all(bool(card.answers and card.tags) == (load is indexing.texts) for card in cards.values())
    assert sum("LIMIT" in statement for statement in statements) == 1


def test_replies_of_a_discussion_are_its_answers():
    thread = make_thread(kind="discussion")
    make_answer(thread, text="I agree.")
    make_answer(thread, text="Held back.", held_at=now())
    assert indexing.texts([thread.id], ANONYMOUS)[thread.id].answers == "I agree."


def test_titles_are_those_of_the_cards_and_take_one_statement_without_texts():
    ask = make_person("nina")
    shown, member_only = make_question(author=ask), make_question(category=make_category(audience="members"))
    hidden = [make_question(hidden_at=now()), make_question(author=ask, held_at=now())]
    ids = [thread.id for thread in (shown, member_only, *hidden)]
    for actor in (ANONYMOUS, actor_of(ask), actor_of(make_person(role="moderator"))):
        cards = indexing.present(ids, actor)
        with assert_queries(at_most=1) as statements:
            titles = indexing.titles(ids, actor)
        assert "body_text" not in statements[0]
        assert titles.keys() == cards.keys()
        for number, card in titles.items():
            of_card = cards[number]
            assert (card.title, card.path, card.status) == (of_card.title, of_card.path, of_card.status)
            assert (card.kind, card.thread_kind, card.article_id) == ("thread", of_card.thread_kind, of_card.article_id)
    assert set(indexing.titles(ids, ANONYMOUS)) == {shown.id}
    assert set(indexing.titles(ids, actor_of(ask))) == {shown.id, member_only.id}
    assert indexing.titles([], ANONYMOUS) == {}


def test_named_threads_are_found_without_looking_at_the_others():
    ids = [make_question().id]
    for read in (indexing.load_many, lambda ids: indexing.texts(ids, ANONYMOUS), lambda ids: indexing.titles(ids, ANONYMOUS)):
        with assert_queries(at_most=5) as statements:
            read(ids)
        assert_indexes(statements[0], "SEARCH thread USING INTEGER PRIMARY KEY (rowid=?)")
