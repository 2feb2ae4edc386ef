"""What moderation keeps about people, for exports, erasing and merging (app/core/holdings).

The log is never changed: its entries stay with the person's row, which has no name after an erasure.
"""

from app.core.holdings import Holding, OnErasing, OnMerging
from app.moderation.models import Flag, LogEntry, ScreenedText, ScreeningHit, ScreeningRule

HOLDINGS = (
    Holding(
        Flag.reporter_id, "reports", "What you reported, why, and what came of it.", OnErasing.KEEP, blank=("note",),
        leave_out=("weight",),
    ),
    Holding(
        Flag.person_id, "", "That others reported you; why is theirs to say, and what was decided stands below.", OnErasing.KEEP
    ),
    Holding(Flag.resolved_by_id, "", "Who decided about a report.", OnErasing.KEEP),
    Holding(
        LogEntry.person_id, "decisions_about_you", "What was decided about you, and why.", OnErasing.KEEP, OnMerging.STAY,
        leave_out=("before", "undoes_id"),
    ),
    Holding(LogEntry.actor_id, "decisions_by_you", "What you decided for the community.", OnErasing.KEEP, OnMerging.STAY),
    Holding(
        ScreeningHit.person_id, "screening", "What looked unusual about a text of yours when you sent it.", OnErasing.FORGET,
        leave_out=("words", "rule_id"),
    ),
    Holding(ScreenedText.person_id, "", "Fingerprints of texts, which are gone after 30 days.", OnErasing.FORGET),
    Holding(ScreeningRule.created_by_id, "", "Who watches a word.", OnErasing.KEEP),
)  # fmt: skip
