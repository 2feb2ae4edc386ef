"""What search keeps about people: decisions of curators. What is searched for is noted without names (docs/decisions/0016)."""

from app.core.holdings import Holding, OnErasing
from app.search.models import SearchAlias, SearchGap

HOLDINGS = tuple(
    Holding(column, "", "A decision about what search finds, made for the community.", OnErasing.KEEP)
    for column in (SearchAlias.created_by_id, SearchGap.decided_by_id)
)
