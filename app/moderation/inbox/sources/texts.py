"""Reported texts and texts that wait for approval, as items of the inbox."""

from collections.abc import Sequence

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotFound
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext, ngettext
from app.core.listing import listed
from app.forum.services import curating
from app.moderation.flags.reasons import harm_of, label_of
from app.moderation.flags.resolving import resolve_comment_flags, resolve_post_flags
from app.moderation.flags.weighing import weight_words
from app.moderation.inbox.item import Choice, ContextPiece, Decision, InboxDetail, InboxItem, ItemLink, Voice, sentence
from app.moderation.inbox.order import Harm
from app.moderation.inbox.registry import InboxSource
from app.moderation.queries.context import Neighbour, list_around_comment, list_around_post
from app.moderation.queries.queue import QueueItem, count_held, count_reported, find_queued, list_held, list_reported
from app.moderation.urls import SCREENING, everything_like_path

SPAM = lazy_gettext("Spam or advertising")
_HIDE = Decision(
    "uphold", lazy_gettext("Hide it"), "h", lazy_gettext("hidden; the reports are upheld and its author is told why"),
    lazy_gettext("Hidden, and the reports are upheld."),
    needs_reason=True, reason_label=lazy_gettext("Reason, which the author is told"), tone="danger", icon="eye-off",
)  # fmt: skip
_HIDE_SPAM = Decision(
    "spam", lazy_gettext("It is spam"), "s", lazy_gettext("hidden as spam; the reports are upheld"),
    lazy_gettext("Hidden as spam, and the reports are upheld."), reason=SPAM,
)  # fmt: skip
_FINE = Decision(
    "decline", lazy_gettext("It is fine"), "f", lazy_gettext("stays as it is; the reports are declined"), lazy_gettext("The reports are declined."),
    needs_reason=True, reason_label=lazy_gettext("Why it stays"), icon="check",
)  # fmt: skip
_APPROVE = Decision(
    "approve", lazy_gettext("Approve"), "a", lazy_gettext("everybody sees it"), lazy_gettext("Approved: everybody can see it now."),
    tone="good", icon="check"
)  # fmt: skip
_REJECT_SPAM = Decision(
    "spam", lazy_gettext("It is spam"), "s", lazy_gettext("turned down as spam; its author is told"), lazy_gettext("Turned down as spam."),
    reason=SPAM
)  # fmt: skip
_REJECT = Decision(
    "reject", lazy_gettext("Reject"), "r", lazy_gettext("turned down; its author is told why"),
    lazy_gettext("Rejected: its author is told why."), needs_reason=True,
    reason_label=lazy_gettext("Reason, which the author is told"), tone="danger", icon="eye-off",
)  # fmt: skip
_OF_REPORTED, _OF_HELD = (_HIDE, _HIDE_SPAM, _FINE), (_APPROVE, _REJECT_SPAM, _REJECT)
# How bad it is if a report is right (flags.reasons), on the scale of the inbox.
_HARM_OF_REPORT = {3: Harm.DANGER, 2: Harm.ABUSE, 1: Harm.OUTDATED}
_KIND_WORDS = {
    "post": lazy_gettext("Post"),
    "comment": lazy_gettext("Comment"),
    "thread": lazy_gettext("New thread"),
    "held-post": lazy_gettext("Post"),
    "held-comment": lazy_gettext("Comment"),
}
_PLACES = {
    "opening": lazy_gettext("The opening text"), "before": lazy_gettext("Just before it"), "after": lazy_gettext("Just after it"),
    "above": lazy_gettext("The post it is a comment on"),
}  # fmt: skip


def item_of(text: QueueItem) -> InboxItem:
    """Return a text that waits as an item of the inbox."""
    report_pill = "set_aside" if text.is_hidden else "flagged"
    return InboxItem(
        kind=text.kind, id=text.thread_id if text.kind == "thread" else text.id, title=text.thread_title, path=text.path,
        summary=_summary(text), since=text.waiting_since, harm=_harm(text), pill=report_pill if text.is_report else "held",
        decisions=_OF_REPORTED if text.is_report else _OF_HELD, category=text.category, person_id=text.author_id,
        person_name=text.author_name, person_path=text.author_path, seen=str(text.revision or ""),
    )  # fmt: skip


def _harm(text: QueueItem) -> int:
    if not text.is_report:
        return Harm.HELD
    if text.is_hidden:
        return Harm.HIDDEN
    return max(_HARM_OF_REPORT[harm_of(flag.reason)] for flag in text.flags)


def _summary(text: QueueItem) -> str:
    if text.is_report:
        return listed(sorted({str(label_of(flag.reason)) for flag in text.flags}))
    return text.hits[0].words if text.hits else _("%(kind)s in %(category)s", kind=_KIND_WORDS[text.kind], category=text.category)


