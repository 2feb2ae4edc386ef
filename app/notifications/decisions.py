"""What notifications say about people's own texts and accounts: what moderators decided, and what became of it. Pure functions."""

from datetime import datetime

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext
from app.core.text import shorten
from app.core.trust import Level, trust_table, words_of
from app.moderation.flags.mine import result_words
from app.moderation.queries.standing import taken_back, told
from app.notifications.telling import Saying, teller
from app.web.filters import human_date

# So much of a title is repeated where a line names two.
TITLE_SHOWN = 60
_WHAT = {
    "question": lazy_gettext("Your question “%(title)s”"),
    "discussion": lazy_gettext("Your discussion “%(title)s”"),
    "opening": lazy_gettext("Your text of “%(title)s”"),
    "answer": lazy_gettext("Your answer to “%(title)s”"),
    "reply": lazy_gettext("Your reply in “%(title)s”"),
    "comment": lazy_gettext("Your comment in “%(title)s”"),
}
_POST = lazy_gettext("Your post in “%(title)s”")
_DECISIONS = {
    "hide": lazy_gettext("%(what)s was hidden by a moderator."),
    "restore": lazy_gettext("%(what)s is visible again."),
    "approve": lazy_gettext("%(what)s was approved and is visible now."),
    "reject": lazy_gettext("%(what)s was not approved."),
    "hold": lazy_gettext("%(what)s waits for approval again."),
    "set_aside": lazy_gettext(
        "%(what)s was reported by several people. It is out of sight until a moderator has looked at it; you need not do anything."
    ),
    "release": lazy_gettext("%(what)s was looked at by a moderator and is visible again."),
    "close": lazy_gettext("%(what)s was closed."),
    "reopen": lazy_gettext("%(what)s is open again."),
    "duplicate": lazy_gettext("%(what)s was closed, because the same was asked before."),
    "merge": lazy_gettext("%(what)s was merged into another thread, where its link leads."),
    "unmerge": lazy_gettext("%(what)s stands for itself again."),
    "edit": lazy_gettext("%(what)s was changed by a moderator."),
    "archive": lazy_gettext("%(what)s was archived: it stays readable and takes no new posts."),
    "to_discussion": lazy_gettext("%(what)s was a question; a moderator made it a discussion."),
    "to_question": lazy_gettext("%(what)s was a discussion; a moderator made it a question."),
    "to_comment": lazy_gettext("%(what)s was turned into a comment."),
    "from_comment": lazy_gettext("%(what)s is no comment any more, but an answer or reply again."),
    "to_answer": lazy_gettext("%(what)s was turned into an answer or reply of its own."),
    "from_answer": lazy_gettext("%(what)s is a comment again."),
}
_NEED_NO_REASON = ("approve", "hold", "restore", "reopen", "release")
_EDITED = {
    "opening": lazy_gettext(
        "Somebody in charge changed your text of “%(title)s”; the list of changes shows how. Reason: %(reason)s"
    ),
    "answer": lazy_gettext(
        "Somebody in charge changed your answer to “%(title)s”; the list of changes shows how. Reason: %(reason)s"
    ),
    "reply": lazy_gettext(
        "Somebody in charge changed your reply in “%(title)s”; the list of changes shows how. Reason: %(reason)s"
    ),
}
_EDITED_POST = lazy_gettext(
    "Somebody in charge changed your post in “%(title)s”; the list of changes shows how. Reason: %(reason)s"
)


def decision(action: str, what: str, title: str, reason: str) -> str:
    """Return the sentence about a moderators' decision, or "" for actions that authors are not told of.

    `what`: the kind of thread, the kind of post, or "comment".
    """
    if action not in _DECISIONS:
        return ""
    return Saying("decision", action, what, title, "" if action in _NEED_NO_REASON else reason)


@teller("decision")
def _say_decision(action: str, what: str, title: str, reason: str) -> str:
    named = _WHAT.get(what, _POST) % {"title": title}
    return _with_reason(str(_DECISIONS[action]) % {"what": named}, reason)


def edited_by_others(post_kind: str, title: str, reason: str) -> Saying:
    """Return what an author hears whose text somebody else changed."""
    return Saying("edited", post_kind, shorten(title, TITLE_SHOWN), reason)


@teller("edited")
def _say_edited(post_kind: str, title: str, reason: str) -> str:
    return _EDITED.get(post_kind, _EDITED_POST) % {"title": title, "reason": reason}


def moved_along(old_title: str, new_title: str, reason: str, *, is_undo: bool = False) -> Saying:
    """Return what an author hears whose posts stand in another thread now."""
    return Saying("moved", shorten(old_title, TITLE_SHOWN), shorten(new_title, TITLE_SHOWN), reason, is_undo)


@teller("moved")
def _say_moved(old: str, new: str, reason: str, is_undo: bool) -> str:
    if is_undo:
        said = _("What you wrote moved back from “%(old)s” to “%(new)s”. Its link stays the same.", old=old, new=new)
    else:
        said = _("What you wrote moved from “%(old)s” to “%(new)s”. Its link stays the same.", old=old, new=new)
    return _with_reason(said, reason)


