"""What kinds of decisions, and what they are about, are called in the log. Pure."""

from app.core.i18n import lazy_gettext, lazy_pgettext

# What decisions are called, by the name under which they are kept; others are read off that name.
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
    "accept": lazy_pgettext("decision", "Accept"), "withdraw": lazy_pgettext("decision", "Withdraw"),
    "approve": lazy_pgettext("decision", "Approve"), "reject": lazy_pgettext("decision", "Reject"), "hold": lazy_pgettext("decision", "Hold"),
    "release": lazy_pgettext("decision", "Release"), "set_aside": lazy_pgettext("decision", "Set aside"),
    "hide": lazy_pgettext("decision", "Hide"), "restore": lazy_pgettext("decision", "Restore"), "edit": lazy_pgettext("decision", "Edit"),
    "uphold": lazy_pgettext("decision", "Uphold"), "decline": lazy_pgettext("decision", "Decline"),
    "close": lazy_pgettext("decision", "Close"), "reopen": lazy_pgettext("decision", "Reopen"), "lock": lazy_pgettext("decision", "Lock"),
    "unlock": lazy_pgettext("decision", "Unlock"), "pin": lazy_pgettext("decision", "Pin"), "unpin": lazy_pgettext("decision", "Unpin"),
    "archive": lazy_pgettext("decision", "Archive"), "unarchive": lazy_pgettext("decision", "Unarchive"), "slow": lazy_pgettext("decision", "Slow"),
    "move": lazy_pgettext("decision", "Move"), "merge": lazy_pgettext("decision", "Merge"), "unmerge": lazy_pgettext("decision", "Unmerge"),
    "split": lazy_pgettext("decision", "Split"), "unsplit": lazy_pgettext("decision", "Unsplit"),
    "to_discussion": lazy_pgettext("decision", "To discussion"), "to_question": lazy_pgettext("decision", "To question"),
    "to_comment": lazy_pgettext("decision", "To comment"), "from_comment": lazy_pgettext("decision", "From comment"),
    "to_answer": lazy_pgettext("decision", "To answer"), "from_answer": lazy_pgettext("decision", "From answer"),
    "duplicate": lazy_pgettext("decision", "Duplicate"), "unduplicate": lazy_pgettext("decision", "Unduplicate"),
    "not_duplicate": lazy_pgettext("decision", "Not duplicate"), "propose_duplicate": lazy_pgettext("decision", "Propose duplicate"),
    "dismiss": lazy_pgettext("decision", "Dismiss"), "warn": lazy_pgettext("decision", "Warn"), "mute": lazy_pgettext("decision", "Mute"),
    "suspend": lazy_pgettext("decision", "Suspend"), "ban": lazy_pgettext("decision", "Ban"), "lift": lazy_pgettext("decision", "Lift"),
    "appeal_lift": lazy_pgettext("decision", "Appeal lift"), "appeal_uphold": lazy_pgettext("decision", "Appeal uphold"),
    "remove_content": lazy_pgettext("decision", "Remove content"), "restore_content": lazy_pgettext("decision", "Restore content"),
    "anonymise": lazy_pgettext("decision", "Anonymise"), "merge_people": lazy_pgettext("decision", "Merge people"),
    "watch": lazy_pgettext("decision", "Watch"), "unwatch": lazy_pgettext("decision", "Unwatch"), "undo": lazy_pgettext("decision", "Undo"),
    "draft": lazy_pgettext("decision", "Draft"), "in_review": lazy_pgettext("decision", "In review"),
    "published": lazy_pgettext("decision", "Published"), "archived": lazy_pgettext("decision", "Archived"),
}  # fmt: skip
# What entries are about (queries.log.LOG_KINDS).
_KINDS = {
    "thread": lazy_pgettext("log", "thread"), "post": lazy_pgettext("log", "post"), "comment": lazy_pgettext("log", "comment"),
    "person": lazy_pgettext("log", "person"), "article": lazy_pgettext("log", "article"), "search": lazy_pgettext("log", "search"),
    "meaning": lazy_pgettext("log", "meaning"), "rule": lazy_pgettext("log", "rule"), "wave": lazy_pgettext("log", "wave"),
}  # fmt: skip


def kind_label(kind: str) -> str:
    """Return what kind of thing an entry is about, in the language that is spoken."""
    return str(_KINDS.get(kind, kind))


def action_label(action: str) -> str:
    """Return what a kind of decision is called in the log."""
    return _DECISIONS.get(action) or action.replace("_", " ").capitalize()
