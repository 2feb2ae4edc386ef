"""What notifications say about threads and articles, in words: for the list and for mails. Pure functions.

In every sentence `%(title)s` is the place of the thread or article that it is about, which is a link in the list.
"""

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext, separated
from app.core.text import shorten
from app.notifications.models import NotificationKind
from app.notifications.telling import Saying, fill, teller

# So much of somebody's note is repeated in a line.
NOTE_SHOWN = 100
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
    NotificationKind.STARTED: lazy_gettext("New questions and discussions in tags and categories you follow"),
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
    NotificationKind.STARTED: "bell",
}
_ARTICLE = lazy_gettext("What you wrote became part of an article %(title)s")
_LEADS: dict[str, str] = {
    NotificationKind.COMMENT: lazy_gettext("%(name)s commented on %(title)s"),
    NotificationKind.MENTION: lazy_gettext("%(name)s mentioned you in %(title)s"),
    NotificationKind.ACCEPTED: lazy_gettext("%(name)s marked your answer as the solution of %(title)s"),
    NotificationKind.OUTCOME: lazy_gettext("There is a solution to a problem you have, too. Does it work for you? %(title)s"),
    NotificationKind.DESK: lazy_gettext("An answer from us is overdue for %(title)s"),
    NotificationKind.KEEPING: lazy_gettext("An article that you look after needs you: %(title)s"),
    NotificationKind.HELPED: lazy_gettext("An article built from what you wrote keeps helping people: %(title)s"),
}
_SOURCES = {
    "edited": lazy_gettext("A post was edited from which an article that you look after is built: %(title)s"),
    "refuted": lazy_gettext("An answer is disputed from which an article that you look after is built: %(title)s"),
    "withdrawn": lazy_gettext("An answer is no longer accepted from which an article that you look after is built: %(title)s"),
    "hidden": lazy_gettext("A post was hidden from which an article that you look after is built: %(title)s"),
}
_SOURCE = lazy_gettext("A post changed from which an article that you look after is built: %(title)s")
_ARTICLE_NEWS = {
    "unhelped": lazy_gettext("Many readers say that an article that you look after did not help them: %(title)s"),
    "review": lazy_gettext("Please look whether this article is still right: %(title)s"),
    "remark": lazy_gettext("There is a remark about an article that you work on: %(title)s"),
    "owner": lazy_gettext("You look after this article now: %(title)s"),
    "published": lazy_gettext("Published, an article that you look after: %(title)s"),
    "archived": lazy_gettext("Archived, an article that you look after: %(title)s"),
    "sent_back": lazy_gettext("Sent back for more work, an article that you look after: %(title)s"),
    "not_found": lazy_gettext("Solved, but the search that it began as does not find it (see “Not found”): %(title)s"),
}
# Filled in later, when it is known whether the sentence becomes HTML.
_PLACES = {"name": "%(name)s", "title": "%(title)s"}


def lead(
    kind: str,
    actor_name: str | None,
    title: str,
    *,
    thread_kind: str | None = None,
    is_own: bool = False,
    times: int = 1,
) -> str:
    """Return what happened to the thread or article of this title."""
    name = actor_name or _("Somebody")
    if kind == NotificationKind.ANSWER:
        is_question = (thread_kind or "question") == "question"
        message = _many_posts(is_question, is_own, times) if times > 1 else _one_post(is_question, is_own)
        return fill(message, name=name, title=title)
    if kind == NotificationKind.COMMENT and times > 1:
        message = ngettext(
            "%(num)s new comment, the last by %(name)s, on %(title)s",
            "%(num)s new comments, the last by %(name)s, on %(title)s",
            times, **_PLACES,
        )  # fmt: skip
        return fill(message, name=name, title=title)
    return fill(str(_LEADS.get(kind, _ARTICLE)), name=name, title=title)


def _one_post(is_question: bool, is_own: bool) -> str:
    if is_question:
        return (
            _("%(name)s answered your question %(title)s") if is_own else _("%(name)s answered a question you follow %(title)s")
        )
    if is_own:
        return _("%(name)s replied in your discussion %(title)s")
    return _("%(name)s replied in a discussion you follow %(title)s")


