"""What the standard run leaves to `make test-thorough` (THOROUGH=1), so that it stays under ten minutes on two cores."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TypeVar

import pytest

T = TypeVar("T")
V = TypeVar("V")

THOROUGH = bool(os.environ.get("THOROUGH"))
long = pytest.mark.skipif(not THOROUGH, reason="takes half a minute or more: run it with `make test-thorough`")


def examples(count: int) -> int:
    """Return how many examples of a property are tried: half of them in the standard run, which draws others each time."""
    return count if THOROUGH else count // 2


def share(things: Iterable[T], place: int, of: int = 4) -> list[T]:
    """Return every fourth thing, those of the next place at the next place; all of them in a thorough run.

    For what is tried at many places that read it with the same code: each thing is still tried at a quarter of them.
    """
    return list(things) if THOROUGH else list(islice(things, place % of, None, of))


def share_of(things: Mapping[str, V], place: int, of: int = 4) -> dict[str, V]:
    """As `share`, for things with names."""
    return dict(share(things.items(), place, of))
