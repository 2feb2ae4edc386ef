"""How alike two texts are, by the runs of words they share. Pure."""

import re

_WORD = re.compile(r"\w+")
RUN = 3
# From here on two texts say the same to a reader: a word here and there differs.
NEARLY_THE_SAME = 0.8


def likeness(one: str, other: str) -> float:
    """Return the share of all runs of three words that both texts have: 1 for the same words in the same order, 0 for nothing shared."""
    first, second = _runs(one), _runs(other)
    return len(first & second) / len(first | second) if first and second else 0.0


def is_nearly_the_same(one: str, other: str) -> bool:
    """Return whether two texts differ by little more than a word here and there."""
    return likeness(one, other) >= NEARLY_THE_SAME


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1))} if words else set()
