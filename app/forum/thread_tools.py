"""What stands round the posts of a thread: notices, the asker's box, why one cannot answer, moderators' tools. Pure."""

from collections.abc import Sequence
from typing import cast

from app.core.actor import Actor
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, lazy_pgettext, pgettext
from app.core.records import Struct
from app.forum import policies
from app.forum.models import Thread
from app.forum.models.resolution import OutcomeKind
from app.forum.models.thread import Status
from app.forum.outcomes import CONFIRMED
from app.forum.queries.categories import CategoryRow
from app.forum.queries.judging import reason_words, total_reasons
from app.forum.queries.thread_page import ThreadPage
from app.forum.queries.thread_rows import ThreadHead
from app.forum.services.pacing import PACES, pace_words
from app.forum.urls import post_path

_WAITS = lazy_gettext("Waiting for a moderator: until one has read this, only its author and moderators see it.")
_WITHOUT_ANSWER = (OutcomeKind.SOLVED_ELSEWHERE, OutcomeKind.NO_LONGER_RELEVANT)
# How a question ended where no answer on the page tells it, and that a solution is in doubt: without and with a reason.
_ENDED = {
    OutcomeKind.SOLVED_ELSEWHERE: (
        lazy_gettext("Solved: the person who asked found another way."),
        lazy_gettext("Solved: the person who asked found another way. Reason: %(reason)s"),
    ),
    OutcomeKind.WORKAROUND: (
        lazy_gettext("Solved with a workaround."),
        lazy_gettext("Solved with a workaround. Reason: %(reason)s"),
    ),
}
_REFUTED = {
    True: (
        lazy_gettext("The person who asked is still stuck."),
        lazy_gettext("The person who asked is still stuck. Reason: %(reason)s"),
    ),
    False: (
        lazy_gettext("Somebody says that the solution does not work for them."),
        lazy_gettext("Somebody says that the solution does not work for them. Reason: %(reason)s"),
    ),
}
_LABELS = {
    "restore": lazy_gettext("Restore"),
    "approve": lazy_gettext("Approve"),
    "reject": lazy_gettext("Reject"),
    "hide": lazy_gettext("Hide"),
    "lock": lazy_gettext("Lock"),
    "unlock": lazy_gettext("Unlock"),
    "pin": lazy_gettext("Pin"),
    "unpin": lazy_gettext("Unpin"),
    "archive": lazy_pgettext("verb", "Archive"),
    "unarchive": lazy_gettext("Take out of the archive"),
    "separate": lazy_gettext("Not a duplicate"),
    "close": lazy_pgettext("a thread", "Close"),
    "reopen": lazy_gettext("Reopen"),
}


class Notice(Struct, frozen=True):
    """One line of news above a thread. `tone`: kb, wait, bad, good or empty."""

    text: str
    tone: str = ""
    symbol: str = "info"
    link_label: str = ""
    link_path: str = ""


class ThreadTool(Struct, frozen=True):
    """Something moderators do to a thread, with a reason: its address, label, and the choices of its one extra field, if any.

    `is_page`: the address is that of a page which shows first what will happen. `takes_note`: readers may be told something
    else than the reason.
    """

    action: str
    label: str
    icon: str
    url: str
    field: str = ""
    field_label: str = ""
    choices: tuple[tuple[int, str], ...] = ()
    is_page: bool = False
    takes_note: bool = False

    @property
    def needs_reason(self) -> bool:
        """Whether the people concerned deserve an explanation."""
        return self.action in ("hide", "reject", "close", "lock")


class ThreadRights(Struct, frozen=True):
    """What the actor may do to a thread as a whole."""

    answer: bool
    me_too: bool
    follow: bool
    moderate: bool
    set_versions: bool


def thread_rights(actor: Actor, head: ThreadHead) -> ThreadRights:
    """Return what the actor may do to a thread that they see."""
    thread = cast(Thread, head)
    return ThreadRights(
        answer=policies.can_add_post(actor, thread),
        me_too=policies.can_say_me_too(actor, thread),
        follow=policies.can_follow(actor, thread),
        moderate=actor.is_authenticated and policies.can_moderate(actor, thread),
        set_versions=actor.is_authenticated and policies.can_set_versions(actor, thread),
    )