def _many_posts(is_question: bool, is_own: bool, times: int) -> str:
    if is_question and is_own:
        return ngettext(
            "%(num)s new answer to your question, the last by %(name)s: %(title)s",
            "%(num)s new answers to your question, the last by %(name)s: %(title)s",
            times, **_PLACES,
        )  # fmt: skip
    if is_question:
        return ngettext(
            "%(num)s new answer to a question you follow, the last by %(name)s: %(title)s",
            "%(num)s new answers to a question you follow, the last by %(name)s: %(title)s",
            times, **_PLACES,
        )  # fmt: skip
    if is_own:
        return ngettext(
            "%(num)s new reply in your discussion, the last by %(name)s: %(title)s",
            "%(num)s new replies in your discussion, the last by %(name)s: %(title)s",
            times, **_PLACES,
        )  # fmt: skip
    return ngettext(
        "%(num)s new reply in a discussion you follow, the last by %(name)s: %(title)s",
        "%(num)s new replies in a discussion you follow, the last by %(name)s: %(title)s",
        times, **_PLACES,
    )  # fmt: skip


def source_changed(change: str) -> Saying:
    """Return what happened to a source of an article, for whoever looks after it."""
    return Saying("source", change)


@teller("source")
def _say_source(change: str, title: str = "") -> str:
    return fill(str(_SOURCES.get(change, _SOURCE)), title=title)


def article_news(what: str) -> Saying:
    """Return what those who look after an article hear of it: unhelped, review, remark, owner, published, archived, sent_back, not_found."""
    return Saying("article", what)


@teller("article")
def _say_article(what: str, title: str = "") -> str:
    return fill(str(_ARTICLE_NEWS[what]), title=title)


def started(thread_kind: str, place: str) -> Saying:
    """Return what followers of a tag or category hear of a new thread there."""
    return Saying("started", thread_kind, place)


@teller("started")
def _say_started(thread_kind: str, place: str, title: str = "") -> str:
    is_question = thread_kind == "question"
    message = _("New question in %(place)s: %(title)s") if is_question else _("New discussion in %(place)s: %(title)s")
    return fill(message, place=place, title=title)


def asks_for_details(name: str) -> Saying:
    """Return what the asker of a question hears when somebody ("" for nobody known) needs to know more before they can answer."""
    return Saying("details", name)


@teller("details")
def _say_details(name: str, title: str = "") -> str:
    return fill(_("%(name)s needs more details from you before we can answer %(title)s"), name=name or _("Somebody"), title=title)


def fix_wanted(note: str) -> Saying:
    """Return what whoever looks after an article hears when a thread shows what to correct in it."""
    return Saying("fix", shorten(note, NOTE_SHOWN))


@teller("fix")
def _say_fix(note: str, title: str = "") -> str:
    message = _("A thread shows what to correct (“%(note)s”) in an article that you look after: %(title)s")
    return fill(message, note=note, title=title)


def put_in_charge(name: str, group: str, note: str) -> Saying:
    """Return what somebody of the staff hears who is in charge of a question from now on, with the note for them."""
    return Saying("charge", name, group, shorten(note, NOTE_SHOWN))


@teller("charge")
def _say_charge(name: str, group: str, note: str, title: str = "") -> str:
    if group and note:
        message = _("%(name)s put your group %(group)s in charge of this question (“%(note)s”): %(title)s")
    elif group:
        message = _("%(name)s put your group %(group)s in charge of this question: %(title)s")
    elif note:
        message = _("%(name)s put you in charge of this question (“%(note)s”): %(title)s")
    else:
        message = _("%(name)s put you in charge of this question: %(title)s")
    return fill(message, name=name or _("Somebody"), group=group, note=note, title=title)


def overdue_together(others: int) -> Saying:
    """Return what staff hear when many questions were escalated at once: of the one that waits longest, and how many others."""
    return Saying("overdue", others)


@teller("overdue")
def _say_overdue(others: int, title: str = "") -> str:
    message = ngettext(
        "An answer from us is overdue for %(title)s and %(num)s other question. All of them are on the desk under Escalated.",
        "An answer from us is overdue for %(title)s and %(num)s other questions. All of them are on the desk under Escalated.",
        others, title=_PLACES["title"],
    )  # fmt: skip
    return fill(message, title=title)


def desk_subject(text: str, title: str) -> str:
    """Return the subject of a mail from the desk whose line says `text` (nothing: one question is overdue)."""
    if not text:
        return _("Overdue: %(title)s", title=title)
    if isinstance(text, Saying) and text.code == "overdue":
        return ngettext("Overdue: %(num)s question", "Overdue: %(num)s questions", text.values[0] + 1)
    return _("In your charge: %(title)s", title=title)


def has_helped(helped: int) -> Saying:
    """Return how many people an article helped, for the authors of its sources."""
    return Saying("helped", helped)


@teller("helped")
def _say_helped(helped: int, title: str = "") -> str:
    message = _("This article built from what you wrote has helped %(count)s people so far: %(title)s")
    return fill(message, count=separated(helped), title=title)
