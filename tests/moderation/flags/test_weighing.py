"""How much a report counts, and when reports together are enough. Pure."""

from __future__ import annotations

import pytest

from app.core.clock import now
from app.moderation.flags.reasons import LABELS, harm_of, label_of, reasons_for, sets_aside
from app.moderation.flags.setting_aside import weighs_enough
from app.moderation.flags.terms import FlagTerms, flag_terms, use_flag_terms
from app.moderation.flags.weighing import FlagRecord, flag_weight
from app.moderation.models import Flag, FlagReason


@pytest.mark.parametrize(
    ("record", "weight"),
    [
        (FlagRecord(), 100),
        (FlagRecord(upheld=1), 120),
        (FlagRecord(upheld=96), 196),
        (FlagRecord(declined=1), 80),
        (FlagRecord(declined=4), 50),
        (FlagRecord(declined=5), 0),
        (FlagRecord(upheld=1, declined=5), 0),
        (FlagRecord(upheld=2, declined=5), 73),
        (FlagRecord(is_trusted=True), 150),
        (FlagRecord(is_staff=True), 150),
        (FlagRecord(is_moderator=True), 200),
        (FlagRecord(declined=50, is_moderator=True), 15),
    ],
)
def test_a_report_weighs_as_much_as_earlier_ones_were_right(record: FlagRecord, weight: int):
    assert flag_weight(record) == weight


def test_nobody_weighs_more_by_being_wrong_or_less_by_being_right():
    for upheld in range(12):
        for declined in range(12):
            here = flag_weight(FlagRecord(upheld, declined))
            assert flag_weight(FlagRecord(upheld, declined + 1)) <= here <= flag_weight(FlagRecord(upheld + 1, declined))


def report(reporter: int, weight: int = 100, reason: str = "spam", **values) -> Flag:
    return Flag(reporter_id=reporter, weight=weight, reason=reason, **values)


@pytest.mark.parametrize(
    ("flags", "is_enough"),
    [
        ([report(1), report(2), report(3)], True),
        ([report(1), report(2)], False),
        ([report(1, 150), report(2, 150)], True),
        ([report(1, 400)], False),
        ([report(1, 400), report(2, 0)], False),
        ([report(1), report(2), report(3, reason="duplicate")], False),
        ([report(1), report(2), report(3, reason="outdated")], False),
        ([report(1, set_aside_at=now()), report(2), report(3), report(4)], False),
        ([], False),
    ],
)
def test_enough_weight_of_at_least_two_people_sets_a_text_aside_once(flags: list[Flag], is_enough: bool):
    assert weighs_enough(flags) is is_enough


def test_a_threshold_of_nought_leaves_everything_to_moderators():
    before = flag_terms()
    use_flag_terms(FlagTerms(threshold=0))
    try:
        assert not weighs_enough([report(number, 1000) for number in range(9)])
    finally:
        use_flag_terms(before)


def test_every_reason_has_words_a_harm_and_a_place():
    offered = {reason for kind in ("question", "post", "comment", "person") for reason in reasons_for(kind)}
    assert offered == set(FlagReason) == set(LABELS)
    assert {harm_of(reason) for reason in FlagReason} == {1, 2, 3} and harm_of("wrong") == 3 and harm_of("outdated") == 1
    assert not sets_aside("duplicate") and sets_aside("wrong") and not sets_aside("boring")
    assert harm_of("boring") == 2 and label_of("not_known") == "Not known"