def notices(page: ThreadPage, actor: Actor) -> list[Notice]:
    """Return what readers must know before they read on, the most important first."""
    head = page.head
    found: list[Notice] = []
    if head.hidden_at:
        text = (
            _("Hidden from everybody but moderators. Reason: %(reason)s", reason=head.hidden_reason)
            if head.hidden_reason
            else _("Hidden from everybody but moderators.")
        )
        found.append(Notice(text, "bad", "eye-off"))
    elif head.held_at:
        found.append(Notice(str(_WAITS), "wait", "clock", _("Why do texts wait?"), "/trust"))
    if page.original:
        is_solved = page.original.status == Status.SOLVED
        text = (
            _("The same question was asked before. It is solved there:")
            if is_solved
            else _("The same question was asked before. Follow it there:")
        )
        found.append(Notice(text, "", "merge", page.original.title, page.original.path))
    elif head.closed_at:
        text = (
            _("Closed: no new answers here. Reason: %(reason)s", reason=head.close_reason)
            if head.close_reason
            else _("Closed: no new answers here.")
        )
        found.append(Notice(text, "", "lock"))
    if head.locked_at:
        text = (
            _("Locked by a moderator: no new posts here. Reason: %(reason)s", reason=head.lock_note)
            if head.lock_note
            else _("Locked by a moderator: no new posts here.")
        )
        found.append(Notice(text, "", "lock"))
    if head.archived_at:
        found.append(Notice(_("Archived: it stays readable, and takes no new posts."), "", "archive"))
    elif head.slow_minutes and head.is_open:
        pace = pace_words(head.slow_minutes)
        text = _("Slow mode: everybody waits %(pace)s between two posts of theirs here.", pace=pace)
        found.append(Notice(text, "wait", "clock"))
    if head.article_path:
        text = _("This answer is kept up to date in the article")
        found.append(Notice(text, "kb", "book", head.article_title, head.article_path))
    if head.status == Status.NEEDS_INFO:
        found.append(_details_wanted(head, actor))
    return found + _outcome_notices(page)


def _details_wanted(head: ThreadHead, actor: Actor) -> Notice:
    """Tell the asker what to do next, and others why nothing happens."""
    if not actor.is_authenticated or actor.id != head.author_id:
        return Notice(_("Waiting for details from the person who asked."), "wait", "help")
    text = _("Helpers need a few more details from you. Answer with a comment under your question, or edit it; then it goes on.")
    return Notice(text, "wait", "help", _("See what they ask"), f"#post-{head.opening.id}")


def _outcome_notices(page: ThreadPage) -> list[Notice]:
    """Return how the question ended, where no answer on the page tells it."""
    last = {outcome.kind: outcome for outcome in page.outcomes}
    if page.head.status == Status.SOLVED and not page.head.accepted_count:
        for kind, (plain, with_reason) in _ENDED.items():
            if kind in last:
                reason, post_id = last[kind].reason, last[kind].post_id
                text = with_reason % {"reason": reason} if reason else str(plain)
                way = (_("See what helped"), post_path(post_id)) if post_id else ("", "")
                return [Notice(text, "good", "solved", *way)]
    if page.head.status == Status.CLOSED and OutcomeKind.NO_LONGER_RELEVANT in last:
        return [Notice(_("The person who asked does not need an answer any more."), "", "info")]
    return [_dispute(page)] if page.head.status == Status.DISPUTED else []


def ended_by(actor: Actor, page: ThreadPage) -> int | None:
    """Return the asker's own word that ended the question without an answer, for the asker who may take it back."""
    head = page.head
    is_ended = head.status == Status.CLOSED or (head.status == Status.SOLVED and not head.accepted_count)
    if not is_ended or not actor.can_write or head.author_id != actor.id or not head.is_listed:
        return None
    own = [one.id for one in page.outcomes if one.kind in _WITHOUT_ANSWER and one.actor_id == actor.id]
    return own[-1] if own else None


