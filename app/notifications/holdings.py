"""What notifications keep about people, for exports, erasing and merging (app/core/holdings)."""

from app.core.holdings import Holding, OnErasing
from app.core.i18n import lazy_gettext
from app.notifications.models import MailPreference, Notification, OutcomeRequest

HOLDINGS = (
    Holding(Notification.person_id, "notifications", lazy_gettext("What you were told."), OnErasing.DELETE),
    Holding(Notification.actor_id, "", lazy_gettext("Who somebody else was told about."), OnErasing.FORGET),
    Holding(
        MailPreference.person_id, "refused_mails", lazy_gettext("Kinds of mail that you switched off."), OnErasing.DELETE, unique_with=("kind",)
    ),
    Holding(
        OutcomeRequest.person_id, "asked", lazy_gettext("When you were asked how a question ended, and what you said."), OnErasing.DELETE,
        unique_with=("thread_id",),
    ),
)  # fmt: skip
