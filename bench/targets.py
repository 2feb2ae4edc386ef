"""What each kind of page may cost at most, as a multiple of a bare Flask page under gunicorn; what memory and start may take."""

CACHED = 0.5
MADE = 5.0
MEMBER = 8.0
SEARCH = 8.0
POSTING = 12.0
MADE_PAGES = frozenset({"home", "question", "question, 20 posts", "list", "category", "tag", "article"})
# Of two workers with background work, after load; from start to the first page.
PSS_MIB = 200.0
START_CPU_SECONDS = 1.5


def target_of(name: str) -> float | None:
    """The most that a row may be in multiples of the baseline; None for rows without a bound."""
    if name.endswith(", cached"):
        return CACHED
    if name.endswith(", member"):
        return MEMBER
    if name in MADE_PAGES:
        return MADE
    return {"search": SEARCH, "posting an answer": POSTING}.get(name)


def is_met(name: str, ratio: float) -> bool | None:
    """Whether a row keeps within its bound; None for rows without one."""
    target = target_of(name)
    return None if target is None else ratio <= target
