"""Differences between two texts: complete, readable, and bounded."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.textdiff import Change, DiffRow, TextDiff, diff_lines


def shown(diff: TextDiff) -> list[str]:
    marks = {Change.SAME: "=", Change.REMOVED: "-", Change.ADDED: "+", Change.CHANGED: "~", Change.GAP: "."}
    return [marks[row.change] + (str(row.hidden) if row.hidden else inline(row)) for row in diff.rows]


def inline(row: DiffRow) -> str:
    frames = {Change.SAME: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "[+{}+]"}
    return "".join(frames[span.change].format(span.text) for span in row.spans)


def test_the_same_text_has_no_difference():
    diff = diff_lines("a\nb", "a\nb\n")
    assert diff.is_empty and shown(diff) == [".2"]


def test_a_changed_line_shows_its_words():
    diff = diff_lines("Press the red button.\nDone.", "Press the big green button.\nDone.")
    assert shown(diff) == ["~Press the [-red-][+big green+] button.", "=Done."]
    row = diff.rows[0]
    assert "".join(span.text for span in row.old) == "Press the red button."
    assert "".join(span.text for span in row.new) == "Press the big green button."
    assert (row.old_number, row.new_number) == (1, 1)


def test_lines_come_and_go():
    diff = diff_lines("a\nb\nc", "a\nc\nd")
    assert shown(diff) == ["=a", "-[-b-]", "=c", "+[+d+]"]
    assert [(row.old_number, row.new_number) for row in diff.rows] == [(1, 1), (2, None), (3, 2), (None, 3)]
    assert (diff.removed_count, diff.added_count) == (1, 1)


def test_everything_is_new_when_there_was_nothing():
    assert shown(diff_lines("", "a\nb")) == ["+[+a+]", "+[+b+]"]


def test_far_lines_are_folded():
    lines = [str(number) for number in range(20)]
    changed = [*lines[:10], "x", *lines[11:]]
    assert shown(diff_lines("\n".join(lines), "\n".join(changed), context=1)) == [".9", "=9", "~[-10-][+x+]", "=11", ".8"]
    assert len(diff_lines("\n".join(lines), "\n".join(changed), context=-1).rows) == 20


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\n" * 20_000, "b\n" * 20_000),
        ("\n".join(map(str, range(20_000))), "\n".join(map(str, range(20_000, 0, -1)))),
        ("a " * 20_000, "b " * 20_000),
        ("\n".join(random.Random(1).choices("ab", k=3_000)), "\n".join(random.Random(2).choices("ab", k=3_000))),
    ],
)
def test_large_texts_are_replaced_instead_of_searched(old: str, new: str):
    assert_complete(diff_lines(old, new, context=-1), old, new)


@given(
    st.lists(st.sampled_from(["a", "b", "a b", "", "c, d", "é!"]), max_size=12),
    st.lists(st.sampled_from(["a", "b", "a c", "", "c. d"]), max_size=12),
)
def test_both_texts_can_be_read_back(old: list[str], new: list[str]):
    assert_complete(diff_lines("\n".join(old), "\n".join(new), context=-1), "\n".join(old), "\n".join(new))


def assert_complete(diff: TextDiff, old: str, new: str) -> None:
    before = ["".join(span.text for span in row.old) for row in diff.rows if row.old_number is not None]
    after = ["".join(span.text for span in row.new) for row in diff.rows if row.new_number is not None]
    assert (before, after) == (old.splitlines(), new.splitlines())
    assert [row.old_number for row in diff.rows if row.old_number] == list(range(1, len(before) + 1))
    assert [row.new_number for row in diff.rows if row.new_number] == list(range(1, len(after) + 1))
