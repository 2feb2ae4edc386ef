"""What kinds of decisions are called in the log. Pure."""

# What cannot be read off the name under which a decision is kept.
_DECISIONS = {
    "alias_add": "Same meaning", "alias_remove": "Same meaning removed", "alias_restore": "Same meaning put back",
    "gap_write": "Article begun", "gap_alias": "Called something else", "gap_not_ours": "Not ours", "gap_reopen": "Open again",
    "card": "Answer card", "uncard": "Answer card taken off", "promote": "Made an article", "link": "Linked to an article",
    "solution_holds": "Solution holds", "keep_article": "Article kept as it is",
    "snooze": "Put off", "propose_again": "Proposed again", "owner": "New owner", "role": "New role",
    "quarantine": "Put away", "wave_back": "Given back", "wave_removed": "Removed for good",
    "level_pin": "Level pinned", "level_lower": "Level lowered", "level_free": "Level by record again",
}  # fmt: skip


def action_label(action: str) -> str:
    """Return what a kind of decision is called in the log."""
    return _DECISIONS.get(action) or action.replace("_", " ").capitalize()
