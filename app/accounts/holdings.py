"""What accounts keep about people, for exports, erasing and merging (app/core/holdings)."""

from app.accounts.models import Erasure, Person, PersonSession
from app.core.holdings import Holding, OnErasing, OnMerging
from app.core.i18n import lazy_gettext

HOLDINGS = (
    Holding(
        PersonSession.person_id, "sessions", lazy_gettext("Where you are signed in, and with what kind of browser."), OnErasing.DELETE,
        OnMerging.DROP, leave_out=("token_hash",),
    ),
    Holding(Erasure.person_id, "erasure", lazy_gettext("Your request to erase the account."), OnErasing.KEEP, OnMerging.DROP, blank=("reason",)),
    Holding(Erasure.asked_by_id, "", lazy_gettext("Which admin had an account erased."), OnErasing.KEEP),
    Holding(Person.merged_into_id, "", lazy_gettext("Which account this one became."), OnErasing.KEEP),
)  # fmt: skip
