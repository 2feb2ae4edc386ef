"""What notifications say, in words: for the list and for mails. Pure functions."""

from app.core.i18n import lazy_gettext
from app.core.text import shorten
from app.notifications.models import NotificationKind

# So much of somebody's note is repeated in a line.
NOTE_SHOWN = 100
# ... and of a title, where a line names two.
TITLE_SHOWN = 60
KIND_LABELS: dict[str, str] = {
    NotificationKind.ANSWER: lazy_gettext("New answers and replies in threads you started or follow"),
    NotificationKind.COMMENT: lazy_gettext("Comments on your posts"),
    NotificationKind.MENTION: lazy_gettext("Somebody mentions you"),
    NotificationKind.ACCEPTED: lazy_gettext("Your answer is marked as the solution"),
    NotificationKind.ARTICLE: lazy_gettext("Your answer becomes part of an article"),
    NotificationKind.MODERATION: lazy_gettext("Moderators decide about your posts"),
    NotificationKind.OUTCOME: lazy_gettext("We ask whether your question, or one you have too, was solved"),
    NotificationKind.DESK: lazy_gettext("A question at the desk is yours now, or has waited too long for us"),
    NotificationKind.KEEPING: lazy_gettext("An article that you look after needs you"),
    NotificationKind.HELPED: lazy_gettext("An article built from your answers helped more people"),
    NotificationKind.REPORT: lazy_gettext("Moderators decide about something you reported"),
}
ICONS: dict[str, str] = {
    NotificationKind.ANSWER: "chat",
    NotificationKind.COMMENT: "chats",
    NotificationKind.MENTION: "person",
    NotificationKind.ACCEPTED: "solved",
    NotificationKind.ARTICLE: "book",
    NotificationKind.MODERATION: "shield",
    NotificationKind.OUTCOME: "solved",
    NotificationKind.DESK: "clock",
    NotificationKind.KEEPING: "book",
    NotificationKind.HELPED: "likely",
    NotificationKind.REPORT: "flag",
}
_DECISIONS = {
    "hide": lazy_gettext("was hidden by a moderator"),
    "restore": lazy_gettext("is visible again"),
    "approve": lazy_gettext("was approved and is visible now"),
    "reject": lazy_gettext("was not approved"),
    "set_aside": lazy_gettext(
        "was reported by several people. It is out of sight until a moderator has looked at it; you need not do anything"
    ),
    "release": lazy_gettext("was looked at by a moderator and is visible again"),
    "close": "was closed",
    "reopen": lazy_gettext("is open again"),
    "duplicate": lazy_gettext("was closed, because the same was asked before"),
    "merge": lazy_gettext("was merged into another thread, where its link leads"),
    "unmerge": lazy_gettext("stands for itself again"),
    "edit": lazy_gettext("was changed by a moderator"),
    "archive": lazy_gettext("was archived: it stays readable and takes no new posts"),
    "to_discussion": lazy_gettext("was a question; a moderator made it a discussion"),
    "to_question": lazy_gettext("was a discussion; a moderator made it a question"),
    "to_comment": lazy_gettext("was turned into a comment"),
    "from_comment": lazy_gettext("is no comment any more, but an answer or reply again"),
    "to_answer": lazy_gettext("was turned into an answer or reply of its own"),
    "from_answer": lazy_gettext("is a comment again"),
}
_SOURCES = {
    "edited": lazy_gettext("A post was edited from which an article that you look after is built:"),
    "refuted": lazy_gettext("An answer is disputed from which an article that you look after is built:"),
    "withdrawn": lazy_gettext("An answer is no longer accepted from which an article that you look after is built:"),
    "hidden": lazy_gettext("A post was hidden from which an article that you look after is built:"),
}
_POSTS = {"answer": "answer to", "reply": "reply in", "opening": "text of"}


def lead(
    kind: str,
    actor_name: str | None,
    *,
    thread_kind: str | None = None,
    post_kind: str | None = None,
    is_own: bool = False,
    times: int = 1,
) -> str:
    """Return what happened, up to where the title of the thread or article follows."""
    who = actor_name or "Somebody"
    thread = thread_kind or "question"
    owned = f"your {thread}" if is_own else f"a {thread} you follow"
    if kind == NotificationKind.ANSWER:
        if times > 1:
            return f"{times} new {'answers to' if thread == 'question' else 'replies in'} {owned}, the last by {who}:"
        return f"{who} answered {owned}" if thread == "question" else f"{who} replied in {owned}"
    if kind == NotificationKind.COMMENT:
        return f"{times} new comments, the last by {who}, on" if times > 1 else f"{who} commented on"
    if kind == NotificationKind.MENTION:
        return f"{who} mentioned you in"
    if kind == NotificationKind.ACCEPTED:
        return f"{who} marked your answer as the solution of"
    if kind == NotificationKind.OUTCOME:
        return "There is a solution to a problem you have, too. Does it work for you?"
    if kind == NotificationKind.DESK:
        return "An answer from us is overdue for"
    if kind == NotificationKind.KEEPING:
        return "An article that you look after needs you:"
    if kind == NotificationKind.HELPED:
        return "An article built from what you wrote keeps helping people:"
    return "What you wrote became part of an article"


def source_changed(change: str) -> str:
    """Return what happened to a source of an article, for whoever looks after it."""
    return _SOURCES.get(change, "A post changed from which an article that you look after is built:")


def asks_for_details(who: str) -> str:
    """Return what the asker of a question hears when somebody needs to know more before they can answer."""
    return f"{who} needs more details from you before we can answer"


def fix_wanted(note: str) -> str:
    """Return what whoever looks after an article hears when a thread shows what to correct in it."""
    return f"A thread shows what to correct (“{shorten(note, NOTE_SHOWN)}”) in an article that you look after:"


def put_in_charge(who: str, group: str, note: str) -> str:
    """Return what somebody of the staff hears who is in charge of a question from now on, with the note for them."""
    whom = f"your group {group}" if group else "you"
    said = f" (“{shorten(note, NOTE_SHOWN)}”)" if note else ""
    return f"{who} put {whom} in charge of this question{said}:"


def has_helped(helped: int) -> str:
    """Return how many people an article helped, for the authors of its sources."""
    return f"It has helped {helped:,} people so far, this article built from what you wrote:"


def decision(action: str, what: str, title: str, reason: str) -> str:
    """Return the sentence about a moderators' decision, or "" for actions that authors are not told of."""
    done = _DECISIONS.get(action)
    if done is None:
        return ""
    because = f" Reason: {reason}" if reason and action not in ("approve", "restore", "reopen", "release") else ""
    return f"Your {what} “{title}” {done}.{because}"


def edited_by_others(what: str, title: str, reason: str) -> str:
    """Return what an author hears whose text somebody else changed."""
    return (
        f"Somebody in charge changed your {what} “{shorten(title, TITLE_SHOWN)}”; the list of changes shows how. Reason: {reason}"
    )


def moved_along(old_title: str, new_title: str, reason: str, *, is_undo: bool = False) -> str:
    """Return what an author hears whose posts stand in another thread now."""
    titles = f"from “{shorten(old_title, TITLE_SHOWN)}” to “{shorten(new_title, TITLE_SHOWN)}”"
    because = f" Reason: {reason}" if reason else ""
    return f"What you wrote moved {'back ' if is_undo else ''}{titles}. Its link stays the same.{because}"


def post_words(post_kind: str) -> str:
    """Return how a decision names a post, before the title of its thread."""
    return _POSTS.get(post_kind, "post in")
