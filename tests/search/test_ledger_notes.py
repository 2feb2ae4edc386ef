"""What is noted of searches, what is forgotten of them, and who is drawn for the comparison. Pure functions only."""

from __future__ import annotations

import pytest

from app.search.aliases import expand, make_aliases
from app.search.engines.base import Word
from app.search.ledger.notes import Note, is_held_out, lay, place, scrub
from app.search.models import TEXT_MAX


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Reset  my PASSWORD", "reset my password"),
        ("mail from anna.b@example.com lost", "mail from lost"),
        ("@anna cannot log in", "cannot log in"),
        ("see https://example.com/a?token=1 please", "see please"),
        ("router 192.168.0.1 offline", "router offline"),
        ("call +49 (0)30 123-4567 back", "call back"),
        ("order 20231187 missing", "order missing"),
        ("key sk-live-abcDEF0123456789xyz leaked", "key leaked"),
        ("python 3.11 on wifi 6", "python 3.11 on wifi 6"),
        ("如何重置密码", "如何重置密码"),
        ("ﬁle", "file"),
        ("1234567", ""),
        ("?!", ""),
        ("", ""),
    ],
)
def test_personal_data_is_taken_out_before_anything_is_kept(typed: str, kept: str):
    assert scrub(typed) == kept


def test_long_texts_end_at_a_word():
    kept = scrub("printer " * 50)
    assert len(kept) <= TEXT_MAX and kept.endswith("printer")
    assert len(scrub("x" * 500)) == TEXT_MAX


def test_a_note_survives_being_written_as_json():
    note = Note("search", "v", 1.0, text="a", shown=[["t1"]])
    assert Note(**note.as_dict()) == note


def test_the_hold_out_is_drawn_by_the_key_and_of_the_size_asked_for():
    visitors = [f"visitor {number}" for number in range(4000)]
    drawn = [name for name in visitors if is_held_out(name, "one key", 5)]
    assert 140 <= len(drawn) <= 260
    assert drawn == [name for name in visitors if is_held_out(name, "one key", 5)]
    assert drawn != [name for name in visitors if is_held_out(name, "another key", 5)]
    assert set(drawn) <= {name for name in visitors if is_held_out(name, "one key", 10)}
    assert not any(is_held_out(name, "one key", 0) for name in visitors) and not is_held_out("", "one key", 50)


def test_ranks_count_places_over_pages():
    shown = lay(lay([], [["a1", "t3"], ["t4"]], 0), [["t9"]], 10)
    assert [place(shown, key) for key in ("a1", "t3", "t4", "t9", "t5")] == [1, 1, 2, 11, None]


def test_a_word_for_a_word_counts_like_the_word_itself():
    aliases = make_aliases([("notebook", "laptop", False)])
    assert expand([Word(("notebook",)), Word(("slow",))], aliases) == (Word(("notebook", "laptop")), Word(("slow",)))
    assert expand([Word(("laptop",))], aliases) == (Word(("laptop",)),)


def test_aliases_go_both_ways_only_when_asked_to():
    aliases = make_aliases([("notebook", "laptop", True)])
    assert expand([Word(("laptop",))], aliases)[0].stems == ("laptop", "notebook")


def test_several_words_must_stand_together_and_bring_others_with_less_weight():
    aliases = make_aliases([("pass code", "password", False)])
    found = expand([Word(("reset",)), Word(("pass",)), Word(("code",))], aliases)
    assert [word.stems[0] for word in found] == ["reset", "pass", "code", "password"] and found[-1].boost < 1
    assert len(expand([Word(("code",)), Word(("pass",))], aliases)) == 2


def test_aliases_without_meaning_change_nothing():
    assert make_aliases([("the", "laptop", True), ("Laptop", "laptop", False)]) == {}
    assert expand([], make_aliases([("a b", "c", True)])) == ()