def _dispute(page: ThreadPage) -> Notice:
    """Tell who says that the solution does not work, and why. A confirmation after it leaves only what readers said."""
    words = [outcome for outcome in page.outcomes if outcome.kind == OutcomeKind.REFUTED or outcome.kind in CONFIRMED]
    if words and words[-1].kind == OutcomeKind.REFUTED:
        word = words[-1]
        by_asker = word.actor_id is not None and word.actor_id == page.head.author_id
        plain, with_reason = _REFUTED[by_asker]
        return Notice(with_reason % {"reason": word.reason} if word.reason else str(plain), "wait", "warning")
    why = reason_words(total_reasons(page.reasons))
    text = (
        _(
            "For many readers this solution does not work: %(reasons)s. If you know what helps now, please answer below.",
            reasons=why,
        )
        if why
        else _("For many readers this solution does not work any more. If you know what helps now, please answer below.")
    )
    return Notice(text, "wait", "warning")


def why_not_answer(actor: Actor, head: ThreadHead) -> str:
    """Return why a signed-in actor finds no answer form, or '' where the notices say it already or they may answer."""
    if not actor.is_authenticated or policies.can_add_post(actor, cast(Thread, head)):
        return ""
    if actor.silence:
        return actor.silence
    if head.held_at or head.hidden_at:
        return _("Nobody can answer before a moderator has approved this.")
    return ""


def thread_tools(head: ThreadHead, categories: Sequence[CategoryRow]) -> list[ThreadTool]:
    """Return what a moderator can do with the thread in its state."""
    wanted: list[tuple[str, str]] = []
    if head.hidden_at:
        wanted.append(("restore", "undo"))
    elif head.held_at:
        wanted += [("approve", "check"), ("reject", "close")]
    else:
        wanted.append(("hide", "eye-off"))
        wanted.append(("unlock", "lock") if head.locked_at else ("lock", "lock"))
        wanted.append(("unpin", "pin") if head.is_pinned else ("pin", "pin"))
        wanted.append(("unarchive", "undo") if head.archived_at else ("archive", "archive"))
        if head.duplicate_of_id:
            wanted.append(("separate", "undo"))
        else:
            wanted.append(("reopen", "undo") if head.closed_at else ("close", "lock"))
    tools = [
        ThreadTool(
            action,
            str(_LABELS[action]),
            icon,
            _tool_url(head, action),
            is_page=action == "separate",
            takes_note=action == "lock",
        )
        for action, icon in wanted
    ]
    if head.is_listed:
        tools += [_slow(head), _move(head, categories), *_reshaping(head)]
        like = f"/moderation/waves/new?post_id={head.opening.id}"
        tools.append(ThreadTool("wave", _("Everything like this"), "shield", like, is_page=True))
        if head.is_question and not head.duplicate_of_id:
            label = _("Number of the other question")
            tools.append(
                ThreadTool("join", _("Join with another"), "merge", _tool_url(head, "join"), "original_id", label, is_page=True)
            )
    return tools


def _move(head: ThreadHead, categories: Sequence[CategoryRow]) -> ThreadTool:
    others = tuple((category.id, category.name) for category in categories if category.id != head.category.id)
    return ThreadTool("move", _("Move"), "folder", _tool_url(head, "move"), "category_id", pgettext("category", "To"), others)


def _slow(head: ThreadHead) -> ThreadTool:
    others = tuple((minutes, pace_words(minutes)) for minutes in PACES if minutes != head.slow_minutes)
    choices = ((0, _("End slow mode")), *others) if head.slow_minutes else others
    return ThreadTool(
        "slow", _("Slow mode"), "clock", _tool_url(head, "slow"), "minutes", _("Between two posts of one person"), choices
    )


def _reshaping(head: ThreadHead) -> list[ThreadTool]:
    """Return what changes the shape of a thread; each has a page that shows first what will happen."""
    tools = []
    if head.answer_count:
        tools.append(ThreadTool("split", _("Split"), "right", _tool_url(head, "split"), is_page=True))
    if not head.duplicate_of_id:
        label = _("Number of the thread that stays")
        tools.append(
            ThreadTool("merge", _("Merge into another"), "merge", _tool_url(head, "merge"), "target_id", label, is_page=True)
        )
        label = _("Make it a discussion") if head.is_question else _("Make it a question")
        tools.append(ThreadTool("convert", label, "chats", _tool_url(head, "convert"), is_page=True))
    return tools


def _tool_url(head: ThreadHead, action: str) -> str:
    read = f"?revision={head.opening.revision}" if action in ("approve", "reject") else ""
    return f"/moderation/threads/{head.id}/{action}{read}"