def _sorted(texts: Sequence[QueueItem], limit: int) -> list[InboxItem]:
    moment = now()
    items = sorted((item_of(text) for text in texts), key=lambda item: (-item.urgency(moment), item.since))
    return items[:limit]


def list_reports(actor: Actor, limit: int) -> list[InboxItem]:
    """Return reported texts, the most pressing first."""
    return _sorted(list_reported(actor), limit)


def list_waiting(actor: Actor, limit: int) -> list[InboxItem]:
    """Return texts that wait for approval, the most pressing first."""
    return _sorted(list_held(actor), limit)


def find_text(actor: Actor, kind: str, item_id: int) -> InboxItem | None:
    """Return one text that waits, or None."""
    text = find_queued(actor, kind, item_id)
    return item_of(text) if text else None


def show_text(actor: Actor, item: InboxItem) -> InboxDetail:
    """Return the text with its reports or hits, and what stands around it; at most four statements."""
    text = find_queued(actor, item.kind, item.id)
    if text is None:
        return InboxDetail()
    is_comment = item.kind.endswith("comment")
    around = list_around_comment(text.id) if is_comment else [] if item.kind == "thread" else list_around_post(text.id)
    return InboxDetail(
        html=text.html, voices=_voices(text), voices_label=_voices_label(text), context=tuple(_piece(one) for one in around),
        facts=((_("What"), _what(text)), (_("Category"), text.category)),
        written_at=text.created_at, links=_links(text),
    )  # fmt: skip


def _what(text: QueueItem) -> str:
    kind = _KIND_WORDS[text.kind]
    return _("%(kind)s, hidden now", kind=kind) if text.is_hidden else kind


def _links(text: QueueItem) -> tuple[ItemLink, ...]:
    """Return where to look for more of the same, and at what held the text."""
    is_comment = text.kind.endswith("comment")
    like = everything_like_path(comment_id=text.id) if is_comment else everything_like_path(post_id=text.id)
    return (
        ItemLink(_("Everything like this"), like),
        *((ItemLink(_("What screening looks for"), SCREENING),) if text.hits else ()),
    )


def _voices_label(text: QueueItem) -> str:
    if not text.is_report:
        return _("Why it waits")
    return ngettext("%(num)s report", "%(num)s reports", len(text.flags))


def _voices(text: QueueItem) -> tuple[Voice, ...]:
    if text.is_report:
        return tuple(
            Voice(label_of(one.reason), one.note, one.reporter_name, one.reporter_path, one.created_at, weight_words(one.weight))
            for one in text.flags
        )
    if text.hits:
        return tuple(Voice(sentence(hit.words)) for hit in text.hits)
    return (
        Voice(_("New threads in this category wait for approval.") if text.kind == "thread" else _("A moderator put it here.")),
    )


def _piece(one: Neighbour) -> ContextPiece:
    return ContextPiece(_PLACES[one.place], one.path, one.author_name, one.text, one.created_at)


def decide_report(actor: Actor, choice: Choice) -> object:
    """Decide about all reports of a text."""
    if choice.decision not in {one.name for one in _OF_REPORTED}:
        raise NotFound
    is_upheld = choice.decision != _FINE.name
    if choice.kind == "comment":
        return resolve_comment_flags(actor, comment_id=choice.id, is_upheld=is_upheld, note=choice.reason)
    return resolve_post_flags(actor, post_id=choice.id, is_upheld=is_upheld, note=choice.reason)


def decide_waiting(actor: Actor, choice: Choice) -> object:
    """Let a text through, or turn it down; Conflict when another revision than the one that was read stands there."""
    is_approved = choice.decision == _APPROVE.name
    if not is_approved and choice.decision not in (_REJECT.name, _REJECT_SPAM.name):
        raise NotFound
    revision = int(choice.seen) if choice.seen.isascii() and choice.seen.isdigit() else None
    if choice.kind == "held-comment":
        on_comment = curating.approve_comment if is_approved else curating.reject_comment
        return on_comment(actor, comment_id=choice.id, reason=choice.reason, revision=revision)
    if choice.kind == "thread":
        on_thread = curating.approve_thread if is_approved else curating.reject_thread
        return on_thread(actor, thread_id=choice.id, reason=choice.reason, revision=revision)
    on_post = curating.approve_post if is_approved else curating.reject_post
    return on_post(actor, post_id=choice.id, reason=choice.reason, revision=revision)


REPORTS = InboxSource(
    "reports", lazy_gettext("Reports"), ("post", "comment"), list_reports, count_reported, decide_report, show_text, find_text
)  # fmt: skip
HELD = InboxSource(
    "held", lazy_gettext("Waiting"), ("thread", "held-post", "held-comment"), list_waiting, count_held, decide_waiting, show_text, find_text
)  # fmt: skip
