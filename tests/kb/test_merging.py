"""Three versions of an article: what fits together, what somebody must decide, and that nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.records import replace
from app.kb.models import SourceRole
from app.kb.services.blocks import Block, Origin
from app.kb.services.merging import Merge, Version, merge_lines, merge_order, merge_versions, resolve

ONE, TWO, THREE = (Block(key, SourceRole.OTHER, key, f"words of {key}") for key in ("one", "two", "three"))
TEXTS = {"title": "T", "summary": "S", "applies_to": "", "asked_as": ""}


def version(*blocks: Block, **fields: str) -> Version:
    return Version({**TEXTS, **fields}, blocks)


def merged(theirs: Version, yours: Version, base: Version | None = None) -> Merge:
    return merge_versions(base or version(ONE, TWO), theirs, yours)


def outcomes(merge: Merge) -> dict[str, str]:
    return {part.name: str(part.outcome) for part in merge.parts}


def bodies(blocks: tuple[Block, ...]) -> list[str]:
    return [block.body for block in blocks]


def test_changes_in_different_places_fit_together():
    merge = merged(
        version(replace(ONE, body="theirs"), TWO, title="New"), version(ONE, replace(TWO, body="yours"), summary="Mine")
    )
    assert outcomes(merge) == {"title": "theirs", "summary": "yours", "block-one-body": "theirs", "block-two-body": "yours"}
    fields, blocks, undecided = resolve(merge, {}, {})
    assert (fields["title"], fields["summary"], bodies(blocks), undecided) == ("New", "Mine", ["theirs", "yours"], [])


def test_the_same_change_of_both_is_no_difference():
    both = version(replace(ONE, body="same"), TWO)
    assert not merged(both, both).parts


def test_different_changes_of_one_place_wait_for_a_decision():
    merge = merged(version(replace(ONE, body="theirs"), TWO), version(replace(ONE, body="yours"), TWO))
    (part,) = merge.conflicts
    assert part.result is not None and "theirs" in part.result and "yours" in part.result
    assert resolve(merge, {}, {})[2] == ["one"]
    for picks, typed, body in (
        ({part.name: "theirs"}, {}, "theirs"), ({part.name: "yours"}, {}, "yours"), ({part.name: "typed"}, {part.name: "both"}, "both"),
    ):  # fmt: skip
        _fields, blocks, undecided = resolve(merge, picks, typed)
        assert bodies(blocks) == [body, TWO.body] and not undecided


def test_lines_of_one_block_fit_together():
    base = replace(ONE, body="a\n\nb\n\nc")
    merge = merged(
        version(replace(base, body="A\n\nb\n\nc")), version(replace(base, body="a\n\nb\n\nC")), version(base)
    )  # fmt: skip
    assert outcomes(merge) == {"block-one-body": "merged"} and bodies(merge.blocks) == ["A\n\nb\n\nC"]


def test_a_block_removed_by_one_and_changed_by_the_other_is_a_decision():
    merge = merged(version(TWO), version(replace(ONE, body="changed"), TWO))
    assert [part.name for part in merge.conflicts] == ["block-one-body"]
    assert bodies(resolve(merge, {"block-one-body": "theirs"}, {})[1]) == [TWO.body]
    assert bodies(resolve(merge, {"block-one-body": "yours"}, {})[1]) == ["changed", TWO.body]


def test_a_block_removed_by_one_and_left_alone_by_the_other_goes_and_can_be_kept():
    merge = merged(version(TWO), version(ONE, TWO))
    assert outcomes(merge) == {"block-one-body": "theirs"} and bodies(resolve(merge, {}, {})[1]) == [TWO.body]
    assert bodies(resolve(merge, {"block-one-body": "yours"}, {})[1]) == [ONE.body, TWO.body]


def test_new_blocks_of_both_are_kept_with_their_sources():
    origin = Origin(1, 1, "h", 2, 3)
    mine, other = Block("m", SourceRole.OTHER, "", "mine", (origin,)), Block("o", SourceRole.OTHER, "", "other")
    blocks = resolve(merged(version(ONE, other, TWO), version(ONE, TWO, mine)), {}, {})[1]
    assert [block.key for block in blocks] == ["one", "o", "two", "m"] and blocks[3].sources == (origin,)


def test_a_new_part_and_headings_follow_whoever_changed_them():
    merge = merged(version(replace(ONE, role=SourceRole.CAUSE), TWO), version(replace(ONE, title="New"), TWO))
    assert (merge.blocks[0].role, merge.blocks[0].title) == (SourceRole.CAUSE, "New")


def test_the_order_of_whoever_moved_blocks_is_kept():
    assert merge_order("abc", "abc", "cab") == ["c", "a", "b"]
    assert merge_order("abc", "bac", "abc") == ["b", "a", "c"]
    assert merge_order("abc", "axbc", "cab") == ["c", "a", "x", "b"]
    assert merged(version(ONE, TWO), version(TWO, ONE)).is_reordered


LINES = st.lists(st.sampled_from("abcdef"), max_size=8).map("\n".join)


@given(LINES, LINES, LINES)
def test_merging_lines_is_exact_where_one_side_changed_nothing_and_loses_no_new_line(base: str, theirs: str, yours: str):
    assert merge_lines(base, theirs, base) == (theirs, True) and merge_lines(base, base, yours) == (yours, True)
    assert merge_lines(base, theirs, theirs) == (theirs, True)
    result, _is_clean = merge_lines(base, theirs, yours)
    new = (set(theirs.split("\n")) | set(yours.split("\n"))) - set(base.split("\n")) - {""}
    assert new <= set(result.split("\n"))


@given(
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.lists(st.sampled_from("abcdefgh"), unique=True),
    st.lists(st.sampled_from("abcdefgh"), unique=True),
)
def test_every_block_of_either_side_has_one_place(base: list[str], theirs: list[str], yours: list[str]):
    order = merge_order(base, theirs, yours)
    assert len(order) == len(set(order)) and set(order) == set(theirs) | set(yours)
