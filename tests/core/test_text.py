"""Numbers as people type them, and how much a text says."""

import pytest

from app.core.text import parse_number, width_of


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12), ("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("", None), (None, None), ("-1", None), ("1.5", None),
     ("١٢", None), ("²", None), (" 1", None)],
)  # fmt: skip
def test_only_plain_digits_that_fit_into_an_id_are_a_number(typed: str | None, number: int | None):
    assert parse_number(typed) == number


@pytest.mark.parametrize(("text", "width"), [("pump", 4), ("", 0), ("水泵漏水了", 10), ("泵 A1", 5), ("Größe", 5), ("ポンプ", 6)])
def test_characters_that_are_words_of_their_own_count_twice(text: str, width: int):
    assert width_of(text) == width
