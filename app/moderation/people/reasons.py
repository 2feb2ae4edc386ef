"""Sentences that moderators need again and again, in the words in which people read them."""

from app.core.i18n import lazy_gettext

TEMPLATES: dict[str, tuple[str, str]] = {
    "advertising": (
        lazy_gettext("Advertising"),
        lazy_gettext("This is not a place for advertising, and that is what your texts were for."),
    ),
    "rude": (
        lazy_gettext("Hurtful words"),
        lazy_gettext("Please talk about the problem, not about the people: what you wrote is hurtful."),
    ),
    "noise": (lazy_gettext("Adds nothing"), lazy_gettext("Several of your posts add nothing to the threads they stand in.")),
    "wrong": (lazy_gettext("Harmful advice"), lazy_gettext("What you advise can do harm, and you went on after others said so.")),
    "reports": (lazy_gettext("Needless reports"), lazy_gettext("You reported many texts with which nothing was wrong.")),
    "again": (
        lazy_gettext("A second account"),
        lazy_gettext("You went on under another name after a decision about your first account."),
    ),
}


def compose_reason(template: str, words: str) -> str:
    """Return the sentence of a template, if one is chosen, followed by the moderator's own words."""
    ready = str(TEMPLATES[template][1]) if template in TEMPLATES else ""
    return " ".join(part for part in (ready, words.strip()) if part)
