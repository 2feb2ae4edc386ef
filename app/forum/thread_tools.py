"""What stands round the posts of a thread: notices, the asker's box, why one cannot answer, moderators' tools. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from app.core.actor import Actor
from app.core.i18n import lazy_gettext
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

_WAITS = lazy_gettext("Waiting for a moderator: until one has read this, only its author and moderators see it.")


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of news above a thread. `tone`: kb, wait, bad, good or empty."""

    text: str
    tone: str = ""
    symbol: str = "info"
    link_label: str = ""
    link_path: str = ""


@dataclass(frozen=True, slots=True)
class ThreadTool:
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


@dataclass(frozen=True, slots=True)
class ThreadRights:
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
        found.append(Notice(_with("Hidden from everybody but moderators", head.hidden_reason), "bad", "eye-off"))
    elif head.held_at:
        found.append(Notice(_WAITS, "wait", "clock", "Why do texts wait?", "/trust"))
    if page.original:
        is_solved = page.original.status == Status.SOLVED
        text = f"The same question was asked before. {'It is solved' if is_solved else 'Follow it'} there:"
        found.append(Notice(text, "", "merge", page.original.title, page.original.path))
    elif head.closed_at:
        found.append(Notice(_with("Closed: no new answers here", head.close_reason), "", "lock"))
    if head.locked_at:
        found.append(Notice(_with("Locked by a moderator: no new posts here", head.lock_note), "", "lock"))
    if head.archived_at:
        found.append(Notice("Archived: it stays readable, and takes no new posts.", "", "archive"))
    elif head.slow_minutes and head.is_open:
        text = f"Slow mode: everybody waits {pace_words(head.slow_minutes)} between two posts of theirs here."
        found.append(Notice(text, "wait", "clock"))
    if head.article_path:
        found.append(Notice("This answer is kept up to date in the article", "kb", "book", head.article_title, head.article_path))
    if head.status == Status.NEEDS_INFO:
        found.append(_details_wanted(head, actor))
    return found + _outcome_notices(page)


def _details_wanted(head: ThreadHead, actor: Actor) -> Notice:
    """Tell the asker what to do next, and others why nothing happens."""
    if not actor.is_authenticated or actor.id != head.author_id:
        return Notice("Waiting for details from the person who asked.", "wait", "help")
    text = "Helpers need a few more details from you. Answer with a comment under your question, or edit it; then it goes on."
    return Notice(text, "wait", "help", "See what they ask", f"#post-{head.opening.id}")


def _with(text: str, reason: str) -> str:
    return f"{text}. Reason: {reason}" if reason else f"{text}."


def _outcome_notices(page: ThreadPage) -> list[Notice]:
    """Return how the question ended, where no answer on the page tells it."""
    last = {outcome.kind: outcome for outcome in page.outcomes}
    if page.head.status == Status.SOLVED and not page.head.accepted_count:
        for kind, text in (
            (OutcomeKind.SOLVED_ELSEWHERE, "Solved: the person who asked found another way"),
            (OutcomeKind.WORKAROUND, "Solved with a workaround"),
        ):
            if kind in last:
                return [Notice(_with(text, last[kind].reason), "good", "solved")]
    if page.head.status == Status.CLOSED and OutcomeKind.NO_LONGER_RELEVANT in last:
        return [Notice("The person who asked does not need an answer any more.", "", "info")]
    return [_dispute(page)] if page.head.status == Status.DISPUTED else []


def _dispute(page: ThreadPage) -> Notice:
    """Tell who says that the solution does not work, and why. A confirmation after it leaves only what readers said."""
    words = [outcome for outcome in page.outcomes if outcome.kind == OutcomeKind.REFUTED or outcome.kind in CONFIRMED]
    if words and words[-1].kind == OutcomeKind.REFUTED:
        word = words[-1]
        by_asker = word.actor_id is not None and word.actor_id == page.head.author_id
        text = "The person who asked is still stuck" if by_asker else "Somebody says that the solution does not work for them"
        return Notice(_with(text, word.reason), "wait", "warning")
    why = reason_words(total_reasons(page.reasons))
    text = f"For many readers this solution does not work{': ' + why if why else ' any more'}."
    return Notice(f"{text} If you know what helps now, please answer below.", "wait", "warning")


