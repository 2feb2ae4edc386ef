"""Sentences that moderators need again and again, in the words in which people read them."""

TEMPLATES: dict[str, tuple[str, str]] = {
    "advertising": ("Advertising", "This is not a place for advertising, and that is what your texts were for."),
    "rude": ("Hurtful words", "Please talk about the problem, not about the people: what you wrote is hurtful."),
    "noise": ("Adds nothing", "Several of your posts add nothing to the threads they stand in."),
    "wrong": ("Harmful advice", "What you advise can do harm, and you went on after others said so."),
    "reports": ("Needless reports", "You reported many texts with which nothing was wrong."),
    "again": ("A second account", "You went on under another name after a decision about your first account."),
}


def compose_reason(template: str, words: str) -> str:
    """Return the sentence of a template, if one is chosen, followed by the moderator's own words."""
    ready = TEMPLATES[template][1] if template in TEMPLATES else ""
    return " ".join(part for part in (ready, words.strip()) if part)
