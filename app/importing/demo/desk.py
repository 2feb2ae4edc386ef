"""The desk of the demo: working hours, groups, rules, canned answers, and the items of all open questions."""

from typing import Any

from app.core.db import db
from app.desk.models import AssignmentRule, CannedAnswer, StaffGroup, StaffGroupMember, WorkingDay
from app.desk.queries.facts import list_open_items
from app.desk.services.assigning import assign_by_rules
from app.desk.services.settling import adopt
from app.importing.demo.written import Written


def write_desk(written: Written, community: dict[str, Any]) -> None:
    """Write what staff set up, then put the open questions on the desk. The figures of the threads must be written before."""
    _write_hours(community["desk"]["hours"])
    groups = {row["name"]: _write_group(written, row) for row in community["group"]}
    for position, row in enumerate(community["rule"], start=1):
        _write_rule(written, groups, position, row)
    for row in community["canned"]:
        _write_canned(written, row)
    db.session.flush()
    while adopt():
        pass
    assign_by_rules(list_open_items(0, len(written.threads)))


def _write_hours(hours: list[list[int]]) -> None:
    for weekday in range(7):
        opens, closes = hours[weekday] if weekday < len(hours) else (None, None)
        db.session.add(WorkingDay(weekday=weekday, opens=opens and opens * 60, closes=closes and closes * 60))


def _write_group(written: Written, row: dict[str, Any]) -> StaffGroup:
    group = StaffGroup(name=row["name"], description=row["description"], created_at=written.calendar.days_ago(200))
    db.session.add(group)
    db.session.flush()
    db.session.add_all(StaffGroupMember(group_id=group.id, person_id=written.person_id(handle)) for handle in row["members"])
    return group


def _write_rule(written: Written, groups: dict[str, StaffGroup], position: int, row: dict[str, Any]) -> None:
    db.session.add(
        AssignmentRule(
            position=position,
            category_id=written.categories[row["category"]].id if "category" in row else None,
            tag_id=written.tags[row["tag"]].id if "tag" in row else None,
            assignee_id=written.person_id(row["assignee"]) if "assignee" in row else None,
            group_id=groups[row["group"]].id if "group" in row else None,
            created_at=written.calendar.days_ago(200 - position),
        )
    )


def _write_canned(written: Written, row: dict[str, Any]) -> None:
    kept = written.calendar.days_ago(150)
    db.session.add(
        CannedAnswer(
            title=row["title"],
            body_source=row["body"].strip(),
            category_id=written.categories[row["category"]].id if "category" in row else None,
            owner_id=written.person_id(row["owner"]),
            use_count=row["uses"],
            last_used_at=written.calendar.days_ago(2),
            created_at=kept,
            changed_at=kept,
        )
    )
