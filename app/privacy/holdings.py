"""What privacy itself keeps about people (app/core/holdings)."""

from app.core.holdings import Holding, OnErasing, OnMerging
from app.privacy.models import DataExport, PersonMerge

HOLDINGS = (
    Holding(
        DataExport.person_id, "exports", "Copies of your data that you asked for.", OnErasing.DELETE, OnMerging.DROP,
        leave_out=("name",),
    ),
    Holding(PersonMerge.from_id, "", "Which account became which.", OnErasing.KEEP, OnMerging.STAY),
    Holding(PersonMerge.into_id, "merges", "Accounts that turned out to be yours.", OnErasing.KEEP, blank=("reason",)),
    Holding(PersonMerge.asked_by_id, "", "Which admin decided it.", OnErasing.KEEP),
)  # fmt: skip
