"""What an item is and where it stands: pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.errors import NotFound
from app.moderation.inbox.item import Decision, InboxItem, split_key
from app.moderation.inbox.order import HOURS_FOR_A_POINT, MOST_FOR_AGE, Harm, urgency
from app.moderation.inbox.registry import InboxSource, list_sources, source_of, use_sources

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DOCS = Path(__file__).resolve().parents[3] / "docs" / "moderation.md"


@pytest.mark.parametrize(
    ("harm", "hours", "expected"),
    [(60, 0, 60), (60, 3.9, 60), (60, 4, 61), (60, 48, 72), (10, 24 * 365, 40), (90, -5, 90), (0, 120, 30), (0, 119, 29)],
)
def test_urgency_is_harm_and_a_point_for_four_hours(harm: int, hours: float, expected: int):
    assert urgency(harm, timedelta(hours=hours)) == expected


def test_no_proposal_ever_comes_before_reported_abuse():
    assert urgency(Harm.MERGE, timedelta(days=999)) < urgency(Harm.ABUSE, timedelta(0))
    assert urgency(Harm.HELD, timedelta(days=2)) > urgency(Harm.DOUBT, timedelta(0))
    assert urgency(Harm.DANGER, timedelta(0)) > urgency(Harm.DOUBT, timedelta(days=999))


def test_the_documented_table_is_the_one_that_counts():
    text = DOCS.read_text(encoding="utf-8")
    printed = {int(number) for number in re.findall(r"^\| [^|]+ \| (\d+) \|$", text[text.index("## The inbox") :], re.MULTILINE)}
    assert printed == {int(harm) for harm in Harm}
    assert f"every {HOURS_FOR_A_POINT} hours" in text and f"at most {MOST_FOR_AGE}" in text


def item(key: str = "post-1", harm: int = 50, hours: int = 0, decisions: tuple[Decision, ...] = ()) -> InboxItem:
    kind, number = split_key(key) or ("", 0)
    return InboxItem(kind, number, "Why?", "/x", "Spam", NOW - timedelta(hours=hours), harm, "flagged", decisions)


def test_an_item_is_named_by_kind_and_number():
    assert item("held-post-12").key == "held-post-12" and item(harm=50, hours=8).urgency(NOW) == 52
    hide = Decision("hide", "Hide", "h", "hidden", "Hidden.")
    assert item(decisions=(hide,)).find_decision("hide") is hide and item().find_decision("hide") is None


@pytest.mark.parametrize(
    ("key", "parts"),
    [("post-7", ("post", 7)), ("held-comment-3", ("held-comment", 3)), ("post", None), ("-7", None), ("post-", None),
     ("post-x", None), ("post-²", None), ("post-" + "9" * 19, None), ("", None)],
)  # fmt: skip
def test_keys_are_taken_apart_and_nonsense_is_none(key: str, parts: tuple[str, int] | None):
    assert split_key(key) == parts


def test_two_sources_never_claim_one_kind():
    before = list_sources()
    one = InboxSource("one", "One", ("a",), lambda a, n: [], lambda a: 0, lambda a, c: None)
    with pytest.raises(ValueError, match="same name or kind"):
        use_sources((one, InboxSource("two", "Two", ("a",), one.list_items, one.count, one.decide)))
    assert list_sources() == before
    with pytest.raises(NotFound):
        source_of("nothing")
