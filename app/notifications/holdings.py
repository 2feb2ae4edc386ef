"""What notifications keep about people, for exports, erasing and merging (app/core/holdings)."""

from app.core.holdings import Holding, OnErasing
from app.notifications.models import MailPreference, Notification, OutcomeRequest

HOLDINGS = (
    Holding(Notification.person_id, "notifications", "What you were told.", OnErasing.DELETE),
    Holding(Notification.actor_id, "", "Who somebody else was told about.", OnErasing.FORGET),
    Holding(
        MailPreference.person_id, "refused_mails", "Kinds of mail that you switched off.", OnErasing.DELETE, unique_with=("kind",)
    ),
    Holding(
        OutcomeRequest.person_id, "asked", "When you were asked how a question ended, and what you said.", OnErasing.DELETE,
        unique_with=("thread_id",),
    ),
)  # fmt: skip
