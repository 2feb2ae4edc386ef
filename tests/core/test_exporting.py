"""CSV files: complete, in pieces, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.exporting import BYTE_ORDER_MARK, csv_text, safe_cell

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


def parse(content: str) -> list[list[str]]:
    assert content.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(content.removeprefix(BYTE_ORDER_MARK), newline="")))


@given(st.lists(st.tuples(text, text), max_size=20))
def test_what_goes_in_comes_out_or_is_disarmed(rows):
    found = parse("".join(csv_text(["a", "b"], rows)))
    assert found[0] == ["a", "b"] and len(found) == len(rows) + 1
    for row, cells in zip(rows, found[1:], strict=True):
        assert [cell.removeprefix("'") for cell in cells] == [cell.removeprefix("'") for cell in row]
        assert not any(cell.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") for cell in cells if cell.strip(" "))


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", '=HYPERLINK("https://evil")'])
def test_formulas_become_texts(evil):
    assert safe_cell(evil) == f"'{evil}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), (-3, "-3"), (0.5, "0.5"), (1234567.5, "1234567.5"), ("Ärger, \"so\"", "Ärger, \"so\""),
        (datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC), "2026-03-01T12:00:05Z"),
    ],
)  # fmt: skip
def test_cells_are_plain(value, cell):
    assert safe_cell(value) == cell


def test_long_files_come_in_pieces():
    pieces = list(csv_text(["n"], ([n] for n in range(1000))))
    assert len(pieces) == 6 and len(parse("".join(pieces))) == 1001
