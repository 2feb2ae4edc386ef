"""Tables of the desk. Columns, constraints and derived properties only."""

from app.desk.models.calendar import Holiday, WorkingDay
from app.desk.models.canned import CannedAnswer
from app.desk.models.desk import AssignmentRule, DeskItem, DeskState, StaffGroup, StaffGroupMember, WaitingReason

__all__ = [
    "AssignmentRule", "CannedAnswer", "DeskItem", "DeskState", "Holiday", "StaffGroup", "StaffGroupMember", "WaitingReason",
    "WorkingDay",
]  # fmt: skip
