"""What moderation keeps about people, for exports, erasing and merging (app/core/holdings).

The log is never changed: its entries stay with the person's row, which has no name after an erasure.
"""

from app.core.holdings import Holding, OnErasing, OnMerging
from app.core.i18n import lazy_gettext
from app.moderation.models import (
    Flag,
    InboxBatch,
    InboxClaim,
    LogEntry,
    Removal,
    Sanction,
    ScreenedText,
    ScreeningHit,
    ScreeningRule,
    Wave,
    WaveItem,
)

HOLDINGS = (
    Holding(
        Flag.reporter_id, "reports", lazy_gettext("What you reported, why, and what came of it."), OnErasing.KEEP, blank=("note",),
        leave_out=("weight",),
    ),
    Holding(
        Flag.person_id, "", lazy_gettext("That others reported you; why is theirs to say, and what was decided stands below."), OnErasing.KEEP
    ),
    Holding(Flag.resolved_by_id, "", lazy_gettext("Who decided about a report."), OnErasing.KEEP),
    Holding(
        LogEntry.person_id, "decisions_about_you", lazy_gettext("What was decided about you, and why."), OnErasing.KEEP, OnMerging.STAY,
        leave_out=("before", "undoes_id"),
    ),
    Holding(LogEntry.actor_id, "decisions_by_you", lazy_gettext("What you decided for the community."), OnErasing.KEEP, OnMerging.STAY),
    Holding(
        ScreeningHit.person_id, "screening", lazy_gettext("What looked unusual about a text of yours when you sent it."), OnErasing.FORGET,
        leave_out=("words", "rule_id"),
    ),
    Holding(ScreenedText.person_id, "", lazy_gettext("Fingerprints of texts, which are gone after 30 days."), OnErasing.FORGET),
    Holding(
        Sanction.person_id, "sanctions", lazy_gettext("Warnings and the like, with what you wrote about them and the answer."), OnErasing.KEEP,
        blank=("appeal_note",),
    ),
    Holding(
        Removal.person_id, "removals", lazy_gettext("When a moderator removed everything you wrote, and why."), OnErasing.KEEP,
        leave_out=("text_count",),
    ),
    Holding(WaveItem.person_id, "", lazy_gettext("Accounts that were put away with others like them; your sanctions say so."),
    OnErasing.KEEP, OnMerging.STAY),
    Holding(InboxClaim.person_id, "", lazy_gettext("What a moderator is looking at, for some minutes."), OnErasing.DELETE, OnMerging.DROP),
    *(
        Holding(column, "", "Which moderator did it; the log says the same.", OnErasing.KEEP)
        for column in (
            Sanction.created_by_id, Sanction.ended_by_id, Sanction.appeal_decided_by_id, Removal.asked_by_id, Wave.created_by_id,
            InboxBatch.person_id,
        )
    ),
    Holding(ScreeningRule.created_by_id, "", lazy_gettext("Who watches a word."), OnErasing.KEEP),
)  # fmt: skip