def why_not_answer(actor: Actor, head: ThreadHead) -> str:
    """Return why a signed-in actor finds no answer form, or '' where the notices say it already or they may answer."""
    if not actor.is_authenticated or policies.can_add_post(actor, cast(Thread, head)):
        return ""
    if actor.silence:
        return actor.silence
    if head.held_at or head.hidden_at:
        return "Nobody can answer before a moderator has approved this."
    return ""


def thread_tools(head: ThreadHead, categories: Sequence[CategoryRow]) -> list[ThreadTool]:
    """Return what a moderator can do with the thread in its state."""
    wanted: list[tuple[str, str, str]] = []
    if head.hidden_at:
        wanted.append(("restore", "Restore", "undo"))
    elif head.held_at:
        wanted += [("approve", "Approve", "check"), ("reject", "Reject", "close")]
    else:
        wanted.append(("hide", "Hide", "eye-off"))
        wanted.append(("unlock", "Unlock", "lock") if head.locked_at else ("lock", "Lock", "lock"))
        wanted.append(("unpin", "Unpin", "pin") if head.is_pinned else ("pin", "Pin", "pin"))
        wanted.append(("unarchive", "Take out of the archive", "undo") if head.archived_at else ("archive", "Archive", "archive"))
        if head.duplicate_of_id:
            wanted.append(("separate", "Not a duplicate", "undo"))
        else:
            wanted.append(("reopen", "Reopen", "undo") if head.closed_at else ("close", "Close", "lock"))
    tools = [
        ThreadTool(action, label, icon, _tool_url(head, action), is_page=action == "separate", takes_note=action == "lock")
        for action, label, icon in wanted
    ]
    if head.is_listed:
        tools += [_slow(head), _move(head, categories), *_reshaping(head)]
        like = f"/moderation/waves/new?post_id={head.opening.id}"
        tools.append(ThreadTool("wave", "Everything like this", "shield", like, is_page=True))
        if head.is_question and not head.duplicate_of_id:
            label = "Number of the other question"
            tools.append(
                ThreadTool("join", "Join with another", "merge", _tool_url(head, "join"), "original_id", label, is_page=True)
            )
    return tools


def _move(head: ThreadHead, categories: Sequence[CategoryRow]) -> ThreadTool:
    others = tuple((category.id, category.name) for category in categories if category.id != head.category.id)
    return ThreadTool("move", "Move", "folder", _tool_url(head, "move"), "category_id", "To", others)


def _slow(head: ThreadHead) -> ThreadTool:
    others = tuple((minutes, pace_words(minutes)) for minutes in PACES if minutes != head.slow_minutes)
    choices = ((0, "End slow mode"), *others) if head.slow_minutes else others
    return ThreadTool(
        "slow", "Slow mode", "clock", _tool_url(head, "slow"), "minutes", "Between two posts of one person", choices
    )


def _reshaping(head: ThreadHead) -> list[ThreadTool]:
    """Return what changes the shape of a thread; each has a page that shows first what will happen."""
    tools = []
    if head.answer_count:
        tools.append(ThreadTool("split", "Split", "right", _tool_url(head, "split"), is_page=True))
    if not head.duplicate_of_id:
        label = "Number of the thread that stays"
        tools.append(
            ThreadTool("merge", "Merge into another", "merge", _tool_url(head, "merge"), "target_id", label, is_page=True)
        )
        other = "a discussion" if head.is_question else "a question"
        tools.append(ThreadTool("convert", f"Make it {other}", "chats", _tool_url(head, "convert"), is_page=True))
    return tools


def _tool_url(head: ThreadHead, action: str) -> str:
    read = f"?revision={head.opening.revision}" if action in ("approve", "reject") else ""
    return f"/moderation/threads/{head.id}/{action}{read}"
