"""What people can report, in words, and what follows from each reason. Pure."""

from app.core.i18n import lazy_gettext
from app.moderation.models import FlagReason

# How bad it is if the report is right, for the order in which moderators look: 3 may hurt somebody, 1 can wait.
_HARM = {
    FlagReason.WRONG: 3, FlagReason.RUDE: 2, FlagReason.SPAM: 2, FlagReason.OTHER: 2, FlagReason.OFF_TOPIC: 1,
    FlagReason.DUPLICATE: 1, FlagReason.OUTDATED: 1,
}  # fmt: skip
# A text that was asked before or is out of date does no harm while it waits: such reports never take it out of sight.
_SETS_ASIDE = frozenset({FlagReason.SPAM, FlagReason.RUDE, FlagReason.OFF_TOPIC, FlagReason.WRONG, FlagReason.OTHER})
LABELS = {
    FlagReason.SPAM: lazy_gettext("Spam or advertising"), FlagReason.RUDE: lazy_gettext("Rude or hurtful"),
    FlagReason.OFF_TOPIC: lazy_gettext("Does not belong here"),
    FlagReason.WRONG: lazy_gettext("Wrong or dangerous"), FlagReason.DUPLICATE: lazy_gettext("Asked before"),
    FlagReason.OUTDATED: lazy_gettext("Out of date"),
    FlagReason.OTHER: lazy_gettext("Something else"),
}  # fmt: skip
_OF_EVERY_TEXT = (FlagReason.SPAM, FlagReason.RUDE, FlagReason.OFF_TOPIC, FlagReason.WRONG)
# Kind of target -> reasons to choose from, in the order of the form.
_REASONS = {
    "question": (*_OF_EVERY_TEXT, FlagReason.DUPLICATE, FlagReason.OUTDATED, FlagReason.OTHER),
    "post": (*_OF_EVERY_TEXT, FlagReason.OUTDATED, FlagReason.OTHER),
    "comment": (*_OF_EVERY_TEXT, FlagReason.OTHER),
    "person": (FlagReason.SPAM, FlagReason.RUDE, FlagReason.OTHER),
}


def harm_of(reason: str) -> int:
    """Return how bad it is if a report for this reason is right: 3 (may hurt somebody), 2, or 1 (can wait). 2 for unknown ones."""
    return _HARM.get(FlagReason(reason), 2) if reason in list(FlagReason) else 2


def sets_aside(reason: str) -> bool:
    """Return whether reports for this reason may take a text out of sight before a moderator has looked."""
    return reason in _SETS_ASIDE


def reasons_for(target: str) -> tuple[FlagReason, ...]:
    """Return the reasons for which a `question`, `post`, `comment` or `person` can be reported."""
    return _REASONS[target]


def label_of(reason: str) -> str:
    """Return a reason in words, as the form says it."""
    return LABELS[FlagReason(reason)] if reason in list(FlagReason) else reason.replace("_", " ").capitalize()
