"""Blocks: moving, splitting, removing, typing, and what they know of their sources."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.records import replace
from app.kb.models import ArticleKind, SourceRole
from app.kb.services import blocks as kit
from app.kb.services.blocks import MAX_BLOCKS, Block, Origin, dump_blocks, load_blocks, paragraphs, retype, taken_block
from app.kb.services.shapes import SHAPES, empty_block, first_blocks, shape_of

ORIGIN = Origin(7, 2, "hash", 3, 9)
ROW = tuple(Block(key, SourceRole.OTHER, key.upper(), f"words of {key}") for key in "abc")


def keys(blocks: tuple[Block, ...]) -> str:
    return "".join(block.key for block in blocks)


def test_blocks_move_and_stop_at_the_ends():
    assert [keys(kit.move(ROW, key, step)) for key, step in (("c", -1), ("a", 1), ("a", -1), ("c", 1))] == [
        "acb", "bac", "abc", "abc",
    ]  # fmt: skip


def test_a_removed_block_is_handed_back_and_a_new_one_goes_below_another():
    left, gone = kit.remove(ROW, "b")
    assert keys(left) == "ac" and gone == replace(ROW[1], above=("a",))
    assert keys(kit.insert_below(left, "a", gone)) == "abc" and keys(kit.insert_below(left, "", gone)) == "acb"


@pytest.mark.parametrize(
    ("removed", "put_back", "left"),
    [("a", "a", "abc"), ("b", "b", "abc"), ("c", "c", "abc"), ("ab", "b", "bc"), ("ab", "ba", "abc"), ("bc", "cb", "abc")],
)
def test_a_removed_block_goes_back_to_its_old_place(removed: str, put_back: str, left: str):
    blocks, gone = ROW, {}
    for key in removed:
        blocks, one = kit.remove(blocks, key)
        gone[key] = load_blocks(dump_blocks([one]))[0]
    for key in put_back:
        blocks = kit.put_back(blocks, gone[key])
    assert keys(blocks) == left and all(block.above is None for block in blocks)


def test_a_removed_block_that_does_not_know_its_place_goes_to_the_end():
    assert keys(kit.put_back(ROW[1:], ROW[0])) == "bca"


@pytest.mark.parametrize("work", [lambda: kit.move(ROW, "x", 1), lambda: kit.remove(ROW, "x"), lambda: kit.split(ROW, "x", 1)])
def test_a_block_that_is_not_there_is_refused(work):
    with pytest.raises(Invalid):
        work()


def test_both_halves_of_a_split_block_keep_the_source_and_are_word_for_word():
    whole = taken_block(SourceRole.SOLUTION, "One.\n\n```\na\n\nb\n```\n\nThree.", ORIGIN, "Solution")
    first, second = kit.split((whole,), whole.key, 2)
    assert (first.body, second.body) == ("One.\n\n```\na\n\nb\n```", "Three.")
    assert first.sources == second.sources == (ORIGIN,) and first.key == whole.key != second.key
    assert (first.title, second.title) == ("Solution", "") and not first.is_edited and not second.is_edited
    edited = replace(whole, body="Changed.\n\nThree.")
    assert all(half.is_edited for half in kit.split((edited,), whole.key, 1))


@pytest.mark.parametrize("after", [0, 1, 9])
def test_a_block_of_one_paragraph_cannot_be_split(after: int):
    with pytest.raises(Invalid):
        kit.split(ROW, "a", after)


def test_editing_keeps_the_source_and_is_noticed_and_undone():
    block = taken_block(SourceRole.SOLUTION, "Grease it.", ORIGIN)
    (typed,) = retype([block], [(block.key, "cause", "Why", "Grease it well.")])
    assert typed.sources == (ORIGIN,) and typed.is_edited and typed.role is SourceRole.CAUSE
    (back,) = retype([typed], [(block.key, "nonsense", "Why", "Grease it. \n")])
    assert not back.is_edited and back.role is SourceRole.CAUSE


def test_a_form_cannot_invent_sources_or_keys():
    (typed,) = retype([], [("new1", "solution", "T", "words")])
    assert typed.sources == () and not typed.is_edited
    for bad in ([("a", "", "", ""), ("a", "", "", "")], [("A b", "", "", "")], [("a", "", "t" * 201, "")],
                [(f"k{n}", "", "", "") for n in range(MAX_BLOCKS + 1)]):  # fmt: skip
        with pytest.raises(Invalid):
            retype([], bad)


def test_blocks_are_stored_and_loaded_unchanged():
    blocks = (taken_block(SourceRole.STEP, "Do.", ORIGIN, "Title"), Block("x", SourceRole.OTHER))
    stored = dump_blocks(blocks)
    assert load_blocks(stored) == blocks and stored[0]["is_edited"] is False and stored[0]["sources"][0]["post_id"] == 7


@given(st.text(alphabet="ab `~\n", max_size=80))
def test_paragraphs_lose_no_word(body: str):
    assert " ".join(paragraphs(body)).split() == body.split()


def test_every_kind_of_article_begins_with_blocks_it_offers():
    assert set(SHAPES) == set(ArticleKind)
    for kind, shape in SHAPES.items():
        begun = first_blocks(kind)
        assert begun and {block.role for block in begun} <= set(shape.parts) and len({block.key for block in begun}) == len(begun)
        assert empty_block(kind, "nonsense", ()).role is shape.default_part
    assert empty_block("solution", "solution", ()).title == "Solution"
    assert empty_block("solution", "solution", first_blocks("solution")).title == ""
    assert shape_of("nonsense").kind == ArticleKind.SOLUTION
    assert shape_of("howto").fit(SourceRole.SOLUTION) is SourceRole.STEP
