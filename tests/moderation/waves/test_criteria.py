"""What a moderator may look for, how names are compared, and how it is said. No database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.errors import Invalid
from app.core.records import replace
from app.moderation.waves.criteria import (
    Criteria,
    ensure_sensible,
    from_json,
    in_words,
    like_expression,
    name_expression,
    pattern_of,
)

SOON = now()
PLAIN = Criteria(SOON - timedelta(days=2), SOON, hosts=("pills.example",))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hosts": ()}, "hosts"),
        ({"written_from": SOON}, "written_from"),
        ({"written_from": SOON - timedelta(days=93)}, "written_from"),
        ({"needs_both": True}, "needs_both"),
        ({"hosts": (), "name_pattern": "*"}, "name_pattern"),
        ({"hosts": (), "name_pattern": "**a*"}, "name_pattern"),
        ({"joined_to": SOON}, "joined_from"),
        ({"joined_from": SOON, "joined_to": SOON}, "joined_from"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(changes: dict, field: str):
    with pytest.raises(Invalid) as error:
        ensure_sensible(replace(PLAIN, **changes))
    assert list(error.value.errors) == [field]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"hosts": (), "people": ("mary",)},
        {"hosts": (), "name_pattern": "*##"},
        {"hosts": (), "joined_from": SOON - timedelta(hours=2)},
        {"hosts": (), "sample": "Buy pills"},
        {"needs_both": True, "mail_host": "trash.example"},
    ],
)
def test_every_kind_of_question_can_be_asked_alone_and_kept(changes: dict):
    criteria = replace(PLAIN, **changes)
    ensure_sensible(criteria)
    assert from_json(criteria.as_json()) == criteria and in_words(criteria).startswith("What ")


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*####", "mary4711", True),
        ("*####", "mary47", False),
        ("@@##", "ab12", True),
        ("@@##", "a112", False),
        ("Mary*", "mary.smith", True),
        ("mary", "rosemary", False),
        ("a.c", "abc", False),
        ("50%*", "50%off", True),
        ("50%*", "500off", False),
    ],
)
def test_names_are_compared_as_a_whole_with_three_signs(pattern: str, name: str, fits: bool):
    assert (name_expression(pattern).fullmatch(name) is not None) is fits


@pytest.mark.parametrize(
    ("name", "pattern"), [("mary4711", "*####"), ("mary7", ""), ("4711", ""), ("mary", ""), ("r2d22", "*##")]
)
def test_a_name_with_digits_at_its_end_looks_like_a_pattern(name: str, pattern: str):
    assert pattern_of(name) == pattern


def test_what_sql_looks_for_takes_no_sign_of_a_name_for_a_wildcard():
    assert like_expression("50%_!*#") == "50!%!_!!%_"


def test_the_words_name_everything_that_is_looked_for():
    wide = replace(
        PLAIN, sample="x", people=("a", "b", "c", "d"), joined_from=SOON, name_pattern="*##", mail_host="trash.example"
    )
    words = in_words(wide)
    for part in ("pills.example", "much the same", "a, b, c and others", "joined", "*##", "trash.example"):
        assert part in words
    assert " and is by" in in_words(replace(PLAIN, people=("a",), needs_both=True))


def test_a_removed_wave_keeps_no_words():
    assert replace(PLAIN, sample="Buy pills").forget_text() == PLAIN
