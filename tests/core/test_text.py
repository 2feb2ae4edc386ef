"""Numbers as people type them."""

import pytest

from app.core.text import parse_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12), ("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("", None), (None, None), ("-1", None), ("1.5", None),
     ("١٢", None), ("²", None), (" 1", None)],
)  # fmt: skip
def test_only_plain_digits_that_fit_into_an_id_are_a_number(typed: str | None, number: int | None):
    assert parse_number(typed) == number
