"""What privacy itself keeps about people (app/core/holdings)."""

from app.core.holdings import Holding, OnErasing, OnMerging
from app.core.i18n import lazy_gettext
from app.privacy.models import DataExport, PersonMerge

HOLDINGS = (
    Holding(
        DataExport.person_id, "exports", lazy_gettext("Copies of your data that you asked for."), OnErasing.DELETE, OnMerging.DROP,
        leave_out=("name",),
    ),
    Holding(PersonMerge.from_id, "", lazy_gettext("Which account became which."), OnErasing.KEEP, OnMerging.STAY),
    Holding(PersonMerge.into_id, "merges", lazy_gettext("Accounts that turned out to be yours."), OnErasing.KEEP, blank=("reason",)),
    Holding(PersonMerge.asked_by_id, "", lazy_gettext("Which admin decided it."), OnErasing.KEEP),
)  # fmt: skip
