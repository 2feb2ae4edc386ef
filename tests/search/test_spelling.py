"""Did you mean."""

from __future__ import annotations

import random

from app.search.spelling import Speller, edits

WORDS = [("invoice", 9), ("refund", 5), ("refunds", 2), ("password", 20), ("bill", 3), ("account", 7)]


def test_typing_errors_are_corrected() -> None:
    speller = Speller(WORDS)
    assert [speller.correct(word) for word in ("invioce", "refnud", "pasword", "acount", "accuont")] == [
        "invoice", "refund", "password", "account", "account",
    ]  # fmt: skip


def test_known_words_numbers_and_short_words_are_left_alone() -> None:
    speller = Speller(WORDS)
    assert speller.correct("refund") is None
    assert speller.correct("inv0ice") is None
    assert speller.correct("xy") is None
    assert speller.correct("zzzzzz") is None
    assert speller.correct("cell") is None, "a short word is corrected by one edit only"


def test_the_more_frequent_word_wins_and_rare_ones_can_be_left_out() -> None:
    assert Speller([("cart", 1), ("card", 8)]).correct("carx") == "card"
    assert Speller([("invoice", 1)], least=2).correct("invoise") is None


def test_distance_counts_swaps_as_one_and_stops_early() -> None:
    assert edits("ab", "ba", 2) == 1
    assert edits("kitten", "sitting", 3) == 3
    assert edits("kitten", "sitting", 1) == 2
    assert edits("", "abc", 2) == 3


def test_a_random_edit_of_a_long_word_is_found() -> None:
    rng = random.Random(3)
    words = {"".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _ in range(300)}
    speller = Speller((word, 3) for word in words)
    for word in sorted(words)[:100]:
        place = rng.randrange(1, 7)
        assert speller.correct(word[:place] + word[place + 1 :]) == word