def _with_reason(sentence: str, reason: str) -> str:
    return _("%(sentence)s Reason: %(reason)s", sentence=sentence, reason=reason) if reason else sentence


def report_settled(*, title: str, name: str, reason: str, state: str, is_settled_along: bool, answer: str) -> Saying:
    """Return what became of somebody's report about a text (`title`: of its thread, "" when they may not read it) or a person (`name`)."""
    return Saying("report", title, name, reason, state, is_settled_along, answer)


@teller("report")
def _say_report(title: str, name: str, reason: str, state: str, is_settled_along: bool, answer: str) -> str:
    result = str(result_words(reason, state, is_settled_along=is_settled_along))
    if name:
        said = _("Your report about %(name)s: %(result)s", name=name, result=result)
    elif title:
        said = _("Your report about “%(title)s”: %(result)s", title=title, result=result)
    else:
        said = _("Your report about a text: %(result)s", result=result)
    return _("%(sentence)s They say: %(answer)s", sentence=said, answer=answer) if answer else said


def everything_removed(reason: str) -> Saying:
    """Return what somebody hears when a moderator removed everything they wrote."""
    return Saying("removed", reason)


@teller("removed")
def _say_removed(reason: str) -> str:
    return _("What you wrote was removed by a moderator. Reason: %(reason)s", reason=reason)


def everything_restored() -> Saying:
    """... and when it is given back."""
    return Saying("given_back")


@teller("given_back")
def _say_given_back() -> str:
    return _("What you wrote and a moderator had removed is visible again.")


def sanction_imposed(kind: str, reason: str, until: datetime | None) -> Saying:
    """Return what somebody hears who is warned, muted, suspended or banned."""
    return Saying("imposed", str(kind), reason, _kept(until))


@teller("imposed")
def _say_imposed(kind: str, reason: str, until: str) -> str:
    return _("%(decision)s: %(reason)s", decision=told(kind, reason, _moment(until)).title, reason=reason)


def sanction_ended(kind: str, reason: str) -> Saying:
    """Return what somebody hears when a decision about them was taken back."""
    return Saying("ended", str(kind), reason)


@teller("ended")
def _say_ended(kind: str, reason: str) -> str:
    return _("%(decision)s %(reason)s", decision=taken_back(kind), reason=reason)


def appeal_decided(is_lifted: bool, answer: str) -> Saying:
    """Return what became of somebody's objection."""
    return Saying("appeal", is_lifted, answer)


@teller("appeal")
def _say_appeal(is_lifted: bool, answer: str) -> str:
    if is_lifted:
        return _("The moderators took their decision back: %(answer)s", answer=answer)
    return _("The moderators thought again and stay with their decision: %(answer)s", answer=answer)


def level_risen(old_level: int, new_level: int) -> Saying:
    """Return that somebody reached a level, and the first thing it brings."""
    return Saying("level", int(old_level), int(new_level))


@teller("level")
def _say_level(old_level: int, new_level: int) -> str:
    table, label = trust_table(), str(Level(new_level).label)
    brought = [one for level in range(old_level + 1, new_level + 1) for one in table.new_at(level)]
    if not brought:
        return _("Your level here is “%(level)s” now.", level=label)
    can = str(words_of(brought[-1]))
    if len(brought) == 1:
        return _("Your level here is “%(level)s” now. Now you can %(ability)s.", level=label, ability=can)
    return _("Your level here is “%(level)s” now. Now you can %(ability)s, and more.", level=label, ability=can)


def level_lowered(level: int, until: datetime | None, reason: str) -> Saying:
    """Return that a level was taken away, until when, and why."""
    return Saying("lowered", int(level), _kept(until), reason)


@teller("lowered")
def _say_lowered(level: int, until: str, reason: str) -> str:
    label, end = str(Level(level).label), _moment(until)
    if end is None:
        return _("A moderator set your level to no more than “%(level)s”. The reason: %(reason)s", level=label, reason=reason)
    return _(
        "A moderator set your level to no more than “%(level)s” until %(day)s. The reason: %(reason)s",
        level=label, day=human_date(end), reason=reason,
    )  # fmt: skip


def copy_ready(days: int) -> Saying:
    """Return that the copy of somebody's data can be downloaded for so many days."""
    return Saying("copy", days)


@teller("copy")
def _say_copy(days: int) -> str:
    return ngettext(
        "The copy of your data is ready. You can download it for %(num)s day.",
        "The copy of your data is ready. You can download it for %(num)s days.",
        days,
    )


def accounts_merged(name: str, reason: str) -> Saying:
    """Return that another account of somebody is this one now."""
    return Saying("merged", name, reason)


@teller("merged")
def _say_merged(name: str, reason: str) -> str:
    return _("Your other account %(name)s and this one are one account now. Reason: %(reason)s", name=name, reason=reason)


def _kept(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _moment(kept: str) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
