"""Patterns and texts that are made to take for ever do not."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from app.core.clock import now
from app.core.errors import Invalid
from app.moderation.models import RuleKind
from app.moderation.screening.folding import readings
from app.moderation.screening.keeping import _checked_word
from app.moderation.screening.rules import Rule, compile_rules
from app.moderation.waves.criteria import Criteria, ensure_sensible


def _rules(text: str):
    return compile_rules([Rule(1, RuleKind.WORD, text, _checked_word(text)[1], "hold", "", "")])


@pytest.mark.parametrize(
    ("watched", "text"),
    [
        ("free*money*now", "free" + "money" * 4_000),
        ("a*a*a*a*a*a*b", "a" * 20_000),
        ("*casino*bonus*", "casino" * 4_000),
        ("\u4e70*\u4e70*\u5356", "\u4e70" * 10_000),
        ("a*b c*d e*f", "ab cd " * 4_000),
    ],
)
def test_a_text_cannot_make_a_watched_word_search_for_ever(watched: str, text: str):
    rules, read = _rules(watched), readings(text)
    began = time.process_time()
    assert not rules.words_in(read)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("watched", "text"),
    [
        ("free*money*now", "freebiemoneymoneyrightnow"),
        ("*casino*", "onlinecasinos are open"),
        ("casino*", "casino"),
        ("a*ana*a", "banana apanananana"),
        ("via* now", "Buy viagra now"),
        ("w*n a*g prize", "You winwin amazing prize"),
        ("\u8d4c*\u573a", "\u6700\u597d\u7684\u8d4c\u535a\u573a\u7f51"),
        ("**casino", "megacasino"),
    ],
)
def test_stars_find_what_they_stand_for(watched: str, text: str):
    assert _rules(watched).words_in(readings(text))


@pytest.mark.parametrize(
    ("watched", "text"),
    [("free*money", "free and money"), ("cas*no", "casinos"), ("a*b", "cab"), ("via* now", "viagra right now")],
)
def test_stars_do_not_reach_over_words(watched: str, text: str):
    assert not compile_rules([Rule(1, "word", watched, watched, "hold", "", "")]).words_in(readings(text))


@pytest.mark.parametrize(("pattern", "is_taken"), [("a*b*c*d", True), ("*a*a*a*a*a*a*a#", False)])
def test_a_pattern_of_names_has_few_stars(pattern: str, is_taken: bool):
    moment = now()
    wanted = Criteria(moment - timedelta(days=1), moment, name_pattern=pattern)
    if is_taken:
        return ensure_sensible(wanted)
    with pytest.raises(Invalid) as refused:
        ensure_sensible(wanted)
    assert "name_pattern" in refused.value.errors
    return None
