"""The one table of trust: levels, what earns them, what they bring, and how settings change it."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.core.actor import ANONYMOUS, SYSTEM, Actor, Role
from app.core.records import replace
from app.core.settings import Settings, SettingsError
from app.core.trust import (
    ABILITIES,
    BOUNDS,
    Ability,
    Bound,
    Level,
    Record,
    TrustTable,
    make_table,
    member_bound,
    parse_abilities,
    parse_bounds,
    trust_table,
    use_table,
)

DAY = timedelta(days=1)


def good(level):
    bound = BOUNDS[level]
    return Record(age=timedelta(days=bound.days), texts=bound.texts, accepted=bound.helps)


@pytest.mark.parametrize("level", list(BOUNDS))
def test_a_record_that_just_meets_a_bound_earns_its_level(level):
    assert TrustTable().level(good(level)) is level


MISSES = [
    (level, what)
    for level, bound in BOUNDS.items()
    for what in ("age", "texts", "upheld", "sanctions", *(("accepted",) if bound.helps else ()))
]


@pytest.mark.parametrize(("level", "what"), MISSES)
def test_a_record_that_misses_one_thing_falls_below(level, what):
    record, bound = good(level), BOUNDS[level]
    worse = {
        "age": record.age - timedelta(seconds=1), "texts": record.texts - 1, "accepted": record.accepted - 1,
        "upheld": bound.upheld + 1, "sanctions": bound.sanctions + 1,
    }  # fmt: skip
    assert TrustTable().level(replace(record, **{what: worse[what]})) < level


def test_nobody_jumps_over_a_level_whose_bound_they_do_not_meet():
    table = make_table(bounds="regular.helps=50")
    assert table.level(good(Level.TRUSTED)) is Level.MEMBER


def test_helps_are_accepted_answers_and_those_that_worked_for_others():
    assert Record(accepted=2, confirmed=1).helps == 3
    assert TrustTable().level(Record(age=30 * DAY, texts=20, accepted=1, confirmed=2)) is Level.REGULAR


@pytest.mark.parametrize("ability", list(Ability))
def test_an_ability_is_had_from_its_level_on_and_by_staff_and_moderators_always(ability):
    lowest = ABILITIES[ability][0]
    for level in Level:
        assert Actor(id=1, role=Role.MEMBER, level=level).has(ability) is (level >= lowest)
    for role in (Role.STAFF, Role.MODERATOR, Role.ADMIN):
        assert Actor(id=1, role=role).has(ability)
    assert SYSTEM.has(ability) and not ANONYMOUS.has(ability)


def test_every_ability_and_level_has_words():
    assert set(ABILITIES) == set(Ability) and all(words for _level, words in ABILITIES.values())
    assert [level.label for level in Level] == ["New", "Member", "Regular", "Trusted"]


def test_a_setting_moves_an_ability_to_another_level_or_takes_it_from_all_members():
    table = make_table("propose_articles=never, post_images=NEW")
    assert not any(table.gives(level, Ability.PROPOSE_ARTICLES) for level in Level)
    assert table.gives(Level.NEW, Ability.POST_IMAGES)
    assert Ability.PROPOSE_ARTICLES not in table.new_at(Level.TRUSTED)
    kept = trust_table()
    use_table(table)
    try:
        assert Actor(id=1).has(Ability.POST_IMAGES) and not ANONYMOUS.has(Ability.POST_IMAGES)
        assert Actor(id=1, role=Role.STAFF).has(Ability.PROPOSE_ARTICLES)
    finally:
        use_table(kept)


def test_a_setting_changes_single_bounds_and_leaves_the_others():
    table = make_table(bounds="regular.days=60 trusted.helps=20", member=Bound(days=0.5, texts=1))
    assert table.bounds[Level.REGULAR].days == 60 and table.bounds[Level.REGULAR].texts == BOUNDS[Level.REGULAR].texts
    assert table.bounds[Level.TRUSTED].helps == 20
    assert table.bounds[Level.MEMBER] == Bound(days=0.5, texts=1)


@pytest.mark.parametrize("raw", ["fly=member", "post_links=king", "post_links", "post_links="])
def test_abilities_that_make_no_sense_are_refused_in_words(raw):
    with pytest.raises(ValueError, match=r"ability|level|name=value"):
        parse_abilities(raw)


@pytest.mark.parametrize(
    "raw", ["new.days=1", "regular.height=2", "regular.days=-1", "regular.days=many", "regular", "king.days=1"]
)
def test_bounds_that_make_no_sense_are_refused_in_words(raw):
    with pytest.raises(ValueError, match=r"bound|number|level|name=value"):
        parse_bounds(raw)


def test_where_nobody_counts_as_new_everybody_is_a_member_at_once():
    assert make_table(member=member_bound(0, 24)).level(Record()) is Level.MEMBER
    assert make_table(member=member_bound(2, 12)).bounds[Level.MEMBER].days == 0.5


def test_empty_settings_change_nothing():
    assert parse_abilities("") == {} and parse_bounds("  ") == {}


@pytest.mark.parametrize("name", ["ARTICLE_TRUST", "SCREENING_TRUST"])
def test_a_setting_that_is_gone_is_named_with_what_stands_in_its_place(name):
    with pytest.raises(SettingsError, match=rf"{name}: is not used any more.*TRUST_ABILITIES"):
        Settings.from_env({name: "5"})


def test_the_documentation_says_what_the_table_says():
    text = (Path(__file__).parents[2] / "docs" / "trust.md").read_text(encoding="utf-8")
    for level, bound in BOUNDS.items():
        assert (
            f"| {level.name.lower()} | {bound.days} | {bound.texts} | {bound.helps} | {bound.upheld} | {bound.sanctions} |"
            in text
        )
    for ability, (level, _words) in ABILITIES.items():
        assert f"| `{ability}` | {level.name.lower()} | " in text
