"""What the desk keeps about people, for exports, erasing and merging (app/core/holdings)."""

from app.core.holdings import Holding, OnErasing
from app.core.i18n import lazy_gettext
from app.desk.models import AssignmentRule, CannedAnswer, DeskItem, StaffGroupMember

_WORK = lazy_gettext("Who works on which question, for as long as they do.")
HOLDINGS = (
    Holding(CannedAnswer.owner_id, "canned_answers", lazy_gettext("Answers that you keep for reuse."), OnErasing.KEEP),
    Holding(
        StaffGroupMember.person_id,
        "groups",
        lazy_gettext("Groups of staff that you are in."),
        OnErasing.DELETE,
        unique_with=("group_id",),
    ),
    *(
        Holding(column, "", _WORK, OnErasing.KEEP)
        for column in (AssignmentRule.assignee_id, DeskItem.taken_by_id, DeskItem.assignee_id, DeskItem.assigned_by_id)
    ),
)
