"""What kinds of decisions are called in the log. Pure."""

from app.core.i18n import lazy_gettext

# What cannot be read off the name under which a decision is kept.
_DECISIONS = {
    "alias_add": lazy_gettext("Same meaning"), "alias_remove": lazy_gettext("Same meaning removed"),
    "alias_restore": lazy_gettext("Same meaning put back"),
    "gap_write": lazy_gettext("Article begun"), "gap_alias": lazy_gettext("Called something else"),
    "gap_not_ours": lazy_gettext("Not ours"), "gap_reopen": lazy_gettext("Open again"),
    "card": lazy_gettext("Answer card"), "uncard": lazy_gettext("Answer card taken off"), "promote": lazy_gettext("Made an article"),
    "link": lazy_gettext("Linked to an article"),
    "solution_holds": lazy_gettext("Solution holds"), "keep_article": lazy_gettext("Article kept as it is"),
    "snooze": lazy_gettext("Put off"), "propose_again": lazy_gettext("Proposed again"), "owner": lazy_gettext("New owner"),
    "role": lazy_gettext("New role"),
    "quarantine": lazy_gettext("Put away"), "wave_back": lazy_gettext("Given back"), "wave_removed": lazy_gettext("Removed for good"),
    "level_pin": lazy_gettext("Level pinned"), "level_lower": lazy_gettext("Level lowered"), "level_free": lazy_gettext("Level by record again"),
}  # fmt: skip


def action_label(action: str) -> str:
    """Return what a kind of decision is called in the log."""
    return _DECISIONS.get(action) or action.replace("_", " ").capitalize()
