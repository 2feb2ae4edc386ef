"""What kinds of decisions, and what they are about, are called in the log. Pure."""

from collections.abc import Iterable

from app.core.i18n import lazy_gettext, lazy_pgettext

# What decisions are called, by the name under which they are kept; others are read off that name.
_DECISIONS = {
    "alias_add": lazy_gettext("Same meaning added"), "alias_remove": lazy_gettext("Same meaning removed"),
    "alias_restore": lazy_gettext("Same meaning put back"),
    "gap_write": lazy_gettext("Article begun"), "gap_alias": lazy_gettext("Called something else"),
    "gap_not_ours": lazy_gettext("Called not ours"), "gap_reopen": lazy_gettext("Opened again"),
    "card": lazy_gettext("Made an answer card"), "uncard": lazy_gettext("Answer card taken off"), "promote": lazy_gettext("Made an article"),
    "link": lazy_gettext("Linked to an article"),
    "solution_holds": lazy_gettext("Solution found to hold"), "keep_article": lazy_gettext("Article kept as it is"),
    "snooze": lazy_gettext("Put off"), "propose_again": lazy_gettext("Proposed again"), "owner": lazy_gettext("New owner"),
    "role": lazy_gettext("New role"), "fix_done": lazy_gettext("Linked thread worked in"),
    "fix_refused": lazy_gettext("Linked thread left out"), "fix_open": lazy_gettext("Linked thread waits again"),
    "quarantine": lazy_gettext("Put away"), "wave_back": lazy_gettext("Given back"), "wave_removed": lazy_gettext("Removed for good"),
    "level_pin": lazy_gettext("Level pinned"), "level_lower": lazy_gettext("Level lowered"), "level_free": lazy_gettext("Level by record again"),
    "accept": lazy_pgettext("decision", "Accepted"), "withdraw": lazy_pgettext("decision", "Acceptance taken back"),
    "approve": lazy_pgettext("decision", "Approved"), "reject": lazy_pgettext("decision", "Rejected"),
    "hold": lazy_pgettext("decision", "Put back to wait"),
    "release": lazy_pgettext("decision", "Shown again after reports"), "set_aside": lazy_pgettext("decision", "Set aside"),
    "hide": lazy_pgettext("decision", "Hidden"), "restore": lazy_pgettext("decision", "Shown again"), "edit": lazy_pgettext("decision", "Edited"),
    "uphold": lazy_pgettext("decision", "Report upheld"), "decline": lazy_pgettext("decision", "Report declined"),
    "close": lazy_pgettext("decision", "Closed"), "reopen": lazy_pgettext("decision", "Reopened"), "lock": lazy_pgettext("decision", "Locked"),
    "unlock": lazy_pgettext("decision", "Unlocked"), "pin": lazy_pgettext("decision", "Pinned"), "unpin": lazy_pgettext("decision", "Unpinned"),
    "archive": lazy_pgettext("decision", "Archived"), "unarchive": lazy_pgettext("decision", "Taken out of the archive"),
    "slow": lazy_pgettext("decision", "Slowed down"),
    "move": lazy_pgettext("decision", "Moved"), "merge": lazy_pgettext("decision", "Merged"), "unmerge": lazy_pgettext("decision", "Merging undone"),
    "split": lazy_pgettext("decision", "Split off"), "unsplit": lazy_pgettext("decision", "Split undone"),
    "to_discussion": lazy_pgettext("decision", "Made a discussion"), "to_question": lazy_pgettext("decision", "Made a question"),
    "to_comment": lazy_pgettext("decision", "Made a comment"), "from_comment": lazy_pgettext("decision", "Turned back from a comment"),
    "to_answer": lazy_pgettext("decision", "Made an answer"), "from_answer": lazy_pgettext("decision", "Turned back from an answer"),
    "duplicate": lazy_pgettext("decision", "Closed as a duplicate"), "unduplicate": lazy_pgettext("decision", "No duplicate any more"),
    "not_duplicate": lazy_pgettext("decision", "Found to differ"), "propose_duplicate": lazy_pgettext("decision", "Proposed as a duplicate"),
    "dismiss": lazy_pgettext("decision", "Dismissed"), "warn": lazy_pgettext("decision", "Warned"), "mute": lazy_pgettext("decision", "Muted"),
    "suspend": lazy_pgettext("decision", "Suspended"), "ban": lazy_pgettext("decision", "Banned"), "lift": lazy_pgettext("decision", "Taken back"),
    "appeal_lift": lazy_pgettext("decision", "Appeal granted"), "appeal_uphold": lazy_pgettext("decision", "Appeal refused"),
    "remove_content": lazy_pgettext("decision", "Everything removed"), "restore_content": lazy_pgettext("decision", "Everything given back"),
    "anonymise": lazy_pgettext("decision", "Anonymised"), "merge_people": lazy_pgettext("decision", "Accounts merged"),
    "watch": lazy_pgettext("decision", "Watched"), "unwatch": lazy_pgettext("decision", "Not watched any more"),
    "undo": lazy_pgettext("decision", "Undone"),
    "draft": lazy_pgettext("decision", "Made a draft"), "in_review": lazy_pgettext("decision", "Put up for review"),
    "published": lazy_pgettext("decision", "Published"), "archived": lazy_pgettext("decision", "Article archived"),
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
    """Return what a kind of decision is called in the log, in the language that is spoken: what was done, not what to do."""
    return str(_DECISIONS.get(action) or action.replace("_", " ").capitalize())


def labelled_actions(actions: Iterable[str]) -> list[tuple[str, str]]:
    """Return kinds of decisions with what they are called, in the order of these words."""
    return sorted(((name, action_label(name)) for name in actions), key=lambda pair: pair[1].casefold())
